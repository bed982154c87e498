"""Turning: how the scan on screen is turned and mirrored, on the screen only, and where that is remembered."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.session import Session
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.turning import Turn, as_agreed

KEPT = "shown_turned"


class Turning(QObject):
    """`changed`: what is shown has to be shown otherwise. A scan with an orientation is turned by itself; pictures
    without one together with all of their folder: a camera that stood on its head did so for all of them."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._neurological = session.settings.neurological
        session.settings_changed.connect(self._convention_may_change)

    @property
    def turn(self) -> Turn:
        """What the person turned."""
        quarters, mirrored = self._kept.get(self._key, (0, False)) if self._session.scan is not None else (0, False)
        return Turn(int(quarters) % 4, bool(mirrored))

    @property
    def plane(self) -> Plane:
        """The stack's own pictures as they are to be shown: left and right as agreed, then what the person turned."""
        return self.turn.of(self.as_agreed(Plane()))

    def as_agreed(self, plane: Plane) -> Plane:
        """A plane of the scan on screen with left and right where this person is used to see them."""
        scan = self._session.scan
        return as_agreed(plane, scan.geometry, neurological=self._neurological) if scan is not None else plane

    def turn_on(self) -> None:
        """A quarter clockwise."""
        self._take(Turn.turned)

    def mirror(self) -> None:
        """Left and right exchanged."""
        self._take(Turn.mirror)

    def flip(self) -> None:
        """Top and bottom exchanged."""
        self._take(Turn.flip)

    def reset(self) -> None:
        """As in the file."""
        self._take(lambda _turn: Turn())

    def _take(self, step: Callable[[Turn], Turn]) -> None:
        if self._session.scan is None:
            return
        turn = step(self.turn)
        self._kept.pop(self._key, None)
        if not turn.is_none:
            self._kept[self._key] = [turn.quarters, turn.mirrored]
        self._session.save_project()
        self.changed.emit()

    def _convention_may_change(self) -> None:
        if self._session.settings.neurological != self._neurological:
            self._neurological = self._session.settings.neurological
            self.changed.emit()

    @property
    def _kept(self) -> dict[str, Any]:
        kept: dict[str, Any] = self._session.study_settings.setdefault(KEPT, {})
        return kept

    @property
    def _key(self) -> str:
        """The scan's id, or the folder its files lie in, relative to the study's."""
        opened, folder = self._session.open, self._session.folder
        if opened is None or opened.scan.geometry.has_orientation or folder is None:
            return self._session.current_id
        place = opened.item.source.files[0].parent
        return f"{place.relative_to(folder).as_posix() if place.is_relative_to(folder) else place.as_posix()}/"
