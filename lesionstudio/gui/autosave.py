"""Autosave: masks reach the disk when the hand rests, when the scan changes and when the window closes."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.jobs import JobRunner
from lesionstudio.gui.views import SavedState
from lesionstudio.imaging.mask import Mask, MaskSnapshot
from lesionstudio.words import _

IDLE_MS, RETRY_MS, LONGEST_S = 1500, 5000, 5.0

Writer = Callable[[str, MaskSnapshot], None]


class Autosave(QObject):
    """Takes snapshots on the window's thread and writes them on the `save` lane; what failed is tried again."""

    saved_changed = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._write: Writer | None = None
        self._pending: dict[str, MaskSnapshot] = {}
        self._failed: dict[str, MaskSnapshot] = {}
        self._versions: Counter[str] = Counter()
        self._unsaved_since: float | None = None
        self._watched: tuple[str, Mask] | None = None
        self.state = SavedState("nothing", "")
        self._idle, self._again = QTimer(self), QTimer(self)
        for timer, wait_ms, slot in ((self._idle, IDLE_MS, self.flush), (self._again, RETRY_MS, self._retry)):
            timer.setSingleShot(True)
            timer.setInterval(wait_ms)
            timer.timeout.connect(slot)

    def write_with(self, write: Writer | None) -> None:
        """Says how a snapshot is written: a function of item id and snapshot; None while nothing is open."""
        self._write = write
        self._pending.clear()
        self._failed.clear()
        self._again.stop()

    def watch(self, item_id: str, mask: Mask) -> None:
        """Saves this mask from now on; the one before is saved now."""
        self.flush()
        self._watched = (item_id, mask)

    def forget(self) -> None:
        """Saves the watched mask and watches nothing."""
        self.flush()
        self._watched = None

    def touch(self) -> None:
        """The mask changed: it is saved when the hand has rested, and at last after 5 s of work without a rest."""
        if self._unsaved_since is None:
            self._unsaved_since = time.monotonic()
        if time.monotonic() - self._unsaved_since > LONGEST_S:
            self.flush()
        else:
            self._idle.start()

    def flush(self) -> None:
        """Saves the watched mask now, if it changed."""
        self._idle.stop()
        self._unsaved_since = None
        if self._watched is None:
            return
        item_id, mask = self._watched
        if mask.is_dirty:
            self.save(item_id, mask.snapshot())

    def save(self, item_id: str, snapshot: MaskSnapshot) -> None:
        """Writes a snapshot in the background."""
        if self._write is None:
            return
        failed = self._failed.pop(item_id, None)
        if failed is not None:
            snapshot = _with_dirt_of(failed, snapshot)
        self._pending[item_id] = snapshot
        self._versions[item_id] += 1
        self._tell(SavedState("saving", _("Saving")))
        job = self._runner.run("save", _("Saving"), self._write, item_id, snapshot)
        job.succeeded.connect(lambda _nothing: self._landed(item_id, snapshot))
        job.failed.connect(lambda problem: self._missed(item_id, snapshot, problem))

    def pending(self, item_id: str) -> MaskSnapshot | None:
        """The newest snapshot of an item that is not known to be on the disk yet."""
        return self._pending.get(item_id)

    def version(self, item_id: str) -> int:
        """How often a snapshot of an item was handed over: what was read under another number is out of date."""
        return self._versions[item_id]

    @property
    def is_settled(self) -> bool:
        """Whether everything handed over has reached the disk."""
        return not self._pending

    def _landed(self, item_id: str, snapshot: MaskSnapshot) -> None:
        if self._pending.get(item_id) is snapshot:
            del self._pending[item_id]
        if not self._pending:
            self._again.stop()
            self._tell(SavedState("saved", _("Saved"), time.time()))

    def _missed(self, item_id: str, snapshot: MaskSnapshot, problem: BaseException) -> None:
        if self._write is None:
            return
        if self._pending.get(item_id) is snapshot:
            self._failed[item_id] = snapshot
        why = problem.message if isinstance(problem, LesionStudioError) else str(problem)
        self._tell(SavedState("failed", _("Not saved: {why}, trying again").format(why=why.rstrip("."))))
        self._again.start()

    def _retry(self) -> None:
        for item_id, snapshot in list(self._failed.items()):
            self._failed.pop(item_id)
            self.save(item_id, snapshot)

    def _tell(self, state: SavedState) -> None:
        self.state = state
        self.saved_changed.emit(state)


def _with_dirt_of(older: MaskSnapshot, newer: MaskSnapshot) -> MaskSnapshot:
    return replace(newer, dirty=older.dirty | newer.dirty)
