"""Toolbox: which tool is in the hand, how large it is, and which label it paints, in every view."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.tools import KINDS
from lesionstudio.gui.tools.kind import ToolContext, ToolKind
from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.gui.viewer.tools.tool import Editor, Tool
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

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
    """Keeps the tool of each view in step with label, scan and diameter, and says in the options bar what it does."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._session = parts, parts.session
        self._page = parts.window.draw_page
        self.kinds: dict[str, ToolKind] = {kind.verb: kind(parts) for kind in KINDS}
        self.tool = "brush"
        self.point: tuple[int, int, int] | None = None
        self._views: dict[SliceView, Callable[[], Surface | None]] = {}
        self._in_hand: dict[SliceView, tuple[str, Editor, Tool]] = {}
        settings = parts.session.settings
        self._diameters = {"mm": settings.brush_diameter_mm, "px": settings.brush_diameter_px}
        self._later = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._later.timeout.connect(self._remember)
        for kind in self.kinds.values():
            kind.changed.connect(self._option_changed)

    def add_view(self, view: SliceView, surface: Callable[[], Surface | None]) -> None:
        """From now on gives this view the tool in the hand too, made for what `surface` says; None: no tool there."""
        self._views[view] = surface

    @property
    def kind(self) -> ToolKind:
        """The kind of tool in the hand."""
        return self.kinds[self.tool]

    @property
    def unit(self) -> str:
        """ "mm" where the scan has a spacing, else "px"."""
        scan = self._session.scan
        return "mm" if scan is not None and scan.geometry.has_spacing else "px"

    @property
    def diameter(self) -> float:
        """The diameter in the unit in use."""
        return self._diameters[self.unit]

    def choose(self, tool: str) -> None:
        """Takes the tool of this verb into the hand."""
        before, self.tool = self.tool, tool
        if before != tool:
            self.kinds[before].dropped()
        self._page.options_bar.show_options(self.kind.options(self._parts.window.look))
        self.kind.chosen()
        self.refresh()

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
        self._parts.window.actions_by_verb[self.tool].setChecked(True)
        low, high = DIAMETERS[self.unit]
        bar = self._page.options_bar
        bar.show_diameter(self.diameter, self.unit, low, high, shown=self.kind.has_diameter)
        label = self._session.labels.by_number(self._session.label_in_use)
        bar.show_tool(self._parts.window.actions_by_verb.specs[self.tool].text, *self.kind.does(label))

    def _hand_over(self, view: SliceView, surface: Surface | None) -> None:
        if surface is None or not self._session.can_edit:
            self._in_hand.pop(view, None)
            view.set_tool(None)
            view.set_refusal(_("Open for looking only") if surface is not None else "")
            return
        view.set_refusal("")
        history = self._session.history
        view.set_rules(history.rules if history is not None else PaintRules(), surface.editor.voxels)
        view.set_tool(self._made(view, surface))

    def _made(self, view: SliceView, surface: Surface) -> Tool | None:
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
        verb, editor, before = self._in_hand.pop(view, ("", None, None))
        if tool is None:
            return None
        if before is not None and verb == self.tool and editor is surface.editor:
            tool.take_over(before)
        self._in_hand[view] = (self.tool, surface.editor, tool)
        return tool

    def _option_changed(self) -> None:
        self._later.start()
        self.refresh()

    def _remember(self) -> None:
        settings = self._session.settings
        mm, px = self._diameters["mm"], self._diameters["px"]
        tools = {verb: dict(kind.values) for verb, kind in self.kinds.items() if kind.values}
        self._session.apply_settings(replace(settings, brush_diameter_mm=mm, brush_diameter_px=px, tools=tools))
