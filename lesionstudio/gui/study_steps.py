"""StudySteps: what was done to several scans at once, or to the study's labels; taken back whole or not at all."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.closed_masks import Change, ClosedMasks
from lesionstudio.gui.session import Session
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.mask import Mask, MaskSnapshot
from lesionstudio.project.project import Project
from lesionstudio.words import _, ngettext

Then = Callable[[], object]


@dataclass(eq=False, slots=True)
class StudyStep:
    """One thing done to the study: what it changed in each mask, and which labels it deleted or made.

    `labels`: number -> whether the label was deleted before, and after. `done`: False while it is taken back. `also`:
    what else is to be moved, told whether forward; it is called when the step is moved, not when it is first done.
    """

    title: str
    made: float = field(default_factory=time.time)
    edits: dict[str, MaskEdit] = field(default_factory=dict)
    labels: dict[int, tuple[bool, bool]] = field(default_factory=dict)
    done: bool = True
    also: Callable[[bool], object] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Move:
    """That a study step was done (`forward`) or taken back, as a step in the history of the mask on screen."""

    step: StudyStep
    forward: bool


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """What has to hold before a study step may be moved: each of these edits still stands in its mask."""

    project: Project
    edits: dict[str, MaskEdit]
    pending: dict[str, MaskSnapshot | None]


class StudySteps(QObject):
    """The study steps since the folder was opened, oldest first."""

    changed = Signal()

    def __init__(self, session: Session, masks: ClosedMasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._masks = session, masks
        self._steps: list[StudyStep] = []
        self._moving: StudyStep | None = None
        session.folder_opened.connect(self._forget)

    @property
    def elsewhere(self) -> list[StudyStep]:
        """Those that the history of the mask on screen does not hold, newest first."""
        history = self._session.history
        moves = [edit.attached for edit in history.steps if edit.attached is not None] if history is not None else []
        here = [move.step for move in moves]
        return [step for step in reversed(self._steps) if step not in here]

    def add(self, step: StudyStep) -> None:
        """A study step was done. It is a step of the history on screen too, at the place where that mask changed."""
        if not (step.edits or step.labels or step.also):
            return
        self._steps.append(step)
        self._drop_oldest()
        history, move = self._session.history, Move(step, True)
        if history is not None and not history.is_open:
            own = step.edits.get(self._session.current_id)
            if own is None:
                history.attach(step.title, move)
            elif not history.steps.attach(own.join, move):
                del step.edits[self._session.current_id]
            self._session.history_changed.emit()
        self.changed.emit()

    def delete_label(self, number: int, title: str) -> None:
        """Marks a label of the study deleted; a study step that touches no mask."""
        step = StudyStep(title, labels={number: (False, True)})
        self._move_labels(step, forward=True)
        self.add(step)

    def forget_of(self, item_ids: Collection[str]) -> None:
        """These scans left the list: steps that changed their masks cannot be moved any more."""
        self._steps = [step for step in self._steps if not step.edits.keys() & set(item_ids)]
        self.changed.emit()

    def forget_here(self, step: StudyStep) -> None:
        """The mask on screen is no longer part of this step: what it changed there was taken back alone."""
        step.edits.pop(self._session.current_id, None)
        self.changed.emit()

    def move(self, step: StudyStep, here: Then, *, forward: bool) -> None:
        """Takes a step back, or does it again (`forward`), whole or not at all; `here` does the mask on screen."""
        if self._moving is not None or step.done == forward:
            return
        elsewhere = {item_id: edit for item_id, edit in step.edits.items() if item_id != self._session.current_id}
        if not elsewhere:
            self._go(step, here, {}, forward=forward)
            return
        self._moving = step
        self._ask(step, here, elsewhere, forward=forward)

    def move_from_list(self, step: StudyStep) -> None:
        """Takes back, or does again, a step that the history on screen does not hold: it becomes a step of that too."""
        forward = not step.done
        self.move(step, lambda: self._do_here(step, forward=forward), forward=forward)

    def _do_here(self, step: StudyStep, *, forward: bool) -> None:
        """On screen is a mask whose history begins after the step: there it is moved by a step of its own."""
        history, own = self._session.history, step.edits.get(self._session.current_id)
        if history is None:
            return
        words = _("Do again: {title}") if forward else _("Take back: {title}")
        title, move = words.format(title=step.title), Move(step, forward)
        if own is None:
            history.attach(title, move)
            self._session.history_changed.emit()
            return
        box = history.do(_turned(own, title, forward=forward))
        history.steps.attach_to_last(move)
        self._session.edited(box)

    def _ask(self, step: StudyStep, here: Then, edits: dict[str, MaskEdit], *, forward: bool) -> None:
        """Looks first whether every mask that is not on screen is still as the step left it."""
        session, project = self._session, self._session.project
        if project is None:
            self._moving = None
            return
        turned = {item_id: edit.reversed("") if forward else edit for item_id, edit in edits.items()}
        pending = {item_id: session.autosave.pending(item_id) for item_id in edits}
        versions = {item_id: session.autosave.version(item_id) for item_id in edits}
        on_screen = session.current_id
        job = session.runner.run("files", _("Reading"), changed_since, _Asked(project, turned, pending))

        def answered(changed: list[str]) -> None:
            self._moving = None
            if session.project is not project:
                return
            if session.current_id != on_screen or any(session.autosave.version(i) != v for i, v in versions.items()):
                session.tell(_moved_on(step))
            elif changed:
                session.tell(_refused(step, [session.known_items[i].name for i in changed if i in session.known_items]))
            else:
                self._go(step, here, edits, forward=forward)

        job.succeeded.connect(answered)
        job.failed.connect(self._failed)

    def _failed(self, problem: BaseException) -> None:
        self._moving = None
        self._session.tell_problem(problem)

    def _go(self, step: StudyStep, here: Then, edits: dict[str, MaskEdit], *, forward: bool) -> None:
        history, own = self._session.history, step.edits.get(self._session.current_id)
        if history is not None and history.is_open:
            return
        if history is not None and own is not None and not _turned(own, "", forward=not forward).stands(history.mask):
            self._session.tell(_refused(step, [self._session.open.item.name] if self._session.open else []))
            return
        step.done = forward
        self._move_labels(step, forward=forward)
        if step.also is not None:
            step.also(forward)
        for item_id, edit in edits.items():
            self._masks.change(item_id, _doing(_turned(edit, step.title, forward=forward)))
        self._tell(step, len(edits))
        here()
        self.changed.emit()

    def _move_labels(self, step: StudyStep, *, forward: bool) -> None:
        labels = self._session.labels
        for number, (before, after) in step.labels.items():
            deleted = after if forward else before
            if not (deleted and before and self._is_used(number, step)):
                labels = labels.changed(number, deleted=deleted)
        if labels != self._session.labels:
            self._session.set_labels(labels)

    def _is_used(self, number: int, step: StudyStep) -> bool:
        """Whether a label that this step made is marked, by now, in a mask that the step did not touch."""
        records = self._session.project.records if self._session.project is not None else {}
        others = (record.marks or {} for item_id, record in records.items() if item_id not in step.edits)
        return any(number in found for marks in others for found in marks.values())

    def _tell(self, step: StudyStep, scans: int) -> None:
        """Says what happened where nobody sees it."""
        if scans:
            words = _("Done again: {title}.") if step.done else _("Taken back: {title}.")
            text = ngettext("In {n} other scan too.", "In {n} other scans too.", scans)
            self._session.tell(Notice("good", words.format(title=step.title), text))

    def _drop_oldest(self) -> None:
        limit = self._session.settings.undo_megabytes << 20
        while len(self._steps) > 1 and sum(map(_bytes, self._steps)) > limit:
            self._steps.pop(0)

    def _forget(self) -> None:
        self._steps, self._moving = [], None
        self.changed.emit()


def changed_since(asked: _Asked) -> list[str]:
    """The items in whose masks a step no longer stands as it was left.

    Slow: runs on the `files` lane, one mask after the other. Raises UnreadableFile, GridMismatch, ProjectProblem.
    """
    return [item_id for item_id, edit in asked.edits.items() if not edit.stands(_mask(asked, item_id))]


def _mask(asked: _Asked, item_id: str) -> Mask:
    pending, grid = asked.pending[item_id], asked.project.record(item_id).grid
    if pending is not None:
        return Mask.restore(pending)
    shape = asked.project.items[item_id].shape
    return asked.project.load_mask(item_id, grid.geometry(), grid.slice_ids) if grid is not None else Mask(shape)


def _doing(edit: MaskEdit) -> Change:
    def do(history: EditHistory) -> None:
        history.do(edit)

    return do


def _turned(edit: MaskEdit, title: str, *, forward: bool) -> MaskEdit:
    return edit if forward else edit.reversed(title)


def _bytes(step: StudyStep) -> int:
    return sum(edit.bytes_used for edit in step.edits.values())


def _refused(step: StudyStep, names: list[str]) -> Notice:
    words = (
        _("{title} cannot be taken back: {scans} changed since.")
        if step.done
        else _("{title} cannot be done again: {scans} changed since.")
    )
    shown = ", ".join(names[:3]) + ("" if len(names) <= 3 else ", \N{HORIZONTAL ELLIPSIS}")
    return Notice(
        "warning",
        words.format(title=step.title, scans=shown),
        _("It goes in all scans or in none, so nothing was changed. Each scan's history holds its earlier states."),
        _("Only in this scan") if step.done else "",
        "undo_here" if step.done else "",
    )


def _moved_on(step: StudyStep) -> Notice:
    words = _("{title} stays as it is: work went on meanwhile.")
    return Notice("info", words.format(title=step.title), _("Try again."))
