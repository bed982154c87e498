"""What an outline drawn by hand encloses: the voxels whose centre lies inside, exactly."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.brush import Covered, Spot


def inside(outline: Sequence[Spot], *, even_odd: bool = True) -> Covered:
    """The voxels inside a closed outline of (row, column) corners; the last corner is joined to the first.

    Where the outline crosses itself: by `even_odd` what it goes around twice is outside; else it is inside, so that a
    curve closed a little beyond its beginning has no hole. A centre on an upper or left edge is inside, on a lower or
    right edge outside, so neighbours that share an edge share no voxel. Fewer than three corners enclose nothing.
    """
    corners = np.asarray(outline, np.float64).reshape(-1, 2)
    low, high = (corners.min(axis=0), corners.max(axis=0)) if len(corners) else (np.zeros(2), np.zeros(2))
    top, left = (int(n) for n in np.ceil(low))
    rows, columns = (max(int(n), 0) for n in np.ceil(high) - np.ceil(low))
    if len(corners) < 3 or rows == 0 or columns == 0:
        return Covered(top, left, np.zeros((0, 0), bool))
    turns = np.zeros((rows, columns + 1), np.int16)
    row, column, sense = _crossings(corners - (top, left))
    np.add.at(turns, (row, np.clip(column, 0, columns)), sense)
    count = np.cumsum(turns[:, :-1], axis=1, dtype=np.int16)
    return Covered(top, left, (count & 1 if even_odd else count).astype(bool))


def _crossings(corners: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int16]]:
    """Where edges cross rows of voxel centres: the row, the first column at or after the crossing, and down or up."""
    ends = np.roll(corners, -1, axis=0)
    falls = ends[:, 0] > corners[:, 0]
    upper, lower = np.where(falls[:, None], corners, ends), np.where(falls[:, None], ends, corners)
    first, stop = (np.ceil(side[:, 0]).astype(np.intp) for side in (upper, lower))
    many = stop - first
    edge = np.repeat(np.arange(len(corners)), many)
    row = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + first[edge]
    slope = (lower[edge, 1] - upper[edge, 1]) / (lower[edge, 0] - upper[edge, 0])
    column = np.ceil(upper[edge, 1] + (row - upper[edge, 0]) * slope).astype(np.intp)
    return row, column, np.where(falls, 1, -1).astype(np.int16)[edge]
