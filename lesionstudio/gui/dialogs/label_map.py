"""The label sheet: asked once for each model and study, which of the study's labels each of the model's stands for."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.words import _

LEFT_OUT, NEW = 0, -1
_WIDTH = 520


class LabelMapSheet(Sheet):
    """Says `chosen({model's number: study's number, 0 to leave out, -1 for a new label})`."""

    chosen = Signal(object)

    def __init__(self, window: QWidget, look: Look, names: Sequence[str], labels: LabelSet) -> None:
        super().__init__(window, look, _("What do the model's labels mean here?"), "label_map_sheet", _WIDTH)
        self.body.addWidget(paragraph(_("Asked once for this model and this study.")))
        self._boxes: list[QComboBox] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for row, name in enumerate(names):
            grid.addWidget(label(name, "strong"), row, 0)
            grid.addWidget(self._box(name, labels), row, 1)
        self.body.addLayout(grid)
        cancel, go = (
            word_button(_("Cancel"), "cancel_label_map_button"),
            word_button(_("Use this"), "use_label_map_button"),
        )
        go.setProperty("kind", "primary")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(go)
        self.body.addLayout(foot)
        cancel.clicked.connect(self.reject)
        go.clicked.connect(self._choose)
        go.setDefault(True)
        go.setFocus()

    def _box(self, name: str, labels: LabelSet) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"label_for_{len(self._boxes) + 1}")
        box.setAccessibleName(name)
        box.addItem(_("A new label, {name}").format(name=name), NEW)
        for one in labels:
            box.addItem(one.name, one.number)
        box.addItem(_("Leave out"), LEFT_OUT)
        same = next((n for n, one in enumerate(labels, 1) if one.name.casefold() == name.casefold()), 0)
        box.setCurrentIndex(same)
        self._boxes.append(box)
        return box

    def _choose(self) -> None:
        answer = {number: int(box.currentData()) for number, box in enumerate(self._boxes, 1)}
        self.accept()
        self.chosen.emit(answer)
