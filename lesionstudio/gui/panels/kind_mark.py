"""The word in a row of the scan list that says what the scan shows."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from lesionstudio.gui.kinds import Kind, class_words
from lesionstudio.gui.theme import Look, font


def paint_kind(painter: QPainter, line: QRect, kind: Kind | None, look: Look) -> int:
    """Writes it at the right end of the line, amber where it is a guess; returns how much room that takes."""
    if kind is None or kind.error:
        return 0
    painter.setFont(font(12, 500))
    painter.setPen(QColor(look.tokens.warn if kind.unlike else look.tokens.text2))
    room = line.adjusted(line.width() // 3, 0, 3, 0)
    shown = painter.fontMetrics().elidedText(class_words(kind.group), Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
    return painter.fontMetrics().horizontalAdvance(shown) + 6
