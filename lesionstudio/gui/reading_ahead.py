"""ReadingAhead: the slice that was asked for is shown at once, the others of the scan are read behind it."""

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer

from lesionstudio.errors import UnreadableFile
from lesionstudio.gui.jobs import Job, JobRunner
from lesionstudio.gui.session import Session
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _

MOST_BYTES = 600 << 20
_AFTER_MS = 150


class ReadingAhead(QObject):
    """Reads what fits into the memory meant for it, the slices nearest to the one on screen first."""

    def __init__(self, session: Session, runner: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._runner = session, runner
        self._job: Job | None = None
        self._soon = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._soon.timeout.connect(self._begin)
        session.scan_opened.connect(self._soon.start)
        session.scan_closed.connect(self._stop)

    def _begin(self) -> None:
        """The picture has been painted by now."""
        self._stop()
        scan = self._session.scan
        if scan is not None and scan.slices > 1:
            order = nearest_first(scan, self._session.slice_number)
            self._job = self._runner.run("ahead", _("Reading"), read_all, scan, order)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self._soon.stop()


def nearest_first(scan: Scan, k: int) -> list[int]:
    """As many slices as fit, by their distance from slice k."""
    rows, columns = scan.geometry.shape[1:]
    fits = max(MOST_BYTES // max(rows * columns * scan.channels * scan.dtype.itemsize, 1), 1)
    return sorted(range(scan.slices), key=lambda other: abs(other - k))[:fits]


def read_all(scan: Scan, order: Sequence[int], report: Reporter) -> None:
    """Reads these slices, as long as they are wanted. What cannot be read says so when somebody looks at it."""
    for n, k in enumerate(order, 1):
        with suppress(UnreadableFile):
            scan.slice(k)
        report(Progress(n / len(order)))
