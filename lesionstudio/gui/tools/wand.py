"""The magic wand in the window: its options, and what becomes of regions too large to follow with the hand."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.viewer.tools.wand import Wand, WandWork, title
from lesionstudio.gui.widgets.buttons import Choices
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.options import LimitField, named
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.wand import WandRule, wanded
from lesionstudio.words import _, unit_name

_MOST, _FARTHEST = 65535.0, 1000.0


class WandKind(ToolKind):
    """Takes what is like the voxel pointed at. HU and other values have a tolerance each."""

    verb = "wand"
    defaults = {"tolerance_hu": 40.0, "tolerance": 20.0, "is_3d": False, "connected": True, "within": 0.0}

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._fields: tuple[NumberField, Choices, Choices, NumberField] | None = None
        self._bar: tuple[QWidget, ...] = ()

    def make(self, context: ToolContext) -> Tool:
        """A wand with these options."""
        scan, values = context.scan, self.values
        rule = WandRule(
            tolerance=values[self._tolerance_of(scan)],
            is_3d=values["is_3d"] and scan.slices > 1,
            connected=values["connected"],
            within_mm=values["within"],
        )
        told = partial(self._keep_tolerance, scan)
        large = partial(self._find_large, scan)
        width = context.parts.session.window.width
        return Wand(WandWork(context.editor, scan, context.label, rule, width, told, large))

    def options(self, look: Look) -> Sequence[QWidget]:
        """Tolerance, 2-D or 3-D, hanging together or everywhere, and how far."""
        self._bar = self._bar or self._make_bar()
        return self._bar

    def _make_bar(self) -> tuple[QWidget, ...]:
        tolerance = NumberField("wand_tolerance", _("Tolerance"))
        depth, reach = Choices("wand_depth", stretch=False), Choices("wand_reach", stretch=False)
        within = LimitField("wand_within", _("At most so far from the pointer; 0 for any distance"), _("Any"))
        within.show_range(0.0, _FARTHEST, 5.0)
        tolerance.show_range(0.0, _MOST)
        for field in (tolerance, within):
            field.setFixedWidth(76)
        self._fields = tolerance, depth, reach, within
        tolerance.value_changed.connect(self._type_tolerance)
        depth.chosen.connect(lambda key: self.keep(is_3d=key == "volume"))
        reach.chosen.connect(lambda key: self.keep(connected=key == "connected"))
        within.value_changed.connect(lambda length: self.keep(within=length))
        return named(_("Tolerance"), tolerance), depth, reach, named(_("Within"), within)

    def follow(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        if self._fields is None or scan is None:
            return
        (tolerance, depth, reach, within), values = self._fields, self.values
        value = values[self._tolerance_of(scan)]
        tolerance.show_value(value, unit_name(scan.unit), 0 if value == round(value) else 2)
        depth.show_choices((("slice", _("2-D")), ("volume", _("3-D"))), "volume" if values["is_3d"] else "slice")
        depth.allow("volume", scan.slices > 1)
        choices = ("connected", _("Connected")), ("everywhere", _("Everywhere"))
        reach.show_choices(choices, "connected" if values["connected"] else "everywhere")
        within.show_value(values["within"], _("mm") if scan.geometry.has_spacing else _("px"))

    def _tolerance_of(self, scan: Scan) -> str:
        return "tolerance_hu" if scan.unit == "HU" else "tolerance"

    def _type_tolerance(self, value: float) -> None:
        if self.parts.session.scan is not None:
            self._keep_tolerance(self.parts.session.scan, value)

    def _keep_tolerance(self, scan: Scan, value: float) -> None:
        self.keep(**{self._tolerance_of(scan): value})

    def _find_large(self, scan: Scan, seed: Index, rule: WandRule, label: int) -> None:
        self.parts.proposals.compute(title(label), wanded, scan, seed, rule, label, title(label))
