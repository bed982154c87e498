"""The brush on the screen: its true size, what it paints, and why it may not paint where it may not."""

from dataclasses import dataclass, replace
from math import hypot

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from lesionstudio.gui.viewer.notes import note_font, paint_plate
from lesionstudio.gui.viewer.tools import Held, Tool
from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.words import _, number

LIGHT, EDGE, BAD = QColor("#F1F5FB"), QColor(0, 0, 0, 200), QColor("#FF8A80")
_RING, _RING_EDGE = 1.4, 3.4
_CROSS, _GAP, _SMALL = 4.5, 3.0, 9.0


@dataclass(frozen=True, slots=True)
class BrushCursor:
    """What is drawn at the pointer: `kind` is "paint", "erase" or "pick"; half axes and places are in points.

    `text` stands beside it with a dot in `colour`; `refused` is the sentence why nothing can be painted.
    `straight_from` is where a straight line that is not painted yet begins; `room` is the picture, width and height.
    """

    x: float
    y: float
    half_width: float
    half_height: float
    kind: str = "paint"
    colour: str = ""
    text: str = ""
    refused: str = ""
    straight_from: tuple[float, float] | None = None
    room: tuple[int, int] = (1 << 20, 1 << 20)

    def refusing(self, sentence: str) -> "BrushCursor":
        """Crossed out, with the reason; itself where there is none."""
        return replace(self, refused=sentence) if sentence else self

    def picking(self, name: str, colour: str) -> "BrushCursor":
        """A cross that says which label lies under it."""
        return replace(self, kind="pick", half_width=0.0, half_height=0.0, text=name, colour=colour)

    def rect(self) -> QRect:
        """The points it may touch."""
        reach_x, reach_y = self.half_width + 12, self.half_height + 12
        rect = QRectF(self.x - reach_x, self.y - reach_y, 2 * reach_x, 2 * reach_y).united(self._text_rect())
        if self.straight_from is not None:
            x, y = self.straight_from
            rect = rect.united(QRectF(x - reach_x, y - reach_y, 2 * reach_x, 2 * reach_y))
        return rect.toAlignedRect()

    def paint(self, painter: QPainter) -> None:
        """Draws it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.straight_from is not None:
            self._paint_straight(painter)
        colour = BAD if self.refused else LIGHT
        for pen in (QPen(EDGE, _RING_EDGE), QPen(colour, _RING)):
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            self._paint_ring(painter, pen)
            self._paint_middle(painter)
        if self.refused:
            self._paint_refusal(painter)
        elif self.text:
            self._paint_text(painter)

    def _paint_ring(self, painter: QPainter, pen: QPen) -> None:
        if self.kind == "pick":
            return
        if self.kind == "erase" and pen.widthF() == _RING:
            pen.setDashPattern([4.0, 2.5])
            painter.setPen(pen)
        painter.drawEllipse(QPointF(self.x, self.y), self.half_width, self.half_height)
        if pen.style() == Qt.PenStyle.CustomDashLine:
            pen.setStyle(Qt.PenStyle.SolidLine)
            painter.setPen(pen)
        if self.refused:
            x, y = self.half_width * 0.7071, self.half_height * 0.7071
            painter.drawLine(QPointF(self.x - x, self.y - y), QPointF(self.x + x, self.y + y))

    def _paint_middle(self, painter: QPainter) -> None:
        """A cross in the ring, or around it where the ring is small; only its bar while erasing."""
        small = self.kind != "pick" and min(self.half_width, self.half_height) < _SMALL
        start = (max(self.half_width, self.half_height) + _GAP) if small else (_GAP if self.kind == "pick" else 0.0)
        end = start + _CROSS
        arms = [(1, 0), (-1, 0)] if self.kind == "erase" else [(1, 0), (-1, 0), (0, 1), (0, -1)]
        for dx, dy in arms:
            painter.drawLine(
                QPointF(self.x + dx * start, self.y + dy * start), QPointF(self.x + dx * end, self.y + dy * end)
            )

    def _paint_straight(self, painter: QPainter) -> None:
        """The edge of the capsule that will be painted."""
        x, y = self.straight_from or (self.x, self.y)
        # A tangent of two equal ellipses is parallel to their centres' way, after stretching them into circles.
        dx, dy = (self.x - x) / max(self.half_width, 0.1), (self.y - y) / max(self.half_height, 0.1)
        length = hypot(dx, dy) or 1.0
        nx, ny = -dy / length * self.half_width, dx / length * self.half_height
        for pen in (QPen(EDGE, _RING_EDGE), QPen(LIGHT, _RING)):
            painter.setPen(pen)
            painter.drawEllipse(QPointF(x, y), self.half_width, self.half_height)
            for side in (1, -1):
                ends = [QPointF(x + side * nx, y + side * ny), QPointF(self.x + side * nx, self.y + side * ny)]
                painter.drawPolyline(QPolygonF(ends))

    def _text_rect(self) -> QRectF:
        """Where text stands, at the lower right of the ring; at another side of it where there is no room."""
        measure = QFontMetricsF(note_font())
        width = measure.horizontalAdvance(self.refused or self.text) + (14 if self.refused else 22)
        height = measure.height() + 8
        left, top = self.x + self.half_width * 0.72 + 6, self.y + self.half_height * 0.72 + 8 - height / 2
        if left + width > self.room[0]:
            left = max(self.x - self.half_width * 0.72 - 6 - width, 0.0)
        if top + height > self.room[1]:
            top = self.y - self.half_height * 0.72 - 8 - height / 2
        return QRectF(left, top, width, height)

    def _paint_text(self, painter: QPainter) -> None:
        rect = self._text_rect()
        spot = QPointF(rect.left() + 5, rect.center().y())
        if self.colour:
            painter.setPen(QPen(EDGE, 1.4))
            painter.setBrush(QColor(self.colour))
            painter.drawEllipse(spot, 4.2, 4.2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        elif self.kind == "erase":
            for pen in (QPen(EDGE, _RING_EDGE), QPen(LIGHT, _RING)):
                painter.setPen(pen)
                painter.drawEllipse(spot, 3.4, 3.4)
        paint_edged_text(painter, QPointF(spot.x() + 10, spot.y() + 4.5), self.text)

    def _paint_refusal(self, painter: QPainter) -> None:
        plate = self._text_rect()
        paint_plate(painter, plate)
        painter.setFont(note_font())
        painter.setPen(BAD)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.refused)


def brush_cursor(
    tool: Tool, place: tuple[float, float], view: ViewState, geometry: Geometry, labels: LabelSet, held: Held
) -> BrushCursor:
    """The tool at a point of the screen, in its true size and with what it does now."""
    per_point = view.screen.dots_per_point
    high, wide = (tool.diameter / 2 / step for step in geometry.spacing_mm[1:])
    erases = held.erase or tool.label == 0
    label = None if erases else labels.by_number(tool.label)
    start = tool.straight_from
    return BrushCursor(
        *place,
        half_width=wide * view.across / per_point,
        half_height=high * view.down / per_point,
        kind="erase" if erases else "paint",
        colour=label.colour if label is not None else "",
        text=diameter_text(tool.diameter, geometry),
        straight_from=view.to_point(start.row, start.column) if start is not None else None,
        room=(view.screen.width, view.screen.height),
    )


def diameter_text(diameter: float, geometry: Geometry) -> str:
    """ "8 mm", "2.5 mm", "12 px"."""
    digits = 0 if diameter >= 10 or abs(diameter - round(diameter)) < 0.05 else 1
    shown = number(diameter, digits)
    return _("{n} mm").format(n=shown) if geometry.has_spacing else _("{n} px").format(n=shown)


def paint_edged_text(painter: QPainter, base: QPointF, text: str) -> None:
    """Text with a dark edge, readable on bone and on air without a plate."""
    painter.setFont(note_font())
    painter.setPen(EDGE)
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(QPointF(base.x() + dx, base.y() + dy), text)
    painter.setPen(LIGHT)
    painter.drawText(base, text)
