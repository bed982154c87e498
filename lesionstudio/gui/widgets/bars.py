"""Thin bars that show shares of a whole, and how far something is."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from lesionstudio.gui.theme import Look


class ProgressLine(QProgressBar):
    """How far something is; moving while nobody knows."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextVisible(False)

    def show_progress(self, done: int, of: int) -> None:
        """Takes so much of so much; `of` 0 while that is not known. It is painted when the window is, not at once.

        By itself Qt paints at once, and with it all else that waits to be painted: the window is deaf meanwhile.
        """
        if (done, of) == (self.value(), self.maximum()):
            return
        self.setUpdatesEnabled(False)
        self.setRange(0, of)
        self.setValue(done)
        self.setUpdatesEnabled(True)


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
