"""train-classifier: from one folder a class to a calibrated classifier, judged on groups it never saw."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.likeness import Likeness, likeness
from lesionstudio.model_card import WEIGHTS_NAME, write_card
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.words import _, ngettext, number
from lesionstudio.workflows.class_folders import ClassPicture, class_pictures, dealt, labels_of, read_all, write_deal
from lesionstudio.workflows.classify import Opinions
from lesionstudio.workflows.evaluate_classifier import judge

if TYPE_CHECKING:
    from lesionstudio.learning.classifier import Classifier
    from lesionstudio.learning.classifier_input import Grey
    from lesionstudio.learning.classifier_training import ClassifierRecipe, Lesson, Trained

SPLIT_NAME = "split.csv"
_NAMED = 5
_LIBRARIES = ("torch", "timm", "numpy", "opencv-python-headless")


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A picture dealt to a part, as training keeps it."""

    picture: ClassPicture
    grey: "Grey"


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """What can be learned from: pictures with their parts, near-duplicates by id, and what could not be read."""

    read: tuple[_Read, ...]
    labels: tuple[str, ...]
    twins: tuple[tuple[str, str], ...]
    unreadable: tuple[dict[str, str], ...]

    def lessons(self, part: str) -> "list[Lesson]":
        """The pictures of one part."""
        from lesionstudio.learning.classifier_training import Lesson

        there = (one for one in self.read if one.picture.part == part)
        return [Lesson(one.grey, self.labels.index(one.picture.label), one.picture.group) for one in there]

    def pictures(self, part: str) -> list[ClassPicture]:
        """The pictures of one part, by their files."""
        return [one.picture for one in self.read if one.picture.part == part]


def train_classifier(
    data: Path,
    out: Path,
    *,
    changes: dict[str, Any] | None = None,
    patients: str = "",
    weights: str = "",
    report: Reporter = silent,
) -> dict[str, Any]:
    """Trains on 70 % of the groups, chooses weights and temperature on 15 %, and scores what it made on the rest.

    Near-duplicates stay together and are named. `changes` replaces entries of ClassifierRecipe; `weights` is a model,
    folder or safetensors file whose layers are lent where they fit, or "imagenet" for a download of published ones.
    The folder `out` gets the model and split.csv. Gives {"model", "folder", "training", "scores", "near_duplicates",
    "unreadable", "warnings"}. Raises LesionStudioError where there is too little to learn from or a model already.
    """
    from lesionstudio.learning.classifier_training import ClassifierRecipe

    recipe = ClassifierRecipe(**(changes or {}))
    _refuse_full(out)
    found = _set(data, patients, recipe.seed, report)
    began = time.monotonic()
    classifier, trained = _fitted(found, recipe, out.name, weights, report)
    facts = _facts(found, recipe, trained, (time.monotonic() - began) / 60)
    card = replace(classifier.card, training=facts, made=date.today().isoformat(), data=_data_line(found))
    with telling_what_fails(out):
        saved = replace(classifier, card=card).save(out)
        write_deal([one.picture for one in found.read], out / SPLIT_NAME)
        scores = _scored(out, found, report)
        write_card(replace(saved, scores=scores), out)
    return {
        "model": saved.id,
        "folder": str(out.absolute()),
        "training": facts,
        "scores": scores,
        "near_duplicates": [list(pair) for pair in found.twins],
        "unreadable": list(found.unreadable),
        "warnings": _warnings(found, patients),
    }


def _refuse_full(out: Path) -> None:
    if (out / WEIGHTS_NAME).exists():
        raise LesionStudioError(
            _("{folder} holds a model already.").format(folder=out), hint=_("Name another folder; nothing is replaced.")
        )


def _set(data: Path, patients: str, seed: int, report: Reporter) -> _Set:
    pictures = class_pictures(data, patients)
    labels_of(pictures)
    good: list[tuple[ClassPicture, Any, Likeness | None]] = []
    bad: list[dict[str, str]] = []
    for one, made in read_all(pictures, _read, report, _("Reading")):
        if isinstance(made, LesionStudioError):
            bad.append({"path": str(one.path), "error": made.message, "hint": made.hint})
        else:
            good.append((one, *made))
    if not good:
        raise NotEnoughExamples(_("None of these pictures can be read."), hint=bad[0]["error"] if bad else "")
    placed, twins = dealt([one for one, _grey, _look in good], [look for _one, _grey, look in good], seed)
    read = tuple(_Read(one, grey) for one, (_one, grey, _look) in zip(placed, good))
    return _Set(read, labels_of(placed), tuple(twins), tuple(bad))


