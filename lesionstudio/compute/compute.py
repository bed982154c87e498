"""Compute, a Protocol: who takes jobs and answers with messages. A remote machine would implement the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from lesionstudio.progress import Progress


class ComputeBug(Exception):
    """A mistake of the program in the compute process; `trace` says where, as Python prints it there."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


@dataclass(frozen=True, slots=True)
class JobStarted:
    """The job's verb runs now."""

    job: str


@dataclass(frozen=True, slots=True)
class JobReported:
    """The job said how far it is."""

    job: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class JobSucceeded:
    """The job is over; `result` is what its verb returned, as JSON carries it."""

    job: str
    result: Any


@dataclass(frozen=True, slots=True)
class JobFailed:
    """The job is over; `problem` is a LesionStudioError as it was raised, or a ComputeBug."""

    job: str
    problem: Exception


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """The job is over because somebody called `cancel`; it says nothing more."""

    job: str


Message = JobStarted | JobReported | JobSucceeded | JobFailed | JobCancelled
Listener = Callable[[Message], None]


class Level(IntEnum):
    """How soon a job is wanted: URGENT while a person waits for it, AHEAD of what a person asks for next."""

    BACKGROUND = 0
    ORDINARY = 1
    AHEAD = 2
    URGENT = 3


class Compute(Protocol):
    """Runs verbs somewhere else. Each job ends once: succeeded, failed or cancelled."""

    def submit(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        level: Level = Level.ORDINARY,
    ) -> str:
        """Queues a verb with arguments that JSON can carry and gives the job's id.

        A job passes those of lower levels between two of their pieces. Jobs of one level run in the order they came.
        """

    def cancel(self, job: str) -> None:
        """Ends the job as cancelled, at once; a job that is over stays as it ended."""

    def close(self) -> None:
        """Ends everything; no message comes afterwards."""
