"""OwnKeys: lists that are gone through by keys."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent

from lesionstudio.gui.widgets.fields import keeps_key

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractItemView as _View
else:
    _View = object

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class OwnKeys(_View):
    """While a list has the keys, Enter and the arrows belong to it and not to the slice; letters to the window.

    To be named before the view among the bases.
    """

    def enter_row(self, index: QModelIndex) -> None:
        """Enter was pressed on this row."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        """Claims Enter and the arrows before the window's shortcuts see them; Esc is for whoever holds the list."""
        asks = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if asks and isinstance(event, QKeyEvent) and keeps_key(event) and event.key() != Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is for the row that has the focus."""
        if event.key() in ENTER:
            self.enter_row(self.currentIndex())
        elif event.text().strip() or event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
