"""KindFilter: which scans the list shows by what they show: brain, lung, other, unlike anything, not asked yet."""

from collections import Counter
from collections.abc import Collection, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from lesionstudio.gui.kinds import NOT_ASKED, UNLIKE, Kind, class_words
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import say, sign
from lesionstudio.words import _


class KindFilter(QToolButton):
    """A sign beside the filter box; its menu counts each kind. `chosen`: another one is wanted ("": all)."""

    chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        pattern = sign(look, "category", _("What they show"), "pattern")
        self.setObjectName("kind_filter_button")
        self.setFocusPolicy(pattern.focusPolicy())
        self.setFixedSize(28, 28)
        self.setCheckable(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        look.icons.dress(self, "category", 18)
        pattern.deleteLater()
        self.current = ""
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._counts: Counter[str] = Counter()
        self.setVisible(False)
        self._say()

    def show_counts(self, kinds: Mapping[str, Kind], items: Collection[str], *, asks: bool) -> None:
        """Takes in how many scans show what; hidden where nobody can say."""
        known = [kinds[key].group for key in items if key in kinds and not kinds[key].error]
        self._counts = Counter(known)
        self._counts[NOT_ASKED] = len(items) - len(known)
        self.setVisible(asks and bool(items))
        if self.current and not asks:
            self.choose("")

    def choose(self, group: str) -> None:
        """Shows only these from now on."""
        if group != self.current:
            self.current = group
            self.chosen.emit(group)
        self._say()

    def fits(self, kind: Kind | None, error: str) -> bool:
        """Whether a scan of this kind (None: nobody asked) is one of those wanted."""
        group = NOT_ASKED if kind is None or kind.error else kind.group
        return group == self.current and not error

    def _fill(self) -> None:
        self._menu.clear()
        names = sorted((name for name in self._counts if name not in (UNLIKE, NOT_ASKED)), key=class_words)
        group = QActionGroup(self._menu)
        for name in ("", *names, UNLIKE, NOT_ASKED):
            words = f"{class_words(name)}   {self._counts[name]}" if name else _("Whatever they show")
            entry = self._menu.addAction(words)
            group.addAction(entry)
            entry.setCheckable(True)
            entry.setChecked(name == self.current)
            entry.triggered.connect(lambda _on=False, name=name: self.choose(name))

    def _say(self) -> None:
        self.setChecked(bool(self.current))
        shown = _("Only: {name}").format(name=class_words(self.current)) if self.current else ""
        say(self, _("What they show"), shown or _("Only scans that show a brain, a lung, or something else"))

    def nextCheckState(self) -> None:
        """A click opens the menu; only a choice there lights it."""
