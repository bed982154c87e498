"""Which series a DICOM-SEG or RTSTRUCT was drawn on, as it says; read without its pixels and contours."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesionstudio.imaging.formats.dicom_header import read_tags

_TAGS: list[Any] = ["ReferencedSeriesSequence", "ReferencedFrameOfReferenceSequence", "FrameOfReferenceUID"]


@dataclass(frozen=True, slots=True)
class References:
    """UIDs of the series and of the frames of reference that a mask names."""

    series: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()


def read(path: Path) -> References:
    """What a DICOM file names; nothing where it names nothing. Raises what pydicom raises."""
    with path.open("rb") as file:
        dataset = read_tags(file, _TAGS)
    frames = list(dataset.get("ReferencedFrameOfReferenceSequence") or ())
    studies = [study for frame in frames for study in frame.get("RTReferencedStudySequence") or ()]
    series = [one for study in studies for one in study.get("RTReferencedSeriesSequence") or ()]
    series += list(dataset.get("ReferencedSeriesSequence") or ())
    return References(_uids(series, "SeriesInstanceUID"), _uids([dataset, *frames], "FrameOfReferenceUID"))


def _uids(items: list[Any], keyword: str) -> frozenset[str]:
    return frozenset(str(item.get(keyword)) for item in items if item.get(keyword))
