"""RunningJobs: which of the jobs that go on is told in the job bar, and what its Cancel ends."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lesionstudio.gui.views import JobView


class RunningJobs:
    """One job a worker (Models, Learner, ...); each has a signal `job_changed` and `cancel`.

    An urgent one is told first, else the one that began first: the others wait for it. One that is paused waits last.
    """

    def __init__(self, workers: Mapping[str, Any], show: Callable[[JobView | None], object]) -> None:
        self._workers, self._show = dict[str, Any](), show
        self._jobs: dict[str, JobView] = {}
        for name, worker in workers.items():
            self.add(name, worker)

    def add(self, name: str, worker: Any) -> None:
        """One worker more."""
        self._workers[name] = worker
        worker.job_changed.connect(lambda job: self._changed(name, job))

    def __bool__(self) -> bool:
        """Whether any job goes on."""
        return bool(self._jobs)

    def cancel(self) -> None:
        """Ends the job that is told."""
        name = self._told()
        if name:
            self._workers[name].cancel()

    def pause(self, on: bool) -> None:
        """Stops the job that is told for now, or goes on with it."""
        name = self._told()
        if name and self._jobs[name].can_pause:
            self._workers[name].pause(on)

    def _changed(self, name: str, job: JobView | None) -> None:
        if job is None:
            self._jobs.pop(name, None)
        else:
            self._jobs[name] = job
        told = self._told()
        self._show(replace(self._jobs[told], waiting=self._waiting()) if told else None)

    def _told(self) -> str:
        urgent = [name for name, job in self._jobs.items() if job.is_urgent]
        at_work = [name for name, job in self._jobs.items() if not job.is_paused]
        return next(iter([*urgent, *at_work, *self._jobs]), "")

    def _waiting(self) -> int:
        lasting = [job for job in self._jobs.values() if not job.is_urgent and not job.is_paused]
        return sum(job.waiting for job in self._jobs.values()) + max(len(lasting) - 1, 0)
