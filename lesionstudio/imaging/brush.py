"""What a round brush covers: the voxels within its radius of the way the pointer went, exact at any speed and zoom."""

from dataclasses import dataclass
from math import ceil, floor, sqrt

import numpy as np
from numpy.typing import NDArray

Cover = NDArray[np.bool_]
Spot = tuple[float, float]
"""A place in a slice as (row, column) indices; whole numbers are voxel centres, fractions lie between them."""

_Ends = tuple[NDArray[np.float64], NDArray[np.float64]]
_SLACK = 1e-9
_NEVER = -1e300


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """Voxels of one slice: `cover` (rows, columns) with its corner at (row, column), perhaps beyond the edge."""

    row: int
    column: int
    cover: Cover


def capsule(start: Spot, end: Spot, radius: float, spacing: tuple[float, float] = (1.0, 1.0)) -> Covered:
    """The voxels whose centre is within `radius` of the straight way from start to end.

    `radius` has the unit of `spacing`, the distance of neighbours along rows and columns: a brush in mm is round in
    mm, also where voxels are not square. The voxels under the way itself are always covered, so a brush finer than a
    voxel still draws a line without gaps.
    """
    top, bottom = _span(start[0], end[0], radius / spacing[0])
    left, right = _span(start[1], end[1], radius / spacing[1])
    y = (np.arange(top, bottom + 1, dtype=np.float64) - start[0]) * spacing[0]
    way = (end[0] - start[0]) * spacing[0], (end[1] - start[1]) * spacing[1]
    first, last = _columns_covered(y, way, radius + _SLACK)
    x = (np.arange(left, right + 1) - start[1])[None, :] * spacing[1]
    cover = (x >= first[:, None]) & (x <= last[:, None])
    if radius < max(spacing):
        rows, columns = _voxels_under(start, end)
        cover[rows - top, columns - left] = True
    return Covered(top, left, cover)


def _span(a: float, b: float, reach: float) -> tuple[int, int]:
    low, high = (a, b) if a < b else (b, a)
    return min(ceil(low - reach - _SLACK), floor(low + 0.5)), max(floor(high + reach + _SLACK), floor(high + 0.5))


def _columns_covered(y: NDArray[np.float64], way: Spot, radius: float) -> _Ends:
    """Where each row at height y enters and leaves the capsule: it is convex, so each row has one stretch of it."""
    is_dab = max(abs(way[0]), abs(way[1])) <= _SLACK
    first, last = _discs(y, np.array([(0.0, 0.0)] if is_dab else [(0.0, 0.0), way]), radius)
    if not is_dab:
        low, high = _band(y, way, radius)
        first, last = np.minimum(first, low), np.maximum(last, high)
    return first, last


def _discs(y: NDArray[np.float64], centres: NDArray[np.float64], radius: float) -> _Ends:
    left = radius * radius - (y - centres[:, :1]) ** 2
    half = np.sqrt(np.maximum(left, 0.0))
    half[left < 0] = _NEVER
    return (centres[:, 1:] - half).min(axis=0), (centres[:, 1:] + half).max(axis=0)


def _band(y: NDArray[np.float64], way: Spot, radius: float) -> _Ends:
    """The rectangle between the two discs, row by row."""
    dy, dx = way
    length2 = dy * dy + dx * dx
    reach = radius * sqrt(length2)
    beside = _between(y * dx, dy, reach, -reach)
    along = _between(-y * dy, dx, 0.0, length2)
    first, last = np.maximum(beside[0], along[0]), np.minimum(beside[1], along[1])
    empty = first > last
    first[empty], last[empty] = -_NEVER, _NEVER
    return first, last


def _between(offset: NDArray[np.float64], slope: float, one: float, other: float) -> _Ends:
    """The x with slope * x - offset between the two limits."""
    low, high = min(one, other), max(one, other)
    if abs(slope) < 1e-12:
        first = np.where((-offset >= low) & (-offset <= high), _NEVER, -_NEVER)
        return first, -first
    a, b = (offset + low) / slope, (offset + high) / slope
    return (a, b) if slope > 0 else (b, a)


def _voxels_under(start: Spot, end: Spot) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    steps = max(1, ceil(max(abs(end[0] - start[0]), abs(end[1] - start[1])) * 2))
    rows = np.floor(np.linspace(start[0], end[0], steps + 1) + 0.5).astype(np.int64)
    columns = np.floor(np.linspace(start[1], end[1], steps + 1) + 0.5).astype(np.int64)
    return rows, columns
