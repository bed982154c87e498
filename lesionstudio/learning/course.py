"""A course: a run from its first step to its last, with looks at what is held out, curves, the best weights, resuming.

What a run leaves in its folder while it lasts: `checkpoint.safetensors` (where it stands, after every round) and
`best.safetensors` (the averaged weights that did best so far, with card, threshold and score). Both are whole at any
moment. The rows of the curve, as the card's training["curve"] keeps them, one a round:
{"epoch", "step", "minutes", "learning_rate", "train": S, "val": S | None} with S = {"loss", "f1", "precision",
"recall", "iou", "accuracy"}: pixels of all labels pooled at a threshold of one half; of train on the augmented patches
of the round, of val on the pictures looked at, with "score" and "threshold" (see judging.Look.best), "dice" (mean
of pictures and labels with a mark, at that threshold) and "pictures" (how many were looked at) besides.
"""

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.checkpoints import read_checkpoint, read_facts, save_checkpoint
from lesionstudio.learning.fabric_trainer import FabricTrainer, pace
from lesionstudio.learning.hardware import Hardware
from lesionstudio.learning.judging import Judge, Look, looked, shares
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _, ngettext, number

CHECKPOINT_NAME, BEST_NAME = "checkpoint.safetensors", "best.safetensors"

FEWEST_STEPS, MOST_STEPS, LONGEST_ROUND_S = 20, 50, 90.0
_ROUNDS_OF_MINUTES = 12
_LOOK_SHARE, _FEWEST_LOOKED_AT, _MEASURED = 0.1, 24, 3
_FEWEST_LOOKS = 4
_FORWARD_SHARE = 1 / 3

Row = dict[str, Any]


@dataclass(slots=True)
class Standing:
    """Where a run stands, beside its tensors: what a checkpoint keeps of it."""

    steps: int = 0
    seconds: float = 0.0
    round_steps: int = 0
    curve: list[Row] = field(default_factory=list)
    best_score: float = -1.0
    best_step: int = 0
    best_fraction: float = 0.0
    ended: str = ""
    notes: list[str] = field(default_factory=list)
    hardware: dict[str, Any] = field(default_factory=dict)


