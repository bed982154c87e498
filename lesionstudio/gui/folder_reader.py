"""FolderReader: finds the scans of a folder in the background and hands them on in small lots."""

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.jobs import Job, JobRunner
from lesionstudio.gui.views import Reading
from lesionstudio.imaging.formats import apart
from lesionstudio.imaging.formats.searching import Found
from lesionstudio.progress import Progress
from lesionstudio.project.project import Project
from lesionstudio.words import _
from lesionstudio.workflows.add_scans import Lot, add_scans


class FolderReader(QObject):
    """One search at a time. `found` carries tuples of FoundScan; `masks_found` the masks beside the scans, by
    item; `gone` ids that were found early and are no scans of their own.
    """

    found = Signal(object)
    reading_changed = Signal(object)
    masks_found = Signal(object)
    gone = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None
        self.reading: Reading | None = None

    def expect(self) -> None:
        """A folder is open that will be searched at once: nobody is to think that all of it is known."""
        self._tell(Reading(0))

    def start(self, project: Project) -> None:
        """Searches the project's folder."""
        self._cancel()
        apart.start_early()
        self._job = job = self._runner.run("files", _("Searching"), add_scans, project.folder, project.salt)
        self._tell(Reading(0))
        job.progressed.connect(self._progressed)
        job.succeeded.connect(lambda found: self._finished(job, found))
        job.failed.connect(self.failed.emit)
        job.ended.connect(lambda: self._ended(job))

    def stop(self) -> None:
        """Ends the search; what it found stays."""
        self._cancel()
        if self.reading is not None:
            self._tell(None)

    def _cancel(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _progressed(self, progress: Progress) -> None:
        lot: Lot = progress.partial
        if lot.scans:
            self.found.emit(lot.scans)
        self._tell(Reading(lot.read, lot.files))

    def _finished(self, job: Job, found: Found) -> None:
        if job is not self._job:
            return
        if found.gone:
            self.gone.emit(found.gone)
        if found.masks:
            self.masks_found.emit(found.masks)

    def _ended(self, job: Job) -> None:
        if job is not self._job:
            return
        self._job = None
        self._tell(None)
        self.ended.emit()

    def _tell(self, reading: Reading | None) -> None:
        self.reading = reading
        self.reading_changed.emit(reading)
