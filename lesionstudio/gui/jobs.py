"""Job, JobRunner: the background threads, by lane. Whatever a job says is said as a signal on the window's thread."""

import inspect
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from lesionstudio.progress import Cancelled, Progress

LANES = {"files": 2, "save": 1, "journal": 1, "ahead": 2}
"""Threads by lane. `ahead`: what nobody waits for, small pictures and the other slices of the scan on screen."""
_DROPPED = ("files", "ahead")
TURN_S = 0.006
"""After so long hand and eye get their turn before more of what arrived is told."""


class Ears:
    """Who listens to one thing a job says. Like a Qt signal, but it belongs to no QObject that could be gone."""

    def __init__(self) -> None:
        self._listeners: list[Callable[..., object]] = []

    def connect(self, listener: Callable[..., object]) -> None:
        """Calls the listener from now on."""
        self._listeners.append(listener)

    def emit(self, *values: object) -> None:
        """Calls all of them; one that fails is reported to the last-resort hook and the others still hear."""
        for listener in tuple(self._listeners):
            try:
                listener(*values)
            except Exception:
                sys.excepthook(*sys.exc_info())

    def clear(self) -> None:
        """Nobody listens any more."""
        self._listeners.clear()


class Job:
    """One background call. Of succeeded, failed and cancelled exactly one comes, then `ended`, exactly once."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.progressed, self.succeeded, self.failed = Ears(), Ears(), Ears()
        self.cancelled, self.ended = Ears(), Ears()
        self.is_over = False
        self.is_cancelled = False
        self.on_cancel: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Answers at once: the job counts as cancelled now, and what it still says is dropped."""
        if self.is_over:
            return
        self.is_cancelled = True
        if self.on_cancel is not None:
            self.on_cancel()
        self.finish("cancelled", None)

    def report(self, progress: Progress) -> None:
        """Passes a report on, unless the job is over."""
        if not self.is_over:
            self.progressed.emit(progress)

    def finish(self, ending: str, value: object) -> None:
        """Ends the job as "succeeded", "failed" or "cancelled"; later endings are dropped."""
        if self.is_over:
            return
        self.is_over = True
        if ending == "cancelled":
            self.cancelled.emit()
        else:
            (self.succeeded if ending == "succeeded" else self.failed).emit(value)
        self.ended.emit()
        for ears in (self.progressed, self.succeeded, self.failed, self.cancelled, self.ended):
            ears.clear()


class Mailbox(QObject):
    """Carries calls from any thread to the window's thread, in order; many at once do not make the window wait."""

    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls: deque[Callable[[], None]] = deque()
        self._arrived.connect(self._open, Qt.ConnectionType.QueuedConnection)
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._open)

    def post(self, call: Callable[[], None]) -> None:
        """Runs the call on the window's thread, soon. Safe from any thread."""
        self._calls.append(call)
        self._arrived.emit()

    def _open(self) -> None:
        if self._rest.isActive():
            return
        end = time.perf_counter() + TURN_S
        while self._calls and time.perf_counter() < end:
            self._calls.popleft()()
        if self._calls:
            self._rest.start()


class JobRunner(QObject):
    """Runs plain functions on the threads of a lane. A function that takes `report` is told how to report."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {lane: ThreadPoolExecutor(n, thread_name_prefix=lane) for lane, n in LANES.items()}
        self._mailbox = Mailbox(self)
        self._running = 0
        self._is_closing = False

    def run(self, lane: str, title: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Job:
        """Starts function(*args, **kwargs) on a lane and returns its Job; connect to it before returning to Qt."""
        job = Job(title)
        if "report" in inspect.signature(function).parameters:
            kwargs["report"] = lambda progress: self._report(job, progress)
        self._running += 1
        self._lanes[lane].submit(self._carry, job, function, args, kwargs)
        return job

    @property
    def is_idle(self) -> bool:
        """Whether no job runs or waits."""
        return self._running == 0

    def close(self) -> None:
        """Waits for what is being saved, drops what waits on the other lanes, and ends the threads."""
        self._is_closing = True
        for lane, pool in self._lanes.items():
            pool.shutdown(wait=True, cancel_futures=lane in _DROPPED)

    def _report(self, job: Job, progress: Progress) -> None:
        if job.is_cancelled or self._is_closing:
            raise Cancelled
        self._mailbox.post(lambda: job.report(progress))

    def _carry(self, job: Job, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        ending, value = _outcome(job, function, args, kwargs)
        self._mailbox.post(lambda: self._land(job, ending, value))

    def _land(self, job: Job, ending: str, value: object) -> None:
        self._running -= 1
        job.finish(ending, value)


def _outcome(
    job: Job, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[str, object]:
    if job.is_cancelled:
        return "cancelled", None
    try:
        return "succeeded", function(*args, **kwargs)
    except Cancelled:
        return "cancelled", None
    except Exception as problem:
        return "failed", problem
