"""The page for work: scan list, tools, picture with its slice map, and the panels at the right."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from lesionstudio.gui.learn_page import LearnPage
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.banners import Banners
from lesionstudio.gui.panels.display import DisplayPanel
from lesionstudio.gui.panels.labels import LabelsPanel
from lesionstudio.gui.panels.options_bar import OptionsBar
from lesionstudio.gui.panels.right_panel import RightPanel
from lesionstudio.gui.panels.segment import CheckPanel, SegmentPanel
from lesionstudio.gui.panels.stage import Stage
from lesionstudio.gui.panels.tool_rail import ToolRail
from lesionstudio.gui.panels.worklist import Worklist
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.plane_view import PlaneView
from lesionstudio.gui.viewer.slice_map import SliceMap
from lesionstudio.gui.viewer.view_grid import ViewGrid
from lesionstudio.gui.widgets.text import rule

if TYPE_CHECKING:
    from lesionstudio.gui.classify_page import ClassifyPage
    from lesionstudio.gui.results_page import ResultsPage

MAP_WIDTH = 24


class DrawPage(QWidget):
    """Everything that matters on one screen: look, label, segment, accept."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.worklist = Worklist(look, actions)
        self.options_bar = OptionsBar(look, actions)
        self.views, self.slice_map = ViewGrid(PlaneView()), SliceMap()
        self.picture = self.views.main
        self.display, self.labels = DisplayPanel(look, actions), LabelsPanel(look, actions)
        self.segment, self.check = SegmentPanel(look, actions), CheckPanel(look, actions)
        self.right_panel = RightPanel(look, actions, self.display, self.labels, self.segment, self.check)
        self._folded_by_hand = False
        self.escapes: list[Callable[[], bool]] = []
        stage = self.stage = self._make_stage()
        self.banners = Banners(look, stage)
        for view in self.views.views:
            actions.aim_at_picture(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.worklist)
        self._edge = rule(vertical=True)
        row.addWidget(self._edge)
        self._beside, self._work = QStackedWidget(), QWidget()
        self._beside.addWidget(self._work)
        row.addWidget(self._beside, 1)
        self._lay_out_work(ToolRail(look, actions), stage)

    @property
    def is_drawing(self) -> bool:
        """Whether the picture is what stands beside the scan list."""
        return self._beside.currentWidget() is self._work

    @property
    def banners_on_screen(self) -> Banners:
        """Where news are told now: over the picture, or over the page beside the scan list."""
        page = self.beside
        return page.banners if page is not None else self.banners

    @property
    def beside(self) -> "LearnPage | ResultsPage | ClassifyPage | None":
        """The page that is shown in place of picture, tools and panels; None for none."""
        page = self._beside.currentWidget()
        return None if page is self._work else page  # type: ignore[return-value]

    def show_beside(self, page: "LearnPage | ResultsPage | ClassifyPage | None", *, whole: bool = False) -> None:
        """Shows this page beside the scan list, or (`whole`) in its place too; None: picture, tools and panels."""
        if page is not None and self._beside.indexOf(page) < 0:
            self._beside.addWidget(page)
        self._beside.setCurrentWidget(page or self._work)
        for part in (self.worklist, self._edge):
            part.setVisible(not whole)

    def _lay_out_work(self, rail: QWidget, stage: QFrame) -> None:
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(rail)
        row.addLayout(self._make_middle(stage), 1)
        row.addWidget(rule(vertical=True))
        row.addWidget(self.right_panel)

    def fold_worklist(self, folded: bool) -> None:
        """Folds the scan list to its pictures, or unfolds it."""
        self._folded_by_hand = folded
        self.worklist.fold(folded)

    def make_room(self, wide: bool, *, narrow: bool) -> None:
        """Fits the panels to the window: wider ones over 1600, the scan list folded by itself where it is narrow."""
        self.worklist.fold(self._folded_by_hand or narrow)
        self.worklist.widen(wide)
        self.right_panel.widen(wide)

    def find_scan(self) -> None:
        """Gives the keys to the filter of the scan list, unfolding it."""
        self.fold_worklist(False)
        self.worklist.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.worklist.filter.selectAll()

    def put_under(self, bar: QWidget) -> None:
        """Puts a bar under the picture."""
        self._middle.addWidget(bar)

    def escape(self) -> bool:
        """Ends what was last laid beside or over the picture; whether there was anything."""
        return any(end() for end in self.escapes)

    def leave_picture(self) -> None:
        """Gives the keys to the first panel at the right."""
        self.display.take_focus()

    def _make_stage(self) -> Stage:
        self.slice_map.setFixedWidth(MAP_WIDTH)
        return Stage(self.views, self.slice_map)

    def _make_middle(self, stage: QFrame) -> QVBoxLayout:
        column = self._middle = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.options_bar)
        column.addWidget(stage, 1)
        return column
