"""Toolbox: which tool is in the hand, how large it is, and which label it paints."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from lesionstudio.gui.parts import Parts
from lesionstudio.gui.viewer.tools import Brush, Eraser
from lesionstudio.words import _

DIAMETERS = {"mm": (0.5, 100.0), "px": (1.0, 400.0)}
STEP = 1.15
_SETTLED_MS = 800


class Toolbox(QObject):
    """Keeps the tool of the picture in step with label, scan and diameter, and says in the options bar what it does."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._session = parts, parts.session
        self.tool = "brush"
        self.point: tuple[int, int, int] | None = None
        settings = parts.session.settings
        self._diameters = {"mm": settings.brush_diameter_mm, "px": settings.brush_diameter_px}
        self._later = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._later.timeout.connect(self._keep_diameters)

    @property
    def unit(self) -> str:
        """ "mm" where the scan has a spacing, else "px"."""
        scan = self._session.scan
        return "mm" if scan is not None and scan.geometry.has_spacing else "px"

    @property
    def diameter(self) -> float:
        """The diameter in the scan's unit."""
        return self._diameters[self.unit]

    def choose(self, tool: str) -> None:
        """Takes this tool into the hand: "brush" or "eraser"."""
        self.tool = tool
        self.refresh()

    def set_diameter(self, diameter: float) -> None:
        """Makes the tool this large, in the scan's unit."""
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
        """Gives picture and options bar what is in the hand now."""
        self._hand_over()
        page = self._parts.window.draw_page
        label = self._session.labels.by_number(self._session.label_in_use)
        self._parts.window.actions_by_verb[self.tool].setChecked(True)
        low, high = DIAMETERS[self.unit]
        page.options_bar.show_diameter(self.diameter, self.unit, low, high)
        name = self._parts.window.actions_by_verb.specs[self.tool].text
        if self.tool == "eraser":
            page.options_bar.show_tool(name, _("takes marks of unlocked labels away"))
        elif label is not None and label.locked:
            page.options_bar.show_tool(name, _("{name} is locked").format(name=label.name), label.colour)
        else:
            does = _("paints {name}").format(name=label.name) if label else ""
            page.options_bar.show_tool(name, does, label.colour if label else "")

    def _hand_over(self) -> None:
        scan, history, picture = self._session.scan, self._session.history, self._parts.window.draw_page.picture
        if scan is None or history is None or not self._session.can_edit:
            picture.set_tool(None)
            picture.set_refusal(_("Open for looking only") if scan is not None else "")
            return
        picture.set_refusal("")
        if self.tool == "eraser":
            picture.set_tool(Eraser(history, self.diameter, scan.geometry))
        else:
            picture.set_tool(Brush(history, self._session.label_in_use, self.diameter, scan.geometry))

    def _keep_diameters(self) -> None:
        settings = self._session.settings
        mm, px = self._diameters["mm"], self._diameters["px"]
        self._session.apply_settings(replace(settings, brush_diameter_mm=mm, brush_diameter_px=px))
