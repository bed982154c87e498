"""HistoryWiring: the history on the screen. Made with the first scan; the panel itself when it is first asked for."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from lesionstudio.gui.history_rows import state_rows, step_rows
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.study_steps import StudyStep
from lesionstudio.project.states import EarlierState

if TYPE_CHECKING:
    from lesionstudio.gui.panels.history_panel import HistoryPanel


class HistoryWiring(QObject):
    """Opens and closes the panel, keeps it up to date while it is open, and does what is clicked in it."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._session = parts, parts.session
        self._page, self._action = parts.window.draw_page, parts.window.actions_by_verb["history"]
        self.panel: HistoryPanel | None = None
        parts.window.actions_by_verb.on("history", self._toggle)
        for said in (
            self._session.history_changed,
            self._session.scan_opened,
            parts.study_steps.changed,
            parts.saved_states.changed,
        ):
            said.connect(self._show)
        self._session.scan_closed.connect(self._no_scan)

    def _toggle(self) -> None:
        if self.panel is None:
            from lesionstudio.gui.panels.history_panel import HistoryPanel

            self.panel = HistoryPanel(self._parts.window.look, self._page.views)
            self.panel.wanted.connect(self._go)
            self.panel.closed.connect(self._closed)
            self.panel.moved.connect(self._keep_banners_beside)
        if self.panel.isVisible():
            self.panel.close_panel()
        else:
            self._action.setChecked(True)
            self.panel.open()
            self._show()
            self._keep_banners_beside()

    def _show(self) -> None:
        opened = self._session.open
        if self.panel is None or not self.panel.isVisible() or opened is None:
            return
        elsewhere, states = self._parts.study_steps.elsewhere, self._parts.saved_states.states
        self.panel.show_steps(step_rows(opened.history.steps, elsewhere), is_volume=opened.scan.slices > 1)
        self.panel.show_states(state_rows(states, datetime.now()))

    def _go(self, aim: object) -> None:
        if isinstance(aim, int):
            self._parts.travel.go_to(aim)
        elif isinstance(aim, StudyStep):
            self._parts.study_steps.move_from_list(aim)
        elif isinstance(aim, EarlierState):
            self._parts.saved_states.bring_back(aim)

    def _keep_banners_beside(self) -> None:
        """News stand beside the list, not on it: what is clicked there must not move or be covered."""
        if self.panel is None or not self.panel.isVisible():
            self._page.banners.keep_free(0)
        else:
            beside = self._page.slice_map.width() + self._page.views.width() - self.panel.x()
            self._page.banners.keep_free(beside)

    def _closed(self) -> None:
        self._keep_banners_beside()
        self._action.setChecked(False)
        self._page.views.take_keys()

    def _no_scan(self) -> None:
        if self.panel is not None and self._session.project is None:
            self.panel.close_panel()
