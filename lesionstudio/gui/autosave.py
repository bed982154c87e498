"""Autosave: each step goes into the journal at once; masks are written at rest, on scan change and on close.

Work is safe as soon as the journal has it (journal_keeper.py). Writing a mask as a whole is costly on a slow disk (a
volume is packed anew, four layers, each flushed twice) and takes one of two cores from the hand that paints, so it
waits for 5 s of rest; and at last after 2 minutes or 32 MiB of journal, so that a replay never takes long.
"""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.errors import LesionStudioError, ProjectProblem
from lesionstudio.gui.jobs import JobRunner
from lesionstudio.gui.journal_keeper import JournalKeeper
from lesionstudio.gui.views import SavedState
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.mask import MaskSnapshot
from lesionstudio.project.project import Project
from lesionstudio.words import _

IDLE_MS, RETRY_MS, LONGEST_S, LARGEST_JOURNAL = 5000, 5000, 120.0, 32 << 20
SHOW_SAVING_MS = 400


@dataclass(frozen=True, eq=False, slots=True)
class Save:
    """A snapshot on its way to the disk, and which generation of the mask it will be."""

    project: Project
    item_id: str
    snapshot: MaskSnapshot
    generation: int


def _write(journal: JournalKeeper, save: Save) -> None:
    """Writes a mask, its journal first: a crash between the mask's files is mended from there."""
    with suppress(ProjectProblem):
        journal.drain()
    save.project.save_mask(save.item_id, save.snapshot, save.generation)


