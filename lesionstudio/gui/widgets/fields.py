"""Fields: text that keeps its keys to itself, numbers with a unit and a range, and the slider."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSlider, QWidget

from lesionstudio.gui.theme import restyle
from lesionstudio.words import _, number

_OWN_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down}


def keeps_key(event: QKeyEvent) -> bool:
    """Whether a key pressed while typing belongs to the field and not to a shortcut of the window."""
    plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return plain and event.key() in _OWN_KEYS


class Field(QLineEdit):
    """One line of text. While it is typed in, no single key of the window fires. Enter and Esc leave it."""

    abandoned = Signal()

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)

    def event(self, event: QEvent) -> bool:
        """Claims its own keys before the window's shortcuts see them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and keeps_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is done, Esc is undone; both give the keys back to the picture."""
        if event.key() == Qt.Key.Key_Escape:
            self.abandoned.emit()
            self.clearFocus()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()


class NumberField(Field):
    """A number with its unit. Says `value_changed` for a number in range; else its edge is red and `fault` says why."""

    value_changed = Signal(float)
    fault = Signal(str)

    def __init__(self, name: str, words: str, digits: int = 0) -> None:
        super().__init__(name, words)
        self._value, self._digits, self._unit = 0.0, digits, ""
        self._low, self._high, self._step = float("-inf"), float("inf"), 1.0
        self.setProperty("dense", "true")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.editingFinished.connect(self._take)
        self.abandoned.connect(self._put_back)

    def show_range(self, low: float, high: float, step: float = 1.0) -> None:
        """Allows numbers from low to high; arrow keys go by step."""
        self._low, self._high, self._step = low, high, step

    def show_value(self, value: float, unit: str = "", digits: int | None = None) -> None:
        """Shows this number, unless one is being typed."""
        self._value, self._unit = value, unit
        self._digits = self._digits if digits is None else digits
        if not self.isModified() or not self.hasFocus():
            self._put_back()

    @property
    def value(self) -> float:
        """The last number that was allowed."""
        return self._value

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go by one step."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if steps:
            self._go(self._value + steps * self._step)
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Goes by one step while focused; else the wheel is not for it."""
        if not self.hasFocus():
            event.ignore()
            return
        self._go(self._value + (self._step if event.angleDelta().y() > 0 else -self._step))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Chooses the whole number, so that typing replaces it."""
        super().focusInEvent(event)
        self.setText(number(self._value, self._digits))
        self.selectAll()

    def _take(self) -> None:
        if not self.isModified():
            self._put_back()
            return
        typed = _parsed(self.text().removesuffix(self._unit))
        if typed is None or not self._low <= typed <= self._high:
            restyle(self, wrong="true")
            self.fault.emit(self._allowed())
            return
        self._go(typed)

    def _go(self, value: float) -> None:
        value = min(max(value, self._low), self._high)
        changed = value != self._value
        self._value = value
        self._put_back()
        if changed:
            self.value_changed.emit(value)

    def _put_back(self) -> None:
        tail = f" {self._unit}" if self._unit and not self.hasFocus() else ""
        self.setText(number(self._value, self._digits) + tail)
        self.setModified(False)
        if self.property("wrong") == "true":
            restyle(self, wrong="false")
            self.fault.emit("")

    def _allowed(self) -> str:
        low, high = number(self._low, self._digits), number(self._high, self._digits)
        return _("Type a number between {low} and {high}.").format(low=low, high=high)


class Slider(QSlider):
    """A level slider that the wheel moves only while focused; a double click brings its default back."""

    def __init__(self, name: str, words: str, low: int, high: int, default: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setRange(low, high)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._default = default

    def set_default(self, default: int) -> None:
        """What a double click brings back."""
        self._default = default

    def show_value(self, value: int) -> None:
        """Moves the knob without saying so."""
        if not self.isSliderDown() and value != self.value():
            self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Not for a slider that has no focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the groove jumps there."""
        if event.button() == Qt.MouseButton.LeftButton and not self._on_knob(event):
            share = (event.position().x() - 7) / max(self.width() - 14, 1)
            self.setValue(round(self.minimum() + share * (self.maximum() - self.minimum())))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the default."""
        self.setValue(self._default)

    def _on_knob(self, event: QMouseEvent) -> bool:
        share = (self.value() - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        return abs(7 + share * (self.width() - 14) - event.position().x()) <= 8


def ends_typing(widget: QWidget | None) -> bool:
    """Whether the widget takes typed text, so that single keys must not act."""
    return isinstance(widget, QLineEdit)


def _parsed(text: str) -> float | None:
    tidy = text.replace("\N{MINUS SIGN}", "-").replace(",", ".").strip()
    try:
        return float(tidy)
    except ValueError:
        return None
