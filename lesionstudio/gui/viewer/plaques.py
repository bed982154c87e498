"""What stands on the picture whatever the tool: corner notes, the patient's sides, scale bar, a note at a lesion.

Each is drawn once on a dark, half transparent plate and kept as a small picture until it changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")
TEXT, FAINT, PLATE = QColor("#C9CFD8"), QColor("#A9B1BD"), QColor(8, 9, 11, 199)
NOTE_GROUND, NOTE_EDGE, NOTE_TEXT = QColor(33, 37, 43, 235), QColor("#353B45"), QColor("#DCE0E6")
_EDGE, _PAD, _LINE, _ROUND = 14, 6, 17, 6
_BAR_HIGH, _LETTER = 26, (20.0, 18.0)


@dataclass(frozen=True, slots=True, eq=False)
class Plaque:
    """A small picture and its place, in points."""

    rect: QRectF
    image: QImage

    @classmethod
    def drawn(cls, rect: QRectF, dots_per_point: float, draw: Callable[[QPainter], None]) -> "Plaque":
        """A plate at this place with what `draw` puts on it, in coordinates of its own corner."""
        image = _plate_picture(rect.width(), rect.height(), dots_per_point).copy()
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
        painter.end()
        return cls(rect, image)


class Plaques:
    """Notes in the four corners, letters at the four edges, the scale bar. Setters return what has to be repainted."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        self._letters = ("", "", "", "")
        self._bar = (0.0, "")
        self._kept: dict[str, Plaque] = {}
        self._width, self._height, self._dots_per_point = 1, 1, 1.0
        self._font, self._strong = note_font(), note_font(QFont.Weight.DemiBold)
        self._measure = QFontMetricsF(self._font)
        self._capital = self._measure.capHeight()

    def fit_to(self, width: int, height: int, dots_per_point: float) -> None:
        """The picture is this large now, in points."""
        self._width, self._height, self._dots_per_point = width, height, dots_per_point
        for corner in CORNERS:
            self._place_corner(corner)
        self._place_letters()
        self._place_bar()

    def say(self, corner: str, lines: list[str]) -> QRect:
        """Puts lines of text into a corner; an empty line keeps its room."""
        if lines == self._lines.get(corner, []):
            return QRect()
        before, self._lines[corner] = self._rect(corner), lines
        self._place_corner(corner)
        return before.united(self._rect(corner)).toAlignedRect()

    def show_letters(self, letters: tuple[str, str, str, str]) -> None:
        """The patient's sides at the top, right, bottom and left edge."""
        self._letters = letters
        self._place_letters()

    def show_bar(self, points: float, text: str) -> QRect:
        """A scale bar of this length, saying this; no text: no bar."""
        if (points, text) == self._bar:
            return QRect()
        before, self._bar = self._rect("bar"), (points, text)
        self._place_bar()
        return before.united(self._rect("bar")).toAlignedRect()

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Paints what touches the region."""
        touched = QRectF(region)
        for plaque in self._kept.values():
            if plaque.rect.intersects(touched):
                painter.drawImage(plaque.rect.topLeft(), plaque.image)

    def _rect(self, name: str) -> QRectF:
        return self._kept[name].rect if name in self._kept else QRectF()

    def _keep(self, name: str, rect: QRectF, draw: Callable[[QPainter], None]) -> None:
        self._kept[name] = Plaque.drawn(rect, self._dots_per_point, draw)

    def _place_corner(self, corner: str) -> None:
        lines = self._lines.get(corner, [])
        if not any(lines):
            self._kept.pop(corner, None)
            return
        lengths = [self._measure.horizontalAdvance(line) for line in lines]
        wide, high = ceil(max(lengths)) + 2 * _PAD, _LINE * len(lines) + _PAD
        left = _EDGE - _PAD if corner.endswith("left") else self._width - _EDGE + _PAD - wide
        top = _EDGE - _PAD if corner.startswith("top") else self._height - _EDGE + _PAD - high
        starts = [wide - _PAD - length if corner.endswith("right") else float(_PAD) for length in lengths]
        self._keep(corner, QRectF(left, top, wide, high), lambda painter: self._write(painter, lines, starts))

    def _write(self, painter: QPainter, lines: list[str], starts: list[float]) -> None:
        painter.setFont(self._font)
        painter.setPen(TEXT)
        for i, (line, start) in enumerate(zip(lines, starts)):
            if line:
                painter.drawText(QPointF(start, _PAD / 2 + _LINE * i + (_LINE + self._capital) / 2), line)

    def _place_letters(self) -> None:
        width, height, edge = self._width, self._height, 16
        centres = ((width // 2, edge), (width - edge, height // 2), (width // 2, height - edge), (edge, height // 2))
        wide, high = _LETTER
        for side, letter, (x, y) in zip(("top", "right", "bottom", "left"), self._letters, centres):
            self._kept.pop(side, None)
            if letter:
                rect = QRectF(x - wide / 2, y - high / 2, wide, high)
                self._keep(side, rect, partial(_write_letter, self._strong, letter))

    def _place_bar(self) -> None:
        points, text = self._bar
        if not text:
            self._kept.pop("bar", None)
            return
        wide = ceil(max(points, self._measure.horizontalAdvance(text))) + 2 * _PAD
        right, bottom = self._width - _EDGE + _PAD, self._height - _EDGE + _PAD
        high = _BAR_HIGH + _PAD
        self._keep(
            "bar", QRectF(right - wide, bottom - high, wide, high), lambda painter: self._draw_bar(painter, wide)
        )

    def _draw_bar(self, painter: QPainter, wide: float) -> None:
        points, text = self._bar
        right, bottom = wide - _PAD, float(_BAR_HIGH)
        half = self._measure.horizontalAdvance(text) / 2
        middle = max(min(right - points / 2, right - half), _PAD + half)
        painter.setFont(self._font)
        painter.setPen(TEXT)
        painter.drawText(QPointF(middle - half, bottom - 9), text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(TEXT, 1))
        ends = (right, right - points / 2, right - points)
        painter.drawLine(QPointF(ends[0], bottom), QPointF(ends[2], bottom))
        for x, high in zip(ends, (5, 3, 5)):
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom - high))


@lru_cache(maxsize=32)
def _plate_picture(width: float, height: float, dots_per_point: float) -> QImage:
    """An empty plate of this size; copying it is faster than drawing its round corners again."""
    wide, high = ceil(width * dots_per_point), ceil(height * dots_per_point)
    image = QImage(max(wide, 1), max(high, 1), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dots_per_point)
    image.fill(0)
    painter = QPainter(image)
    paint_plate(painter, QRectF(0, 0, width, height))
    painter.end()
    return image


def _write_letter(font: QFont, letter: str, painter: QPainter) -> None:
    painter.setFont(font)
    painter.setPen(FAINT)
    painter.drawText(QRectF(0, 0, *_LETTER), Qt.AlignmentFlag.AlignCenter, letter)


def paint_lesion_note(painter: QPainter, rect: QRectF, lines: list[str]) -> None:
    """A note of a bold line and fainter ones, in a rectangle that lesion_note_rect gave."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(NOTE_EDGE, 1))
    painter.setBrush(NOTE_GROUND)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)
    for i, line in enumerate(lines):
        painter.setFont(note_font(QFont.Weight.DemiBold if i == 0 else QFont.Weight.Normal))
        painter.setPen(NOTE_TEXT if i == 0 else FAINT)
        box = QRectF(rect.left() + 10, rect.top() + 5 + _LINE * i, rect.width() - 20, _LINE)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, line)


def lesion_note_rect(lines: list[str], beside: QRectF, width: int, height: int) -> QRectF:
    """Where a note fits beside a rectangle: at its left, else at its right, inside a picture of this size."""
    measure = QFontMetricsF(note_font(QFont.Weight.DemiBold))
    wide = max(measure.horizontalAdvance(line) for line in lines) + 20
    high = _LINE * len(lines) + 10
    left = beside.left() - wide - 10
    if left < 8:
        left = min(beside.right() + 10, width - wide - 8)
    top = min(max(beside.top(), 8.0), height - high - 8.0)
    return QRectF(left, top, wide, high)


@cache
def note_font(weight: QFont.Weight = QFont.Weight.Medium) -> QFont:
    """The font of everything written on the picture."""
    font = QFont(QApplication.font())
    font.setPixelSize(12)
    font.setWeight(weight)
    return font


def paint_plate(painter: QPainter, rect: QRectF) -> None:
    """The dark, half transparent ground that keeps text readable over any tissue."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(rect, _ROUND, _ROUND)
    painter.setBrush(Qt.BrushStyle.NoBrush)
