"""The Learning card: the curve of the learning that runs, or of the last one; and Learn under Segment."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.job_bar import offer_pause, time_left
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import CurvePoint
from lesionstudio.gui.widgets.buttons import Toggle, action_button, follow, word_button
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


class AlongRow(QWidget):
    """The switch "Learn while I work", and what it does now."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.switch = Toggle(look, _("Learn while I work"), "learn_along_button")
        follow(self.switch, actions["learn_along"], _("Learn while I work"), show_words=False)
        self._words = ElidedLabel("second", "along_words")
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.switch)
        row.addWidget(label(_("Learn while I work"), "strong"))
        row.addWidget(self._words, 1)

    def show_state(self, state: str, new_slices: int) -> None:
        """Says how far it is: how many checked slices are still new to it, or that there is nothing new."""
        self._words.setText(along_words(state, new_slices))


def along_words(state: str, new_slices: int) -> str:
    """What the switch does now, in two words."""
    if state == "learning" and new_slices:
        return ngettext("{n} new slice", "{n} new slices", new_slices)
    words = {"learning": _("learning"), "asleep": _("up to date"), "paused": _("paused")}
    return words.get(state, "")


def working_words(state: str, new_slices: int) -> str:
    """What goes on beside the work, for the status bar; "" where nothing does."""
    if state == "learning" and new_slices:
        return ngettext("Learning from {n} new slice", "Learning from {n} new slices", new_slices)
    return {"learning": _("Learning while you work"), "paused": _("Learning paused")}.get(state, "")


class LearningCard(QFrame):
    """While it learns: how long, how well on the held-out slices, time left, Pause, Cancel. Else the last curve.

    What learns while a person works has no end: it can be paused and gone on with, and not cancelled.
    """

    cancel_wanted = Signal()
    pause_wanted = Signal(bool)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._look = look
        self._title = ElidedLabel("section", "learning_title")
        self._left = label(role="second", name="learning_time_left")
        self._cancel = word_button(_("Cancel"), "cancel_learning_button")
        look.icons.dress(self._cancel, "x", 16, "text", 6)
        self._cancel.clicked.connect(self.cancel_wanted)
        self._pause = word_button(_("Pause"), "pause_learning_button")
        self._is_paused = False
        self._pause.clicked.connect(lambda: self.pause_wanted.emit(not self._is_paused))
        self._what = label(role="second", name="curve_of")
        self.curve = Curve(look, "learning_curve")
        self.row = LearnRow(look, actions)
        self.row.button.setObjectName("learn_again_button")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title, 1)
        for button in (self._left, self._pause, self._cancel):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 10)
        column.setSpacing(4)
        column.addLayout(head)
        for part in (self._what, self.curve, self.row):
            column.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_running(
        self, minutes: float, left_s: float | None, points: Sequence[CurvePoint], in_use: str, *, paused: bool
    ) -> None:
        """Shows the learning that goes on; `in_use` names the version it is compared with."""
        self._say_minutes(minutes)
        self._show(points, minutes + (left_s or 0) / 60, in_use, is_running=True)
        self._left.setText(_("paused") if paused else time_left(left_s))
        self._offer_pause(paused)

    def show_along(
        self, minutes: float, points: Sequence[CurvePoint], in_use: str, dice: float | None, words: str, paused: bool
    ) -> None:
        """Shows what is learned while a person works; `words` say what it does, `dice` is of the model in use."""
        self._say_minutes(minutes)
        self._show_buttons(self._pause, self._left)
        self._show_curve(points, minutes, in_use, dice, is_running=True)
        self._left.setText(words)
        self._offer_pause(paused)

    def _say_minutes(self, minutes: float) -> None:
        self._title.setText(_("Learning, {n} min").format(n=number(minutes)) if minutes >= 1 else _("Learning"))

    def _offer_pause(self, paused: bool) -> None:
        offer_pause(self._pause, self._look, paused)
        self._is_paused = paused

    def take_focus(self) -> None:
        """Gives the keys to its button."""
        buttons = (self._pause, self._cancel, self.row.button)
        next((one for one in buttons if one.isVisible()), self.row.button).setFocus()

    def show_last(self, title: str, points: Sequence[CurvePoint], minutes: float) -> None:
        """Shows how the newest version was learned."""
        self._title.setText(_("How {title} was learned").format(title=title))
        self._show(points, minutes, "", is_running=False)

    def _show(self, points: Sequence[CurvePoint], until: float, in_use: str, *, is_running: bool) -> None:
        self._show_buttons(*((self._left, self._pause, self._cancel) if is_running else (self.row,)))
        first = next((one.dice for one in points if one.dice is not None), None)
        self._show_curve(points, until, in_use, first if in_use else None, is_running=is_running)

    def _show_buttons(self, *wanted: QWidget) -> None:
        for part in (self._left, self._pause, self._cancel, self.row):
            part.setVisible(part in wanted)

    def _show_curve(
        self, points: Sequence[CurvePoint], until: float, in_use: str, before: float | None, *, is_running: bool
    ) -> None:
        dice = [(one.minutes, one.dice) for one in points if one.dice is not None]
        loss = [(one.minutes, one.loss) for one in points if one.loss is not None]
        shown, before = dice or loss, before if dice else None
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
