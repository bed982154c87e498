"""The Window section: histogram with two handles, width and level, presets by number, and how masks are shown."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from lesionstudio.gui.actions import PRESETS
from lesionstudio.gui.look_actions import TURNING
from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import SMALLEST, action_button, action_sign
from lesionstudio.gui.widgets.fields import NumberField, Slider
from lesionstudio.gui.widgets.histogram import WindowHistogram
from lesionstudio.gui.widgets.text import label
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import _, number, unit_name

_MOST_OPAQUE, _DEFAULT_OPACITY, _COLUMNS = 70, 30, 3


class DisplayPanel(QFrame):
    """Shows a window and asks for another; `opacity_wanted` from 0 to 0.7."""

    window_wanted = Signal(object)
    opacity_wanted = Signal(float)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "section")
        self._actions, self._window = actions, Window(1, 0)
        self._preset = label(role="second", name="window_preset")
        self._histogram = WindowHistogram(look)
        self._ends = [label(role="hint") for _end in range(3)]
        self._width = NumberField("window_width", _("Width"))
        self._level = NumberField("window_level", _("Level"))
        self._fault = label(role="bad", name="window_fault")
        self._presets = [_preset_button(look, actions, n) for n in range(1, PRESETS + 1)]
        self._opacity = Slider("opacity", _("Mask opacity"), 0, _MOST_OPAQUE, _DEFAULT_OPACITY)
        self._percent = label(role="second", name="opacity_text")
        self._lay_out(look, actions)
        self._connect()
        self.show_window(self._window, "")
        self.show_opacity(_DEFAULT_OPACITY / 100)
        self.show_presets([""] * PRESETS, 0)

    def show_window(self, window: Window, preset_name: str) -> None:
        """Puts handles and fields where the window is."""
        self._window = window
        self._preset.setText(preset_name)
        self._histogram.show_window(window.low, window.high)
        digits = 0 if window.width >= 20 else 2
        self._width.show_value(window.width, digits=digits)
        self._level.show_value(window.level, digits=digits)

    def show_histogram(self, counts: NDArray[np.integer], low: float, high: float, unit: str) -> None:
        """Shows how often values from low to high occur; unit is "HU" or ""."""
        self._histogram.show_counts(counts, low, high)
        digits = 0 if high - low >= 20 else 2
        middle = (low + high) / 2
        for end, value in zip(self._ends, (low, middle, high)):
            end.setText(number(value, digits))
        if unit:
            self._ends[2].setText(f"{number(high, digits)} {unit_name(unit)}")
        reach = high - low
        self._width.show_range(reach / 1000, 4 * reach, reach / 100)
        self._level.show_range(low - reach, high + reach, reach / 100)

    def show_presets(self, names: Sequence[str], current: int) -> None:
        """Names the presets on keys 1, 2, ...; current is the number in use, 0 for none. Others are not shown."""
        for n, button in enumerate(self._presets, 1):
            button.setVisible(n <= len(names))
            self._actions[f"preset_{n}"].setChecked(n == current)
            if n <= len(names):
                button.setText(f"{n}  {names[n - 1]}")
                button.setAccessibleName(names[n - 1])

    def show_opacity(self, opacity: float) -> None:
        """Puts the slider where the opacity (0 to 0.7) is."""
        self._opacity.show_value(round(opacity * 100))
        self._percent.setText(_("{n} %").format(n=number(round(opacity * 100))))

    def take_focus(self) -> None:
        """Gives the keys to the first field."""
        self._width.setFocus(Qt.FocusReason.TabFocusReason)

    def _connect(self) -> None:
        self._histogram.window_wanted.connect(lambda low, high: self.window_wanted.emit(Window.between(low, high)))
        self._width.value_changed.connect(lambda width: self.window_wanted.emit(Window(width, self._window.level)))
        self._level.value_changed.connect(lambda level: self.window_wanted.emit(Window(self._window.width, level)))
        for field in (self._width, self._level):
            field.fault.connect(self._show_fault)
        self._opacity.valueChanged.connect(self._want_opacity)

    def _want_opacity(self, percent: int) -> None:
        self._percent.setText(_("{n} %").format(n=number(percent)))
        self.opacity_wanted.emit(percent / 100)

    def _show_fault(self, words: str) -> None:
        self._fault.setText(words)
        self._fault.setVisible(bool(words))

    def _lay_out(self, look: Look, actions: Actions) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 6)
        column.setSpacing(5)
        turning = [action_sign(look, actions, verb, px=16) for verb in TURNING]
        for one in turning:
            one.setFixedSize(SMALLEST, SMALLEST)
        head = _row(label(_("Window"), "section"), None, self._preset, *turning)
        head.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._histogram)
        column.addLayout(self._ends_row())
        self._fault.hide()
        for field in (self._width, self._level):
            field.setFixedWidth(64)
        column.addLayout(_row(label(_("Width"), "second"), self._width, None, label(_("Level"), "second"), self._level))
        column.addWidget(self._fault)
        column.addLayout(self._preset_grid())
        outline, hide = action_sign(look, actions, "outline_only"), action_sign(look, actions, "hide_mask")
        self._percent.setMinimumWidth(34)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        mask = _row(label(_("Mask"), "second"), self._percent, outline, hide)
        mask.insertWidget(1, self._opacity, 1)
        column.addLayout(mask)

    def _ends_row(self) -> QHBoxLayout:
        for end, side in zip(
            self._ends, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        ):
            end.setAlignment(side)
        row = QHBoxLayout()
        for end in self._ends:
            row.addWidget(end, 1)
        return row

    def _preset_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(4)
        for place, button in enumerate(self._presets):
            grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        return grid


def _preset_button(look: Look, actions: Actions, n: int) -> QPushButton:
    return action_button(look, actions, f"preset_{n}", kind="choice")


def _row(*parts: QLabel | NumberField | object | None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part)  # type: ignore[arg-type]
    return row
