"""The brush on the screen: its true size, what it paints, and why it may not paint where it may not."""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, hypot

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from lesionstudio.gui.viewer.plaques import note_font, paint_plate
from lesionstudio.gui.viewer.tools.tool import Held, Tool
from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.words import _, number

LIGHT, EDGE, BAD = QColor("#F1F5FB"), QColor(0, 0, 0, 200), QColor("#FF8A80")
_RING, _RING_EDGE = 1.4, 3.4
_CROSS, _GAP, _SMALL, _ROOM = 4.5, 3.0, 9.0, 12
_LARGEST_KEPT = 400.0


@dataclass(frozen=True, slots=True)
class Sign:
    """What a brush looks like, wherever it is: `kind` is "paint", "erase" or "pick"; half axes are in points.

    `text` stands beside it with a dot in `colour`; `refused` is the sentence why nothing can be painted, `said` any
    other sentence. A sign without a size is a cross.
    """

    half_width: float
    half_height: float
    kind: str = "paint"
    colour: str = ""
    text: str = ""
    refused: str = ""
    said: str = ""
    is_square: bool = False

    @property
    def sentence(self) -> str:
        """What stands on a plate beside it."""
        return self.refused or self.said

    def saying(self, sentence: str) -> "Sign":
        """With this sentence beside it; itself where there is none."""
        return replace(self, said=sentence) if sentence else self

    def refusing(self, sentence: str) -> "Sign":
        """Crossed out, with the reason; itself where there is none."""
        return replace(self, refused=sentence) if sentence else self

    @classmethod
    def picking(cls, name: str, colour: str) -> "Sign":
        """A cross that says which label lies under it."""
        return cls(0.0, 0.0, "pick", colour, name)


@dataclass(frozen=True, slots=True)
class BrushCursor:
    """A sign at a point of the screen.

    `straight_from` is where a straight line that is not painted yet begins, `room` the picture's width and height.
    """

    x: float
    y: float
    sign: Sign
    straight_from: tuple[float, float] | None = None
    room: tuple[int, int] = (1 << 20, 1 << 20)
    dots_per_point: float = 1.0

    def rect(self) -> QRect:
        """The points it may touch."""
        sign, text = self._sign_rect(), self._text_rect()
        rect = sign.united(text) if text.width() else sign
        if self.straight_from is not None:
            rect = rect.united(sign.translated(self.straight_from[0] - self.x, self.straight_from[1] - self.y))
        return rect.toAlignedRect()

    def paint(self, painter: QPainter) -> None:
        """Draws it."""
        if self.straight_from is not None:
            self._paint_straight(painter)
        sign, text = self._sign_rect(), self._text_rect()
        if max(self.sign.half_width, self.sign.half_height) > _LARGEST_KEPT:
            painter.save()
            painter.translate(self.x, self.y)
            _draw_sign(painter, self.sign)
            painter.restore()
        else:
            painter.drawImage(sign.topLeft(), _sign_picture(self.sign, self.dots_per_point))
        if text.width():
            painter.drawImage(text.topLeft(), _text_picture(self.sign, self.dots_per_point))

    def _sign_rect(self) -> QRectF:
        """On whole dots, so that the kept picture of the sign stays sharp."""
        wide, high = _sign_reach(self.sign)
        return QRectF(self._on_dot(self.x) - wide, self._on_dot(self.y) - high, 2 * wide, 2 * high)

    def _on_dot(self, place: float) -> float:
        return round(place * self.dots_per_point) / self.dots_per_point

    def _text_rect(self) -> QRectF:
        """Where text stands, at the lower right of the ring; at another side of it where there is no room."""
        width, height = _text_size(self.sign.sentence or self.sign.text, bool(self.sign.sentence))
        away_x, away_y = self.sign.half_width * 0.72, self.sign.half_height * 0.72
        left, top = self.x + away_x + 6, self.y + away_y + 8 - height / 2
        if left + width > self.room[0]:
            left = max(self.x - away_x - 6 - width, 0.0)
        if top + height > self.room[1]:
            top = self.y - away_y - 8 - height / 2
        return QRectF(self._on_dot(left), self._on_dot(top), width, height)

    def _paint_straight(self, painter: QPainter) -> None:
        """The edge of the capsule that will be painted."""
        x, y = self.straight_from or (self.x, self.y)
        wide, high = self.sign.half_width, self.sign.half_height
        # A tangent of two equal ellipses is parallel to their centres' way, after stretching them into circles.
        dx, dy = (self.x - x) / max(wide, 0.1), (self.y - y) / max(high, 0.1)
        length = hypot(dx, dy) or 1.0
        nx, ny = -dy / length * wide, dx / length * high
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(EDGE, _RING_EDGE), QPen(LIGHT, _RING)):
            painter.setPen(pen)
            painter.drawEllipse(QPointF(x, y), wide, high)
            for side in (1, -1):
                start, end = QPointF(x + side * nx, y + side * ny), QPointF(self.x + side * nx, self.y + side * ny)
                painter.drawLine(start, end)


