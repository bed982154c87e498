"""What a brush covers: the voxels near the way of the pointer, exact at any speed and zoom; round, square or a ball."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, copysign, floor, hypot

import numpy as np
from numpy.typing import NDArray

Cover = NDArray[np.bool_]
Spot = tuple[float, float]
"""A place in a slice as (row, column) indices; whole numbers are voxel centres, fractions lie between them."""

_SLACK = 1e-9
_OUTWARDS = np.array([[-1.0], [1.0]])


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """Voxels of one slice: `cover` (rows, columns) with its corner at (row, column), perhaps beyond the edge."""

    row: int
    column: int
    cover: Cover


def capsule(
    start: Spot, end: Spot, radius: float, spacing: tuple[float, float] = (1.0, 1.0), *, way_counts: bool = True
) -> Covered:
    """The voxels whose centre is within `radius` of the straight way from start to end.

    `radius` has the unit of `spacing`, the distance of neighbours along rows and columns: a brush in mm is round in
    mm, also where voxels are not square. The voxels under the way itself are covered too while `way_counts`, so a
    brush finer than a voxel still draws a line without gaps.
    """
    top, bottom = _span(start[0], end[0], radius / spacing[0])
    left, right = _span(start[1], end[1], radius / spacing[1])
    y = (np.arange(top, bottom + 1, dtype=np.float64) - start[0]) * spacing[0]
    way = (end[0] - start[0]) * spacing[0], (end[1] - start[1]) * spacing[1]
    ends = _stretches(y, way, radius + _SLACK) / spacing[1] + (start[1] - left)
    ends = np.clip(ends, -1.0, right - left + 1.0)
    first, last = np.ceil(ends[0]).astype(np.int32), np.floor(ends[1]).astype(np.int32)
    column = np.arange(right - left + 1, dtype=np.int32)
    cover = (column >= first[:, None]) & (column <= last[:, None])
    if way_counts and radius < max(spacing):
        rows, columns = _voxels_under(start, end)
        cover[rows - top, columns - left] = True
    return Covered(top, left, cover)


def square(start: Spot, end: Spot, radius: float, spacing: tuple[float, float] = (1.0, 1.0)) -> Covered:
    """The voxels whose centre a square of half side `radius` passes, drawn straight from start to end.

    Units and the voxels under the way are as for a capsule.
    """
    top, bottom = _span(start[0], end[0], radius / spacing[0])
    left, right = _span(start[1], end[1], radius / spacing[1])
    y = (np.arange(top, bottom + 1, dtype=np.float64) - start[0]) * spacing[0]
    way = (end[0] - start[0]) * spacing[0], (end[1] - start[1]) * spacing[1]
    ends = _square_stretches(y, way, radius + _SLACK) / spacing[1] + start[1]
    column = np.arange(left, right + 1, dtype=np.float64)
    cover = (column >= ends[0][:, None]) & (column <= ends[1][:, None])
    if radius < max(spacing):
        rows, columns = _voxels_under(start, end)
        cover[rows - top, columns - left] = True
    return Covered(top, left, cover)


def ball_radii(k: int, radius: float, positions: Sequence[float]) -> list[tuple[int, float]]:
    """The slices that a ball around a place of slice k meets, each with the radius of its cut there.

    `positions`: where the slices lie, in the unit of `radius`, rising or falling. Slice k itself always counts.
    """
    away = [(j, abs(place - positions[k])) for j, place in enumerate(positions)]
    return [(j, max(radius * radius - d * d, 0.0) ** 0.5) for j, d in away if d <= radius + _SLACK]


def _span(a: float, b: float, reach: float) -> tuple[int, int]:
    low, high = (a, b) if a < b else (b, a)
    return min(ceil(low - reach - _SLACK), floor(low + 0.5)), max(floor(high + reach + _SLACK), floor(high + 0.5))


def _stretches(y: NDArray[np.float64], way: Spot, radius: float) -> NDArray[np.float64]:
    """Where each row at height y enters and leaves the capsule (2, rows): it is convex, so each has one stretch of it.

    The disc that reaches furthest in a row is the one that the capsule's straight side touches at that height, or the
    first or last one where the row passes the side's ends.
    """
    dy, dx = way
    length = hypot(dy, dx)
    if abs(dy) <= _SLACK:
        share = np.array([[float(dx < 0)], [float(dx > 0)]])
    else:
        touch = copysign(radius * dx / length, dx * dy) if dx else 0.0
        share = np.clip((y - np.array([[touch], [-touch]])) / dy, 0.0, 1.0)
    squared = radius * radius - (y - share * dy) ** 2
    half = np.sqrt(np.maximum(squared, 0.0))
    half[squared < 0] = -np.inf
    ends: NDArray[np.float64] = share * dx + half * _OUTWARDS
    return ends


def _square_stretches(y: NDArray[np.float64], way: Spot, radius: float) -> NDArray[np.float64]:
    """Where each row at height y enters and leaves the swept square (2, rows); an empty stretch where it does not."""
    dy, dx = way
    if abs(dy) <= _SLACK:
        first, last = np.zeros_like(y), np.where(np.abs(y) <= radius, 1.0, -1.0)
    else:
        met = np.sort(np.stack([(y - radius) / dy, (y + radius) / dy]), axis=0)
        first, last = np.maximum(met[0], 0.0), np.minimum(met[1], 1.0)
    ends = np.sort(np.stack([first * dx, last * dx]), axis=0)
    ends[0] -= radius
    ends[1] += radius
    ends[:, last < first - _SLACK] = [[1.0], [-1.0]]
    return ends


def _voxels_under(start: Spot, end: Spot) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    steps = max(1, ceil(max(abs(end[0] - start[0]), abs(end[1] - start[1])) * 2))
    rows = np.floor(np.linspace(start[0], end[0], steps + 1) + 0.5).astype(np.int64)
    columns = np.floor(np.linspace(start[1], end[1], steps + 1) + 0.5).astype(np.int64)
    return rows, columns
