"""KeptCuts: pictures across a scan's slices, of voxels held so that any of them is there in half a millisecond.

Slices lie in memory one after the other, so a row of every slice is quickly gathered; a column of every slice is not,
for each of its voxels lies in another line of the processor's cache. So a second copy is kept with rows and columns
exchanged. It is filled while slices are read, on whatever thread reads them; a slice that is not there yet is dark.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Reporter, Steps, silent

MOST_BYTES = 1 << 30
"""Voxels of a scan up to which its cuts are kept; the copy takes as much again."""

_TRANSPOSED_BY_OPENCV = {np.dtype(kind) for kind in ("u1", "i1", "u2", "i2", "i4", "f4", "f8")}
Pixels = NDArray[Any]


class KeptCuts:
    """The rows and columns of every slice that was read with `read`; dark where none was. Made in no time."""

    def __init__(self, scan: Scan) -> None:
        self._scan, self._darkest = scan, _darkest(scan)
        slices, rows, columns = scan.geometry.shape
        more = (scan.channels,) if scan.channels > 1 else ()
        self._dark = np.full((rows, columns, *more), self._darkest, scan.dtype)
        self._slices: list[Pixels] = [self._dark] * slices
        self._turned: Pixels = np.zeros((columns, slices, rows, *more), scan.dtype)
        self._unread = np.ones(slices, bool)

    def read(self, k: int) -> None:
        """Takes slice k in. Raises UnreadableFile."""
        pixels = self._scan.slice(k)
        self._turned[:, k] = _transposed(pixels)
        self._slices[k], self._unread[k] = pixels, False

    @property
    def is_whole(self) -> bool:
        """Whether every slice was taken in."""
        return not self._unread.any()

    def row(self, row: int) -> Pixels:
        """Row `row` of every slice: (slices, columns[, channels])."""
        lines = np.concatenate([pixels[row] for pixels in self._slices])
        return lines.reshape(len(self._slices), *self._dark.shape[1:])

    def column(self, column: int) -> Pixels:
        """Column `column` of every slice: (slices, rows[, channels])."""
        lines: Pixels = self._turned[column]
        if not self.is_whole:
            lines = lines.copy()
            lines[self._unread] = self._darkest
        return lines


def bytes_of(scan: Scan) -> int:
    """What the voxels of a whole scan take in memory."""
    slices, rows, columns = scan.geometry.shape
    return slices * rows * columns * scan.channels * scan.dtype.itemsize


def read_cuts(cuts: KeptCuts, slices: Sequence[int], report: Reporter = silent) -> None:
    """Takes these slices in, one after the other; those that cannot be read stay dark. Slow."""
    steps = Steps(report, len(slices))
    for k in slices:
        with suppress(UnreadableFile):
            cuts.read(k)
        steps.advance()


def _transposed(pixels: Pixels) -> Pixels:
    """Rows and columns exchanged; eight times faster by opencv than by numpy."""
    if pixels.dtype not in _TRANSPOSED_BY_OPENCV:
        return pixels.swapaxes(0, 1)
    import cv2

    turned: Pixels = cv2.transpose(pixels)
    return turned


def _darkest(scan: Scan) -> Any:
    """The lowest value that was read, in the scan's own type."""
    return np.asarray(scan.intensity_range()[0]).astype(scan.dtype)
