"""Tools: what a drag over the picture does to the mask. No Qt: places come as voxel coordinates, keys as meanings.

A drag is one stroke of the history and so one undo step. Between two places of the pointer a capsule is painted, so a
stroke has no gaps however fast the hand is. Each method returns the voxels that changed; nobody here redraws anything.
"""

from dataclasses import dataclass
from typing import Protocol

from lesionstudio.imaging.brush import Cover, capsule
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.words import _


@dataclass(frozen=True, slots=True)
class Held:
    """What the keys held down mean: erase instead, draw straight, pick the label under the pointer."""

    erase: bool = False
    straight: bool = False
    pick: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in slice k, in fractions of voxels; whole numbers are voxel centres."""

    k: int
    row: float
    column: float


class OpenStroke(Protocol):
    """What a tool needs of editing.Stroke."""

    def paint(self, k: int, row: int, column: int, cover: Cover, label: int) -> Box:
        """Marks covered voxels; returns the block looked at."""

    def commit(self) -> object:
        """Makes it one step of the history."""

    def abandon(self) -> Box:
        """Puts everything back."""


class Editor(Protocol):
    """What a tool needs of editing.EditHistory."""

    @property
    def is_open(self) -> bool:
        """Whether a stroke is in the making."""

    def stroke(self, title: str) -> OpenStroke:
        """Opens a stroke."""


class Tool(Protocol):
    """What the picture needs of a tool. press, move and finish or abandon, in this order, as the button goes."""

    @property
    def label(self) -> int:
        """The number it paints; 0 erases."""

    @property
    def diameter(self) -> float:
        """In mm where the scan has a spacing, else in voxels."""

    @property
    def is_down(self) -> bool:
        """Whether a stroke is in the making."""

    @property
    def straight_from(self) -> Spot | None:
        """Where a straight line that is not painted yet begins."""

    def press(self, spot: Spot, held: Held) -> Box:
        """The button went down here."""

    def move(self, spot: Spot, held: Held) -> Box:
        """The pointer came here with the button down."""

    def finish(self) -> Box:
        """The button went up: one step of the history. Returns all that the stroke changed."""

    def abandon(self) -> Box:
        """The stroke is taken back, as if it had never been."""


class Brush:
    """A round brush. With Shift the line from the last place to the pointer is straight, painted when it is let go."""

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


def refusal(tool: Tool | None, labels: LabelSet, held: Held, *, marks_hidden: bool) -> str:
    """Why the tool may not paint now, as a sentence; "" when it may."""
    if tool is None:
        return ""
    if marks_hidden:
        return _("The mask is hidden.")
    if held.erase or tool.label == 0:
        return ""
    label = labels.by_number(tool.label)
    if label is None:
        return _("Add a label first.")
    if label.locked:
        return _("{name} is locked.").format(name=label.name)
    return "" if label.visible else _("{name} is hidden.").format(name=label.name)
