"""Toolbox: which tool is in the hand, how large it is, and which label it paints, in every view."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.paint_gate import PaintGate
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.tools import KINDS
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.gui.viewer.tools.range_picker import RangePicker
from lesionstudio.gui.viewer.tools.tool import Editor, Tool
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _, unit_name

DIAMETERS = {"mm": (0.5, 100.0), "px": (1.0, 400.0)}
STEP = 1.15
_SETTLED_MS = 800


@dataclass(frozen=True, eq=False, slots=True)
class Surface:
    """What tools work on in one view, in the coordinates of its plane."""

    editor: Editor
    scan: Scan
    plane: Plane


class Toolbox(QObject):
    """Keeps the tool of each view in step with label, scan and diameter, and says in the options bar what it does.

    `chosen`: another tool is in the hand.
    """

    chosen = Signal()

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._session = parts, parts.session
        self._page = parts.window.draw_page
        self.kinds: dict[str, ToolKind] = {kind.verb: kind(parts) for kind in KINDS}
        self.tool = "brush"
        self.point: tuple[int, int, int] | None = None
        self.plane = Plane()
        self._views: dict[SliceView, Callable[[], Surface | None]] = {}
        self._in_hand: dict[SliceView, tuple[tuple[object, ...], Tool]] = {}
        self._picking = False
        self.gate = PaintGate(parts.session, self)
        settings = parts.session.settings
        self._diameters = {"mm": settings.brush_diameter_mm, "px": settings.brush_diameter_px}
        self._later = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._later.timeout.connect(self._remember)
        parts.session.scan_closed.connect(self._remember_now)
        for kind in self.kinds.values():
            kind.changed.connect(self._option_changed)
        self._connect_gate()

    def add_view(self, view: SliceView, surface: Callable[[], Surface | None]) -> None:
        """From now on gives this view the tool in the hand too, made for what `surface` says; None: no tool there."""
        self._views[view] = surface

    @property
    def kind(self) -> ToolKind:
        """The kind of tool in the hand."""
        return self.kinds[self.tool]

    @property
    def unit(self) -> str:
        """ "mm" where the scan has a spacing, not a microscope's, and nobody chose pixels, else "px"."""
        scan, in_pixels = self._session.scan, bool(self.kind.values.get("in_pixels"))
        return "mm" if scan is not None and scan.geometry.is_of_mm and not in_pixels else "px"

    @property
    def diameter(self) -> float:
        """The diameter in the unit in use."""
        return self._diameters[self.unit]

    def choose(self, tool: str) -> None:
        """Takes the tool of this verb into the hand."""
        before, self.tool, self._picking = self.tool, tool, False
        if before != tool:
            self.kinds[before].dropped()
        look, bar = self._parts.window.look, self._page.options_bar
        facts = {"has_rules": self.kind.has_rules, "proposes": self.kind.proposes}
        bar.show_options(self.kind.options(look), self.kind.rare_options(look), **facts)
        self.kind.chosen()
        self.refresh()
        self.chosen.emit()

    def set_diameter(self, diameter: float) -> None:
        """Makes the tool this large, in the unit in use."""
        low, high = DIAMETERS[self.unit]
        self._diameters[self.unit] = min(max(diameter, low), high)
        self._later.start()
        self.refresh()

    def step(self, steps: float) -> None:
        """Makes the tool larger by some steps, each by the same share; smaller when negative."""
        wished = self.diameter * STEP**steps
        if self.unit == "px":
            wished = (
                max(round(wished), round(self.diameter) + 1)
                if steps > 0
                else min(round(wished), round(self.diameter) - 1)
            )
        self.set_diameter(wished)

    def refresh(self) -> None:
        """Gives views and options bar what is in the hand now."""
        for view, surface in self._views.items():
            self._hand_over(view, surface())
        actions, bar, labels = self._parts.window.actions_by_verb, self._page.options_bar, self._session.labels
        actions[self.tool].setChecked(True)
        actions["value_range"].setChecked(self.gate.rules.gate_on)
        self.kind.follow(self._session.scan)
        bar.show_rules(self.gate.rules, labels, self.gate.unit, self.gate.digits, picking=self._picking)
        low, high = DIAMETERS[self.unit]
        bar.show_diameter(self.diameter, self.unit, low, high, shown=self.kind.has_diameter)
        label = labels.by_number(self._session.label_in_use)
        bar.show_tool(actions.specs[self.tool].text, *self.kind.does(label))

    def _hand_over(self, view: SliceView, surface: Surface | None) -> None:
        if surface is None or not self._session.can_edit:
            self._in_hand.pop(view, None)
            view.set_tool(None)
            view.set_refusal(_("Open for looking only") if surface is not None else "")
            return
        view.set_refusal("")
        view.set_rules(self.gate.rules, surface.editor.voxels)
        view.set_tool(self._made(view, surface))

    def _made(self, view: SliceView, surface: Surface) -> Tool | None:
        if self._picking:
            return RangePicker(surface.editor, unit_name(self.gate.unit), self._picked)
        tool = self.kind.make(
            ToolContext(
                parts=self._parts,
                editor=surface.editor,
                scan=surface.scan,
                geometry=surface.scan.geometry,
                label=self._session.label_in_use,
                diameter=self.diameter,
                unit=self.unit,
                plane=surface.plane,
            )
        )
        made_for = (self.tool, self._session.open, surface.plane)
        before = self._in_hand.pop(view, None)
        if tool is None:
            return None
        if before is not None and before[0] == made_for:
            tool.take_over(before[1])
        self._in_hand[view] = (made_for, tool)
        return tool

    # The paint rules

    def pick_range(self) -> None:
        """The next click or drag takes the value range from the picture; asked again: no longer."""
        self._picking = not self._picking and self._session.can_edit
        self.refresh()

    def _picked(self, found: tuple[float, float] | None) -> None:
        self._picking = False
        if found is not None:
            digits = self.gate.digits
            self.gate.set_range(round(found[0], digits), round(found[1], digits))
        self.refresh()

    def _connect_gate(self) -> None:
        bar, gate, actions = self._page.options_bar, self.gate, self._parts.window.actions_by_verb
        gate.changed.connect(self.refresh)
        bar.range.turned.connect(gate.turn_on)
        bar.range.range_wanted.connect(gate.set_range)
        bar.range.inverted.connect(gate.invert)
        bar.range.pick_wanted.connect(self.pick_range)
        bar.over.picked.connect(gate.paint_over)
        actions.on("value_range", lambda: gate.turn_on(actions["value_range"].isChecked()))

    def _option_changed(self) -> None:
        self._later.start()
        self.refresh()

    def _remember_now(self) -> None:
        if self._later.isActive():
            self._later.stop()
            self._remember()

    def _remember(self) -> None:
        settings = self._session.settings
        mm, px = self._diameters["mm"], self._diameters["px"]
        tools = {verb: dict(kind.values) for verb, kind in self.kinds.items() if kind.values}
        self._session.apply_settings(replace(settings, brush_diameter_mm=mm, brush_diameter_px=px, tools=tools))
