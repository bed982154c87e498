"""The parts of the shortcuts sheet: headings with their lines, and the foot that says and asks what happens to keys."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lesionstudio.gui.actions import action_table, caps_of, gestures, groups
from lesionstudio.gui.keymap import FIXED, Keymap
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import SMALLEST, sign, word_button
from lesionstudio.gui.widgets.key_way import KeyWay
from lesionstudio.gui.widgets.text import ElidedLabel, key_caps, label
from lesionstudio.words import _

_WAYS = 2
_LENT = {"accept_proposal": "check_slice"}
"""Verbs that have no keys of their own, and whose keys they use while there is something to answer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: with the keys of a verb, with those of another, or without any by a gesture with these caps."""

    text: str
    verb: str = ""
    lender: str = ""
    caps: tuple[str, ...] = ()


def lines_by_group() -> dict[str, list[Line]]:
    """For each heading its lines: gestures, then every action that has keys or could have some."""
    lines: dict[str, list[Line]] = {group: [] for group in groups()}
    by_menu = _group_of_menu()
    for gesture in gestures():
        lines[gesture.group].append(Line(gesture.text, caps=gesture.caps))
    for spec in action_table():
        group = spec.group or by_menu.get(spec.menu, "")
        if group:
            lender = _LENT.get(spec.verb, "")
            lines[group].append(Line(spec.text, "" if lender else spec.verb, lender))
    return lines


def _group_of_menu() -> dict[str, str]:
    """Where actions without a key of their own stand."""
    look, program = _("Look"), _("Program")
    return {
        _("File"): program,
        _("View"): look,
        _("Scans"): _("Scans"),
        _("Paint"): _("Paint"),
        _("Labels"): _("Labels"),
        _("Segment"): _("Model"),
        _("Help"): program,
    }


class Section(QWidget):
    """A heading and its lines."""

    heard = Signal(str, str, str)
    reset_wanted = Signal(str)
    listening_changed = Signal(str)

    def __init__(self, look: Look, heading: str, lines: list[Line]) -> None:
        super().__init__()
        self._heading = heading
        self._lines = [_LineRow(look, line) for line in lines]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(label(heading, "section"))
        for row in self._lines:
            row.heard.connect(self.heard)
            row.reset_wanted.connect(self.reset_wanted)
            row.listening_changed.connect(self.listening_changed)
            column.addWidget(row)

    @property
    def shown(self) -> list[str]:
        """The words of the lines not filtered away."""
        return [row.line.text for row in self._lines if not row.isHidden()]

    def show_keys(self, keymap: Keymap) -> None:
        """Shows the keys in use."""
        for row in self._lines:
            if row.line.lender:
                row.show_caps([caps_of(key) for key in keymap.keys(row.line.lender)])
            elif row.line.verb:
                row.show_keys(keymap.keys(row.line.verb), keymap.is_changed(row.line.verb))

    def filter(self, typed: str) -> None:
        """Leaves the lines that hold what is typed: in their words, their heading or their keys."""
        for row in self._lines:
            row.setVisible(typed in f"{row.line.text} {self._heading} {row.keys}".casefold())
        self.setVisible(bool(self.shown))

    def focus(self, verb: str) -> None:
        """Gives the keyboard to the keys of this verb, if they stand here."""
        for row in self._lines:
            if row.line.verb == verb:
                row.take_focus()


class _LineRow(QWidget):
    """What is done, and the caps of each way to do it."""

    heard = Signal(str, str, str)
    reset_wanted = Signal(str)
    listening_changed = Signal(str)

    def __init__(self, look: Look, line: Line) -> None:
        super().__init__()
        self.line, self.keys, self._look = line, "+".join(line.caps), look
        self._ways: list[KeyWay] = []
        self._words = ElidedLabel()
        self._words.setText(line.text)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addWidget(self._words, 1)
        self._caps = QWidget()
        self._row.addWidget(self._caps)
        self.setFixedHeight(SMALLEST)
        self.show_caps([line.caps])

    def show_caps(self, ways: list[tuple[str, ...]]) -> None:
        """Shows caps that cannot be changed here."""
        self.keys = " ".join("+".join(caps) for caps in ways)
        caps = key_caps(tuple(cap for way in ways[:1] for cap in way))
        caps.setContentsMargins(0, 0, 4, 0)
        self._put(caps)

    def show_keys(self, keys: tuple[str, ...], changed: bool) -> None:
        """Shows these keys; beside those that were changed stands the way back."""
        self.keys = " ".join("+".join(caps_of(key)) for key in keys)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        if changed:
            words = _("Back to the key it had: {action}").format(action=self.line.text)
            back = sign(self._look, "arrow-back-up", words, f"{self.line.verb}_reset_button", px=16)
            back.clicked.connect(lambda: self.reset_wanted.emit(self.line.verb))
            row.addWidget(back)
        self._ways = [self._way(key) for key in keys[:_WAYS] if key not in FIXED] or ([] if keys else [self._way("")])
        for key in (key for key in keys[:_WAYS] if key in FIXED):
            fixed = key_caps(caps_of(key))
            fixed.setContentsMargins(4, 0, 4, 0)
            row.addWidget(fixed)
        for way in self._ways:
            row.addWidget(way)
        self._put(holder)

    def take_focus(self) -> None:
        """The first of its keys takes the keyboard."""
        if self._ways:
            self._ways[0].setFocus()

    def _way(self, key: str) -> KeyWay:
        way = KeyWay(self._look, key, self.line.text)
        way.setObjectName(f"{self.line.verb}_keys")
        way.heard.connect(lambda old, new: self.heard.emit(self.line.verb, old, new))
        way.listening_changed.connect(lambda on: self.listening_changed.emit(self.line.text if on else ""))
        return way

    def _put(self, caps: QWidget) -> None:
        self._row.replaceWidget(self._caps, caps)
        self._caps.hide()
        self._caps.deleteLater()
        self._caps = caps
        caps.show()


@dataclass(frozen=True, slots=True)
class Asked:
    """Keys for a verb that another action has, and how it would be if they were taken."""

    verb: str
    after: Keymap


class Asking(QWidget):
    """The foot of the sheet: what to do, or what has these keys already and whether to take them over."""

    taken_over = Signal()
    left = Signal()
    all_reset = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._asked: Asked | None = None
        self._words = ElidedLabel("second", "shortcut_words")
        self._take = word_button(_("Take it over"), "take_over_button", "primary")
        self._leave = word_button(_("Leave it"), "leave_button")
        self._reset = word_button(_("Reset all"), "reset_all_button")
        self._take.clicked.connect(self.taken_over)
        self._leave.clicked.connect(self.left)
        self._reset.clicked.connect(self.all_reset)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._words, 1)
        for button in (self._leave, self._take, self._reset):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setFixedHeight(self._take.sizeHint().height())
        self._say(self._idle())

    @property
    def asks(self) -> bool:
        """Whether a question stands."""
        return self._asked is not None

    def ask(self, verb: str, key: str, other: str, after: Keymap) -> None:
        """Says who has the key and asks whether to take it over."""
        self._asked = Asked(verb, after)
        self._say(_("{keys} is {action}. Take it over?").format(keys="+".join(caps_of(key)), action=other))
        self._take.setDefault(True)
        self._take.setFocus()

    def answer(self) -> Asked | None:
        """Ends the question; returns what was asked."""
        asked, self._asked = self._asked, None
        self._say(self._idle())
        return asked

    def refuse(self, words: str) -> None:
        """Says why these keys cannot be taken."""
        self._asked = None
        self._say(words)

    def listen(self, words: str) -> None:
        """Says what to press while the keys of this action are asked for; "" when they are no more."""
        if words:
            self._asked = None
            told = _("Press the new keys for {action}. Backspace: no key. Esc: as it is.")
            self._say(told.format(action=words))
        else:
            self._say(self._idle())

    def show_rest(self, changed: bool) -> None:
        """Whether there is anything to reset."""
        self._reset.setEnabled(changed)
        self._reset.setToolTip("" if changed else _("Every key is as it was made."))

    def _idle(self) -> str:
        return _("Click a key to press another one in its place.")

    def _say(self, words: str) -> None:
        self._words.setText(words)
        for button in (self._take, self._leave):
            button.setVisible(self._asked is not None)
        self._reset.setVisible(self._asked is None)
