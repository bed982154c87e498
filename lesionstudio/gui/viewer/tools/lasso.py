"""Lasso: an outline drawn freely with the button down; its inside is used when the button goes up."""

from math import hypot

from lesionstudio.gui.viewer.tools.outline import FEWEST, Make, Outlined, OutlineUse
from lesionstudio.gui.viewer.tools.tool import Editor, Held, Place, Sketch, Spot
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.words import _

_THIN = 0.3
"""In voxels: nearer places add nothing to the outline."""


class Lasso(Outlined):
    """With Shift the outline goes straight to the pointer. What it goes around twice is inside."""

    even_odd = False

    def __init__(
        self, history: Editor, label: int, geometry: Geometry, use: OutlineUse | None = None, make: Make | None = None
    ) -> None:
        super().__init__(history, label, geometry, use, make)
        self._k, self._points = 0, list[Place]()
        self._straight: Place | None = None
        self._held = Held()

    @property
    def is_down(self) -> bool:
        """Whether an outline is being drawn."""
        return bool(self._points)

    @property
    def sketch(self) -> Sketch | None:
        """The outline so far, and how it would be closed."""
        if not self._points:
            return None
        line = (*self._points, self._straight) if self._straight is not None else tuple(self._points)
        return Sketch(self._k, lines=(line,), dashed=((line[-1], line[0]),))

    def press(self, spot: Spot, held: Held) -> Box:
        """The outline begins here."""
        self._message, self._straight = "", None
        self._k, self._points, self._held = spot.k, [spot.place], held
        return EMPTY_BOX

    def move(self, spot: Spot, held: Held) -> Box:
        """The outline goes on; it stays on its slice."""
        if self._points:
            self._held = held
            if held.straight:
                self._straight = spot.place
                return EMPTY_BOX
            self._take_straight()
            last = self._points[-1]
            if hypot(spot.row - last[0], spot.column - last[1]) >= _THIN:
                self._points.append(spot.place)
        return EMPTY_BOX

    def finish(self) -> Box:
        """Uses the inside. A click draws nothing."""
        self._take_straight()
        points, self._points = self._points, []
        self._last_click = None
        return self._use_inside(self._k, points, self._held) if len(points) >= FEWEST else EMPTY_BOX

    def abandon(self) -> Box:
        """The outline is gone; nothing was painted yet."""
        self._points, self._straight = [], None
        return EMPTY_BOX

    def _take_straight(self) -> None:
        if self._straight is not None:
            self._points.append(self._straight)
        self._straight = None

    def _title(self, mode: str) -> str:
        return {"erase": _("Erase by lasso"), "cut": _("Cut by lasso")}.get(mode, _("Lasso"))
