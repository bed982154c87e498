"""ComputeLane: jobs of the compute process, as Jobs on the window's thread."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject

from lesionstudio.compute.compute import (
    Compute,
    JobCancelled,
    JobFailed,
    JobReported,
    JobSucceeded,
    Level,
    Listener,
    Message,
)
from lesionstudio.gui.jobs import Job, Mailbox


class ComputeLane(QObject):
    """Multiplexes the jobs of one Compute by id. `start` builds the Compute and is called with its listener."""

    def __init__(self, start: Callable[[Listener], Compute], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox(self)
        self._jobs: dict[str, Job] = {}
        self._compute = start(lambda message: self._mailbox.post(lambda: self._hear(message)))

    def submit(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        title: str,
        *,
        level: Level = Level.ORDINARY,
    ) -> Job:
        """Queues a verb and returns its Job; see Compute.submit for which passes which."""
        job = Job(title)
        job_id = self._compute.submit(verb, arguments, level=level)
        self._jobs[job_id] = job
        job.on_cancel = lambda: self._compute.cancel(job_id)
        return job

    def close(self) -> None:
        """Ends the compute process."""
        self._compute.close()

    def _hear(self, message: Message) -> None:
        job = self._jobs.get(message.job)
        if job is None:
            return
        if isinstance(message, JobReported):
            job.report(message.progress)
            return
        if isinstance(message, JobSucceeded | JobFailed | JobCancelled):
            del self._jobs[message.job]
        if isinstance(message, JobSucceeded):
            job.finish("succeeded", message.result)
        elif isinstance(message, JobFailed):
            job.finish("failed", message.problem)
        elif isinstance(message, JobCancelled):
            job.finish("cancelled", None)
