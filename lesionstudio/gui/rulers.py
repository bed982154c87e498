"""Rulers: the lengths and angles on the scan on screen, kept with its record, and how each view sees them."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.session import Session
from lesionstudio.gui.viewer.tools.ruler import Places
from lesionstudio.gui.viewer.tools.tool import Sketch
from lesionstudio.imaging.geometry import Geometry, Index
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.rulers import Ruler

_SAME_SLICE = 0.01


class Rulers(QObject):
    """`changed`: there is one more or less, or one has moved."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rulers: dict[int, Ruler] = {}
        self._next = 0
        self._settled: dict[int, Ruler] = {}
        self._before: list[dict[int, Ruler]] = []
        # What is on its way to the disk: the record may still say what was before.
        self._drawn: dict[str, tuple[Ruler, ...]] = {}
        session.folder_opened.connect(self._drawn.clear)
        session.scan_opened.connect(self._read)
        session.scan_closed.connect(self._read)

    @property
    def rulers(self) -> Mapping[int, Ruler]:
        """Those of the scan on screen, by a number that stays while it is open."""
        return self._rulers

    def put(self, which: int | None, ruler: Ruler, *, done: bool = True) -> None:
        """One more (None), or another place for one that is there; written down once it is done."""
        if which is None:
            which, self._next = self._next, self._next + 1
        self._rulers[which] = ruler
        self._say(keep=done)

    def remove(self, which: int) -> None:
        """Takes one away."""
        if self._rulers.pop(which, None) is not None:
            self._say(keep=True)

    def remove_all(self) -> None:
        """Takes all of this scan away."""
        if self._rulers:
            self._rulers.clear()
            self._say(keep=True)

    @property
    def can_undo(self) -> bool:
        """Whether anything was drawn, moved or taken away since the scan was opened."""
        return bool(self._before)

    def undo(self) -> None:
        """Takes the last of it back."""
        if self._before:
            self._settled = self._before.pop()
            self._rulers = dict(self._settled)
            self._write()

    def _read(self) -> None:
        item_id = self._session.current_id
        kept = self._drawn.get(item_id, self._session.record(item_id).rulers) if item_id else ()
        self._rulers, self._next = dict(enumerate(kept)), len(kept)
        self._settled, self._before = dict(self._rulers), []
        self.changed.emit()

    def _say(self, *, keep: bool) -> None:
        if keep and self._rulers != self._settled:
            self._before.append(self._settled)
            self._settled = dict(self._rulers)
            self._write()
        else:
            self.changed.emit()

    def _write(self) -> None:
        drawn = tuple(self._rulers.values())
        self._drawn[self._session.current_id] = drawn
        self._session.keep_rulers(self._session.current_id, drawn)
        self.changed.emit()


class PlaneBoard:
    """The rulers that lie in pictures of one plane, in its (picture, row, column); one that goes across is not seen."""

    def __init__(self, rulers: Rulers, plane: Plane, geometry: Geometry) -> None:
        self._rulers, self._plane, self._geometry = rulers, plane, geometry
        self._shape: Index = geometry.shape

    def seen(self, k: int) -> Mapping[int, Places]:
        """The rulers of picture k."""
        found = {which: self._flat(ruler) for which, ruler in self._rulers.rulers.items()}
        return {which: places for which, (n, places) in found.items() if n == k}

    def words(self, k: int, places: Places) -> str:
        """What a ruler there measures."""
        return self._ruler(k, places).words(self._geometry)

    def put(self, which: int | None, k: int, places: Places, *, done: bool) -> None:
        """One more, or another place for one."""
        self._rulers.put(which, self._ruler(k, places), done=done)

    def remove(self, which: int) -> None:
        """Takes one away."""
        self._rulers.remove(which)

    def sketches(self) -> tuple[Sketch, ...]:
        """All of them as they are drawn: the line, and what it measures at its end."""
        drawn = []
        for ruler in self._rulers.rulers.values():
            n, places = self._flat(ruler)
            if n is not None:
                drawn.append(Sketch(n, lines=(places,), texts=((places[-1], ruler.words(self._geometry)),)))
        return tuple(drawn)

    def _ruler(self, k: int, places: Places) -> Ruler:
        return Ruler(tuple(self._plane.to_voxel((k, row, column), self._shape) for row, column in places))

    def _flat(self, ruler: Ruler) -> tuple[int | None, Places]:
        """On which picture it lies, and where; None where it goes across pictures."""
        points = [self._plane.from_voxel(point, self._shape) for point in ruler.points]
        n = round(points[0][0])
        lies = all(abs(point[0] - n) < _SAME_SLICE for point in points)
        return (n if lies else None), tuple((row, column) for _n, row, column in points)
