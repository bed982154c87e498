"""Marking: what a person does to the mask on screen, apart from the strokes themselves."""

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.drafts import Point, amount_text, lesion_seen
from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.session import Session
from lesionstudio.gui.study_steps import StudySteps
from lesionstudio.gui.views import Notice
from lesionstudio.gui.what_next import WhatNext
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.imaging.planes import Plane
from lesionstudio.words import _, ngettext

SLICES = Plane()
ENTER = "check"
"""How the join of a step begins that checked one slice: the draft that it brings on the next one is part of it."""


class Marking(QObject):
    """Answers to drafts, checking, labels: one small function a verb. `checked`: these slices of the scan on screen."""

    checked = Signal(object)

    def __init__(
        self, session: Session, study_steps: StudySteps, what_next: WhatNext, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._study_steps, self._what_next = session, study_steps, what_next
        session.scan_closed.connect(self._forget_seen)
        session.slice_changed.connect(self._see)
        self._seen: set[int] = set()

    # Drafts

    def accept(self, point: Point | None = None, plane: Plane = SLICES) -> None:
        """Accepts the draft lesion under the point (slice, row, column), else this slice's drafts.

        The lesion is what is seen of it on the picture of this plane that the point lies on.
        """
        self._answer(point, plane, accepted=True)

    def reject(self, point: Point | None = None, plane: Plane = SLICES) -> None:
        """Rejects the draft lesion under the point, else this slice's drafts."""
        self._answer(point, plane, accepted=False)

    def accept_scan(self) -> None:
        """Accepts every open draft of the scan."""
        opened = self._editable()
        if opened is not None:
            self._session.edited(opened.history.accept(_("Accept the scan's drafts")))

    def reject_scan(self) -> None:
        """Rejects every open draft of the scan."""
        opened = self._editable()
        if opened is not None:
            self._session.edited(opened.history.reject(_("Reject the scan's drafts")))

    def _answer(self, point: Point | None, plane: Plane, *, accepted: bool) -> None:
        opened = self._editable()
        if opened is None:
            return
        lesion = lesion_seen(opened.mask, point, plane) if point is not None else None
        here = Box.of_slice(opened.mask.shape, opened.k)
        box, cover = lesion if lesion is not None else (here, None)
        if accepted:
            title = _("Accept lesion") if lesion else _("Accept draft")
            self._session.edited(opened.history.accept(title, box, cover))
        else:
            title = _("Reject lesion") if lesion else _("Reject draft")
            self._session.edited(opened.history.reject(title, box, cover))

    # Checking

    def check_slice(self) -> None:
        """Accepts this slice's open drafts, says the slice is right, and goes on to the next one."""
        opened = self._editable()
        if opened is None:
            return
        self._session.edited(opened.history.check([opened.k], _("Check slice"), join=f"{ENTER} {opened.k}"))
        self.checked.emit((opened.k,))
        self._what_next.go_on()

    def slices_to_check(self) -> list[int]:
        """Slices of this scan that were on screen, hold no open draft and are not checked yet."""
        opened = self._session.open
        if opened is None:
            return []
        mask = opened.mask
        return [k for k in sorted(self._seen) if not mask.has_draft(k) and mask.status(k) != SliceStatus.CHECKED]

    def check_seen(self) -> None:
        """Says of every slice that was on screen and has no open draft that it is right, and how many that were."""
        opened, slices = self._editable(), self.slices_to_check()
        if opened is None or not slices:
            return
        self._session.edited(opened.history.check(slices, _("Check the slices seen")))
        self.checked.emit(tuple(slices))
        text = ngettext("{n} slice checked.", "{n} slices checked.", len(slices))
        self._session.tell(Notice("good", text, _("Those that were on screen. Undo takes it back."), _("Undo"), "undo"))

    def saw(self, k: int) -> None:
        """The picture says that slice k was on screen for half a second."""
        self._seen.add(k)

    def _see(self, k: int) -> None:
        opened = self._session.open
        if opened is not None and opened.scan.slices == 1:
            self._seen.add(k)

    def _forget_seen(self) -> None:
        self._seen.clear()

    # Labels

    def choose_label(self, number: int) -> None:
        """Paints with this label from now on."""
        if self._session.labels.by_number(number) is not None:
            self._session.label_in_use = number
            self._session.labels_changed.emit()

    def choose_nth_label(self, n: int) -> None:
        """Paints with the n-th label of the list, from 1."""
        shown = self._session.labels.shown()
        if 1 <= n <= len(shown):
            self.choose_label(shown[n - 1].number)

    def add_label(self, name: str = "") -> None:
        """One more label, chosen at once."""
        labels = self._session.labels
        added = labels.add(name or _("Label {n}").format(n=labels.next_number))
        self._session.label_in_use = added.labels[-1].number
        self._session.set_labels(added)

    def change_label(self, number: int, **fields: object) -> None:
        """Renames, recolours, hides or locks a label."""
        self._session.set_labels(self._session.labels.changed(number, **fields))

    def lock_label(self) -> None:
        """Locks or unlocks the label in use."""
        label = self._session.labels.by_number(self._session.label_in_use)
        if label is not None:
            self.change_label(label.number, locked=not label.locked)

    def delete_label(self, number: int) -> None:
        """Marks a label deleted; its voxels stay and read as background until undo brings it back.

        Not while something is painted: there is no place for the step that undo would take back.
        """
        label, opened = self._session.labels.by_number(number), self._session.open
        if label is None or len(self._session.labels) == 1 or (opened is not None and opened.history.is_open):
            return
        self._study_steps.delete_label(number, _("Delete label {name}").format(name=label.name))

    def areas(self) -> dict[int, str]:
        """How much of the scan on screen each label covers, as text."""
        opened = self._session.open
        if opened is None:
            return {}
        counts = opened.mask.counts()
        return {
            label.number: amount_text(counts.get(label.number, 0), opened.scan.geometry)
            for label in self._session.labels
        }

    def _editable(self) -> OpenScan | None:
        opened = self._session.open
        if opened is None or not self._session.can_edit or opened.history.is_open:
            return None
        return opened
