"""The starter models, made again by verbs of the command line only, and the experiments that chose their recipes.

    python -m tests.benchmarks.make_models MODEL [--keep FOLDER] [--until HH:MM]      one line a model
    python -m tests.benchmarks.make_models --experiments [NAME ...] [--minutes 8] [--seeds 1] [--until HH:MM]

MODEL is one of lung-lesions, lung-nodules, brain-tumour, em-membranes, brain-lobes. A run that was stopped goes on
where it was. Steps of a model: folds by group (threshold and least size come from what they left out), a run on
everything for a fixed number of steps (for a soup a trunk and a branch a seed, averaged), words for the card, and
scores on the part that nothing was chosen on. Experiments train on one fixed fold inside train and val.
"""

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lesionstudio.workflows.folds import folds_on_card
from tests.benchmarks.model_words import WORDS
from tests.benchmarks.verbs import DATA, KEPT, Hour, Kept, TimeIsUp, VerbFailed, listen_to_interrupts, run_verb

Words = list[str]
NET = {"decoder_channels": [128, 64, 48, 32, 16]}
PLAIN: dict[str, Any] = {"encoder": "resnet18", "network": NET, "patience": 0.0}


@dataclass(frozen=True, slots=True)
class Model:
    """How one model is made. `prepare` writes what the verbs need into a folder; `data` says where pictures lie.

    `recipe`: entries of the recipe, its "card" among them. `seeds` of more than one: a trunk of half the steps, a
    branch of the other half for each, and their average. `part`: what it is judged by at the end.
    """

    data: Callable[[Path], Words]
    recipe: dict[str, Any]
    folds: int
    steps: int
    part: str
    seeds: tuple[int, ...] = (0,)
    options: Words = field(default_factory=list)
    judged: Words = field(default_factory=list)
    prepare: Callable[[Path], None] = lambda _place: None


