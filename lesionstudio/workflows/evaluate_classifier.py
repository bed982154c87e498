"""evaluate of a classifier: how well it names the pictures of folders of classes, and those of sources set apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesionstudio.errors import LesionStudioError, ModelProblem
from lesionstudio.metrics.classes import Named, class_scores
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.openings import note_opening
from lesionstudio.words import _
from lesionstudio.workflows.class_folders import ClassPicture, class_pictures, of_part, read_all
from lesionstudio.workflows.classify import Opinion, Opinions, chosen_classifier

DEFINITIONS = {
    "accuracy": "right / all pictures that could be read",
    "balanced_accuracy": "mean of the classes' recall",
    "precision": "right / all given this class",
    "recall": "right / all of this class",
    "f1": "2 precision recall / (precision + recall)",
    "macro_f1": "mean of the classes' F1",
    "calibration.error": "mean over pictures of |share right - mean confidence| of their bin, ten bins (ECE)",
    "with_refusals": "the same, where a picture said to be unlike all that was learned from counts as wrong",
    "ci95": "95 % percentile bootstrap, 2,000 resamples of whole groups",
}


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A picture that was judged, and what was thought of it."""

    picture: ClassPicture
    opinion: Opinion

    @property
    def is_right(self) -> bool:
        """Whether it was given its class."""
        return self.opinion.name == self.picture.label


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What was found of one set of pictures: scores as JSON, and each picture that could be read."""

    scores: dict[str, Any]
    looked: tuple[Looked, ...]


def evaluate_classifier(
    model: str,
    data: Path,
    *,
    split: Path | None = None,
    part: str = "",
    outside: Path | None = None,
    patients: str = "",
    page: Path | None = None,
    report: Reporter = silent,
) -> dict[str, Any]:
    """The scores of CLI.md for a classifier (id or folder) on a folder of classes, or one part of it.

    `outside` is such a folder of a source that was never trained on; its scores stand apart, under "outside". Cases
    that cannot be read are {path, error, hint} and count nowhere. `page` is where a report goes, as HTML. Raises
    ModelProblem where a folder is named as no class is, and other LesionStudioErrors.
    """
    opinions = Opinions(chosen_classifier(model).folder)
    pictures = of_part(class_pictures(data, patients), split, part)
    inside = judge(opinions, pictures, report, _("Evaluating"))
    apart = judge(opinions, class_pictures(outside), report, _("Evaluating what is apart")) if outside else None
    opened = note_opening(opinions.card, [one.id for one in pictures]) if part == "test" else None
    scores = {
        **inside.scores,
        "outside": apart and apart.scores,
        "model": opinions.card.id,
        "part": part,
        "opened": opened,
        "engine": opinions.looker.engine_name,
        "device": "cpu",
        "definitions": DEFINITIONS,
    }
    if page is not None:
        from lesionstudio.workflows.classes_report import write_classes_report

        write_classes_report(page, scores, opinions, inside, apart, report)
    return scores


def judge(opinions: Opinions, pictures: Sequence[ClassPicture], report: Reporter, text: str) -> Judgement:
    """Looks at every picture. Raises ModelProblem where a class is unknown to the model."""
    _check_names(pictures, opinions.labels)
    looked, cases = [], []
    for picture, made in read_all(pictures, lambda one: opinions.seen(one.open()), report, text):
        if isinstance(made, LesionStudioError):
            cases.append({"path": str(picture.path), "error": made.message, "hint": made.hint})
            continue
        looked.append(Looked(picture, opinions.of(*made)))
        cases.append({**looked[-1].opinion.to_json(str(picture.path)), "truth": picture.label, "group": picture.group})
    return Judgement(_scores(looked, cases, opinions.labels), tuple(looked))


def _scores(looked: Sequence[Looked], cases: list[dict[str, Any]], labels: Sequence[str]) -> dict[str, Any]:
    wrong = sorted((one for one in looked if not one.is_right), key=lambda one: -one.opinion.confidence)
    refused = class_scores([_named(one, labels, refusing=True) for one in looked], labels)
    return {
        "cases": cases,
        **class_scores([_named(one, labels) for one in looked], labels),
        "with_refusals": {name: refused[name] for name in ("accuracy", "ci95", "balanced_accuracy", "classes")},
        "unlike_training": sum(one.opinion.unlike_training for one in looked),
        "mistakes": [
            {**one.opinion.to_json(str(one.picture.path)), "truth": one.picture.label, "group": one.picture.group}
            for one in wrong
        ],
        "sources": _sources(looked),
    }


def _named(one: Looked, labels: Sequence[str], *, refusing: bool = False) -> Named:
    given = -1 if refusing and one.opinion.unlike_training else labels.index(one.opinion.name)
    return Named(labels.index(one.picture.label), given, one.opinion.confidence, one.picture.group)


def _sources(looked: Sequence[Looked]) -> dict[str, Mapping[str, float]]:
    """By source, where names begin with one and "~": pictures, how many are right, how many were refused."""
    found: dict[str, dict[str, float]] = {}
    for one in looked:
        source, mark, _rest = one.picture.path.name.partition("~")
        if mark:
            its = found.setdefault(source, {"pictures": 0, "right": 0, "unlike_training": 0})
            its["pictures"] += 1
            its["right"] += one.is_right
            its["unlike_training"] += one.opinion.unlike_training
    return dict(sorted(found.items()))


def _check_names(pictures: Sequence[ClassPicture], labels: Sequence[str]) -> None:
    unknown = sorted({one.label for one in pictures} - set(labels))
    if unknown:
        raise ModelProblem(
            _("The model knows no class called {names}.").format(names=", ".join(unknown)),
            hint=_("Its classes are: {names}. Name the folders so.").format(names=", ".join(labels)),
        )
