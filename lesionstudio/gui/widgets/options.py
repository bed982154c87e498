"""Small parts of the options bar: a name before a field, and a length that may be without limit."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.text import label


class LimitField(NumberField):
    """A number of which 0 means that there is no limit, and then a word stands for it."""

    def __init__(self, name: str, words: str, without: str) -> None:
        super().__init__(name, words)
        self._without = without
        self.setToolTip(words)

    def _put_back(self) -> None:
        super()._put_back()
        if self.value == 0 and not self.hasFocus():
            self.setText(self._without)
            self.setModified(False)


def named(words: str, field: QWidget) -> QWidget:
    """A field with its name before it, as one part of the bar."""
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(label(words, "second"))
    row.addWidget(field)
    return part
