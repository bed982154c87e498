"""Keymap: which keys do what, those of the action table or in their place those that a person chose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from lesionstudio.gui.action_spec import ActionSpec

FIXED = ("E", "X", "Space", "Esc")
"""Keys that mean something while they are held over the picture, and Esc: they stay with what they do."""

_MODIFIERS = Qt.KeyboardModifier
_HELD = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
_NO_KEYS = (*_HELD, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_unknown)


@dataclass(frozen=True, slots=True)
class Keymap:
    """The table's actions and the keys chosen instead of the table's, by verb, with spaces between them; "": no key.

    A chosen key is taken from whoever has it in the table; what is chosen for a verb that is unknown here is kept.
    """

    table: Sequence[ActionSpec]
    chosen: Mapping[str, str]

    def __iter__(self) -> Iterator[ActionSpec]:
        """The table with the keys in use."""
        return (replace(spec, keys=" ".join(map(_with_keypad, self.keys(spec.verb)))) for spec in self.table)

    def keys(self, verb: str) -> tuple[str, ...]:
        """The keys of a verb, each way once."""
        claimed = self._claimed()
        if verb in self.chosen:
            return tuple(key for key in _ways(self.chosen[verb]) if claimed.get(key) == verb)
        return tuple(key for key in self.default(verb) if claimed.get(key, verb) == verb)

    def default(self, verb: str) -> tuple[str, ...]:
        """The keys that the table gives it."""
        return _ways(self._spec(verb).keys)

    def is_changed(self, verb: str) -> bool:
        """Whether its keys are not those of the table."""
        return self.keys(verb) != self.default(verb)

    def owner(self, key: str, besides: str) -> ActionSpec | None:
        """Which other action has this key now."""
        return next((spec for spec in self.table if spec.verb != besides and key in self.keys(spec.verb)), None)

    def with_key(self, verb: str, old: str, new: str) -> "Keymap":
        """A new key in place of an old one ("": beside those there are), taken from any other action; "": no key."""
        before = self.keys(verb)
        keys = [new if key == old else key for key in before] if old in before else [*before, new]
        return self._with(verb, tuple(dict.fromkeys(key for key in keys if key)))

    def reset(self, verb: str) -> "Keymap":
        """The table's keys for this verb again, taken from any other action."""
        return self._with(verb, self.default(verb))

    def _with(self, verb: str, keys: tuple[str, ...]) -> "Keymap":
        chosen = {other: " ".join(key for key in _ways(of) if key not in keys) for other, of in self.chosen.items()}
        chosen[verb] = " ".join(keys)
        known = {spec.verb for spec in self.table}
        kept = {one: of for one, of in chosen.items() if one not in known or _ways(of) != self.default(one)}
        return Keymap(self.table, kept)

    def _claimed(self) -> dict[str, str]:
        """Which verb each chosen key is for; the first where two have one."""
        found: dict[str, str] = {}
        for spec in self.table:
            for key in _ways(self.chosen.get(spec.verb, "")):
                if key not in FIXED or key in self.default(spec.verb):
                    found.setdefault(key, spec.verb)
        return found

    def _spec(self, verb: str) -> ActionSpec:
        return next(spec for spec in self.table if spec.verb == verb)


def key_text(event: QKeyEvent) -> str:
    """The keys of an event as the table writes them: "Ctrl+Shift+Z"; "" for held keys alone and keys with no name."""
    key, held = Qt.Key(event.key()), event.modifiers() & ~_MODIFIERS.KeypadModifier
    if key in _NO_KEYS:
        return ""
    if key == Qt.Key.Key_Backtab:
        key, held = Qt.Key.Key_Tab, held | _MODIFIERS.ShiftModifier
    words = event.text()
    if len(words) == 1 and words.isprintable() and not words.isalnum() and not words.isspace():
        held &= ~_MODIFIERS.ShiftModifier  # "?" is "?" on every keyboard, with Shift or without
    text = QKeySequence(QKeyCombination(held, key)).toString(QKeySequence.SequenceFormat.PortableText)
    return "" if " " in text else _way(text)


def _ways(keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_way, keys.split())))


def _way(key: str) -> str:
    """Enter of the number pad counts as Enter."""
    return key.removesuffix("Enter") + "Return" if key.endswith("Enter") else key


def _with_keypad(key: str) -> str:
    return f"{key} {key.removesuffix('Return')}Enter" if key.endswith("Return") else key
