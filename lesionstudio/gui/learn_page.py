"""The page for learning: how it goes, what came of it, and all versions. It shows and forwards."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from lesionstudio.gui.along import Weights
from lesionstudio.gui.learner import Learner
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.banners import Banners
from lesionstudio.gui.panels.draft_fares import DraftFaresCard
from lesionstudio.gui.panels.learning import LearningCard, along_words
from lesionstudio.gui.panels.look_list import LookListCard
from lesionstudio.gui.panels.new_version import NewVersionCard
from lesionstudio.gui.panels.training import TrainingCard
from lesionstudio.gui.panels.versions import VersionsCard
from lesionstudio.gui.theme import Look
from lesionstudio.gui.trainer import Trainer
from lesionstudio.gui.widgets.buttons import action_button
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _, ngettext

_VERSIONS_WIDE = 380


class LearnPage(QFrame):
    """Left the learning and its outcome, right the versions. Before anything was learned: one sentence, one button."""

    slice_wanted = Signal(str, int)
    held_out_wanted = Signal()

    def __init__(self, look: Look, actions: Actions, learner: Learner, trainer: Trainer) -> None:
        super().__init__()
        self.setObjectName("learn_page")
        self._learner, self._trainer = learner, trainer
        self.empty, self.learning = EmptyLearn(look, actions), LearningCard(look, actions)
        self.new_version, self.versions = NewVersionCard(look), VersionsCard(look)
        self.training, self.look_list, self.fares = TrainingCard(look), LookListCard(look), DraftFaresCard(look)
        self.versions.offer(actions["train_folder"])
        self.banners = Banners(look, self, makes_room=True)
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Shows what there is to show now."""
        learner = self._learner
        self.versions.show_versions(learner.versions)
        self.versions.show_better(learner.uses_better)
        self._show_training()
        newest = next((one for one in learner.versions if one.slices), None)
        shown = learner.candidate or newest
        self._show_learning(newest is not None)
        self.new_version.setVisible(shown is not None)
        if shown is not None:
            in_use = learner.in_use.name if learner.in_use else ""
            waits = learner.candidate is not None
            self.new_version.show_version(shown, waits=waits, in_use=in_use, readiness=learner.readiness)

    def _show_training(self) -> None:
        training = self._trainer.training
        self.training.setVisible(training is not None)
        if training is not None:
            self.training.show_training(training)

    def take_focus(self) -> None:
        """Gives the keys to the answers where a version waits for one."""
        self.new_version.take_focus()

    def _show_learning(self, has_versions: bool) -> None:
        learner, run = self._learner, self._learner.learning
        is_running = run is not None and learner.is_here
        is_along = not is_running and self._shows_along
        self.empty.setVisible(not is_running and not is_along and not has_versions)
        self.learning.setVisible(is_running or is_along or has_versions)
        self.empty.show_ready(learner.reason, learner.readiness.lessons)
        self.learning.row.show_ready(learner.reason, learner.readiness.lessons)
        if run is not None and is_running:
            begins = next((one.name for one in learner.versions if one.id == run.begins_with), "")
            self.learning.show_running(run.minutes, run.left_s, run.points, begins, paused=run.is_paused)
        elif is_along:
            self._show_along()
        elif has_versions:
            newest = next(one for one in learner.versions if one.slices)
            self.learning.show_last(newest.name, newest.curve, newest.minutes)

    @property
    def _shows_along(self) -> bool:
        """Whether something learns while the person works, or did a moment ago."""
        return self._learner.along.state in ("learning", "asleep", "paused")

    def _show_along(self) -> None:
        along, in_use = self._learner.along, self._learner.in_use
        weights, state = along.weights or Weights(), along.state
        name, dice = (in_use.name, in_use.dice) if in_use else ("", None)
        words = along_words(state, along.new_slices)
        self.learning.show_along(weights.minutes, weights.points, name, dice, words, state == "paused")

    def _connect(self) -> None:
        learner = self._learner
        self.learning.pause_wanted.connect(self._pause)
        self.versions.better_wanted.connect(learner.use_better)
        learner.changed.connect(self._refresh_if_seen)
        learner.progressed.connect(self._refresh_if_seen)
        self._trainer.changed.connect(self._refresh_if_seen)
        self._trainer.progressed.connect(self._training_goes_on)
        self.learning.cancel_wanted.connect(learner.cancel)
        self.new_version.use_wanted.connect(learner.use)
        self.new_version.keep_wanted.connect(learner.keep)
        for answered in (self.new_version.use_wanted, self.new_version.keep_wanted):
            answered.connect(lambda *_which: self.learning.take_focus())
        self.new_version.slice_wanted.connect(self.slice_wanted)
        self.new_version.held_out_wanted.connect(self.held_out_wanted)
        self.versions.use_wanted.connect(learner.use)

    def _pause(self, on: bool) -> None:
        learner = self._learner
        (learner.pause if learner.learning is not None and learner.is_here else learner.along.pause)(on)

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self.refresh()

    def _training_goes_on(self) -> None:
        if self.isVisible():
            self._show_training()

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        for column, parts in (
            (left, (self.training, self.empty, self.learning, self.new_version, self.fares)),
            (right, (self.versions, self.look_list)),
        ):
            lines = QVBoxLayout(column)
            lines.setContentsMargins(0, 12, 0, 12)
            lines.setSpacing(10)
            for part in parts:
                lines.addWidget(part, 100 if part is self.empty else 0)
            lines.addStretch(1)
        right.setFixedWidth(_VERSIONS_WIDE)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(10)
        row.addWidget(_scrolling(left), 1)
        row.addWidget(_scrolling(right))


class EmptyLearn(QFrame):
    """What stands there before anything was learned."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        sign = QLabel()
        look.icons.dress(sign, "chart-line", 32)
        self._title = label(_("Nothing learned yet"), "strong")
        self._words = paragraph(name="learn_page_reason")
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._learn = action_button(look, actions, "learn", _("Learn"), kind="primary")
        self._learn.setObjectName("first_learn_button")
        self._draw = action_button(look, actions, "draw", _("To the scans"), kind="primary", icon="brush")
        self._draw.setObjectName("to_draw_button")
        self._draw.setCheckable(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(56, 16, 56, 16)
        column.setSpacing(8)
        column.addStretch(1)
        for part in (sign, self._title):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._words)
        for button in (self._learn, self._draw):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def show_ready(self, reason: str, slices: int) -> None:
        """Says why Learn is off and leads back to the scans, or offers it."""
        ready = ngettext(
            "The model learns from the {n} slice you have checked.",
            "The model learns from the {n} slices you have checked.",
            slices,
        )
        self._words.setText(reason or ready)
        self._learn.setVisible(not reason)
        self._draw.setVisible(bool(reason))


def _scrolling(column: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(column)
    if column.minimumWidth() == column.maximumWidth():
        area.setFixedWidth(column.minimumWidth())
    return area
