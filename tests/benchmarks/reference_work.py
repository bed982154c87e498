"""The reference work from end to end, by command lines only: lungs, nodules, brain lobes, brain tumours, membranes.

Each piece is split (where it must be), trained and judged by `python -m lesionstudio ...`, one thread a process, with a
report beside its figures. Minutes are processor minutes of the training process, so that other work on the machine does
not count; the length of a run is its epochs.

    python -m tests.benchmarks.reference_work [--piece NAME ...] [--keep FOLDER] [--epochs N] [--seed N] [--until HH:MM]

A run that was stopped goes on where it was; what was judged is not judged again. Without --piece all run in turn.
"""

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.verbs import DATA, KEPT, Hour, Kept, TimeIsUp, VerbFailed, listen_to_interrupts, run_verb

Words = list[str]
LUNGS, LOBES = DATA / "lung_medseg", DATA / "brain_lobes"
COLUMNS = ("piece", "label", "seed", "minutes", "steps", "part", "dice", "iou", "pooled_dice", "pooled_iou")
NAMES = ["Frontal", "Parietal", "Temporal", "Occipital"]
PLAIN = ["--architecture", "unet-baseline", "--loss", "dice", "--size", "320", "--orientations", "2"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work. `data` says where pictures and masks are, `first` the verbs that make them, in a folder.

    `labels` are names for what is marked.
    """

    title: str
    data: Callable[[Path], Words]
    train: Words
    epochs: int
    part: str = "test"
    first: Callable[[Path], list[Words]] = lambda _place: []
    prepare: Callable[[Path], None] = lambda _place: None
    structure: Words = field(default_factory=list)
    labels: Words = field(default_factory=list)


def _lungs(_place: Path) -> Words:
    return [*_paired(LUNGS / "images", LUNGS / "masks"), "--split", str(LUNGS / "split.csv")]


def _lobes(_place: Path) -> Words:
    return [*_paired(LOBES / "images", LOBES / "masks"), "--split", str(LOBES / "split.csv")]


def _one_lobe(place: Path) -> Words:
    return [*_paired(LOBES / "images", place / "masks"), "--split", str(LOBES / "split.csv")]


def _paired(images: Path, masks: Path) -> Words:
    return ["--images", str(images), "--masks", str(masks)]


def keep_one_lobe(place: Path, lobe: int = 1) -> None:
    """Masks of one lobe against the rest, 255 where it is."""
    import cv2
    import numpy as np

    (place / "masks").mkdir(parents=True, exist_ok=True)
    for path in sorted((LOBES / "masks").glob("*.png")):
        marks = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
        cv2.imwrite(str(place / "masks" / path.name), (marks == lobe).astype(np.uint8) * 255)


def stack_to_split(place: Path) -> list[Words]:
    """The stack as pictures, its labels as masks, dealt out by blocks of sections."""
    stack, paired = DATA / "em_isbi2012" / "stack", _paired(place / "images", place / "labels")
    dealt = [*paired, "--pair-by", "number", "--out", str(place / "data"), "--blocks", "--structure", "0"]
    return [
        ["convert", str(stack / "train-volume.tif"), "--out", str(place / "images")],
        ["convert", str(stack / "train-labels.tif"), "--out", str(place / "labels")],
        ["split", *dealt],
    ]


PIECES = {
    "lidc": Piece("Lung nodules (lung_lidc)", lambda _place: ["--data", str(DATA / "lung_lidc")], [], 30),
    "lobes": Piece("Four lobes (brain_lobes), unet-baseline with four outputs", _lobes, PLAIN, 20, labels=NAMES),
    "em": Piece(
        "Membranes (em_isbi2012, from its TIFF stack)",
        lambda place: ["--data", str(place / "data")],
        [],
        100,
        first=stack_to_split,
        structure=["--structure", "0"],
        labels=["Membrane"],
    ),
    "medseg": Piece("Lung lesions (lung_medseg)", _lungs, ["--size", "288"], 40, part="val"),
    "lgg": Piece(
        "Brain tumours (brain_lgg, FLAIR), unet-baseline",
        lambda _place: ["--data", str(DATA / "brain_lgg")],
        [*PLAIN, "--channels", "1", "--batch", "8"],
        6,
        labels=["Tumour"],
    ),
    "lobe": Piece(
        "Frontal lobe (brain_lobes), the exact unet-baseline",
        _one_lobe,
        PLAIN,
        12,
        prepare=keep_one_lobe,
        labels=NAMES[:1],
    ),
}


@dataclass(frozen=True, slots=True)
class Work:
    """One piece in its folder, with what is known of it."""

    piece: Piece
    place: Path
    facts: dict[str, Any]
    kept: Kept
    until: Hour

    @property
    def model(self) -> Path:
        return self.place / "model"

    def data(self) -> Words:
        return [*self.piece.data(self.place), *self.piece.structure]

    def make_ready(self) -> None:
        """What has to be there before it trains; once."""
        if "ready" in self.facts:
            return
        for name in ("images", "labels", "data", "masks"):
            shutil.rmtree(self.place / name, ignore_errors=True)
        self.piece.prepare(self.place)
        for words in self.piece.first(self.place):
            self._run(words, {})
        self.facts["ready"] = [" ".join(["lesionstudio", *words]) for words in self.piece.first(self.place)]
        self.kept.keep()

    def train(self, epochs: int, seed: int) -> None:
        """Trains, or goes on, until it is over; once."""
        if "ended" in self.facts:
            return
        words = ["train", *self.data(), "--out", str(self.model), *self.piece.train]
        words += ["--labels", ",".join(self.piece.labels)] if self.piece.labels else []
        words += ["--epochs", str(epochs), "--seed", str(seed)]
        self.facts.update(epochs=epochs, seed=seed, command=" ".join(["lesionstudio", *words]))
        if not self._is_trained():
            self._run([*words, "--resume"] if self.model.is_dir() else words, self.facts)
        training = json.loads((self.model / "card.json").read_text(encoding="utf-8"))["training"]
        self.facts["ended"] = training["ended"]
        for name in ("device", "precision", "processor", "steps"):
            self.facts[name] = training[name]
        self.kept.keep()

    def _is_trained(self) -> bool:
        """Whether the model is whole: the last that a run does is to take its checkpoint away."""
        return (self.model / "card.json").is_file() and not (self.model / "checkpoint.safetensors").is_file()

    def judge(self) -> None:
        """Scores and report; once."""
        if "judged" in self.facts:
            return
        found = self.place / "evaluated.json"
        words = ["evaluate", "--model", str(self.model), *self.data(), "--part", self.piece.part]
        shown = ["--report", str(self.place / "report.html")]
        self._run([*words, *shown, "--json", str(found)], {})
        self.facts["judged"] = scores_of(json.loads(found.read_text(encoding="utf-8")), self.piece.part)
        self.facts["judge"] = " ".join(["lesionstudio", *words, *shown])
        self.kept.keep()

    def _run(self, words: Words, facts: dict[str, Any]) -> None:
        run_verb(words, self.place / "log.txt", facts, self.kept, self.until)


def scores_of(found: dict[str, Any], part: str) -> dict[str, Any]:
    """Dice and IoU by label, pooled and by patient; mean over cases whose reference is not empty, and over all."""
    labels = {
        name: {
            "dice": one["mean"]["dice"],
            "iou": one["mean"]["iou"],
            "pooled_dice": one["pooled"]["f1"],
            "pooled_iou": one["pooled"]["iou"],
        }
        for name, one in found["labels"].items()
    }
    mean, pooled = found["mean"], found["pooled"]
    return {
        "part": part,
        "cases": len(found["cases"]),
        "empty": found["empty"],
        "dice": mean["dice"],
        "ci95": found["ci95"].get("dice"),
        "dice_all": mean["dice_all"],
        "iou": mean["iou"],
        "pooled": {key: pooled[key] for key in ("f1", "iou", "precision", "recall")},
        "labels": labels,
        "by_patient": found["by_patient"],
    }


def shown(name: str, facts: dict[str, Any]) -> str:
    """One piece as lines of a table."""
    head = f"{name}: {PIECES[name].title}\n  seed {facts.get('seed')}, {facts.get('minutes', 0):.1f} processor minutes"
    if "judged" not in facts:
        return f"{head}, not judged yet"
    found = facts["judged"]
    head += f", {facts['steps']} steps, {facts['processor']}, {facts['precision']}. {facts['ended']}"
    marked = [one for one in found["by_patient"].values() if one["dice"] is not None]
    lines = [
        f"  {found['part']} ({found['cases']} cases): mean Dice {found['dice']:.4f} {found['ci95']}, "
        f"IoU {found['iou']:.4f}, Dice of all cases {found['dice_all']:.4f}; "
        f"pooled F1 {found['pooled']['f1']:.4f}, IoU {found['pooled']['iou']:.4f}",
        f"  by patient or group ({len(marked)}): Dice {_span(marked, 'dice')}, "
        f"IoU {_span(marked, 'iou')}, "
        f"pooled Dice {_span(marked, 'pooled_dice')}, pooled IoU {_span(marked, 'pooled_iou')}",
    ]
    for label, one in found["labels"].items() if len(found["labels"]) > 1 else ():
        figures = ", ".join(f"{key} {value:.4f}" for key, value in one.items() if value is not None)
        lines.append(f"  {label}: {figures}")
    return "\n".join([head, *lines])


def _span(patients: list[dict[str, Any]], key: str) -> str:
    """Mean, least and greatest over patients; a dash where it was not measured."""
    found = [float(one[key]) for one in patients if one.get(key) is not None]
    if not found:
        return "-"
    return f"{sum(found) / len(found):.3f} ({min(found):.3f} to {max(found):.3f})"


def write_table(kept: Kept, path: Path) -> None:
    """The same for a spreadsheet: one row a piece and label."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for name, facts in kept.facts.items():
            for label, one in facts.get("judged", {}).get("labels", {}).items():
                run = [facts["seed"], facts["minutes"], facts["steps"], facts["judged"]["part"]]
                table.writerow([name, label, *run, *one.values()])


def main() -> int:
    """Runs what was asked for; 1 where a verb failed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--piece", choices=list(PIECES), action="append")
    words.add_argument("--keep", type=Path, default=KEPT)
    words.add_argument("--epochs", type=int, default=0)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--until", default="", metavar="HH:MM")
    asked = words.parse_args()
    listen_to_interrupts()
    keep, until = asked.keep.absolute(), Hour.of(asked.until)
    kept, code = Kept(keep / "reference_work.json"), 0
    try:
        for name in asked.piece or list(PIECES):
            piece = PIECES[name]
            work = Work(piece, keep / name, kept.of(name), kept, until)
            work.make_ready()
            work.train(asked.epochs or work.facts.get("epochs") or piece.epochs, work.facts.get("seed", asked.seed))
            work.judge()
    except TimeIsUp:
        print("Stopped at the hour asked for; the same command goes on.")
    except VerbFailed as problem:
        print(problem)
        code = 1
    print("\n".join(shown(name, kept.of(name)) for name in PIECES if kept.of(name)))
    write_table(kept, keep / "reference_work.csv")
    return code


if __name__ == "__main__":
    sys.exit(main())
