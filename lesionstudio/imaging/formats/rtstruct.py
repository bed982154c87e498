"""RTSTRUCT: the contours of a radiotherapy structure set, drawn on the slices where they lie."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats.dicom_seg import opened
from lesionstudio.imaging.formats.laying import Laying, elsewhere
from lesionstudio.imaging.formats.source import hashed
from lesionstudio.imaging.geometry import LPS_TO_RAS, Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.segments import MOST_SEGMENTS, Segment, Segmentation, plain_name
from lesionstudio.words import _, ngettext, number

CLASS = "1.2.840.10008.5.1.4.1.1.481.3"
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "")
_ON_SLICE = 0.3
Points = NDArray[np.float64]


def read(path: Path, on: Scan | Geometry) -> Segmentation:
    """The structures on the scan's grid, a pixel being inside where its centre is; holes stay holes (even-odd).

    With the scan also says which of the file's references lead nowhere. Raises UnreadableFile, GridMismatch, and what
    pydicom raises.
    """
    dataset = opened(path)
    geometry = on.geometry if isinstance(on, Scan) else on
    found, drawing = _segments(dataset), _Drawing(geometry)
    for segment, contours in found:
        drawing.draw(segment.number, contours)
    notes = reference_notes(dataset, on) if isinstance(on, Scan) else []
    return drawing.finished([segment for segment, _contours in found], notes)


def segments(path: Path) -> tuple[Segment, ...]:
    """What the file's structures are called."""
    return tuple(segment for segment, _contours in _segments(opened(path)))


def reference_notes(dataset: Any, scan: Scan) -> list[str]:
    """What is to be said of references that do not lead to this scan; its contours lie where their millimetres say."""
    notes = []
    frames = {
        str(item.get("FrameOfReferenceUID", "")) for item in dataset.get("ReferencedFrameOfReferenceSequence", ())
    }
    if scan.frame and frames and scan.frame not in {hashed(frame, length=16) for frame in frames}:
        notes.append(_("The file names another frame of reference than the scan has: check that it lies right."))
    named = _named_pictures(dataset)
    if not named:
        notes.append(_("The file does not name the pictures it was drawn on; it was placed by its positions in mm."))
    missing = len({hashed(f"{uid}/0", length=16) for uid in named} - set(scan.slice_ids))
    if missing and scan.slice_ids:
        words = _("{n} of the {all} pictures it names are not in this series; it was placed by its positions in mm.")
        notes.append(words.format(n=number(missing), all=number(len(named))))
    return notes


def _named_pictures(dataset: Any) -> set[str]:
    return {
        str(picture.get("ReferencedSOPInstanceUID", ""))
        for frame in dataset.get("ReferencedFrameOfReferenceSequence", ())
        for study in frame.get("RTReferencedStudySequence", ())
        for series in study.get("RTReferencedSeriesSequence", ())
        for picture in series.get("ContourImageSequence", ())
    }


def _segments(dataset: Any) -> list[tuple[Segment, list[Any]]]:
    """Each structure, numbered in the file's order, with its contours."""
    drawn = {_whole(item.get("ReferencedROINumber")): item for item in dataset.get("ROIContourSequence", ())}
    found = []
    for place, item in enumerate(list(dataset.get("StructureSetROISequence", ()))[:MOST_SEGMENTS], 1):
        contours = drawn.get(_whole(item.get("ROINumber")))
        colour = _colour(contours.get("ROIDisplayColor")) if contours is not None else ""
        found.append(
            (
                Segment(place, plain_name(item.get("ROIName")), colour),
                list(contours.get("ContourSequence", ())) if contours else [],
            )
        )
    if not found:
        raise UnreadableFile(
            _("This structure set names no structure."), hint=_("Save it anew in the program it came from.")
        )
    return found


