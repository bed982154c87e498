"""SavedStates: when an earlier state of a mask is kept, which there are of the one on screen, and bringing one back."""

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.open_scan import OpenScan
from lesionstudio.gui.session import Session
from lesionstudio.imaging.geometry import Index
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
        title, slice_ids = _("Earlier state"), opened.scan.slice_ids
        self.keep(opened.item.id, opened.mask, title, slice_ids)
        job = self._session.runner.run("save", _("Reading"), _read, project, state, slice_ids, opened.mask.shape)
        job.succeeded.connect(lambda snapshot: self._bring_back(opened, snapshot, title))
        job.failed.connect(self._session.tell_problem)

    def keep(self, item_id: str, mask: Mask, why: str = "", slice_ids: tuple[str, ...] | None = None) -> None:
        """Keeps a mask as it is now, in the background; a disk that refuses says so when the mask is saved."""
        project = self._session.project
        if project is None or project.read_only:
            return
        if slice_ids is None:
            grid = project.record(item_id).grid
            slice_ids = grid.slice_ids if grid is not None else ()
        job = self._session.runner.run(
            "save", _("Saving"), project.states.keep, item_id, _as_it_is(mask), why, slice_ids
        )
        job.succeeded.connect(lambda _state: self.look_again())

    def _bring_back(self, opened: OpenScan, snapshot: MaskSnapshot, title: str) -> None:
        if self._session.open is not opened or opened.history.is_open:
            return
        box = opened.history.restore(snapshot, title)
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
        if self._open is not None and len(self._open.history.steps):
            self.keep(self._open.item.id, self._open.mask, "", self._open.scan.slice_ids)

    def _closed(self) -> None:
        self._soon.stop()
        self._keep_now()
        self._open = None


def _read(project: Project, state: EarlierState, slice_ids: tuple[str, ...], shape: Index) -> MaskSnapshot:
    """Slow: runs on the `save` lane, after what is being kept. Raises ProjectProblem, GridMismatch."""
    snapshot = project.states.read(state, slice_ids)
    refuse_other_grid(snapshot.shape, shape)
    return snapshot


def _as_it_is(mask: Mask) -> MaskSnapshot:
    """The mask now; what is not saved yet stays so."""
    snapshot = mask.snapshot()
    mask.not_saved(snapshot)
    return snapshot
