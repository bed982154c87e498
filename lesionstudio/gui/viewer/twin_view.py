"""TwinView: the picture of another series beside the one that is worked on. It shows; marks are drawn on the other."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.words import _


class TwinView(SliceView):
    """No tool, and no keys: those stay with the picture that is worked on."""

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("twin_view")
        self.setAccessibleName(_("Second picture"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._is_beyond = False

    def hide_marks_while(self, hidden: bool) -> None:
        """Hides the marks as long as they are hidden in the other picture."""
        if hidden != self._hidden_now:
            self._hidden_now = hidden
            self._show_hidden()

    def show_beyond(self, on: bool) -> None:
        """Says that the linked place lies beyond this series; what is shown is its end."""
        if on != self._is_beyond:
            self._is_beyond = on
            self._say_slice()

    def _slice_lines(self) -> list[str]:
        return [*super()._slice_lines(), *([_("The place lies beyond this series")] if self._is_beyond else [])]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Says so: what is shown follows the other picture."""
        super().resizeEvent(event)
        self.resized.emit()
