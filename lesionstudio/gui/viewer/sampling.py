"""Bringing voxels to the dots of the screen: averaged where many share a dot, smooth up to 4 points, then as squares.

A linear resize is an order of magnitude faster than a general warp but starts on a whole dot, and a voxel rarely does.
So a cut begins a few voxels further out, at one whose edge lies on a dot to within a few hundredths. No Qt.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.viewer.opencv import opencv
from lesionstudio.gui.viewer.view_state import Rect, ViewState

Array = NDArray[Any]
_LOOK_BACK, _GOOD_ENOUGH = 16, 0.06


@dataclass(frozen=True, slots=True)
class Cells:
    """The grid that is drawn: blocks of `high` x `wide` voxels where several share a dot, else single voxels."""

    high: int
    wide: int
    rows: int
    columns: int
    down: float
    across: float

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, view: ViewState, least: float = 0.5) -> "Cells":
        """The finest grid whose cells are larger than `least` dots."""
        high, wide = _block(view.down, least), _block(view.across, least)
        rows, columns = -(-view.rows // high), -(-view.columns // wide)
        return cls(high, wide, rows, columns, view.down * high, view.across * wide)

    @property
    def are_voxels(self) -> bool:
        """Whether a cell is one voxel."""
        return self.high == 1 and self.wide == 1

    def averaged(self, pixels: Array) -> Array:
        """Voxels (rows, columns[, channels]) as the mean of each cell."""
        if self.are_voxels:
            return pixels
        cv2 = opencv()

        rows, columns = pixels.shape[:2]
        high, wide = -(-rows // self.high) * self.high, -(-columns // self.wide) * self.wide
        if (high, wide) != (rows, columns):
            pixels = cv2.copyMakeBorder(pixels, 0, high - rows, 0, wide - columns, cv2.BORDER_REPLICATE)
        mean: Array = np.ascontiguousarray(pixels)
        down, across = self.high, self.wide
        while down > 1 or across > 1:  # halving is twenty times faster than any other share
            step = (2 if across > 1 else 1, 2 if down > 1 else 1)
            size = (mean.shape[1] // step[0], mean.shape[0] // step[1])
            mean = cv2.resize(mean, size, interpolation=cv2.INTER_AREA)
            across, down = across // step[0], down // step[1]
        return mean

    def touched(self, voxels: Rect) -> Rect:
        """The cells that a rectangle of voxels touches."""
        high, wide = self.high, self.wide
        whole = Rect(0, 0, self.rows, self.columns)
        return Rect(
            voxels.top // high, voxels.left // wide, -(-voxels.bottom // high), -(-voxels.right // wide)
        ).intersect(whole)

    def voxels(self, cells: Rect) -> Rect:
        """The voxels of a rectangle of cells; the last ones may reach over the edge."""
        return Rect(cells.top * self.high, cells.left * self.wide, cells.bottom * self.high, cells.right * self.wide)


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of the cells and the dots it is drawn on; `dots` begins where the first cell does."""

    cells: Rect
    dots: Rect

    @classmethod
    def around(cls, grid: Cells, view: ViewState, dots: Rect, margin: int = 1, *, beyond: bool = False) -> "Cut":
        """The cells that fill these dots and `margin` more on each side: only real ones, or some beyond the edge."""
        over = margin + _LOOK_BACK if beyond else 0
        rows, columns = range(-over, grid.rows + over), range(-over, grid.columns + over)
        top, bottom = _cells_between(dots.top - view.top, dots.bottom - view.top, grid.down, rows, margin)
        left, right = _cells_between(dots.left - view.left, dots.right - view.left, grid.across, columns, margin)
        first_row, first_column = round(top * grid.down), round(left * grid.across)
        height, width = round((bottom - top) * grid.down), round((right - left) * grid.across)
        corner = view.top + first_row, view.left + first_column
        return cls(Rect(top, left, bottom, right), Rect(corner[0], corner[1], corner[0] + height, corner[1] + width))


def smooth(values: Array, grid: Cells) -> Array:
    """The values of some cells (uint8, 1 or 4 channels) between which is interpolated, one a dot."""
    cv2 = opencv()

    if grid.across == 1.0 and grid.down == 1.0:
        return values
    drawn: Array = cv2.resize(values, None, fx=grid.across, fy=grid.down, interpolation=cv2.INTER_LINEAR)
    return drawn


def squares(values: Array, cut: Cut, grid: Cells, view: ViewState) -> Array:
    """The values of some cells as squares, one value a dot: no new value appears."""
    row = _cell_of_dots(cut.dots.top - view.top, cut.dots.bottom - view.top, grid.down) - cut.cells.top
    column = _cell_of_dots(cut.dots.left - view.left, cut.dots.right - view.left, grid.across) - cut.cells.left
    across = values.take(column, axis=1, mode="clip")
    return across.take(row, axis=0, mode="clip")


def part_of(at: Rect, within: Rect) -> tuple[Rect, Rect]:
    """What of the dots `at` lies in `within`: where it is on the screen, and where in the array drawn for `at`."""
    there = at.intersect(within)
    return there, Rect(there.top - at.top, there.left - at.left, there.bottom - at.top, there.right - at.left)


def look_up(index: Array, table: Array, onto: Array | None = None) -> Array:
    """The table's entry for each index, in the table's type; written on the array `onto` if there is one.

    Fast for uint8 with a table of 256 and, from OpenCV 5 on, for uint16 with one of 65,536; any index will do.
    """
    cv2 = opencv()
    is_fast = index.dtype == np.uint8 or (index.dtype == np.uint16 and int(cv2.__version__.split(".")[0]) >= 5)
    if not is_fast:
        found: Array = np.take(table, index, mode="clip")
        if onto is not None:
            onto[...] = found
        return found
    signed = np.dtype(np.int32) if table.dtype == np.uint32 else table.dtype
    looked: Array = cv2.LUT(index, table.view(signed), dst=None if onto is None else onto.view(signed))
    return looked.view(table.dtype)


def _block(dots: float, least: float) -> int:
    n = 1
    while dots * n <= least:
        n *= 2
    return n


@lru_cache(maxsize=256)
def _cells_between(first: int, last: int, dots: float, there: range, margin: int) -> tuple[int, int]:
    start = min(max(floor(first / dots) - margin, there.start), there.stop)
    stop = min(max(ceil(last / dots) + margin, start), there.stop)
    best, beside = start, 1.0
    for cell in range(start, max(start - _LOOK_BACK, there.start - 1), -1):
        away = abs(cell * dots - round(cell * dots))
        if away < beside:
            best, beside = cell, away
        if away < _GOOD_ENOUGH:
            break
    return best, stop


def _cell_of_dots(first: int, last: int, dots: float) -> NDArray[np.intp]:
    cells: NDArray[np.intp] = np.floor((np.arange(first, last) + 0.5) / dots).astype(np.intp)
    return cells
