"""The bar at the bottom: what mouse and keys do now, where the pointer is and what is there."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.text import Dot, ElidedLabel, key_caps, label, rule

HEIGHT = 28
CELLS = ("voxel", "position", "value", "label", "learning", "device", "version")
Hint = tuple[tuple[str, ...], str]


class StatusBar(QFrame):
    """28 high. Cells without text take no room."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "foot")
        self.setFixedHeight(HEIGHT)
        self._hints: tuple[Hint, ...] = ()
        self._dot = Dot(10)
        self._cells = {name: label(role="second", name=f"status_{name}") for name in CELLS}
        self._cells["learning"] = self._learning_cell()
        self._lines = {name: rule(vertical=True) for name in CELLS}
        self._left = QHBoxLayout()
        self._left.setSpacing(14)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(10)
        row.addLayout(self._left)
        row.addStretch(1)
        for name, cell in self._cells.items():
            line = self._lines[name]
            line.setFixedHeight(HEIGHT - 8)
            row.addWidget(line)
            if name == "label":
                row.addWidget(self._dot)
            row.addWidget(cell)
        self.show_cells()

    def _learning_cell(self) -> QLabel:
        """The one that gives way where room is short: what goes on stands beside its switch too."""
        cell = ElidedLabel("second", "status_learning")
        cell.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        return cell

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Says what keys do: ((caps), words) each."""
        if tuple(hints) == self._hints:
            return
        self._hints = tuple(hints)
        while (item := self._left.takeAt(0)) is not None:
            old = item.widget()
            if isinstance(old, QWidget):
                old.hide()
                old.deleteLater()
        for caps, words in hints:
            self._left.addWidget(key_caps(caps, words))

    def show_cells(self, colour: str = "", **texts: str) -> None:
        """Puts these texts into their cells and leaves the others; colour is that of the label under the pointer."""
        for name, text in texts.items():
            self._cells[name].setText(text)
        self._dot.show_colour(colour)
        shown = [name for name in CELLS if self._cells[name].text()]
        for name, cell in self._cells.items():
            cell.setVisible(name in shown)
            self._lines[name].setVisible(name in shown[1:])
        self._dot.setVisible("label" in shown and bool(colour))