def membranes_split(place: Path) -> None:
    """Sections 0 to 19 to learn from, in five blocks; 20 to 24 to judge by."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / "em.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "split", "group"))
        rows.writerows((f"{n:02d}", "train" if n < 20 else "test", f"block {n // 4}") for n in range(25))


def _paired(folder: Path, masks: str, split: Path) -> Words:
    return ["--images", str(folder / "images"), "--masks", str(folder / masks), "--split", str(split)]


def _card(**facts: Any) -> dict[str, Any]:
    return {"labels": ["Lesion"], "plane": "axial", **facts}


_LUNGS, _LOBES, _EM = DATA / "lung_medseg", DATA / "brain_lobes", DATA / "em_isbi2012"
_HEALTHY = [str(DATA / "chest_ct" / name / "dicom") for name in ("ACRIN-FLT-Breast_013", "C3L-00189")]
_NOTHING = [word for place in _HEALTHY for word in ("--nothing-there", place)]

MODELS = {
    "lung-lesions": Model(
        lambda _place: _paired(_LUNGS, "masks", _LUNGS / "split.csv"),
        {**PLAIN, "encoder": "resnet34", "network": {}, "size": 320, "card": _card(modality="CT", region="lung")},
        folds=5,
        steps=1500,
        part="val",
        judged=_NOTHING,
    ),
    "lung-nodules": Model(
        lambda _place: ["--data", str(DATA / "lung_lidc")],
        {**PLAIN, "card": _card(modality="CT", region="lung", view="crop", labels=["Nodule"])},
        folds=5,
        steps=3000,
        part="test",
    ),
    "brain-tumour": Model(
        lambda _place: ["--data", str(DATA / "brain_lgg")],
        {**PLAIN, "card": _card(modality="MR", region="brain", labels=["Tumour"])},
        folds=5,
        steps=3000,
        part="test",
        options=["--channels", "0,1,2"],
    ),
    "em-membranes": Model(
        lambda place: _paired(_EM, "labels", place / "em.csv"),
        {**PLAIN, "card": {"labels": ["Membrane"], "marks": "borders", "flips": True}},
        folds=5,
        steps=2000,
        part="test",
        options=["--structure", "0"],
        prepare=membranes_split,
    ),
    "brain-lobes": Model(
        lambda _place: _paired(_LOBES, "masks", _LOBES / "split.csv"),
        {
            **PLAIN,
            "orientations": 2,
            "card": _card(modality="MR", region="brain", labels=["Frontal", "Parietal", "Temporal", "Occipital"]),
        },
        folds=4,
        steps=1500,
        part="test",
    ),
}

EXPERIMENTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "base": (("lung-nodules", "brain-tumour"), {}),
    "larger input": (("lung-nodules",), {"size": 192, "long_side": [192, 192]}),
    "smaller input": (("brain-tumour",), {"size": 160, "long_side": [160, 160]}),
    "resnet34": (("lung-nodules", "brain-tumour"), {"encoder": "resnet34", "network": {}}),
    "mobilenet_v2": (("lung-nodules", "brain-tumour"), {"encoder": "mobilenet_v2"}),
    "deeper supervision": (("lung-nodules",), {"architecture": "unetplusplus"}),
    "stronger augmentation": (("lung-nodules", "brain-tumour"), {"strength": 1.6, "scales": [0.65, 1.5]}),
    "weaker augmentation": (("lung-nodules", "brain-tumour"), {"strength": 0.6}),
    "longer averaging": (("lung-nodules", "brain-tumour"), {"averaging": 0.9995}),
    "one-cycle": (("lung-nodules", "brain-tumour"), {"schedule": "one-cycle", "learning_rate": 0.003}),
    "dice+focal": (("lung-nodules", "brain-tumour"), {"loss": "dice+focal"}),
    "tversky": (("brain-tumour",), {"loss": "tversky+bce"}),
    "FLAIR alone": (("brain-tumour",), {"channels": "1"}),
    "batch 16": (("lung-nodules",), {"batch": 16}),
    "union encoder": (("lung-nodules", "brain-tumour"), {"encoder_weights": "UNION"}),
}
"""What is changed, and on which sets: each idea by one run on one fold, the best three again with three seeds."""


class Maker:
    """The steps of one model in its folder; each is a verb, done once."""

    def __init__(self, name: str, place: Path, until: Hour) -> None:
        self.name, self.place, self.until, self.model = name, place, until, MODELS[name]
        self._kept = Kept(place / "steps.json")
        self.model.prepare(place)

    def make(self) -> Path:
        """Everything, in order; gives the folder of the finished model."""
        model, out = self.model, self.place / self.name
        data = [*model.data(self.place), *model.options]
        base = self._recipe("recipe.json", {})
        words = ["train", *data, "--recipe", str(base), "--steps", str(model.steps), "--folds", str(model.folds)]
        self.step("folds", [*words, "--out", str(self.place / "folds"), "--resume"])
        found = json.loads((self.place / "folds" / "folds.json").read_text(encoding="utf-8"))
        self._whole(data, found["settled"])
        if not out.exists():
            shutil.copytree(self.place / ("soup" if len(model.seeds) > 1 else f"seed_{model.seeds[0]}"), out)
        said = {**WORDS[self.name], "id": self.name, "folds": folds_on_card(found)}
        said["again"] = f"python -m tests.benchmarks.make_models {self.name}"
        (self.place / "LICENSE").write_text(said.pop("licence_text"), encoding="utf-8")
        (self.place / "words.json").write_text(json.dumps({**said, "licence_file": "LICENSE"}), encoding="utf-8")
        self.step("words", ["models", str(out), "--describe", str(self.place / "words.json")])
        page = str(self.place / "report.html")
        judged = ["--part", model.part, "--onto-card", "--report", page, *model.judged, *_without_channels(data)]
        self.step("scores", ["evaluate", "--model", str(out), *judged])
        return out

    def _whole(self, data: Words, settled: dict[str, Any]) -> None:
        """The run on train and val together; for a soup a trunk, a branch a seed, and their average."""
        seeds, steps, cut = self.model.seeds, self.model.steps, ["--threshold", str(settled["threshold"])]
        recipe = str(self._recipe("final.json", {"smallest": settled["smallest"]}))
        common = ["train", *data, "--recipe", recipe, "--all", *cut, "--resume"]
        if len(seeds) == 1:
            out = str(self.place / f"seed_{seeds[0]}")
            self.step("whole", [*common, "--steps", str(steps), "--seed", str(seeds[0]), "--out", out])
            return
        trunk = str(self.place / "trunk")
        self.step("trunk", [*common, "--steps", str(steps // 2), "--out", trunk])
        branches = [str(self.place / f"seed_{seed}") for seed in seeds]
        for seed, out in zip(seeds, branches):
            words = ["--from", trunk, "--steps", str(steps // 2), "--seed", str(seed), "--out", out]
            self.step(f"branch {seed}", [*common, *words])
        self.step("soup", ["models", "--average", ",".join(branches), "--out", str(self.place / "soup")])

    def experiment(self, title: str, changes: dict[str, Any], minutes: float, seed: int) -> dict[str, float]:
        """One run on one fold inside train and val; gives mean Dice of what was left out, by threshold."""
        changes = dict(changes)
        channels = changes.pop("channels", "")
        recipe = {**changes, "fold": [0, self.model.folds], "whole": True, "minutes": minutes, "epochs": 100_000}
        name = f"{title} {seed}".replace(" ", "-")
        path, answer = self._recipe(f"{name}.json", {}, recipe), self.place / f"{name}.found.json"
        data = [*self.model.data(self.place), *self.model.options, *(["--channels", channels] if channels else [])]
        words = ["train", *data, "--recipe", str(path), "--seed", str(seed), "--out", str(self.place / name)]
        self.step(name, [*words, "--resume", "--json", str(answer)])
        found: dict[str, float] = json.loads(answer.read_text(encoding="utf-8"))["choice"]["dice"]
        return found

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
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(recipe, indent=1), encoding="utf-8")
        return path


def _without_channels(data: Words) -> Words:
    """evaluate reads the channels from the card."""
    if "--channels" not in data:
        return data
    at = data.index("--channels")
    return data[:at] + data[at + 2 :]


def compare(keep: Path, titles: Sequence[str], minutes: float, seeds: int, until: Hour) -> list[tuple[str, ...]]:
    """The table of experiments: idea, set, seed, best mean Dice of the fold left out and its threshold."""
    rows = []
    for title in titles or EXPERIMENTS:
        sets, changes = EXPERIMENTS[title]
        for name in sets:
            maker = Maker(name, keep / "experiments" / name, until)
            for seed in range(seeds):
                lent = changes.get("encoder_weights") == "UNION"
                own = {**changes, "encoder_weights": str(keep / "union")} if lent else changes
                found = maker.experiment(title, own, minutes, seed)
                cut = max(found, key=lambda one: found[one])
                rows.append((title, name, str(seed), f"{found[cut]:.4f}", cut))
                print(" | ".join(rows[-1]), flush=True)
    return rows


def main() -> None:
    """Makes a model, or runs experiments, until it is done or the hour has come."""
    words = argparse.ArgumentParser()
    words.add_argument("model", nargs="?", choices=sorted(MODELS))
    words.add_argument("--experiments", nargs="*", choices=sorted(EXPERIMENTS))
    words.add_argument("--minutes", type=float, default=8.0)
    words.add_argument("--seeds", type=int, default=1)
    words.add_argument("--keep", type=Path, default=KEPT / "models")
    words.add_argument("--until", default="")
    asked = words.parse_args()
    listen_to_interrupts()
    try:
        if asked.experiments is not None:
            rows = compare(asked.keep, asked.experiments, asked.minutes, asked.seeds, Hour.of(asked.until))
            print("idea | set | seed | Dice left out | threshold", *(" | ".join(row) for row in rows), sep="\n")
        elif asked.model:
            print(Maker(asked.model, asked.keep / asked.model, Hour.of(asked.until)).make())
        else:
            words.print_help()
    except (TimeIsUp, VerbFailed) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
