"""BoxTool: a box drawn over the picture. It marks nothing itself: what is in it is for somebody else to answer."""

from collections.abc import Callable
from math import floor

from lesionstudio.gui.viewer.tools.tool import Held, Place, Sketch, Spot, Tool
from lesionstudio.imaging.geometry import EMPTY_BOX, Box

Corners = tuple[int, int, int, int]
"""First row and column, and those after the last."""

FEWEST = 4
"""Pixels that a box has at least in each direction; what is smaller was a click."""


class BoxTool(Tool):
    """Drag from corner to corner; `then(k, corners)` is told when the button goes up. Esc drops the box."""

    paints = False

    def __init__(self, shape: tuple[int, ...], then: Callable[[int, Corners], None], refused: str = "") -> None:
        self._rows, self._columns = shape[-2:]
        self._then, self._refused = then, refused
        self._from: Spot | None = None
        self._to: Spot | None = None
        self._asked: tuple[int, Corners] | None = None
        self._said = ""

    @property
    def is_down(self) -> bool:
        """Whether a box is being drawn."""
        return self._from is not None

    @property
    def message(self) -> str:
        """Why nothing was asked."""
        return self._said

    @property
    def sketch(self) -> Sketch | None:
        """The box in the making; dashed the one that was asked for last."""
        if self._from is not None and self._to is not None:
            return Sketch(self._from.k, lines=(_outline(self._corners(self._from, self._to)),))
        return Sketch(self._asked[0], dashed=(_outline(self._asked[1]),)) if self._asked else None

    def take_over(self, before: Tool) -> None:
        """Keeps the box that is there."""
        if isinstance(before, BoxTool):
            self._from, self._to, self._asked = before._from, before._to, before._asked

    def press(self, spot: Spot, held: Held) -> Box:
        """One corner."""
        self._said, self._asked = self._refused, None
        if not self._refused:
            self._from = self._to = spot
        return EMPTY_BOX

    def move(self, spot: Spot, held: Held) -> Box:
        """The other corner follows the pointer."""
        if self._from is not None and spot.k == self._from.k:
            self._to = spot
        return EMPTY_BOX

    def finish(self) -> Box:
        """Asks for what is in the box."""
        first, last = self._from, self._to
        self._from = self._to = None
        if first is None or last is None:
            return EMPTY_BOX
        corners = self._corners(first, last)
        if min(corners[2] - corners[0], corners[3] - corners[1]) >= FEWEST:
            self._asked = (first.k, corners)
            self._then(first.k, corners)
        return EMPTY_BOX

    def abandon(self) -> Box:
        """As if it had never been drawn."""
        self._from = self._to = None
        return EMPTY_BOX

    def key(self, name: str) -> Box | None:
        """Esc takes the box away."""
        if name != "escape" or self.sketch is None:
            return None
        self._asked = None
        return self.abandon()

    def _corners(self, one: Spot, other: Spot) -> Corners:
        rows, columns = sorted((one.row, other.row)), sorted((one.column, other.column))
        top, bottom = _span(rows, self._rows)
        left, right = _span(columns, self._columns)
        return top, left, bottom, right


def _span(ends: list[float], length: int) -> tuple[int, int]:
    """The pixels that lie between two places, inside the picture; a pixel's middle is a whole number."""
    first, last = (min(max(floor(end + 0.5), 0), length - 1) for end in ends)
    return first, last + 1


def _outline(corners: Corners) -> tuple[Place, ...]:
    top, left, bottom, right = (edge - 0.5 for edge in corners)
    return (top, left), (top, right), (bottom, right), (bottom, left), (top, left)
