"""The card "Where to look next": the slices worth a look, most useful first; a click opens one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.what_next import Place
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _, ngettext

_THUMBNAIL, _ROW, _MOST = 44, 48, 6


@dataclass(frozen=True, slots=True)
class LookRow:
    """One slice of the list: its name, and why it is there."""

    place: Place
    name: str
    why: str
    is_random: bool


class LookListCard(QFrame):
    """`place_wanted`: open this slice. `look_wanted`: look through the study (again)."""

    place_wanted = Signal(object)
    look_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName("look_list_card")
        self._look, self._rows = look, dict[Place, _Row]()
        self._count = label(role="second", name="look_count")
        self._words = paragraph(name="look_words")
        self._begin = word_button(_("Look for slices"), "look_for_slices_button")
        self._begin.clicked.connect(self.look_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 10, 0)
        head.addWidget(label(_("Where to look next"), "section"), 1)
        head.addWidget(self._count)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 0, 10, 0)
        foot.addWidget(self._words, 1)
        foot.addWidget(self._begin)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 10, 6, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._lines)
        column.addLayout(foot)

    def show_rows(self, rows: Sequence[LookRow]) -> None:
        """Shows the first of these, as many as there is room for; keeps what is shown of them already."""
        self._count.setText(ngettext("{n} slice", "{n} slices", len(rows)) if rows else "")
        rows = rows[:_MOST]
        if [one.place for one in rows] != list(self._rows):
            self._make(rows)
        for one in rows:
            self._rows[one.place].show_words(one)

    def say(self, words: str, *, can_look: bool, again: bool) -> None:
        """Says how the search is, and offers to look (again)."""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._begin.setText(_("Look again") if again else _("Look for slices"))
        self._begin.setVisible(can_look)

    def show_picture(self, place: Place, picture: QImage) -> None:
        """The small picture of a slice is there."""
        if place in self._rows:
            self._rows[place].show_picture(picture)

    @property
    def places(self) -> tuple[Place, ...]:
        """The slices shown, from top to bottom."""
        return tuple(self._rows)

    def _make(self, rows: Sequence[LookRow]) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            old = item.widget()
            if isinstance(old, QWidget):
                old.hide()
                old.deleteLater()
        self._rows = {}
        for one in rows:
            row = self._rows[one.place] = _Row(self._look, one.place)
            row.clicked.connect(lambda _on=False, place=one.place: self.place_wanted.emit(place))
            self._lines.addWidget(row)


class _Row(QPushButton):
    """Picture, name and reason; the whole row opens the slice."""

    def __init__(self, look: Look, place: Place) -> None:
        super().__init__()
        self.setProperty("kind", "quiet")
        self.setObjectName(f"look_row_{place.k}")
        self.setStyleSheet(f"QPushButton {{ min-height: {_ROW}px; max-height: {_ROW}px; padding: 0; }}")
        self._picture, arrow = QLabel(), QLabel()
        self._picture.setFixedSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self._name, self._why = ElidedLabel("strong", "look_row_name"), ElidedLabel("second", "look_row_why")
        look.icons.dress(arrow, "arrow-right", 16)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._why)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(10)
        row.addWidget(self._picture)
        row.addLayout(words, 1)
        row.addWidget(arrow)
        for part in (self._picture, self._name, self._why, arrow):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_words(self, one: LookRow) -> None:
        """Which slice it is, and why it is in the list."""
        self._name.setText(one.name)
        self._why.setText(one.why)
        self.setAccessibleName(f"{one.name}. {one.why}")

    def show_picture(self, picture: QImage) -> None:
        """Shows the slice, small."""
        ratio = self.devicePixelRatioF()
        side = round(_THUMBNAIL * ratio)
        smooth = Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(picture.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding, smooth))
        pixmap.setDevicePixelRatio(ratio)
        self._picture.setPixmap(pixmap)
