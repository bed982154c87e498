"""ClassifyWiring: joins Classifying and Explaining with the Classify page: what is shown and what is said of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from lesionstudio.gui.classify_heat import ClassifyHeat
from lesionstudio.gui.classify_saving import ClassifySaving
from lesionstudio.gui.classify_scan import ClassifyScan, found_in
from lesionstudio.gui.kinds import Kind, Looked
from lesionstudio.gui.messages import choose_files
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.readout import voxel_text
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.classify_page import ClassifyPage

_LOTS_MS = 150


class ClassifyWiring(QObject):
    """Made with the window; the page when it is first wanted. `shown`: is told that another page is on screen."""

    def __init__(self, parts: Parts, shown: Callable[[], object], add_model: Callable[[], object]) -> None:
        super().__init__(parts.window)
        self._parts, self._window, self._session = parts, parts.window, parts.session
        self._classifying, self._actions = parts.classifying, parts.window.actions_by_verb
        self._shown, self._add_model = shown, add_model
        self._page: ClassifyPage | None = None
        self._scan = ClassifyScan(parts, self)
        self._heat: ClassifyHeat | None = None
        self._pictures: list[Looked] = []
        self.saving = ClassifySaving(parts, self._scan, self)
        self._lots = QTimer(self, singleShot=True, interval=_LOTS_MS)
        self._lots.timeout.connect(self.refresh)
        self._classifying.changed.connect(self._refresh_soon)
        self._classifying.answered.connect(self._take_answers)
        self._scan.opened.connect(self._show_scan)
        self._scan.slice_changed.connect(self._show_slice)
        self._scan.window_changed.connect(self._show_window)
        parts.thumbnails.made.connect(self._show_thumbnail)
        self._actions.on("classify_page", self.show)
        self._actions.on("close_folder", self._leave)

    @property
    def is_shown(self) -> bool:
        """Whether the Classify page is shown."""
        return self._page is not None and self._window.page_beside is self._page

    def show(self) -> None:
        """Shows what pictures show, and why; without a folder only of pictures that are dropped."""
        if self._page is None:
            self._page = self._made()
            self._heat = ClassifyHeat(self._parts, self._page, self._scan)
        self._actions["classify_page"].setChecked(True)
        if self._session.folder is None:
            self._window.show_alone(self._page)
        else:
            self._window.draw_page.show_beside(self._page)
        self._scan.show_session()
        self.refresh()
        self._page.take_focus()
        self._shown()

    def show_hints(self) -> None:
        """Says what the keys do, and which classifier is asked."""
        wheel = [((_("Wheel"),), _("slices"))] if self._scan.is_volume else []
        about = ((), _("dropped pictures are only looked at"))
        back = [(self._actions.caps("close_folder"), _("start page"))] if self._session.folder is None else []
        self._window.status_bar.show_hints([(("H",), _("hide heat map while held")), *wheel, *back, about])
        used = self._classifying.classifier
        words = used.title if used is not None else ""
        self._window.status_bar.show_cells(voxel="", position="", value="", label=words)

    def take(self, paths: Sequence[Path]) -> bool:
        """Looks at what was dropped, if this page is on screen; whether it is."""
        if self.is_shown:
            self.look_at(paths)
        return self.is_shown

    def look_at(self, paths: Sequence[Path]) -> None:
        """Looks at pictures that were dropped or chosen; they do not join the study."""
        job = self._parts.runner.run("files", _("Reading"), found_in, list(paths))
        job.succeeded.connect(self._take_dropped)
        job.failed.connect(self._session.tell_problem)

    def open_item(self, item_id: str) -> bool:
        """Shows a scan of the list, if this page is on screen; whether it is."""
        if self.is_shown:
            self._scan.open_item(item_id)
        return self.is_shown

    def refresh(self) -> None:
        """Shows all that is known."""
        page = self._page
        if page is None or not self.is_shown:
            return
        has_classifier = self._classifying.classifier is not None
        page.show_sections(answers=has_classifier)
        pictures = self._classifying.pictures
        broken = {one.key: Kind(error=one.error, hint=one.hint) for one in pictures if one.error}
        kinds = {one.key: broken.get(one.key) or self._classifying.known.get(one.key) for one in pictures}
        page.all.show_pictures(pictures, kinds, self._classifying.running == "asked")
        page.all.tiles.show_current(self._scan.key)
        self._parts.thumbnails.ask([(one.key, one.source) for one in pictures if one.is_dropped and not one.error])
        if pictures is not self._pictures:
            self._pictures = pictures
            page.all.tiles.show_stamps({one.key: self._parts.thumbnails.image(one.key) for one in pictures})
        self._show_answer()

    # The picture

    def _show_scan(self) -> None:
        page, scan = self._page, self._scan
        if page is None or self._heat is None:
            return
        self._heat.begin()
        page.view.set_scan(scan.scan, None)
        page.show_picture(there=scan.scan is not None)
        picture = self._classifying.picture(scan.key)
        if picture is not None and picture.error:
            page.show_broken(picture.name, picture.error)
        if scan.scan is not None:
            page.view.set_slice(scan.k)
            page.view.set_window(*scan.window)
        page.all.tiles.show_current(scan.key)
        if self.is_shown:
            self.show_hints()
        self._show_answer()

    def _show_slice(self) -> None:
        if self._page is not None:
            self._page.view.set_slice(self._scan.k)
            self._show_answer()

    def _show_window(self) -> None:
        if self._page is not None:
            self._page.view.set_window(*self._scan.window)

    def _point(self, pointer: object) -> None:
        scan = self._scan.scan
        if pointer is None or scan is None or not getattr(pointer, "inside", False):
            self._window.status_bar.show_cells(voxel="")
            return
        row, column = pointer.row, pointer.column  # type: ignore[attr-defined]
        self._window.status_bar.show_cells(voxel=voxel_text(scan.slices, self._scan.k, row, column))

    # The answer

    def _take_answers(self, keys: Sequence[str]) -> None:
        if self._scan.key in keys:
            self._show_answer()
        self._refresh_soon()

    def _refresh_soon(self) -> None:
        if not self._lots.isActive():
            self._lots.start()

    def _show_answer(self) -> None:
        page, key = self._page, self._scan.key
        if page is None or not self.is_shown:
            return
        kind = self._classifying.kind(key)
        if self._classifying.classifier is None:
            page.answer.show_none()
        elif kind is not None:
            page.answer.show_kind(kind)
        else:
            waits = _("No answer") if self._classifying.has_no_answer(key) else _("Looking")
            page.answer.show_waiting(waits if key else _("Nothing yet"))
            if key:
                self._classifying.look_at(key)
        if self._heat is not None:
            self._heat.refresh(kind)

    # Pictures from elsewhere

    def _take_dropped(self, found: list[FoundScan]) -> None:
        keys = self._classifying.take(found)
        picture = self._classifying.picture(keys[0]) if keys else None
        if picture is not None:
            self._scan.open_picture(picture)
        self.refresh()

    def _choose_pictures(self) -> None:
        chosen = choose_files(self._window, _("Choose pictures"), str(self._session.folder or ""))
        if chosen:
            self.look_at([Path(one) for one in chosen])

    def _clear_dropped(self) -> None:
        self._classifying.forget_dropped()
        self._scan.show_session(afresh=True)
        self.refresh()

    def _open(self, key: str) -> None:
        picture = self._classifying.picture(key)
        if picture is not None:
            self._scan.open_picture(picture)

    def _show_thumbnail(self, key: str, image: QImage) -> None:
        if self._page is not None:
            self._page.all.tiles.show_picture(key, image)

    # Within

    def _leave(self) -> None:
        """Back to the start page, where no folder is open."""
        if self._session.folder is None and self.is_shown:
            self._actions["draw"].setChecked(True)
            self._window.show_start()
            self._shown()

    def _show_classifier(self) -> None:
        from lesionstudio.gui.dialogs.classifier_sheet import ClassifierSheet

        classifiers = self._classifying.classifiers
        if classifiers.in_use is None:
            return
        sheet = ClassifierSheet(self._window, self._window.look, classifiers.all, classifiers.in_use)
        sheet.chosen.connect(classifiers.choose)
        sheet.add_wanted.connect(self._add_model)
        present(sheet)

    def _made(self) -> "ClassifyPage":
        from lesionstudio.gui.classify_page import ClassifyPage

        page = ClassifyPage(self._window.look)
        page.view.slice_wanted.connect(self._scan.go_to_slice)
        page.view.window_dragged.connect(self._scan.set_window)
        page.view.pointer_moved.connect(self._point)
        page.save_wanted.connect(lambda: self.saving.save_picture(page.view.heat, page.opacity))
        page.answer.classifier_wanted.connect(self._show_classifier)
        page.answer.add_wanted.connect(self._add_model)
        page.why.slice_wanted.connect(self._scan.go_to_slice)
        page.banners.action_wanted.connect(self._window.banner_answered)
        page.all.tiles.wanted.connect(self._open)
        page.all.choose_wanted.connect(self._choose_pictures)
        page.all.clear_wanted.connect(self._clear_dropped)
        page.all.ask_wanted.connect(self._classifying.ask_all)
        page.all.stop_wanted.connect(self._classifying.cancel)
        page.all.table_wanted.connect(self.saving.save_table)
        page.all.heat_maps_wanted.connect(self.saving.save_heat_maps)
        return page
