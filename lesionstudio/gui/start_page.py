"""The page the program opens with: open a folder, try the sample, drop something, or go on where the work was left."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.banners import Banners
from lesionstudio.gui.theme import Look, restyle
from lesionstudio.gui.views import RecentView
from lesionstudio.gui.widgets.bars import ShareBar
from lesionstudio.gui.widgets.buttons import action_button, sign
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _

LEFT, RIGHT, APART = 420, 620, 56
MOST_RECENT = 4


class StartPage(QWidget):
    """Two columns in the upper middle: what to begin, and recent folders."""

    folder_wanted = Signal(Path)
    forget_wanted = Signal(Path)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("start_page")
        self.drop = DropZone(look)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        self._recent_box = QWidget()
        row = QHBoxLayout(self)
        row.setSpacing(0)
        row.addStretch(1)
        row.addWidget(self._beginning(look, actions), 0, Qt.AlignmentFlag.AlignTop)
        row.addSpacing(APART)
        row.addWidget(self._recent_column(), 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        row.setContentsMargins(24, 104, 24, 24)
        self.banners = Banners(look, self)
        self.show_recent(())

    def show_recent(self, folders: Sequence[RecentView]) -> None:
        """Offers these folders; those that are gone say so and can be taken off the list."""
        while (item := self._recent.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for folder in folders[:MOST_RECENT]:
            card = RecentCard(self._look, folder)
            card.chosen.connect(lambda path=folder.path: self.folder_wanted.emit(path))
            card.forgotten.connect(lambda path=folder.path: self.forget_wanted.emit(path))
            self._recent.addWidget(card)
        self._recent_box.setVisible(bool(folders))

    def _beginning(self, look: Look, actions: Actions) -> QWidget:
        box = QWidget()
        box.setFixedWidth(LEFT)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(paragraph(_("Mark lesions. The model learns with you."), "title"))
        column.addWidget(label(_("Your scans stay on this computer and are never changed."), "second"))
        column.addSpacing(10)
        buttons = (
            action_button(look, actions, "open_folder", kind="primary"),
            action_button(look, actions, "open_sample"),
        )
        for button in buttons:
            button.setProperty("big", "true")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            column.addWidget(button)
        column.addSpacing(6)
        column.addWidget(self.drop)
        classify = action_button(
            look, actions, "classify_page", _("What does a picture show?"), kind="quiet", icon="category"
        )
        classify.setObjectName("start_classify_button")
        classify.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column.addWidget(classify, 0, Qt.AlignmentFlag.AlignHCenter)
        self.first_button: QPushButton = buttons[0]
        return box

    def _recent_column(self) -> QWidget:
        self._recent_box.setFixedWidth(RIGHT)
        column = QVBoxLayout(self._recent_box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(_("Recent folders"), "section"))
        column.addLayout(self._recent)
        return self._recent_box


class DropZone(QFrame):
    """Where a folder or files can be dropped; it lights up while something is held over the window."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "drop")
        self.setObjectName("drop_zone")
        self.setFixedHeight(148)
        picture = QLabel()
        look.icons.dress(picture, "drag-drop", 32)
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addStretch(1)
        words = (
            label(_("Drop a folder or files here"), "strong"),
            label(_("DICOM, NIfTI, TIFF stacks, PNG, JPEG"), "second"),
        )
        for part in (picture, *words):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def light(self, over: bool) -> None:
        """Lights it, or no more."""
        restyle(self, over=str(over).lower())


class RecentCard(QFrame):
    """One recent folder: pictures, name, where, how far the work is. A click opens it."""

    chosen = Signal()
    forgotten = Signal()

    def __init__(self, look: Look, folder: RecentView) -> None:
        super().__init__()
        self._missing = folder.missing
        self.setProperty("kind", "card")
        self.setObjectName("recent_folder")
        self.setAccessibleName(folder.name)
        self.setFixedHeight(92)
        if not folder.missing:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 12, 8)
        row.setSpacing(14)
        row.addWidget(_pictures(look, folder))
        row.addLayout(_facts(look, folder), 1)
        if folder.missing:
            forget = sign(look, "x", _("Remove from the list"), "forget_folder_button", px=18)
            forget.clicked.connect(self.forgotten)
            row.addWidget(forget)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens the folder."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside and not self._missing:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do Enter and Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not self._missing:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class _Pictures(QWidget):
    """Up to three thumbnails side by side."""

    def __init__(self, folder: RecentView) -> None:
        super().__init__()
        self._pictures = folder.pictures[:3]
        self.setFixedSize(80 * len(self._pictures) - 10, 70)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints them with rounded corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for n, picture in enumerate(self._pictures):
            edge = QPainterPath()
            edge.addRoundedRect(80 * n, 0, 70, 70, 5, 5)
            painter.save()
            painter.setClipPath(edge)
            painter.fillPath(edge, QColor("#08090B"))
            size = picture.size().scaled(70, 70, Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawImage(
                edge.boundingRect().adjusted(
                    (70 - size.width()) / 2, (70 - size.height()) / 2, (size.width() - 70) / 2, (size.height() - 70) / 2
                ),
                picture,
            )
            painter.restore()


def _pictures(look: Look, folder: RecentView) -> QWidget:
    if folder.pictures and not folder.missing:
        return _Pictures(folder)
    picture = QLabel()
    picture.setFixedSize(70, 70)
    picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
    look.icons.dress(picture, "folder-off" if folder.missing else "folder", 28)
    return picture


def _facts(look: Look, folder: RecentView) -> QVBoxLayout:
    head = QHBoxLayout()
    name = ElidedLabel("strong")
    name.setText(folder.name)
    head.addWidget(name, 1)
    head.addWidget(label(folder.when, "second"))
    place = ElidedLabel("second", mode=Qt.TextElideMode.ElideMiddle)
    place.setText("" if folder.is_hidden else str(folder.path))
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addStretch(1)
    column.addLayout(head)
    column.addWidget(place)
    if folder.missing:
        column.addWidget(
            label(_("This folder is not there any more. Plug in the drive or remove it from the list."), "warn")
        )
    elif folder.facts:
        column.addWidget(label(folder.facts, "second"))
    if folder.share_checked is not None and not folder.missing:
        bar = ShareBar(look, 3)
        bar.show_shares(folder.share_checked)
        column.addWidget(bar)
    column.addStretch(1)
    return column
