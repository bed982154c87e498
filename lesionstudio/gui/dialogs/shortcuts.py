"""The shortcuts sheet: every key and gesture by purpose, with search; a click on a key lets another be pressed."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from lesionstudio.gui.actions import action_table, caps_of
from lesionstudio.gui.dialogs.shortcut_lines import Asking, Section, lines_by_group
from lesionstudio.gui.keymap import FIXED, Keymap
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.fields import Field
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.gui.widgets.text import label
from lesionstudio.words import _

_WIDTH, _COLUMNS, _HEIGHT = 1200, 4, 500


class ShortcutsSheet(Sheet):
    """All keys on one page; typing leaves those that fit. Says `keys_chosen` with every change: keys by verb."""

    keys_chosen = Signal(dict)

    def __init__(self, window: QWidget, look: Look, chosen: Mapping[str, str] | None = None) -> None:
        super().__init__(window, look, _("Shortcuts"), "shortcuts_sheet", _WIDTH)
        self.keymap = Keymap(action_table(), dict(chosen or {}))
        self._look = look
        self.search = Field("shortcut_search", _("Search"))
        self.search.setPlaceholderText(_("Search, for example: erase"))
        self.search.setFixedWidth(280)
        glass = QAction(self)
        self.search.addAction(glass, Field.ActionPosition.LeadingPosition)
        look.icons.dress(glass, "search")
        self.search.abandoned.connect(self.reject)
        self.head.insertWidget(2, self.search)
        self._sections: list[Section] = []
        self._lay_out()
        self._asking = Asking()
        self._asking.taken_over.connect(self._take)
        self._asking.left.connect(self._put_back)
        self._asking.all_reset.connect(self._reset_all)
        self.body.addWidget(self._asking)
        self._show()
        self.search.textChanged.connect(self._filter)
        self.search.setFocus()

    @property
    def shown(self) -> list[str]:
        """The lines on the page now."""
        return [words for section in self._sections for words in section.shown]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc answers an open question first."""
        if self._asking.asks and event.key() == Qt.Key.Key_Escape:
            self._put_back()
            return
        super().keyPressEvent(event)

    # Changing keys

    def _hear(self, verb: str, old: str, new: str) -> None:
        other = self.keymap.owner(new, verb) if new else None
        if new in FIXED:
            self._asking.refuse(_("{keys} stays with what it does on the picture.").format(keys="+".join(caps_of(new))))
        elif other is None:
            self._use(self.keymap.with_key(verb, old, new), verb)
        else:
            self._asking.ask(verb, new, other.text, self.keymap.with_key(verb, old, new))

    def _reset(self, verb: str) -> None:
        taken = [(key, self.keymap.owner(key, verb)) for key in self.keymap.default(verb)]
        other = next(((key, spec) for key, spec in taken if spec is not None), None)
        if other is None:
            self._use(self.keymap.reset(verb), verb)
        else:
            self._asking.ask(verb, other[0], other[1].text, self.keymap.reset(verb))

    def _take(self) -> None:
        if (asked := self._asking.answer()) is not None:
            self._use(asked.after, asked.verb)

    def _put_back(self) -> None:
        if (asked := self._asking.answer()) is not None:
            self._focus(asked.verb)

    def _reset_all(self) -> None:
        self._use(Keymap(self.keymap.table, {}), "")
        self.search.setFocus()

    def _use(self, keymap: Keymap, verb: str) -> None:
        self.keymap = keymap
        self._show()
        self.keys_chosen.emit(dict(keymap.chosen))
        if verb:
            # The line has been laid out anew; it can take the keyboard once it is shown.
            QTimer.singleShot(0, self, lambda: self._focus(verb))

    def _focus(self, verb: str) -> None:
        for section in self._sections:
            section.focus(verb)

    def _listen(self, words: str) -> None:
        self._asking.listen(words)

    # The page

    def _show(self) -> None:
        for section in self._sections:
            section.show_keys(self.keymap)
        self._asking.show_rest(any(self.keymap.is_changed(spec.verb) for spec in self.keymap.table))
        self._filter(self.search.text())

    def _filter(self, typed: str) -> None:
        for section in self._sections:
            section.filter(typed.strip().casefold())
        self._none.setVisible(not self.shown)

    def _lay_out(self) -> None:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(24)
        self._fill(grid)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        scroll.setMinimumHeight(_HEIGHT)
        self._none = label(_("No shortcut has this name."), "second", "no_shortcut")
        self._none.hide()
        self.body.addWidget(scroll)
        self.body.addWidget(self._none)

    def _fill(self, grid: QGridLayout) -> None:
        heights = [0] * _COLUMNS
        columns = [QVBoxLayout() for _column in range(_COLUMNS)]
        for place, column in enumerate(columns):
            column.setSpacing(12)
            grid.addLayout(column, 0, place)
            grid.setColumnStretch(place, 1)
        for heading, lines in lines_by_group().items():
            section = Section(self._look, heading, lines)
            section.heard.connect(self._hear)
            section.reset_wanted.connect(self._reset)
            section.listening_changed.connect(self._listen)
            self._sections.append(section)
            shortest = heights.index(min(heights))
            heights[shortest] += len(lines) + 2
            columns[shortest].addWidget(section)
        for column in columns:
            column.addStretch(1)
