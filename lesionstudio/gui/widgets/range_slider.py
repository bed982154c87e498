"""RangeSlider: two knobs on one groove, for the lowest and the highest value."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.theme import Look

_KNOB, _EDGE, _STEPS = 6.0, 8.0, 100


class RangeSlider(QWidget):
    """`range_wanted` while a knob is dragged. Left and Right move the upper knob a little, with Shift the lower one."""

    range_wanted = Signal(float, float)

    def __init__(self, look: Look, name: str, words: str) -> None:
        super().__init__()
        self._look = look
        self._least, self._most, self._low, self._high = 0.0, 1.0, 0.0, 1.0
        self._held = -1
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(28)
        look.changed.connect(self.update)

    def show_range(self, low: float, high: float, least: float, most: float) -> None:
        """Shows the range from low to high on a groove from least to most, which it may reach beyond."""
        self._low, self._high, self._least, self._most = low, high, least, max(most, least + 1e-6)
        self.update()

    def sizeHint(self) -> QSize:
        """Long enough for the hand."""
        return QSize(110, 28)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the nearer knob."""
        if event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x()
            low, high = self._x(self._low), self._x(self._high)
            self._held = 0 if abs(x - low) < abs(x - high) or (low == high and x < low) else 1
            self._drag_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The knob follows; it stops at the other one."""
        if self._held >= 0:
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets the knob go."""
        self._held = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not way:
            super().keyPressEvent(event)
            return
        lower = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._move(0 if lower else 1, (self._low if lower else self._high) + way * (self._most - self._least) / _STEPS)

    def _drag_to(self, x: float) -> None:
        share = (x - _EDGE) / max(self.width() - 2 * _EDGE, 1)
        self._move(self._held, self._least + min(max(share, 0.0), 1.0) * (self._most - self._least))

    def _move(self, knob: int, value: float) -> None:
        low, high = (min(value, self._high), self._high) if knob == 0 else (self._low, max(value, self._low))
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.update()
            self.range_wanted.emit(low, high)

    def _x(self, value: float) -> float:
        share = (value - self._least) / (self._most - self._least)
        return _EDGE + min(max(share, 0.0), 1.0) * (self.width() - 2 * _EDGE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints groove, range and knobs as those of the plain slider."""
        tokens, painter = self._look.tokens, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, low, high = self.height() / 2, self._x(self._low), self._x(self._high)
        painter.setBrush(QColor(tokens.bg4))
        painter.drawRoundedRect(QRectF(_EDGE, middle - 2, self.width() - 2 * _EDGE, 4), 2, 2)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(QRectF(low, middle - 2, high - low, 4), 2, 2)
        painter.setBrush(QColor(tokens.text1))
        for x in (low, high):
            painter.drawEllipse(QPointF(x, middle), _KNOB, _KNOB)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 3, -1, -3), 6, 6)
