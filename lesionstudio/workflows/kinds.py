"""kinds: what pictures show, for the window: some pictures at a time, why, heat maps as files, and the table of all."""

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.choices import in_hu
from lesionstudio.imaging.formats import ScanSource, read_scan
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Progress, Reporter, Steps
from lesionstudio.project.storage import file_name, telling_what_fails
from lesionstudio.words import _
from lesionstudio.workflows.class_folders import read_all
from lesionstudio.workflows.classify import Opinion, Opinions, write_heat
from lesionstudio.workflows.kept_kinds import Answer, keep_kinds

HEAT_NAME = "heat.npy"
_HEAT_SIDE = 256
Saved = Mapping[str, Any]


def look_at_pictures(
    sources: Sequence[Saved], model: str, report: Reporter, hu_offset: float | None = None
) -> list[Answer]:
    """For each scan (ScanSource as JSON) {class, probabilities, unlike_training, slice}, else {error, hint}.

    Keeps what it says; see kept_kinds. Raises ModelProblem where `model` is no folder of a classifier.
    """
    opinions = _opinions(Path(model))
    asked = [ScanSource.from_json(dict(source)) for source in sources]
    answers: list[Answer] = []
    for _one, made in read_all(asked, lambda one: opinions.seen(_opened(one, hu_offset)), report, _("Looking")):
        if isinstance(made, LesionStudioError):
            answers.append({"error": made.message, "hint": made.hint})
        else:
            answers.append(_answer(opinions.of(*made)))
    sound = [(one, answer) for one, answer in zip(asked, answers) if "error" not in answer]
    keep_kinds(sound, opinions.card.sha256, hu_offset)
    return answers


def explain_picture(
    source: Saved, k: int, label: str, model: str, out: str, report: Reporter, hu_offset: float | None = None
) -> dict[str, Any]:
    """Writes how much each place of slice k speaks for a class into `out`, as heat.npy: (row, column), 0 to 255.

    Gives {probabilities} of that slice alone. The heat is at most 256 long. Raises ModelProblem, UnreadableFile.
    """
    from lesionstudio.learning.classifier_input import plane_of
    from lesionstudio.learning.gradcam import heat_of

    report(Progress(None, _("Looking")))
    opinions = _opinions(Path(model))
    plane = plane_of(_held(ScanSource.from_json(dict(source)), hu_offset), k)
    side, network = opinions.looker.classifier.side, opinions.looker.classifier.network
    heat = heat_of(network, plane, side, opinions.labels.index(label))
    np.save(Path(out) / HEAT_NAME, (_reduced(heat) * 255).round().clip(0, 255).astype(np.uint8))
    answer = opinions.looker.look([plane])[0]
    return {"probabilities": dict(zip(opinions.labels, answer.probabilities))}


def write_heat_maps(
    pictures: Sequence[Saved], model: str, out: str, report: Reporter, hu_offset: float | None = None
) -> dict[str, Any]:
    """Writes the most telling slice of each scan under the heat of its class into `out`, as `name`.png.

    `pictures`: {name, source}. Nothing is written over. Gives {files, failed: [{name, error, hint}]}. Raises
    ProjectProblem where the folder cannot be written, ModelProblem.
    """
    opinions, files, failed = _opinions(Path(model)), list[str](), list[dict[str, str]]()
    steps = Steps(report, len(pictures), _("Writing heat maps"))
    for one in pictures:
        try:
            scan = _opened(ScanSource.from_json(dict(one["source"])), hu_offset)
            picture = opinions.heat(scan, opinions.of(*opinions.seen(scan)))
            files.append(str(write_heat(_free_place(Path(out), str(one["name"])), picture)))
        except LesionStudioError as problem:
            if not Path(out).is_dir():
                raise
            failed.append({"name": str(one["name"]), "error": problem.message, "hint": problem.hint})
        steps.advance()
    return {"files": files, "failed": failed}


def write_table(path: Path, labels: Sequence[str], rows: Sequence[tuple[str, Answer]]) -> Path:
    """Writes name, class, confidence, each class's probability, unlike_training and error as CSV, whole or not at all.

    `rows`: a name and what look_at_pictures gave. Raises ProjectProblem.
    """
    with telling_what_fails(path), whole_file(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(("name", "class", "confidence", *labels, "unlike_training", "error"))
        table.writerows(_row(name, labels, answer) for name, answer in rows)
    return path


def _row(name: str, labels: Sequence[str], answer: Answer) -> list[object]:
    if "error" in answer:
        return [_plain_cell(name), "", "", *("" for _label in labels), "", answer["error"]]
    shares = answer["probabilities"]
    each = [f"{shares.get(label, 0.0):.5f}" for label in labels]
    best = f"{shares[answer['class']]:.5f}"
    return [_plain_cell(name), answer["class"], best, *each, "yes" if answer["unlike_training"] else "no", ""]


def _plain_cell(words: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{words}" if words[:1] in "=+-@" else words


def _free_place(folder: Path, name: str) -> Path:
    """Where no file is yet: the name in letters that every system can store, with a number where it is taken."""
    place, number = folder / file_name(name.replace("/", "_"), ".png"), 2
    while place.exists():
        place, number = folder / file_name(name.replace("/", "_"), f"_{number}.png"), number + 1
    return place


def _answer(opinion: Opinion) -> Answer:
    return {
        "class": opinion.name,
        "probabilities": {name: round(value, 5) for name, value in opinion.probabilities.items()},
        "unlike_training": opinion.unlike_training,
        "slice": opinion.k,
    }


def _opened(source: ScanSource, hu_offset: float | None) -> Scan:
    return in_hu(read_scan(source), hu_offset)


def _opinions(folder: Path) -> Opinions:
    """The classifier, kept as long as its card stays the same."""
    card = folder / "card.json"
    return _kept_opinions(folder, card.stat().st_mtime_ns if card.is_file() else 0)


@lru_cache(maxsize=2)
def _kept_opinions(folder: Path, _changed: int) -> Opinions:
    return Opinions(folder)


@lru_cache(maxsize=1)
def _held(source: ScanSource, hu_offset: float | None) -> Scan:
    """The scan whose slices are explained one after the other: it is opened once."""
    return _opened(source, hu_offset)


def _reduced(heat: "np.ndarray[Any, np.dtype[np.float32]]") -> "np.ndarray[Any, np.dtype[np.float32]]":
    import cv2

    rows, columns = heat.shape
    share = _HEAT_SIDE / max(rows, columns)
    if share >= 1:
        return heat
    size = max(1, round(columns * share)), max(1, round(rows * share))
    return np.asarray(cv2.resize(heat, size, interpolation=cv2.INTER_AREA), np.float32)
