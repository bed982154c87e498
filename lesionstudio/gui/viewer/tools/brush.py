"""Brush and eraser. A drag is one stroke of the history and so one undo step.

Between two places of the pointer a capsule is painted, so a stroke has no gaps however fast the hand is.
"""

from lesionstudio.gui.viewer.tools.tool import Editor, Held, OpenStroke, Spot, Tool
from lesionstudio.imaging.brush import capsule
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.words import _


class Brush(Tool):
    """A round brush. With Shift the line from the last place to the pointer is straight, painted when it is let go."""

    shape = "ring"

    def __init__(self, history: Editor, label: int, diameter: float, geometry: Geometry) -> None:
        self._history, self._label, self._diameter = history, label, diameter
        self._spacing = geometry.spacing_mm[1:]
        self._stroke: OpenStroke | None = None
        self._last: Spot | None = None
        self._waiting: tuple[Spot, Held] | None = None
        self._changed = EMPTY_BOX

    @property
    def label(self) -> int:
        """The number it paints; 0 erases."""
        return self._label

    @property
    def diameter(self) -> float:
        """In mm where the scan has a spacing, else in voxels."""
        return self._diameter

    @property
    def is_down(self) -> bool:
        """Whether a stroke is in the making."""
        return self._stroke is not None

    @property
    def straight_from(self) -> Spot | None:
        """Where a straight line that is not painted yet begins."""
        return self._last if self._waiting is not None else None

    def press(self, spot: Spot, held: Held) -> Box:
        """Opens a stroke with a dab; nothing happens while the history is busy."""
        if self._stroke is not None or self._history.is_open:
            return EMPTY_BOX
        self._stroke = self._history.stroke(self._title(held))
        self._last, self._waiting, self._changed = None, None, EMPTY_BOX
        return self._draw_to(spot, held)

    def move(self, spot: Spot, held: Held) -> Box:
        """Draws on to this place, or keeps a straight line waiting."""
        if self._stroke is None:
            return EMPTY_BOX
        if held.straight and self._last is not None and self._last.k == spot.k:
            self._waiting = (spot, held)
            return EMPTY_BOX
        return self._draw_waiting().union(self._draw_to(spot, held))

    def finish(self) -> Box:
        """Draws a waiting line and makes the stroke one step."""
        if self._stroke is None:
            return EMPTY_BOX
        self._draw_waiting()
        stroke, self._stroke, self._last = self._stroke, None, None
        stroke.commit()
        return self._changed

    def abandon(self) -> Box:
        """Puts everything back."""
        if self._stroke is None:
            return EMPTY_BOX
        stroke, self._stroke, self._last, self._waiting = self._stroke, None, None, None
        return stroke.abandon().union(self._changed)

    def _title(self, held: Held) -> str:
        return _("Eraser") if held.erase or self._label == 0 else _("Brush")

    def _draw_waiting(self) -> Box:
        waiting, self._waiting = self._waiting, None
        return self._draw_to(*waiting) if waiting is not None else EMPTY_BOX

    def _draw_to(self, spot: Spot, held: Held) -> Box:
        if self._stroke is None:
            return EMPTY_BOX
        last = self._last if self._last is not None and self._last.k == spot.k else spot
        self._last = spot
        start, end = (last.row, last.column), (spot.row, spot.column)
        covered = capsule(start, end, self._diameter / 2, self._spacing)
        label = 0 if held.erase else self._label
        box = self._stroke.paint(spot.k, covered.row, covered.column, covered.cover, label)
        self._changed = self._changed.union(box)
        return box


class Eraser(Brush):
    """A brush that takes marks away."""

    def __init__(self, history: Editor, diameter: float, geometry: Geometry) -> None:
        super().__init__(history, 0, diameter, geometry)
