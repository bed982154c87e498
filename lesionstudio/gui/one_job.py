"""OneJob: a worker that does one thing at a time in the background, told in the job bar."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.jobs import Job
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import JobView
from lesionstudio.progress import Progress


class OneJob(QObject):
    """What the workers that write files share. `job_changed`: how far it is, None at the end."""

    job_changed = Signal(object)

    def __init__(self, session: Session, verb: str, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._verb, self._title = session, verb, title
        self._job: Job | None = None

    def cancel(self) -> None:
        """Stops; files already written stay, whole."""
        if self._job is not None:
            self._job.cancel()

    def _follow(self, job: Job, succeeded: Callable[[Any], object]) -> None:
        """Tells of this job until it ends, and of what fails."""
        self._job = job
        self.job_changed.emit(JobView(self._verb, self._title))
        job.progressed.connect(self._progressed)
        job.succeeded.connect(succeeded)
        job.failed.connect(self._session.tell_problem)
        job.ended.connect(lambda: self._ended(job))

    def _progressed(self, progress: Progress) -> None:
        self.job_changed.emit(JobView(self._verb, self._title, progress.fraction, progress.left_s))

    def _ended(self, job: Job) -> None:
        if self._job is job:  # else what comes after it has begun
            self._job = None
            self.job_changed.emit(None)
