"""Proposals: the one change of the mask on screen that waits for an answer, and the work that finds it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.jobs import Job, JobRunner
from lesionstudio.gui.making import Making
from lesionstudio.gui.session import Session
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.proposal import Proposal


class Proposals(QObject):
    """Enter makes it one step of the history, Esc drops it; it goes with the scan, and when the mask changes under it.

    `changed`: another one stands, or none, or the work for one began or ended. `answered` says True when one was
    accepted and False when one was dropped, for whoever keeps something beside it (seeds, say).
    """

    changed = Signal()
    answered = Signal(bool)

    def __init__(self, session: Session, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._runner = session, runner
        self.current: Proposal | None = None
        self.sentence = ""
        """Said beside a proposal, or why there is none; whoever made it knows best."""
        self._job: Job | None = None
        self._made_for = -1
        self._making: Making | None = None
        session.scan_closing.connect(self._make_the_rest)
        session.history_changed.connect(self._mask_changed)
        session.scan_opened.connect(self.reject)
        session.scan_closed.connect(self.reject)

    @property
    def is_working(self) -> bool:
        """Whether a proposal is being found."""
        return self._job is not None

    @property
    def is_making(self) -> bool:
        """Whether a large change is being made, piece by piece; nothing else can be changed meanwhile."""
        return self._making is not None

    @property
    def stands(self) -> bool:
        """Whether there is something to accept."""
        return self.current is not None

    def show(self, proposal: Proposal | None, sentence: str = "") -> None:
        """Shows this one instead of what was there; one that changes nothing is none, and only its sentence stands."""
        self._stop()
        self._note_mask()
        self._put(proposal, sentence)

    def compute(
        self, title: str, function: Callable[..., Proposal | None], *args: Any, nothing: str = "", **kwargs: Any
    ) -> None:
        """Finds a proposal on a thread and shows it; a later call takes the place of an earlier one.

        What is on screen stays until then. `nothing` is said where there is nothing to propose.
        """
        self._stop()
        self._note_mask()
        job = self._runner.run("files", title, function, *args, **kwargs)
        self._job = job
        job.succeeded.connect(lambda found: self._found(job, found, nothing))
        job.failed.connect(lambda problem: self._failed(job, problem))
        self.changed.emit()

    def accept(self) -> bool:
        """Makes the proposal one step of the history; returns whether there was one."""
        return self.current is not None and self.make(self.current)

    def make(self, proposal: Proposal) -> bool:
        """Makes this change, whether it was shown or not; a large one takes a while, and is seen when it is whole.

        Returns whether it was begun: not where nothing may be changed now.
        """
        history = self._session.history
        if history is None or history.is_open or not self._session.can_edit:
            return False
        self._stop()
        self._making = making = Making(proposal, history, self)
        making.done.connect(self._made)
        making.start()
        if self._making is not None:
            self._put(proposal, "")
        return True

    def reject(self) -> bool:
        """Drops the proposal and the work for one; returns whether there was any. What is being made stays."""
        had = self.current is not None or self._job is not None or bool(self.sentence)
        if had and self._making is None:
            self._stop()
            self._put(None, "")
            self.answered.emit(False)
        return had

    def _made(self, box: Box) -> None:
        self._making = None
        self._stop()
        self._put(None, "")
        self._session.edited(box)
        self.answered.emit(True)

    def _make_the_rest(self) -> None:
        if self._making is not None:
            self._making.finish()

    def _found(self, job: Job, proposal: Proposal | None, nothing: str) -> None:
        if job is self._job and self._making is None:
            self._job = None
            self._put(proposal, nothing if proposal is None or not proposal.voxels else "")

    def _failed(self, job: Job, problem: BaseException) -> None:
        if job is self._job:
            self.reject()
            self._session.tell_problem(problem)

    def _put(self, proposal: Proposal | None, sentence: str) -> None:
        self.current = proposal if proposal is not None and proposal.voxels else None
        self.sentence = sentence
        self.changed.emit()

    def _note_mask(self) -> None:
        mask = self._session.mask
        self._made_for = mask.writes if mask is not None else -1

    def _stop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _mask_changed(self) -> None:
        """Drops what was thought of before the mask changed; an event that changed nothing does not matter."""
        mask = self._session.mask
        if mask is None or mask.writes != self._made_for:
            self.reject()
