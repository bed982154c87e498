"""Importing: masks of other programs become the masks of the study, all of them or, undone, none."""

import getpass
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.closed_masks import ClosedMasks
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudyStep, StudySteps
from lesionstudio.gui.views import JobView, Notice
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.found_masks import FoundMask
from lesionstudio.imaging.incoming import Keep, Wish
from lesionstudio.imaging.labels import MOST_LABELS, LabelSet
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.progress import Progress
from lesionstudio.words import _, ngettext
from lesionstudio.workflows.import_masks import ImportOrder, TakenIn, read_masks

MOST_TOLD = 2


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
        self._trust: dict[str, Any] | None = None
        self._keep: Keep = "mine"
        self._waiting: set[str] = set()
        self._versions: dict[str, int] = {}
        self._refused: list[str] = []
        self._files: list[str] = []
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

    @property
    def fresh(self) -> dict[str, Path]:
        """The masks found beside scans on which nothing was done yet, by item."""
        return {item_id: path for item_id, path in self.found.items() if self._is_untouched(item_id)}

    @property
    def is_running(self) -> bool:
        """Whether masks are being imported now."""
        return self._job is not None or bool(self._waiting)

    def import_found(self) -> None:
        """Imports all masks that were found beside the scans, as their files say."""
        self.import_masks({item_id: Wish(FoundMask.of(path)) for item_id, path in self.found.items()})

    def import_masks(
        self, wishes: Mapping[str, Wish], *, keep: Keep = "mine", trust: bool = False, made: Sequence[int] = ()
    ) -> None:
        """Imports these masks, by item. `made`: numbers of labels that were made for them and go with the step."""
        project, autosave = self._session.project, self._session.autosave
        known = {item_id: wish for item_id, wish in wishes.items() if project and item_id in project.items}
        if project is None or project.read_only or not known:
            return
        if self.is_running:
            hint = _("Import these when the others are in.")
            self._session.tell(Notice("info", _("Masks are being imported already."), hint))
            return
        autosave.flush()
        self._step, self._refused, self._keep = StudyStep(_("Import masks")), [], keep
        self._files = [part.path.name for wish in known.values() for part in wish.mask.parts]
        self._step.labels = dict.fromkeys(made, (True, False))
        self._trust = {"who": _user(), "from": _folder_name(known)} if trust else None
        self._versions = {item_id: autosave.version(item_id) for item_id in known}
        pending = {item_id: autosave.pending(item_id) for item_id in known}
        locked, title = self._session.labels.locked, self._step.title
        order = ImportOrder(project, known, keep, trust, locked, title, pending)
        self._job = job = self._session.runner.run("files", _("Importing masks"), read_masks, order)
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
        if progress.partial is not None:
            self._take_in(progress.partial)

    def _take_in(self, taken: TakenIn) -> None:
        if taken.problem:
            self._refused.append(self._without_names(taken.problem))
        if taken.mask is None or taken.edit is None or taken.incoming is None:
            return
        step, item, edit, join = self._step, taken.item, taken.edit, uuid.uuid4().hex
        self._make_labels(taken.incoming.numbers())
        incoming, keep, trust = taken.incoming, self._keep, self._trust is not None

        def put(history: EditHistory) -> None:
            if edit.reversed("").stands(history.mask):
                history.do(edit)
                step.edits[item.id] = edit
            elif (again := incoming.put(history, step.title, keep=keep, trust=trust, join=join)) is not None:
                step.edits[item.id] = again
            self._arrived(item.id)

        self._waiting.add(item.id)
        if self._masks.take_changed(item, taken.mask, self._versions[item.id], edit, put):
            step.edits[item.id] = edit
            self._arrived(item.id)

    def _without_names(self, sentence: str) -> str:
        """A sentence as it may stand on the screen: files of masks may be called as a patient is."""
        for name in self._files if self._session.hidden is not None else ():
            sentence = sentence.replace(name, _("the mask"))
        return sentence

    def _arrived(self, item_id: str) -> None:
        self._waiting.discard(item_id)
        if self._job is None:
            self._finish(self._step)

    def _make_labels(self, numbers: Sequence[int]) -> None:
        """A label for each number in a mask that has none, or had one that was deleted."""
        before = self._session.labels
        labels = with_numbers(before, numbers)
        if labels != before:
            made = {label.number for label in labels} - {label.number for label in before}
            self._session.set_labels(labels)
            self._step.labels |= dict.fromkeys(made, (True, False))

    def _ended(self) -> None:
        self._job = None
        self.job_changed.emit(None)
        for sentence in self._refused[:MOST_TOLD]:
            self._session.tell(Notice("error", sentence))
        if len(self._refused) > MOST_TOLD:
            more = len(self._refused) - MOST_TOLD
            self._session.tell(
                Notice(
                    "error",
                    ngettext("{n} more mask was left out.", "{n} more masks were left out.", more),
                    details="\n".join(self._refused),
                )
            )
        self._finish(self._step)

    def _finish(self, step: StudyStep) -> None:
        """All masks are in: from now on the import is one step."""
        if self._waiting or step is not self._step:
            return
        words = self._write_trust(step)
        self._study_steps.add(step)
        if step.edits:
            text = ngettext("{n} mask imported.", "{n} masks imported.", len(step.edits))
            self._session.tell(Notice("good", text, words, _("Undo"), "take_back", payload=step))

    def _write_trust(self, step: StudyStep) -> str:
        """Writes down in the study who trusted how many masks, and when; gives the sentence that says so."""
        if self._trust is None or not step.edits:
            return ""
        checked = (after for edit in step.edits.values() for _k, _before, after in edit.statuses)
        slices = sum(after == SliceStatus.CHECKED for after in checked)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        entry = {**self._trust, "when": when, "masks": len(step.edits), "slices": slices, "taken_back": False}
        self._session.study_settings.setdefault("trusted", []).append(entry)
        self._session.save_project()
        step.also = lambda forward: self._rewrite_trust(entry, taken_back=not forward)
        return ngettext(
            "{n} slice counts as checked; that is written down.", "{n} slices count as checked; that is written down.",
            slices,
        )  # fmt: skip

    def _rewrite_trust(self, entry: dict[str, Any], *, taken_back: bool) -> None:
        entry["taken_back"] = taken_back
        self._session.save_project()

    def _forget(self) -> None:
        self._step, self.found = StudyStep(""), {}
        self._waiting.clear()


def with_numbers(labels: LabelSet, numbers: Sequence[int]) -> LabelSet:
    """The study's labels, with one for each of these numbers: a new one, or the deleted one that had it."""
    known = {label.number: label for label in labels.labels}
    for number in sorted(number for number in numbers if 0 < number <= MOST_LABELS):
        if number not in known:
            labels = labels.add(_("Label {n}").format(n=number), number)
        elif known[number].deleted:
            labels = labels.changed(number, deleted=False)
    return labels


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _folder_name(wishes: Mapping[str, Wish]) -> str:
    first: Wish = next(iter(wishes.values()))
    return first.mask.parts[0].path.parent.name
