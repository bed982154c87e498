"""The bar over the picture: the tool in use, its diameter, and what it does."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.proposal_strip import ProposalStrip
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.fields import NumberField, Slider
from lesionstudio.gui.widgets.text import Dot, ElidedLabel, label, rule
from lesionstudio.words import _

HEIGHT = 42
_STEPS = 100


class OptionsBar(QFrame):
    """42 high. The slider grows by ratio: each step of it makes the brush larger by the same share."""

    diameter_wanted = Signal(float)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "bar")
        self.setFixedHeight(HEIGHT)
        self._low, self._high = 1.0, 100.0
        self._tool = label(role="section", name="tool_name")
        self._slider = Slider("brush_diameter_slider", _("Diameter"), 0, _STEPS, _STEPS // 2)
        self._slider.setFixedWidth(110)
        self._field = NumberField("brush_diameter", _("Diameter"), 1)
        self._field.setFixedWidth(76)
        self.proposal = ProposalStrip(look, actions)
        self._dot, self._does = Dot(), ElidedLabel("second", "tool_does")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(10)
        self._own, self._diameter_word = QHBoxLayout(), label(_("Diameter"), "second")
        self._own.setSpacing(10)
        row.addWidget(self._tool)
        row.addLayout(self._own)
        for part in (self._diameter_word, self._slider, self._field):
            row.addWidget(part)
        line = rule(vertical=True)
        line.setFixedHeight(20)
        row.addWidget(line)
        row.addWidget(self.proposal)
        row.addWidget(self._dot)
        row.addWidget(self._does, 1)
        self._slider.valueChanged.connect(lambda step: self.diameter_wanted.emit(self._diameter(step)))
        self._field.value_changed.connect(self.diameter_wanted)

    def show_tool(self, name: str, does: str, colour: str = "") -> None:
        """Shows the tool's name and what it does now; colour is that of the label it paints."""
        self._tool.setText(name)
        self._does.setText(does)
        self._dot.show_colour(colour)
        self._dot.setVisible(bool(colour))

    def show_options(self, widgets: Sequence[QWidget]) -> None:
        """Shows the tool's own widgets, in place of those of the tool before."""
        while (item := self._own.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
        for widget in widgets:
            self._own.addWidget(widget)
            widget.show()

    def show_diameter(self, diameter: float, unit: str, low: float, high: float, *, shown: bool = True) -> None:
        """Shows the diameter in "mm" or "px" and how small and large it can be."""
        for part in (self._diameter_word, self._slider, self._field):
            part.setVisible(shown)
        self._low, self._high = low, high
        digits = 1 if unit == "mm" else 0
        self._field.show_range(low, high, 0.5 if unit == "mm" else 1.0)
        self._field.show_value(diameter, unit, digits)
        self._slider.show_value(self._step(diameter))

    def _diameter(self, step: int) -> float:
        return float(self._low * (self._high / self._low) ** (step / _STEPS))

    def _step(self, diameter: float) -> int:
        from math import log

        inside = min(max(diameter, self._low), self._high)
        return round(_STEPS * log(inside / self._low) / log(self._high / self._low))
