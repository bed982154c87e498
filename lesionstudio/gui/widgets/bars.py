"""Thin bars that show shares of a whole."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.theme import Look


class ShareBar(QWidget):
    """How much is checked (green) and, after it, drafted (blue)."""

    def __init__(self, look: Look, height: int = 4) -> None:
        super().__init__()
        self._look, self._checked, self._drafts = look, 0.0, 0.0
        self.setFixedHeight(height)

    def show_shares(self, checked: float, drafts: float = 0.0) -> None:
        """Takes shares of 0 to 1."""
        self._checked, self._drafts = checked, drafts
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the bar."""
        tokens, painter, width = self._look.tokens, QPainter(self), self.width()
        painter.fillRect(self.rect(), QColor(tokens.bg4))
        green = round(width * self._checked)
        painter.fillRect(0, 0, green, self.height(), QColor(tokens.good))
        painter.fillRect(green, 0, round(width * self._drafts), self.height(), QColor(tokens.accent))
