"""How a branch of the scan list is painted: a chevron, whose it is, how many scans stand under it."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle

from lesionstudio.gui.panels.scan_headings import Heading
from lesionstudio.gui.theme import Look, font
from lesionstudio.words import number

HEADING, FOLDED_HEADING = 28, 6
_EDGE, _STEP, _CHEVRON = 12, 14, 14


def paint_heading(painter: QPainter, area: QRect, row: Heading, state: QStyle.StateFlag, look: Look) -> None:
    """Paints the whole row."""
    tokens = look.tokens
    inner = area.adjusted(7, 1, -7, -1)
    painter.setPen(Qt.PenStyle.NoPen)
    if state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(QColor(tokens.bg2))
        painter.drawRoundedRect(inner, 6, 6)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.focus), 2))
        painter.drawRoundedRect(inner.adjusted(1, 1, -1, -1), 6, 6)
    left = area.left() + _EDGE + _STEP * row.level
    sign = "chevron-right" if row.is_folded else "chevron-down"
    drawn = look.icons.pixmap(sign, tokens.text2, _CHEVRON, painter.device().devicePixelRatio())
    painter.drawPixmap(QPoint(left, area.center().y() - _CHEVRON // 2 + 1), drawn)
    painter.setFont(font(12, 500 if row.level == 0 else 400))
    count = number(row.scans)
    room = QRect(left + _CHEVRON + 5, area.top(), area.right() - _EDGE - left - _CHEVRON - 7, area.height())
    painter.setPen(QColor(tokens.text3))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
    room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(count) - 8)
    shown = painter.fontMetrics().elidedText(row.text, Qt.TextElideMode.ElideRight, room.width())
    painter.setPen(QColor(tokens.text2))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def paint_line(painter: QPainter, area: QRect, look: Look) -> None:
    """All that is left of a heading where the list is narrow."""
    painter.fillRect(QRect(14, area.center().y(), area.width() - 28, 1), QColor(look.tokens.line))
