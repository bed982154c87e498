"""From a scan's values to what the screen shows: window and level by one table look-up, then the dots of the screen."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.viewer.opencv import opencv
from lesionstudio.gui.viewer.sampling import Cells, Cut, look_up, part_of, smooth, squares
from lesionstudio.gui.viewer.view_state import NOTHING, Rect, ViewState
from lesionstudio.imaging.windowing import Window, to_grey

Array = NDArray[Any]
_SHORT = (np.dtype(np.int16), np.dtype(np.uint16), np.dtype(np.int8), np.dtype(np.uint8))


class SlicePicture:
    """One slice, ready to be drawn: its voxels as they are, and once averaged for a screen with fewer dots."""

    def __init__(self, pixels: Array, *, colour: bool) -> None:
        self._pixels = _plain(pixels, colour=colour)
        self._averaged: tuple[tuple[int, int], Array] = ((1, 1), self._pixels)

    def draw(self, view: ViewState, window: Window, onto: NDArray[np.uint32]) -> Rect:
        """Draws what is seen of the slice on an array of the whole screen, 0xffRRGGBB a dot; returns where."""
        grid, seen = Cells.of(view), view.picture.intersect(view.screen.dots)
        cut = Cut.around(grid, view, seen)
        if seen.is_empty or cut.cells.is_empty:
            return NOTHING
        grey = shade(self._cells(grid)[cut.cells.rows, cut.cells.columns], window)
        drawn = squares(grey, cut, grid, view) if view.is_crisp else smooth(np.ascontiguousarray(grey), grid)
        there, part = part_of(cut.dots, seen)
        _write_rgb32(drawn[part.rows, part.columns], onto, there)
        return there

    def _cells(self, grid: Cells) -> Array:
        key = (grid.high, grid.wide)
        if grid.are_voxels:
            return self._pixels
        if self._averaged[0] != key:
            self._averaged = (key, grid.averaged(self._pixels))
        return self._averaged[1]


def shade(values: Array, window: Window) -> NDArray[np.uint8]:
    """The values between black and white, same shape."""
    if values.dtype not in _SHORT:
        return to_grey(values, window)
    return look_up(values.view(np.dtype(f"u{values.dtype.itemsize}")), _table(values.dtype.str, window))


@lru_cache(maxsize=8)
def _table(kind: str, window: Window) -> NDArray[np.uint8]:
    """The shade of every value of a short type, in the order of its bits."""
    dtype = np.dtype(kind)
    bits = np.arange(1 << (8 * dtype.itemsize), dtype=np.dtype(f"u{dtype.itemsize}"))
    return to_grey(bits.view(dtype), window)


def _plain(pixels: Array, *, colour: bool) -> Array:
    """One channel, or three; in a type that can be averaged."""
    if pixels.ndim == 3:
        pixels = pixels[..., :3] if colour and pixels.shape[2] >= 3 else pixels[..., 0]
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8)
    if pixels.dtype not in _SHORT or pixels.dtype == np.int8:
        return pixels.astype(np.float32)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _write_rgb32(drawn: Array, onto: NDArray[np.uint32], at: Rect) -> None:
    cv2 = opencv()

    code = cv2.COLOR_GRAY2BGRA if drawn.ndim == 2 else cv2.COLOR_RGB2BGRA
    channels = onto.view(np.uint8).reshape(*onto.shape, 4)[at.rows, at.columns]
    cv2.cvtColor(drawn, code, dst=channels)
