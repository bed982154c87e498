"""Wiring: what the session says goes to the panels, and what they ask for goes back to it."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu

from lesionstudio import __version__
from lesionstudio.gui.beside_wiring import BesideWiring
from lesionstudio.gui.classify_wiring import ClassifyWiring
from lesionstudio.gui.compare_wiring import CompareWiring
from lesionstudio.gui.history_wiring import HistoryWiring
from lesionstudio.gui.kind_wiring import KindWiring
from lesionstudio.gui.learn_wiring import LearnWiring
from lesionstudio.gui.lesion_wiring import LesionWiring
from lesionstudio.gui.look_wiring import LookWiring
from lesionstudio.gui.messages import ask_to_lose_edits, ask_to_stop_training
from lesionstudio.gui.model_wiring import ModelWiring
from lesionstudio.gui.name_wiring import NameWiring
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.results_wiring import ResultsWiring
from lesionstudio.gui.running_jobs import RunningJobs
from lesionstudio.gui.scan_wiring import ScanWiring, allow_only
from lesionstudio.gui.testing import Testing
from lesionstudio.gui.toolbox import Toolbox
from lesionstudio.gui.train_wiring import TrainWiring
from lesionstudio.gui.turn_wiring import TurnWiring
from lesionstudio.gui.verbs import Verbs
from lesionstudio.gui.viewer.first_use import draw_once
from lesionstudio.gui.views import JobView, Reading, SavedState
from lesionstudio.settings import Settings
from lesionstudio.words import _

_LOTS_MS = 60
_AT_REST_MS = 400
_NEED_FOLDER = (
    "close_folder",
    "export",
    "find_scan",
    "fold_worklist",
    "fold_panel",
    "draw",
    "results_page",
    "train_folder",
    "next_item",
    "previous_item",
    "tour",
    "stored_values",
    "label_sets",
)


class Wiring(QObject):
    """Joins the window with what is behind it: folder, list, jobs, messages. ScanWiring joins the scan on screen."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._window, self._session = parts, parts.window, parts.session
        self.toolbox = Toolbox(parts)
        self.verbs = Verbs(parts, self.toolbox)
        self._scan: ScanWiring | None = None
        self.history: HistoryWiring | None = None
        self.lesions: LesionWiring | None = None
        self._settings: Settings | None = None
        self._lots = QTimer(self, singleShot=True, interval=_LOTS_MS)
        self._lots.timeout.connect(self._show_items)
        self._at_rest = QTimer(self, singleShot=True, interval=_AT_REST_MS)
        self._at_rest.timeout.connect(self._get_ready)
        shown = ("models", "learner", "judging", "trainer", "exporting", "importing", "classifying", "version_changes")
        workers = {name: getattr(parts, name) for name in shown} | {"converting": self.verbs.converting}
        self._jobs = RunningJobs(workers, self._show_job)
        self._window.actions_by_verb.on("cancel_job", self._jobs.cancel)
        self._window.job_bar.pause_wanted.connect(self._jobs.pause)
        self.learn = LearnWiring(parts)
        self.learn.page_changed.connect(self._show_page)
        self.training = TrainWiring(parts, parts.trainer, self.learn.show_learn)
        self.learn.training_answered.connect(self.training.answer)
        self.results = ResultsWiring(parts, self.learn.open_slice, self._show_page)
        self.training.results_wanted.connect(self.results.show_model)
        self.classify = ClassifyWiring(parts, self._show_page, self.verbs.add_model)
        self._jobs.add("heat_maps", self.classify.saving)
        self.testing = Testing(parts)
        self._menus()
        self._connect_session()
        self._names = NameWiring(parts)
        self._connect_window()
        self._show_possible()
        if self._window.is_on_start_page:
            self._show_folder()
            self._at_rest.start()

    @property
    def scan(self) -> ScanWiring | None:
        """What joins the scan on screen; None until the start page has rested, or a folder is asked for."""
        return self._scan

    def _connect_session(self) -> None:
        session, parts = self._session, self._parts
        session.folder_opening.connect(lambda: QTimer.singleShot(0, self._make_scan))  # while the disk is asked
        session.folder_opened.connect(self._show_folder)
        session.items_changed.connect(self._items_changed)
        session.item_changed.connect(self._item_changed)
        session.reading_changed.connect(self._show_reading)
        session.saved_changed.connect(self._show_saved)
        session.settings_changed.connect(self._show_settings)
        session.notice.connect(self._window.show_notice)
        parts.thumbnails.made.connect(self._show_thumbnail)
        parts.stored_values.answered.connect(self._show_values)
        parts.models.models_changed.connect(self._show_device)
        parts.importing.offered.connect(lambda _found: self._show_possible())

    def _connect_window(self) -> None:
        window, start = self._window, self._window.start_page
        window.dropped.connect(self._take_dropped)
        window.banner_answered.connect(self.verbs.do_notice)
        window.may_close = self._may_close
        start.folder_wanted.connect(self._session.open_folder)
        start.forget_wanted.connect(self.verbs.forget_folder)

    # Folder and list

    def _show_folder(self) -> None:
        folder = self._session.folder
        self._parts.thumbnails.forget()
        self._parts.thumbnails.hu_offset = self._parts.stored_values.hu_offset
        if folder is None:
            self._show_no_folder()
            self._window.status_bar.show_hints(())
            self._window.status_bar.show_cells(voxel=_("Not a medical device"), position="", value="", label="")
        else:
            self._window.draw_page.banners.clear()
            self._make_scan().show_models()
            self._window.show_draw(folder.name)
            self._window.status_bar.show_cells(voxel="")
        self._show_saved(self._session.saved)
        self._show_settings()
        self._show_device()
        self._show_possible()

    def _show_no_folder(self) -> None:
        """The start page; an empty one while another folder is opened: nobody needs to see it come and go."""
        self._window.draw_page.worklist.forget()
        opening = self._session.opening
        if opening is not None:
            self._window.show_opening(self._names.folder_words(opening.name))
        else:
            self._window.show_start()
            self._names.show_all()

    def _get_ready(self) -> None:
        """Nobody asked for a folder yet: what takes long is built and loaded before somebody does."""
        if self._window.isVisible() and self._scan is None:
            self._parts.runner.run("ahead", _("Reading"), draw_once)
            self._make_scan()

    def _make_scan(self) -> ScanWiring:
        page = self._window.draw_page
        if self._scan is None:
            self._scan = ScanWiring(self._parts, self.toolbox)
            self.history = HistoryWiring(self._parts)
            TurnWiring(self._parts, self.toolbox, self._scan)
            for joins in (CompareWiring, BesideWiring, LookWiring):
                joins(self._parts, self._scan)
            KindWiring(self._parts)
            self.lesions = LesionWiring(self._parts)
            self._scan.three.use_lesions(self.lesions)
            page.worklist.item_wanted.connect(self._open_item)
            page.worklist.row_menu_opens.connect(self.testing.fill)
            page.worklist.row_menu_opens.connect(self.verbs.stacks_menu.fill)
            for view in page.views.views:
                view.menu_wanted.connect(self.verbs.show_picture_menu)
            ModelWiring(self._parts, self.verbs)
        return self._scan

    def _open_item(self, item_id: str) -> None:
        if not self.classify.open_item(item_id):
            self.learn.show_draw()
            self._session.open_item(item_id)

    def _take_dropped(self, places: list[Path]) -> None:
        if not self.classify.take(places):
            self.verbs.open_places(places)

    def _show_page(self) -> None:
        if self.results.is_shown:
            self.results.show_hints()
        elif self.classify.is_shown:
            self.classify.show_hints()
        elif self.learn.is_on_learn:
            self._window.status_bar.show_hints(())
        elif self._scan is not None and self._session.scan is not None:
            self._window.status_bar.show_cells(label="")
            self._scan.show_hints()
        self._show_possible()

    def _items_changed(self) -> None:
        if not self._lots.isActive():
            self._lots.start()

    def _show_items(self) -> None:
        if self._session.folder is None:
            return
        self._window.draw_page.worklist.show_items(self._session.items)
        self._window.draw_page.worklist.show_current(self._session.current_id)
        sound = [item for item in self._session.known_items.values() if not item.error]
        self._parts.thumbnails.ask([(item.id, item.source) for item in sound])
        if self._scan is not None:
            self._scan.show_models()

    def _show_values(self) -> None:
        self._parts.thumbnails.forget()
        self._parts.thumbnails.hu_offset = self._parts.stored_values.hu_offset
        self._window.draw_page.banners.dismiss("read_as_ct")
        self._show_items()

    def _item_changed(self, item_id: str) -> None:
        if item_id in self._session.known_items:
            self._window.draw_page.worklist.show_item(self._session.item_view(item_id))

    def _show_thumbnail(self, item_id: str, picture: QImage) -> None:
        self._window.draw_page.worklist.show_picture(item_id, picture)

    def _show_reading(self, reading: Reading | None) -> None:
        if self._session.folder is not None:
            self._window.draw_page.worklist.show_reading(reading)

    # Start page and menus

    def _menus(self) -> None:
        window = self._window
        recent = QMenu(_("Recent folders"), window)
        recent.aboutToShow.connect(lambda: self._names.fill(recent))
        window.use_menus(recent)
        folder = QMenu(window)
        folder.addAction(window.actions_by_verb["open_folder"])
        folder.addMenu(recent)
        folder.addSeparator()
        folder.addAction(window.actions_by_verb["close_folder"])
        window.top_bar.show_folder_menu(folder)

    def _show_job(self, job: JobView | None) -> None:
        self._window.job_bar.show_job(job)
        self._window.actions_by_verb.allow("cancel_job", job is not None)

    def _show_saved(self, saved: SavedState) -> None:
        self._window.top_bar.show_saved(saved)

    def _show_settings(self) -> None:
        settings, before = self._session.settings, self._settings
        self._settings = settings
        self._window.look.use(settings.theme)
        self._window.actions_by_verb.use_keys(settings.shortcuts)
        self._window.actions_by_verb["outline_only"].setChecked(settings.outline_only)
        if self._session.folder is None:
            if before is not None and before.recent != settings.recent:
                self._names.show_all()
            return
        page = self._window.draw_page
        page.display.show_opacity(settings.mask_opacity)

    def _show_device(self) -> None:
        device = self._parts.models.device_text
        start = self._session.folder is None
        words = _("Device: {device}").format(device=device) if start and device else device
        version = _("Version {version}").format(version=__version__) if start else ""
        self._window.status_bar.show_cells(device=words, version=version)

    def _show_possible(self) -> None:
        actions, folder = self._window.actions_by_verb, self._session.folder
        for verb in _NEED_FOLDER:
            actions.allow(verb, folder is not None)
        actions.allow("import_masks", folder is not None and self._session.saved.kind != "read_only")
        actions.allow("cancel_job", bool(self._jobs))
        actions.allow("close_folder", folder is not None or self.classify.is_shown)
        self.learn.show_ready()
        if self._scan is not None:
            self._scan.show_possible()
        else:
            allow_only(actions, set())
            actions.allow("undo", False)
            actions.allow("redo", False)

    def _may_close(self) -> bool:
        """Whether nothing is lost by closing now; while the disk is asked, the window stays and closes by itself."""
        self._session.autosave.flush()
        journal, risk = self._session.autosave.journal, self._session.autosave.risk
        if risk:
            may = ask_to_lose_edits(self._window, self._window.look, risk)
        elif not journal.is_settled:
            self._session.autosave.once_decided(self._window.close)
            return False
        else:
            may = not self._parts.trainer.is_running or ask_to_stop_training(self._window, self._window.look)
        if not may:
            return False
        journal.give_up()
        self._session.close_folder()
        return True
