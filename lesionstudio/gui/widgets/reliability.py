"""Reliability: of pixels that were given a probability, the share that is marked in truth."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.words import _, number

_SIDE, _EDGE, _DOT = 150, 26, 3.0

Points = Sequence[Sequence[float]]


class Reliability(QWidget):
    """A line a label through (mean probability, share marked, pixels), each from 0 to 1; the diagonal is perfect."""

    def __init__(self, look: Look, curves: Mapping[str, Points]) -> None:
        super().__init__()
        self._look, self._curves = look, curves
        self.setObjectName("reliability")
        self.setFixedSize(_SIDE + 2 * _EDGE, _SIDE + 2 * _EDGE)
        self.setAccessibleName(_("How far probabilities can be trusted"))
        said = [f"{number(100 * one[0])} % → {number(100 * one[1])} %" for curve in curves.values() for one in curve]
        self.setToolTip("\n".join(said))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints frame, diagonal, lines and the two names."""
        tokens, painter = self._look.tokens, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        field = QRectF(_EDGE, _EDGE / 2, _SIDE, _SIDE)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawRect(field)
        painter.setPen(QPen(QColor(tokens.text3), 1, Qt.PenStyle.DashLine))
        painter.drawLine(field.bottomLeft(), field.topRight())
        painter.setPen(QPen(QColor(tokens.accent), 1.6))
        painter.setBrush(QColor(tokens.accent))
        for curve in self._curves.values():
            places = [_place(field, one) for one in curve]
            painter.drawPolyline(places)
            for place in places:
                painter.drawEllipse(place, _DOT, _DOT)
        painter.setPen(QColor(tokens.text2))
        below = QRectF(0, field.bottom() + 2, self.width(), _EDGE)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, _("Probability"))
        painter.translate(_EDGE / 2, field.center().y())
        painter.rotate(-90)
        beside = QRectF(-_SIDE / 2, -_EDGE / 2, _SIDE, _EDGE)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, _("Marked in truth"))


def _place(field: QRectF, one: Sequence[float]) -> QPointF:
    return QPointF(field.left() + one[0] * field.width(), field.bottom() - one[1] * field.height())
