"""The head of Results: on what, which model, compared with which, Measure, Save report."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import GAP, word_button
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _

HEIGHT = 46
_MIDDLE = Qt.AlignmentFlag.AlignHCenter
Choices = Sequence[tuple[object, str]]


class ResultHead(QFrame):
    """46 high. It shows choices and says what a person picked."""

    subject_picked = Signal(object)
    model_picked = Signal(object)
    other_picked = Signal(object)
    measure_wanted = Signal()
    report_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "bar")
        self.setFixedHeight(HEIGHT)
        self.subject = Pick("subject", _("What is measured on"), 230)
        self.model = Pick("judged_model", _("Which version is measured"), 230)
        self.other = Pick("other_model", _("Which version it is compared with"), 220)
        self._facts = ElidedLabel("second", "result_facts")
        self.measure = word_button(_("Measure again"), "measure_again_button")
        self.report = word_button(_("Save report"), "save_report_button")
        look.icons.dress(self.report, "report-analytics", 16, "text", GAP)
        self.subject.picked.connect(self.subject_picked)
        self.model.picked.connect(self.model_picked)
        self.other.picked.connect(self.other_picked)
        self.measure.clicked.connect(self.measure_wanted)
        self.report.clicked.connect(self.report_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.subject)
        row.addSpacing(4)
        row.addWidget(self._facts, 1)
        for part in (self.model, self.other, self.measure, self.report):
            row.addWidget(part)

    def show_facts(self, words: str, more: str) -> None:
        """Says what the figures were measured on; `more` stands in the tooltip."""
        self._facts.setText(words)
        self._facts.say_more(more)

    def show_answers(self, *, measured: bool, why_not: str, writing: bool, page: bool) -> None:
        """Whether it can be measured again, and whether the report can be saved."""
        self.measure.setVisible(measured)
        self.measure.setEnabled(not why_not)
        self.measure.setToolTip(why_not)
        self.report.setVisible(measured)
        self.report.setEnabled(page)
        self.report.setToolTip(_("The report is still being written.") if writing else "")


class EmptyResults(QFrame):
    """What stands there before anything was measured: one sign, one sentence, one button."""

    wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        sign = QLabel()
        look.icons.dress(sign, "report-analytics", 32)
        self._title, self._words = label("", "strong", "empty_title"), paragraph(name="empty_words")
        self.button = word_button("", "empty_results_button", "primary")
        self.button.clicked.connect(self.wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(56, 16, 56, 16)
        column.setSpacing(8)
        column.addStretch(1)
        for part in (sign, self._title):
            column.addWidget(part, 0, _MIDDLE)
        self._words.setAlignment(_MIDDLE)
        column.addWidget(self._words)
        column.addWidget(self.button, 0, _MIDDLE)
        column.addStretch(2)

    def show_words(self, title: str, words: str, button: str) -> None:
        """Says these; no button for ""."""
        self._title.setText(title)
        self._words.setText(words)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
