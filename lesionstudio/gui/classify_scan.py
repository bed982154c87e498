"""ClassifyScan: the picture on the Classify page: the scan that is open, or one that was dropped and only looked at."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.kinds import Looked
from lesionstudio.gui.parts import Parts
from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, first_preset, preset_window, presets_for
from lesionstudio.words import _


class ClassifyScan(QObject):
    """`opened`: another picture, or none."""

    opened = Signal()
    slice_changed = Signal()
    window_changed = Signal()

    def __init__(self, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts, self._session = parts, parts.session
        self._dropped: Looked | None = None
        self._scan: Scan | None = None
        self._k, self._window = 0, (Window(255, 127.5), "")
        self._reading: Job | None = None
        session = parts.session
        session.scan_opened.connect(lambda: self.show_session(afresh=True))
        session.scan_closed.connect(self._session_closed)
        session.slice_changed.connect(lambda _k: self.slice_changed.emit() if self._dropped is None else None)
        session.window_changed.connect(lambda _w: self.window_changed.emit() if self._dropped is None else None)

    # What is shown

    @property
    def key(self) -> str:
        """Which picture it is; "" for none."""
        return self._dropped.key if self._dropped is not None else self._session.current_id

    @property
    def scan(self) -> Scan | None:
        """Its voxels; None for none, and while it is read."""
        return self._scan if self._dropped is not None else self._session.scan

    @property
    def k(self) -> int:
        """The slice on screen, from 0."""
        return self._k if self._dropped is not None else self._session.slice_number

    @property
    def window(self) -> tuple[Window, str]:
        """Width and level, and the preset's name."""
        if self._dropped is not None:
            return self._window
        scan, key = self._session.scan, self._session.preset
        names = [one.name for one in presets_for(scan) if one.key == key] if scan is not None else []
        return self._session.window, names[0] if names else ""

    @property
    def is_volume(self) -> bool:
        """Whether there are other slices."""
        return self.scan is not None and self.scan.slices > 1

    # Another one

    def show_session(self, *, afresh: bool = False) -> None:
        """Shows the scan that is open; a dropped one stays unless it was taken away, or is to go (`afresh`)."""
        dropped = self._dropped
        if afresh or (dropped is not None and self._parts.classifying.picture(dropped.key) is None):
            self._let_go()
        if self._dropped is None:
            self.opened.emit()

    def open_picture(self, picture: Looked) -> None:
        """Shows this one: of the study, or read from where it lies."""
        if not picture.is_dropped:
            self.open_item(picture.key)
            return
        self._let_go()
        self._dropped = picture
        self.opened.emit()
        if not picture.error:
            self._reading = job = self._parts.runner.run("files", _("Reading"), _read, picture.source)
            job.succeeded.connect(lambda scan: self._take(picture, scan))
            job.failed.connect(self._session.tell_problem)

    def open_item(self, item_id: str) -> None:
        """Shows a scan of the study."""
        self._let_go()
        if item_id == self._session.current_id:
            self.opened.emit()
        else:
            self._session.open_item(item_id)

    def go_to_slice(self, k: int) -> None:
        """Shows slice k."""
        if self._dropped is None:
            self._session.go_to_slice(k)
        elif self._scan is not None:
            self._k = max(0, min(k, self._scan.slices - 1))
            self.slice_changed.emit()

    def set_window(self, window: Window) -> None:
        """Shows these values from black to white."""
        if self._dropped is None:
            self._session.set_window(window)
        else:
            self._window = (window, "")
            self.window_changed.emit()

    def _take(self, picture: Looked, scan: Scan) -> None:
        if picture is not self._dropped:
            return
        known = self._parts.classifying.kind(picture.key)
        self._scan = scan
        self._k = min(known.k, scan.slices - 1) if known is not None else scan.slices // 2
        key = first_preset(scan)
        self._window = preset_window(scan, key, scan.slices // 2), ""
        self.opened.emit()

    def _let_go(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading, self._dropped, self._scan = None, None, None

    def _session_closed(self) -> None:
        if self._dropped is None:
            self.opened.emit()


def _read(source: ScanSource) -> Scan:
    """Opens a scan and reads the slice that is shown first: the window's thread shall not wait for it."""
    from lesionstudio.imaging.formats import read_scan

    scan = read_scan(source)
    scan.slice(scan.slices // 2)
    return scan


def found_in(paths: list[Path]) -> list[FoundScan]:
    """Every scan in these files and folders; what cannot be read comes with its sentence."""
    from lesionstudio.workflows.asked_scans import asked_scans

    return list(asked_scans(paths, strict=False))