class Course:
    """One run of a trainer on `count` examples. `judge` has what is held out; without it the last weights are the best.

    `shared` is Fabric where several processes run the same course: the first of them looks, decides and writes.
    """

    def __init__(self, trainer: FabricTrainer, count: int, judge: Judge | None, out: Path, shared: Any = None) -> None:
        self.trainer, self.recipe, self.standing = trainer, trainer.recipe, Standing()
        self._count, self._judge, self._out, self._shared = count, judge, out, shared
        self._watched: Judge | None = None
        self._last_loss = 0.0

    @property
    def total_steps(self) -> int:
        """How many steps the recipe's epochs are: each epoch shows as many patches as there are examples."""
        if self.recipe.steps:
            return self.recipe.steps
        return max(1, round(self.recipe.epochs * self._count / self.recipe.batch))

    @property
    def fraction(self) -> float:
        """How much of the run is done, by steps or by the minutes it may take, whichever is further."""
        done = self.standing.steps / self.total_steps
        return max(done, self.standing.seconds / 60 / self.recipe.minutes) if self.recipe.minutes else done

    def resume(self) -> None:
        """Goes on where the last round ended, if there was one. Raises ModelProblem where that was another network."""
        path = self._out / CHECKPOINT_NAME
        if not path.is_file():
            return
        tensors, facts = read_checkpoint(path)
        try:
            self.standing = Standing(**facts)
            self.trainer.restore(tensors, self.standing.steps)
        except (RuntimeError, TypeError, ValueError, IndexError) as problem:
            raise ModelProblem(
                _("The run in {folder} was of another network.").format(folder=self._out),
                hint=_("Go on with the same options, or train anew, without --resume."),
            ) from problem
        self.standing.ended = self._over() if self._is_first else ""
        if self._shared is not None:
            self.standing = Standing(**self._shared.broadcast(asdict(self.standing)))
        self.trainer.notes = list(self.standing.notes)

    def run(self, report: Reporter) -> Standing:
        """Rounds until the recipe is done or nothing becomes better; gives where it stands then."""
        while self.fraction < 1 and not self.standing.ended:
            self._round(report)
            self._agree()
        self.standing.ended = self.standing.ended or self._over()
        return self.standing

    @property
    def _is_first(self) -> bool:
        return self._shared is None or self._shared.global_rank == 0

    def _agree(self) -> None:
        """Decides whether it goes on, keeps where it stands, and tells the other processes."""
        if self._is_first:
            self.standing.ended = self._over()
            self._keep()
        if self._shared is not None:
            self.standing = Standing(**self._shared.broadcast(asdict(self.standing)))

    def _round(self, report: Reporter) -> None:
        """Some steps, then a look at what is held out."""
        self.trainer.forget()
        self.standing.round_steps = self.standing.round_steps or self.recipe.look_every
        until = self.standing.steps + (self.standing.round_steps or MOST_STEPS)
        while self.standing.steps < until and self.fraction < 1:
            self._step(report)
            if not self.standing.round_steps and self.standing.steps >= _MEASURED:
                planned = self._planned_steps(self.standing.seconds / self.standing.steps)
                self.standing.round_steps = self._shared.broadcast(planned) if self._shared else planned
                until = self.standing.round_steps
        row = self._row()
        if self._judge is not None and len(self._judge):
            row["val"] = self._looked(report)
        self.standing.curve.append(row)
        report(Progress(min(self.fraction, 1.0), self._message(), self._left_s(), {"curve": [row]}))
        if self._is_first:
            self._choose(row)

    def _step(self, report: Reporter) -> None:
        began = time.monotonic()
        self._last_loss = self.trainer.step(self.fraction, lambda: report(self._progress()))
        self.standing.steps += 1
        self.standing.seconds += time.monotonic() - began
        if self._shared is not None:
            self.standing.seconds = self._shared.broadcast(self.standing.seconds)
        report(self._progress())

    def _planned_steps(self, step_s: float) -> int:
        """How many steps a round has: about an epoch, more of a small set, less of a large one or where steps are slow.

        Whole epochs where there is room for them, and a dozen rounds in the minutes there are: whoever waits wants a
        curve. A choice once made is kept in the checkpoint.
        """
        longest_s = min(LONGEST_ROUND_S, self.recipe.minutes * 60 / _ROUNDS_OF_MINUTES or LONGEST_ROUND_S)
        epoch = max(1, round(self._count / self.recipe.batch))
        usual = min(epoch, MOST_STEPS) if epoch >= FEWEST_STEPS else epoch * -(-FEWEST_STEPS // epoch)
        worth_a_look = -(-_FEWEST_LOOKED_AT // max(1, round(self._looks_a_step())))
        return max(_MEASURED, min(usual, max(int(longest_s / max(step_s, 1e-6)), worth_a_look)))

    def _looks_a_step(self) -> float:
        """How many pictures may be looked at for each step: a tenth of its work."""
        if self._judge is None or not len(self._judge):
            return float(_FEWEST_LOOKED_AT)
        learned = self.recipe.batch * self.recipe.size**2 / _FORWARD_SHARE
        return _LOOK_SHARE * learned * len(self._judge) / self._judge.pixels

    def _row(self) -> Row:
        loss, counts, pixels = self.trainer.seen()
        rate = self.recipe.learning_rate * pace(min(self.fraction, 1.0), self.recipe.schedule)
        train = {"loss": round(loss, 5), **shares(np.asarray(counts.numpy(), np.int64), pixels)}
        epoch = round(self.standing.steps * self.recipe.batch / self._count, 2)
        place = {"epoch": epoch, "step": self.standing.steps, "minutes": round(self.standing.seconds / 60, 2)}
        return {**place, "learning_rate": float(f"{rate:.3g}"), "train": train, "val": None}

    def _looked(self, report: Reporter) -> Row:
        assert self._judge is not None
        if self._watched is None:
            self._watched = self._judge.some(self._affordable())
        look = self.look(self._watched, report)
        score, threshold = look.best(self.recipe.goal)
        facts = {"dice": round(look.dice(threshold), 5), "score": round(score, 5), "threshold": threshold}
        return {**look.row(), **facts, "pictures": len(self._watched)}

    def look(self, judge: Judge, report: Reporter) -> Look:
        """What the averaged weights mark on these pictures."""
        began = time.monotonic()
        found = looked(judge, self.trainer.averaged, self.trainer.hardware, lambda: report(self._progress()))
        self.standing.seconds += time.monotonic() - began
        return found

    def _affordable(self) -> int:
        """How many pictures may be looked at each round: a tenth of the work of its steps, at least some."""
        return max(_FEWEST_LOOKED_AT, int(self.standing.round_steps * self._looks_a_step()))

    def _choose(self, row: Row) -> None:
        """Keeps the weights at once where they are the best so far."""
        val = row["val"]
        score = val["score"] if val else self.standing.steps
        if score <= self.standing.best_score:
            return
        self.standing.best_score, self.standing.best_step = score, self.standing.steps
        self.standing.best_fraction = self.fraction
        facts = {"step": self.standing.steps, "score": score, "threshold": val["threshold"] if val else None}
        save_checkpoint(self._out / BEST_NAME, dict(self.trainer.averaged.state_dict()), facts)

    def _keep(self) -> None:
        self.standing.notes = list(self.trainer.notes)
        self.standing.hardware = asdict(self.trainer.hardware)
        save_checkpoint(self._out / CHECKPOINT_NAME, self.trainer.state(), asdict(self.standing))

    def _over(self) -> str:
        """Why the run is over, as a sentence; "" while it is not."""
        recipe, standing = self.recipe, self.standing
        if standing.steps >= self.total_steps and recipe.steps:
            return ngettext("It ended after its only step.", "It ended after all {n} steps.", recipe.steps).format(
                n=number(recipe.steps)
            )
        if standing.steps >= self.total_steps:
            return ngettext("It ended after its only epoch.", "It ended after all {n} epochs.", recipe.epochs)
        if self.fraction >= 1:
            digits = 0 if recipe.minutes == round(recipe.minutes) else 1
            return _("It ended because the {minutes} minutes were over.").format(minutes=number(recipe.minutes, digits))
        looks = sum(row["step"] > standing.best_step for row in standing.curve)
        is_late = self.fraction - standing.best_fraction > recipe.patience > 0
        if self._judge is not None and is_late and looks >= _FEWEST_LOOKS:
            text = _("It ended because the pictures held out had not come out better since step {n}.")
            return text.format(n=standing.best_step)
        return ""

    def _message(self) -> str:
        return _("Training, loss {loss}").format(loss=number(self._last_loss, 3))

    def _left_s(self) -> float | None:
        done = min(self.fraction, 1.0)
        return self.standing.seconds / done * (1 - done) if self.standing.steps > _MEASURED else None

    def _progress(self) -> Progress:
        if not self.standing.steps:
            return Progress(0.0, _("Beginning"))
        return Progress(min(self.fraction, 1.0), self._message(), self._left_s())


def forget(out: Path) -> None:
    """Removes what a run left in its folder to go on from."""
    for name in (CHECKPOINT_NAME, BEST_NAME):
        for path in (out / name, (out / name).with_suffix(".tmp")):
            path.unlink(missing_ok=True)


def hardware_of(out: Path, usual: Hardware) -> Hardware:
    """The hardware that an earlier part of the run ended with, if any: it goes on in the same precision."""
    path = out / CHECKPOINT_NAME
    if not path.is_file():
        return usual
    saved = read_facts(path).get("hardware") or {}
    return Hardware(**saved) if saved.get("device") == usual.device else usual