class _Drawing:
    """Draws contours slice by slice and counts those that find none."""

    def __init__(self, geometry: Geometry) -> None:
        self._laying, self._shape = Laying(geometry), geometry.shape
        self._drawn = self._off = self._open = 0

    def draw(self, n: int, contours: list[Any]) -> None:
        """Draws one structure."""
        planes: dict[int, NDArray[np.bool_]] = {}
        for k, points in self._on_slices(contours):
            plane = planes.setdefault(k, np.zeros(self._shape[1:], np.bool_))
            plane ^= inside(points, self._shape[1:])
        for k, plane in planes.items():
            where = (slice(k, k + 1), slice(None), slice(None))
            self._laying.mark(plane[np.newaxis], n, where, int(np.count_nonzero(plane)))

    def finished(self, segments: list[Segment], notes: list[str]) -> Segmentation:
        """What was drawn. Raises GridMismatch where no contour lies on the scan."""
        if self._off and not self._drawn:
            raise elsewhere()
        if self._off:
            words = _("{n} of {all} contours lie on no slice of this scan and are left out.")
            notes.append(words.format(n=number(self._off), all=number(self._off + self._drawn)))
        if self._open:
            words = ngettext("{n} point or open line encloses nothing.", "{n} points or open lines enclose nothing.",
                             self._open)  # fmt: skip
            notes.append(words)
        return self._laying.finished(segments, notes)

    def _on_slices(self, contours: list[Any]) -> Iterator[tuple[int, Points]]:
        """The slice and points (row, column) of each closed contour; one that comes twice is drawn once."""
        seen = set[bytes]()
        for contour in contours:
            points = _points(contour)
            if len(points) < 3 or str(contour.get("ContourGeometricType") or "") not in _CLOSED:
                self._open += 1
                continue
            places = self._laying.to_index(points)
            k = int(np.round(places[:, 0].mean()))
            if not 0 <= k < self._shape[0] or np.abs(places[:, 0] - k).max() > _ON_SLICE:
                self._off += 1
                continue
            self._drawn += 1
            if points.tobytes() not in seen:
                seen.add(points.tobytes())
                yield k, places[:, 1:]


def _points(contour: Any) -> Points:
    """The contour's points in RAS+ mm; none where they are no numbers. Taken as text: a number at a time is slow."""
    element = contour.get_item("ContourData")
    stored = element.value if element is not None else None
    try:
        texts = stored.split(b"\\") if isinstance(stored, bytes) else list(stored or ())
        points = np.array(texts).astype(np.float64).reshape(-1, 3) * LPS_TO_RAS
    except (TypeError, ValueError):
        return np.zeros((0, 3))
    return points if np.isfinite(points).all() else np.zeros((0, 3))


def inside(points: Points, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether the centre of each pixel (row, column) lies in a polygon (point, 2), by the even-odd rule.

    Every edge flips what lies to the right of it, row by row. The pixels are those of skimage.draw.polygon, which looks
    at every point for every pixel: a minute for the outline of a body on 200 slices, against a second.
    """
    (row, column), (next_row, next_column) = points.T, np.roll(points, -1, axis=0).T
    first, last = np.minimum(row, next_row), np.maximum(row, next_row)
    start, stop = (np.clip(np.ceil(end), 0, shape[0]).astype(np.int64) for end in (first, last))
    lengths = stop - start
    edges = np.repeat(np.arange(len(points)), lengths)
    rows = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + start[edges]
    slope = (next_column - column)[edges] / (next_row - row)[edges]
    crossings = column[edges] + (rows - row[edges]) * slope
    columns = np.clip(np.ceil(crossings), 0, shape[1]).astype(np.int64)
    covered = np.zeros(shape, np.bool_)
    if len(rows):
        top, bottom, wide = int(rows.min()), int(rows.max()) + 1, shape[1] + 1
        flips = np.bincount((rows - top) * wide + columns, minlength=(bottom - top) * wide).astype(np.uint8) & 1
        crossed = np.bitwise_xor.accumulate(flips.reshape(-1, wide), axis=1)
        covered[top:bottom] = crossed[:, :-1] > 0
    return covered


def _colour(stored: Any) -> str:
    try:
        return "#" + "".join(f"{min(max(int(value), 0), 255):02X}" for value in stored)[:6].ljust(6, "0")
    except (TypeError, ValueError):
        return ""


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return -1
