"""Curves over minutes, drawn by pyqtgraph, which is imported when the first one is shown."""

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.widgets.axes import dress, new_plot
from lesionstudio.words import _, number

Points = Sequence[tuple[float, float]]
_HEIGHT, _LEAST_SPAN, _AROUND, _RIGHT = 148, 0.1, 0.15, 1.05


class Curve(QWidget):
    """A line over minutes, the value it has now beside its end, and a dashed line to compare it with."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self.setObjectName(name)
        self.setFixedHeight(_HEIGHT)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._plot: Any = None
        self._shown: tuple[Points, float, float | None, str] = ((), 1.0, None, "")
        look.changed.connect(self._redraw)

    def show_points(self, points: Points, until: float, compared: float | None = None, words: str = "") -> None:
        """Shows (minutes, value) points on a scale of `until` minutes; `words` stand at the dashed line."""
        self._shown = tuple(points), max(until, 0.1), compared, words
        self._redraw()

    @property
    def points(self) -> Points:
        """What is shown."""
        return self._shown[0]

    def changeEvent(self, event: QEvent) -> None:
        """Follows the style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._redraw()

    def _redraw(self) -> None:
        points, until, compared, words = self._shown
        if not points:
            return
        if self._plot is None:
            self._plot = new_plot()
            self._box.addWidget(self._plot)
        dress(self._plot, self._look, _("minutes"))
        low, high = _span([value for _minutes, value in points] + ([compared] if compared is not None else []))
        self._plot.clear()
        self._plot.setXRange(0, until * _RIGHT, padding=0)
        self._plot.setYRange(low, high, padding=0)
        if compared is not None:
            end, value = points[-1]
            is_close = end > 0.6 * until and 0 <= compared - value < 0.25 * (high - low)
            self._draw_compared(compared, words, 0.0 if is_close else until * _RIGHT)
        self._draw_line(points, high)

    def _draw_compared(self, value: float, words: str, at: float) -> None:
        """The dashed line; its words stand below it, at the right end or, for 0, at the left."""
        import pyqtgraph as pg

        tokens = self._look.tokens
        pen = pg.mkPen(tokens.text2, width=1.2 * self.devicePixelRatioF(), style=Qt.PenStyle.DashLine)
        self._plot.addItem(pg.InfiniteLine(value, angle=0, pen=pen))
        text = pg.TextItem(words, color=tokens.text2, anchor=(1 if at else 0, 0))
        text.setFont(font(12))
        self._plot.addItem(text, ignoreBounds=True)
        text.setPos(at, value)

    def _draw_line(self, points: Points, high: float) -> None:
        import pyqtgraph as pg

        tokens = self._look.tokens
        minutes, values = [x for x, _y in points], [y for _x, y in points]
        self._plot.plot(
            minutes, values, pen=pg.mkPen(tokens.accent, width=2 * self.devicePixelRatioF()), antialias=True
        )
        here = {"size": 8, "brush": pg.mkBrush(tokens.good), "pen": pg.mkPen(tokens.bg1, width=1)}
        self._plot.addItem(pg.ScatterPlotItem([minutes[-1]], [values[-1]], antialias=True, **here))
        at_top = values[-1] > high - (high - _span(values)[0]) * 0.25
        text = pg.TextItem(number(values[-1], 2), color=tokens.text1, anchor=(0.5, -0.15 if at_top else 1.15))
        text.setFont(font(12, 500))
        self._plot.addItem(text, ignoreBounds=True)
        text.setPos(minutes[-1], values[-1])


class Sparkline(QWidget):
    """The run of a curve at a glance, without numbers."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._values = look, tuple[float, ...]()
        self.setFixedSize(36, 20)
        look.changed.connect(self.update)

    def show_values(self, values: Sequence[float]) -> None:
        """Shows these, from left to right; nothing for fewer than two."""
        self._values = tuple(values)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the line."""
        if len(self._values) < 2:
            return
        low, high = _span(self._values)
        step, room = (self.width() - 2) / (len(self._values) - 1), self.height() - 4
        line = QPolygonF()
        for n, value in enumerate(self._values):
            line.append(QPointF(1 + n * step, 2 + room * (1 - (value - low) / (high - low))))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._look.tokens.text2), 1.4))
        painter.drawPolyline(line)


def _span(values: Sequence[float]) -> tuple[float, float]:
    """From where to where an axis reaches that shows these values with some air."""
    low, high = min(values), max(values)
    air = max((high - low) * _AROUND, (_LEAST_SPAN - (high - low)) / 2, 0.01)
    return max(floor((low - air) * 50) / 50, 0.0), ceil((high + air) * 50) / 50
