"""The name sheet: one line to type, for what a person keeps under a name of their own."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.fields import Field
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import paragraph
from lesionstudio.words import _


class NameSheet(Sheet):
    """Says `named(what was typed)`. `warn`: what is to be said of a name before it is taken; "" for nothing."""

    named = Signal(str)

    def __init__(
        self, window: QWidget, look: Look, title: str, words: str, name: str, warn: Callable[[str], str]
    ) -> None:
        super().__init__(window, look, title, "name_sheet", 420)
        self.body.addWidget(paragraph(words, "body"))
        self._warn = warn
        self._field = Field("name_field", _("Name"))
        self._field.setText(name)
        self._field.setMaxLength(80)
        self._notes = paragraph(name="name_notes")
        self.body.addWidget(self._field)
        self.body.addWidget(self._notes)
        self._go = word_button(_("Save"), "save_name_button", "primary")
        self._go.clicked.connect(self._answer)
        self.add_answers(word_button(_("Cancel"), "cancel_name_button"), self._go)
        self._field.textChanged.connect(self._refresh)
        self._field.returnPressed.connect(self._go.click)
        self._refresh()
        self._field.setFocus()
        self._field.selectAll()

    @property
    def _typed(self) -> str:
        return " ".join(self._field.text().split())

    def _refresh(self) -> None:
        self._go.setEnabled(bool(self._typed))
        self._notes.setText(self._warn(self._typed) if self._typed else _("Type a name first."))

    def _answer(self) -> None:
        if self._typed:
            self.accept()
            self.named.emit(self._typed)
