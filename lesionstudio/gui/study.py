"""Study: the folder that is open, what was found in it and what is written down of it, and the person's choices."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from lesionstudio.errors import LesionStudioError, ProjectProblem
from lesionstudio.gui.autosave import Autosave
from lesionstudio.gui.folder_reader import FolderReader
from lesionstudio.gui.hidden_names import HiddenNames
from lesionstudio.gui.item_views import item_view
from lesionstudio.gui.jobs import JobRunner
from lesionstudio.gui.list_order import in_list_order
from lesionstudio.gui.views import ItemView, Notice, Reading
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask, SliceStatus
from lesionstudio.imaging.rulers import Ruler
from lesionstudio.project.fates import Fate
from lesionstudio.project.found_again import take_in
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import ItemRecord, Role, WorkItem
from lesionstudio.settings import Settings, config_folder, save_settings
from lesionstudio.words import _

RECENT = 8


class Study(QObject):
    """What the session stands on: project, scan list and settings. It knows nothing of the scan on screen."""

    folder_opened = Signal()
    items_changed = Signal()
    item_changed = Signal(str)
    labels_changed = Signal()
    notice = Signal(object)
    reading_changed = Signal(object)
    settings_changed = Signal()
    masks_found = Signal(object)
    scans_gone = Signal(object)
    alive = Signal()

    def __init__(self, settings: Settings, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings, self.runner = settings, runner
        self.autosave = Autosave(runner, self)
        self.project: Project | None = None
        self._rows: dict[str, tuple[WorkItem, ItemRecord, ItemView]] = {}
        self._hidden: HiddenNames | None = None
        self._told_of_choices = False
        self.items_changed.connect(self._forget_aliases)
        self._reader = FolderReader(runner, self)
        self._reader.found.connect(self._add_found)
        self._reader.reading_changed.connect(self.reading_changed)
        self._reader.failed.connect(self.tell_problem)
        self._reader.ended.connect(self._all_found)
        self._reader.masks_found.connect(self.masks_found)
        self._reader.gone.connect(self.scans_gone)

    @property
    def folder(self) -> Path | None:
        """The folder of scans that is open."""
        return self.project.folder if self.project else None

    @property
    def items(self) -> list[ItemView]:
        """The scans of the folder, in the order of the list."""
        if self.project is None:
            return []
        return [self.item_view(item.id) for item in in_list_order(self.project.items.values())]

    def item_view(self, item_id: str) -> ItemView:
        """One row of the scan list, as it is now."""
        item, record = self._project().items[item_id], self.record(item_id)
        kept = self._rows.get(item_id)
        if kept is None or kept[0] is not item or kept[1] is not record:
            view = item_view(item, record, holds_out=self.settings.hold_out_slices)
            kept = self._rows[item_id] = (item, record, view)
        return self.hidden.view(kept[2]) if self.hidden is not None else kept[2]

    @property
    def hidden(self) -> HiddenNames | None:
        """What things are called while names are hidden; None while they are not."""
        if not self.settings.hide_names or self.project is None:
            return None
        if self._hidden is None:
            self._hidden = HiddenNames(self.project)
        return self._hidden

    def shown(self, words: str) -> str:
        """The words as they may stand on the screen: without names while these are hidden."""
        return self.hidden.words(words) if self.hidden is not None else words

    def _forget_aliases(self) -> None:
        self._hidden = None

    @property
    def known_items(self) -> Mapping[str, WorkItem]:
        """The study's items by id."""
        return self.project.items if self.project is not None else {}

    @property
    def study_settings(self) -> dict[str, Any]:
        """This study's choices, as JSON values; lost when nothing is open."""
        return self.project.settings if self.project is not None else {}

    @property
    def labels(self) -> LabelSet:
        """The study's labels."""
        return self.project.labels if self.project else LabelSet.first()

    def reading(self) -> Reading | None:
        """How far the search of the folder is; None when it is done."""
        return self._reader.reading

    def _add_found(self, found: tuple[Any, ...]) -> None:
        if self.project is None:
            return
        for one in found:
            take_in(self.project, one)
        self.items_changed.emit()

    def _all_found(self) -> None:
        if self.project is not None and self.settings.hold_out_slices:
            self.project.deal_roles(self._keep_roles)
        self.save_project()
        self.items_changed.emit()

    def list_changed(self) -> None:
        """Items joined or left the list: roles are dealt to those that have none, and whoever shows them is told."""
        self._rows.clear()
        if self.project is not None and self.settings.hold_out_slices:
            self.project.deal_roles(self._keep_roles)
        self.items_changed.emit()

    def save_project(self) -> None:
        """Writes down the study's labels, items and settings, in the background."""
        if self.project is not None and not self.project.read_only:
            self.autosave.write_down("project", self.project.save)

    def record(self, item_id: str) -> ItemRecord:
        """What is written down of an item: status, role and flag of each slice."""
        return self._project().record(item_id)

    def _keep_in_record(self, item_id: str, **facts: Any) -> None:
        project = self._project()
        project.records[item_id] = replace(project.record(item_id), **facts)
        name = f"{item_id} {sorted(facts)}"
        self.autosave.write_down(name, lambda: project.update_record(item_id, **facts))

    def _keep_roles(self, item_id: str, record: ItemRecord) -> None:
        self._keep_in_record(item_id, roles=record.roles)

    def keep_rulers(self, item_id: str, rulers: tuple[Ruler, ...]) -> None:
        """Writes down the lengths and angles drawn on an item; nothing where the study is open for looking only."""
        if self.project is not None and not self.project.read_only and item_id in self.project.items:
            self._keep_in_record(item_id, rulers=rulers)

    def keep_seconds(self, item_id: str, spent: Mapping[int, float], *, now: bool) -> bool:
        """Adds to the seconds spent on slices: in the journal, if the mask has one; else in the record, if asked `now`.

        Says whether it did.
        """
        if self.project is None or self.project.read_only:
            return False
        before = self.project.record(item_id).seconds
        seconds = {**before, **{k: before.get(k, 0.0) + more for k, more in spent.items()}}
        if now:
            self._keep_in_record(item_id, seconds=seconds)
        elif self.autosave.journal.note_seconds(item_id, seconds):
            self.project.records[item_id] = replace(self.project.record(item_id), seconds=seconds)
        else:
            return False
        return True

    def keep_fates(self, item_id: str, fates: Mapping[int, Fate]) -> None:
        """Writes down what became of the drafts of these slices."""
        if self.project is not None and not self.project.read_only:
            self._keep_in_record(item_id, fates={**self.record(item_id).fates, **fates})

    def note_statuses(self, item_id: str, mask: Mask) -> None:
        """Writes down how far the slices of an item are and which labels are on them, as its mask says."""
        record = self.record(item_id)
        statuses, marks = tuple(SliceStatus(int(status)) for status in mask.statuses), mask.marks()
        if (record.statuses, record.marks) != (statuses, marks):
            now = self._project().records[item_id] = replace(record, statuses=statuses, marks=marks)
            self._release_first_mark(item_id, record, now)
            self.item_changed.emit(item_id)

    def _release_first_mark(self, item_id: str, before: ItemRecord, now: ItemRecord) -> None:
        """What is held out must not keep a small study from learning: its first checked mark is learned from."""
        pairs = enumerate(zip(before.statuses, now.statuses))
        fresh = [k for k, (old, new) in pairs if new == SliceStatus.CHECKED != old and k in (now.marks or {})]
        try:
            released = [self._project().release_first_marked(item_id, k, self._keep_roles) for k in fresh]
        except ProjectProblem as problem:
            self.tell_problem(problem)
            return
        if any(released):
            self.save_project()
            self.items_changed.emit()

    def held_out(self, item_id: str) -> frozenset[int]:
        """Slices of an item that are set aside to measure the model; none while that is switched off."""
        roles = self.record(item_id).roles if self.settings.hold_out_slices else ()
        return frozenset(k for k, role in enumerate(roles) if role == Role.HELD_OUT)

    def set_aside_for_testing(self, item_ids: Collection[str], on: bool) -> None:
        """Every slice of these items is never learned from and only judged by in Results; or has its old role again."""
        project = self._project()
        for item_id in item_ids:
            slices = len(project.record(item_id).roles)
            self._keep_in_record(item_id, roles=(Role.TEST,) * slices if on else project.dealt_roles(item_id))
        self.items_changed.emit()

    def held_out_unchecked(self, item_id: str) -> frozenset[int]:
        """Slices of an item that measure the model and are not checked yet: they show no draft."""
        record = self.record(item_id)
        tested = frozenset(k for k, role in enumerate(record.roles) if role == Role.TEST)
        measuring = self.held_out(item_id) | tested
        return frozenset(k for k in measuring if record.statuses[k] != SliceStatus.CHECKED)

    def apply_settings(self, settings: Settings) -> None:
        """Takes on and saves the person's choices."""
        before, self.settings = self.settings, settings
        self.runner.run("save", _("Saving"), save_settings, settings).failed.connect(self._choices_not_kept)
        self.settings_changed.emit()
        if settings.hide_names != before.hide_names:
            self.items_changed.emit()
        if settings.hold_out_slices != before.hold_out_slices:
            self._rows.clear()
            self.items_changed.emit()
        if settings.hold_out_slices and not before.hold_out_slices and self.reading() is None:
            self._all_found()

    def _choices_not_kept(self, problem: BaseException) -> None:
        """Said once: what a person chooses counts all the same, until the window is closed."""
        if not isinstance(problem, OSError):
            self.tell_problem(problem)
        elif not self._told_of_choices:
            self._told_of_choices = True
            text = _("{folder} cannot be written: {reason}. They count until the window is closed.")
            told = text.format(folder=config_folder(), reason=problem.strerror or problem)
            self.tell(Notice("warning", _("Choices cannot be kept."), told))

    def _remember(self, folder: Path) -> None:
        recent = [str(folder), *(path for path in self.settings.recent if path != str(folder))][:RECENT]
        self.apply_settings(replace(self.settings, recent=tuple(recent)))

    def tell(self, notice: Notice) -> None:
        """Shows a sentence over the picture."""
        if self.hidden is not None:
            title, text = self.shown(notice.title), self.shown(notice.text)
            notice = replace(notice, title=title, text=text, details=self.shown(notice.details))
        self.notice.emit(notice)

    def tell_problem(self, problem: BaseException) -> None:
        """Shows a failure a person can act on; anything else is a bug and goes to the last-resort hook."""
        if not isinstance(problem, LesionStudioError):
            raise problem
        self.tell(Notice("error", problem.message, problem.hint))

    def _project(self) -> Project:
        if self.project is None:
            raise RuntimeError("no folder is open")
        return self.project
