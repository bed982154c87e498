"""The window over a histogram: which values are shown between black and white, and two handles to change it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lesionstudio.gui.theme import Look

_MARGIN, _GRIP = 8, 9


class WindowHistogram(QWidget):
    """Values across, how many of them upwards (as a square root: rare ones are seen). Drag an end, or between both."""

    window_wanted = Signal(float, float)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._counts: NDArray[np.float64] = np.zeros(0)
        self._from, self._to = 0.0, 1.0
        self._low, self._high = 0.0, 1.0
        self._held = ""
        self._held_at = 0.0
        self.setObjectName("window_histogram")
        self.setFixedHeight(46)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as it gets, 46 high."""
        return QSize(252, 46)

    def show_counts(self, counts: NDArray[np.integer], low: float, high: float) -> None:
        """Shows how many values lie in each of len(counts) equal steps from low to high."""
        heights = np.sqrt(np.asarray(counts, np.float64))
        # np.percentile would load numpy.ma, here, while the window waits.
        high_up = np.interp(0.98 * (heights.size - 1), range(heights.size), np.sort(heights)) if heights.size else 0.0
        top = float(high_up) or float(heights.max(initial=1.0))
        self._counts = np.clip(heights / top, 0, 1)
        self._from, self._to = low, max(high, low + 1e-9)
        self.update()

    def show_window(self, low: float, high: float) -> None:
        """Puts the handles at these values."""
        self._low, self._high = low, high
        self.update()

    def x_of(self, value: float) -> float:
        """Where a value lies across the widget, in pixels, kept inside it."""
        room = self.width() - 2 * _MARGIN
        x = _MARGIN + (value - self._from) / (self._to - self._from) * room
        return min(max(x, _MARGIN), self.width() - _MARGIN)

    def value_at(self, x: float) -> float:
        """The value at a place across the widget."""
        return self._from + (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1) * (self._to - self._from)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints ground, values, ramp and handles."""
        tokens = self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.field))
        painter.drawRoundedRect(box, 5, 5)
        self._paint_counts(painter, box)
        self._paint_ramp(painter, box)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 5, 5)

    def _paint_counts(self, painter: QPainter, box: QRectF) -> None:
        if self._counts.size < 2:
            return
        step = (self._to - self._from) / self._counts.size
        places = [self.x_of(self._from + (n + 0.5) * step) for n in range(self._counts.size)]
        room = box.height() - 6
        points = [QPointF(x, box.bottom() - height * room) for x, height in zip(places, self._counts.tolist())]
        shape = QPolygonF([QPointF(places[0], box.bottom()), *points, QPointF(places[-1], box.bottom())])
        tokens = self._look.tokens
        low, high = self.x_of(self._low), self.x_of(self._high)
        painter.setBrush(QColor(tokens.line_control))
        painter.drawPolygon(shape)
        painter.save()
        painter.setClipRect(QRectF(low, box.top(), high - low, box.height()))
        painter.fillRect(QRectF(low, box.top(), high - low, box.height()), QColor(tokens.bg2))
        painter.setBrush(QColor(tokens.text2))
        painter.drawPolygon(shape)
        painter.restore()

    def _paint_ramp(self, painter: QPainter, box: QRectF) -> None:
        tokens = self._look.tokens
        low, high = self.x_of(self._low), self.x_of(self._high)
        painter.setPen(QPen(QColor(tokens.accent), 1.5))
        painter.drawLine(QPointF(low, box.bottom() - 2), QPointF(high, box.top() + 3))
        for x in (low, high):
            painter.setPen(QPen(QColor(tokens.text1), 1.5))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.setPen(QPen(QColor(tokens.field), 1))
            painter.setBrush(QColor(tokens.text1))
            painter.drawRoundedRect(QRectF(x - 3.5, box.center().y() - 7, 7, 14), 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the end nearest to the pointer, or the whole window between both."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._part_at(event.position().x())
            self._held_at = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves what is held."""
        x = event.position().x()
        if not self._held:
            over = self._part_at(x)
            self.setCursor(Qt.CursorShape.SizeHorCursor if over in ("low", "high") else Qt.CursorShape.OpenHandCursor)
            return
        moved = self.value_at(x) - self.value_at(self._held_at)
        self._held_at = x
        self._move(moved if self._held != "high" else 0, moved if self._held != "low" else 0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        self._held = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the window, up and down make it wider and narrower, by a fiftieth of what is shown."""
        step = (self._to - self._from) / 50
        moves = {
            Qt.Key.Key_Left: (-step, -step),
            Qt.Key.Key_Right: (step, step),
            Qt.Key.Key_Up: (-step / 2, step / 2),
            Qt.Key.Key_Down: (step / 2, -step / 2),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
            return
        self._move(*move)

    def _part_at(self, x: float) -> str:
        to_low, to_high = abs(x - self.x_of(self._low)), abs(x - self.x_of(self._high))
        if min(to_low, to_high) <= _GRIP:
            return "low" if to_low < to_high else "high"
        return "both"

    def _move(self, low_by: float, high_by: float) -> None:
        low, high = self._low + low_by, self._high + high_by
        least = (self._to - self._from) / 1000
        if high - low < least:
            return
        self.show_window(low, high)
        self.window_wanted.emit(low, high)
