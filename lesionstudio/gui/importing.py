"""Importing: masks that lie beside the scans become the masks of the study, all of them or, undone, none."""

import uuid
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.closed_masks import ClosedMasks
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.open_scan import read_item
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudyStep, StudySteps
from lesionstudio.gui.views import JobView, Notice
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask, MaskSnapshot, Pixels
from lesionstudio.progress import Progress, Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _, ngettext


class Importing(QObject):
    """One import at a time; a study step. Of every mask it changes an earlier state is kept before."""

    job_changed = Signal(object)
    offered = Signal(object)

    def __init__(
        self, session: Session, masks: ClosedMasks, study_steps: StudySteps, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._masks, self._study_steps = session, masks, study_steps
        self._job: Job | None = None
        self._step = StudyStep("")
        self._waiting: set[str] = set()
        self._versions: dict[str, int] = {}
        self._refused: list[str] = []
        self.found: dict[str, Path] = {}
        session.masks_found.connect(self._offer)
        session.folder_opened.connect(self._forget)

    def _offer(self, found: dict[str, Path]) -> None:
        fresh = {item_id: path for item_id, path in found.items() if self._is_untouched(item_id)}
        self.found = fresh
        if fresh and self._session.saved.kind != "read_only":
            text = ngettext("{n} mask found beside the scans.", "{n} masks found beside the scans.", len(fresh))
            self._session.tell(
                Notice("info", text, _("The files stay as they are."), _("Import"), "import_masks", payload=fresh)
            )
        self.offered.emit(fresh)

    def _is_untouched(self, item_id: str) -> bool:
        return item_id in self._session.known_items and not any(self._session.record(item_id).statuses)

    def import_found(self, chosen: dict[str, Path] | None = None) -> None:
        """Imports these masks (item id -> file), or all that were found beside the scans."""
        project = self._session.project
        pairs = self.found if chosen is None else chosen
        if project is None or project.read_only or not pairs or self._job is not None:
            return
        self._session.autosave.flush()
        self._waiting.clear()
        self._step, self._refused = StudyStep(_("Import masks")), []
        wanted = [(project.items[item_id], path) for item_id, path in pairs.items() if item_id in project.items]
        autosave = self._session.autosave
        pending = {item.id: autosave.pending(item.id) for item, _path in wanted}
        self._versions = {item.id: autosave.version(item.id) for item, _path in wanted}
        self._job = job = self._session.runner.run("files", _("Importing masks"), read_masks, project, wanted, pending)
        job.progressed.connect(self._progressed)
        job.failed.connect(self._session.tell_problem)
        job.ended.connect(self._ended)
        self.job_changed.emit(JobView("import_masks", _("Importing masks")))

    def cancel(self) -> None:
        """Stops; what was imported stays and can be taken back."""
        if self._job is not None:
            self._job.cancel()

    def _progressed(self, progress: Progress) -> None:
        self.job_changed.emit(JobView("import_masks", _("Importing masks"), progress.fraction, progress.left_s))
        if isinstance(progress.partial, str):
            self._refused.append(progress.partial)
        elif progress.partial is not None:
            self._take_in(*progress.partial)

    def _take_in(self, item: WorkItem, mask: Mask, labels: Pixels) -> None:
        step, join = self._step, uuid.uuid4().hex
        known = {label.number for label in self._session.labels.labels}
        self._session.set_labels(with_numbers(self._session.labels, labels))
        made = {label.number for label in self._session.labels.labels} - known
        step.labels |= dict.fromkeys(made, (True, False))

        def put(history: EditHistory) -> None:
            edit = history.replace(labels, step.title, join=join)
            if edit is not None:
                step.edits[item.id] = edit
            self._waiting.discard(item.id)
            if self._job is None:
                self._finish(step)

        self._waiting.add(item.id)
        self._masks.change_read(item, mask, self._versions[item.id], put)

    def _ended(self) -> None:
        self._job = None
        self.job_changed.emit(None)
        for sentence in self._refused[:2]:
            self._session.tell(Notice("error", sentence))
        self._finish(self._step)

    def _finish(self, step: StudyStep) -> None:
        """All masks are in: from now on the import is one step."""
        if self._waiting or step is not self._step:
            return
        self._study_steps.add(step)
        if step.edits:
            text = ngettext("{n} mask imported.", "{n} masks imported.", len(step.edits))
            self._session.tell(Notice("good", text, "", _("Undo"), "take_back", payload=step))

    def _forget(self) -> None:
        self._step, self.found = StudyStep(""), {}
        self._waiting.clear()


def read_masks(
    project: Project,
    wanted: list[tuple[WorkItem, Path]],
    pending: dict[str, MaskSnapshot | None],
    report: Reporter,
) -> None:
    """Reads scans and their masks one by one, each reported as (item, mask of the study, labels) or as a sentence.

    Slow: runs on the `files` lane. A mask that does not fit is named and left out.
    """
    from lesionstudio.imaging.formats import read_mask

    steps = Steps(report, len(wanted))
    for item, path in wanted:
        partial: Any
        try:
            scan, mask = read_item(project, item, 0, pending.get(item.id))
            marks = read_mask(path, scan.geometry)
            project.states.keep(item.id, mask.snapshot(), _("Import masks"), scan.slice_ids)
            partial = (item, mask, marks)
        except LesionStudioError as problem:
            partial = f"{item.name}: {problem.message}"
        steps.advance(partial=partial)


def with_numbers(labels: LabelSet, marked: Pixels) -> LabelSet:
    """The study's labels, with one more for each number in a mask that has none yet."""
    highest = int(np.max(marked, initial=0))
    while labels.next_number <= highest:
        labels = labels.add(_("Label {n}").format(n=labels.next_number))
    return labels
