"""Transfer: nodules and brain tumours from random weights, and from the encoder of a model of the other set.

Both are trained as `lesionstudio train` does, for ten processor minutes on one thread, and judged on the part test
after 2, 5 and 10: mean Dice of the slices with a mark, at the threshold that the part val chose. It is one run of ten
minutes whose running average of the weights is judged on its way, so the learning rate is still high at 2 and at 5.
Looking is not counted. The encoder that is lent is that of the other set's run from random weights with the same seed,
after its ten minutes; --imagenet names a local file with an encoder's weights as a third beginning.

    python -m tests.benchmarks.transfer [--seeds 0,1,2] [--minutes 2,5,10] [--keep FOLDER] [--imagenet FILE]
                                        [--set lidc|brain] [--until HH:MM]

A run that was stopped goes on where it was at most a minute earlier; what was measured is not measured again.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.pairs import pairs_of_data
from lesionstudio.learning.checkpoints import read_checkpoint, save_checkpoint
from lesionstudio.learning.course import CHECKPOINT_NAME, Course
from lesionstudio.learning.examples import Example
from lesionstudio.learning.folder_run import Order, course_for
from lesionstudio.learning.judging import Judge, Look
from lesionstudio.learning.losses import loss_named
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.model_card import ModelCard
from lesionstudio.workflows.labelled import labelled_slices
from tests.benchmarks.peer import DATA, SETS, data_of
from tests.benchmarks.verbs import KEPT, Hour, Kept, TimeIsUp

OTHER = {"lidc": "brain", "brain": "lidc"}
_SAVE_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Run:
    """One training: a set, what its encoder begins with ("random", "other", "imagenet"), a seed."""

    data: str
    start: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.data}-{self.start}-{self.seed}"

    @property
    def donor(self) -> "Run":
        """The run whose encoder this one is lent."""
        return Run(OTHER[self.data], "random", self.seed)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same for all runs."""

    minutes: tuple[float, ...]
    keep: Path
    imagenet: Path | None
    until: Hour

    def model(self, run: Run) -> Path:
        return self.keep / run.name / "model"

    def weights(self, run: Run) -> str:
        """Where the run's encoder begins, as a recipe names it."""
        if run.start == "imagenet":
            return str(self.imagenet)
        return str(self.model(run.donor)) if run.start == "other" else "none"


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Who looks at the parts val and test."""

    val: Judge
    test: Judge

    def figures(self, course: Course) -> dict[str, float]:
        """Dice on test at the threshold that val chose, and what val says."""
        score, threshold = _seen(self.val, course).best("balanced")
        test = _seen(self.test, course)
        return {"dice": test.dice(threshold), "threshold": threshold, "val_score": score, "at_half": test.dice()}


def _seen(judge: Judge, course: Course) -> Look:
    network, hardware = course.trainer.averaged.eval(), course.trainer.hardware
    *_rest, seen = judge.look(network, hardware.device, hardware.short)
    assert seen is not None
    return seen


class Learning:
    """A run under way: its course, its processor seconds and what was measured so far."""

    def __init__(self, run: Run, plan: Plan) -> None:
        found, recipe = data_of(run.data, run.seed)
        self._card = replace(found.card, id=run.name, title=run.name, long_side=recipe.long_side)
        self._plan, self._place = plan, plan.keep / run.name
        self._place.mkdir(parents=True, exist_ok=True)
        recipe = replace(recipe, encoder_weights=plan.weights(run))
        order = Order(found.learned, found.held_out, self._card, recipe, self._place, taught=found.taught)
        self.course = course_for(order)
        loss = loss_named(recipe.loss)
        val, test = (
            Judge(some, recipe.long_side, len(self._card.labels), loss)
            for some in (found.held_out, examples_of_test(run.data, self._card))
        )
        self._parts, self._seconds, self._saved_at = Parts(val, test), 0.0, 0.0
        self.figures: dict[str, dict[str, float]] = {}
        self._go_on_where_it_was()

    def run(self) -> dict[str, Any]:
        """Learns until the last of the minutes; gives what was measured at each of them. Raises TimeIsUp."""
        for minutes in self._plan.minutes:
            self._learn_until(minutes)
            if f"{minutes:g}" not in self.figures:
                self.figures[f"{minutes:g}"] = self._parts.figures(self.course)
                self._save()
        model = SegmentationModel(self.course.trainer.averaged, self._card, "cpu")
        model.save(self._place / "model")
        (self._place / CHECKPOINT_NAME).unlink()
        hardware = self.course.trainer.hardware
        return {"figures": self.figures, "steps": self.course.trainer.steps, "precision": hardware.precision}

    def _learn_until(self, minutes: float) -> None:
        whole_s = self._plan.minutes[-1] * 60
        while self._seconds < minutes * 60:
            began = time.process_time()
            self.course.trainer.step(self._seconds / whole_s)
            self._seconds += time.process_time() - began
            if self._plan.until.is_past or self._seconds - self._saved_at > _SAVE_EVERY_S:
                self._save()
            if self._plan.until.is_past:
                raise TimeIsUp

    def _save(self) -> None:
        trainer = self.course.trainer
        facts = {"seconds": self._seconds, "steps": trainer.steps, "figures": self.figures}
        save_checkpoint(self._place / CHECKPOINT_NAME, trainer.state(), facts)
        self._saved_at = self._seconds

    def _go_on_where_it_was(self) -> None:
        if not (self._place / CHECKPOINT_NAME).is_file():
            return
        tensors, facts = read_checkpoint(self._place / CHECKPOINT_NAME)
        self.course.trainer.restore(tensors, facts["steps"])
        self._seconds = self._saved_at = facts["seconds"]
        self.figures = facts["figures"]


def examples_of_test(data: str, card: ModelCard) -> list[Example]:
    """Every slice of the part test, as the network sees it."""
    pairs = pairs_of_data(DATA / SETS[data][0])
    of_test = replace(pairs, pairs=tuple(pair for pair in pairs.pairs if pair.part == "test"))
    return [
        Example(f"{pair.id}:{k}", network_inputs(scan, k, card.inputs), marks[k], pair.group or pair.id)
        for pair, scan, marks in labelled_slices(of_test, None, None)
        for k in range(scan.slices)
    ]


def runs_of(sets: Sequence[str], seeds: Sequence[int], starts: Sequence[str]) -> Iterator[Run]:
    """Every run, the donors of a seed before those that borrow."""
    for seed in seeds:
        for start in starts:
            for data in SETS if start == "random" and "other" in starts else sets:
                yield Run(data, start, seed)


def table(kept: Kept, minutes: Sequence[float]) -> str:
    """Mean and spread over seeds: a line for each set and beginning."""
    lines = ["set, beginning: Dice on test, mean ± standard deviation (least to most) after so many processor minutes"]
    for kind in sorted({name.rsplit("-", 1)[0] for name in kept.facts}):
        found = [facts["figures"] for name, facts in kept.facts.items() if name.rsplit("-", 1)[0] == kind]
        cells = [_cell([one[f"{at:g}"]["dice"] for one in found if f"{at:g}" in one], at) for at in minutes]
        lines.append(f"{kind} ({len(found)} seeds): {'; '.join(cells)}")
    return "\n".join(lines)


def _cell(dice: Sequence[float], minutes: float) -> str:
    if not dice:
        return f"{minutes:g} min: -"
    spread = statistics.stdev(dice) if len(dice) > 1 else 0.0
    return f"{minutes:g} min: {statistics.mean(dice):.3f} ± {spread:.3f} ({min(dice):.3f} to {max(dice):.3f})"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--set", choices=list(SETS), action="append")
    words.add_argument("--seeds", default="0,1,2")
    words.add_argument("--minutes", default="2,5,10")
    words.add_argument("--keep", type=Path, default=KEPT)
    words.add_argument("--imagenet", type=Path)
    words.add_argument("--until", default="", metavar="HH:MM")
    asked = words.parse_args()
    minutes = tuple(float(one) for one in asked.minutes.split(","))
    keep = asked.keep.absolute() / "transfer"
    plan, kept = Plan(minutes, keep, asked.imagenet, Hour.of(asked.until)), Kept(keep / "transfer.json")
    starts = ["random", "other", *(["imagenet"] if asked.imagenet else [])]
    try:
        for run in runs_of(asked.set or list(SETS), [int(one) for one in asked.seeds.split(",")], starts):
            if run.name not in kept.facts:
                kept.facts[run.name] = Learning(run, plan).run()
                kept.keep()
                print(run.name, kept.facts[run.name], flush=True)
    except TimeIsUp:
        print("Stopped at the hour asked for; the same command goes on.")
    print(table(kept, minutes))


if __name__ == "__main__":
    main()