def brush_sign(tool: Tool, view: ViewState, geometry: Geometry, labels: LabelSet, held: Held) -> Sign:
    """The tool in its true size and with what it does now."""
    per_point = view.screen.dots_per_point
    sized = tool.shape in ("ring", "square")
    steps = (1.0, 1.0) if tool.in_pixels else geometry.spacing_mm[1:]
    high, wide = (tool.diameter / 2 / step if sized else 0.0 for step in steps)
    erases = tool.paints and (held.erase or tool.label == 0)
    label = None if erases else labels.by_number(tool.label)
    text = label.name if label is not None else ""
    return Sign(
        half_width=wide * view.across / per_point,
        half_height=high * view.down / per_point,
        kind="erase" if erases else "paint",
        colour=label.colour if label is not None else "",
        text=diameter_text(tool.diameter, geometry.has_spacing and not tool.in_pixels) if sized else text,
        is_square=tool.shape == "square",
    )


@lru_cache(maxsize=64)
def diameter_text(diameter: float, has_spacing: bool) -> str:
    """ "8 mm", "2.5 mm", "12 px"."""
    digits = 0 if diameter >= 10 or abs(diameter - round(diameter)) < 0.05 else 1
    shown = number(diameter, digits)
    return _("{n} mm").format(n=shown) if has_spacing else _("{n} px").format(n=shown)


def _sign_reach(sign: Sign) -> tuple[int, int]:
    return ceil(sign.half_width) + _ROOM, ceil(sign.half_height) + _ROOM


@lru_cache(maxsize=64)
def _text_size(text: str, is_refusal: bool) -> tuple[int, int]:
    if not text:
        return 0, 0
    measure = QFontMetricsF(note_font())
    return ceil(measure.horizontalAdvance(text)) + (16 if is_refusal else 22), ceil(measure.height()) + 8


@lru_cache(maxsize=16)
def _sign_picture(sign: Sign, dots_per_point: float) -> QImage:
    wide, high = _sign_reach(sign)
    image = _empty_picture(2 * wide, 2 * high, dots_per_point)
    painter = QPainter(image)
    painter.translate(wide, high)
    _draw_sign(painter, sign)
    painter.end()
    return image


@lru_cache(maxsize=16)
def _text_picture(sign: Sign, dots_per_point: float) -> QImage:
    width, height = _text_size(sign.sentence or sign.text, bool(sign.sentence))
    image = _empty_picture(width, height, dots_per_point)
    painter = QPainter(image)
    if sign.sentence:
        _draw_sentence(painter, sign.sentence, QRectF(0, 0, width, height), BAD if sign.refused else LIGHT)
    else:
        _draw_text(painter, sign, height)
    painter.end()
    return image


def _empty_picture(width: int, height: int, dots_per_point: float) -> QImage:
    size = ceil(width * dots_per_point), ceil(height * dots_per_point)
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dots_per_point)
    image.fill(0)
    return image


def _draw_sign(painter: QPainter, sign: Sign) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(EDGE, _RING_EDGE), QPen(BAD if sign.refused else LIGHT, _RING)):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        _draw_middle(painter, sign)
        if sign.kind == "erase" and pen.widthF() == _RING:
            pen.setDashPattern([4.0, 2.5])
            painter.setPen(pen)
        if sign.is_square:
            painter.drawRect(QRectF(-sign.half_width, -sign.half_height, 2 * sign.half_width, 2 * sign.half_height))
        elif sign.kind != "pick" and sign.half_width:
            painter.drawEllipse(QPointF(0, 0), sign.half_width, sign.half_height)
        if sign.refused:
            x, y = sign.half_width * 0.7071, sign.half_height * 0.7071
            painter.drawLine(QPointF(-x, -y), QPointF(x, y))


def _draw_middle(painter: QPainter, sign: Sign) -> None:
    """A cross in the ring, or around it where the ring is small; only its bar while erasing."""
    small = sign.kind != "pick" and min(sign.half_width, sign.half_height) < _SMALL
    start = (max(sign.half_width, sign.half_height) + _GAP) if small else (_GAP if sign.kind == "pick" else 0.0)
    end = start + _CROSS
    arms = [(1, 0), (-1, 0)] if sign.kind == "erase" else [(1, 0), (-1, 0), (0, 1), (0, -1)]
    for dx, dy in arms:
        painter.drawLine(QPointF(dx * start, dy * start), QPointF(dx * end, dy * end))


def _draw_text(painter: QPainter, sign: Sign, height: int) -> None:
    """Text with a dark edge, readable on bone and on air without a plate; before it the label's dot."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    spot = QPointF(6, height / 2)
    if sign.colour:
        painter.setPen(QPen(EDGE, 1.4))
        painter.setBrush(QColor(sign.colour))
        painter.drawEllipse(spot, 4.2, 4.2)
    elif sign.kind == "erase":
        for pen in (QPen(EDGE, _RING_EDGE), QPen(LIGHT, _RING)):
            painter.setPen(pen)
            painter.drawEllipse(spot, 3.4, 3.4)
    painter.setFont(note_font())
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (0, 0)):
        painter.setPen(LIGHT if (dx, dy) == (0, 0) else EDGE)
        painter.drawText(QPointF(16 + dx, height / 2 + 4.5 + dy), sign.text)


def _draw_sentence(painter: QPainter, sentence: str, plate: QRectF, colour: QColor) -> None:
    paint_plate(painter, plate)
    painter.setFont(note_font())
    painter.setPen(colour)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, sentence)
