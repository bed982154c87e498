"""The stage: the picture with its slice map, room for a second series beside it, and a place to drop a scan."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.panels.scan_rows import SCAN_MIME
from lesionstudio.gui.widgets.text import label
from lesionstudio.words import _

_INSET, _LINE = 12, QColor("#353B45")


class Stage(QFrame):
    """`scan_dropped`: this scan was dragged here from the list."""

    scan_dropped = Signal(str)

    def __init__(self, picture: QWidget, slice_map: QWidget) -> None:
        super().__init__()
        self.setObjectName("stage")
        self.setAcceptDrops(True)
        self._column, self._row = QVBoxLayout(self), QHBoxLayout()
        for layout in (self._column, self._row):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self._row.addWidget(picture, 1)
        self._row.addWidget(slice_map)
        self._column.addLayout(self._row, 1)
        self._beside: list[QWidget] = []
        self._target = label(_("Show beside this one"), "section", "drop_beside")
        self._target.setParent(self)
        self._target.setProperty("kind", "sheet")
        self._target.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._target.hide()

    def put_beside(self, bar: QWidget, second: QWidget) -> None:
        """Puts a second picture at the right of the first, and a bar over both."""
        self._column.insertWidget(0, bar)
        between = _Between()
        self._row.insertWidget(1, between)
        self._row.insertWidget(2, second, 1)
        self._beside = [bar, between, second]
        self.show_beside(False)

    def show_beside(self, on: bool) -> None:
        """Shows the second picture, or the first alone."""
        for part in self._beside:
            part.setVisible(on)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where a scan is dropped is the right half."""
        super().resizeEvent(event)
        half = self.width() // 2
        self._target.setGeometry(half, _INSET, half - _INSET, self.height() - 2 * _INSET)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes scans of the list; files belong to the window."""
        if event.mimeData().hasFormat(SCAN_MIME):
            event.acceptProposedAction()
            self._target.raise_()
            self._target.show()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing was dropped."""
        self._target.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Forwards which scan was dropped."""
        self._target.hide()
        if event.mimeData().hasFormat(SCAN_MIME):
            event.acceptProposedAction()
            self.scan_dropped.emit(bytes(event.mimeData().data(SCAN_MIME).data()).decode())


class _Between(QWidget):
    """The line between two pictures: as dark in both themes as what is behind pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """One colour."""
        QPainter(self).fillRect(self.rect(), _LINE)
