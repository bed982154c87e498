"""Judging: what a model is judged on, by whom it was asked, and what came of it. The Results page shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.judged import Amount, Found, Subject
from lesionstudio.gui.models import Models
from lesionstudio.gui.run_folders import new_run_folder, remove_run_folder
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import JobView, ModelView
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.progress import Progress
from lesionstudio.project.worklist import Role
from lesionstudio.words import _


@dataclass(slots=True, eq=False)
class _Run:
    subject: Subject
    model: ModelView
    folder: Path
    waiting: list[ModelView]
    job: Job | None = None
    found: Found | None = None


class Judging(QObject):
    """`changed`: what is chosen, what can be done, what came of it."""

    changed = Signal()
    job_changed = Signal(object)

    def __init__(self, session: Session, models: Models, lane: ComputeLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._models, self._lane = session, models, lane
        self.subject = Subject()
        self.other_id = ""
        self._model_id = ""
        self._found: dict[tuple[Subject, str], Found] = {}
        self._run: _Run | None = None
        session.folder_opened.connect(self._forget)
        session.items_changed.connect(self.changed)
        session.item_changed.connect(lambda _item_id: self.changed.emit())
        models.models_changed.connect(self.changed)

    # What is chosen

    @property
    def models(self) -> list[ModelView]:
        """The models that can be judged."""
        return self._models.models

    @property
    def model(self) -> ModelView | None:
        """The model that is judged: the one chosen, else the one in use."""
        chosen = self._by_id(self._model_id)
        return chosen or self._models.model_in_use or next(iter(self.models), None)

    @property
    def other(self) -> ModelView | None:
        """The model it is compared with; None for none."""
        other = self._by_id(self.other_id)
        return other if other is not self.model else None

    def choose_subject(self, subject: Subject) -> None:
        """Judges on this from now on."""
        self.subject = subject
        self.changed.emit()

    def choose_model(self, model_id: str) -> None:
        """Judges this model from now on."""
        self._model_id = model_id
        self.changed.emit()

    def choose_other(self, model_id: str) -> None:
        """Compares with this model from now on; "" with none."""
        self.other_id = model_id
        self.changed.emit()

    # What there is

    @property
    def found(self) -> Found | None:
        """What came of the model that is judged, on what is chosen."""
        return self._of(self.model)

    @property
    def found_of_other(self) -> Found | None:
        """The same of the model it is compared with."""
        return self._of(self.other)

    @property
    def is_running(self) -> bool:
        """Whether a model is being judged."""
        return self._run is not None

    @property
    def is_writing(self) -> bool:
        """Whether the page on what is shown is still being written."""
        return self._run is not None and self._run.found is not None and self._run.found is self.found

    def amount(self, role: Role) -> Amount:
        """How many slices of the study have this role."""
        project, slices, checked, scans = self._session.project, 0, 0, 0
        for item in project.items.values() if project is not None else ():
            if item.error or item.last or project is None:
                continue
            record = project.record(item.id)
            its = [k for k, one in enumerate(record.roles) if one == role]
            done = sum(record.statuses[k] == SliceStatus.CHECKED for k in its)
            slices, checked, scans = slices + len(its), checked + done, scans + bool(done)
        return Amount(slices, checked, scans)

    @property
    def openings(self) -> list[dict[str, Any]]:
        """When the test slices of this study were judged by, and which model: the oldest first."""
        return list(self._session.study_settings.get("openings", ()))

    @property
    def reason(self) -> str:
        """Why nothing can be judged now; "" while it can."""
        if self.model is None:
            return _("Choose a model first.")
        if self.is_running:
            return _("It is being measured now.")
        if self.subject.kind == "folder":
            return "" if self.subject.folder else _("Choose a data folder first.")
        amount = self.amount(self.subject.role)
        if amount.checked:
            return ""
        if self.subject.kind == "test":
            none = _("Nothing is set aside for testing yet: the menu of a scan in the list does that.")
            return none if not amount.slices else _("None of the slices set aside for testing is checked yet.")
        none = _("No slice of this study is held out: it is too small, or the settings say so.")
        return none if not amount.slices else _("None of the held-out slices is checked yet.")

    # The run

    def measure(self, *, again: bool = False) -> None:
        """Judges the model, and the one it is compared with, unless that is known already."""
        if self.reason:
            return
        asked = [model for model in (self.model, self.other) if model is not None]
        wanted = [model for model in asked if again or self._of(model) is None]
        if not wanted:
            return
        if self.subject.kind == "folder":
            self._submit(wanted)
            return
        self._session.autosave.flush()
        project = self._session.project
        assert project is not None
        run = self._begin(wanted)
        job = run.job = self._session.runner.run("save", _("Saving"), _save, project)
        job.succeeded.connect(lambda _nothing: self._submit(wanted, run))
        job.failed.connect(lambda problem: self._failed(run, problem))

    def cancel(self) -> None:
        """Stops judging; what is known stays."""
        run = self._run
        if run is None:
            return
        self._end()
        if run.job is not None:
            run.job.cancel()
        if run.found is None:
            remove_run_folder(run.folder)

    def _begin(self, wanted: list[ModelView]) -> _Run:
        self._run = run = _Run(self.subject, wanted[0], new_run_folder(), wanted[1:])
        self._tell(None)
        self.changed.emit()
        return run

    def _submit(self, wanted: list[ModelView], run: _Run | None = None) -> None:
        if run is not None and run is not self._run:
            return
        run = run or self._begin(wanted)
        if run.subject.kind != "folder" and not self._session.autosave.is_settled:
            sentence = _("Nothing was measured: the last marks are not saved yet.")
            self._failed(run, LesionStudioError(sentence, hint=self._session.saved.text))
            return
        verb, arguments = self._order(run)
        job = run.job = self._lane.submit(verb, arguments, _("Measuring {name}").format(name=run.model.title))
        job.progressed.connect(lambda progress: self._progressed(run, progress))
        job.succeeded.connect(lambda result: self._succeeded(run, result))
        job.failed.connect(lambda problem: self._failed(run, problem))

    def _order(self, run: _Run) -> tuple[str, dict[str, Any]]:
        shared = {"model": str(run.model.folder), "device": self._session.settings.device, "out": str(run.folder)}
        if run.subject.kind == "folder":
            return "folder_results", {**shared, "data": run.subject.folder, "part": run.subject.part}
        project, settings = self._session.project, self._session.study_settings
        assert project is not None
        tables = {key: dict(table) for key, table in settings.get("label_tables", {}).items()}
        opened = len(self.openings) + 1 if run.subject.kind == "test" else None
        own = {"project": str(project.home), "role": run.subject.role.value, "tables": tables, "opened": opened}
        return "study_results", {**shared, **own}

    def _progressed(self, run: _Run, progress: Progress) -> None:
        if run is not self._run:
            return
        self._tell(progress)
        if isinstance(progress.partial, dict) and "results" in progress.partial:
            run.found = Found(progress.partial["results"], run.folder, datetime.now())
            self._keep(run)

    def _keep(self, run: _Run) -> None:
        before = self._found.get((run.subject, run.model.id))
        if before is not None:
            remove_run_folder(before.folder)
        assert run.found is not None
        self._found[run.subject, run.model.id] = run.found
        if run.subject.kind == "test":
            when = datetime.now(UTC).isoformat(timespec="seconds")
            opening = {"when": when, "model": run.model.id, "slices": len(run.found.scores["cases"])}
            self._session.study_settings["openings"] = [*self.openings, opening]
            self._session.save_project()
        self.changed.emit()

    def _succeeded(self, run: _Run, result: dict[str, Any]) -> None:
        if run is not self._run:
            return
        if run.found is not None:
            run.found.page = Path(result["page"])
        self._end()
        if run.waiting and run.subject == self.subject:
            self._submit(run.waiting)

    def _failed(self, run: _Run, problem: BaseException) -> None:
        if run is self._run:
            self._end()
        if run.found is None:
            remove_run_folder(run.folder)
        self._session.tell_problem(problem)

    def _end(self) -> None:
        self._run = None
        self.job_changed.emit(None)
        self.changed.emit()

    def _tell(self, progress: Progress | None) -> None:
        assert self._run is not None
        title = _("Measuring {name}").format(name=self._run.model.title)
        if self._run.found is not None:
            title = _("Writing the report")
        known = (progress.fraction, progress.left_s) if progress is not None else (None, None)
        self.job_changed.emit(JobView("measure", title, *known, waiting=len(self._run.waiting)))

    def _of(self, model: ModelView | None) -> Found | None:
        return self._found.get((self.subject, model.id)) if model is not None else None

    def _by_id(self, model_id: str) -> ModelView | None:
        return next((model for model in self.models if model.id == model_id), None)

    def _forget(self) -> None:
        """Another study is open: what was found on its slices is not this one's."""
        self.cancel()
        for found in self._found.values():
            remove_run_folder(found.folder)
        self._found.clear()
        self._model_id = self.other_id = ""
        self.subject = Subject()
        self.changed.emit()


def _save(project: Any) -> None:
    """Writes down what is known of the study; one that is open for looking only is as it is on the disk."""
    if not project.read_only:
        project.save()
