"""Case pictures: the scan of a judged case with what was wanted and marked on it, and its stamp for the list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.judged import Found
from lesionstudio.gui.viewer.error_layer import COLOURS
from lesionstudio.imaging.mask import Mask, MaskSnapshot
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, first_preset, preset_window, to_grey
from lesionstudio.metrics.comparison import AGREED, EVERY_LABEL, FALSE, MISSED, errors
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.project import Project
from lesionstudio.workflows.kept_marks import read_marks

SIDE = 112
_TINTS = {AGREED: 0.35, MISSED: 0.75, FALSE: 0.65}
_LEAST_SHOWN, _AROUND = 0.3, 1.4
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class CasePlace:
    """Where a case is to be found: how its scan is read, which slice, and the file with its marks."""

    read: Callable[[], Scan]
    source: str
    k: int
    marks: Path


@dataclass(frozen=True, slots=True, eq=False)
class CasePicture:
    """A case as it is shown: slice k of a scan in this window, with masks of what was marked and wanted there."""

    scan: Scan
    k: int
    window: Window
    marked: Mask
    wanted: Mask


def places(found: Found, project: Project | None) -> list[CasePlace]:
    """Where the cases of a judgement are."""
    made = []
    for case in found.scores["cases"]:
        if "item" in case:
            source = case["item"]
            item = project.items.get(source) if project is not None else None
            read = partial(project.read_scan, item) if project is not None and item is not None else _gone
        else:
            source = case["path"]
            read = partial(_read_file, source)
        made.append(CasePlace(read, source, case["slice"], found.folder / case["marks"]))
    return made


def case_picture(place: CasePlace) -> CasePicture:
    """Reads a case. Slow. Raises UnreadableFile."""
    scan = place.read()
    marked, wanted = read_marks(place.marks)
    window = preset_window(scan, first_preset(scan), place.k)
    return CasePicture(scan, place.k, window, *(_mask(scan, place.k, one) for one in (marked, wanted)))


def make_stamps(wanted: Sequence[tuple[int, CasePlace]], report: Reporter) -> None:
    """Reports (number, QImage) of each case, one after the other; what cannot be read has none."""
    source, scan = "", None
    for n, place in wanted:
        try:
            scan = place.read() if place.source != source or scan is None else scan
            source = place.source
            report(Progress(None, partial=(n, stamp(scan, place))))
        except LesionStudioError:
            continue


def stamp(scan: Scan, place: CasePlace) -> QImage:
    """A small square of the case around what is marked or wanted on it, errors in their colours."""
    codes = errors(*read_marks(place.marks), EVERY_LABEL)
    top, left, side = _square(codes)
    part = (slice(top, top + side), slice(left, left + side))
    pixels = np.asarray(scan.slice(place.k))[part]
    grey = pixels if scan.colour and pixels.dtype == np.uint8 else _grey(scan, place.k, pixels)
    shown = np.repeat(grey[..., None], 3, 2) if grey.ndim == 2 else grey[..., :3]
    return _scaled(tinted(shown, codes[part]))


def tinted(shown: Pixels, codes: Pixels) -> Pixels:
    """A picture (row, column, 3) with errors in their colours over it."""
    mixed = shown.astype(np.float32)
    for kind, share in _TINTS.items():
        colour = QColor(COLOURS[kind])
        mixed[codes == kind] *= 1 - share
        mixed[codes == kind] += share * np.array([colour.red(), colour.green(), colour.blue()], np.float32)
    return np.ascontiguousarray(mixed.astype(np.uint8))


def _grey(scan: Scan, k: int, pixels: NDArray[np.generic]) -> Pixels:
    plane = pixels[..., 0] if pixels.ndim == 3 else pixels
    return to_grey(plane, preset_window(scan, first_preset(scan), k))


def _square(codes: Pixels) -> tuple[int, int, int]:
    """Top, left and side of a square that holds everything marked, with some room around it."""
    rows, columns = codes.shape
    most = min(rows, columns)
    there = np.nonzero(codes)
    if not len(there[0]):
        return (rows - most) // 2, (columns - most) // 2, most
    ends = [(int(axis.min()), int(axis.max()) + 1) for axis in there]
    side = round(max(max(high - low for low, high in ends) * _AROUND, most * _LEAST_SHOWN))
    side = min(side, most)
    top, left = (
        min(max((low + high - side) // 2, 0), length - side) for (low, high), length in zip(ends, (rows, columns))
    )
    return top, left, side


def _scaled(shown: Pixels) -> QImage:
    rows, columns = shown.shape[:2]
    image = QImage(shown.tobytes(), columns, rows, shown.strides[0], QImage.Format.Format_RGB888)
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaled(SIDE, SIDE, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def _mask(scan: Scan, k: int, marks: Pixels) -> Mask:
    """A mask on the scan's grid with marks on one slice."""
    shape = scan.geometry.shape
    layers = {"labels": {k: marks} if marks.any() else {}, "origin": {}, "draft": {}, "draft_probability": {}}
    return Mask.restore(MaskSnapshot(shape, layers, np.zeros(shape[0], np.uint8), None))  # type: ignore[arg-type]


def _read_file(path: str) -> Scan:
    from lesionstudio.imaging.formats import read_scan

    return read_scan(Path(path))


def _gone() -> Scan:
    from lesionstudio.errors import UnreadableFile
    from lesionstudio.words import _

    raise UnreadableFile(_("This scan is no longer in the list."), hint=_("Measure again."))
