"""Travel: back and forth in the history of the mask on screen, each step shown on its own slice."""

from PySide6.QtCore import QObject

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import Move, StudyStep, StudySteps
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.words import _


class Travel(QObject):
    """Undo, redo and jumps. A step that belongs to the whole study is moved in all its scans, or not at all."""

    def __init__(self, session: Session, study_steps: StudySteps, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._study_steps = session, study_steps

    def undo(self) -> None:
        """Takes the last step back, going to its slice first."""
        opened = self._editable()
        if opened is not None:
            self.go_to(opened.history.steps.position - 1)

    def redo(self) -> None:
        """Does the step last undone again, going to its slice first."""
        opened = self._editable()
        if opened is not None:
            self.go_to(opened.history.steps.position + 1)

    def go_to(self, position: int) -> None:
        """Takes back, or does again, until so many steps are done, or one of them cannot be moved."""
        opened = self._editable()
        if opened is None or not 0 <= position <= len(opened.history.steps):
            return
        steps = opened.history.steps
        back, before = position < steps.position, steps.position
        target = self._next_of_study(opened, position, back=back)
        if target != before:
            self._show(opened, target)
        edit = steps.last_done if back else steps.next_undone
        if target != position and edit is not None:
            self._move(opened, edit, position, back=back)

    def take_back(self, step: StudyStep) -> None:
        """Takes a step of the study back if it is the last one here, or if this history does not hold it."""
        opened = self._editable()
        last = opened.history.steps.last_done if opened is not None else None
        if last is not None and isinstance(last.attached, Move) and last.attached.step is step:
            self.undo()
        elif step.done and step in self._study_steps.elsewhere:
            self._study_steps.move_from_list(step)
        elif step.done:
            self._session.tell(Notice("info", _("Take back the steps after it first: they are in the history.")))

    def undo_here(self) -> None:
        """Takes the last step back in this scan alone, although it belongs to the whole study."""
        opened = self._editable()
        edit = opened.history.steps.last_done if opened is not None else None
        if opened is None or edit is None:
            return
        if isinstance(edit.attached, Move):
            opened.history.steps.attach_to_last(None)
            self._study_steps.forget_here(edit.attached.step)
        self._show(opened, opened.history.steps.position - 1)

    def _next_of_study(self, opened: OpenScan, position: int, *, back: bool) -> int:
        """How far one gets before a step that belongs to the whole study, and at last this position."""
        edits, here = list(opened.history.steps), opened.history.steps.position
        way = range(here, position, -1) if back else range(here, position)
        for at in way:
            if isinstance(edits[at - 1 if back else at].attached, Move):
                return at
        return position

    def _move(self, opened: OpenScan, edit: MaskEdit, position: int, *, back: bool) -> None:
        """Moves a step of the study, and goes on from there."""
        at, move = opened.history.steps.position, edit.attached

        def here() -> None:
            if self._session.open is opened and opened.history.steps.position == at:
                self._show(opened, at - 1 if back else at + 1)
                self.go_to(position)

        self._study_steps.move(move.step, here, forward=move.forward != back)

    def _show(self, opened: OpenScan, position: int) -> None:
        """Goes to the slice of the step that will be the last one moved, and moves.

        A slice that was checked comes before the next one, whose draft came with it.
        """
        steps = opened.history.steps
        last = list(steps)[position if position < steps.position else position - 1]
        checked = tuple(k for k, _before, after in last.statuses if after == SliceStatus.CHECKED)
        places = checked or last.slices
        if places and opened.k not in places:
            self._session.go_to_slice(min(places, key=lambda k: abs(k - opened.k)))
        self._session.edited(opened.history.go_to(position))

    def _editable(self) -> OpenScan | None:
        opened = self._session.open
        if opened is None or not self._session.can_edit or opened.history.is_open:
            return None
        return opened
