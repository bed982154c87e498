"""Hand: mouse and keys on the real window, and a count of what they did: way of the mouse, clicks, keys."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import dist

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.seats import LEFT, NONE, Hands

Place = tuple[float, float]
_APART_PX = 4.0
_NOTCH = 120
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@dataclass
class Effort:
    """Points the mouse went (with and without a button down), presses of its buttons, notches of its wheel, keys."""

    path_px: float = 0.0
    clicks: int = 0
    notches: int = 0
    keys: int = 0

    def as_json(self) -> dict[str, float]:
        """For a file."""
        return asdict(self)


class Hand:
    """One hand at the mouse, the other at the keys. Places are (row, column) of the slice on screen."""

    def __init__(self, hands: Hands) -> None:
        self._hands, self.effort = hands, Effort()
        self._at = QPoint(hands.picture.width() // 2, hands.picture.height() // 2)
        self._tool = ""

    # Keys

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """One key, where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self._hands.window, key, held)
        QApplication.processEvents()
        self.effort.keys += 1

    def take(self, key: Qt.Key) -> None:
        """A tool by its key; one that is in the hand already needs none."""
        name = str(key)
        if self._tool != name:
            self.key(key)
            self._tool = name

    def go_to(self, k: int) -> None:
        """Another slice, by PgDn and PgUp, ten at a time with Shift."""
        while (way := k - self._hands.session.slice_number) != 0:
            self.key(Qt.Key.Key_PageDown if way > 0 else Qt.Key.Key_PageUp, SHIFT if abs(way) > 9 else NONE)

    def accept(self, waits: Callable[[], bool]) -> None:
        """Enter, once there is something to answer."""
        self._hands.until(waits)
        self.key(Qt.Key.Key_Return)

    # Mouse

    def hover(self, place: Place) -> None:
        """The mouse goes there with no button down."""
        self._go(self._point(place))
        QTest.mouseMove(self._hands.picture, self._at)

    def draw(self, places: Sequence[Place], held: Qt.KeyboardModifier = NONE) -> None:
        """Press at the first place, on through the others, let go at the last."""
        self.hover(places[0])
        QTest.mousePress(self._hands.picture, LEFT, held, self._at)
        self.effort.clicks += 1
        for place in places[1:]:
            self._drag_to(self._point(place), held)
        QTest.mouseRelease(self._hands.picture, LEFT, held, self._at)
        QApplication.processEvents()

    def drag_right(self, place: Place, points: int) -> None:
        """Press here, go so many points to the right (negative: left), let go."""
        self.hover(place)
        start = self._at
        QTest.mousePress(self._hands.picture, LEFT, NONE, start)
        self.effort.clicks += 1
        if points:
            self._drag_to(start + QPoint(points, 0), NONE)
        QTest.mouseRelease(self._hands.picture, LEFT, NONE, self._at)
        QApplication.processEvents()

    def wheel(self, notches: int, held: Qt.KeyboardModifier) -> None:
        """Turns the wheel where the mouse is."""
        picture, at = self._hands.picture, QPointF(self._at)
        step = _NOTCH if notches > 0 else -_NOTCH
        for _notch in range(abs(notches)):
            event = QWheelEvent(
                at, picture.mapToGlobal(at), QPoint(), QPoint(0, step), Qt.MouseButton.NoButton, held,
                Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(picture, event)
            self.effort.notches += 1

    def zoom_to(self, region: NDArray[np.bool_]) -> None:
        """Zooms in with Ctrl and the wheel as long as the whole region (row, column) stays in sight."""
        rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
        corners = [(float(row), float(column)) for row in (rows[0] - 4, rows[-1] + 4) for column in
                   (columns[0] - 4, columns[-1] + 4)]  # fmt: skip
        self.hover(((rows[0] + rows[-1]) / 2, (columns[0] + columns[-1]) / 2))
        while self._in_sight(corners) and self.scale < 12:
            self.wheel(1, CTRL)
        self.wheel(-1, CTRL)

    def brush_of(self, diameter: float) -> float:
        """Makes the brush about as wide with Shift and the wheel; returns how wide it is then."""
        box = self._hands.desk.wiring.toolbox
        for way in (1, -1):
            while (diameter - box.diameter) * way > 0:
                before = box.diameter
                self.wheel(way, SHIFT)
                if box.diameter == before:
                    break
        return float(box.diameter)

    @property
    def scale(self) -> float:
        """Points a voxel."""
        here, next_to = self._float_point((0.0, 0.0)), self._float_point((0.0, 1.0))
        return next_to.x() - here.x()

    def _in_sight(self, corners: Sequence[Place]) -> bool:
        inner = self._hands.picture.rect().adjusted(8, 8, -8, -8)
        return all(inner.contains(self._point(corner)) for corner in corners)

    def _drag_to(self, point: QPoint, held: Qt.KeyboardModifier) -> None:
        """Many places on the way, as a mouse tells them."""
        start, way = self._at, dist((self._at.x(), self._at.y()), (point.x(), point.y()))
        parts = max(1, round(way / _APART_PX))
        for n in range(1, parts + 1):
            between = start + (point - start) * (n / parts)
            self._go(between)
            self._hands.move_to(between, held)

    def _go(self, point: QPoint) -> None:
        self.effort.path_px += dist((self._at.x(), self._at.y()), (point.x(), point.y()))
        self._at = point

    def _point(self, place: Place) -> QPoint:
        return self._float_point(place).toPoint()

    def _float_point(self, place: Place) -> QPointF:
        view = self._hands.picture.view_state
        assert view is not None
        return QPointF(*view.to_point(*place))
