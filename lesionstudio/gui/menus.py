"""The action table as live actions on a window, and the menus made of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from lesionstudio.gui.action_spec import ActionSpec
from lesionstudio.gui.actions import PAGES, VIEWS, action_table, caps_of, tip_text
from lesionstudio.gui.keymap import Keymap
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tool_actions import TOOLS


class Actions(QObject):
    """The table as QActions on a window, by verb: `on` says what a verb does, `allow` whether it can be done."""

    keys_changed = Signal()

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._chosen: dict[str, str] = {}
        self._lent: dict[str, str] = {}
        self.specs = {spec.verb: spec for spec in action_table()}
        self._actions = {verb: self._make(window, look, spec) for verb, spec in self.specs.items()}
        for verbs in (TOOLS, PAGES, VIEWS):
            group = QActionGroup(self)
            for verb in verbs:
                group.addAction(self._actions[verb])
        self._actions[PAGES[0]].setChecked(True)
        self._actions[VIEWS[0]].setChecked(True)

    def __getitem__(self, verb: str) -> QAction:
        return self._actions[verb]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def on(self, verb: str, do: Callable[[], object]) -> None:
        """From now on the verb calls `do`."""
        self._actions[verb].triggered.connect(lambda _checked=False: do())

    def trigger(self, verb: str) -> None:
        """Does what the verb does, as a click would."""
        self._actions[verb].trigger()

    def allow(self, verb: str, possible: bool) -> None:
        """Whether the verb can be done now; its buttons and menu entries follow."""
        self._actions[verb].setEnabled(possible)

    def use_keys(self, chosen: Mapping[str, str]) -> None:
        """Takes the keys a person chose instead of the table's, by verb; buttons, menus and tooltips follow."""
        if chosen == self._chosen:
            return
        self._chosen = dict(chosen)
        for spec in Keymap(action_table(), self._chosen):
            before, self.specs[spec.verb] = self.specs[spec.verb], spec
            if spec.keys != before.keys:
                self._bind(spec.verb)
                self._actions[spec.verb].setToolTip(tip_text(replace(spec, text=self._actions[spec.verb].text())))
        for borrower in self._lent:
            self._bind(borrower)
        self.keys_changed.emit()

    def caps(self, verb: str) -> tuple[str, ...]:
        """The caps of the first way to do it by keys; empty where there is none."""
        keys = self.specs[verb].shortcuts
        return caps_of(keys[0]) if keys else ()

    def key(self, verb: str) -> str:
        """The first way to do it by keys, in one word for a sentence: "Ctrl+O"; a dash where there is none."""
        return "+".join(self.caps(verb)) or "\N{EN DASH}"

    def lend_keys(self, owner: str, borrower: str, *, on: bool) -> None:
        """While on, the keys of one verb do another: of two actions with one key Qt would choose neither."""
        if on:
            self._lent[borrower] = owner
        else:
            self._lent.pop(borrower, None)
        for verb in (owner, borrower) if on else (borrower, owner):
            self._bind(verb)

    def explain(self, verb: str, reason: str) -> None:
        """Says in the tooltip why the verb cannot be done; "": what it does, as ever."""
        spec = self.specs[verb]
        self._actions[verb].setToolTip(tip_text(replace(spec, tip=reason) if reason else spec))

    def retitle(self, verb: str, words: str) -> None:
        """Says more exactly what the verb would do now: "Undo Brush"."""
        action, spec = self._actions[verb], self.specs[verb]
        if action.text() != words:
            action.setText(words)
            action.setToolTip(tip_text(replace(spec, text=words)))

    def aim_at_picture(self, picture: QWidget) -> None:
        """Tells which widget is the picture: some keys count only there."""
        for verb, spec in self.specs.items():
            if spec.on_picture:
                picture.addAction(self._actions[verb])

    def menus(self, parent: QWidget) -> dict[str, QMenu]:
        """The menus by name, in order."""
        made: dict[str, QMenu] = {}
        for verb, spec in self.specs.items():
            if spec.menu:
                made.setdefault(spec.menu, QMenu(parent)).addAction(self._actions[verb])
        return made

    def _make(self, window: QWidget, look: Look, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, self)
        action.setObjectName(spec.verb)
        action.setCheckable(spec.checkable)
        action.setShortcuts(_sequences(spec))
        action.setShortcutContext(
            Qt.ShortcutContext.WidgetShortcut if spec.on_picture else Qt.ShortcutContext.WindowShortcut
        )
        action.setToolTip(tip_text(spec))
        if spec.icon:
            look.icons.dress(action, spec.icon)
        if not spec.on_picture:
            window.addAction(action)
        return action

    def _bind(self, verb: str) -> None:
        """Gives an action its keys, or those lent to it; none while its own are lent."""
        lender = self._lent.get(verb, verb)
        self._actions[verb].setShortcuts([] if verb in self._lent.values() else _sequences(self.specs[lender]))


def _sequences(spec: ActionSpec) -> list[QKeySequence]:
    return [QKeySequence(key) for key in spec.shortcuts]
