"""What stands in the options bar of every tool that paints: the value range, and what is painted over."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import Toggle, say, sign
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.text import label
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.paint_rules import Over, PaintRules
from lesionstudio.words import _, unit_name

_FIELD, _OVER, _MOST = 57, 98, 1e7


class RangeFields(QWidget):
    """A switch, two values, invert, and a picker that takes the values from the picture. `action` turns it on too."""

    turned = Signal(bool)
    range_wanted = Signal(float, float)
    inverted = Signal(bool)
    pick_wanted = Signal()

    def __init__(self, look: Look, action: QAction) -> None:
        super().__init__()
        self.setObjectName("value_range_fields")
        self._switch = Toggle(look, _("Only these values"), "value_range_switch")
        self._switch.setToolTip(action.toolTip())
        action.changed.connect(lambda: self._switch.setToolTip(action.toolTip()))
        self._low = NumberField("value_range_low", _("Lowest value"))
        self._high = NumberField("value_range_high", _("Highest value"))
        self._only, self._unit = label(_("Only"), "second"), label(role="second")
        self._only.setContentsMargins(0, 0, 2, 0)
        self._invert = sign(look, "contrast", _("All values but these"), "value_range_invert_button")
        self._invert.setCheckable(True)
        self._pick = sign(look, "color-picker", "", "value_range_pick_button")
        say(
            self._pick, _("Take the range from the picture"), _("Take the range from the picture: click, or drag a box")
        )
        self._pick.setCheckable(True)
        self._lay_out()
        self._switch.toggled.connect(self.turned)
        for field in (self._low, self._high):
            field.setFixedWidth(_FIELD)
            field.show_range(-_MOST, _MOST)
            field.value_changed.connect(lambda _v: self.range_wanted.emit(self._low.value, self._high.value))
        self._invert.clicked.connect(lambda: self.inverted.emit(self._invert.isChecked()))
        self._pick.clicked.connect(self.pick_wanted)

    def show_rules(self, rules: PaintRules, unit: str, digits: int, *, picking: bool) -> None:
        """Shows the range; `picking`: it is being taken from the picture."""
        self._switch.blockSignals(True)
        self._switch.setChecked(rules.gate_on)
        self._switch.blockSignals(False)
        self._low.show_value(rules.low, "", digits)
        self._high.show_value(rules.high, "", digits)
        for part in (self._low, self._high, self._invert):
            part.setEnabled(rules.gate_on)
        self._invert.setChecked(rules.inverted)
        self._pick.setChecked(picking)
        self._unit.setText(unit_name(unit) if unit else "")
        self._unit.setVisible(bool(unit))
        self.updateGeometry()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        parts = (self._switch, self._only, self._low, label("–", "second"), self._high)
        for part in (*parts, self._unit, self._invert, self._pick):
            row.addWidget(part)


class OverChoice(Pick):
    """Over which marks is painted: all, only background, or only those of one label."""

    def __init__(self) -> None:
        super().__init__("paint_over", _("Which marks may be painted over"), _OVER)

    def show_rules(self, rules: PaintRules, labels: LabelSet) -> None:
        """Shows the choice, and the labels there are."""
        choices: list[tuple[Over, str]] = [("all", _("Over all")), ("background", _("Only background"))]
        choices += [(one.number, _("Only {name}").format(name=one.name)) for one in labels.shown()]
        self.show_choices(choices, rules.over)
