"""What a tool draws over the picture: lines, handles and texts, near-white with a dark edge, never blue."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from lesionstudio.gui.viewer.cursor import EDGE, LIGHT
from lesionstudio.gui.viewer.plaques import note_font, paint_plate
from lesionstudio.gui.viewer.tools.tool import Place, Sketch
from lesionstudio.gui.viewer.view_state import ViewState

_LINE, _HANDLE, _ROOM = 1.4, 4.0, 7.0
_DASHES = [4.0, 3.0]
# Thin lines side by side make the dark edge of a long line: Qt draws them twenty times as fast as one thick line.
_BESIDE = ((-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0))


class DrawnSketch:
    """A sketch in points of the screen; `rect` are those it may touch."""

    def __init__(self, sketch: Sketch, view: ViewState) -> None:
        self._lines = [_polygon(line, view) for line in sketch.lines]
        self._dashed = [_polygon(line, view) for line in sketch.dashed]
        self._handles = _polygon(sketch.handles, view)
        self._texts = [(_plate(place, words, view), words) for place, words in sketch.texts]
        rect = QRectF()
        for polygon in (*self._lines, *self._dashed, self._handles):
            if polygon.size():
                rect = rect.united(polygon.boundingRect().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM))
        for plate, _words in self._texts:
            rect = rect.united(plate)
        self.rect: QRect = rect.toAlignedRect()

    def paint(self, painter: QPainter) -> None:
        """Draws it; the painter counts in points."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(EDGE, 1.0))
        for dx, dy in _BESIDE:
            for line in self._lines:
                painter.drawPolyline(line.translated(dx, dy))
        painter.setPen(QPen(LIGHT, _LINE))
        for line in self._lines:
            painter.drawPolyline(line)
        self._paint_dashed(painter)
        painter.setPen(QPen(EDGE, 1.4))
        painter.setBrush(LIGHT)
        for n in range(self._handles.size()):
            painter.drawEllipse(self._handles.at(n), _HANDLE, _HANDLE)
        for plate, words in self._texts:
            _paint_text(painter, plate, words)

    def _paint_dashed(self, painter: QPainter) -> None:
        """Light dashes on a dark line."""
        dashes = QPen(LIGHT, _LINE)
        dashes.setCapStyle(Qt.PenCapStyle.FlatCap)
        dashes.setDashPattern(_DASHES)
        for pen in (QPen(EDGE, 2.4), dashes):
            painter.setPen(pen)
            for line in self._dashed:
                painter.drawPolyline(line)


def _paint_text(painter: QPainter, plate: QRectF, words: str) -> None:
    paint_plate(painter, plate)
    painter.setFont(note_font())
    painter.setPen(LIGHT)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def _plate(place: Place, words: str, view: ViewState) -> QRectF:
    """Where a text stands: at the lower right of its place, inside the picture."""
    measure, (x, y) = QFontMetricsF(note_font()), view.to_point(*place)
    width, height = measure.horizontalAdvance(words) + 16, measure.height() + 8
    left = min(x + 10, max(view.screen.width - width, 0.0))
    return QRectF(left, min(y + 10, max(view.screen.height - height, 0.0)), width, height)


def _polygon(line: tuple[Place, ...], view: ViewState) -> QPolygonF:
    """The same in points of the screen; both are even grids, so two places tell of all."""
    (x, y), (far_x, far_y) = view.to_point(0.0, 0.0), view.to_point(1.0, 1.0)
    across, down = far_x - x, far_y - y
    return QPolygonF([QPointF(x + column * across, y + row * down) for row, column in line])
