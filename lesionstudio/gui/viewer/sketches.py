"""What a tool draws over the picture: lines, handles and texts, near-white with a dark edge, never blue."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from lesionstudio.gui.viewer.cursor import EDGE, LIGHT
from lesionstudio.gui.viewer.plaques import note_font, paint_plate
from lesionstudio.gui.viewer.tools.tool import Place, Sketch
from lesionstudio.gui.viewer.view_state import ViewState

_LINE, _EDGE, _HANDLE, _ROOM = 1.4, 3.4, 4.0, 7.0
_DASHES = [4.0, 3.0]


def sketch_rect(sketch: Sketch, view: ViewState) -> QRect:
    """The points of the screen it may touch."""
    rect = QRectF()
    for line in (*sketch.lines, *sketch.dashed, sketch.handles):
        if line:
            rect = rect.united(_polygon(line, view).boundingRect().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM))
    for place, words in sketch.texts:
        rect = rect.united(_plate(place, words, view))
    return rect.toAlignedRect()


def paint_sketch(painter: QPainter, sketch: Sketch, view: ViewState) -> None:
    """Draws it; the painter counts in points."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(EDGE, _EDGE), QPen(LIGHT, _LINE)):
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for line in sketch.lines:
            painter.drawPolyline(_polygon(line, view))
    _paint_dashed(painter, sketch, view)
    painter.setPen(QPen(EDGE, 1.4))
    painter.setBrush(LIGHT)
    for handle in sketch.handles:
        painter.drawEllipse(_point(handle, view), _HANDLE, _HANDLE)
    for place, words in sketch.texts:
        _paint_text(painter, _plate(place, words, view), words)


def _paint_dashed(painter: QPainter, sketch: Sketch, view: ViewState) -> None:
    for colour, width in ((EDGE, _EDGE), (LIGHT, _LINE)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([dash * _LINE / width for dash in _DASHES])
        painter.setPen(pen)
        for line in sketch.dashed:
            painter.drawPolyline(_polygon(line, view))


def _paint_text(painter: QPainter, plate: QRectF, words: str) -> None:
    paint_plate(painter, plate)
    painter.setFont(note_font())
    painter.setPen(LIGHT)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def _plate(place: Place, words: str, view: ViewState) -> QRectF:
    """Where a text stands: at the lower right of its place, inside the picture."""
    measure, at = QFontMetricsF(note_font()), _point(place, view)
    width, height = measure.horizontalAdvance(words) + 16, measure.height() + 8
    left = min(at.x() + 10, max(view.screen.width - width, 0.0))
    return QRectF(left, min(at.y() + 10, max(view.screen.height - height, 0.0)), width, height)


def _point(place: Place, view: ViewState) -> QPointF:
    return QPointF(*view.to_point(*place))


def _polygon(line: tuple[Place, ...], view: ViewState) -> QPolygonF:
    return QPolygonF([_point(place, view) for place in line])
