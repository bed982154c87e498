"""A plot on a card: title, a note, lines and points by pyqtgraph (imported when the first is shown), Save figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.messages import choose_new_file
from lesionstudio.gui.theme import Look, font
from lesionstudio.gui.widgets.axes import dress, new_plot
from lesionstudio.gui.widgets.buttons import sign
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.words import _

Points = Sequence[tuple[float, float]]
Ends = tuple[float, float]
_PICTURE_WIDE = 1600


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line or, with `dots`, points without one; a line of one point is a dot.

    `role`: a colour of the theme; `name`: its word in the legend.
    """

    points: tuple[tuple[float, float], ...]
    role: str = "accent"
    name: str = ""
    is_dashed: bool = False
    dots: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What a plot shows: lines, what its axes are called, how far they reach (None: as far as the points)."""

    lines: tuple[Line, ...]
    across: str
    up: str
    x: Ends | None = None
    y: Ends | None = None
    mark: tuple[float, float] | None = None
    mark_words: str = ""


class Plot(QFrame):
    """Shows one drawing. Its sign saves it as a picture, PNG or SVG, with `told` called afterwards."""

    def __init__(self, look: Look, title: str, name: str, told: Callable[[Path], object] | None = None) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName(name)
        self._look, self._title_words, self._told = look, title, told
        self._title, self._note = ElidedLabel("section", f"{name}_title"), label(role="second", name=f"{name}_note")
        self._up = label(role="second")
        self.save = sign(look, "download", _("Save figure"), f"save_{name}_button", px=16)
        self.save.clicked.connect(self._choose_file)
        self._plot: Any = None
        self._drawing: Drawing | None = None
        self._legend = QHBoxLayout()
        self._lay_out()
        look.changed.connect(self._redraw)

    def show_title(self, words: str) -> None:
        """Gives it another title."""
        self._title.setText(words)

    def show_drawing(self, drawing: Drawing | None, note: str = "") -> None:
        """Shows this; None for nothing."""
        self._drawing = drawing
        self._note.setText(note)
        self.save.setEnabled(drawing is not None)
        self._redraw()

    def put_at_head(self, part: QWidget) -> None:
        """Puts a choice before the title."""
        self._head.insertWidget(0, part)

    @property
    def drawing(self) -> Drawing | None:
        """What is shown."""
        return self._drawing

    def save_figure(self, path: Path) -> None:
        """Writes the plot as SVG or, with another ending, as PNG."""
        if self._plot is None:
            return
        if path.suffix.lower() == ".svg":
            _write_svg(self._plot, path)
            return
        from pyqtgraph.exporters import ImageExporter

        exporter = ImageExporter(self._plot.plotItem)
        exporter.parameters()["width"] = _PICTURE_WIDE
        exporter.export(str(path))

    def _choose_file(self) -> None:
        kinds = f"{_('Picture')} (*.png);;SVG (*.svg)"
        chosen = choose_new_file(self.window(), _("Save figure"), f"{self.objectName()}.png", kinds)
        if chosen:
            path = Path(chosen)
            path = path if path.suffix.lower() in (".png", ".svg") else path.with_name(f"{path.name}.png")
            self.save_figure(path)
            if self._told is not None:
                self._told(path)

    # Drawing

    def _redraw(self) -> None:
        drawing = self._drawing
        if drawing is None:
            if self._plot is not None:
                self._plot.clear()
            return
        if self._plot is None:
            self._plot = new_plot()
            self._plot.setMinimumHeight(60)
            self._box.addWidget(self._plot)
        self._dress(drawing)
        self._plot.clear()
        for line in drawing.lines:
            self._draw(line)
        if drawing.mark is not None:
            self._draw_mark(drawing.mark, drawing.mark_words)
        self._reach(drawing)
        self._show_legend(drawing)

    def _draw(self, line: Line) -> None:
        import pyqtgraph as pg

        colour = getattr(self._look.tokens, line.role)
        xs, ys = [x for x, _y in line.points], [y for _x, y in line.points]
        if line.dots or len(line.points) == 1:
            facts = {"size": 6, "brush": pg.mkBrush(colour), "pen": pg.mkPen(None)}
            self._plot.addItem(pg.ScatterPlotItem(xs, ys, antialias=True, **facts))
            return
        style = Qt.PenStyle.DashLine if line.is_dashed else Qt.PenStyle.SolidLine
        width = (1.2 if line.is_dashed else 2.0) * self.devicePixelRatioF()
        self._plot.plot(xs, ys, pen=pg.mkPen(colour, width=width, style=style), antialias=True)

    def _draw_mark(self, place: tuple[float, float], words: str) -> None:
        import pyqtgraph as pg

        tokens = self._look.tokens
        facts = {"size": 9, "brush": pg.mkBrush(tokens.text1), "pen": pg.mkPen(tokens.bg1, width=1)}
        self._plot.addItem(pg.ScatterPlotItem([place[0]], [place[1]], antialias=True, **facts))
        text = pg.TextItem(words, color=tokens.text1, anchor=(1.1, 0.5) if place[0] > 0.5 else (-0.1, 0.5))
        text.setFont(font(12, 500))
        self._plot.addItem(text, ignoreBounds=True)
        text.setPos(*place)

    def _reach(self, drawing: Drawing) -> None:
        if drawing.x is not None:
            self._plot.setXRange(*drawing.x, padding=0.02)
        else:
            self._plot.enableAutoRange(axis="x")
        if drawing.y is not None:
            self._plot.setYRange(*drawing.y, padding=0.02)
        else:
            self._plot.enableAutoRange(axis="y")

    def _dress(self, drawing: Drawing) -> None:
        self._up.setText(drawing.up)
        dress(self._plot, self._look, drawing.across)

    def _show_legend(self, drawing: Drawing) -> None:
        while (item := self._legend.takeAt(0)) is not None:
            old = item.widget()
            if isinstance(old, QWidget):
                old.deleteLater()
        for line in drawing.lines:
            if line.name:
                self._legend.addWidget(_Key(self._look, line))
                self._legend.addSpacing(4)
                words = ElidedLabel("second")
                words.setText(line.name)
                words.setMaximumWidth(words.sizeHint().width() + 2)
                self._legend.addWidget(words)
                self._legend.addSpacing(8)
        self._legend.addStretch(1)

    def _lay_out(self) -> None:
        head = self._head = QHBoxLayout()
        head.setSpacing(6)
        self._title.setText(self._title_words)
        head.addWidget(self._title, 1)
        head.addWidget(self._note)
        head.addWidget(self.save)
        self._box = QVBoxLayout()
        self._box.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._up)
        column.addLayout(self._box, 1)
        column.addLayout(self._legend)


class _Key(QFrame):
    """A stroke as the line is drawn."""

    def __init__(self, look: Look, line: Line) -> None:
        super().__init__()
        style = "dashed" if line.is_dashed else "solid"
        colour = getattr(look.tokens, line.role)
        self.setFixedSize(20, 10)
        self.setStyleSheet(f"border: none; border-bottom: 2px {style} {colour}; margin-bottom: 4px;")


def _write_svg(plot: Any, path: Path) -> None:
    """The plot as vectors, by Qt: pyqtgraph's own exporter stumbles over closed paths."""
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(plot.size())
    generator.setViewBox(plot.rect())
    painter = QPainter(generator)
    plot.render(painter)
    painter.end()
