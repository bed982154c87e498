"""Polygon: an outline of corners that are clicked and can be moved until it is closed."""

from dataclasses import dataclass, field
from math import hypot

from lesionstudio.gui.viewer.tools.outline import FEWEST, Make, Outlined, OutlineUse
from lesionstudio.gui.viewer.tools.tool import Editor, Held, Place, Sketch, Spot, Tool
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.words import _


@dataclass(slots=True)
class _Corners:
    """What was clicked so far, on slice k. `moved`: the corner in the hand, `came_from`: where it was, None if new."""

    k: int = 0
    places: list[Place] = field(default_factory=list)
    moved: int | None = None
    came_from: Place | None = None
    pointer: Place | None = None
    held: Held = field(default_factory=Held)
    closed_by_click: bool = False


class Polygon(Outlined):
    """A click adds a corner, a drag moves one; double click, Enter or a click on the first corner closes it.

    Backspace takes the last corner away, Esc all of them.
    """

    def __init__(
        self, history: Editor, label: int, geometry: Geometry, use: OutlineUse | None = None, make: Make | None = None
    ) -> None:
        super().__init__(history, label, geometry, use, make)
        self._corners = _Corners()

    @property
    def is_down(self) -> bool:
        """Whether a corner is in the hand."""
        return self._corners.moved is not None

    @property
    def sketch(self) -> Sketch | None:
        """The corners, the lines between them, and how the polygon would be closed."""
        corners = self._corners
        if not corners.places:
            return None
        line = tuple(corners.places)
        to_pointer = (line[-1], corners.pointer) if corners.pointer is not None and not self.is_down else (line[-1],)
        return Sketch(corners.k, lines=(line,), dashed=((*to_pointer, line[0]),), handles=line)

    def take_over(self, before: Tool) -> None:
        """The corners stay."""
        super().take_over(before)
        if isinstance(before, Polygon):
            self._corners = before._corners

    def press(self, spot: Spot, held: Held) -> Box:
        """Takes the corner here into the hand, or a new one; on another slice a new polygon begins."""
        corners, self._message = self._corners, ""
        if corners.k != spot.k:
            corners.places.clear()
        corners.k, corners.held, corners.closed_by_click = spot.k, held, False
        near = next((n for n, one in enumerate(corners.places) if _apart(one, spot.place) <= spot.reach), None)
        if near is None:
            corners.places.append(spot.place)
        corners.moved = len(corners.places) - 1 if near is None else near
        corners.came_from = None if near is None else corners.places[near]
        return EMPTY_BOX

    def move(self, spot: Spot, held: Held) -> Box:
        """Moves the corner in the hand; a hand that trembles moves none."""
        corners = self._corners
        if corners.moved is not None and corners.k == spot.k:
            here, came_from = corners.places[corners.moved], corners.came_from
            if came_from is None or here != came_from or _apart(came_from, spot.place) > spot.reach / 2:
                corners.places[corners.moved] = spot.place
        return EMPTY_BOX

    def finish(self) -> Box:
        """Lets the corner go; a click on the first one closes the polygon."""
        corners = self._corners
        on_first = corners.moved == 0 and corners.came_from == corners.places[0] and len(corners.places) >= FEWEST
        corners.moved, corners.closed_by_click = None, on_first
        return self._close() if on_first else EMPTY_BOX

    def abandon(self) -> Box:
        """The corner goes back to where it was."""
        corners = self._corners
        if corners.moved is not None:
            if corners.came_from is None:
                corners.places.pop(corners.moved)
            else:
                corners.places[corners.moved] = corners.came_from
            corners.moved = None
        return EMPTY_BOX

    def hover(self, spot: Spot | None, held: Held) -> None:
        """The line to the pointer follows it."""
        corners = self._corners
        corners.held = held
        corners.pointer = spot.place if spot is not None and spot.k == corners.k else None

    def double_click(self, spot: Spot, held: Held) -> Box:
        """Closes the polygon; where none was begun it fills a hole, as with any painting tool."""
        corners = self._corners
        if corners.closed_by_click:
            return EMPTY_BOX
        corners.held = held
        if len(corners.places) <= 1:
            corners.places.clear()
            return super().double_click(spot, held)
        return self._close()

    def key(self, name: str) -> Box | None:
        """Enter closes it, Backspace takes the last corner away, Esc all; without corners no key is for it."""
        corners = self._corners
        if not corners.places or name == "delete":
            return None
        if name == "enter":
            return self._close()
        corners.places[:] = corners.places[:-1] if name == "backspace" else []
        self._message = ""
        return EMPTY_BOX

    def _close(self) -> Box:
        corners = self._corners
        if len(corners.places) < FEWEST:
            self._message = _("A polygon has three corners or more.")
            return EMPTY_BOX
        places = list(corners.places)
        corners.places.clear()
        return self._use_inside(corners.k, places, corners.held)

    def _title(self, mode: str) -> str:
        return {"erase": _("Erase by polygon"), "cut": _("Cut by polygon")}.get(mode, _("Polygon"))


def _apart(one: Place, other: Place) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
