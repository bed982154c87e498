"""How slow work talks to whoever waits: it reports as often as it can, and stops when `report` raises Cancelled."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `partial` is a finished piece of the result, as JSON could carry it."""

    fraction: float | None
    message: str = ""
    left_s: float | None = None
    partial: Any = None


Reporter = Callable[[Progress], None]


class Cancelled(Exception):
    """Raised by a Reporter when the work is no longer wanted; never caught by the work itself."""


def silent(progress: Progress) -> None:
    """Listens to nobody: for callers who do not wait."""


class Steps:
    """Counts equal steps and reports each, with the time left from the second report on."""

    def __init__(
        self, report: Reporter, total: int, message: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._report, self._total, self._message, self._clock = report, max(total, 1), message, clock
        self._done, self._reports, self._began = 0, 0, clock()

    def advance(self, n: int = 1, message: str | None = None, partial: Any = None) -> None:
        """Tells the reporter that n more steps are done."""
        self._done = min(self._done + n, self._total)
        self._reports += 1
        self._message = self._message if message is None else message
        self._report(Progress(self._done / self._total, self._message, self._left_s(), partial))

    def _left_s(self) -> float | None:
        if self._reports < 2 or not self._done:
            return None
        return (self._clock() - self._began) / self._done * (self._total - self._done)
