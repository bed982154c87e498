"""One row of the label list. Renaming and the question before deleting happen in the row itself."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedLayout, QToolButton, QWidget

from lesionstudio.gui.theme import Look, restyle
from lesionstudio.gui.widgets.buttons import say, sign, word_button
from lesionstudio.gui.widgets.fields import Field
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.imaging.labels import Label
from lesionstudio.words import _

ROW = 32


class LabelRow(QFrame):
    """32 high. A click chooses the label, a double click renames it, a right click opens the rest."""

    chosen = Signal()
    renamed = Signal(str)
    shown = Signal(bool)
    locked = Signal(bool)
    deleted = Signal()
    colours_wanted = Signal(QPoint)

    def __init__(self, look: Look, number: int) -> None:
        super().__init__()
        self._look, self._number, self._can_delete = look, number, True
        self._label = Label(number, "", "")
        self.setProperty("kind", "row")
        self.setObjectName(f"label_{number}")
        self.setFixedHeight(ROW)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._swatch = _Swatch(f"label_{number}_colour_button")
        self._name, self._amount = ElidedLabel("strong"), label(role="second", name=f"label_{number}_amount")
        self._eye = sign(look, "eye", _("Hide"), f"label_{number}_visible_button", px=16)
        self._lock = sign(look, "lock-open", _("Lock"), f"label_{number}_locked_button", px=16)
        self._field = Field(f"label_{number}_name", _("Name"))
        self._question = ElidedLabel("second")
        for page in (self._make_view(), self._make_renaming(), self._make_question()):
            self._pages.addWidget(page)
        self._swatch.clicked.connect(lambda: self.colours_wanted.emit(self._swatch.mapToGlobal(QPoint(0, ROW - 4))))
        self._eye.clicked.connect(lambda: self.shown.emit(not self._label.visible))
        self._lock.clicked.connect(lambda: self.locked.emit(not self._label.locked))

    def show_label(self, one: Label, *, in_use: bool, can_delete: bool) -> None:
        """Shows this label."""
        self._label, self._can_delete = one, can_delete
        self._name.setText(one.name)
        self.setAccessibleName(one.name)
        self._swatch.show_colour(one.colour)
        icons = self._look.icons
        icons.dress(self._eye, "eye" if one.visible else "eye-off", 16)
        icons.dress(self._lock, "lock" if one.locked else "lock-open", 16, "text" if one.locked else "plain")
        say(self._eye, _("Hide") if one.visible else _("Show"), _("Hide") if one.visible else _("Show"))
        words = _("Unlock") if one.locked else _("Lock: neither tools nor the model touch it")
        say(self._lock, words.partition(":")[0], words)
        if self.property("current") != str(in_use).lower():
            restyle(self, current=str(in_use).lower())

    def show_amount(self, amount: str) -> None:
        """Shows how much of it is marked in this scan."""
        self._amount.setText(amount)

    def start_renaming(self) -> None:
        """Puts a field where the name is."""
        self._field.setText(self._label.name)
        self._pages.setCurrentIndex(1)
        self._field.setFocus()
        self._field.selectAll()

    def ask_to_delete(self) -> None:
        """Asks in the row."""
        marked = self._amount.text()
        words = _("Delete “{name}” and its {amount}? Undo brings them back.") if marked else _("Delete “{name}”?")
        self._question.setText(words.format(name=self._label.name, amount=marked))
        self._pages.setCurrentIndex(2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click chooses the label."""
        if event.button() == Qt.MouseButton.LeftButton and self._pages.currentIndex() == 0:
            self.chosen.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click renames it."""
        if self._pages.currentIndex() == 0:
            self.start_renaming()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses, F2 renames, Delete asks, Esc answers no."""
        answers = {
            Qt.Key.Key_Space: self.chosen.emit,
            Qt.Key.Key_F2: self.start_renaming,
            Qt.Key.Key_Delete: self.ask_to_delete,
            Qt.Key.Key_Escape: self._back,
        }
        answer = answers.get(Qt.Key(event.key()))
        if answer is None or (event.key() == Qt.Key.Key_Delete and not self._can_delete):
            super().keyPressEvent(event)
            return
        answer()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Everything the row can do, by name."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Rename"), self.start_renaming)
        menu.addAction(_("Colour"), lambda: self.colours_wanted.emit(event.globalPos()))
        one = self._label
        menu.addAction(_("Hide") if one.visible else _("Show"), lambda: self.shown.emit(not one.visible))
        menu.addAction(_("Unlock") if one.locked else _("Lock"), lambda: self.locked.emit(not one.locked))
        menu.addSeparator()
        menu.addAction(_("Delete"), self.ask_to_delete).setEnabled(self._can_delete)
        menu.popup(event.globalPos())

    def _back(self) -> None:
        # A field that is hidden while it has the keys would hand them to its neighbour.
        self._field.blockSignals(True)
        self._field.clearFocus()
        self._field.blockSignals(False)
        self._pages.setCurrentIndex(0)

    def _keep_name(self) -> None:
        # The field says that it is done while it goes: by then it must hold the old name.
        self._field.setText(self._label.name)
        self._back()

    def _take_name(self) -> None:
        if self._pages.currentIndex() != 1:
            return
        self._back()
        typed = self._field.text().strip()
        if typed and typed != self._label.name:
            self.renamed.emit(typed)

    def _make_view(self) -> QWidget:
        page, row = _page()
        row.addWidget(label(str(self._number), "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._swatch)
        row.addWidget(self._name, 1)
        row.addWidget(self._amount)
        row.addSpacing(2)
        row.addWidget(self._eye)
        row.addWidget(self._lock)
        return page

    def _make_renaming(self) -> QWidget:
        page, row = _page()
        row.addWidget(self._field, 1)
        self._field.editingFinished.connect(self._take_name)
        self._field.abandoned.connect(self._keep_name)
        return page

    def _make_question(self) -> QWidget:
        page, row = _page()
        delete = word_button(_("Delete"), f"delete_label_{self._number}_button", "danger")
        keep = word_button(_("Keep"), f"keep_label_{self._number}_button", "quiet")
        delete.clicked.connect(self._back)
        delete.clicked.connect(self.deleted)
        keep.clicked.connect(self._back)
        row.addWidget(self._question, 1)
        row.addWidget(delete)
        row.addWidget(keep)
        return page


class _Swatch(QToolButton):
    """The label's colour; a click offers others."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._colour = ""
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(28, 28)
        say(self, _("Colour"), _("Colour"))

    def show_colour(self, colour: str) -> None:
        """Takes this colour."""
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the colour on the button's own ground."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawRoundedRect(8, 8, 13, 13, 3, 3)


def _page() -> tuple[QWidget, QHBoxLayout]:
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(6, 0, 2, 0)
    row.setSpacing(2)
    return page, row
