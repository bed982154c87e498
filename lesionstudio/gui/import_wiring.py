"""ImportWiring: the import sheet and what is behind it: files found, looked at, shown on their scans, taken in."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.dialogs.import_masks import ImportSheet
from lesionstudio.gui.import_plan import ImportPlan
from lesionstudio.gui.import_search import MASK_ENDINGS, MaskSearch, scan_facts
from lesionstudio.gui.importing import Importing
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.messages import choose_files, choose_folder
from lesionstudio.gui.session import Session
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.imaging.found_masks import By, FoundMask, Matched
from lesionstudio.imaging.labels import MOST_LABELS
from lesionstudio.imaging.mask_values import NEW, Turn
from lesionstudio.imaging.pairs import is_picture_name
from lesionstudio.progress import Progress
from lesionstudio.words import _, ngettext
from lesionstudio.workflows.import_masks import Preview, Previews, look_at_masks

_SOON_MS = 80
_ANSWERS = "mask_answers"


class ImportWiring(QObject):
    """One sheet at a time; what it asks for is done in the background, and only the newest answer is shown."""

    def __init__(self, window: MainWindow, session: Session, importing: Importing) -> None:
        super().__init__(window)
        self._window, self._session, self._importing = window, session, importing
        self._places: list[Path] = []
        self._by: By = "name"
        self._finding: Job | None = None
        self._looking: Job | None = None
        self._showing: Job | None = None
        self._row = -1
        self._previews = Previews()
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._answered)
        self.sheet: ImportSheet | None = None
        self.plan = ImportPlan((), session.labels)

    def show(self, masks: Sequence[Path] = ()) -> None:
        """Opens the sheet, on these masks, else on those found beside the scans if there are any."""
        project = self._session.project
        if project is None or project.read_only:
            return
        self._places, self._by, self._row = [], "name", -1
        facts = [replace(scan, name=self._session.item_view(scan.id).name) for scan in scan_facts(project)]
        self.plan = ImportPlan(facts, self._session.labels, self._session.label_in_use)
        self.plan.hides_names = self._session.hidden is not None
        self.sheet = sheet = ImportSheet(self._window, self._window.look, self.plan)
        self._connect(sheet)
        fresh = {} if masks else self._importing.fresh
        found = {key: path for key, path in fresh.items() if key in self.plan.scans}
        if found:
            words = ngettext("{n} mask found beside the scans", "{n} masks found beside the scans", len(found))
            self._places = list(found.values())
            self._take(Matched(tuple(FoundMask.of(path) for path in found.values()), tuple(found)), words)
        present(sheet)
        if not sheet.isVisible():  # another sheet is open
            self.sheet = None
        elif masks:
            self.find(list(masks))
        elif folders := _folders_of_segments(found.values()):  # several may belong to one series
            self.find([*folders, *(path for path in found.values() if not set(folders) & set(path.parents))])
        elif not found:  # pictures with masks beside them may be slices of a volume by now
            self.find([path for key, path in self._importing.found.items() if project.joined.member(key)])

    def find(self, places: list[Path]) -> None:
        """Looks for masks in folders and among files, and pairs them with the scans by their names."""
        project = self._session.project
        if project is None or not places:
            return
        self._places = places
        self._stop()
        words = str(places[0]) if len(places) == 1 else _("{n} files").format(n=len(places))
        wanted = MaskSearch.of(project, places, self._by)
        job = self._session.runner.run("files", _("Searching"), wanted.find)
        self._finding = job
        job.succeeded.connect(lambda found: self._take(found, words) if job is self._finding else None)
        job.failed.connect(self._session.tell_problem)

    # What the sheet asks for

    def _connect(self, sheet: ImportSheet) -> None:
        sheet.folder_wanted.connect(self._choose_folder)
        sheet.files_wanted.connect(self._choose_files)
        sheet.by_wanted.connect(self._pair_by)
        sheet.trust_wanted.connect(self._trust)
        sheet.import_wanted.connect(self._import)
        sheet.finished.connect(self._closed)
        sheet.table.pair_wanted.connect(self._pair)
        sheet.table.tick_wanted.connect(self._tick)
        sheet.table.row_chosen.connect(self._show_row)
        sheet.values.kind_wanted.connect(self._say)
        sheet.values.threshold_wanted.connect(lambda value: self._say(self.plan.kind or "white", value))
        sheet.values.label_wanted.connect(self._map)
        sheet.keep.keep_wanted.connect(self._keep)
        sheet.overlap.overlap_wanted.connect(self._let_win)
        sheet.preview.turn_wanted.connect(self._lay)
        sheet.preview.slice_wanted.connect(self._preview)

    def _choose_folder(self) -> None:
        chosen = choose_folder(self._window, _("Folder of masks"), self._start)
        self.find([Path(chosen)] if chosen else [])

    def _choose_files(self) -> None:
        kinds = f"{_('Masks ({endings})').format(endings=MASK_ENDINGS)};;{_('All files')} (*)"
        self.find([Path(path) for path in choose_files(self._window, _("Masks"), self._start, kinds)])

    @property
    def _start(self) -> str:
        first = self._places[0] if self._places else self._session.folder
        return str(first if first is None or first.is_dir() else first.parent) if first else ""

    def _pair_by(self, by: By) -> None:
        self._by = by
        self.find(self._places)

    def _trust(self, on: bool) -> None:
        self.plan.trust = on

    def _pair(self, n: int, scan_id: str) -> None:
        self.plan.pair(n, scan_id)
        self._show_plan()
        self._look()
        self._show_row(n)

    def _tick(self, n: int, on: bool) -> None:
        self.plan.off = self.plan.off - {n} if on else self.plan.off | {n}
        self._answered(n)

    def _say(self, kind: Any, threshold: int | None = None) -> None:
        self.plan.say(kind, threshold)
        self._answered()
        self._preview()

    def _let_win(self, overlap: Any) -> None:
        self.plan.segments.overlap = overlap
        self._answered()
        self._preview()

    def _map(self, value: Any, label: int) -> None:
        self.plan.map(value, label)
        self._answered()
        self._preview()

    def _keep(self, keep: Any) -> None:
        self.plan.keep = keep
        self._answered()

    def _lay(self, turn: Turn, all_of_them: bool) -> None:
        if 0 <= self._row < len(self.plan.masks):
            self.plan.lay(self._row, turn, all_of_them=all_of_them)
            self._show_plan()
            self._preview()

    def _import(self) -> None:
        plan, made = self.plan, list[int]()
        table = {value: plan.label_of(value) for value in plan.shown_values}
        labels = self._session.labels
        for value in [value for value, label in table.items() if label == NEW]:
            taken = {label.number for label in labels.labels}
            wished = plan.new_label(value, labels.next_number)[1]
            number = wished if wished and wished not in taken else labels.next_number
            if number > MOST_LABELS:
                continue
            name, _wished, colour = plan.new_label(value, number)
            labels = labels.add(name, number)
            labels = labels.changed(number, colour=colour) if colour else labels
            table[value] = number
            made.append(number)
        if made:
            self._session.set_labels(labels)
        self._session.study_settings.setdefault(_ANSWERS, {})[self._key] = plan.answer
        self._session.save_project()
        keep = plan.keep or "mine"
        self._importing.import_masks(plan.wishes(table), keep=keep, trust=plan.trust, made=made)

    # What comes back

    def _take(self, found: Matched, words: str) -> None:
        if self.sheet is None:
            return
        answers = self._session.study_settings.get(_ANSWERS, {})
        self.plan.take(found, answers.get(self._key))
        words = _("Name hidden") if self.plan.hides_names else words
        self.sheet.show_from(words if found.masks else _("{where}: no mask found").format(where=words))
        self.sheet.table.clearSelection()
        self._show_plan()
        self._look()
        self._show_row(self.sheet.table.mask_at(self.sheet.table.currentRow()))

    def _look(self) -> None:
        project, wanted = self._session.project, self.plan.unlooked
        if self._looking is not None:
            self._looking.cancel()
        if project is None or not wanted:
            self._looking = None
            return
        asked = [(n, self.plan.masks[n], project.items.get(self.plan.scan_of[n])) for n in wanted]
        self._looking = job = self._session.runner.run("files", _("Looking at masks"), look_at_masks, project, asked)
        job.progressed.connect(lambda progress: self._heard(job, progress))
        job.failed.connect(self._session.tell_problem)
        job.ended.connect(lambda: self._looked(job))

    def _heard(self, job: Job, progress: Progress) -> None:
        if job is self._looking and self.sheet is not None and progress.partial is not None:
            n, census = progress.partial
            self.plan.heard(n, census)
            self.sheet.table.refresh(n)
            if not self._soon.isActive():
                self._soon.start()

    def _looked(self, job: Job) -> None:
        if job is self._looking:
            self._soon.stop()
            self._answered()
            self._preview()

    def _show_row(self, n: int) -> None:
        self._row = n
        self._preview()

    def _preview(self, k: int | None = None) -> None:
        """Shows the pair of the row that is chosen: slice k, or the one with the most marks."""
        project, plan, n = self._session.project, self.plan, self._row
        if self.sheet is None or project is None:
            return
        if self._showing is not None:
            self._showing.cancel()
        item = project.items.get(plan.scan_of[n]) if 0 <= n < len(plan.masks) else None
        census = plan.censuses.get(n)
        if item is None or census is None or census.error:
            words = "\n".join((plan.problem(n), plan.hint(n))).strip() if census else _hint(plan, n)
            self.sheet.preview.show_nothing(words)
            self.sheet.show_notes(())
            return
        self.sheet.show_notes(census.notes)
        wish = plan.wish(n, plan.preview_table()[0])
        show = self._previews.preview
        self._showing = job = self._session.runner.run("files", _("Reading"), show, project, item, wish, k)
        job.succeeded.connect(lambda preview: self._show_preview(job, n, preview))
        job.failed.connect(self._session.tell_problem)

    def _show_preview(self, job: Job, n: int, preview: Preview) -> None:
        if job is self._showing and self.sheet is not None:
            colours = self.plan.preview_table()[1]
            title = self.plan.name_of(n)
            self.sheet.preview.show_preview(preview, title, self.plan.turn(n), colours, len(self.plan.masks))

    def _show_plan(self) -> None:
        if self.sheet is not None:
            self.sheet.show_plan()

    def _answered(self, n: int | None = None) -> None:
        if self.sheet is None:
            return
        if n is not None:
            self.sheet.table.refresh(n)
        self.sheet.show_answers()

    @property
    def _key(self) -> str:
        """What the answers for these masks are kept under: their folder, as the study sees it."""
        first = self._places[0] if self._places else Path()
        place, folder = first if first.is_dir() else first.parent, self._session.folder
        inside = folder is not None and place.is_relative_to(folder)
        return place.relative_to(folder).as_posix() if inside and folder is not None else place.as_posix()

    def _stop(self) -> None:
        for job in (self._finding, self._looking, self._showing):
            if job is not None:
                job.cancel()
        self._finding = self._looking = self._showing = None

    def _closed(self) -> None:
        self._stop()
        self.sheet, self._previews = None, Previews()


def _folders_of_segments(found: Iterable[Path]) -> list[Path]:
    """Where there may be more masks of the same series: beside those that are called as no picture is."""
    named = {path.parent for path in found if not is_picture_name(path.name) or path.suffix.lower() == ".dcm"}
    return sorted(folder for folder in named if not any(other in folder.parents for other in named))


def _hint(plan: ImportPlan, n: int) -> str:
    if 0 <= n < len(plan.masks) and not plan.scan_of[n]:
        return _("Choose its scan in the row, or drag it onto one.")
    return "" if plan.masks else _("Choose a folder of masks, or files.")
