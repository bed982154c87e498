"""Fields: for each dot of the screen, which mark is nearest and how far inside it the dot lies (see inks). No Qt.

A mark is blurred by a fixed width of the screen, so its outline is smooth; but every voxel centre is kept on its own
side of the edge, so the outline never says anything else than the mask: a single voxel stays visible, a gap of one
voxel stays open. Where several voxels share a dot, the half decides, but no mark is lost. From 4 points a voxel on,
voxels become squares first: the outline runs along their edges. The cost depends on the dots a mark covers and not on
how ragged it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.viewer.inks import REACH, Blur
from lesionstudio.gui.viewer.opencv import opencv
from lesionstudio.gui.viewer.sampling import Cells, Cut, part_of, smooth, squares
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState

Pixels = NDArray[np.uint8]
Places = NDArray[np.intp]

SURELY_IN, SURELY_OUT = 150, 105
_WORTH_A_LOOK = 1 << 19
"""Voxels from which on it pays to look first where there are marks at all."""

_MOST_AVERAGED = 16
"""Voxels along a cell up to which one marked voxel is not lost in the mean."""

_BLUR_POINTS, _LEAST_BLUR_CELLS, _LEAST_CELL = 0.95, 0.7, 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """For the dots `at`: the place (from 0) of the nearest mark among those asked for, and its field number.

    `both` is the place times 256 plus the number; where one mark is alone, `only` is its place instead.
    """

    at: Rect
    nearest: Pixels
    inside: Pixels
    only: int | None = None
    both: NDArray[np.uint16] | None = None


@lru_cache(maxsize=16)
def mark_cells(view: ViewState) -> Cells:
    """The grid marks are drawn on: no cell may fall between two dots."""
    return Cells.of(view, least=_LEAST_CELL)


@lru_cache(maxsize=16)
def blur_of(view: ViewState) -> Blur:
    """How marks are blurred: enough to hide the steps of voxels, but not the corners of squares."""
    per_point, grid = view.screen.dots_per_point, mark_cells(view)
    if view.is_crisp:
        return Blur(2 * ceil(per_point) + 1, is_box=True)
    return Blur(max(_BLUR_POINTS * per_point, _LEAST_BLUR_CELLS * max(grid.down, grid.across)))


@lru_cache(maxsize=16)
def reach_dots(view: ViewState) -> int:
    """How many dots beyond its voxels a mark may be seen."""
    return ceil(REACH * view.screen.dots_per_point) + ceil(0.5 * max(1.0, view.down, view.across)) + 1


def field_of(numbers: Sequence[int], labels: Pixels, view: ViewState, dots: Rect) -> Field | None:
    """The field of the voxels with these numbers in a slice, on these dots; None where none of them is near."""
    wanted = dots.intersect(view.screen.dots).intersect(view.picture.grown(reach_dots(view)))
    near = view.voxels_of(wanted.grown(_margin_dots(view)))
    if wanted.is_empty or near.is_empty:
        return None
    near = _shrunk(labels, near)
    part, fields = labels[near.rows, near.columns], []
    for place, number in enumerate(numbers):
        cover = opencv().inRange(part, number, number)
        at = _dots_of_mark(cover, near, view).intersect(wanted)
        if not at.is_empty:
            inside = _inside(cover, near, view, at)
            fields.append(Field(at, np.broadcast_to(np.uint8(place), inside.shape), inside, place))
    return _joined(fields)


@lru_cache(maxsize=16)
def _margin_dots(view: ViewState) -> int:
    """How many dots around a mark its field depends on."""
    return ceil(_margin_cells(view) * max(mark_cells(view).down, mark_cells(view).across))


@lru_cache(maxsize=16)
def _margin_cells(view: ViewState) -> int:
    grid = mark_cells(view)
    return ceil(2 * blur_of(view).dots / min(grid.down, grid.across)) + 1


def _shrunk(labels: Pixels, near: Rect) -> Rect:
    """The part of a large rectangle in which anything is marked; where nothing is, its first voxel."""
    part = labels[near.rows, near.columns]
    if part.size <= _WORTH_A_LOOK:
        return near
    left, top, width, height = opencv().boundingRect(part)
    corner = near.top + top, near.left + left
    return Rect(*corner, corner[0] + max(height, 1), corner[1] + max(width, 1))


def _dots_of_mark(cover: Pixels, near: Rect, view: ViewState) -> Rect:
    left, top, width, height = opencv().boundingRect(cover)
    if width == 0:
        return NOTHING
    corner = near.top + top, near.left + left
    return view.dots_of(Rect(*corner, corner[0] + height, corner[1] + width)).grown(reach_dots(view))


def _inside(cover: Pixels, near: Rect, view: ViewState, at: Rect) -> Pixels:
    """The field number of each dot of `at`, for a mark (0 or 255) in a rectangle of voxels."""
    grid = mark_cells(view)
    cut = Cut.around(grid, view, at, _margin_cells(view), beyond=True)
    voxels = _with_border(cover, near, grid.voxels(cut.cells))
    cells = voxels if grid.are_voxels else _cells_covered(voxels, grid)
    drawn = _on_dots(cells, cut, view)
    _there, part = part_of(cut.dots, at)
    return drawn[part.rows, part.columns]


def _on_dots(cells: Pixels, cut: Cut, view: ViewState) -> Pixels:
    grid, blur = mark_cells(view), blur_of(view)
    if view.is_crisp:
        return _twice_boxed(squares(cells, cut, grid, view), int(blur.dots))
    soft = _blurred(cells, blur.dots / grid.down, blur.dots / grid.across)
    return smooth(np.minimum(np.maximum(soft, cells & SURELY_IN), cells | SURELY_OUT), grid)


def _with_border(cover: Pixels, near: Rect, wanted: Rect) -> Pixels:
    """Another rectangle of voxels of which `near` is known; nothing is marked elsewhere."""
    there = wanted.intersect(near)
    part = cover[there.top - near.top : there.bottom - near.top, there.left - near.left : there.right - near.left]
    if there == wanted:
        return part
    above, before = there.top - wanted.top, there.left - wanted.left
    below, after = wanted.bottom - there.bottom, wanted.right - there.right
    bordered: Pixels = opencv().copyMakeBorder(part, above, below, before, after, opencv().BORDER_CONSTANT, value=0)
    return bordered


def _cells_covered(cover: Pixels, grid: Cells) -> Pixels:
    """Cells of which half is covered, and those that hold a mark too small to be seen otherwise."""
    cv2 = opencv()

    share = grid.averaged(cover)
    full = cv2.compare(share, 127, cv2.CMP_GT)
    some = (
        _any_in_cell(cover, grid) if max(grid.high, grid.wide) > _MOST_AVERAGED else cv2.compare(share, 0, cv2.CMP_GT)
    )
    lone = some & ~cv2.dilate(full, np.ones((3, 3), np.uint8))
    covered: Pixels = full | lone
    return covered


def _any_in_cell(cover: Pixels, grid: Cells) -> Pixels:
    rows = cover.shape[0] // grid.high
    down = np.maximum.reduce(cover.reshape(rows, grid.high, -1), axis=1)
    both: Pixels = np.maximum.reduce([down[:, j :: grid.wide] for j in range(grid.wide)])
    return both


def _blurred(cover: Pixels, down: float, across: float) -> Pixels:
    cv2 = opencv()

    size = (2 * ceil(2 * across) + 1, 2 * ceil(2 * down) + 1)
    soft: Pixels = cv2.GaussianBlur(cover, size, sigmaX=across, sigmaY=down, borderType=cv2.BORDER_REPLICATE)
    return soft


def _twice_boxed(cover: Pixels, dots: int) -> Pixels:
    cv2 = opencv()

    once = cv2.blur(cover, (dots, dots), borderType=cv2.BORDER_REPLICATE)
    twice: Pixels = cv2.blur(once, (dots, dots), borderType=cv2.BORDER_REPLICATE)
    return twice


def _joined(fields: list[Field]) -> Field | None:
    """One field of several: of the marks at a dot the one that the dot is furthest inside of."""
    if len(fields) <= 1:
        return fields[0] if fields else None
    cv2, at = opencv(), fields[0].at
    for field in fields[1:]:
        at = at.union(field.at)
    nearest, inside = (np.zeros((at.bottom - at.top, at.right - at.left), np.uint8) for _layer in range(2))
    for field in fields:
        _there, part = part_of(at, field.at)
        best, place = inside[part.rows, part.columns], nearest[part.rows, part.columns]
        closer = cv2.compare(field.inside, best, cv2.CMP_GT)
        cv2.copyTo(np.full(closer.shape, field.only or 0, np.uint8), closer, dst=place)
        cv2.max(best, field.inside, dst=best)
    both: NDArray[np.uint16] = cv2.merge((inside, nearest)).view(np.uint16)[..., 0]
    return Field(at, nearest, inside, both=both)
