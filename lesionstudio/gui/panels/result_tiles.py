"""Tiles: one figure each, with its interval on a scale and in words."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.results_figures import Tile
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.words import _

HEIGHT = 94


class Tiles(QWidget):
    """Tiles side by side, each as wide as the others."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._tiles: dict[str, TileCard] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self.setFixedHeight(HEIGHT)

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Shows these; the cards stay while they are the same kinds of figure."""
        if [tile.key for tile in tiles] != list(self._tiles):
            for old in self._tiles.values():
                self._row.removeWidget(old)
                old.deleteLater()
            self._tiles = {tile.key: TileCard(self._look, tile.key) for tile in tiles}
            for card in self._tiles.values():
                self._row.addWidget(card, 1)
        for tile in tiles:
            self._tiles[tile.key].show_tile(tile)


class TileCard(QFrame):
    """Title, figure and unit, scale, interval."""

    def __init__(self, look: Look, key: str) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName(f"tile_{key}")
        self._title = ElidedLabel("second", f"{key}_title")
        self._figure, self._unit = label(role="figure", name=f"{key}_figure"), label(role="second")
        self._gain = label(role="second", name=f"{key}_gain")
        self._scale, self._ends = _Scale(look), ElidedLabel("second", f"{key}_ends")
        figures = QHBoxLayout()
        figures.setSpacing(5)
        for part in (self._figure, self._unit):
            figures.addWidget(part)
        figures.addStretch(1)
        figures.addWidget(self._gain)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 7, 14, 7)
        column.setSpacing(1)
        column.addWidget(self._title)
        column.addLayout(figures)
        column.addWidget(self._scale)
        column.addWidget(self._ends)

    def show_tile(self, tile: Tile) -> None:
        """Shows this figure."""
        self._title.setText(tile.title)
        self._figure.setText(tile.text)
        self._unit.setText(tile.unit if tile.value is not None else "")
        self._gain.setText(tile.gain)
        self._gain.setToolTip(_("Against the version it is compared with") if tile.gain else "")
        self._scale.show_tile(tile)
        self._ends.setText(tile.ends_text)
        self.setAccessibleName(f"{tile.title} {tile.text} {tile.unit}, {tile.ends_text}")


class _Scale(QWidget):
    """A line, on it the interval and the value."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._tile: Tile | None = None
        self.setFixedHeight(12)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(60, 12)

    def show_tile(self, tile: Tile) -> None:
        """Shows this figure."""
        self._tile = tile
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints line, interval, value, and where nothing is where the scale has both signs."""
        tile, tokens = self._tile, self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        self._line(painter, 0, self.width(), middle, tokens.bg4)
        if tile is None or tile.value is None:
            return
        if tile.scale[0] < 0:
            painter.setPen(QPen(QColor(tokens.text2), 1))
            zero = self._x(0.0, tile)
            painter.drawLine(QPointF(zero, 1), QPointF(zero, self.height() - 1))
        if tile.ends is not None:
            self._line(painter, self._x(tile.ends[0], tile), self._x(tile.ends[1], tile), middle, tokens.accent)
        painter.setPen(QPen(QColor(tokens.bg1), 1.4))
        painter.setBrush(QColor(tokens.text1))
        painter.drawEllipse(QPointF(self._x(tile.value, tile), middle), 4.2, 4.2)

    def _line(self, painter: QPainter, left: float, right: float, middle: float, colour: str) -> None:
        painter.setPen(QPen(QColor(colour), 0))
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(QRectF(left, middle - 1.6, max(right - left, 2), 3.2), 1.6, 1.6)

    def _x(self, value: float, tile: Tile) -> float:
        low, high = tile.scale
        share = min(max((value - low) / max(high - low, 1e-9), 0.0), 1.0)
        return 4.5 + share * (self.width() - 9)