def _read(one: ClassPicture) -> "tuple[Grey, Likeness | None]":
    from lesionstudio.learning.classifier_input import kept, plane_of, slices_of

    scan = one.open()
    plane = plane_of(scan, slices_of(scan, 1)[0])
    return kept(plane), likeness(plane)


def _fitted(
    found: _Set, recipe: "ClassifierRecipe", name: str, weights: str, report: Reporter
) -> "tuple[Classifier, Trained]":
    """Trained, with what it knows kept and its temperature and limits set on the validation part."""
    from lesionstudio.learning.classifier import Classifier, fresh_card
    from lesionstudio.learning.classifier_calibration import fitted
    from lesionstudio.learning.classifier_training import train_network

    start = _lent(weights, recipe.architecture)
    card = fresh_card(name, found.labels, recipe.architecture, recipe.side, recipe.dropout)
    learned, held_out = found.lessons("train"), found.lessons("val")
    trained = train_network(card, learned, held_out, recipe, start, report)
    bare = Classifier(trained.network, card, np.zeros((0, 1), np.float32), np.zeros(0, np.int64))
    report(Progress(None, _("Calibrating")))
    return fitted(bare, learned, held_out, recipe.seed), trained


def _lent(weights: str, architecture: str) -> dict[str, Any] | None:
    """The tensors to begin with. Raises ModelProblem."""
    from lesionstudio.learning.classifier_networks import published_weights
    from lesionstudio.learning.networks import read_tensors

    if weights == "imagenet":
        return published_weights(architecture)
    return read_tensors(_weights_file(weights)) if weights else None


def _weights_file(weights: str) -> Path:
    place = Path(weights)
    if place.is_file():
        return place
    return (place if place.is_dir() else ModelShelf().find(weights).folder) / WEIGHTS_NAME


def _facts(found: _Set, recipe: "ClassifierRecipe", trained: "Trained", minutes: float) -> dict[str, Any]:
    from lesionstudio.learning.processor import processor_name

    return {
        "recipe": asdict(recipe),
        "curve": trained.curve,
        "best": trained.best + 1,
        "ended": trained.ended,
        "minutes": round(minutes, 2),
        "processor": processor_name(),
        "seed": recipe.seed,
        "split": {part: _counted(found.pictures(part)) for part in ("train", "val", "test")},
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }


def _counted(pictures: Sequence[ClassPicture]) -> dict[str, Any]:
    labels = sorted({one.label for one in pictures})
    return {
        "pictures": len(pictures),
        "groups": len({one.group for one in pictures}),
        "classes": {label: sum(one.label == label for one in pictures) for label in labels},
    }


def _data_line(found: _Set) -> str:
    words = (f"{label} {sum(one.picture.label == label for one in found.read)}" for label in found.labels)
    return ", ".join(words)


def _scored(out: Path, found: _Set, report: Reporter) -> dict[str, Any]:
    """The scores of the test part, without single pictures."""
    scores = judge(Opinions(out), found.pictures("test"), report, _("Evaluating")).scores
    names = ("pictures", "groups", "accuracy", "balanced_accuracy", "macro_f1", "ci95", "classes", "confusion")
    kept = {name: scores[name] for name in (*names, "unlike_training", "sources")}
    error = scores["calibration"]["error"]
    return {"part": "test", **kept, "calibration_error": error, "with_refusals": scores["with_refusals"]["accuracy"]}


def _warnings(found: _Set, patients: str) -> list[str]:
    said = []
    if found.unreadable:
        text = ngettext("{n} picture cannot be read.", "{n} pictures cannot be read.", len(found.unreadable))
        said.append(text.format(n=number(len(found.unreadable))))
    if found.twins:
        text = _("Nearly the same, and kept together: {names}")
        names = ", ".join(" = ".join(pair) for pair in found.twins[:_NAMED])
        said.append(text.format(names=names + (" ..." if len(found.twins) > _NAMED else "")))
    if not patients and all(one.picture.group == one.picture.id for one in found.read):
        said.append(_("No patients are known: each picture was dealt on its own. Name them with --patients."))
    mixed = [pair for pair in found.twins if pair[0].split("/")[0] != pair[1].split("/")[0]]
    if mixed:
        text = _("Nearly the same, but in two classes: {names}")
        said.append(text.format(names=", ".join(" = ".join(pair) for pair in mixed[:_NAMED])))
    return said
