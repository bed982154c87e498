"""The classifier sheet: which classifier is asked, and what its card says of it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from lesionstudio.gui.kinds import ClassifierView, classes_words
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _, number

_WIDTH, _NAMES, _MOST_PICK = 560, 120, 392


class ClassifierSheet(Sheet):
    """`chosen`: the id of another one that is to be asked; `add_wanted`: one shall be taken in from a folder."""

    chosen = Signal(str)
    add_wanted = Signal()

    def __init__(
        self, window: QWidget, look: Look, classifiers: Sequence[ClassifierView], in_use: ClassifierView
    ) -> None:
        super().__init__(window, look, _("Classifier"), "classifier_sheet", _WIDTH)
        self._classifiers = {one.id: one for one in classifiers}
        self._pick = Pick("classifier", _("Which classifier is asked"), _MOST_PICK)
        self._pick.show_choices([(one.id, one.title) for one in classifiers], in_use.id)
        self._pick.picked.connect(self._choose)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, _NAMES)
        self._grid.setColumnStretch(1, 1)
        self.body.addWidget(self._pick)
        self.body.addLayout(self._grid)
        add, done = (
            word_button(_("Choose a classifier folder"), "add_other_classifier_button"),
            word_button(_("Done"), "classifier_done_button", "primary"),
        )
        self.add_answers(add, done)
        add.clicked.connect(self.add_wanted)
        done.clicked.connect(self.accept)
        done.setFocus()
        self._show(in_use)

    def _choose(self, key: object) -> None:
        self._show(self._classifiers[str(key)])
        self.chosen.emit(str(key))

    def _show(self, one: ClassifierView) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (part := item.widget()) is not None:
                part.hide()
                part.deleteLater()
        for row, (name, words) in enumerate(card_lines(one)):
            self._grid.addWidget(label(name, "second"), row, 0)
            self._grid.addWidget(paragraph(words, "body", f"card_line_{row}"), row, 1)
        self.settle()


def card_lines(one: ClassifierView) -> list[tuple[str, str]]:
    """What the card says, as names and sentences; nothing where it says nothing."""
    card = one.card
    lines = [
        (_("Tells apart"), classes_words(card.labels)),
        (_("Right"), _right_words(one)),
        (_("By class"), _class_words(one)),
        (_("Elsewhere"), _outside_words(one)),
        (_("Made for"), _(card.made_for)),
        (_("Learned from"), card.data),
        (_("Licence"), _(card.licence)),
        (_("Network"), card.architecture),
    ]
    return [(name, words) for name, words in lines if words]


def _right_words(one: ClassifierView) -> str:
    if one.accuracy is None:
        return _("not measured yet")
    scores = one.card.scores
    text = _("{share} % of {n} held-out pictures").format(
        share=number(100 * one.accuracy, 1), n=number(scores.get("pictures", 0))
    )
    ends = (scores.get("ci95") or {}).get("accuracy")
    if not ends:
        return text
    low, high = (number(100 * end, 1) for end in ends)
    return f"{text}{_(', 95 % interval {low} to {high}').format(low=low, high=high)}"


def _class_words(one: ClassifierView) -> str:
    classes = one.card.scores.get("classes") if isinstance(one.card.scores, dict) else None
    if not isinstance(classes, dict):
        return ""
    found = [(name, share["recall"]) for name, share in classes.items() if share.get("recall") is not None]
    text = _("{name} {share} % found")
    return ", ".join(text.format(name=classes_words((name,)), share=number(100 * share)) for name, share in found)


def _outside_words(one: ClassifierView) -> str:
    """How it did on sources it never learned from."""
    outside = one.card.scores.get("outside") if isinstance(one.card.scores, dict) else None
    if not isinstance(outside, dict) or outside.get("accuracy") is None:
        return ""
    return _("{share} % of {n} pictures from sources it never saw").format(
        share=number(100 * float(outside["accuracy"]), 1), n=number(outside.get("pictures", 0))
    )
