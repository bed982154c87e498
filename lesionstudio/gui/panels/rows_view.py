"""RowsView: the rows of the scan list under mouse and keys."""

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView

from lesionstudio.gui.widgets.fields import keeps_key
from lesionstudio.words import _


class RowsView(QListView):
    """The rows, one of which has the focus; Enter opens it."""

    entered_row = Signal(QModelIndex)
    fold_wanted = Signal(QModelIndex, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scan_list")
        self.setAccessibleName(_("Scans"))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setTabKeyNavigation(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QListView.DragDropMode.DragOnly)

    def event(self, event: QEvent) -> bool:
        """Claims Enter and the arrows before the window's shortcuts see them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and keeps_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the row, Left and Right fold and unfold a branch; letters belong to the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_row.emit(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.fold_wanted.emit(self.currentIndex(), event.key() == Qt.Key.Key_Left)
        elif event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)
