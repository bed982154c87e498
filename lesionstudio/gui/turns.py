"""Turns: work that belongs together, done piece by piece, so that the window answers in between."""

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_PAUSE_MS = 5
"""What waits meanwhile, a repaint above all, is done before the next piece, not together with it."""


class Turns(QObject):
    """Steps in their order, each in turns of the event loop of its own. One that fails does not keep the others."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], object]] = deque()
        self._next = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._next.timeout.connect(self._step)

    def begin(self, *steps: Callable[[], object]) -> None:
        """Does these from the next turn on; what was left of others is dropped."""
        self._steps = deque(steps)
        self._next.start()

    def drop(self) -> None:
        """What is left is not done any more."""
        self._steps.clear()
        self._next.stop()

    def _step(self) -> None:
        if self._steps:
            step = self._steps.popleft()
            self._next.start()
            step()
