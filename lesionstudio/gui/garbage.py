"""Collects Python's cyclic garbage on the window's thread only.

Python may run its collector on whatever thread allocates. A dialog that is garbage would then be destroyed on a thread
of the `files` lane, and Qt ends a program in which a widget dies on another thread than its own.
"""

import gc
import linecache
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 700


class Garbage(QObject):
    """From its making on, garbage is collected here and nowhere else, in the generations Python would choose."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_searching: Callable[[], bool] = bool
        self._searched = False
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def spare_while(self, is_searching: Callable[[], bool]) -> None:
        """While a folder is searched very many objects come that are no garbage; to look through them takes 0.3 s.

        The window would be deaf that long. What there is until the end stays, and is not looked at again.
        """
        self._is_searching = is_searching

    def collect(self) -> None:
        """Collects the oldest generation that is full, if any is."""
        was_searching, self._searched = self._searched, self._is_searching()
        if was_searching or self._searched:
            gc.freeze()
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                linecache.clearcache()  # PySide reads the source of every module that is imported, and it stays there
                return

    def stop(self) -> None:
        """Lets Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
