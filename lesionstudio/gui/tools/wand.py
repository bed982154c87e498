"""The magic wand in the window: its options, and what becomes of regions too large to follow with the hand."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.tools.proposing import Limits
from lesionstudio.gui.viewer.tools.tool import Tool
from lesionstudio.gui.viewer.tools.wand import Wand, WandWork, title
from lesionstudio.gui.widgets.buttons import Choices
from lesionstudio.gui.widgets.fields import NumberField
from lesionstudio.gui.widgets.options import LimitField, named
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.imaging.permitted import permitted
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.wand import WandRule, wanded
from lesionstudio.progress import Reporter, silent
from lesionstudio.words import _, unit_name

_MOST, _FARTHEST = 65535.0, 1000.0


class WandKind(ToolKind):
    """Takes what is like the voxel pointed at. HU and other values have a tolerance each."""

    verb = "wand"
    defaults = {
        "tolerance_hu": 40.0,
        "tolerance": 20.0,
        "is_3d": False,
        "connected": True,
        "within": 0.0,
        "within_px": 0.0,
    }

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
            within_mm=values[self._within_of(scan)] * (1.0 if scan.geometry.is_of_mm else scan.geometry.spacing_mm[2]),
        )
        told = partial(self._keep_tolerance, scan)
        large = partial(self._find_large, scan)
        width, allowed = context.parts.session.window.width, partial(self._allowed, context)
        return Wand(WandWork(context.editor, scan, context.label, rule, width, allowed, told, large))

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
        within.value_changed.connect(self._keep_within)
        return named(_("Tolerance"), tolerance), depth, reach, named(_("Within"), within)

    def follow(self, scan: Scan | None) -> None:
        """Shows what is chosen."""
        if self._fields is None or scan is None:
            return
        (tolerance, depth, reach, within), values = self._fields, self.values
        value = values[self._tolerance_of(scan)]
        tolerance.show_value(value, unit_name(scan.unit), 0 if value == round(value) else 2)
        current = "volume" if values["is_3d"] and scan.slices > 1 else "slice"
        depth.show_choices((("slice", _("2-D")), ("volume", _("3-D"))), current)
        depth.allow("volume", scan.slices > 1)
        choices = ("connected", _("Connected")), ("everywhere", _("Everywhere"))
        reach.show_choices(choices, "connected" if values["connected"] else "everywhere")
        within.show_value(values[self._within_of(scan)], _("mm") if scan.geometry.is_of_mm else _("px"))

    def hints(self) -> Sequence[tuple[tuple[str, ...], str]]:
        """What a drag does, and the keys."""
        drag = ((_("Drag"),), _("right: more, left: less"))
        return drag, (("Alt",), _("erase")), (("Ctrl",), _("pick label"))

    def _tolerance_of(self, scan: Scan) -> str:
        return "tolerance_hu" if scan.unit == "HU" else "tolerance"

    def _within_of(self, scan: Scan) -> str:
        return "within" if scan.geometry.is_of_mm else "within_px"

    def _keep_within(self, length: float) -> None:
        if self.parts.session.scan is not None:
            self.keep(**{self._within_of(self.parts.session.scan): length})

    def _type_tolerance(self, value: float) -> None:
        if self.parts.session.scan is not None:
            self._keep_tolerance(self.parts.session.scan, value)

    def _keep_tolerance(self, scan: Scan, value: float) -> None:
        self.keep(**{self._tolerance_of(scan): value})

    def _allowed(self, context: ToolContext, found: Proposal) -> Proposal | None:
        """What letting go would really change, in the coordinates of the view."""
        history, (first, *_start), (last, *_stop) = self.parts.session.history, found.box.start, found.box.stop
        if history is None or not (history.rules.limits or history.locked):
            return found
        marked = Marked(context.geometry.shape, {k: context.editor.mask.labels(k) for k in range(first, last)})
        return permitted(found, marked, history.rules, context.editor.voxels, history.locked)

    def _find_large(self, scan: Scan, seed: Index, rule: WandRule, label: int) -> None:
        opened = self.parts.session.open
        if opened is None:
            return
        history = opened.history
        limits = Limits(history.rules, values_of(opened.scan), history.locked, opened.scan.geometry.spacing_mm)
        wish = scan, seed, rule, label, title(label)
        self.parts.proposals.compute(title(label), all_of_it, wish, Marked.now(opened.mask), limits)


def all_of_it(
    wish: tuple[Scan, Index, WandRule, int, str], marked: Marked, limits: Limits, report: Reporter = silent
) -> Proposal | None:
    """All that the wand takes, as far as it may be marked."""
    return permitted(wanded(*wish, report), marked, limits.rules, limits.values, limits.locked)
