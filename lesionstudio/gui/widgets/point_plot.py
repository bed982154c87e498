"""PointPlot: one point a slice and a line through them, drawn by pyqtgraph, imported when it is first shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.axes import dress, new_plot, tick_words
from lesionstudio.words import _

_HEIGHT, _OVER, _SIDE = 132, 7, 8


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A point: its value, what is said of it, and whether it is drawn hollow; `key` says which one was clicked."""

    value: float
    words: str
    hollow: bool
    key: Any


class PointPlot(QWidget):
    """Values in their order from left to right. `clicked`: the key of a point."""

    clicked = Signal(object)

    def __init__(self, look: Look, name: str, colour: str) -> None:
        super().__init__()
        self._look, self._colour = look, colour
        self.setObjectName(name)
        self.setFixedHeight(_HEIGHT)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._plot: Any = None
        self.dots: Any = None
        self._shown: tuple[tuple[PlotPoint, ...], float | None] = ((), None)
        look.changed.connect(self._redraw)

    def show_points(self, points: Sequence[PlotPoint], most: float | None = None) -> None:
        """Shows these, on a scale from 0 to `most` or to what there is."""
        if (tuple(points), most) != self._shown:
            self._shown = tuple(points), most
            self._redraw()

    @property
    def points(self) -> tuple[PlotPoint, ...]:
        """What is shown."""
        return self._shown[0]

    def _redraw(self) -> None:
        points, most = self._shown
        if not points:
            return
        if self._plot is None:
            self._plot = new_plot(whole_words, takes_mouse=True)
            self._box.addWidget(self._plot)
        dress(self._plot, self._look, _("checked slices"))
        self._plot.clear()
        top = most if most is not None else max(max(one.value for one in points), 1.0) * 1.08
        self._plot.setXRange(0.4, len(points) + 0.6, padding=0)
        self._plot.setYRange(0, top, padding=0.06)
        self._draw_line(points)
        self._draw_points(points)

    def _draw_line(self, points: Sequence[PlotPoint]) -> None:
        import pyqtgraph as pg

        places = list(range(1, len(points) + 1))
        pen = pg.mkPen(getattr(self._look.tokens, self._colour), width=2 * self.devicePixelRatioF())
        self._plot.plot(places, smoothed([one.value for one in points]), pen=pen, antialias=True)

    def _draw_points(self, points: Sequence[PlotPoint]) -> None:
        import pyqtgraph as pg

        tokens = self._look.tokens
        hollow, filled = pg.mkBrush(tokens.bg1), pg.mkBrush(tokens.text3)
        self.dots = pg.ScatterPlotItem(
            x=list(range(1, len(points) + 1)),
            y=[one.value for one in points],
            data=list(points),
            size=_SIDE,
            pen=pg.mkPen(tokens.text2, width=1.2),
            brush=[hollow if one.hollow else filled for one in points],
            hoverable=True,
            hoverSize=_SIDE + 4,
            tip=None,
            antialias=True,
        )
        self.dots.sigClicked.connect(lambda _item, found, _event: self.clicked.emit(found[0].data().key))
        self.dots.sigHovered.connect(self._hover)
        self._plot.addItem(self.dots)

    def _hover(self, _item: Any, found: Any, event: Any) -> None:
        if len(found):
            QToolTip.showText(event.screenPos().toPoint(), found[0].data().words, self)
        self.setCursor(Qt.CursorShape.PointingHandCursor if len(found) else Qt.CursorShape.ArrowCursor)


def smoothed(values: Sequence[float]) -> list[float]:
    """Each value's mean with its neighbours, seven together; fewer at the ends."""
    half = _OVER // 2
    near = [values[max(n - half, 0) : n + half + 1] for n in range(len(values))]
    return [sum(some) / len(some) for some in near]


def whole_words(values: Sequence[float], scale: float, spacing: float) -> list[str]:
    """Numbers of slices at an axis: nothing at places between two."""
    words = tick_words(values, scale, max(spacing, 1.0))
    return [said if value == int(value) and value > 0 else "" for value, said in zip(values, words)]
