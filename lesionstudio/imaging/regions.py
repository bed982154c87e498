"""A region of one slice with its marks, put elsewhere: on the slices beside it, some way off, or mirrored."""

from typing import Literal

import numpy as np

from lesionstudio.imaging.brush import Covered
from lesionstudio.imaging.cleanup import changes
from lesionstudio.imaging.geometry import Box, Index
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import Pixels
from lesionstudio.imaging.proposal import Proposal

Sides = Literal["left_right", "up_down"]


def copied(
    marked: Marked, k: int, region: Covered, count: int, title: str, locked: frozenset[int] = frozenset()
) -> Proposal | None:
    """The region's marks on the next `count` slices too (on those before, when negative); None for no mark, no slice.

    Marks come over what is there; background of the region takes nothing away.
    """
    first, stop = (k + 1, k + 1 + count) if count > 0 else (k + count, k)
    slices = range(max(first, 0), min(stop, marked.shape[0]))
    box, marks = _marks(marked, k, region)
    if box.is_empty or not len(slices):
        return None
    goal = Box((slices.start, *box.start[1:]), (slices.stop, *box.stop[1:]))
    before = marked.block(goal)
    return changes(title, goal, before, np.where(marks > 0, marks, before), locked)


def moved(
    marked: Marked, k: int, region: Covered, by: tuple[int, int], title: str, locked: frozenset[int] = frozenset()
) -> Proposal | None:
    """The region's marks so many rows down and columns to the right; what comes to lie beyond the edge is lost."""
    box, marks = _marks(marked, k, region)
    there = Box(_shifted(box.start, by), _shifted(box.stop, by))
    return _placed(marked, box, marks, there, marks, title, locked)


def mirrored(
    marked: Marked,
    k: int,
    region: Covered,
    sides: Sides,
    title: str,
    locked: frozenset[int] = frozenset(),
    *,
    middle: float | None = None,
    keep: bool = False,
) -> Proposal | None:
    """The region's marks mirrored about a line of the slice; `keep`: those that were there stay as well.

    `middle`: the line's column for "left_right", its row for "up_down"; None: the middle of the marks.
    """
    box, marks = _marks(marked, k, region)
    axis = 2 if sides == "left_right" else 1
    line = (box.start[axis] + box.stop[axis] - 1) / 2 if middle is None else middle
    first = round(2 * line) - (box.stop[axis] - 1)
    by = (first - box.start[axis]) if not box.is_empty else 0
    shift = (0, by) if axis == 2 else (by, 0)
    there = Box(_shifted(box.start, shift), _shifted(box.stop, shift))
    return _placed(marked, box, marks, there, np.flip(marks, axis), title, locked, keep=keep)


def _marks(marked: Marked, k: int, region: Covered) -> tuple[Box, Pixels]:
    """The smallest box around the region's marks within the slice, and the marks in it (1, rows, columns)."""
    rows, columns = region.cover.shape
    wide = Box((k, region.row, region.column), (k + 1, region.row + rows, region.column + columns))
    inside = wide.intersect(Box.of_slice(marked.shape, k))
    if inside.is_empty:
        return inside, np.zeros((1, 0, 0), np.uint8)
    top, left = inside.start[1] - region.row, inside.start[2] - region.column
    high, broad = inside.shape[1:]
    labels = marked.block(inside) * region.cover[top : top + high, left : left + broad]
    around = Marked.of(labels).box()
    start = tuple(a + b for a, b in zip(inside.start, around.start))
    stop = tuple(a + b for a, b in zip(inside.start, around.stop))
    return Box(start, stop), labels[around.slices()]  # type: ignore[arg-type]


def _placed(
    marked: Marked,
    here: Box,
    marks: Pixels,
    there: Box,
    turned: Pixels,
    title: str,
    locked: frozenset[int],
    *,
    keep: bool = False,
) -> Proposal | None:
    if here.is_empty:
        return None
    whole = here.union(there)
    box = whole.intersect(Box.of_slice(marked.shape, here.start[0]))
    before = marked.block(box)
    after = np.zeros(whole.shape, np.uint8)
    inside = _within(box, whole)
    after[inside] = before
    if not keep:
        after[_within(here, whole)][marks > 0] = 0
    goal = after[_within(there, whole)]
    goal[turned > 0] = turned[turned > 0]
    return changes(title, box, before, after[inside], locked)


def _within(box: Box, whole: Box) -> tuple[slice, slice, slice]:
    return tuple(slice(a - start, b - start) for a, b, start in zip(box.start, box.stop, whole.start))  # type: ignore[return-value]


def _shifted(corner: Index, by: tuple[int, int]) -> Index:
    return corner[0], corner[1] + by[0], corner[2] + by[1]
