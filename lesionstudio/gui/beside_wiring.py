"""BesideWiring: joins the second series with its picture, which follows the first one and leads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QMenu

from lesionstudio.gui.beside import Second
from lesionstudio.gui.draw_page import MAP_WIDTH
from lesionstudio.gui.panels.beside_bar import BesideBar, why_words
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.scan_wiring import ScanWiring
from lesionstudio.gui.second_picture import SecondPicture
from lesionstudio.gui.viewer.twin_view import TwinView
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, preset_window, presets_for
from lesionstudio.words import _

_REFRESH_MS = 16


class BesideWiring(QObject):
    """Made with the first scan; bar and picture when they are first wanted."""

    def __init__(self, parts: Parts, scan_wiring: ScanWiring) -> None:
        super().__init__(parts.window)
        self._parts, self._session, self._beside = parts, parts.session, parts.beside
        self._actions, self._page = parts.window.actions_by_verb, parts.window.draw_page
        self._main, self._crosshair, self._three = scan_wiring.main, scan_wiring.crosshair, scan_wiring.three
        self._bar: BesideBar | None = None
        self._picture: SecondPicture | None = None
        self._shown: Second | None = None
        self._is_leading = False
        self._changed = EMPTY_BOX
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self._refresh)
        self._connect()
        self._allow()

    def _connect(self) -> None:
        session, main = self._session, self._main.view
        self._beside.changed.connect(self._show)
        self._parts.turning.changed.connect(self._turn)
        self._actions.on("side_by_side", self._beside.toggle)
        self._page.stage.scan_dropped.connect(self._beside.show)
        self._page.worklist.beside_wanted.connect(self._beside.show)
        self._page.escapes.insert(0, self._escape)
        session.scan_opened.connect(self._allow)
        session.scan_closed.connect(self._allow)
        session.region_changed.connect(self._note_region)
        session.labels_changed.connect(self._show_style)
        session.settings_changed.connect(self._show_style)
        self._crosshair.moved.connect(self._follow)
        self._three.changed.connect(self._make_room)
        main.view_changed.connect(self._follow)
        main.pointer_moved.connect(self._show_twin_there)
        main.held_changed.connect(lambda _held: self._show_hidden())
        self._actions["hide_mask"].toggled.connect(lambda _on: self._show_hidden())

    # On and off

    def _allow(self) -> None:
        self._actions.allow("side_by_side", self._session.scan is not None)

    def _escape(self) -> bool:
        was_on = self._beside.second is not None
        if was_on:
            self._beside.close()
        return was_on

    def _make_room(self) -> None:
        """Three views of one series leave no room for a second one."""
        if self._page.views.is_three and self._beside.second is not None:
            self._beside.close()

    def _show(self) -> None:
        second, before = self._beside.second, self._shown
        self._shown = second
        self._actions["side_by_side"].setChecked(second is not None)
        if second is None:
            self._hide()
            return
        bar, picture = self._made()
        if before is None and self._page.views.is_three:
            self._actions.trigger("one_view")
        self._page.stage.show_beside(True)
        self._page.banners.begin_under(bar.height())
        bar.show_link(second)
        here, there = (self._session.item_view(one).name for one in (self._session.current_id, second.item.id))
        second.scan.name = there if self._session.hidden is not None else second.scan.name
        bar.show_names(here, there)
        if before is None or before.scan is not second.scan or before.link is not second.link:
            self._show_scan(second, picture)
        self._follow()
        if not second.is_linked and (before is None or before.item.id != second.item.id):
            self._session.tell(Notice("info", _("The two series are not linked."), why_words(second.how)))

    def _turn(self) -> None:
        """The first picture was turned or mirrored: so is the second."""
        if self._shown is not None and self._picture is not None:
            self._show_scan(self._shown, self._picture)
            self._follow()

    def _hide(self) -> None:
        if self._picture is not None:
            self._page.stage.show_beside(False)
            self._page.banners.begin_under(0)
            self._picture.forget()
            self._main.view.set_twin(None)
            self._main.view.fit_again()

    def _show_scan(self, second: Second, picture: SecondPicture) -> None:
        mask = self._session.mask
        if mask is not None:
            picture.show_second(second, mask, self._main)
            picture.view.set_window(self._beside.window_of(second))
            self._show_style()

    def _made(self) -> tuple[BesideBar, SecondPicture]:
        if self._bar is None or self._picture is None:
            self._bar, self._picture = BesideBar(self._parts.window.look, MAP_WIDTH), SecondPicture(self._parts.runner)
            self._page.stage.put_beside(self._bar, self._picture.view)
            self._bar.link_wanted.connect(self._link)
            self._bar.unlink_wanted.connect(self._beside.unlink)
            self._bar.reset_wanted.connect(self._beside.link_as_before)
            self._bar.closed.connect(self._beside.close)
            self._connect_view(self._picture.view)
        return self._bar, self._picture

    def _connect_view(self, view: TwinView) -> None:
        view.slice_wanted.connect(self._scroll)
        view.part_shown.connect(self._lead)
        view.resized.connect(self._follow)
        view.window_dragged.connect(self._use_window)
        view.pointer_moved.connect(self._show_twin_here)
        view.menu_wanted.connect(self._show_menu)

    # What is linked

    @contextmanager
    def _leading(self) -> Iterator[None]:
        """Inside, nobody follows: what moves was moved to follow."""
        self._is_leading = True
        try:
            yield
        finally:
            self._is_leading = False

    def _follow(self) -> None:
        """Brings the second picture to where the first one is."""
        if self._picture is not None and self._shown is not None and self._shown.is_linked and not self._is_leading:
            with self._leading():
                self._picture.follow()

    def _lead(self) -> None:
        """The second picture was moved or zoomed: so is the first."""
        if self._picture is not None and self._shown is not None and self._shown.is_linked and not self._is_leading:
            with self._leading():
                self._picture.lead()

    def _scroll(self, k: int) -> None:
        if self._picture is None or self._shown is None:
            return
        self._picture.view.set_slice(k)
        if self._shown.is_linked:
            with self._leading():
                self._crosshair.go_along(self._main.plane, self._picture.slice_here(k))
                self._picture.say_beyond(False)

    def _link(self) -> None:
        if self._picture is not None:
            self._beside.link_places(*self._picture.middles())

    def _show_twin_there(self, pointer: object) -> None:
        if self._picture is not None and self._shown is not None:
            self._picture.show_twin(pointer if self._shown.is_linked else None)

    def _show_twin_here(self, pointer: object) -> None:
        if self._picture is not None and self._shown is not None:
            place = self._picture.place_here(pointer) if self._shown.is_linked else None
            self._main.view.set_twin(place)

    # How it looks

    def _note_region(self, box: Box) -> None:
        """While painting the first picture goes first; the second takes in what came together."""
        if self._shown is not None:
            self._changed = self._changed.union(box)
            if not self._soon.isActive():
                self._soon.start()

    def _refresh(self) -> None:
        changed, self._changed = self._changed, EMPTY_BOX
        if self._picture is not None and self._shown is not None:
            self._picture.refresh(changed)

    def _show_style(self) -> None:
        if self._picture is not None and self._shown is not None:
            settings, view = self._session.settings, self._picture.view
            view.set_labels(self._session.labels)
            view.set_opacity(settings.mask_opacity)
            view.set_outline_only(settings.outline_only)
            self._show_hidden()

    def _show_hidden(self) -> None:
        if self._picture is not None:
            self._picture.view.hide_marks_while(self._main.view.marks_hidden)

    def _use_window(self, window: Window) -> None:
        if self._picture is not None and self._shown is not None:
            self._beside.windows[self._shown.item.id] = window
            self._picture.view.set_window(window)

    def _use_preset(self, scan: Scan, key: str, k: int) -> None:
        self._use_window(preset_window(scan, key, k))

    def _show_menu(self, place: QPoint) -> None:
        if self._shown is None or self._picture is None:
            return
        menu, scan, k = QMenu(self._parts.window), self._shown.scan, self._picture.own_slice
        for preset in presets_for(scan):
            menu.addAction(preset.name, partial(self._use_preset, scan, preset.key, k))
        menu.addSeparator()
        menu.addAction(_("Open"), partial(self._session.open_item, self._shown.item.id))
        menu.addAction(_("Close the second series"), self._beside.close)
        menu.popup(place)
