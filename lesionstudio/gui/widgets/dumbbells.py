"""Dumbbells: what each held-out slice had before and has after, one row a slice. A click opens the slice."""

from collections.abc import Sequence
from math import ceil, floor

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.views import MeasuredSlice
from lesionstudio.words import _, number

_ROW, _AXIS, _DOT, _DELTA, _GAP, _NAME_MOST = 28, 20, 4.5, 52, 14, 190
_KEYS_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Dumbbells(QWidget):
    """A ring before, a dot after; better is green, worse is red and says so in figures. Keys: up, down, Enter."""

    slice_wanted = Signal(str, int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._slices: tuple[MeasuredSlice, ...] = ()
        self._ends, self._name_wide = (0.0, 1.0), 0
        self._lit = -1
        self.setObjectName("held_out_slices")
        self.setAccessibleName(_("Held-out slices"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_slices(self, slices: Sequence[MeasuredSlice]) -> None:
        """Shows these, in this order."""
        self._slices, self._lit = tuple(slices), -1
        values = [value for one in slices for value in (one.before, one.after) if value is not None]
        low, high = min(values, default=0.0), max(values, default=1.0)
        self._ends = max(floor(low * 10) / 10, 0.0), max(ceil(high * 10) / 10, floor(low * 10) / 10 + 0.1)
        self.updateGeometry()
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows and the axis."""
        return QSize(480, _ROW * len(self._slices) + _AXIS)

    def row_of(self, n: int) -> QRectF:
        """Where row n lies."""
        return QRectF(0, n * _ROW, self.width(), _ROW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click opens the slice."""
        n = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and n >= 0:
            self._open(n)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the pointer is lit."""
        self._light(self._row_at(event.position().y()))
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._lit >= 0 else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """No row is lit."""
        super().leaveEvent(event)
        self._light(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The first row is lit, so that Enter opens something that is seen."""
        super().focusInEvent(event)
        if self._lit < 0 and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._light(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go from row to row, Enter opens the slice."""
        steps = {Qt.Key.Key_Up.value: -1, Qt.Key.Key_Down.value: 1}
        if event.key() in steps:
            self._light(min(max(self._lit + steps[event.key()], 0), len(self._slices) - 1))
        elif event.key() in _KEYS_OPEN and 0 <= self._lit < len(self._slices):
            self._open(self._lit)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claims Enter before the window's shortcut for checking a slice sees it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS_OPEN:
            event.accept()
            return True
        return super().event(event)

    def _open(self, n: int) -> None:
        self.slice_wanted.emit(self._slices[n].item_id, self._slices[n].k)

    def _light(self, n: int) -> None:
        if n != self._lit:
            self._lit = n
            self.setToolTip(_("Opens {slice}").format(slice=self._slices[n].words) if n >= 0 else "")
            self.update()

    def _row_at(self, y: float) -> int:
        n = int(y // _ROW)
        return n if 0 <= n < len(self._slices) else -1

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, rows, and the ring of the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12, 500))
        measure = painter.fontMetrics()
        self._name_wide = min(max((measure.horizontalAdvance(s.words) for s in self._slices), default=0), _NAME_MOST)
        self._paint_axis(painter)
        for n, one in enumerate(self._slices):
            self._paint_row(painter, n, one)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._look.tokens.focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _x_of(self, value: float) -> float:
        left, right = self._name_wide + _GAP + 8, self.width() - _DELTA - _GAP
        low, high = self._ends
        return left + (value - low) / (high - low) * (right - left)

    def _paint_axis(self, painter: QPainter) -> None:
        low, high = self._ends
        steps = round((high - low) * 10)
        each = 2 if steps > 6 else 1
        bottom = _ROW * len(self._slices)
        for n in range(0, steps + 1, each):
            x = self._x_of(low + n / 10)
            painter.setPen(QPen(QColor(self._look.tokens.line), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            painter.setPen(QColor(self._look.tokens.text2))
            place = QRectF(x - 24, bottom, 48, _AXIS)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, number(low + n / 10, 1))

    def _paint_row(self, painter: QPainter, n: int, one: MeasuredSlice) -> None:
        tokens, row = self._look.tokens, self.row_of(n)
        if n == self._lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.bg3))
            painter.drawRoundedRect(row, 6, 6)
        painter.setPen(QColor(tokens.text1 if n == self._lit else tokens.text2))
        name = painter.fontMetrics().elidedText(one.words, Qt.TextElideMode.ElideMiddle, _NAME_MOST)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(row.adjusted(6, 0, 0, 0), left, name)
        colour = QColor(tokens.good if one.gain >= 0 else tokens.bad)
        self._paint_bell(painter, row.center().y(), one, colour)
        painter.setPen(colour)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(row.adjusted(0, 0, -6, 0), right, f"{'+' if one.gain > 0 else ''}{number(one.gain, 2)}")

    def _paint_bell(self, painter: QPainter, y: float, one: MeasuredSlice, colour: QColor) -> None:
        tokens = self._look.tokens
        after = self._x_of(one.after)
        if one.before is not None:
            before = self._x_of(one.before)
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(before, y), QPointF(after, y))
            painter.setPen(QPen(QColor(tokens.text1), 1.6))
            painter.setBrush(QColor(tokens.bg1))
            painter.drawEllipse(QPointF(before, y), _DOT, _DOT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(after, y), _DOT + 0.8, _DOT + 0.8)


class Legend(QWidget):
    """Which sign is before and which is after."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._words = (_("before"), _("after"))
        self.setFixedHeight(20)
        self.setAccessibleName(", ".join(self._words))
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Both words and their signs."""
        return QSize(sum(self._wide(words) for words in self._words), 20)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def _wide(self, words: str) -> int:
        return QFontMetrics(font(12)).horizontalAdvance(words) + 32

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints ring, word, dot, word."""
        tokens, x = self._look.tokens, 0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12))
        for words, is_after in zip(self._words, (False, True)):
            painter.setPen(Qt.PenStyle.NoPen if is_after else QPen(QColor(tokens.text1), 1.6))
            painter.setBrush(QColor(tokens.good) if is_after else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x + 8, 10), 5, 5)
            painter.setPen(QColor(tokens.text2))
            painter.drawText(QRectF(x + 19, 0, self._wide(words), 20), Qt.AlignmentFlag.AlignVCenter, words)
            x += self._wide(words)
