"""The fourth field beside three views: what was put there, whose colour is which, switches for crosshair and zoom."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import Toggle
from lesionstudio.gui.widgets.text import Dot, ElidedLabel, label, rule
from lesionstudio.words import _


class ViewsField(QFrame):
    """`cross_switched`, `link_switched`: a switch was turned."""

    cross_switched = Signal()
    link_switched = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self.setObjectName("views_field")
        self._cross = _switch(look, _("Crosshair"), "crosshair_switch")
        self._link = _switch(look, _("Link zoom"), "link_zoom_switch")
        self._names = [(Dot(), label(role="second")) for _view in range(3)]
        self._body = QWidget()
        self._column, legend = QVBoxLayout(self), QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._body, 1)
        self._column.addLayout(legend)
        legend.setContentsMargins(14, 0, 14, 10)
        legend.setSpacing(6)
        legend.addWidget(rule())
        for row in (self._make_heading(), self._make_names(), self._make_switches()):
            legend.addLayout(row)
        self._cross.toggled.connect(lambda _on: self.cross_switched.emit())
        self._link.toggled.connect(lambda _on: self.link_switched.emit())

    @property
    def has_cross(self) -> bool:
        """Whether the crosshair's lines are drawn."""
        return self._cross.isChecked()

    @property
    def is_linked(self) -> bool:
        """Whether all views have one scale."""
        return self._link.isChecked()

    def show_body(self, body: QWidget) -> None:
        """Shows this over the legend."""
        self._column.replaceWidget(self._body, body)
        self._column.setStretchFactor(body, 1)
        self._body.deleteLater()
        self._body = body

    @property
    def has_body(self) -> bool:
        """Whether something was put over the legend."""
        return type(self._body) is not QWidget

    def show_views(self, views: Sequence[tuple[str, str]]) -> None:
        """Says which view (name, colour) has which colour."""
        for (dot, words), (name, colour) in zip(self._names, views):
            dot.show_colour(colour)
            words.setText(name)

    def _make_heading(self) -> QHBoxLayout:
        row, hint = QHBoxLayout(), ElidedLabel("hint", "views_hint")
        hint.setText(_("A line has the colour of the view it stands for."))
        row.setSpacing(10)
        row.addWidget(label(_("Views"), "section"))
        row.addWidget(hint, 1)
        return row

    def _make_names(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for dot, words in self._names:
            row.addWidget(dot)
            row.addWidget(words)
            row.addSpacing(12)
        row.addStretch(1)
        return row

    def _make_switches(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for switch in (self._cross, self._link):
            row.addWidget(switch)
            row.addWidget(label(switch.accessibleName(), "second"))
            row.addSpacing(16)
        row.addStretch(1)
        return row


def _switch(look: Look, words: str, name: str) -> Toggle:
    made = Toggle(look, words, name)
    made.setChecked(True)
    return made
