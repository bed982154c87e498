"""The stack sheet: which pictures become one volume, and how large its voxels are, if anybody knows."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import Choices, word_button
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _, ngettext

_WIDTH, _FIELD_WIDTH = 480, 96
_LEAST, _MOST, _DIGITS = 0.001, 9999.0, 3
_UNITS = {"mm": 1.0, "µm": 1e-3, "nm": 1e-6}


class StackSheet(Sheet):
    """Says `answered((slice, row, column) in mm)`, or None where the sizes are not known."""

    answered = Signal(object)

    def __init__(
        self, window: QWidget, look: Look, names: tuple[str, ...], spacing: tuple[float, float] | None
    ) -> None:
        super().__init__(window, look, _("Join into a volume"), "stack_sheet", _WIDTH)
        self._say_which(names)
        self._known = QCheckBox(_("The sizes are known"))
        self._known.setObjectName("stack_sizes_known")
        self._known.setChecked(spacing is not None)
        self._unit = Choices("stack_unit", stretch=False)
        unit = next((name for name, mm in _UNITS.items() if spacing and spacing[1] >= mm * 0.1), "mm")
        self._unit.show_choices([(name, name) for name in _UNITS], unit)
        said = [length / _UNITS[unit] for length in spacing or (1.0, 1.0)]
        self._fault = label(role="bad")
        self._slice = self._field("stack_slice", _("Distance of slices"), said[0])
        self._pixel = self._field("stack_pixel", _("Width of a pixel"), said[1])
        self.body.addWidget(self._known)
        self.body.addLayout(self._sizes())
        self.body.addWidget(paragraph(_("Left out, lengths are in pixels. Marks move with the pictures, both ways.")))
        self.body.addWidget(self._fault)
        go = word_button(_("Join"), "join_stack_button", "primary")
        go.clicked.connect(self._answer)
        self.add_answers(word_button(_("Cancel"), "cancel_stack_button"), go)
        self._known.toggled.connect(self._refresh)
        self._refresh()
        go.setFocus()

    def _say_which(self, names: tuple[str, ...]) -> None:
        words = ngettext(
            "{n} picture becomes a volume, in this order. The file stays as it is.",
            "{n} pictures become the slices of one volume, in this order. The files stay as they are.",
            len(names),
        )
        order = ElidedLabel("second", "stack_order")
        order.setText(_("{first}, {second} … {last}").format(first=names[0], second=names[1], last=names[-1]))
        order.say_more("\n".join(names[:40]))
        self.body.addWidget(paragraph(words, "body"))
        self.body.addWidget(order)

    def _field(self, name: str, words: str, value: float) -> NumberField:
        field = NumberField(name, words, _DIGITS)
        field.setFixedWidth(_FIELD_WIDTH)
        field.show_range(_LEAST, _MOST)
        field.show_value(value)
        field.fault.connect(lambda sentence: self._fault.setText(sentence))
        field.value_changed.connect(lambda _value: self._fault.setText(""))
        return field

    def _sizes(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(0, 1)
        for row, (words, field) in enumerate(
            ((_("Distance of slices"), self._slice), (_("Width of a pixel"), self._pixel))
        ):
            grid.addWidget(label(words, "second"), row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self._unit, 0, 2)
        return grid

    def _refresh(self) -> None:
        for part in (self._slice, self._pixel, self._unit):
            part.setEnabled(self._known.isChecked())
        self._fault.setText("")

    def _answer(self) -> None:
        for field in (self._slice, self._pixel):
            field.clearFocus()
        if self._fault.text():
            return
        self.accept()
        mm = _UNITS[self._unit.current]
        pixel = self._pixel.value * mm
        self.answered.emit((self._slice.value * mm, pixel, pixel) if self._known.isChecked() else None)
