"""The lesion table over the lower right edge of the picture, while one view has all the room."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from lesionstudio.gui.panels.lesion_table import WIDTH, LesionTable
from lesionstudio.gui.theme import Look

_MARGIN, _MOST = 8, 0.55


class LesionPopup(QFrame):
    """As high as its rows need, at most somewhat more than half the picture. Esc or its cross closes it."""

    closed = Signal()

    def __init__(self, look: Look, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("lesion_popup")
        self.setProperty("kind", "sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._host, self.table = host, LesionTable(look, closes=True)
        self.table.close_wanted.connect(self.close_popup)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.table)
        host.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Appears, and takes the keys."""
        self.settle()
        self.show()
        self.raise_()
        self.table.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_popup(self) -> None:
        """Goes, and says so."""
        if self.isVisibleTo(self._host):
            self.hide()
            self.closed.emit()

    def settle(self) -> None:
        """Takes the size its rows need."""
        host = self._host
        wide = min(WIDTH, host.width() - 2 * _MARGIN)
        tall = min(self.table.sizeHint().height() + 2, int(host.height() * _MOST))
        self.setGeometry(host.width() - wide - _MARGIN, host.height() - tall - _MARGIN, wide, tall)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows its host's size."""
        if event.type() == QEvent.Type.Resize:
            self.settle()
        return False
