"""MaskDrops: segmentations that somebody opens or drops like pictures are offered to the scans that are open."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.session import Session
from lesionstudio.gui.views import Reading
from lesionstudio.imaging.formats.names import is_segment_name


class MaskDrops(QObject):
    """Knows by their endings which files cannot be pictures. `offer` shows the import sheet with them."""

    def __init__(self, session: Session, offer: Callable[[list[Path]], None]) -> None:
        super().__init__(session)
        self._session, self._offer = session, offer
        self._waiting: list[Path] = []
        session.folder_opening.connect(self._forget)
        session.reading_changed.connect(self._look)

    def take(self, places: list[Path]) -> bool:
        """Whether these are segmentations: they go to the study that is open, else their own folder is opened first."""
        if not places or not all(is_segment_name(place.name) and place.is_file() for place in places):
            return False
        project = self._session.project
        if project is None:
            self._session.open_folder(places[0])
            self._waiting = places
        elif project.read_only:
            return False
        else:
            self._offer(places)
        return True

    def _forget(self) -> None:
        self._waiting = []

    def _look(self, reading: Reading | None) -> None:
        if reading is None and self._waiting:
            places, self._waiting = self._waiting, []
            QTimer.singleShot(0, self, lambda: self._offer(places))
