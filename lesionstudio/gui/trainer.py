"""Trainer: a training from a folder: it runs in the compute process, is stopped, gone on with, and kept."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.models import Models
from lesionstudio.gui.session import Session
from lesionstudio.gui.training_order import ORDER_NAME, TrainingOrder, new_folder
from lesionstudio.gui.views import JobView, Notice
from lesionstudio.progress import Progress
from lesionstudio.settings import data_folder
from lesionstudio.words import _

_HOME, _CHECKPOINT = "trainings", "checkpoint.safetensors"
State = Literal["running", "keeping", "stopped", "done", "added"]


@dataclass(slots=True, eq=False)
class Training:
    """One training: what was asked, where it writes, its curve so far, how it stands, and why it ended.

    `model`: its id once it is one of the models here; `has_part`: the data have a part val of their own to judge on.
    """

    order: TrainingOrder
    out: Path
    state: State = "running"
    rows: list[dict[str, Any]] = field(default_factory=list)
    said: str = ""
    fraction: float | None = None
    left_s: float | None = None
    ended: str = ""
    warnings: tuple[str, ...] = ()
    scores: dict[str, Any] = field(default_factory=dict)
    job: Job | None = None
    model: str = ""
    has_part: bool = False

    @property
    def is_running(self) -> bool:
        """Whether the compute process works on it."""
        return self.state in ("running", "keeping")

    @property
    def minutes(self) -> float:
        """How long it has been training."""
        return float(self.rows[-1]["minutes"]) if self.rows else 0.0

    @property
    def best_dice(self) -> float | None:
        """The best Dice on what was held out."""
        known = [row["val"]["dice"] for row in self.rows if row.get("val")]
        return max(known, default=None)


class Trainer(QObject):
    """`changed`: another state; `progressed`: new figures."""

    changed = Signal()
    progressed = Signal()
    job_changed = Signal(object)

    def __init__(self, session: Session, models: Models, lane: ComputeLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._models, self._lane = session, models, lane
        self.training: Training | None = None

    @property
    def is_running(self) -> bool:
        """Whether a training goes on."""
        return self.training is not None and self.training.is_running

    def start(self, order: TrainingOrder) -> None:
        """Begins a training; nothing while one goes on."""
        if self.is_running:
            return
        out = new_folder(data_folder() / _HOME, order.name)
        order.write(out)
        self.training = Training(order, out)
        self._submit(self.training, resume=False)

    def cancel(self) -> None:
        """Stops it; what it has reached so far is kept on the disk."""
        training = self.training
        if training is None or not training.is_running:
            return
        training.state, training.ended = "stopped", ""
        if training.job is not None:
            training.job.cancel()
        self._over()

    def go_on(self) -> None:
        """Goes on where the last round ended."""
        training = self.training
        if training is not None and training.state == "stopped":
            training.state = "running"
            self._submit(training, resume=True)

    def keep(self) -> None:
        """Makes a model of the best weights so far, without training any more."""
        training = self.training
        if training is not None and training.state == "stopped" and training.rows:
            training.state = "keeping"
            self._submit(training, resume=True, minutes=max(training.minutes * 0.99, 0.001))

    def add_to_models(self) -> None:
        """Takes the finished model to this person's models."""
        training = self.training
        if training is None or training.state != "done":
            return
        from lesionstudio.workflows.models import add_model

        job = self._session.runner.run("files", _("Adding the model"), add_model, training.out)
        job.succeeded.connect(lambda facts: self._added(training, facts))
        job.failed.connect(self._session.tell_problem)

    def forget(self) -> None:
        """Puts the card of a training that is over away; its folder stays."""
        if not self.is_running:
            self.training = None
            self.changed.emit()

    def look_for_unfinished(self) -> None:
        """Offers to go on with the newest training that was stopped by the end of the program."""
        if self.training is not None:
            return
        job = self._session.runner.run("files", _("Reading"), unfinished, data_folder() / _HOME)
        job.succeeded.connect(self._take_unfinished)

    def _take_unfinished(self, found: tuple[TrainingOrder, Path] | None) -> None:
        if found is not None and self.training is None:
            self.training = Training(*found, state="stopped")
            self.changed.emit()

    def _submit(self, training: Training, *, resume: bool, minutes: float | None = None) -> None:
        order = training.order
        changes = order.changes(training.out.name)
        if minutes is not None:
            changes["minutes"] = minutes
        training.fraction = training.left_s = None
        arguments = {
            **order.places,
            "out": str(training.out),
            "model_from": order.model_from,
            "changes": changes,
            "device": self._session.settings.device,
            "resume": resume,
        }
        job = training.job = self._lane.submit("train", arguments, _("Training"))
        job.progressed.connect(lambda progress: self._progressed(training, progress))
        job.succeeded.connect(lambda result: self._succeeded(training, result))
        job.failed.connect(lambda problem: self._failed(training, problem))
        self._tell(training)
        self.changed.emit()

    def _progressed(self, training: Training, progress: Progress) -> None:
        if training is not self.training or not training.is_running:
            return
        training.said, training.fraction, training.left_s = progress.message, progress.fraction, progress.left_s
        if isinstance(progress.partial, dict):
            training.rows += progress.partial.get("curve", ())
            training.warnings = tuple(progress.partial.get("warnings", training.warnings))
        self._tell(training)
        self.progressed.emit()

    def _succeeded(self, training: Training, result: dict[str, Any]) -> None:
        if training is not self.training:
            return
        facts = result["training"]
        training.rows = list(facts["curve"])
        training.ended = str(facts["ended"]) if training.state == "running" else _("You stopped it.")
        training.scores, training.state = dict(result["scores"]), "done"
        training.has_part = facts.get("split", {}).get("by") == "part"
        self._over()
        self._session.tell(Notice("good", _("The training is over."), training.ended, _("Look at it"), "learn_page"))

    def _failed(self, training: Training, problem: BaseException) -> None:
        if training is self.training:
            training.state = "stopped"
            self._over()
        self._session.tell_problem(problem)

    def _added(self, training: Training, facts: dict[str, Any]) -> None:
        training.state, training.model = "added", str(facts["id"])
        self._models.look_again()
        self.changed.emit()
        self._session.tell(Notice("good", _("{name} is one of your models now.").format(name=facts["title"])))

    def _over(self) -> None:
        self.job_changed.emit(None)
        self.changed.emit()

    def _tell(self, training: Training) -> None:
        title = _("Training on {name}").format(name=training.order.name)
        self.job_changed.emit(JobView("learn", title, training.fraction, training.left_s))


def unfinished(home: Path) -> tuple[TrainingOrder, Path] | None:
    """The newest training that left something to go on with: its order and folder."""
    folders = [path.parent for path in home.glob(f"*/{_CHECKPOINT}") if (path.parent / ORDER_NAME).is_file()]
    for folder in sorted(folders, key=lambda one: (one / _CHECKPOINT).stat().st_mtime, reverse=True):
        try:
            return TrainingOrder.read(folder), folder
        except (OSError, ValueError, TypeError):
            continue
    return None
