"""score: existing masks against reference masks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lesionstudio.imaging.formats import read_mask, read_scan
from lesionstudio.imaging.segments import Overlap
from lesionstudio.metrics.cases import Case, score_case
from lesionstudio.metrics.summary import summary
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.words import _
from lesionstudio.workflows.labelled import Places


def score(
    predictions: Path,
    masks: Path,
    *,
    spacing: Sequence[float] | None = None,
    structure: int | None = None,
    pair_by: Literal["name", "number"] = "name",
    overlap: Overlap = "smaller",
    report: Reporter = silent,
) -> dict[str, Any]:
    """The scores of CLI.md for masks paired by name. `spacing` (slice, row, column) in mm replaces the file's own."""
    pairs = Places(images=predictions, masks=masks, pair_by=pair_by, overlap=overlap).pairs(report).pairs
    steps = Steps(report, len(pairs), _("Scoring"))
    read = []
    for pair in pairs:
        geometry = read_scan(pair.mask).geometry
        marks = read_mask(pair.image, geometry, structure=structure, overlap=overlap)
        wanted = read_mask(pair.mask, geometry, structure=structure, overlap=overlap)
        read.append((pair, marks, wanted, spacing or (geometry.spacing_mm if geometry.has_spacing else None)))
        steps.advance()
    highest = max(int(max(marks.max(), wanted.max())) for _pair, marks, wanted, _spacing in read)
    names = label_names(highest)
    cases: list[Case] = []
    for pair, marks, wanted, distance in read:
        spacing_mm = None if distance is None else tuple(float(length) for length in np.asarray(distance))
        cases.append(score_case(pair.id, pair.group, marks, wanted, names, spacing_mm))
    return {**summary(cases), "model": "", "part": ""}


def label_names(highest: int) -> tuple[str, ...]:
    """Names for labels 1 to highest that nothing names: "Lesion" alone, or "Label 1", "Label 2", ..."""
    if highest <= 1:
        return ("Lesion",)
    return tuple(f"Label {n}" for n in range(1, highest + 1))
