"""The sheet of what a new version would change: each slice old against new, taken over with a key, or all at once."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.version_changes import Change
from lesionstudio.gui.what_next import Place
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _, ngettext, number

_WIDTH, _LIST_WIDE, _SIDE, _LINE = 920, 260, 280, 48


class ChangesSheet(Sheet):
    """Enter or Y takes the new draft over, N or Del leaves the old one, Shift+Enter takes all. Nothing is asked."""

    taken = Signal(object)
    left_as_is = Signal(object)
    open_wanted = Signal(object)
    pictures_wanted = Signal()

    def __init__(self, window: QWidget, look: Look, version: str) -> None:
        title = _("What {version} would change").format(version=version)
        super().__init__(window, look, title, "changes_sheet", _WIDTH)
        self._changes: list[tuple[Change, str]] = []
        self._pairs: dict[Place, tuple[QImage, QImage]] = {}
        self._list = QListWidget()
        self._list.setObjectName("changes_list")
        self._list.setFixedWidth(_LIST_WIDE)
        self._list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._list.setAccessibleName(title)
        self._list.currentRowChanged.connect(lambda _row: self._show_current())
        self._old, self._new = _Picture("old_draft"), _Picture("new_draft")
        self._old_words, self._new_words = label(role="second"), label(role="second")
        self._words = paragraph(name="change_words")
        self._lay_out(version)

    # What is shown

    def show_changes(self, changes: list[tuple[Change, str]]) -> None:
        """Shows these, with the name of each slice; the one that was chosen stays so, or its follower is."""
        row = max(self._list.currentRow(), 0)
        self._changes = changes
        self._list.blockSignals(True)
        self._list.clear()
        for change, name in changes:
            words = f"{name}\n{amounts(change)}"
            line = QListWidgetItem(f"{words}, {_('checked')}" if change.checked else words)
            line.setSizeHint(QSize(0, _LINE))
            self._list.addItem(line)
        self._list.setCurrentRow(min(row, len(changes) - 1))
        self._list.blockSignals(False)
        open_ones = sum(not change.checked for change, _name in changes)
        some = ngettext("Take over {n} draft", "Take over all {n} drafts", open_ones)
        self._all.setText(_("{answer}  Shift+Enter").format(answer=some))
        self._all.setEnabled(open_ones > 0)
        self._show_current()
        if not changes:
            self.accept()

    def show_pictures(self, place: Place, old: QImage, new: QImage) -> None:
        """The two pictures of a slice are there."""
        self._pairs[place] = (old, new)
        if self.current is not None and self.current.place == place:
            self._show_current()

    @property
    def current(self) -> Change | None:
        """The slice that is looked at."""
        row = self._list.currentRow()
        return self._changes[row][0] if 0 <= row < len(self._changes) else None

    def _show_current(self) -> None:
        change = self.current
        if change is None:
            return
        pair = self._pairs.get(change.place)
        self._old.show_picture(pair[0] if pair else None)
        self._new.show_picture(pair[1] if pair else None)
        self._old_words.setText(_("Your mask") if change.checked else _("Draft now"))
        self._new_words.setText(_("New version"))
        self._take.setEnabled(not change.checked)
        self._leave.setText(_with_n(_("Fine as it is") if change.checked else _("Keep the old one")))
        checked = _("This slice is checked: it is never changed, only pointed out. Open it to look once more.")
        self._words.setText(checked if change.checked else _("What you painted stays in either case."))

    # Answers

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Y and N answer, as Enter and Del do."""
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shift:
            self._take_all()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Y):
            self._take_this()
        elif key in (Qt.Key.Key_N, Qt.Key.Key_Delete):
            self._leave_this()
        else:
            super().keyPressEvent(event)

    def _take_this(self) -> None:
        if self.current is not None and not self.current.checked:
            self.taken.emit([self.current])

    def _leave_this(self) -> None:
        if self.current is not None:
            self.left_as_is.emit([self.current])

    def _take_all(self) -> None:
        self.taken.emit([change for change, _name in self._changes if not change.checked])

    def _open(self) -> None:
        if self.current is not None:
            self.accept()
            self.open_wanted.emit(self.current.place)

    def _lay_out(self, version: str) -> None:
        self._take = word_button(_("Take over  Enter"), "take_over_button", "primary")
        self._leave = word_button(_with_n(_("Keep the old one")), "keep_old_button")
        self._all = word_button("", "take_all_button")
        self._show = word_button(_("Open the slice"), "open_changed_button", "quiet")
        self._take.clicked.connect(self._take_this)
        self._leave.clicked.connect(self._leave_this)
        self._all.clicked.connect(self._take_all)
        self._show.clicked.connect(self._open)
        for button in (self._take, self._leave, self._all, self._show):
            button.setAutoDefault(False)
        pictures = QHBoxLayout()
        pictures.setSpacing(12)
        for words, picture in ((self._old_words, self._old), (self._new_words, self._new)):
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(words)
            column.addWidget(picture)
            pictures.addLayout(column)
        pictures.addStretch(1)
        answers = QHBoxLayout()
        answers.setSpacing(6)
        for part in (self._take, self._leave):
            answers.addWidget(part)
        answers.addStretch(1)
        answers.addWidget(self._show)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addLayout(pictures)
        right.addWidget(self._words)
        right.addLayout(answers)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._list)
        row.addLayout(right, 1)
        self.body.addLayout(row)
        foot = QHBoxLayout()
        foot.addWidget(label(_("One step; undo takes it back whole."), "second"), 1)
        foot.addWidget(self._all)
        self.body.addLayout(foot)
        self._list.setFocus()


class _Picture(QLabel):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedSize(_SIDE, _SIDE)
        self.setStyleSheet("background: #08090B; border-radius: 6px;")

    def show_picture(self, picture: QImage | None) -> None:
        """Shows it; a dark square while it is on its way."""
        if picture is None:
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        side, smooth = round(_SIDE * ratio), Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(picture.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        pixmap.setDevicePixelRatio(ratio)
        self.setPixmap(pixmap)


def _with_n(answer: str) -> str:
    """An answer with its key, the same in every language."""
    return f"{answer}  N"


def amounts(change: Change) -> str:
    """How much is marked now and would be: "0.9 to 1.6 ml"."""
    digits = 1 if change.unit == "ml" else 0
    before, after = number(change.before, digits), number(change.after, digits)
    units = {
        "px": _("{before} to {after} px"),
        "ml": _("{before} to {after} ml"),
        "mm2": _("{before} to {after} mm\N{SUPERSCRIPT TWO}"),
    }
    return units[change.unit].format(before=before, after=after)
