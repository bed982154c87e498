"""Thumbnails: small pictures for the scan list, made in the background and kept in this user's cache."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.jobs import Job, JobRunner
from lesionstudio.imaging.windowing import first_preset, preset_window, to_grey
from lesionstudio.progress import Progress, Reporter
from lesionstudio.settings import kept_folder
from lesionstudio.words import _

SIDE, FORM = 112, 1
_AFTER_MS = 200
"""The list and the first picture are on screen by then: until they are, each thread more makes the window wait."""


class Thumbnails(QObject):
    """Makes the pictures one by one; `made` carries an item's id and its QImage. `hu_offset`: see Project."""

    made = Signal(str, object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._images: dict[str, QImage] = {}
        self._asked: set[str] = set()
        self._waiting: list[tuple[str, Any]] = []
        self._job: Job | None = None
        self.hu_offset: float | None = None
        self._soon = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._soon.timeout.connect(self._next)

    def image(self, item_id: str) -> QImage | None:
        """The picture, if it is there already."""
        return self._images.get(item_id)

    def ask(self, wanted: list[tuple[str, Any]]) -> None:
        """Wants pictures of these (item id, ScanSource); each is made once."""
        fresh = [(item_id, source) for item_id, source in wanted if item_id not in self._asked]
        self._asked |= {item_id for item_id, _source in fresh}
        self._waiting += fresh
        if fresh and not self._soon.isActive():
            self._soon.start()

    def forget(self) -> None:
        """Another folder is open."""
        self._waiting.clear()
        self._images.clear()
        self._asked.clear()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        lot, self._waiting = self._waiting, []
        self._job = job = self._runner.run("ahead", _("Reading"), make_thumbnails, lot, self.hu_offset)
        job.progressed.connect(lambda progress: self._keep(job, progress.partial))
        job.ended.connect(lambda: self._lot_done(job))

    def _keep(self, job: Job, made: tuple[str, QImage]) -> None:
        if job is self._job:
            self._images[made[0]] = made[1]
            self.made.emit(*made)

    def _lot_done(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._next()


def make_thumbnails(wanted: list[tuple[str, Any]], hu_offset: float | None, report: Reporter) -> None:
    """Reads or makes one picture after the other, reporting each; what cannot be read has none."""
    for item_id, source in wanted:
        try:
            image = kept_image(source, hu_offset) or _keep_new(source, hu_offset)
        except LesionStudioError:
            continue
        report(Progress(None, partial=(item_id, image)))


def kept_image(source: Any, hu_offset: float | None) -> QImage | None:
    """The picture of a ScanSource, if it was made before."""
    path = _place(source, hu_offset)
    if not path.is_file():
        return None
    image = QImage(str(path))
    return None if image.isNull() else image


def kept_amount() -> tuple[int, int]:
    """How many pictures are kept, and how many bytes they take."""
    sizes = [path.stat().st_size for path in _folder().glob("*.png")]
    return len(sizes), sum(sizes)


def clear_kept() -> tuple[int, int]:
    """Takes all kept pictures away; each is made again when its folder is opened. Gives what is left, as above."""
    for path in _folder().glob("*.png"):
        path.unlink(missing_ok=True)
    return kept_amount()


def _keep_new(source: Any, hu_offset: float | None) -> QImage:
    from lesionstudio.imaging.choices import in_hu
    from lesionstudio.imaging.formats import read_scan

    scan = in_hu(read_scan(_middle(source)), hu_offset)
    k = scan.slices // 2
    pixels = scan.slice(k)
    step = max(1, min(pixels.shape[:2]) // (2 * SIDE))
    pixels = pixels[::step, ::step]
    grey = to_grey(pixels, preset_window(scan, first_preset(scan), k))
    image = square_image(grey, scan.geometry.spacing_mm[1:])
    path = _place(source, hu_offset)
    with suppress(OSError):  # where nothing can be kept it is made again next time
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(str(path))
    return image


def _middle(source: Any) -> Any:
    """Of a series only the file that is shown: to read the heads of all of them takes a hundred times as long."""
    if source.format != "dicom":
        return source
    return replace(source, files=(source.files[len(source.files) // 2],))


def square_image(grey: np.ndarray[Any, np.dtype[np.uint8]], spacing: tuple[float, float]) -> QImage:
    """A picture (row, column[, channel]) in true proportion, cut to a square of SIDE pixels."""
    from PySide6.QtCore import Qt

    grey = np.ascontiguousarray(grey[..., :3] if grey.ndim == 3 else grey)
    rows, columns = grey.shape[:2]
    kind = QImage.Format.Format_RGB888 if grey.ndim == 3 else QImage.Format.Format_Grayscale8
    image = QImage(grey.tobytes(), columns, rows, grey.strides[0], kind)
    width, height = columns * spacing[1], rows * spacing[0]
    scale = SIDE / min(width, height)
    smooth = Qt.TransformationMode.SmoothTransformation
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    image = image.scaled(*size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return image.copy((image.width() - SIDE) // 2, (image.height() - SIDE) // 2, SIDE, SIDE)


def _place(source: Any, hu_offset: float | None) -> Path:
    first = source.files[len(source.files) // 2]
    stat = first.stat()
    key = f"{first}|{source.part}|{stat.st_mtime_ns}|{stat.st_size}|{len(source.files)}"
    key += "" if hu_offset is None else f"|{hu_offset}"
    return _folder() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.png"


def _folder() -> Path:
    return kept_folder("thumbnails", FORM)
