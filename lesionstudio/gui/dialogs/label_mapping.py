"""The mapping sheet: which label of the study each label of a model stands for; asked once for a model and a study."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.words import _

_WIDTH, NEW = 520, -1


class MappingSheet(Sheet):
    """Says `answered({the model's number: the study's number, or NEW for a new label})`."""

    answered = Signal(object)

    def __init__(self, window: QWidget, look: Look, names: Sequence[str], labels: LabelSet) -> None:
        super().__init__(window, look, _("What the model marks"), "mapping_sheet", _WIDTH)
        self.body.addWidget(paragraph(_("Say once which of this study's labels each mark of the model belongs to.")))
        self._choices = {theirs: _choice(theirs, name, labels) for theirs, name in enumerate(names, 1)}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        for row, (name, choice) in enumerate(zip(names, self._choices.values())):
            grid.addWidget(label(name, "strong"), row, 0)
            grid.addWidget(choice, row, 1)
        self.body.addLayout(grid)
        cancel, go = (
            word_button(_("Cancel"), "cancel_mapping_button"),
            word_button(_("Go on"), "go_on_button", "primary"),
        )
        go.clicked.connect(self._answer)
        self.add_answers(cancel, go)
        go.setFocus()

    def _answer(self) -> None:
        self.accept()
        self.answered.emit({theirs: int(choice.currentData()) for theirs, choice in self._choices.items()})


def _choice(theirs: int, name: str, labels: LabelSet) -> QComboBox:
    choice = QComboBox()
    choice.setObjectName(f"label_of_mark_{theirs}")
    choice.setAccessibleName(name)
    choice.addItem(_("A new label “{name}”").format(name=name), NEW)
    for one in labels:
        choice.addItem(one.name, one.number)
        if one.name.casefold() == name.casefold():
            choice.setCurrentIndex(choice.count() - 1)
    return choice
