"""The values sheet: whether this folder's pictures are CT, and what was added to HU in them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _

_WIDTH, _FIELD_WIDTH, _MOST = 480, 96, 65535
USUAL = 1024


class ValuesSheet(Sheet):
    """Says `answered(what was added to HU)`, or None where the pictures are to stay as they are stored."""

    answered = Signal(object)

    def __init__(self, window: QWidget, look: Look, hu_offset: float | None, guess: int | None) -> None:
        super().__init__(window, look, _("Values of these pictures"), "values_sheet", _WIDTH)
        words = _(
            "16-bit pictures of a CT often hold HU with a number added, mostly 1024 or 32768, and do not say so. This"
            " holds for the whole folder; the files stay as they are."
        )
        self.body.addWidget(paragraph(words, "body"))
        self._is_ct = QCheckBox(_("Read as CT"))
        self._is_ct.setObjectName("values_are_ct")
        self._is_ct.setChecked(hu_offset is not None)
        self._added = NumberField("values_added", _("Added to HU"))
        self._added.setFixedWidth(_FIELD_WIDTH)
        self._added.show_range(0, _MOST)
        self._added.show_value(next((float(one) for one in (hu_offset, guess) if one is not None), USUAL))
        self._added.setEnabled(self._is_ct.isChecked())
        self._is_ct.toggled.connect(self._added.setEnabled)
        self._fault = label(role="bad")
        self._added.fault.connect(self._fault.setText)
        self.body.addLayout(self._answers())
        self.body.addWidget(self._fault)
        cancel, go = (
            word_button(_("Cancel"), "cancel_values_button"),
            word_button(_("Apply"), "apply_values_button", "primary"),
        )
        go.clicked.connect(self._answer)
        self.add_answers(cancel, go)
        self._is_ct.setFocus()

    def _answers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._is_ct)
        row.addStretch(1)
        row.addWidget(label(_("Added to HU"), "second"))
        row.addWidget(self._added)
        return row

    def _answer(self) -> None:
        self._added.clearFocus()
        if self._fault.text():
            return
        self.accept()
        self.answered.emit(self._added.value if self._is_ct.isChecked() else None)
