"""classify: what pictures show, how sure that is, whether they resemble what was learned from, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, ModelProblem, UnreadableFile
from lesionstudio.imaging.formats import FoundScan, read_scan
from lesionstudio.imaging.formats.names import stem
from lesionstudio.imaging.formats.png import write_picture
from lesionstudio.imaging.heat import with_heat
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.words import _
from lesionstudio.workflows.asked_scans import asked_scans, place_of
from lesionstudio.workflows.class_folders import read_all
from lesionstudio.workflows.report import shown_slice

STARTER = "picture-kind"


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What is thought of one scan: the class's name, each class's probability, and its most telling slice."""

    name: str
    confidence: float
    probabilities: dict[str, float]
    unlike_training: bool
    distance: float
    k: int = 0

    def to_json(self, path: str) -> dict[str, Any]:
        """As CLI.md says it."""
        return {
            "path": path,
            "class": self.name,
            "confidence": round(self.confidence, 5),
            "probabilities": {name: round(value, 5) for name, value in self.probabilities.items()},
            "unlike_training": self.unlike_training,
        }


class Opinions:
    """A classifier ready to look at scans. Raises ModelProblem where the folder holds none."""

    def __init__(self, folder: Path) -> None:
        from lesionstudio.learning.classifier import Classifier, Looker

        classifier = Classifier.load(folder)
        self.card, self.labels = classifier.card, classifier.card.labels
        self.looker = Looker(classifier, classifier.card.sha256)

    def of(self, seen: NDArray[np.float32], slices: Sequence[int]) -> Opinion:
        """Of the slices of one scan as the network sees them: their mean counts."""
        answers = self.looker.answers(seen)
        chances = np.mean([one.probabilities for one in answers], axis=0)
        label = int(np.argmax(chances))
        telling = max(range(len(answers)), key=lambda n: answers[n].probabilities[label])
        far = sum(one.unlike_training for one in answers) * 2 > len(answers)
        probabilities = {name: float(value) for name, value in zip(self.labels, chances)}
        distance = float(np.median([one.distance for one in answers]))
        return Opinion(self.labels[label], float(chances[label]), probabilities, far, distance, slices[telling])

    def seen(self, scan: Scan) -> tuple[NDArray[np.float32], list[int]]:
        """The slices that speak for a scan, as the network sees them, and their numbers. Raises UnreadableFile."""
        from lesionstudio.learning.classifier_input import plane_of, seen, slices_of

        slices = slices_of(scan)
        return np.stack([seen(plane_of(scan, k), self.looker.classifier.side) for k in slices]), slices

    def heat(self, scan: Scan, opinion: Opinion) -> NDArray[np.uint8]:
        """The most telling slice under the heat of its class: (rows, columns, 3)."""
        from lesionstudio.learning.classifier_input import plane_of
        from lesionstudio.learning.gradcam import heat_of

        label, network = self.labels.index(opinion.name), self.looker.classifier.network
        heat = heat_of(network, plane_of(scan, opinion.k), self.looker.classifier.side, label)
        return with_heat(shown_slice(scan, opinion.k), heat)


def chosen_classifier(wanted: str) -> ShelvedModel:
    """The classifier of this id or folder; "" is the shipped one, else the first on the shelf. Raises ModelProblem."""
    shelf = ModelShelf()
    if wanted:
        return shelf.find(wanted)
    found = [model for model in shelf.models() if model.card.task == "classification"]
    if not found:
        raise ModelProblem(
            _("There is no classifier on the shelf."),
            hint=_("Make one with train-classifier, or name its folder with --model."),
        )
    return next((model for model in found if model.card.id == STARTER), found[0])


def classify(
    paths: Sequence[Path],
    model: str = "",
    heatmaps: Path | None = None,
    strict: bool = False,
    report: Reporter = silent,
) -> list[dict[str, Any]]:
    """For each scan in these files and folders what CLI.md's `classify` lists, else {path, error, hint}.

    A volume is judged by up to five slices from its middle. `heatmaps` is a folder for pictures (name.png) under their
    heat; entries then carry "heatmap". With `strict` the first that cannot be read raises. Raises ModelProblem.
    """
    opinions = Opinions(chosen_classifier(model).folder)
    found = list(asked_scans(paths, strict=strict))
    names = _free_names(found)
    listed: list[dict[str, Any]] = []
    for n, (one, made) in enumerate(read_all(found, lambda one: opinions.seen(_open(one)), report, _("Looking"))):
        if isinstance(made, LesionStudioError):
            if strict:
                raise made
            listed.append({"path": place_of(one), "error": made.message, "hint": made.hint})
            continue
        opinion = opinions.of(*made)
        listed.append(opinion.to_json(place_of(one)))
        if heatmaps is not None:
            listed[-1]["heatmap"] = str(write_heat(heatmaps / names[n], opinions.heat(_open(one), opinion)))
    return listed


def _open(found: FoundScan) -> Scan:
    if found.error:
        raise UnreadableFile(found.error, hint=found.hint)
    return read_scan(found.source)


def _free_names(found: Sequence[FoundScan]) -> list[str]:
    """A name for each heat map: the file's own, with a number where several files are called so."""
    names: list[str] = []
    for one in found:
        bare = stem(Path(place_of(one)).name)
        name, number = f"{bare}.png", 2
        while name in names:
            name, number = f"{bare}_{number}.png", number + 1
        names.append(name)
    return names


def write_heat(path: Path, picture: NDArray[np.uint8]) -> Path:
    """Writes a picture under its heat; gives the path from the root on. Raises ProjectProblem."""
    with telling_what_fails(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_picture(path, picture, {})
    return path.absolute()
