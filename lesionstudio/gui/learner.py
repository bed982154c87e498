"""Learner: whether Learn can be pressed and why not, the learning that runs, and the versions that came of it.

What learns while a person works is Along's; the versions that it becomes are taken in here. Both go on from the same
checkpoint: a learning that the end of the program cut short goes on when its study is opened again.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.compute.compute import Level
from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.along import Along
from lesionstudio.gui.channel_question import channel_question
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.learning_run import UNDER_WAY, Learning, UnderWay, terms
from lesionstudio.gui.models import Models
from lesionstudio.gui.readiness import Readiness, SliceCounts
from lesionstudio.gui.session import Session
from lesionstudio.gui.versions import version_views
from lesionstudio.gui.views import ModelView, Notice, VersionView
from lesionstudio.progress import Progress
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.words import _


class Learner(QObject):
    """Learn as the window shows it. `changed`: what can be done, the versions; `progressed`: the run that goes on."""

    changed = Signal()
    progressed = Signal()
    finished = Signal(object)
    used = Signal(object, str)
    job_changed = Signal(object)
    channels_wanted = Signal(object)

    def __init__(self, session: Session, models: Models, lane: ComputeLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._models, self._lane = session, models, lane
        self._counts, self._versions = SliceCounts(), dict[str, tuple[VersionView, ...]]()
        self.learning: Learning | None = None
        self._under_way = UnderWay()
        self.along = Along(session, models, lane, lambda: self.readiness, self)
        self.along.changed.connect(self.changed)
        self.along.progressed.connect(self.progressed)
        self.along.made.connect(self._take_in)
        for said in (session.folder_opened, session.items_changed, session.labels_changed, session.settings_changed):
            said.connect(self.changed)
        session.item_changed.connect(lambda _item_id: self.changed.emit())
        models.models_changed.connect(self._forget_versions)
        self.changed.connect(self._go_on)

    # What can be learned

    @property
    def readiness(self) -> Readiness:
        """How many slices there are to learn from and to measure on."""
        project = self._session.project
        if project is None:
            self._counts.forget()
            return Readiness()
        return self._counts.of(project)

    @property
    def reason(self) -> str:
        """Why Learn is off; "" while it is on."""
        if self._session.project is None:
            return _("Open a scan first.")
        if self._session.project.read_only:
            return _("This study is open for looking only.")
        if self.learning is not None and self.learning.is_paused:
            return _("Learning is paused.")
        if self.learning is not None:
            return _("It is learning now.") if self.is_here else _("It is learning in {name}.").format(name=self._where)
        missing = self.readiness.reason
        return missing or (_("It learns while you work.") if self.along.is_on else "")

    @property
    def drafts_with(self) -> ModelView | None:
        """The weights that are being learned, where drafts are better made with them; None: with the model in use."""
        return self.along.drafts_with

    @property
    def drafts_stamp(self) -> str | None:
        """Changes when those weights have learned from one more slice."""
        return self.along.drafts_stamp

    @property
    def is_here(self) -> bool:
        """Whether the learning that runs belongs to the study that is open."""
        project = self._session.project
        return self.learning is not None and project is not None and project.home == self.learning.home

    @property
    def is_at_work(self) -> bool:
        """Whether a learning runs, and is not paused."""
        return self.learning is not None and not self.learning.is_paused

    @property
    def _where(self) -> str:
        return self.learning.study if self.learning else ""

    # The run

    def learn(self) -> None:
        """Learns from the checked slices, starting from the model in use. Asks first what has to be asked once."""
        if not self.reason:
            self._models.once_mapped(lambda: self._once_channels(self._begin))

    def cancel(self) -> None:
        """Ends the learning that runs; no version comes of it, and Learn goes on from its checkpoint."""
        if self.learning is None:
            return
        job = self.learning.job
        self._end()
        if job is not None:
            job.cancel()
        words = _("The model in use stays as it is. Learn goes on where it stopped.")
        self._session.tell(Notice("info", _("Learning was cancelled."), words))

    def pause(self, on: bool) -> None:
        """Stops the learning that runs for now, or goes on with it from what it has learned and what is new."""
        run = self.learning
        if run is None or run.is_paused == on:
            return
        if on:
            run.pause()
            self._tell(run)
            self.changed.emit()
        else:
            run.go_on()
            self._save_first(run)

    def _go_on(self) -> None:
        """Goes on with what the end of the program cut short, once the study's marks are known. Nobody is asked."""
        project = self._session.project
        if project is None or UNDER_WAY not in project.settings or self.learning is not None:
            return
        if self._under_way.was_cut_short(project.home, project.settings, len(self.versions)):
            self._begin()

    def _once_channels(self, go: Callable[[], None]) -> None:
        question = channel_question(self._session, go) if self._models.model_in_use is None else None
        if question is not None:
            self.channels_wanted.emit(question)
        else:
            go()

    def _begin(self) -> None:
        project, model = self._session.project, self._models.model_in_use
        if project is None or self.reason:
            return
        told = terms(project, model.folder if model else None, self._session.settings.device) | {"minutes": 0.0}
        self.learning = run = Learning(project.home, project.folder.name, model.id if model else "", told)
        self._under_way.begin(project.settings, len(self.versions))
        self._save_first(run)

    def _save_first(self, run: Learning) -> None:
        """What is learned from is read from the disk: everything goes there before, on the lane that keeps order."""
        project = self._session.project
        if project is not None and self.is_here:
            self._session.autosave.flush()
            job = self._session.runner.run("save", _("Saving"), project.save)
            job.succeeded.connect(lambda _nothing: self._submit(run))
            job.failed.connect(lambda problem: self._failed(run, problem))
        else:  # gone on with from another study: that one was saved when it was closed
            self._submit(run)
        self._tell(run)
        self.changed.emit()

    def _submit(self, run: Learning) -> None:
        if run is not self.learning or run.is_paused or run.job is not None:
            return
        if self.is_here and not self._session.autosave.is_settled:
            sentence = _("Nothing was learned: the last marks are not saved yet.")
            self._failed(run, LesionStudioError(sentence, hint=self._session.saved.text))
            return
        run.job = job = self._lane.submit("learn", run.arguments, _("Learning"), level=Level.BACKGROUND)
        job.progressed.connect(lambda progress: self._progressed(run, progress))
        job.succeeded.connect(lambda result: self._succeeded(run, result))
        job.failed.connect(lambda problem: self._failed(run, problem))

    def _progressed(self, run: Learning, progress: Progress) -> None:
        if run is not self.learning:
            return
        run.take(progress, time.monotonic())
        for sentence in run.notes_in(progress):
            self._session.tell(Notice("warning", sentence))
        self._tell(run, progress.message)
        self.progressed.emit()

    def _succeeded(self, run: Learning, result: dict[str, Any]) -> None:
        if run is not self.learning:
            return
        is_here = self.is_here
        self._end()
        if not is_here:
            ready = _("A new version is ready in {name}.").format(name=run.study)
            self._session.tell(Notice("good", ready, _("Open that folder to look at it.")))
            return
        self._take_in(result)

    def _take_in(self, made: dict[str, Any]) -> None:
        """A version joined the shelf: it waits for an answer, or is used where that was chosen and it passed."""
        settings, model_id = self._session.study_settings, str(made["model"])
        tables = settings.setdefault("label_tables", {})
        tables[model_id] = {str(theirs): int(ours) for theirs, ours in made["table"].items()}
        before, settings["candidate"] = self.in_use, model_id
        self._session.save_project()
        self._models.look_again()
        version = self.candidate
        if version is not None and self.uses_better and made.get("passes"):
            self.use(model_id)
            self.used.emit(version, before.id if before else "")
        elif version is not None:
            self.finished.emit(version)

    @property
    def uses_better(self) -> bool:
        """Whether a version that is better wherever it was measured is used by itself."""
        return bool(self._session.study_settings.get("use_if_better"))

    def use_better(self, on: bool) -> None:
        """Lets better versions be used by themselves, or no longer, in this study."""
        self._session.study_settings["use_if_better"] = on
        self._session.save_project()
        self.changed.emit()

    def _failed(self, run: Learning, problem: BaseException) -> None:
        if run is self.learning:
            self._end()
        self._session.tell_problem(problem)

    def _end(self) -> None:
        if self.learning is not None:
            self._under_way.end(self.learning.home, self._session.study_settings if self.is_here else None)
            self._session.save_project()
        self.learning = None
        self.job_changed.emit(None)
        self.progressed.emit()
        self.changed.emit()

    def _tell(self, run: Learning, message: str = "") -> None:
        self.job_changed.emit(run.view(message))

    # The versions

    @property
    def versions(self) -> tuple[VersionView, ...]:
        """The study's versions, newest first, then the model they began with."""
        if "now" not in self._versions:
            self._versions["now"] = self._read_versions()
        return self._versions["now"]

    def _read_versions(self) -> tuple[VersionView, ...]:
        project, in_use = self._session.project, self._models.model_in_use
        if project is None:
            return ()
        shelf = ModelShelf(project)
        shelved = shelf.versions()
        if in_use is not None and in_use.id not in {model.card.id for model in shelved}:
            shelved = (*shelved, shelf.find(in_use.id))
        pictures = {item.id for item in project.items.values() if item.shape[0] == 1}
        return version_views(shelved, in_use.id if in_use else "", datetime.now().astimezone(), pictures)

    @property
    def candidate(self) -> VersionView | None:
        """The version that waits for Use or Keep."""
        waiting = self._session.study_settings.get("candidate")
        return next((one for one in self.versions if one.id == waiting), None)

    @property
    def in_use(self) -> VersionView | None:
        """The version Segment works with."""
        return next((one for one in self.versions if one.state == "in use"), None)

    def use(self, model_id: str) -> None:
        """Works with this version from now on. All others stay on the shelf."""
        if self._session.study_settings.get("candidate") == model_id:
            self._session.study_settings["candidate"] = ""
        self._models.choose_model(model_id)

    def keep(self) -> None:
        """Goes on with the version in use; the new one stays on the shelf."""
        settings = self._session.study_settings
        kept = settings.setdefault("kept", [])
        if settings.get("candidate") and settings["candidate"] not in kept:
            kept.append(settings["candidate"])
        settings["candidate"] = ""
        self._session.save_project()
        self.along.begin_again()
        self.changed.emit()

    def _forget_versions(self) -> None:
        self._versions.clear()
        self.changed.emit()
