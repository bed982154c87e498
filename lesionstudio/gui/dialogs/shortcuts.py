"""The shortcuts sheet: every key and gesture by purpose, made from the action table, with search."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from lesionstudio.gui.actions import action_table, caps_of, gestures, groups
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.fields import Field
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import key_caps, label
from lesionstudio.words import _

_WIDTH, _COLUMNS, _HEIGHT = 1120, 4, 520
Line = tuple[str, tuple[tuple[str, ...], ...]]


def lines_by_group() -> dict[str, list[Line]]:
    """For each heading its lines: what is done, and the caps of each way to do it."""
    lines: dict[str, list[Line]] = {group: [] for group in groups()}
    for gesture in gestures():
        lines[gesture.group].append((gesture.text, (gesture.caps,)))
    for spec in action_table():
        if spec.group and spec.keys:
            lines[spec.group].append((spec.text, tuple(dict.fromkeys(caps_of(key) for key in spec.shortcuts))))
    return lines


class ShortcutsSheet(Sheet):
    """All keys on one page; typing leaves those that fit."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window, look, _("Shortcuts"), "shortcuts_sheet", _WIDTH)
        self.search = Field("shortcut_search", _("Search"))
        self.search.setPlaceholderText(_("Search, for example: erase"))
        self.search.setFixedWidth(280)
        glass = QAction(self)
        self.search.addAction(glass, Field.ActionPosition.LeadingPosition)
        look.icons.dress(glass, "search")
        self.search.abandoned.connect(self.reject)
        self.head.insertWidget(2, self.search)
        self._sections: list[_Section] = []
        page = QWidget()
        self._grid = QGridLayout(page)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(28)
        self._fill()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setMinimumHeight(min(page.sizeHint().height() + 4, _HEIGHT))
        self.body.addWidget(scroll)
        self._none = label(_("No shortcut has this name."), "second", "no_shortcut")
        self._none.hide()
        self.body.addWidget(self._none)
        self.search.textChanged.connect(self._filter)
        self.search.setFocus()

    @property
    def shown(self) -> list[str]:
        """The lines on the page now."""
        return [words for section in self._sections for words in section.shown]

    def _filter(self, typed: str) -> None:
        for section in self._sections:
            section.filter(typed.strip().casefold())
        self._none.setVisible(not self.shown)

    def _fill(self) -> None:
        heights = [0] * _COLUMNS
        columns = [QVBoxLayout() for _column in range(_COLUMNS)]
        for place, column in enumerate(columns):
            column.setSpacing(14)
            self._grid.addLayout(column, 0, place)
            self._grid.setColumnStretch(place, 1)
        for heading, lines in lines_by_group().items():
            section = _Section(heading, lines)
            self._sections.append(section)
            shortest = heights.index(min(heights))
            heights[shortest] += len(lines) + 2
            columns[shortest].addWidget(section)
        for column in columns:
            column.addStretch(1)


class _Section(QWidget):
    """A heading and its lines."""

    def __init__(self, heading: str, lines: list[Line]) -> None:
        super().__init__()
        self._lines: list[tuple[str, str, QWidget]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(label(heading, "section"))
        for words, ways in lines:
            line = _line(words, ways)
            keys = " ".join("+".join(caps) for caps in ways)
            self._lines.append((words, f"{words} {heading} {keys}".casefold(), line))
            column.addWidget(line)

    @property
    def shown(self) -> list[str]:
        """The words of the lines not filtered away."""
        return [words for words, _known_by, line in self._lines if not line.isHidden()]

    def filter(self, typed: str) -> None:
        """Leaves the lines that hold what is typed: in their words, their heading or their keys."""
        for _words, known_by, line in self._lines:
            line.setVisible(typed in known_by)
        self.setVisible(bool(self.shown))


def _line(words: str, ways: tuple[tuple[str, ...], ...]) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(label(words), 1)
    for caps in ways[:2]:
        row.addWidget(key_caps(caps))
    line.setFixedHeight(22)
    return line
