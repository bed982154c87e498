"""HeldKeys: which keys are down over the picture, and what that means to the tool."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from lesionstudio.gui.viewer.tools.tool import Held

_MODIFIERS = Qt.KeyboardModifier
_OWN = (Qt.Key.Key_E, Qt.Key.Key_X, Qt.Key.Key_Space)
_COMMANDS = _MODIFIERS.ControlModifier | _MODIFIERS.AltModifier | _MODIFIERS.MetaModifier


class HeldKeys:
    """Alt and E erase, Shift draws straight, Ctrl picks, Space moves, X hides the mask: all only while held."""

    def __init__(self) -> None:
        self._modifiers = _MODIFIERS.NoModifier
        self._down: set[int] = set()
        self._pressure: float | None = None
        self._pen_erases = False
        self._held = Held()

    @property
    def held(self) -> Held:
        """What the keys mean to a tool."""
        return self._held

    @property
    def erases_by_letter(self) -> bool:
        """Whether E is held: tapped alone it takes the eraser, held it erases."""
        return Qt.Key.Key_E in self._down

    @property
    def moves(self) -> bool:
        """Whether a drag moves the picture."""
        return Qt.Key.Key_Space in self._down

    @property
    def hides(self) -> bool:
        """Whether marks are hidden."""
        return Qt.Key.Key_X in self._down

    @property
    def meaning(self) -> str:
        """The one word for the status bar: "move", "pick", "erase", "straight" or ""."""
        held = self.held
        chosen = (("move", self.moves), ("pick", held.pick), ("erase", held.erase), ("straight", held.straight))
        return next((word for word, is_on in chosen if is_on), "")

    @staticmethod
    def takes(event: QKeyEvent) -> bool:
        """Whether this key, so pressed, belongs to the picture and to no shortcut."""
        return event.key() in _OWN and not event.modifiers() & _COMMANDS

    def see(self, modifiers: Qt.KeyboardModifier) -> None:
        """Takes the modifiers from an event of the mouse."""
        if modifiers != self._modifiers:
            self._modifiers = modifiers
            self._make_sense()

    def see_pen(self, pressure: float | None, *, erases: bool = False) -> None:
        """Takes in how hard a pen is pressed and whether with its other end; None: it is no pen that draws."""
        if (pressure, erases) != (self._pressure, self._pen_erases):
            self._pressure, self._pen_erases = pressure, erases
            self._make_sense()

    def press(self, event: QKeyEvent) -> bool:
        """Takes in that a key went down; returns whether it is one of ours."""
        self._modifiers = event.modifiers() | _modifier_of(event.key())
        is_ours = self.takes(event)
        if is_ours:
            self._down.add(event.key())
        self._make_sense()
        return is_ours or _modifier_of(event.key()) != _MODIFIERS.NoModifier

    def release(self, event: QKeyEvent) -> bool:
        """Takes in that a key went up; returns whether it is one of ours."""
        self._modifiers = event.modifiers() & ~_modifier_of(event.key())
        was_down = event.key() in self._down
        self._down.discard(event.key())
        self._make_sense()
        return was_down or _modifier_of(event.key()) != _MODIFIERS.NoModifier

    def let_go(self) -> None:
        """All keys count as up: the picture lost the keyboard."""
        self._modifiers = _MODIFIERS.NoModifier
        self._down.clear()
        self._make_sense()

    def _make_sense(self) -> None:
        mods = self._modifiers
        self._held = Held(
            erase=bool(mods & _MODIFIERS.AltModifier) or self.erases_by_letter or self._pen_erases,
            straight=bool(mods & _MODIFIERS.ShiftModifier),
            pick=bool(mods & _MODIFIERS.ControlModifier),
            pressure=self._pressure,
        )


def _modifier_of(key: int) -> Qt.KeyboardModifier:
    """The modifier a key is; an event of that key itself may or may not count it in."""
    return {
        Qt.Key.Key_Alt: _MODIFIERS.AltModifier,
        Qt.Key.Key_Shift: _MODIFIERS.ShiftModifier,
        Qt.Key.Key_Control: _MODIFIERS.ControlModifier,
    }.get(Qt.Key(key), _MODIFIERS.NoModifier)
