"""Along: the model learns while a person works. Newly checked slices join what goes on in the compute process."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.compute.compute import Level
from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.learning_run import terms
from lesionstudio.gui.models import Models
from lesionstudio.gui.readiness import Readiness
from lesionstudio.gui.session import Session
from lesionstudio.gui.versions import curve_points
from lesionstudio.gui.views import CurvePoint, ModelView, Notice
from lesionstudio.progress import Progress
from lesionstudio.words import _

SWITCH = "learn_along"
WORKING_ID, WORKING_FOLDER = "working", "learning"
_SOON_MS, _AGAIN_MS, _MOST_DEATHS = 400, 700, 3

State = Literal["off", "paused", "waiting", "learning", "asleep"]


@dataclass(slots=True)
class Weights:
    """What the compute process said last of the weights it learns: the slices they have seen, and how far they are."""

    seen: frozenset[str] = frozenset()
    steps: int = 0
    lessons: int = 0
    threshold: float = 0.5
    is_worse: bool = False
    points: list[CurvePoint] = field(default_factory=list)

    @property
    def minutes(self) -> float:
        """How long they have been learned."""
        return self.points[-1].minutes if self.points else 0.0


class Along(QObject):
    """The switch "Learn while I work" of the study that is open, and what it does.

    `changed`: switch or state; `progressed`: the weights moved on; `fresh`: they have learned from a slice more;
    `made`: they became a version, as the verb learn gives one, with "passes" and "why".
    """

    changed = Signal()
    progressed = Signal()
    fresh = Signal()
    made = Signal(object)

    def __init__(
        self,
        session: Session,
        models: Models,
        lane: ComputeLane,
        readiness: Callable[[], Readiness],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._models, self._lane, self._readiness = session, models, lane, readiness
        self.weights: Weights | None = None
        self.is_paused = False
        self._job: Job | None = None
        self._asked, self._deaths = "", 0
        self._known: Readiness | None = None
        self._said: set[str] = set()
        self._has_news = False
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._save_first)
        session.folder_opened.connect(self._another_folder)
        session.item_changed.connect(lambda _item_id: self._look())
        session.items_changed.connect(self._look)
        session.labels_changed.connect(self._look)
        session.settings_changed.connect(self._settle)
        models.models_changed.connect(self._settle)

    # The switch

    @property
    def is_on(self) -> bool:
        """Whether this study's model learns while a person works."""
        return bool(self._session.study_settings.get(SWITCH)) and self._may

    @property
    def state(self) -> State:
        """What it does now: waits for enough checked slices, learns, or sleeps as there is nothing new."""
        if not self.is_on:
            return "off"
        if self.is_paused:
            return "paused"
        if self._ready.reason:
            return "waiting"
        return "learning" if self._job is not None or self._soon.isActive() or self._has_news else "asleep"

    @property
    def new_slices(self) -> int:
        """How many checked slices to learn from the weights have not seen yet."""
        known = self.weights.lessons if self.weights is not None else 0
        return max(self._ready.lessons - known, 0)

    @property
    def _ready(self) -> Readiness:
        """How many slices there are, as they were counted last."""
        return self._known or self._readiness()

    def switch(self, on: bool) -> None:
        """Turns it on or off, for this study. What was learned stays, and is gone on with later."""
        if not self._may:
            return
        self._session.study_settings[SWITCH] = on
        self._session.save_project()
        self.is_paused = False
        self._known = self._readiness() if on else None
        self._feed() if on else self._stop()
        self.changed.emit()

    def pause(self, on: bool) -> None:
        """Stops learning for now, or goes on with it."""
        self.is_paused = on
        self._stop() if on else self._feed()
        self.changed.emit()

    def begin_again(self) -> None:
        """A version was used or refused: goes on from what still counts."""
        if self._job is not None:
            self._stop()
        self._feed()

    # What drafts are made with

    @property
    def drafts_with(self) -> ModelView | None:
        """The weights of this moment, where they are at hand and not worse than the model in use; else None."""
        project, weights = self._session.project, self.weights
        if project is None or weights is None or not weights.seen or weights.is_worse or not self.is_on:
            return None
        folder = project.home / WORKING_FOLDER
        return ModelView(WORKING_ID, folder, _("Learning now"), threshold=weights.threshold)

    @property
    def drafts_stamp(self) -> str | None:
        """Changes when the weights have learned from one more slice."""
        return None if self.drafts_with is None or self.weights is None else str(sorted(self.weights.seen))

    # What it hears of the study

    @property
    def _may(self) -> bool:
        project = self._session.project
        return project is not None and not project.read_only

    def _another_folder(self) -> None:
        self._stop()
        self.weights, self.is_paused, self._known, self._deaths = None, False, None, 0
        self._said.clear()
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        """Slices may have been checked, or are no longer."""
        now = self._readiness() if self.is_on else None
        if now != self._known:
            self._known = now
            self._feed()
            self.changed.emit()

    def _settle(self) -> None:
        """Another model or device: what runs is asked for again with it."""
        if self._job is not None and self._order() != self._asked:
            self.begin_again()
        self.changed.emit()

    def _order(self) -> str:
        model = self._models.model_in_use
        return f"{model.folder if model else ''} {self._session.settings.device}"

    # The job

    def _feed(self) -> None:
        """Lessons have changed: soon they are on the disk, and the compute process is told."""
        if self.is_on and not self.is_paused and not self._ready.reason:
            self._has_news = True
            self._soon.start(_SOON_MS)

    def _save_first(self) -> None:
        project = self._session.project
        if project is None or not self.is_on or self.is_paused:
            return
        self._session.autosave.flush()
        job = self._session.runner.run("save", _("Saving"), project.save)
        job.succeeded.connect(lambda _nothing: self._once_saved(project.home))
        job.failed.connect(lambda _problem: self._soon.start(_AGAIN_MS))

    def _once_saved(self, home: Path) -> None:
        project = self._session.project
        if project is None or project.home != home or not self.is_on or self.is_paused:
            return
        if not self._session.autosave.is_settled:
            self._soon.start(_AGAIN_MS)
            return
        self._has_news = False
        if self._job is None:
            self._submit()
        else:
            self._lane.submit("more_lessons", {"project": str(home)}, _("Learning while you work"), level=Level.URGENT)

    def _submit(self) -> None:
        project, model = self._session.project, self._models.model_in_use
        assert project is not None
        told = terms(project, model.folder if model else None, self._session.settings.device)
        self._asked = self._order()
        self._job = job = self._lane.submit("learn_along", told, _("Learning while you work"), level=Level.BACKGROUND)
        job.progressed.connect(lambda progress: self._progressed(job, progress))
        job.succeeded.connect(lambda _result: self._ended(job))
        job.failed.connect(lambda problem: self._failed(job, problem))
        self.changed.emit()

    def _stop(self) -> None:
        self._soon.stop()
        self._has_news = False
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _progressed(self, job: Job, progress: Progress) -> None:
        if job is not self._job or not isinstance(progress.partial, dict):
            return
        partial, weights = progress.partial, self.weights or Weights()
        self.weights, before = weights, weights.seen
        self._deaths = 0
        weights.points += curve_points(partial.get("curve", ()))
        if "along" in partial:
            self._take(weights, partial["along"])
        for sentence in map(str, partial.get("notes", ())):
            self._note(sentence)
        if "version" in partial:
            self.made.emit(partial["version"])
        self.progressed.emit()
        if weights.seen - before:
            self.fresh.emit()

    def _note(self, sentence: str) -> None:
        """Says what the compute process wants said, each sentence once."""
        if sentence not in self._said:
            self._said.add(sentence)
            self._session.tell(Notice("warning", sentence))

    def _take(self, weights: Weights, said: dict[str, Any]) -> None:
        tables = self._session.study_settings.setdefault("label_tables", {})
        tables[WORKING_ID] = {str(theirs): int(ours) for theirs, ours in said["table"].items()}
        weights.seen, weights.steps, weights.lessons = frozenset(said["seen"]), int(said["steps"]), int(said["lessons"])
        weights.threshold, weights.is_worse = float(said["threshold"]), bool(said["worse"])

    def _ended(self, job: Job) -> None:
        if job is not self._job:
            return
        self._job = None
        if self._has_news:
            self._soon.start(_SOON_MS)
        self.changed.emit()
        self.progressed.emit()

    def _failed(self, job: Job, problem: BaseException) -> None:
        """A process that died is asked again, from the checkpoint on; what else goes wrong is told, and it pauses."""
        if job is not self._job:
            return
        self._job = None
        if self.weights is not None:
            self.weights.seen = frozenset()
        if type(problem) is LesionStudioError and self._deaths < _MOST_DEATHS:
            self._deaths += 1
            self._feed()
        elif not isinstance(problem, NotEnoughExamples):
            self.is_paused = True
            self._tell(problem)
        self.changed.emit()
        self.progressed.emit()

    def _tell(self, problem: BaseException) -> None:
        if not isinstance(problem, LesionStudioError):
            self._session.tell_problem(problem)
            return
        notice = Notice("warning", _("Learning while you work is paused."), problem.message, details=problem.hint)
        self._session.tell(replace(notice, action="go_on_learning", action_text=_("Go on")))
