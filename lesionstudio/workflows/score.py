"""score: existing masks against reference masks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats import grid_of_masks, read_mask, read_segments, segments_in
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.pairs import Pair
from lesionstudio.imaging.segments import MOST_SEGMENTS, Overlap
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
    """The scores of CLI.md for masks paired by name, DICOM segmentations by the series they were drawn on.

    `spacing` (slice, row, column) in mm replaces the file's own. Where all masks name their segments, these are judged
    by name, else label numbers are; where each has but one segment, that is one lesion whatever it is called.
    """
    places = Places(images=predictions, masks=masks, pair_by=pair_by, overlap=overlap, by_series=True)
    pairs = places.pairs(report).pairs
    steps, named = Steps(report, len(pairs), _("Scoring")), segment_names(pairs)
    read = []
    for pair in pairs:
        geometry = grid_of_masks(pair.mask, pair.image)
        marks, wanted = (_labels(path, geometry, named, structure, overlap) for path in (pair.image, pair.mask))
        read.append((pair, marks, wanted, spacing or (geometry.spacing_mm if geometry.has_spacing else None)))
        steps.advance()
    highest = max(int(max(marks.max(), wanted.max())) for _pair, marks, wanted, _spacing in read)
    names = named or label_names(highest)
    cases: list[Case] = []
    for pair, marks, wanted, distance in read:
        spacing_mm = None if distance is None else tuple(float(length) for length in np.asarray(distance))
        cases.append(score_case(pair.id, pair.group, marks, wanted, names, spacing_mm))
    return {**summary(cases), "model": "", "part": ""}


def segment_names(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """What the segments of the masks are called, those of the references first; () where a file names none.

    One name for all where no file has more than one segment.
    """
    found = [segments_in(path) for which in ("mask", "image") for path in (getattr(pair, which) for pair in pairs)]
    if not all(found) or not all(one.name for segments in found for one in segments):
        return ()
    if all(len(segments) == 1 for segments in found):
        return label_names(1)
    names: dict[str, str] = {}
    for one in (one for segments in found for one in segments):
        names.setdefault(one.name.casefold(), one.name)
    return tuple(names.values()) if len(names) <= MOST_SEGMENTS else ()


def _labels(
    path: Path, geometry: Geometry, names: Sequence[str], structure: int | None, overlap: Overlap
) -> NDArray[np.uint8]:
    """The marks of a mask, numbered as `names` are from 1, or as its file numbers them where there are none."""
    segmentation = read_segments(path, geometry) if names else None
    if segmentation is None:
        return read_mask(path, geometry, structure=structure, overlap=overlap)
    numbers = {name.casefold(): n for n, name in enumerate(names, 1)}
    return segmentation.labels(
        overlap, {one.number: numbers.get(one.name.casefold(), 1) for one in segmentation.segments}
    )


def label_names(highest: int) -> tuple[str, ...]:
    """Names for labels 1 to highest that nothing names: "Lesion" alone, or "Label 1", "Label 2", ..."""
    if highest <= 1:
        return ("Lesion",)
    return tuple(f"Label {n}" for n in range(1, highest + 1))
