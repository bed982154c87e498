"""CompareWiring: joins the comparison with its action, its bar under the picture, and the picture itself."""

from pathlib import Path

from PySide6.QtCore import QObject

from lesionstudio.gui.import_search import MASK_ENDINGS
from lesionstudio.gui.messages import choose_file
from lesionstudio.gui.panels.compare_bar import CompareBar
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.scan_wiring import ScanWiring
from lesionstudio.words import _

_NEED_REFERENCE = ("next_difference", "previous_difference")


class CompareWiring(QObject):
    """Made with the first scan; the bar when it is first wanted."""

    def __init__(self, parts: Parts, scan_wiring: ScanWiring) -> None:
        super().__init__(parts.window)
        self._window, self._session, self._comparing = parts.window, parts.session, parts.comparing
        self._actions, self._page = parts.window.actions_by_verb, parts.window.draw_page
        self._main, self._crosshair = scan_wiring.main, scan_wiring.crosshair
        self._bar: CompareBar | None = None
        self._comparing.shown_changed.connect(self._show)
        self._comparing.counted.connect(self._show_figures)
        self._actions.on("compare", self._switch)
        self._actions.on("next_difference", lambda: self._go(1))
        self._actions.on("previous_difference", lambda: self._go(-1))
        self._page.escapes.append(self._escape)
        self._session.scan_opened.connect(self._allow)
        self._session.scan_closed.connect(self._allow)
        self._allow()

    def _switch(self) -> None:
        if self._actions["compare"].isChecked():
            self._comparing.start()
        else:
            self._comparing.stop()

    def _escape(self) -> bool:
        """Esc ends the comparison; whether there was one."""
        was_on = self._comparing.is_on
        if was_on:
            self._comparing.stop()
        return was_on

    def _go(self, step: int) -> None:
        difference = self._comparing.go_on(step)
        scan = self._session.scan
        if difference is not None and scan is not None:
            place = (difference.k, difference.row, difference.column)
            self._crosshair.go_to(place)
            _n, row, column = self._main.plane.from_voxel(place, scan.geometry.shape)
            self._main.view.bring_into_view(row, column)

    def _show(self) -> None:
        comparing = self._comparing
        self._actions["compare"].setChecked(comparing.is_on)
        self._allow()
        bar = self._made() if comparing.is_on else self._bar
        if bar is not None:
            bar.setVisible(comparing.is_on)
        self._show_figures()

    def _show_figures(self) -> None:
        bar, comparing, scan = self._bar, self._comparing, self._session.scan
        if bar is None or not comparing.is_on:
            return
        bar.show_choices(comparing.reference.words if comparing.reference is not None else "", comparing.offers())
        bar.show_labels(comparing.labels, comparing.label)
        bar.show_figures(comparing.figures, scan.geometry if scan is not None else None, comparing.place)

    def _allow(self) -> None:
        is_open = self._session.scan is not None
        self._actions.allow("compare", is_open)
        for verb in _NEED_REFERENCE:
            self._actions.allow(verb, is_open and self._comparing.reference is not None)

    def _made(self) -> CompareBar:
        if self._bar is None:
            self._bar = CompareBar(self._window.look, self._actions)
            self._bar.file_wanted.connect(self._choose_file)
            self._bar.label_wanted.connect(self._comparing.choose_label)
            self._bar.closed.connect(self._comparing.stop)
            self._page.put_under(self._bar)
        return self._bar

    def _choose_file(self) -> None:
        kinds = f"{_('Masks ({endings})').format(endings=MASK_ENDINGS)};;{_('All files')} (*)"
        chosen = choose_file(self._window, _("Compare with a mask file"), str(self._session.folder or ""), kinds)
        if chosen:
            self._comparing.choose_file(Path(chosen))
