"""Brush and eraser. A drag is one stroke of the history and so one undo step.

Between two places of the pointer all that lies on the straight way is painted, so a stroke has no gaps however fast the
hand is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lesionstudio.gui.viewer.tools.painting import Painting
from lesionstudio.gui.viewer.tools.tool import Editor, Held, OpenStroke, Spot, Tool
from lesionstudio.imaging.brush import Covered, ball_radii, capsule, square
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.words import _

_LIGHTEST = 0.2
"""Of the diameter, how much a pen paints that hardly touches."""


@dataclass(frozen=True, slots=True)
class BrushForm:
    """`kind`: "round", "square" or "ball"; `in_pixels`: the diameter counts voxels; `by_pressure`: a pen widens it."""

    kind: str = "round"
    in_pixels: bool = False
    by_pressure: bool = False


class Brush(Painting):
    """With Shift the line from the last place to the pointer is straight, painted when it is let go."""

    def __init__(
        self, history: Editor, label: int, diameter: float, geometry: Geometry, form: BrushForm | None = None
    ) -> None:
        super().__init__(history, label)
        self._diameter, self._form = diameter, form or BrushForm()
        self._tip = _Tip(geometry, self._form)
        self._pressed = diameter
        self._stroke: OpenStroke | None = None
        self._last: Spot | None = None
        self._waiting: tuple[Spot, Held] | None = None
        self._changed = EMPTY_BOX

    @property
    def shape(self) -> str:
        """A square brush is a square."""
        return "square" if self._form.kind == "square" else "ring"

    @property
    def in_pixels(self) -> bool:
        """Whether the diameter counts voxels."""
        return self._form.in_pixels

    @property
    def diameter(self) -> float:
        """As wide as it paints now: narrower under a pen that is pressed lightly."""
        return self._pressed

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
        self._last, self._waiting, self._changed, self._message = None, None, EMPTY_BOX, ""
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
        self._pressed = self._diameter
        self._last_click = stroke.commit()
        return self._changed

    def abandon(self) -> Box:
        """Puts everything back."""
        if self._stroke is None:
            return EMPTY_BOX
        stroke, self._stroke, self._last, self._waiting = self._stroke, None, None, None
        self._pressed = self._diameter
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
        if self._form.by_pressure and held.pressure is not None:
            self._pressed = self._diameter * (_LIGHTEST + (1 - _LIGHTEST) * held.pressure)
        box, label = EMPTY_BOX, 0 if held.erase else self._label
        for k, covered in self._tip.covered(last, spot, self._pressed / 2):
            box = box.union(self._stroke.paint(k, covered.row, covered.column, covered.cover, label))
        self._changed = self._changed.union(box)
        return box


class _Tip:
    """What a brush of a form covers on a grid."""

    def __init__(self, geometry: Geometry, form: BrushForm) -> None:
        through, down, across = geometry.spacing_mm
        self._is_ball, self._covers = form.kind == "ball", square if form.kind == "square" else capsule
        self._spacing = (1.0, 1.0) if form.in_pixels else (down, across)
        places = geometry.positions_mm or [k * through for k in range(geometry.shape[0])] if self._is_ball else []
        # A ball is one in mm, whatever its diameter is counted in.
        self._places = [place / across for place in places] if form.in_pixels else list(places)

    def covered(self, start: Spot, end: Spot, radius: float) -> Iterator[tuple[int, Covered]]:
        """Slices, with what is covered on each."""
        if not self._is_ball:
            yield end.k, self._covers(start.place, end.place, radius, self._spacing)
            return
        for k, cut in ball_radii(end.k, radius, self._places):
            yield k, capsule(start.place, end.place, cut, self._spacing, way_counts=k == end.k)


class Eraser(Brush):
    """A brush that takes marks away."""

    def __init__(self, history: Editor, diameter: float, geometry: Geometry, form: BrushForm | None = None) -> None:
        super().__init__(history, 0, diameter, geometry, form)

    def take_over(self, before: Tool) -> None:
        """Nothing is kept from tool to tool."""
