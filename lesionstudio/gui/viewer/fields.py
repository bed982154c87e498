"""Fields: for each dot of the screen, which mark is nearest and how far inside it the dot lies (see inks). No Qt.

A mark is blurred by a fixed width of the screen, so its outline is smooth; but every voxel centre is kept on its own
side of the edge, so the outline never says anything else than the mask: a single voxel stays visible, a gap of one
voxel stays open. Where several voxels share a dot, the half decides, but no mark is lost. From 4 points a voxel on,
voxels become squares first: the outline runs along their edges. The cost depends on the dots a mark covers and not on
how ragged it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.viewer.inks import REACH, Blur
from lesionstudio.gui.viewer.opencv import opencv
from lesionstudio.gui.viewer.sampling import Cells, Cut, part_of, smooth, squares
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState

Pixels = NDArray[np.uint8]
Places = NDArray[np.intp]

SURELY_IN, SURELY_OUT = 150, 105
_BLUR_POINTS, _LEAST_BLUR_CELLS, _LEAST_CELL = 0.95, 0.7, 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """For the dots `at`: the place (from 0) of the nearest mark among those asked for, and its field number."""

    at: Rect
    nearest: Pixels
    inside: Pixels


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
    if not numbers:
        return None
    grid, reach = mark_cells(view), reach_dots(view)
    wanted = dots.intersect(view.screen.dots).intersect(view.picture.grown(reach))
    near = grid.voxels(grid.touched(view.voxels_of(wanted.grown(2 * reach))))
    at = _marked_dots(labels[near.rows, near.columns], near, view, reach).intersect(wanted)
    if at.is_empty:
        return None
    blur = blur_of(view)
    margin = ceil(2 * blur.dots / min(grid.down, grid.across)) + 1
    cut = Cut.around(grid, view, at, margin, beyond=True)
    covers = _covers(numbers, _with_border(labels, grid.voxels(cut.cells)), grid)
    return _nearest(at, ((place, _on_dots(cover, cut, grid, view, blur, at)) for place, cover in covers))


def _marked_dots(labels: Pixels, near: Rect, view: ViewState, reach: int) -> Rect:
    cv2 = opencv()

    left, top, width, height = cv2.boundingRect(labels)
    if width == 0:
        return NOTHING
    corner = near.top + top, near.left + left
    return view.dots_of(Rect(*corner, corner[0] + height, corner[1] + width)).grown(reach)


def _with_border(labels: Pixels, wanted: Rect) -> Pixels:
    """A rectangle of a slice that may reach over the edge, where nothing is marked."""
    inside = wanted.intersect(Rect(0, 0, *labels.shape))
    part = labels[inside.rows, inside.columns]
    if inside == wanted:
        return part
    above, before = inside.top - wanted.top, inside.left - wanted.left
    below, after = wanted.bottom - inside.bottom, wanted.right - inside.right
    return np.pad(part, ((above, below), (before, after)))


def _covers(numbers: Sequence[int], labels: Pixels, grid: Cells) -> Iterator[tuple[int, Pixels]]:
    """0 or 255 for each cell, for each number that occurs."""
    cv2 = opencv()

    for place, number in enumerate(numbers):
        cover = cv2.inRange(labels, number, number)
        if cv2.hasNonZero(cover):
            yield place, cover if grid.are_voxels else _cells_covered(cover, grid)


def _cells_covered(cover: Pixels, grid: Cells) -> Pixels:
    """Cells of which half is covered, and those that hold a mark too small to be seen otherwise."""
    cv2 = opencv()

    share = grid.averaged(cover)
    full = cv2.compare(share, 127, cv2.CMP_GT)
    lone = _any_in_cell(cover, grid) & ~cv2.dilate(full, np.ones((3, 3), np.uint8))
    covered: Pixels = full | lone
    return covered


def _any_in_cell(cover: Pixels, grid: Cells) -> Pixels:
    rows = cover.shape[0] // grid.high
    down = np.maximum.reduce(cover.reshape(rows, grid.high, -1), axis=1)
    both: Pixels = np.maximum.reduce([down[:, j :: grid.wide] for j in range(grid.wide)])
    return both


def _on_dots(cover: Pixels, cut: Cut, grid: Cells, view: ViewState, blur: Blur, at: Rect) -> Pixels:
    if view.is_crisp:
        drawn = _twice_boxed(squares(cover, cut, grid, view), int(blur.dots))
    else:
        soft = _blurred(cover, blur.dots / grid.down, blur.dots / grid.across)
        drawn = smooth(np.minimum(np.maximum(soft, cover & SURELY_IN), cover | SURELY_OUT), grid)
    _there, part = part_of(cut.dots, at)
    return drawn[part.rows, part.columns]


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


def _nearest(at: Rect, layers: Iterator[tuple[int, Pixels]]) -> Field | None:
    best: Any = None
    for place, inside in layers:
        if best is None:
            best = Field(at, np.full(inside.shape, place, np.uint8), inside)
            continue
        closer = inside > best.inside
        best.nearest[closer] = place
        best = Field(at, best.nearest, np.maximum(best.inside, inside))
    found: Field | None = best
    return found
