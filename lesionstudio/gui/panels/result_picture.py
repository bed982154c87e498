"""The picture of the case that is lit: the slice with what was missed, invented and agreed, and what colours say."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from lesionstudio.gui.case_pictures import CasePicture
from lesionstudio.gui.panels.compare_bar import ErrorSign
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.twin_view import TwinView
from lesionstudio.gui.widgets.buttons import GAP, word_button
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.metrics.comparison import AGREED, EVERY_LABEL, FALSE, MISSED
from lesionstudio.words import _


class CaseView(TwinView):
    """A picture without notes but its letters; wheel and keys zoom and move, nothing is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("case_view")
        self.setAccessibleName(_("Case"))
        self.window_dragged.connect(self.set_window)

    def show_case(self, case: CasePicture | None) -> None:
        """Shows this case; None for nothing."""
        if case is None:
            self.set_scan(None, None)
            return
        self.set_scan(case.scan, case.marked)
        self.set_slice(case.k)
        self.set_window(case.window)
        self.set_reference(case.wanted, EVERY_LABEL)

    def _name_lines(self) -> list[str]:
        return []

    def _slice_lines(self) -> list[str]:
        return []

    def _view_lines(self, value: str) -> list[str]:
        return []


class CaseCard(QFrame):
    """Name, Open in Draw, the picture, the legend."""

    open_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.view = CaseView()
        self._name = ElidedLabel("section", "case_name")
        self.open = word_button(_("Open in Draw"), "open_case_button")
        look.icons.dress(self.open, "brush", 16, "text", GAP)
        self.open.clicked.connect(self.open_wanted)
        head, legend = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self.open)
        legend.setSpacing(6)
        for kind, words in ((MISSED, _("Missed")), (FALSE, _("Invented")), (AGREED, _("Agreed"))):
            legend.addWidget(ErrorSign(kind))
            legend.addWidget(label(words, "second"))
            legend.addSpacing(10)
        legend.addStretch(1)
        legend.addWidget(label("X", "key"))
        legend.addWidget(label(_("hides"), "hint"))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addLayout(legend)

    def show_name(self, name: str, *, opens: bool) -> None:
        """Says which case it is; `opens`: whether it is one of this study's."""
        self._name.setText(name)
        self.open.setVisible(opens)
