"""SavedStates: when an earlier state of a mask is kept, which there are of the one on screen, and bringing one back."""

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.session import Session
from lesionstudio.imaging.mask import Mask, MaskSnapshot, refuse_other_grid
from lesionstudio.project.project import Project
from lesionstudio.project.states import EarlierState
from lesionstudio.words import _

KEEP_MS = 15 * 60 * 1000


class SavedStates(QObject):
    """A state is kept when a scan that was worked on is left, after each quarter of an hour of work, and before one is
    brought back. Undo reaches as far as the scan is open; from then on these serve."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._open: OpenScan | None = None
        self.states: tuple[EarlierState, ...] = ()
        self._soon = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._soon.timeout.connect(self._keep_now)
        session.scan_opened.connect(self._opened)
        session.scan_closed.connect(self._closed)
        session.history_changed.connect(self._worked)

    def look_again(self) -> None:
        """Finds out which states there are of the mask on screen."""
        opened, project = self._session.open, self._session.project
        if opened is None or project is None:
            self._take(opened, ())
            return
        job = self._session.runner.run("files", _("Reading"), project.states.of, opened.item.id)
        job.succeeded.connect(lambda states: self._take(opened, states))

    def bring_back(self, state: EarlierState) -> None:
        """Makes the mask on screen what it was then, as one step that undo takes back."""
        opened, project = self._session.open, self._session.project
        if opened is None or project is None or not self._session.can_edit:
            return
        self._keep(opened, _("Earlier state"))
        job = self._session.runner.run("save", _("Reading"), project.states.read, state, opened.scan.slice_ids)
        job.succeeded.connect(lambda snapshot: self._bring_back(opened, snapshot))
        job.failed.connect(self._session.tell_problem)

    def _bring_back(self, opened: OpenScan, snapshot: MaskSnapshot) -> None:
        if self._session.open is not opened or opened.history.is_open:
            return
        refuse_other_grid(snapshot.shape, opened.mask.shape)
        box = opened.history.restore(snapshot, _("Earlier state"))
        if not box.is_empty and not box.start[0] <= opened.k < box.stop[0]:
            self._session.go_to_slice(box.start[0])
        self._session.edited(box)

    def _take(self, opened: OpenScan | None, states: tuple[EarlierState, ...]) -> None:
        if self._session.open is opened and self.states != states:
            self.states = states
            self.changed.emit()

    def _opened(self) -> None:
        self._open = self._session.open
        self.look_again()

    def _worked(self) -> None:
        if self._open is not None and len(self._open.history.steps) and not self._soon.isActive():
            self._soon.start()

    def _keep_now(self) -> None:
        if self._open is not None:
            self._keep(self._open)

    def _closed(self) -> None:
        opened, self._open = self._open, None
        self._soon.stop()
        if opened is not None:
            self._keep(opened)

    def _keep(self, opened: OpenScan, why: str = "") -> None:
        project = self._session.project
        if project is None or project.read_only or not len(opened.history.steps):
            return
        job = self._session.runner.run(
            "save", _("Saving"), _keep, project, opened.item.id, _as_it_is(opened.mask), why, opened.scan.slice_ids
        )
        job.succeeded.connect(lambda _state: self.look_again())


def _keep(
    project: Project, item_id: str, snapshot: MaskSnapshot, why: str, slice_ids: tuple[str, ...]
) -> EarlierState | None:
    """Slow: runs on the `save` lane. Raises ProjectProblem."""
    return project.states.keep(item_id, snapshot, why, slice_ids)


def _as_it_is(mask: Mask) -> MaskSnapshot:
    """The mask now; what is not saved yet stays so."""
    snapshot = mask.snapshot()
    mask.not_saved(snapshot)
    return snapshot
