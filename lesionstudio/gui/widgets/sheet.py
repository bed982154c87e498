"""Sheet: a page laid over the window that darkens behind it. Always left by Esc or its cross."""

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import sign
from lesionstudio.gui.widgets.text import label
from lesionstudio.words import _

_SCRIM_ALPHA = 150


class Sheet(QDialog):
    """A modal page of a fixed width in the middle of its window. Fill `body`; `head` takes more at the title."""

    def __init__(self, window: QWidget, look: Look, title: str, name: str, width: int) -> None:
        super().__init__(window, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setStyleSheet(f"QDialog#{name} {{ background: transparent; }}")
        self._window, self._scrim = window, _Scrim(window, look)
        frame = QFrame()
        frame.setProperty("kind", "sheet")
        frame.setFixedWidth(min(width, max(window.width() - 40, 400)))
        self._around = QVBoxLayout(self)
        self._around.setContentsMargins(0, 0, 0, 0)
        self._around.addWidget(frame)
        self.body = QVBoxLayout(frame)
        self.body.setContentsMargins(24, 16, 24, 18)
        self.body.setSpacing(12)
        self.head = self._make_head(look, title)
        self.body.addLayout(self.head)

    def add_answers(self, back: QPushButton, go_on: QPushButton) -> None:
        """Puts the two answers at the foot, the way on at the right: Enter presses that one, the other one leaves."""
        back.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(back)
        foot.addWidget(go_on)
        self.body.addLayout(foot)
        go_on.setDefault(True)

    def showEvent(self, event: QShowEvent) -> None:
        """Darkens the window and stands in its middle."""
        super().showEvent(event)
        self._scrim.cover()
        self._window.installEventFilter(self)
        self._centre()

    def hideEvent(self, event: QHideEvent) -> None:
        """Gives the window its light back."""
        super().hideEvent(event)
        self._window.removeEventFilter(self)
        self._scrim.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stays in the middle of a window that moves."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._scrim.cover()
            self._centre()
        return False

    def settle(self) -> None:
        """Takes the size that its parts need now, if it is open: some came or went."""
        if self.isVisible():
            self._centre()

    def _centre(self) -> None:
        self.resize(self._whole_size())
        middle = self._window.mapToGlobal(QPoint(self._window.width() // 2, self._window.height() // 2))
        self.move(middle.x() - self.width() // 2, middle.y() - self.height() // 2)

    def _whole_size(self) -> QSize:
        """The size in which everything fits, paragraphs that wrap too, now that the style sheet has had its say."""
        for part in self.findChildren(QWidget):
            part.ensurePolished()
            if (inner := part.layout()) is not None:
                inner.invalidate()
        wide = self._around.totalSizeHint().width()
        tall = self._around.totalHeightForWidth(wide)
        return QSize(wide, max(tall, self._around.totalSizeHint().height()))

    def _make_head(self, look: Look, title: str) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(label(title, "title"))
        head.addStretch(1)
        close = sign(look, "x", _("Close  Esc"), "close_sheet_button")
        close.clicked.connect(self.reject)
        head.addWidget(close)
        return head


def present(sheet: Sheet) -> None:
    """Opens the sheet, unless another one is open; it is gone once it is left."""
    if isinstance(QApplication.activeModalWidget(), Sheet):
        sheet.deleteLater()
        return
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.open()


class _Scrim(QWidget):
    """The shade over the window behind a sheet."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self.hide()

    def cover(self) -> None:
        """Lies over the whole window."""
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the shade."""
        shade = QColor(self._look.tokens.scrim)
        shade.setAlpha(_SCRIM_ALPHA)
        QPainter(self).fillRect(self.rect(), shade)
