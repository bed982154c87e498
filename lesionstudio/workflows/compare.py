"""compare: two models on the same cases, paired."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from lesionstudio.imaging.segments import Overlap
from lesionstudio.metrics.cases import SHARES, Case
from lesionstudio.metrics.intervals import paired
from lesionstudio.metrics.summary import DEFINITIONS, summary
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.openings import note_opening
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.words import _
from lesionstudio.workflows.judging import Judge
from lesionstudio.workflows.labelled import Places

_DIFFERENCE = (
    "b minus a, averaged as mean is; ci95 by bootstrap of whole patients or groups; better and worse count cases"
)


def compare(
    a: str,
    b: str,
    *,
    images: Path | None = None,
    masks: Path | None = None,
    split: Path | None = None,
    data: Path | None = None,
    part: str = "",
    patients: str = "",
    pair_by: Literal["name", "number"] = "name",
    overlap: Overlap = "smaller",
    flips: bool = False,
    structure: int | None = None,
    hu_offset: float | None = None,
    device: str = "auto",
    report: Reporter = silent,
) -> dict[str, Any]:
    """Both models (ids or folders) on the pairs of one part, each at its own card's threshold, and how they differ.

    Gives {"a", "b": id, mean, pooled and threshold of each, "cases": [{"id", "patient", "a", "b": Dice}],
    "difference": {name: {"mean", "ci95", "better", "worse", "equal"}}, "part", "opened", "definitions"}. Raises
    LesionStudioError.
    """
    pairs = Places(images, masks, split, data, patients, pair_by, overlap).part(part, report)
    options: dict[str, Any] = {"flips": flips, "structure": structure, "hu_offset": hu_offset, "device": device}
    judges = [Judge(ModelShelf().find(model).folder, **options) for model in (a, b)]
    first = [one.case for one in judges[0].judge(pairs, report, _("Judging the first model"))]
    second = [one.case for one in judges[1].judge(pairs, report, _("Judging the second model"))]
    names = [pair.id for pair in pairs.pairs]
    opened = [note_opening(judge.card, names) for judge in judges][-1] if part == "test" else None
    return {
        **{side: _side(judge, found) for side, judge, found in zip("ab", judges, (first, second))},
        "cases": [
            {"id": one.id, "patient": one.patient, "a": one.share("dice"), "b": other.share("dice")}
            for one, other in zip(first, second)
        ],
        "difference": {name: _difference(first, second, name) for name in SHARES},
        "part": part,
        "opened": opened,
        "definitions": DEFINITIONS | {"difference": _DIFFERENCE},
    }


def _side(judge: Judge, cases: Sequence[Case]) -> dict[str, Any]:
    found = summary(cases)
    return {"model": judge.card.id, "threshold": judge.threshold, "mean": found["mean"], "pooled": found["pooled"]}


def _difference(a: Sequence[Case], b: Sequence[Case], name: str) -> dict[str, Any]:
    groups = [case.patient or case.id for case in a]
    found = paired([case.wanted_shares(name) for case in a], [case.wanted_shares(name) for case in b], groups)
    return {
        "mean": found.mean,
        "ci95": found.interval,
        "better": found.better,
        "worse": found.worse,
        "equal": found.equal,
    }