class Autosave(QObject):
    """Takes snapshots on the window's thread and writes them on the `save` lane; what failed is tried again."""

    saved_changed = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.journal = JournalKeeper(runner, self)
        self.journal.changed.connect(self._journal_changed)
        self._project: Project | None = None
        self._pending: dict[str, Save] = {}
        self._failed: dict[str, Save] = {}
        self._facts: dict[str, Callable[[], object]] = {}
        self._refused: set[str] = set()
        self._versions: Counter[str] = Counter()
        self._unsaved_since: float | None = None
        self._watched: tuple[str, EditHistory] | None = None
        self._problem: BaseException | None = None
        self.state = SavedState("nothing", "")
        self._idle, self._again = self._timer(IDLE_MS, self.flush), self._timer(RETRY_MS, self._retry)
        self._slow = self._timer(SHOW_SAVING_MS, lambda: self._tell(SavedState("saving", _("Saving"))))

    def _timer(self, wait_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=wait_ms)
        timer.timeout.connect(slot)
        return timer

    def write_into(self, project: Project | None) -> None:
        """Says which study is written; None while nothing is open, or what is open may not be written."""
        self._project = project
        self.journal.write_into(project)
        self._pending.clear()
        self._failed.clear()
        self._facts.clear()
        self._refused.clear()
        self._again.stop()
        self._problem = None

    def watch(self, item_id: str, history: EditHistory) -> None:
        """Keeps what this history does from now on; the one before is saved now."""
        self.forget()
        self._watched = (item_id, history)
        self.journal.watch(item_id, history)
        if history.mask.is_dirty:
            self.touch()

    def forget(self) -> None:
        """Saves the watched mask and watches nothing."""
        self.flush()
        self.journal.forget()
        self._watched = None

    def touch(self) -> None:
        """The mask changed: it is written when the hand has rested, and at last when much has come together."""
        if self._unsaved_since is None:
            self._unsaved_since = time.monotonic()
        is_long = time.monotonic() - self._unsaved_since > LONGEST_S
        if is_long or (self._watched and self.journal.size(self._watched[0]) > LARGEST_JOURNAL):
            self.flush()
        else:
            self._idle.start()

    def flush(self) -> None:
        """Writes the watched mask now, if it changed. Half a stroke is not written: the journal has its parts."""
        self._idle.stop()
        if self._watched is None:
            return
        item_id, history = self._watched
        if history.is_open:
            self._idle.start()
            return
        self._unsaved_since = None
        if history.mask.is_dirty:
            self.save(item_id, history.mask.snapshot())

    def save(self, item_id: str, snapshot: MaskSnapshot) -> None:
        """Writes a snapshot, taken just now, in the background."""
        if self._project is not None:
            self._failed.pop(item_id, None)
            self._versions[item_id] += 1
            generation = self._project.kept.next_generation(item_id)
            self._start(Save(self._project, item_id, snapshot, generation))

    def _start(self, save: Save) -> None:
        self._pending[save.item_id] = save
        self._tell(SavedState("saving", _("Saving")))
        job = self._runner.run("save", _("Saving"), _write, self.journal, save)
        job.succeeded.connect(lambda _nothing: self._landed(save))
        job.failed.connect(lambda problem: self._missed(save, problem))

    def write_down(self, name: str, write: Callable[[], object]) -> None:
        """Writes facts that are no marks in the background, again until the disk takes them or others of this name."""
        self._facts[name] = write
        self._refused.discard(name)
        job = self._runner.run("save", _("Saving"), write)
        job.succeeded.connect(lambda _nothing: self._written_down(name, write))
        job.failed.connect(lambda problem: self._not_written_down(name, write, problem))

    def _written_down(self, name: str, write: Callable[[], object]) -> None:
        if self._facts.get(name) is write:
            del self._facts[name]
            self._all_well()

    def _not_written_down(self, name: str, write: Callable[[], object], problem: BaseException) -> None:
        if self._facts.get(name) is write:
            self._refused.add(name)
            self._went_wrong(problem)

    def pending(self, item_id: str) -> MaskSnapshot | None:
        """The newest snapshot of an item that is not known to be on the disk yet."""
        save = self._pending.get(item_id)
        return save.snapshot if save is not None else None

    def version(self, item_id: str) -> int:
        """How often a snapshot of an item was handed over: what was read under another number is out of date."""
        return self._versions[item_id]

    @property
    def is_settled(self) -> bool:
        """Whether everything handed over has reached the disk."""
        return not self._pending and not self._facts and self.journal.is_settled

    @property
    def risk(self) -> str:
        """Why closing now would lose something: the disk refused it and it is nowhere else. "" when it would not."""
        problem = self.journal.problem or (self._problem if self._refused else None)
        return problem.message if isinstance(problem, LesionStudioError) else str(problem or "")

    def once_decided(self, go_on: Callable[[], object]) -> None:
        """Calls once, as soon as all that was done is in the journal or the disk has refused it."""

        def look() -> None:
            if self.journal.is_settled or self.journal.problem:
                self.journal.changed.disconnect(look)
                go_on()

        self.journal.changed.connect(look)

    def _landed(self, save: Save) -> None:
        self.journal.in_mask(save.project, save.item_id, save.generation)
        if self._pending.get(save.item_id) is save:
            del self._pending[save.item_id]
        self._all_well()

    def _missed(self, save: Save, problem: BaseException) -> None:
        if self._project is not save.project:
            return
        if self._pending.get(save.item_id) is save:
            self._failed[save.item_id] = save
        self._went_wrong(problem)

    def _all_well(self) -> None:
        if not self._failed and not self._refused:
            self._again.stop()
            self._problem = None
        self._show()

    def _went_wrong(self, problem: BaseException) -> None:
        self._problem = problem
        self._show()
        self._again.start()
        if not isinstance(problem, LesionStudioError):
            raise problem

    def _retry(self) -> None:
        for name in list(self._refused):
            self.write_down(name, self._facts[name])
        for item_id in list(self._failed):
            self._start(self._failed.pop(item_id))

    def _journal_changed(self) -> None:
        if self.journal.problem:
            self._idle.start()
        if self.journal.problem or self.is_settled:
            self._show()
        elif not self._slow.isActive():
            self._slow.start()

    def _show(self) -> None:
        """Says how things stand: what failed first, and "saved" only when nothing waits."""
        problem = self.journal.problem or self._problem
        if problem is not None:
            why = getattr(problem, "reason", "") or str(problem).rstrip(".")
            self._tell(SavedState("failed", _("Not saved: {why}, trying again").format(why=why)))
        elif self.is_settled:
            self._tell(SavedState("saved", _("Saved"), time.time()))

    def _tell(self, state: SavedState) -> None:
        self._slow.stop()
        self.state = state
        self.saved_changed.emit(state)
