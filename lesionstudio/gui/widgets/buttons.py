"""Buttons: those that stand for an action of the table, rows of choices, and the switch."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look

GAP, SMALLEST, BUTTON, TOOL = 6, 28, 30, 36


def action_button(
    look: Look, actions: Actions, verb: str, words: str | None = None, *, kind: str = "", icon: str | None = None
) -> QPushButton:
    """A button with a word (the action's own unless given) that does what the verb does. It never takes the keys."""
    button = QPushButton()
    button.setProperty("kind", kind)
    spec = actions.specs[verb]
    follow(button, actions[verb], spec.text if words is None else words)
    sign = spec.icon if icon is None else icon
    if sign:
        look.icons.dress(button, sign, 16, "primary" if kind == "primary" else "text", GAP)
    return button


def action_sign(look: Look, actions: Actions, verb: str, *, px: int = 18, tool: bool = False) -> QToolButton:
    """A sign without a word that does what the verb does."""
    button = QToolButton()
    if tool:
        button.setProperty("kind", "tool")
    spec = actions.specs[verb]
    follow(button, actions[verb], spec.text, show_words=False)
    look.icons.dress(button, spec.icon, px)
    side = TOOL if tool else BUTTON
    button.setFixedSize(side, side)
    return button


def sign(look: Look, icon: str, words: str, name: str, *, px: int = 18, role: str = "plain") -> QToolButton:
    """A sign that belongs to no action of the table: its owner connects it."""
    button = QToolButton()
    button.setObjectName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    say(button, words, words)
    look.icons.dress(button, icon, px, role)
    button.setFixedSize(SMALLEST, SMALLEST)
    return button


def word_button(words: str, name: str, kind: str = "") -> QPushButton:
    """A button with a word that belongs to no action of the table."""
    button = QPushButton(words)
    button.setObjectName(name)
    button.setProperty("kind", kind)
    button.setAccessibleName(words)
    button.setAutoDefault(False)
    return button


def say(button: QAbstractButton, words: str, tip: str) -> None:
    """Sets what is said of a button: its name, its tooltip and its description."""
    button.setAccessibleName(words)
    button.setToolTip(tip)
    button.setAccessibleDescription(tip)


def follow(button: QAbstractButton, action: QAction, words: str, *, show_words: bool = True) -> None:
    """Makes the button the action's face: named after it, enabled, checked and described as it is."""
    button.setObjectName(f"{action.objectName()}_button")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCheckable(action.isCheckable())
    if isinstance(button, QPushButton):
        button.setAutoDefault(False)
    if show_words:
        button.setText(words)

    def refresh() -> None:
        button.setEnabled(action.isEnabled())
        button.setChecked(action.isChecked())
        say(button, button.text() or words, action.toolTip())

    def press() -> None:
        action.trigger()
        refresh()

    action.changed.connect(refresh)
    button.clicked.connect(press)
    refresh()


_CHOICE_EDGE = 6
"""Padding and border beside a choice's words."""


class Choices(QWidget):
    """A row of buttons of which one is chosen."""

    chosen = Signal(str)

    def __init__(self, name: str, spacing: int = 4, *, stretch: bool = True) -> None:
        super().__init__()
        self.setObjectName(name)
        self._stretch = stretch
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(spacing)

    def show_choices(self, choices: Sequence[tuple[str, str]], current: str) -> None:
        """Offers these (key, words); keeps the buttons where the keys are the same as before."""
        if [key for key, _words in choices] != list(self._buttons):
            self._rebuild([key for key, _words in choices])
        self._group.setExclusive(current in self._buttons)
        for key, words in choices:
            self._buttons[key].setText(words)
            self._buttons[key].setAccessibleName(words)
            self._buttons[key].setChecked(key == current)
        self._group.setExclusive(True)
        self._share_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shares the width out anew."""
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Every button as wide as the others; where one's words need more, each by the length of its words."""
        if not self._stretch or not self._buttons:
            return
        buttons = self._buttons.values()
        needed = [button.fontMetrics().horizontalAdvance(button.text()) + 2 * _CHOICE_EDGE for button in buttons]
        equal = (self.width() - self._row.spacing() * (len(needed) - 1)) // len(needed)
        for place, wide in enumerate(needed):
            self._row.setStretch(place, 1 if max(needed) <= equal else wide)

    @property
    def current(self) -> str:
        """The key chosen, "" for none."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def allow(self, key: str, possible: bool) -> None:
        """Whether this one can be chosen; the reason stands beside the row."""
        self._buttons[key].setEnabled(possible)

    def _rebuild(self, keys: list[str]) -> None:
        for old in self._buttons.values():
            self._group.removeButton(old)
            self._row.removeWidget(old)
            old.deleteLater()
        self._buttons = {key: self._make(key) for key in keys}
        if not self._stretch and self._row.count() == len(keys):
            self._row.addStretch(1)

    def _make(self, key: str) -> QPushButton:
        button = word_button("", f"{self.objectName()}_{key}_button", "choice")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCheckable(True)
        if self._stretch:
            button.setMinimumWidth(28)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(button)
        self._row.addWidget(button, 1 if self._stretch else 0)
        return button


class SignChoices(QWidget):
    """A row of signs of which one is chosen."""

    chosen = Signal(str)

    def __init__(self, look: Look, name: str, choices: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self.setObjectName(name)
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for key, icon, words in choices:
            button = sign(look, icon, words, f"{name}_{key}_button")
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)

    def show_current(self, key: str) -> None:
        """Lights this one."""
        self._buttons[key].setChecked(True)


class Toggle(QAbstractButton):
    """A switch, on or off, 32 x 18 in a target of 36 x 28."""

    def __init__(self, look: Look, words: str, name: str) -> None:
        super().__init__()
        self._look = look
        self.setObjectName(name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(36, 28)
        say(self, words, words)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The target's size."""
        return QSize(36, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints track and knob, and the ring that shows the focus."""
        tokens, on = self._look.tokens, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(2, 5, 32, 18)
        edge = QColor(tokens.accent_fill if on else tokens.line_control)
        painter.setPen(QPen(edge, 1.2))
        painter.setBrush(QColor(tokens.accent_fill if on else tokens.field))
        painter.drawRoundedRect(track.adjusted(0.6, 0.6, -0.6, -0.6), 8.4, 8.4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.on_accent if on else tokens.text2))
        painter.drawEllipse(QRectF(19 if on else 5, 8, 12, 12))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-1, -3, 1, 3), 11, 11)
