"""The twin of the pointer: an open cross at the place that belongs to it in a linked picture."""

from PySide6.QtCore import QLineF, QRect
from PySide6.QtGui import QColor, QPainter, QPen

_GAP, _ARM, _REACH = 4.0, 9.0, 12
_LIGHT, _EDGE = QColor("#F1F5FB"), QColor(0, 0, 0, 200)


def twin_rect(x: float, y: float) -> QRect:
    """The points that the cross may touch."""
    return QRect(round(x) - _REACH, round(y) - _REACH, 2 * _REACH + 1, 2 * _REACH + 1)


def paint_twin(painter: QPainter, x: float, y: float) -> None:
    """Four arms, near-white with a dark edge, and room in the middle for what lies there."""
    arms = [
        QLineF(x + dx * _GAP, y + dy * _GAP, x + dx * (_GAP + _ARM - 1), y + dy * (_GAP + _ARM - 1))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in (QPen(_EDGE, 3.4), QPen(_LIGHT, 1.4)):
        painter.setPen(pen)
        painter.drawLines(arms)
