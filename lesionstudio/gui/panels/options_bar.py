"""The bar over the picture: the tool in use, its options, what it may change, and what it does."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.proposal_strip import ProposalStrip
from lesionstudio.gui.panels.rule_fields import OverChoice, RangeFields
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.fields import NumberField, Slider
from lesionstudio.gui.widgets.overflow import OverflowRow
from lesionstudio.gui.widgets.text import Dot, ElidedLabel, label
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.words import _

HEIGHT = 42
_STEPS = 100


class OptionsBar(QFrame):
    """42 high. What has no room goes into the menu "more", the last first: what it does, paint over, value range."""

    diameter_wanted = Signal(float)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "bar")
        self.setFixedHeight(HEIGHT)
        self._tool = label(role="section", name="tool_name")
        self.range, self.over = RangeFields(look, actions["value_range"]), OverChoice()
        self._diameter = DiameterFields()
        self.proposal = ProposalStrip(look, actions)
        self._dot, self._does = Dot(), ElidedLabel("second", "tool_does")
        self._words, self._said = "", ""
        self._row = OverflowRow(look, self._make_does())
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(10)
        row.addWidget(self._tool)
        row.addWidget(self._row, 1)
        row.addWidget(self.proposal)
        self._diameter.diameter_wanted.connect(self.diameter_wanted)
        self.show_options(())

    def show_tool(self, name: str, does: str, colour: str = "") -> None:
        """Shows the tool's name and what it does now; colour is that of the label it paints."""
        self._tool.setText(name)
        self._words = does
        self._dot.show_colour(colour)
        self._dot.setVisible(bool(colour))
        self.say(self._said)

    def say(self, sentence: str) -> None:
        """Says this, if it has room, in place of what the tool does, until "" is said; the status bar says it too."""
        self._said, self._does.cuts = sentence, not sentence
        self._does.setText(sentence or self._words)

    def show_options(
        self,
        widgets: Sequence[QWidget],
        rare: Sequence[QWidget] = (),
        *,
        has_rules: bool = True,
        proposes: bool = False,
    ) -> None:
        """Shows the tool's own widgets, and behind all others those rarely used; `has_rules`: the paint rules too.

        `proposes`: the place of Accept and Reject is kept free, so that nothing moves when they come and go.
        """
        self.proposal.keep_place(proposes)
        rules = (self.range, self.over) if has_rules else ()
        self._row.show_parts([*widgets, self._diameter, *rules, *rare])

    def show_diameter(self, diameter: float, unit: str, low: float, high: float, *, shown: bool = True) -> None:
        """Shows the diameter in "mm" or "px" and how small and large it can be."""
        self._row.show_part(self._diameter, shown)
        self._diameter.show_diameter(diameter, unit, low, high)

    def show_rules(self, rules: PaintRules, labels: LabelSet, unit: str, digits: int, *, picking: bool) -> None:
        """Shows what may be changed; `picking`: the value range is being taken from the picture."""
        self.range.show_rules(rules, unit, digits, picking=picking)
        self.over.show_rules(rules, labels)
        self._row.mark(self.range, rules.gate_on)
        self._row.mark(self.over, rules.over != "all")

    def _make_does(self) -> QWidget:
        rest = QWidget()
        row = QHBoxLayout(rest)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._dot)
        row.addWidget(self._does, 1)
        return rest


class DiameterFields(QWidget):
    """A slider and a number. The slider grows by ratio: each step of it makes the brush larger by the same share."""

    diameter_wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._low, self._high = 1.0, 100.0
        self._slider = Slider("brush_diameter_slider", _("Diameter"), 0, _STEPS, _STEPS // 2)
        self._slider.setFixedWidth(38)
        self._slider.setToolTip(_("Diameter"))
        self._field = NumberField("brush_diameter", _("Diameter"), 1)
        self._field.setFixedWidth(68)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._slider)
        row.addWidget(self._field)
        row.addStretch(1)
        self._slider.valueChanged.connect(lambda step: self.diameter_wanted.emit(self._diameter(step)))
        self._field.value_changed.connect(self.diameter_wanted)

    def show_diameter(self, diameter: float, unit: str, low: float, high: float) -> None:
        """Shows the diameter in "mm" or "px" and how small and large it can be."""
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
