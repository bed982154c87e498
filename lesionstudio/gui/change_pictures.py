"""Two pictures of a changed draft, old and new, cut around what differs; made on a background thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.version_changes import Change
from lesionstudio.gui.what_next import Place
from lesionstudio.imaging.windowing import first_preset, preset_window, to_grey
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.worklist import WorkItem

SIDE = 560
_AROUND, _LEAST_SHARE, _FILL, _HATCH = 1.6, 0.35, 0.16, 9
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, slots=True)
class Pair:
    """A slice with its old draft and with its new one, SIDE pixels square each."""

    place: Place
    old: QImage
    new: QImage


def make_pairs(
    wanted: Sequence[tuple[WorkItem, Change]],
    colours: Mapping[int, str],
    hu_offset: float | None,
    report: Reporter,
) -> None:
    """Reports a Pair of each change, one after the other; what cannot be read has none."""
    from lesionstudio.imaging.choices import in_hu
    from lesionstudio.imaging.formats import read_scan

    item_id, scan = "", None
    for item, change in wanted:
        try:
            scan = in_hu(read_scan(item.source), hu_offset) if scan is None or item.id != item_id else scan
            item_id, k = item.id, change.place.k
            pixels = scan.slice(k)
        except LesionStudioError:
            continue
        grey = to_grey(pixels, preset_window(scan, first_preset(scan), k))
        with np.load(change.arrays) as kept:
            old, new = kept["old"], kept["new"]
        part = _around((old > 0) | (new > 0))
        shown = [_picture(grey[part], marks[part], colours) for marks in (old, new)]
        report(Progress(None, partial=Pair(change.place, *shown)))


def _around(marked: NDArray[np.bool_]) -> tuple[slice, slice]:
    """A square that holds everything marked, with room around it."""
    rows, columns = marked.shape
    places = np.argwhere(marked) if marked.any() else np.array([[0, 0], [rows - 1, columns - 1]])
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0) + 1
    most = min(rows, columns)
    side = int(min(max(_AROUND * max(bottom - top, right - left), _LEAST_SHARE * most), most))
    first_row = int(np.clip((top + bottom - side) // 2, 0, rows - side))
    first_column = int(np.clip((left + right - side) // 2, 0, columns - side))
    return slice(first_row, first_row + side), slice(first_column, first_column + side)


def _picture(grey: Pixels, marks: Pixels, colours: Mapping[int, str]) -> QImage:
    """A picture with a draft as drafts look: hatched, with a thin edge, never filled as an accepted mark is."""
    import cv2

    grey = np.repeat(grey[..., None], 3, axis=2) if grey.ndim == 2 else grey[..., :3]
    shown = cv2.resize(np.ascontiguousarray(grey), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    large = cv2.resize(marks, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    row, column = np.mgrid[:SIDE, :SIDE]
    hatch = (row + column) % _HATCH < 2
    for number in np.unique(large[large > 0]):
        cover = (large == number).astype(np.uint8)
        edge = cover - cv2.erode(cover, np.ones((5, 5), np.uint8), borderValue=0)
        colour = QColor(colours.get(int(number), "#F5A539"))
        paint = np.array([colour.red(), colour.green(), colour.blue()], np.float32)
        shown[cover > 0] += (paint - shown[cover > 0]) * _FILL
        shown[(cover > 0) & (hatch | (edge > 0))] = paint
    made = np.ascontiguousarray(shown.astype(np.uint8))
    return QImage(made.tobytes(), SIDE, SIDE, made.strides[0], QImage.Format.Format_RGB888)
