"""VersionChanges: once another version is in use, the open drafts that it would change, to be looked at and taken over.

Correct once, fix everywhere: nothing is changed before a person says so, and checked slices never are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.compute_lane import ComputeLane
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.models import Models
from lesionstudio.gui.run_folders import new_run_folder, remove_run_folder
from lesionstudio.gui.segmenter import DraftPart, Order
from lesionstudio.gui.session import Session
from lesionstudio.gui.sureness import chosen_threshold
from lesionstudio.gui.views import JobView, ModelView, Notice
from lesionstudio.gui.what_next import Place
from lesionstudio.imaging.mask import DraftSource, SliceStatus
from lesionstudio.progress import Progress
from lesionstudio.words import _, ngettext

_SOON_MS = 400


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """One slice whose draft the version in use would change; a `checked` one is only pointed out.

    `dice`: how alike the old and the new draft are; `before`, `after`: how much each marks, in `unit`; `arrays`: where
    both lie.
    """

    place: Place
    checked: bool
    dice: float
    before: float
    after: float
    unit: str
    arrays: Path


class VersionChanges(QObject):
    """`changed`: the list became another one; `found`: changes of a version were found just now."""

    changed = Signal()
    found = Signal()
    job_changed = Signal(object)

    def __init__(self, session: Session, models: Models, lane: ComputeLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._models, self._lane = session, models, lane
        self.changes: tuple[Change, ...] = ()
        self.model: ModelView | None = None
        self._folder: Path | None = None
        self._job: Job | None = None
        self._known: tuple[object, str] = (None, "")
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self.look)
        session.folder_opened.connect(self.forget)
        models.models_changed.connect(self._model_changed)

    @property
    def open_changes(self) -> tuple[Change, ...]:
        """Those that can be taken over."""
        return tuple(one for one in self.changes if not one.checked)

    def forget(self) -> None:
        """Nothing is known of any change."""
        self.cancel()
        if self._folder is not None:
            remove_run_folder(self._folder)
        self._folder, self.changes, self.model = None, (), None
        self.changed.emit()

    def cancel(self) -> None:
        """Ends the search."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
        self.job_changed.emit(None)

    def _model_changed(self) -> None:
        """Another model of this study is in use: what it would change is worth a search, if there are drafts at all."""
        model, project = self._models.model_in_use, self._session.project
        now = (project.home if project is not None else None, model.id if model is not None else "")
        before, self._known = self._known, now
        if before == now:
            return
        self.forget()
        if before[0] == now[0] and before[1] and model is not None and self._has_drafts():
            self._soon.start()

    def _has_drafts(self) -> bool:
        project = self._session.project
        records = [project.record(item_id) for item_id in project.items] if project is not None else []
        return any(record.makers or SliceStatus.DRAFT in record.statuses for record in records)

    def look(self) -> None:
        """Compares every open draft with what the model in use would draft. Everything is saved before."""
        project, model = self._session.project, self._models.model_in_use
        if project is None or project.read_only or model is None or not self._models.is_mapped(model):
            return
        self.forget()
        self._session.autosave.flush()
        job = self._session.runner.run("save", _("Saving"), project.save)
        job.succeeded.connect(lambda _nothing: self._submit(model))
        job.failed.connect(self._session.tell_problem)

    def _submit(self, model: ModelView) -> None:
        project, in_use = self._session.project, self._models.model_in_use
        if project is None or in_use is None or in_use.id != model.id or self._job is not None:
            return
        self.model, self._folder = model, new_run_folder()
        arguments = {
            "project": str(project.home),
            "model": str(model.folder),
            "model_id": model.id,
            "table": dict(project.settings.get("label_tables", {}).get(model.id, {})),
            "threshold": chosen_threshold(self._session, model),
            "device": self._session.settings.device,
            "out": str(self._folder),
        }
        self._job = job = self._lane.submit("version_changes", arguments, _("Comparing drafts"))
        job.progressed.connect(self._tell)
        job.succeeded.connect(lambda result: self._take(job, result["changes"]))
        job.failed.connect(self._session.tell_problem)
        job.ended.connect(lambda: self._ended(job))

    def _tell(self, progress: Progress) -> None:
        if progress.fraction is not None:
            title = _("Comparing drafts with the new version")
            self.job_changed.emit(JobView("version_changes", title, progress.fraction, progress.left_s))

    def _take(self, job: Job, found: Sequence[Mapping[str, Any]]) -> None:
        if job is not self._job or self._folder is None:
            return
        self.changes = tuple(_change(one, self._folder) for one in found)
        self.changed.emit()
        if self.changes:
            self._say()
            self.found.emit()

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.job_changed.emit(None)

    def _say(self) -> None:
        drafts, checked = len(self.open_changes), len(self.changes) - len(self.open_changes)
        words = ngettext(
            "{n} draft would change with this version.", "{n} drafts would change with this version.", drafts
        )
        pointed = ngettext(
            "{n} checked slice differs from it: it is only pointed out.",
            "{n} checked slices differ from it: they are only pointed out.",
            checked,
        )
        title = words if drafts else pointed
        self._session.tell(
            Notice("info", title, pointed if drafts and checked else "", _("Look at them"), "show_version_changes")
        )

    # Taking over

    def take_over(self, chosen: Sequence[Change]) -> None:
        """Makes the new drafts of these slices the open ones, in one step that undo takes back whole."""
        model = self.model
        wanted = [one for one in chosen if not one.checked and one in self.changes]
        if model is None or not wanted:
            return
        if self._models.is_busy:
            self._session.tell(Notice("info", _("Wait until segmenting is over, or cancel it.")))
            return
        parts = [self._part(model, one) for one in _by_item(wanted)]
        self._models.tray.expect([part.order for part in parts], _("Take over new drafts"))
        for part in parts:
            self._models.tray.take(part)
            self._models.tray.close(part.order)
        self._models.tray.rest()
        self.drop(wanted)

    def drop(self, chosen: Sequence[Change]) -> None:
        """These need no answer any more."""
        self.changes = tuple(one for one in self.changes if one not in chosen)
        self.changed.emit()

    def _part(self, model: ModelView, changes: Sequence[Change]) -> DraftPart:
        """The new drafts of one scan."""
        item = self._session.known_items[changes[0].place.item_id]
        slices = tuple(one.place.k for one in changes)
        threshold, step = chosen_threshold(self._session, model), _("Take over new drafts")
        order = Order(item.id, item.name, {}, model.folder, model.id, threshold, step, slices, step=step)
        kept = [_arrays(one.arrays) for one in changes]
        made = datetime.now(UTC).isoformat(timespec="seconds")
        labels, likeliest = (np.stack([one[name] for one in kept]) for name in ("labels", "likeliest"))
        return DraftPart(order, slices, labels, likeliest, DraftSource(model.id, threshold, made))


def _by_item(changes: Sequence[Change]) -> list[list[Change]]:
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for one in sorted(changes, key=lambda one: one.place.k):
        found[one.place.item_id].append(one)
    return list(found.values())


def _arrays(path: Path) -> dict[str, Any]:
    with np.load(path) as kept:
        return {name: kept[name] for name in kept.files}


def _change(found: Mapping[str, Any], folder: Path) -> Change:
    place = Place(str(found["item"]), int(found["slice"]))
    amounts = (float(found["dice"]), float(found["before"]), float(found["after"]))
    return Change(place, bool(found["checked"]), *amounts, str(found["unit"]), folder / str(found["file"]))
