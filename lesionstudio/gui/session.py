"""Session: what is open. The only object that changes it; whoever shows it listens to the signals.

On top of the study (study.py: folder, list, settings) and of what is shown of the scan that is open (on_screen.py) it
opens and closes folders and scans. Reading, saving and segmenting happen elsewhere; their results come back here and
nowhere else.
"""

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.growing import Growing
from lesionstudio.gui.jobs import Job, JobRunner
from lesionstudio.gui.journal_keeper import finish
from lesionstudio.gui.list_order import in_list_order
from lesionstudio.gui.on_screen import OnScreen
from lesionstudio.gui.open_scan import OpenScan, open_study, read_item
from lesionstudio.gui.restored import restored_notices
from lesionstudio.gui.turns import Turns
from lesionstudio.gui.views import Notice, Reading, SavedState
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem
from lesionstudio.settings import Settings
from lesionstudio.words import _


class Session(OnScreen):
    """What is open, and the verbs that change it. Lives on the window's thread."""

    folder_opening = Signal()
    scan_opened = Signal()
    scan_closing = Signal()
    scan_closed = Signal()
    saved_changed = Signal(object)

    def __init__(self, settings: Settings, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(settings, runner, parent)
        self.autosave.saved_changed.connect(self.saved_changed)
        self.items_changed.connect(self._open_if_nothing_is)
        self._opening: Job | None = None
        self.opening: Path | None = None
        """The folder that is being opened."""
        self._turns = Turns(self)
        self._wanted = ""
        self._wanted_source: ScanSource | None = None
        self._first_file: Path | None = None
        self._growing = Growing(self)
        self.reading_changed.connect(self._all_is_known)
        self.settings_changed.connect(self._name_scan)
        self.items_changed.connect(self._name_scan)

    @property
    def saved(self) -> SavedState:
        """Whether the work is on the disk."""
        if self.project is not None and self.project.read_only:
            return SavedState("read_only", self.project.read_only)
        return self.autosave.state

    # Folders and scans

    def open_folder(self, path: Path) -> None:
        """Opens a folder of scans: what is known of it at once, the rest as found. A file opens its folder on it."""
        folder = path.parent if path.is_file() else path
        self._leave(opening=folder)
        self._first_file = path if path != folder else None
        # After the folder before has given its lock back: it may be the same one.
        job = self.runner.run("save", _("Opening"), open_study, folder)
        self._opening = job
        job.succeeded.connect(lambda project: self._folder_is_open(job, project))
        job.failed.connect(lambda problem: self._folder_stays_shut(job, problem))
        self.folder_opening.emit()

    def _folder_is_open(self, job: Job, project: Project) -> None:
        if job is not self._opening:
            self.runner.run("save", _("Saving"), project.close)
            return
        self.project, self.opening = project, None
        self._rows.clear()
        self.label_in_use = next((label.number for label in project.labels), 1)
        self.autosave.write_into(None if project.read_only else project)
        self._reader.expect()
        self.folder_opened.emit()
        # All of it in one go takes the window's thread so long, where there are thousands, that a hand feels it.
        self._turns.begin(
            self.items_changed.emit,
            lambda: self._remember(project.folder),
            self._say_how_it_is_open,
            lambda: self._reader.start(project),
        )

    def _say_how_it_is_open(self) -> None:
        self.saved_changed.emit(self.saved)
        if self.saved.kind == "read_only":
            self.tell(Notice("warning", _("Opened for looking only."), self.saved.text))

    def _folder_stays_shut(self, job: Job, problem: BaseException) -> None:
        if job is self._opening:
            self._leave()
        self.tell_problem(problem)

    def close_folder(self) -> None:
        """Saves and closes what is open."""
        self._leave()

    def _leave(self, opening: Path | None = None) -> None:
        """Saves and closes what is open; `opening`: the folder that is opened in its place."""
        was_opening, self.opening = self.opening, opening
        self._opening, self._wanted = None, ""
        self._turns.drop()
        if self.project is not None:
            self._close_scan()
            self.autosave.write_into(None)
            project, self.project = self.project, None
            self._reader.stop()
            self._rows.clear()
            self.runner.run("save", _("Saving"), finish, self.autosave.journal, project.close)
        elif was_opening is None or opening is not None:
            return
        self.folder_opened.emit()
        self.items_changed.emit()

    def _open_if_nothing_is(self) -> None:
        if self.project is not None and (self._first_file is not None or not (self.open or self._wanted)):
            self._open_first()

    def _open_first(self) -> None:
        """The file that was asked for, the scan that was on screen last time, or the first one that can be read."""
        project = self._project()
        readable = [item for item in in_list_order(project.items.values()) if not item.error]
        if self.reading() is not None:  # A localizer is not what somebody wants to see while the rest is still read.
            readable = [item for item in readable if not item.last or self._first_file is not None]
        if self._first_file is not None:
            readable = [item for item in readable if self._first_file in item.source.files]
            self._first_file = None if readable else self._first_file
        last = project.items.get(str(project.settings.get("last_item", "")))
        first = last if last in readable else next(iter(readable), None)
        if first is not None:
            self.open_item(first.id)

    def open_item(self, item_id: str) -> None:
        """Opens a scan of the list; the one on screen is saved first and stays until the other one is read."""
        project = self._project()
        item = project.items.get(item_id)
        if item is None or item_id == self.current_id:
            return
        if item.error:
            self.tell(Notice("error", item.error, item.hint))
            return
        self.autosave.flush()
        self._read(item)

    def read_anew(self, item: WorkItem) -> None:
        """Reads the scan on screen once more: there is more of it now. Nobody has painted on it."""
        if self._wanted != item.id or self._wanted_source != item.source:
            self._read(item)

    def _read(self, item: WorkItem) -> None:
        project, item_id = self._project(), item.id
        self._wanted, self._wanted_source = item_id, item.source
        k = self.record(item_id).last_slice
        version, pending = self.autosave.version(item_id), self.autosave.pending(item_id)
        job = self.runner.run("files", _("Reading"), read_item, project, item, k, pending)
        job.succeeded.connect(lambda read: self._scan_is_read(item, read, k, version))
        job.failed.connect(lambda problem: self._scan_failed(item, problem))

    def _scan_is_read(self, item: WorkItem, read: tuple[Scan, Mask], k: int, version: int) -> None:
        scan, mask = read
        if self._wanted != item.id or self.project is None or item.id not in self.project.items:
            return
        if item.source != self._wanted_source:
            return  # More of it was found meanwhile, and is being read.
        k = min(k, scan.slices - 1)
        if self.open is not None and item.id == self.current_id:
            if item.source == self.open.item.source or self._growing.is_touched:
                return  # Asked for twice: what is on screen may have strokes that this reading has not.
            k = _same_slice(self.open, scan)
        if self.autosave.version(item.id) != version:
            self.open_item(item.id)
            return
        self._show(item, scan, mask, k)
        if self.reading() is None or item.source.format != "dicom":
            self._tell_notes(scan.notes)
        restored = self._project().kept.restored.pop(item.id, None)
        if restored is not None and restored.last_slice is not None:
            self.go_to_slice(restored.last_slice)
        for notice in restored_notices(restored):
            self.tell(notice)

    def _all_is_known(self, reading: Reading | None) -> None:
        """While files of a series were still to come, what was missing of it was not worth a word."""
        if reading is not None or self.project is None:
            return
        if self._first_file is not None:  # It holds no picture, as a DICOMDIR: its folder is what was meant.
            self._first_file = None
        self._open_if_nothing_is()
        if self.open is not None and self.open.item.source.format == "dicom":
            self._tell_notes(self.open.scan.notes)

    def _tell_notes(self, notes: tuple[str, ...]) -> None:
        """Says what a reader wants said, each sentence once a study."""
        told = self.study_settings.setdefault("told", [])
        for note in notes:
            if note not in told:
                told.append(note)
                self.tell(Notice("info", note))

    def _show(self, item: WorkItem, scan: Scan, mask: Mask, k: int) -> None:
        self._close_scan()
        project = self._project()
        history = EditHistory(mask, self.settings.undo_megabytes << 20, self.labels.locked)
        history.voxels = values_of(scan)
        self.open = OpenScan(item, scan, mask, history, min(k, scan.slices - 1), scan.name)
        scan.name = self._scan_name(scan.name)
        project.settings["last_item"] = item.id
        if not project.read_only:
            self.autosave.watch(item.id, history)
        self._window_for(scan)
        self.scan_opened.emit()
        self._announce_all()

    def _scan_name(self, name: str) -> str:
        return self.hidden.name(self.current_id) or name if self.hidden is not None else name

    def _name_scan(self) -> None:
        """Shows the scan on screen under its alias, or its name again."""
        if self.open is None:
            return
        name = self._scan_name(self.open.name)
        if name != self.open.scan.name:
            self.open.scan.name = name
            self.scan_opened.emit()
            self._announce_all()

    def _scan_failed(self, item: WorkItem, problem: BaseException) -> None:
        self.tell_problem(problem)
        if self._wanted == item.id:
            self._wanted = ""

    def _close_scan(self) -> None:
        if self.open is None:
            return
        self.scan_closing.emit()
        self.autosave.forget()
        self._keep_place()
        self.open = None
        self.scan_closed.emit()

    def close_any_of(self, item_ids: Collection[str]) -> None:
        """Saves and closes the scan on screen if it is one of these: they are about to become something else."""
        if self.current_id in item_ids:
            self._close_scan()
        if self._wanted in item_ids:
            self._wanted = ""

    def show_values(self, item_id: str, scan: Scan) -> None:
        """Shows the scan on screen with its values read anew; mask and history stay. Nothing for another scan."""
        if item_id != self.current_id or self.open is None:
            return
        self.open.scan, self.open.history.voxels = scan, values_of(scan)
        scan.name = self._scan_name(scan.name)
        self._window_for(scan)
        self.scan_opened.emit()
        self._announce_all()

    def next_item(self) -> None:
        """Opens the next readable scan of the list."""
        self._step_item(1)

    def previous_item(self) -> None:
        """Opens the readable scan before this one."""
        self._step_item(-1)

    def _step_item(self, step: int) -> bool:
        items = in_list_order(self.project.items.values()) if self.project else []
        readable = [item.id for item in items if not item.error]
        if not readable:
            return False
        here = self._wanted if self._wanted in readable else self.current_id
        at = readable.index(here) + step if here in readable else 0
        if 0 <= at < len(readable):
            self.open_item(readable[at])
            return True
        return False


def _same_slice(before: OpenScan, scan: Scan) -> int:
    """Where the slice on screen is among more of them."""
    ids = before.scan.slice_ids
    here = ids[before.k] if before.k < len(ids) else ""
    return scan.slice_ids.index(here) if here in scan.slice_ids else min(before.k, scan.slices - 1)
