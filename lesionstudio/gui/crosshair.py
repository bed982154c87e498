"""Crosshair: the voxel at which the views of a scan cross each other. Its slice is the slice of the session."""

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.session import Session
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.planes import Plane


class Crosshair(QObject):
    """`place` is (slice, row, column); `moved` says that it is another one, or that another scan is open."""

    moved = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._item = session, ""
        self.place: Index = (0, 0, 0)
        session.scan_opened.connect(self._begin)
        session.slice_changed.connect(self._follow)

    def go_to(self, place: Index) -> None:
        """Takes it to a voxel, or to the nearest there is."""
        scan = self._session.scan
        if scan is None:
            return
        k, row, column = (max(0, min(at, n - 1)) for at, n in zip(place, scan.geometry.shape))
        before, self.place = self.place, (self.place[0], row, column)
        if k != before[0]:
            self._session.go_to_slice(k)
        elif self.place != before:
            self.moved.emit()

    def go_along(self, plane: Plane, n: int) -> None:
        """Takes it to picture n of a plane; in the picture it stays where it is."""
        scan = self._session.scan
        if scan is not None:
            _n, row, column = self.seen_in(plane)
            k, i, j = plane.to_voxel((n, row, column), scan.geometry.shape)
            self.go_to((int(k), int(i), int(j)))

    def seen_in(self, plane: Plane) -> Index:
        """Where it is in a plane's (picture, row, column)."""
        scan = self._session.scan
        shape = scan.geometry.shape if scan is not None else (1, 1, 1)
        n, row, column = plane.from_voxel(self.place, shape)
        return int(n), int(row), int(column)

    def _begin(self) -> None:
        scan, item = self._session.scan, self._session.current_id
        if scan is not None and item != self._item:
            rows, columns = scan.geometry.shape[1:]
            self._item, self.place = item, (self._session.slice_number, rows // 2, columns // 2)

    def _follow(self, k: int) -> None:
        self.place = (k, *self.place[1:])
        self.moved.emit()
