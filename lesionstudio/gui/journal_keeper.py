"""JournalKeeper: each step of a mask is on the disk within a second, parts of a stroke under the mouse each second."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.jobs import JobRunner
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import Step
from lesionstudio.imaging.journal import Record
from lesionstudio.project.project import Project
from lesionstudio.words import _

PART_MS, RETRY_MS = 1000, 2000


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A record that is not known to be on the disk, and the journal it goes to."""

    project: Project
    item_id: str
    generation: int
    record: Record


class JournalKeeper(QObject):
    """Hands records to the `journal` lane in order; what failed stays in its place and is tried again.

    `problem` is what the disk said at the last try, None when it went well. What is handed over is kept until it is on
    the disk or in a saved mask, also when its folder is closed meanwhile.
    """

    changed = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._project: Project | None = None
        self._watched: tuple[str, EditHistory] | None = None
        self._parts_out = False
        self._waiting: list[Entry] = []
        self._guard, self._one_writer = Lock(), Lock()
        self._is_writing = False
        self.problem: BaseException | None = None
        self._parts = QTimer(self, interval=PART_MS)
        self._parts.timeout.connect(self._take_part)
        self._again = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._again.timeout.connect(self._write)

    def write_into(self, project: Project | None) -> None:
        """Says which study's journals are written from now on; None while none may be."""
        self.forget()
        self._project = project

    def watch(self, item_id: str, history: EditHistory) -> None:
        """Writes down what this history says from now on, and what its strokes are about to be."""
        self.forget()
        self._watched, self._parts_out = (item_id, history), False
        history.on_step = lambda step: self._take(item_id, step)
        self._parts.start()

    def forget(self) -> None:
        """Listens to no history any more."""
        self._parts.stop()
        if self._watched is not None:
            self._watched[1].on_step = None
            self._watched = None

    def listen(self, item_id: str, history: EditHistory) -> None:
        """Writes down what is done to the mask of a scan that is not on screen."""
        history.on_step = lambda step: self._keep(item_id, step.kind, step)

    def note_seconds(self, item_id: str, seconds: dict[int, float]) -> bool:
        """Writes down the seconds spent on slices, if their mask has a journal now; says whether."""
        if not (self.size(item_id) or any(entry.item_id == item_id for entry in self._waiting)):
            return False
        self._add(item_id, Record.of_time(seconds))
        return True

    def in_mask(self, project: Project, item_id: str, generation: int) -> None:
        """A mask of this generation is on the disk: what was done before it need not be written down any more."""
        with self._guard:
            of_mask = (project, item_id)
            self._waiting = [
                one for one in self._waiting if (one.project, one.item_id) != of_mask or one.generation >= generation
            ]
        if not self._waiting:
            self.problem = None
        self.changed.emit()

    def size(self, item_id: str) -> int:
        """Bytes of the journal of a mask."""
        kept = self._project.kept if self._project is not None else None
        return kept.journals.size(item_id, kept.generation(item_id)) if kept is not None else 0

    @property
    def is_settled(self) -> bool:
        """Whether everything that was handed over is safe."""
        return not self._waiting

    def drain(self) -> None:
        """Writes what waits and returns when it is on the disk. From any thread. Raises ProjectProblem."""
        with self._one_writer:
            while batch := self._next_batch():
                first = batch[0]
                records = [entry.record for entry in batch]
                first.project.kept.keep(first.item_id, first.generation, records)
                with self._guard:
                    done = set(batch)
                    self._waiting = [entry for entry in self._waiting if entry not in done]

    def give_up(self) -> None:
        """Forgets what could not be written; a person said so."""
        with self._guard:
            self._waiting = []
        self._again.stop()
        self.problem = None

    def _next_batch(self) -> list[Entry]:
        """The entries that come first and go to one journal."""
        with self._guard:
            batch: list[Entry] = []
            for entry in self._waiting:
                first = batch[0] if batch else entry
                if (entry.project, entry.item_id, entry.generation) != (first.project, first.item_id, first.generation):
                    break
                batch.append(entry)
            return batch

    def _take(self, item_id: str, step: Step) -> None:
        given_up = step.kind == "undo" and self._parts_out
        self._parts_out = False
        self._keep(item_id, "abandon" if given_up else step.kind, step)

    def _keep(self, item_id: str, kind: str, step: Step) -> None:
        if step.edit.groups or step.edit.statuses or step.edit.sources or step.edit.makers:
            self._add(item_id, Record.of_step(kind, step.edit))

    def _take_part(self) -> None:
        part = self._watched[1].part() if self._watched is not None else None
        if part is not None and self._watched is not None:
            self._parts_out = True
            self._add(self._watched[0], Record.of_step("part", part))

    def _add(self, item_id: str, record: Record) -> None:
        project = self._project
        if project is None or project.read_only:
            return
        entry = Entry(project, item_id, project.kept.generation(item_id), record)
        with self._guard:
            self._waiting.append(entry)
        self.changed.emit()
        if not self._again.isActive():
            self._write()

    def _write(self) -> None:
        if self._is_writing or not self._waiting:
            return
        self._is_writing = True
        job = self._runner.run("journal", _("Saving"), self.drain)
        job.succeeded.connect(lambda _nothing: self._landed())
        job.failed.connect(self._missed)

    def _landed(self) -> None:
        self._is_writing, self.problem = False, None
        self.changed.emit()
        self._write()

    def _missed(self, problem: BaseException) -> None:
        self._is_writing, self.problem = False, problem
        self._again.start()
        self.changed.emit()
        if not isinstance(problem, LesionStudioError):
            raise problem


def finish(keeper: JournalKeeper, close: Callable[[], None]) -> None:
    """Closes a study after its last records are on the disk, as far as the disk lets it."""
    try:
        keeper.drain()
    finally:
        close()
