"""The lower part of the import sheet: what the values of the masks mean, and what happens to work by hand."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from lesionstudio.gui.import_plan import ImportPlan, Value
from lesionstudio.gui.import_segments import overlap_choices
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import Choices
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.text import Dot, ElidedLabel, Reason, label, paragraph, plain_tip
from lesionstudio.imaging.mask_values import LEFT_OUT, NEW
from lesionstudio.words import _, ngettext

_ROWS_HEIGHT, _MANY_ROWS_HEIGHT, _COLUMNS, _NAME_WIDTH = 92, 124, 2, 150


class ValuesPart(QWidget):
    """Says `kind_wanted("white" | "black" | "numbers")`, `threshold_wanted(value)`, `label_wanted(value, label)`."""

    kind_wanted = Signal(str)
    threshold_wanted = Signal(int)
    label_wanted = Signal(object, int)

    def __init__(self, look: Look, plan: ImportPlan) -> None:
        super().__init__()
        self._plan = plan
        self._shown: list[Value] = []
        self._colours: dict[int, str] = {}
        self._title = label(_("What the values mean"), "section")
        self._kinds = Choices("mask_values", stretch=False)
        self._kinds.chosen.connect(self.kind_wanted)
        self._doubt = Reason(look, "mask_values_doubt")
        self._threshold = NumberField("mask_threshold", _("Threshold"))
        self._threshold.show_range(1, 255)
        self._threshold.setFixedWidth(56)
        self._threshold.value_changed.connect(lambda value: self.threshold_wanted.emit(round(value)))
        self._rows = QScrollArea()
        self._rows.setFrameShape(QFrame.Shape.NoFrame)
        self._rows.setWidgetResizable(True)
        self._rows.setFixedHeight(_ROWS_HEIGHT)
        self._rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._kinds)
        doubt = QHBoxLayout()
        doubt.addWidget(self._doubt, 1)
        doubt.addWidget(self._threshold, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(doubt)
        column.addWidget(self._rows)

    def show_plan(self) -> None:
        """Shows what was said, or guessed, so far."""
        plan = self._plan
        kinds = (("white", _("White marks")), ("black", _("Black marks")), ("numbers", _("Label numbers")))
        self._kinds.show_choices(kinds, plan.kind or "")
        self._kinds.setEnabled(bool(plan.chosen))
        self._kinds.setVisible(plan.has_plain_values)
        self._rows.setFixedHeight(_ROWS_HEIGHT if plan.has_plain_values or plan.overlapping else _MANY_ROWS_HEIGHT)
        self._title.setText(_("What the values mean") if plan.has_plain_values else _("What the segments become"))
        self._doubt.show_words(plan.doubt if plan.chosen else "")
        self._threshold.setVisible(plan.has_greys)
        self._threshold.show_value(plan.threshold)
        wanted = plan.shown_values if plan.kind is not None else []
        table, colours = plan.preview_table()
        shown = {place: colours.get(table.get(value, 0), "") for place, value in enumerate(wanted)}
        if (wanted, plan.kind, shown) != (self._shown, self.property("kind_shown"), self._colours):
            self._colours = shown
            self._rebuild(wanted)
        self.setProperty("kind_shown", plan.kind)

    def _rebuild(self, values: list[Value]) -> None:
        self._shown = values
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 6, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for place, value in enumerate(values):
            row, column = divmod(place, _COLUMNS)
            grid.addWidget(self._named(value, self._colours.get(place, "")), row, 2 * column)
            grid.addWidget(self._choice(value), row, 2 * column + 1)
        for column in range(_COLUMNS):
            grid.setColumnStretch(2 * column + 1, 1)
        if not values and self._plan.chosen and self._plan.kind is not None:
            grid.addWidget(paragraph(_("Each label has files of its own, named after it.")), 0, 0, 1, 4)
        grid.setRowStretch(len(values) // _COLUMNS + 1, 1)
        self._rows.setWidget(box)

    def _named(self, value: Value, colour: str) -> QWidget:
        """A value as it is called, or a segment with the colour it gets."""
        if not isinstance(value, str):
            words = label(str(value) if self._plan.kind == "numbers" else _("Marked"), "strong")
            words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            return words
        named, dot, words = QWidget(), Dot(), ElidedLabel("strong")
        dot.show_colour(colour)
        words.setText(value)
        words.setToolTip(plain_tip(value))
        row = QHBoxLayout(named)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(dot)
        row.addWidget(words, 1)
        named.setFixedWidth(_NAME_WIDTH)
        return named

    def _choice(self, value: Value) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName(f"label_of_value_{value}")
        choice.setAccessibleName(_("Label for {value}").format(value=value))
        for one in self._plan.labels:
            choice.addItem(one.name, one.number)
        choice.addItem(_("A new label"), NEW)
        choice.addItem(_("Leave out"), LEFT_OUT)
        choice.setCurrentIndex(choice.findData(self._plan.label_of(value)))
        choice.activated.connect(partial(self._chosen, choice, value))
        return choice

    def _chosen(self, choice: QComboBox, value: Value, _n: int) -> None:
        self.label_wanted.emit(value, int(choice.currentData()))


class OverlapPart(QWidget):
    """Which of two segments keeps a voxel that both claim; asked once for all, and only where there are such voxels."""

    overlap_wanted = Signal(str)

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__()
        self._plan = plan
        self._words = paragraph(name="overlap_words")
        self._ways = Choices("overlap_wins", stretch=False)
        self._ways.chosen.connect(self.overlap_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._words)
        column.addWidget(self._ways)

    def show_plan(self) -> None:
        """Asks where segments overlap."""
        n = self._plan.overlapping
        self.setVisible(n > 0)
        words = ngettext(
            "Segments overlap in {n} mask, and a voxel holds one label. Which one wins?",
            "Segments overlap in {n} masks, and a voxel holds one label. Which one wins?",
            n,
        )
        self._words.setText(words)
        self._ways.show_choices(overlap_choices(), self._plan.segments.overlap or "")


class KeepPart(QWidget):
    """What happens to what a person marked; asked once for all, and only where there is any."""

    keep_wanted = Signal(str)

    def __init__(self, look: Look, plan: ImportPlan) -> None:
        super().__init__()
        self._plan = plan
        self._words = paragraph(name="keep_words")
        self._keep = Choices("keep_marks", stretch=False)
        self._keep.chosen.connect(self.keep_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label(_("Marked already"), "section"))
        column.addWidget(self._words)
        column.addWidget(self._keep)

    def show_plan(self) -> None:
        """Asks where somebody has worked on one of the scans."""
        n = self._plan.conflicts
        self.setVisible(n > 0)
        words = ngettext(
            "{n} of these scans has work by hand. What becomes of it?",
            "{n} of these scans have work by hand. What becomes of it?",
            n,
        )
        self._words.setText(words)
        choices = (("mine", _("Keep mine")), ("theirs", _("Replace")), ("both", _("Only where nothing is")))
        self._keep.show_choices(choices, self._plan.keep or "")
