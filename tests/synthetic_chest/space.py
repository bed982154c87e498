"""Where a chest is evaluated, smooth noise that is the same on every grid, and distances to simple bodies."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]
Point = tuple[float, float, float]

_REACH_MM = {"height": (-60.0, 280.0), "back": (-230.0, 230.0), "left": (-230.0, 230.0)}
_SPLINE_SPREAD = 0.4794**1.5


@dataclass(frozen=True, eq=False)
class Grid:
    """Voxel centres in mm: heights of the slices (head first), back of the rows, left of the columns."""

    heights: NDArray[np.float64]
    backs: NDArray[np.float64]
    lefts: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        return len(self.heights), len(self.backs), len(self.lefts)

    @property
    def pixel_mm(self) -> float:
        """Distance between two columns."""
        return float(self.lefts[1] - self.lefts[0])

    @cached_property
    def height(self) -> Floats:
        """Heights, shaped (slices, 1, 1)."""
        return self.heights.astype(np.float32).reshape(-1, 1, 1)

    @cached_property
    def back(self) -> Floats:
        """Backs, shaped (1, rows, 1)."""
        return self.backs.astype(np.float32).reshape(1, -1, 1)

    @cached_property
    def left(self) -> Floats:
        """Lefts, shaped (1, 1, columns)."""
        return self.lefts.astype(np.float32).reshape(1, 1, -1)

    def box(self, low: Point, high: Point) -> tuple[slice, slice, slice]:
        """The index range of the voxels between two corners (left, back, height)."""
        falling = -self.heights
        rows = [np.searchsorted(self.backs, edge) for edge in (low[1], high[1])]
        columns = [np.searchsorted(self.lefts, edge) for edge in (low[0], high[0])]
        slices = [np.searchsorted(falling, edge) for edge in (-high[2], -low[2])]
        return slice(*map(int, slices)), slice(*map(int, rows)), slice(*map(int, columns))


def square_grid(heights: Iterable[float], pixel_mm: float, rows: int, columns: int, centre: Point = (0, 0, 0)) -> Grid:
    """A grid of square pixels around a centre (left, back, height is not used)."""
    backs = (np.arange(rows) - (rows - 1) / 2) * pixel_mm + centre[1]
    lefts = (np.arange(columns) - (columns - 1) / 2) * pixel_mm + centre[0]
    places = (np.asarray(list(side), dtype=np.float64) for side in (heights, backs, lefts))
    return Grid(*places)


def generator(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one part of one chest: parts do not disturb each other."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def smooth_noise(grid: Grid, rng: np.random.Generator, wave_mm: float) -> Floats:
    """Noise of mean 0 and spread about 1 that varies over wave_mm; the same field on every grid."""
    counts = [int((high - low) / wave_mm) + 5 for low, high in _REACH_MM.values()]
    field = rng.standard_normal(counts).astype(np.float32)
    for axis, (name, places) in enumerate(zip(_REACH_MM, (grid.heights, grid.backs, grid.lefts))):
        weights = _spline_weights((places - _REACH_MM[name][0]) / wave_mm + 1.5, counts[axis])
        field = np.moveaxis(np.tensordot(weights, field, axes=(1, axis)), 0, axis)
    return np.ascontiguousarray(field / _SPLINE_SPREAD, dtype=np.float32)


def cloudy_noise(grid: Grid, rng: np.random.Generator, wave_mm: float, octaves: int) -> Floats:
    """Noise with detail at every scale below wave_mm, spread about 1."""
    layers = [smooth_noise(grid, rng, wave_mm / 2**k) * 0.6**k for k in range(octaves)]
    return np.asarray(sum(layers) / np.sqrt(sum(0.36**k for k in range(octaves))), dtype=np.float32)


def _spline_weights(places: NDArray[np.float64], count: int) -> Floats:
    """Cubic B-spline weight of each lattice point for each place: (places, count)."""
    distance = np.abs(places[:, None] - np.arange(count)[None, :])
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    return np.where(distance < 1, near, far).astype(np.float32)


def profile(places: Floats, nodes: Sequence[float], values: Sequence[float]) -> Floats:
    """A smooth curve through (node, value), held constant beyond its ends."""
    clipped = np.clip(places, nodes[0], nodes[-1])
    return np.asarray(PchipInterpolator(nodes, values)(clipped), dtype=np.float32)


def ramp(values: Floats, start: float | Floats, end: float | Floats) -> Floats:
    """0 at start, 1 at end, smooth between; start may be the larger one."""
    share = np.clip((values - start) / (end - start), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


class Body:
    """Distance in mm to a growing union of simple solids (negative inside), exact only within `margin_mm` of them."""

    def __init__(self, grid: Grid, margin_mm: float = 14.0) -> None:
        self.grid, self.margin_mm = grid, margin_mm
        self.distance: Floats = np.full(grid.shape, margin_mm, dtype=np.float32)

    def ellipsoid(self, centre: Point, radii: Point, tilt_deg: float = 0.0) -> "Body":
        """Adds an ellipsoid; tilt turns it in the axial plane, from left towards the back."""
        reach = max(radii[:2]) if tilt_deg else 0.0
        spread = (max(reach, radii[0]), max(reach, radii[1]), radii[2])
        box, (left, back, height) = self._window(centre, centre, spread)
        c, s = np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))
        left, back = left - centre[0], back - centre[1]
        along, across, up = c * left + s * back, c * back - s * left, height - centre[2]
        scaled = np.sqrt((along / radii[0]) ** 2 + (across / radii[1]) ** 2 + (up / radii[2]) ** 2)
        slope = np.sqrt((along / radii[0] ** 2) ** 2 + (across / radii[1] ** 2) ** 2 + (up / radii[2] ** 2) ** 2)
        self._add(box, scaled * (scaled - 1) / np.maximum(slope, 1e-4))
        return self

    def tube(self, points: Sequence[Point], radii: Sequence[float]) -> "Body":
        """Adds a bent tube through the points, its radius going linearly from point to point."""
        for a, b, from_mm, to_mm in zip(points, points[1:], radii, radii[1:]):
            low = tuple(map(min, a, b))
            high = tuple(map(max, a, b))
            thick = max(from_mm, to_mm)
            box, (left, back, height) = self._window(low, high, (thick, thick, thick))  # type: ignore[arg-type]
            axis = np.subtract(b, a)
            share = (left - a[0]) * axis[0] + (back - a[1]) * axis[1] + (height - a[2]) * axis[2]
            share = np.clip(share / max(float(axis @ axis), 1e-6), 0, 1)
            gap = [p - start - share * step for p, start, step in zip((left, back, height), a, axis)]
            self._add(box, np.sqrt(gap[0] ** 2 + gap[1] ** 2 + gap[2] ** 2) - (from_mm + share * (to_mm - from_mm)))
        return self

    def _window(
        self, low: Point, high: Point, spread: Point
    ) -> tuple[tuple[slice, slice, slice], tuple[Floats, Floats, Floats]]:
        grow = [size + self.margin_mm for size in spread]
        first = (low[0] - grow[0], low[1] - grow[1], low[2] - grow[2])
        last = (high[0] + grow[0], high[1] + grow[1], high[2] + grow[2])
        box = self.grid.box(first, last)
        return box, (self.grid.left[:, :, box[2]], self.grid.back[:, box[1], :], self.grid.height[box[0]])

    def _add(self, box: tuple[slice, slice, slice], distance: Floats) -> None:
        self.distance[box] = np.minimum(self.distance[box], distance)
