"""Making: a change of the mask made piece by piece, so that the window answers while a large one is made."""

import math
import time

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import EMPTY_BOX
from lesionstudio.imaging.proposal import Proposal

_PIECE_S, _AT_LEAST = 0.015, 1 << 18


class Making(QObject):
    """One change on its way. `done` says with the box it looked at that it is a step of the history.

    Small ones (the clock is not looked at before so many voxels) are done when start() returns. Whoever takes the mask
    away meanwhile calls finish() first.
    """

    done = Signal(object)

    def __init__(self, proposal: Proposal, history: EditHistory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pieces, self._box, self._looked_at = proposal.applying(history), EMPTY_BOX, 0
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self.start)

    def start(self) -> None:
        """Makes some of it; the rest follows when the window has done what waits for it."""
        began = time.perf_counter()
        for box in self._pieces:
            self._box = self._box.union(box)
            self._looked_at += math.prod(box.shape)
            if self._looked_at > _AT_LEAST and time.perf_counter() - began > _PIECE_S:
                self._next.start()
                return
        self._end()

    def finish(self) -> None:
        """Makes all the rest of it now."""
        for box in self._pieces:
            self._box = self._box.union(box)
        self._end()

    def _end(self) -> None:
        self._next.stop()
        self.done.emit(self._box)
        self.deleteLater()
