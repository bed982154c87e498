"""The Learning card: the curve of the learning that runs, or of the last one; and Learn under Segment."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.job_bar import time_left
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import CurvePoint
from lesionstudio.gui.widgets.buttons import action_button, word_button
from lesionstudio.gui.widgets.curve import Curve
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _, ngettext, number


class LearnRow(QWidget):
    """The Learn button with its reason, or with what it would learn from, beside it."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.button = action_button(look, actions, "learn", _("Learn"))
        self._words = paragraph(name="learn_reason")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.button)
        row.addWidget(self._words, 1)

    def show_ready(self, reason: str, slices: int) -> None:
        """Says why Learn is off, or, when it is on, from how many slices it learns."""
        self._words.setText(reason or ngettext("from {n} checked slice", "from {n} checked slices", slices))


class LearningCard(QFrame):
    """While it learns: how long, how well on the held-out slices, time left, Cancel. Else the last curve and Learn."""

    cancel_wanted = Signal()

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._title = ElidedLabel("section", "learning_title")
        self._left = label(role="second", name="learning_time_left")
        self._cancel = word_button(_("Cancel"), "cancel_learning_button")
        look.icons.dress(self._cancel, "x", 16, "text", 6)
        self._cancel.clicked.connect(self.cancel_wanted)
        self._what = label(role="second", name="curve_of")
        self.curve = Curve(look, "learning_curve")
        self.row = LearnRow(look, actions)
        self.row.button.setObjectName("learn_again_button")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title, 1)
        head.addWidget(self._left)
        head.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 10)
        column.setSpacing(4)
        column.addLayout(head)
        for part in (self._what, self.curve, self.row):
            column.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_running(self, minutes: float, left_s: float | None, points: Sequence[CurvePoint], in_use: str) -> None:
        """Shows the learning that goes on; `in_use` names the version it is compared with."""
        self._title.setText(_("Learning, {n} min").format(n=number(minutes)) if minutes >= 1 else _("Learning"))
        self._left.setText(time_left(left_s))
        self._show(points, minutes + (left_s or 0) / 60, in_use, is_running=True)

    def show_last(self, title: str, points: Sequence[CurvePoint], minutes: float) -> None:
        """Shows how the newest version was learned."""
        self._title.setText(_("How {title} was learned").format(title=title))
        self._show(points, minutes, "", is_running=False)

    def _show(self, points: Sequence[CurvePoint], until: float, in_use: str, *, is_running: bool) -> None:
        for part in (self._left, self._cancel):
            part.setVisible(is_running)
        self.row.setVisible(not is_running)
        dice = [(one.minutes, one.dice) for one in points if one.dice is not None]
        loss = [(one.minutes, one.loss) for one in points if one.loss is not None]
        shown = dice or loss
        before = dice[0][1] if dice and in_use else None
        words = _("{version}, in use: {dice}").format(version=in_use, dice=number(before, 2)) if before else ""
        self.curve.show_points(shown, max(until, shown[-1][0] if shown else 0.0), before, words)
        self.curve.setVisible(bool(shown))
        self._what.setText(_what(bool(dice), bool(loss), is_running))


def _what(has_dice: bool, has_loss: bool, is_running: bool) -> str:
    if has_dice:
        return _("Dice on the held-out slices")
    if has_loss:
        return _("Error on the slices learned from: lower is better. Not measured on held-out slices yet.")
    return _("The first figures come soon. Go on painting meanwhile.") if is_running else _("No curve was kept.")
