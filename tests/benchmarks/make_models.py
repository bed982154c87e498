"""The starter models, made again by verbs of the command line only, and the experiments that chose their recipes.

    python -m tests.benchmarks.make_models MODEL [--keep FOLDER] [--until HH:MM] [--unjudged]      one a model
    python -m tests.benchmarks.make_models --experiments [NAME ...] [--sets SET ...] [--seeds 1] [--until HH:MM]

MODEL is one of lung-lesions, lung-nodules, brain-tumour, em-membranes, brain-lobes. A run that was stopped goes on
where it was. Steps of a model: a trunk learned from train, on which val chooses threshold and least size (of the lung
lesions five folds by group do, for val is what they are judged by; membranes begin with another animal's, and folds by
block choose); from there a branch that learns from val too (for a soup a branch a seed, and their average); words for
the card; scores on the part that nothing was chosen on.
Experiments train on one fixed fold inside train and val.

Encoders begin as EfficientNet-Lite0 left ImageNet: FOLDER/efficientnet-lite0.safetensors, which lite0_encoder.py makes.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lesionstudio.workflows.folds import folds_on_card
from tests.benchmarks.draw_thumbnails import draw
from tests.benchmarks.model_words import WORDS
from tests.benchmarks.starter_models import EXPERIMENTS, LATER, LITE0, LOBES, MODELS, STEPS_OF_TRIALS, Idea, Words
from tests.benchmarks.verbs import KEPT, Hour, Kept, TimeIsUp, VerbFailed, listen_to_interrupts, run_verb

FOLDS_OF_TRIALS = 5


class Maker:
    """The steps of one model in its folder; each is a verb, done once."""

    def __init__(self, name: str, place: Path, until: Hour) -> None:
        self.name, self.place, self.until, self.model = name, place, until, MODELS[name]
        self._kept = Kept(place / "steps.json")
        self.model.prepare(place)

    def make(self, *, judged: bool = True) -> Path:
        """Everything, in order; gives the folder of the finished model. Its part is opened only to be `judged` by."""
        model, out = self.model, self.place / self.name
        data = [*model.data(self.place), *model.options]
        before = self._before()
        found = self._folded(data, before) if model.folds else {}
        settled = found.get("settled", {})
        made = self._branches(data, before or self._trunk(data, settled), settled if before else {})
        if not out.exists():
            shutil.copytree(made, out)
        self._describe(out, {"folds": folds_on_card(found)} if found else {})
        if not judged:
            return out
        page = str(self.place / "report.html")
        words = ["--part", model.part, "--onto-card", "--report", page, *model.judged]
        self.step("scores", ["evaluate", "--model", str(out), *data, *words])
        return out

    def _before(self) -> Path | None:
        """Learned from another set, where the model begins with one; on its part val nothing is chosen."""
        if self.model.before is None:
            return None
        out, recipe = self.place / "before", str(self._recipe("recipe.json", {}))
        words = ["train", *self.model.before(self.place), "--recipe", recipe, "--steps", str(self.model.steps)]
        self.step("before", [*words, "--out", str(out), "--resume"])
        return out

    def _folded(self, data: Words, before: Path | None) -> dict[str, Any]:
        """Folds: what all the slices together say, each judged by a model that never saw it."""
        model, words = self.model, list(data)
        words[words.index("--split") + 1] = str(self.place / "folds.csv")
        recipe, folder = str(self._later() if before else self._recipe("recipe.json", {})), self.place / "folds"
        length = ["--steps", str(model.fold_steps), "--folds", str(model.folds)]
        words += ["--from", str(before)] if before else []
        self.step("folds", ["train", *words, "--recipe", recipe, *length, "--out", str(folder), "--resume"])
        found: dict[str, Any] = json.loads((folder / "folds.json").read_text(encoding="utf-8"))
        return found

    def _trunk(self, data: Words, settled: dict[str, Any]) -> Path:
        """Learned from train; its card says threshold and least size, from the folds or from val."""
        smallest = {"smallest": settled["smallest"]} if settled else {}
        cut = ["--threshold", str(settled["threshold"])] if settled else []
        recipe, trunk = str(self._recipe("recipe.json", smallest)), str(self.place / "trunk")
        words = ["train", *data, "--recipe", recipe, "--steps", str(self.model.steps), *cut, "--out", trunk, "--resume"]
        self.step("trunk", words)
        if not settled:
            self.step("settled", ["evaluate", "--model", trunk, *data, "--part", "val", "--settle"])
        return Path(trunk)

    def _branches(self, data: Words, start: Path, settled: dict[str, Any]) -> Path:
        """Each seed goes on from the start, and learns from val too unless that is what it is judged by."""
        model, recipe = self.model, str(self._later())
        every = [] if model.part == "val" else ["--all"]
        every += ["--threshold", str(settled["threshold"])] if settled else []
        for seed, name in zip(model.seeds, self._names_of_branches(), strict=True):
            words = ["--from", str(start), "--steps", str(model.more), "--seed", str(seed), "--resume"]
            out = ["--out", str(self.place / f"seed_{seed}")]
            self.step(name, ["train", *data, "--recipe", recipe, *every, *words, *out])
        made = [self.place / f"seed_{seed}" for seed in model.seeds]
        if len(made) == 1:
            return made[0]
        soup = self.place / "soup"
        self.step("soup", ["models", "--average", ",".join(str(one) for one in made), "--out", str(soup)])
        return soup

    def _later(self) -> Path:
        """The recipe of what goes on from other weights."""
        return self._recipe("later.json", {}, {**LATER, **self.model.later})

    def _names_of_branches(self) -> list[str]:
        return [f"branch {seed}" for seed in self.model.seeds]

    def _describe(self, out: Path, more: dict[str, Any]) -> None:
        said = {**WORDS[self.name], **more, "id": self.name, "parent": "", "licence_file": "LICENSE"}
        said["again"] = f"python -m tests.benchmarks.make_models {self.name}"
        minutes = sum(
            self._kept.of(name).get("minutes", 0.0) for name in ("before", "trunk", *self._names_of_branches())
        )
        took = f"It took {minutes:.0f} minutes of one processor core, on a machine that did other things meanwhile."
        said["notes"] = [*said.get("notes", ()), took]
        said["failures"] = [{"text": one} for one in said.get("failures", ())]
        said["thumbnail"] = "thumbnail.png"
        draw(self.name, self.place / said["thumbnail"])
        (self.place / "LICENSE").write_text(said.pop("licence_text"), encoding="utf-8")
        words, text = self.place / "words.json", json.dumps(said)
        if words.is_file() and words.read_text(encoding="utf-8") != text:
            self._kept.of("words")["done"] = False
        words.write_text(text, encoding="utf-8")
        self.step("words", ["models", str(out), "--describe", str(words)])

    def experiment(self, title: str, idea: Idea, seed: int) -> tuple[dict[str, float], float]:
        """One run on one fold inside train and val: mean Dice of what was left out, by threshold; and its minutes."""
        steps = round(STEPS_OF_TRIALS[self.name] / idea.dear)
        recipe = {**idea.changes, "fold": [0, FOLDS_OF_TRIALS], "whole": True, "steps": steps}
        name = f"{title} {seed}".replace(" ", "-")
        path, answer = self._recipe(f"{name}.json", {}, recipe), self.place / f"{name}.found.json"
        data = [*self.model.data(self.place), *self.model.options]
        words = ["train", *data, "--recipe", str(path), "--seed", str(seed), "--out", str(self.place / name)]
        self.step(name, [*words, "--resume", "--json", str(answer)])
        found: dict[str, float] = json.loads(answer.read_text(encoding="utf-8"))["choice"]["dice"]
        return found, self._kept.of(name)["minutes"]

    def step(self, name: str, words: Sequence[str]) -> None:
        """Runs a verb unless it ended well before."""
        facts = self._kept.of(name)
        if not facts.get("done"):
            run_verb(words, self.place / "log.txt", facts, self._kept, self.until)
            facts["done"] = True
            self._kept.keep()

    def _recipe(self, name: str, card: dict[str, Any], changes: dict[str, Any] | None = None) -> Path:
        recipe = {**self.model.recipe, **(changes or {})}
        recipe["card"] = {**recipe.get("card", {}), **card}
        if recipe.get("encoder_weights") in (LITE0, LOBES):
            recipe["encoder_weights"] = str(_found(recipe["encoder_weights"], self.place))
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(recipe, indent=1), encoding="utf-8")
        return path


def _found(name: str, place: Path) -> Path:
    """A file or folder in the folder or in one above it. Raises VerbFailed."""
    for folder in (place, *place.parents):
        if (folder / name).exists():
            return (folder / name).absolute()
    raise VerbFailed(f"{place.parent / name} is missing: tests/benchmarks/lite0_encoder.py says how to make it.")


def compare(
    keep: Path, titles: Sequence[str], sets: Sequence[str], seeds: int, until: Hour
) -> Iterator[tuple[str, ...]]:
    """Rows of a table: idea, set, seed, best mean Dice of the fold left out, its threshold, processor minutes."""
    for title in titles or EXPERIMENTS:
        idea = EXPERIMENTS[title]
        for name in [one for one in idea.sets if one in sets]:
            maker = Maker(name, keep / "experiments" / name, until)
            for seed in range(seeds):
                found, minutes = maker.experiment(title, idea, seed)
                cut = max(found, key=lambda one: found[one])
                yield title, name, str(seed), f"{found[cut]:.4f}", cut, f"{minutes:.1f}"


def main() -> None:
    """Makes a model, or runs experiments, until it is done or the hour has come."""
    words = argparse.ArgumentParser()
    words.add_argument("model", nargs="?", choices=sorted(MODELS))
    words.add_argument("--experiments", nargs="*", choices=sorted(EXPERIMENTS))
    words.add_argument("--sets", nargs="*", default=list(STEPS_OF_TRIALS), choices=STEPS_OF_TRIALS)
    words.add_argument("--seeds", type=int, default=1)
    words.add_argument("--keep", type=Path, default=KEPT / "models")
    words.add_argument("--until", default="")
    words.add_argument("--unjudged", action="store_true", help="all but the scores: the test part stays closed")
    asked = words.parse_args()
    listen_to_interrupts()
    try:
        if asked.experiments is not None:
            print("idea | set | seed | Dice left out | threshold | minutes", flush=True)
            for row in compare(asked.keep, asked.experiments, asked.sets, asked.seeds, Hour.of(asked.until)):
                print(" | ".join(row), flush=True)
        elif asked.model:
            print(Maker(asked.model, asked.keep / asked.model, Hour.of(asked.until)).make(judged=not asked.unjudged))
        else:
            words.print_help()
    except (TimeIsUp, VerbFailed) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
