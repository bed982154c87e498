"""Lesions as in viral pneumonia: patches of ground glass along the pleura, some with a solid core."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from tests.synthetic_chest.shape import Lungs
from tests.synthetic_chest.space import Body, Flags, Floats, Grid, Point, cloudy_noise, generator, ramp, smooth_noise


@dataclass(frozen=True, slots=True)
class Lesion:
    """One patch: an ellipsoid (radii across, into the lung, along the height) that noise makes ragged.

    hu is that of its ground glass; solid is the share of its depth that is consolidated, 0 for none.
    """

    centre: Point
    radii: Point
    tilt_deg: float
    hu: float
    solid: float


@dataclass(frozen=True, slots=True)
class Extent:
    """How much disease a chest has: number of patches, their size in mm, share with a solid core, and between which
    heights they lie (a picture of one slice asks for its own neighbourhood)."""

    count: int = 20
    size_mm: tuple[float, float] = (12.0, 38.0)
    solid_share: float = 0.3
    heights: tuple[float, float] = (10.0, 190.0)
    glass_hu: tuple[float, float] = (-630.0, -400.0)


def place(grid: Grid, seed: int, lungs: Lungs, extent: Extent) -> tuple[Lesion, ...]:
    """Chooses the patches on a coarse grid: near the pleura, more often behind and below."""
    rng = generator(seed, "lesions")
    height = np.broadcast_to(grid.height, grid.shape)
    near = (lungs.depth_mm > 3) & (lungs.depth_mm < 16)
    near &= (height > extent.heights[0]) & (height < extent.heights[1])
    where = np.argwhere(near)
    back, low = grid.backs[where[:, 1]], grid.heights[where[:, 0]]
    weight = np.exp(back / 55 - low / 150)
    chosen: list[Lesion] = []
    for _try in range(40 * extent.count):
        if len(chosen) == extent.count:
            break
        k, r, c = where[rng.choice(len(where), p=weight / weight.sum())]
        centre = (float(grid.lefts[c]), float(grid.backs[r]), float(grid.heights[k]))
        size = float(np.exp(rng.uniform(*np.log(extent.size_mm))))
        if all(np.linalg.norm(np.subtract(centre, other.centre)) > 0.8 * (size + other.radii[0]) for other in chosen):
            chosen.append(_lesion(rng, extent, centre, size, _pleura_angle(lungs, k, r, c)))
    return tuple(chosen)


def _pleura_angle(lungs: Lungs, k: int, r: int, c: int) -> float:
    """The direction of the pleura near a voxel, in degrees from left towards the back."""
    patch = ndimage.gaussian_filter(lungs.depth_mm[k], 2.0)
    down, across = np.gradient(patch[max(r - 2, 0) : r + 3, max(c - 2, 0) : c + 3])
    return float(np.degrees(np.arctan2(down.mean(), across.mean()))) + 90.0


def _lesion(rng: np.random.Generator, extent: Extent, centre: Point, size: float, tilt_deg: float) -> Lesion:
    radii = (size * rng.uniform(0.9, 1.35), size * rng.uniform(0.55, 0.95), size * rng.uniform(0.6, 1.0))
    solid = float(rng.uniform(0.25, 0.6)) if rng.random() < extent.solid_share else 0.0
    return Lesion(centre, radii, tilt_deg, float(rng.uniform(*extent.glass_hu)), solid)


def paint(lung_hu: Floats, grid: Grid, seed: int, lungs: Lungs, lesions: tuple[Lesion, ...]) -> Flags:
    """Lays the patches into the lungs' HU, in place; returns the reference: where a patch is at least half there."""
    rag = cloudy_noise(grid, generator(seed, "rag"), 20, 5)
    cloud = cloudy_noise(grid, generator(seed, "glass"), 10, 3)
    mesh = np.abs(smooth_noise(grid, generator(seed, "mesh"), 5.5))
    there = np.zeros(grid.shape, dtype=np.float32)
    for lesion in lesions:
        distance = Body(grid, 24).ellipsoid(lesion.centre, lesion.radii, lesion.tilt_deg).distance
        ragged = distance + (0.22 * lesion.radii[0] + 2.4) * rag
        share = ramp(ragged, 3.5, -4.5)
        glass = lesion.hu + 75 * cloud + 120 * ramp(mesh, 0.24, 0.04)
        target = glass + _solid_share(lesion, distance, rag, cloud) * (-15.0 - glass)
        lung_hu += share * np.maximum(target - lung_hu, 0)
        np.maximum(there, share, out=there)
    return _reference((there > 0.5) & lungs.inside, grid)


def _solid_share(lesion: Lesion, distance: Floats, rag: Floats, cloud: Floats) -> Floats:
    """How consolidated each voxel is, 0..1."""
    if not lesion.solid:
        return np.zeros_like(distance)
    depth = distance + (1 - lesion.solid) * lesion.radii[1] + 4.0 * cloud + 2.5 * rag
    return 0.85 * ramp(depth, 2.5, -5.0)


def _reference(marked: Flags, grid: Grid, smallest_mm2: float = 40.0) -> Flags:
    """As a reader draws: small holes filled, specks left out, slice by slice."""
    drawn = np.zeros_like(marked)
    round_brush = ndimage.generate_binary_structure(2, 1)
    for k, plane in enumerate(marked):
        closed = ndimage.binary_closing(plane, round_brush, iterations=2) | plane
        pieces, count = ndimage.label(ndimage.binary_opening(closed, round_brush))
        area = np.bincount(pieces.ravel(), minlength=count + 1) * grid.pixel_mm**2
        area[0] = 0
        drawn[k] = (area >= smallest_mm2)[pieces]
    return drawn
