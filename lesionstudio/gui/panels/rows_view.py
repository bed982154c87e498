"""RowsView: the rows of the scan list under mouse and keys."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import QFrame, QListView

from lesionstudio.gui.widgets.own_keys import OwnKeys
from lesionstudio.words import _


class RowsView(OwnKeys, QListView):
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

    @contextmanager
    def held_still(self) -> Iterator[None]:
        """Rows may come and go inside: the one under the mouse, else the first one seen, stays where it is.

        Who looks at the beginning of the list without touching it goes on seeing its beginning.
        """
        bar, mouse = self.verticalScrollBar(), self.viewport().mapFromGlobal(QCursor.pos())
        is_touched = self.viewport().underMouse() or self.hasFocus()
        place = mouse if self.viewport().underMouse() else QPoint(self.viewport().width() // 2, 1)
        anchor = QPersistentModelIndex(self.indexAt(place) if bar.value() or is_touched else QModelIndex())
        top = self.visualRect(anchor).top()
        yield
        if anchor.isValid():
            self.executeDelayedItemsLayout()
            moved = self.visualRect(anchor).top() - top
            if moved:
                bar.setValue(bar.value() + moved)

    def enter_row(self, index: QModelIndex) -> None:
        """Enter opens the row."""
        self.entered_row.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right fold and unfold a branch."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.fold_wanted.emit(self.currentIndex(), event.key() == Qt.Key.Key_Left)
        else:
            super().keyPressEvent(event)
