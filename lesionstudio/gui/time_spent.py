"""TimeSpent: how long a person has worked on each slice. A minute in which nothing happens counts as away."""

import time
from collections import defaultdict
from collections.abc import Callable

from PySide6.QtCore import QObject

from lesionstudio.gui.session import Session

AWAY_S, KEEP_S, KEEP_LOOKING_S = 60.0, 10.0, 60.0


class TimeSpent(QObject):
    """Adds up the time between one sign of life and the next for the slice that was on screen."""

    def __init__(
        self, session: Session, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._session, self._clock = session, clock
        self._at: tuple[str, int] | None = None
        self._last = self._kept = clock()
        self._spent: defaultdict[int, float] = defaultdict(float)
        for sign in (session.alive, session.slice_changed, session.region_changed, session.window_changed):
            sign.connect(self.note)
        session.scan_opened.connect(self.note)
        session.scan_closed.connect(self._leave)

    def note(self, *_what: object) -> None:
        """Something happened: the time since the last sign belongs to the slice that was on screen until now."""
        now, opened = self._clock(), self._session.open
        if self._at is not None and now - self._last <= AWAY_S:
            self._spent[self._at[1]] += now - self._last
        self._last = now
        self._at = (opened.item.id, opened.k) if opened is not None else None
        if now - self._kept > KEEP_S:
            self._keep(is_long=now - self._kept > KEEP_LOOKING_S)

    def on_slice(self, item_id: str, k: int) -> float:
        """Seconds spent on slice k of a scan, up to the last sign of life."""
        kept = self._session.record(item_id).seconds.get(k, 0.0)
        return kept + (self._spent.get(k, 0.0) if self._at is not None and self._at[0] == item_id else 0.0)

    def _leave(self) -> None:
        item = self._at
        self.note()
        self._at = item
        self._keep(is_long=True)
        self._at = None

    def _keep(self, *, is_long: bool) -> None:
        """With the next steps of the journal, if there are any; else after a longer time, or when the scan is left."""
        if self._at is not None and self._spent and self._session.keep_seconds(self._at[0], self._spent, now=is_long):
            self._spent.clear()
            self._kept = self._last
