"""The Training card on the Learn page: a training from a folder, its curves, time left, Stop, and what came of it."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from lesionstudio.gui.panels.job_bar import time_left
from lesionstudio.gui.theme import Look
from lesionstudio.gui.trainer import Training
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.plot import Drawing, Line, Plot
from lesionstudio.gui.widgets.text import ElidedLabel, label, paragraph
from lesionstudio.words import _, number

_PLOT_HIGH = 210
_NOTHING = 0.005


class TrainingCard(QFrame):
    """Says what a person wants: stop, go on, keep, add, results, forget."""

    wanted = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName("training_card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._title, self._left = ElidedLabel("section", "training_title"), label("", "second", "training_left")
        self._words = paragraph(name="training_words")
        self.loss = Plot(look, _("Loss"), "training_loss")
        self.measure = Plot(look, "", "training_measure")
        self._which = Pick("training_measure_pick", _("Which measure is shown"), 130)
        self._which.picked.connect(self._pick)
        self._shown: Training | None = None
        self._key = "dice"
        self._drawn: tuple[int, int, str] = (0, 0, "")
        self._buttons = {
            "stop": word_button(_("Stop"), "stop_training_button"),
            "go_on": word_button(_("Go on"), "go_on_training_button"),
            "keep": word_button(_("Keep the best so far"), "keep_training_button"),
            "add": word_button(_("Add to my models"), "add_trained_button", "primary"),
            "results": word_button(_("See its results"), "results_of_training_button", "primary"),
            "forget": word_button(_("Put away"), "forget_training_button"),
        }
        for key, button in self._buttons.items():
            button.clicked.connect(lambda _on=False, key=key: self.wanted.emit(key))
        self._lay_out()

    def show_training(self, training: Training) -> None:
        """Shows how it stands."""
        self._shown = training
        self._title.setText(_("Training on {name}").format(name=training.order.name))
        self._left.setText(time_left(training.left_s) if training.is_running else "")
        self._words.setText(training_words(training))
        for key, button in self._buttons.items():
            button.setVisible(key in offered(training))
        has_curve = bool(training.rows)
        for plot in (self.loss, self.measure):
            plot.setVisible(has_curve)
        self._which.setVisible(has_curve)
        if has_curve:
            self._show_curves(training.rows)

    def _show_curves(self, rows: list[dict[str, Any]]) -> None:
        """Draws the curves where there is a new point, or another measure: progress comes much oftener."""
        now = id(self._shown), len(rows), self._key
        if now == self._drawn:
            return
        self._drawn = now
        self._which.show_choices(list(measure_names().items()), self._key)
        self.loss.show_drawing(curves_of(rows, "loss"))
        self.measure.show_drawing(curves_of(rows, self._key))

    def _pick(self, key: object) -> None:
        self._key = str(key)
        if self._shown is not None:
            self._show_curves(self._shown.rows)

    def _lay_out(self) -> None:
        head, plots, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title, 1)
        head.addWidget(self._left)
        plots.setSpacing(8)
        for plot in (self.loss, self.measure):
            plot.setProperty("kind", "")
            plot.setFixedHeight(_PLOT_HIGH)
            plots.addWidget(plot, 1)
        self.measure.put_at_head(self._which)
        foot.setSpacing(6)
        for button in self._buttons.values():
            foot.addWidget(button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._words)
        column.addLayout(plots)
        column.addLayout(foot)


def offered(training: Training) -> tuple[str, ...]:
    """What can be done with a training now."""
    if training.is_running:
        return ("stop",)
    if training.state == "stopped":
        return ("go_on", "keep", "forget") if training.rows else ("go_on", "forget")
    if training.state == "done":
        return ("add", "forget")
    return ("results", "forget") if training.order.data and training.has_part else ("forget",)


def measure_names() -> dict[str, str]:
    """The measures a curve can show."""
    return {
        "dice": _("Dice"),
        "f1": _("F1"),
        "precision": _("Precision"),
        "recall": _("Recall"),
        "iou": _("IoU"),
        "accuracy": _("Accuracy"),
    }


def curves_of(rows: list[dict[str, Any]], key: str) -> Drawing:
    """One measure over minutes, on what is learned from and on what is held out."""
    lines = []
    sides = (("val", _("validation"), "accent", False), ("train", _("training"), "text2", True))
    for side, name, role, is_dashed in sides:
        found = [(float(row["minutes"]), (row.get(side) or {}).get(key)) for row in rows]
        known = [(minutes, float(value)) for minutes, value in found if value is not None]
        if known:
            lines.append(Line(tuple(known), role, name, is_dashed=is_dashed))
    reach = (0.0, max(float(rows[-1]["minutes"]), 0.01))
    return Drawing(tuple(lines), _("minutes"), "", reach, None if key == "loss" else (0, 1))


def training_words(training: Training) -> str:
    """How far it is, why it ended, and how good it is, in sentences."""
    said = list(training.warnings)
    best = training.best_dice
    if training.state == "running":
        said.insert(0, f"{training.said}." if training.said else _("It waits for other work."))
    elif training.state == "keeping":
        said.insert(0, _("Making a model of the best so far."))
    elif training.state == "stopped":
        text = _("Stopped after {minutes} min.") if training.rows else _("Stopped before its first figures.")
        said.insert(0, text.format(minutes=number(training.minutes, 1)))
    else:
        said.insert(0, training.ended)
    if best is not None:
        kept = training.scores.get("dice")
        text = _("Best Dice on validation so far {dice}.") if kept is None else _("Dice on validation {dice}.")
        said.insert(1, text.format(dice=number(best if kept is None else kept, 2)))
    if not training.is_running and best is not None and best < _NOTHING:
        said.append(_("It marks next to nothing yet: give it more minutes."))
    return " ".join(said)
