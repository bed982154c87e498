"""The large shapes: skin outline, inside of the rib cage, diaphragm, lungs and their lobes."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from tests.synthetic_chest.space import Flags, Floats, Grid, generator, profile, ramp, smooth_noise

RIGHT_UPPER, RIGHT_MIDDLE, RIGHT_LOWER, LEFT_UPPER, LEFT_LOWER = 1, 2, 3, 4, 5
_SPINE_BACK = (34, 36, 40, 48, 58, 70, 84, 98, 110)
_SPINE_HALF_WIDTH = (0, 8, 14, 19, 21.5, 23, 31, 52, 70)


@dataclass(frozen=True, eq=False)
class Lungs:
    """inside: lung voxels; lobe: 0 outside, else its number; depth_mm below the pleura, in the slice's plane."""

    inside: Flags
    lobe: Floats
    depth_mm: Floats
    fissure_mm: Floats


def outline(grid: Grid, seed: int) -> Flags:
    """Everything within the skin."""
    half_width = profile(grid.height, (0, 90, 140, 180, 210), (158, 163, 169, 180, 184))
    front = profile(grid.height, (0, 60, 110, 150, 180, 210), (-111, -110, -111, -102, -84, -60))
    left, back = _bent(grid, seed)
    breasts = 7 * np.exp(-(((np.abs(left) - 62) / 34) ** 2)) * ramp(grid.height, 60, 110) * ramp(grid.height, 190, 150)
    furrow = 6 * np.exp(-((left / 16) ** 2))
    return _rounded((left, back), half_width, front - breasts, np.float32(124) - furrow, powers=(2.35, 3.6))


def rib_cage(grid: Grid, seed: int) -> Flags:
    """What the ribs enclose, without the spine."""
    heights = (0, 40, 100, 150, 180, 198, 210, 216)
    left, back = _bent(grid, seed)
    half_width = profile(grid.height, heights, (134, 133, 126, 112, 92, 70, 47, 30))
    front = profile(grid.height, heights, (-82, -82, -77, -64, -46, -28, -12, -4))
    hollow = profile(grid.height, heights, (90, 90, 88, 84, 76, 67, 58, 52))
    gutters = 9 * np.exp(-(((np.abs(left) - 52) / 26) ** 2)) * ramp(grid.height, 215, 190)
    flat_front = 5 * np.exp(-((left / 26) ** 2))
    cage = _rounded((left, back), half_width, front + flat_front, hollow + gutters, powers=(2.05, 2.45))
    spine = np.abs(grid.left) < profile(grid.back, _SPINE_BACK, _SPINE_HALF_WIDTH)
    return _smoothed(cage & ~(spine & (grid.back > 34)), grid, radius_mm=3.0)


def _bent(grid: Grid, seed: int) -> tuple[Floats, Floats]:
    """Left and back as an uneven body has them: no side mirrors the other."""
    rng = generator(seed, "uneven")
    return grid.left + 4 * smooth_noise(grid, rng, 75), grid.back + 3 * smooth_noise(grid, rng, 75)


def _rounded(
    place: tuple[Floats, Floats], half_width: Floats, front: Floats, back: Floats, powers: tuple[float, float]
) -> Flags:
    """A body that is widest where front and back meet, each with its own roundness."""
    middle = 8.0
    left, depth = place
    is_front = depth < middle
    reach = np.where(is_front, middle - front, back - middle)
    power = np.where(is_front, *powers)
    return np.asarray((np.abs(left) / half_width) ** power + (np.abs(depth - middle) / reach) ** power < 1)


def _smoothed(inside: Flags, grid: Grid, radius_mm: float) -> Flags:
    """The same region with its corners rounded, slice by slice."""
    sigma = radius_mm / grid.pixel_mm
    return np.asarray(ndimage.gaussian_filter(inside.astype(np.float32), (0, sigma, sigma)) > 0.5)


def diaphragm(grid: Grid, seed: int) -> Floats:
    """Height of the diaphragm below each point: (1, rows, columns)."""
    right = 36 - 34 * ((grid.left + 62) / 76) ** 2 - 30 * ((grid.back - 6) / 84) ** 2
    left = 20 - 32 * ((grid.left - 68) / 72) ** 2 - 32 * ((grid.back - 4) / 80) ** 2
    flat = Grid(np.zeros(1), grid.backs, grid.lefts)
    waves = 2.5 * smooth_noise(flat, generator(seed, "diaphragm"), 45)
    return np.asarray(np.maximum(right, left) + waves, dtype=np.float32)


def lungs(grid: Grid, seed: int, mediastinum: Floats, cage: Flags) -> Lungs:
    """Both lungs: the rib cage above the diaphragm less what the mediastinum (its distance) takes."""
    closed = _closed(mediastinum < 3.5, grid)
    waves = smooth_noise(grid, generator(seed, "midline"), 60)
    septum = np.abs(grid.left + 4 * waves - 2) < 1.7
    above = grid.height > diaphragm(grid, seed)
    inside = _smoothed(cage & ~closed & above & ~septum, grid, radius_mm=1.3) & ~septum & cage
    inside = _without_crumbs(inside, grid)
    depth = distance_inside(inside, grid)
    lobe, fissure = _lobes(grid, seed, inside)
    return Lungs(inside, lobe, depth, fissure)


def _closed(region: Flags, grid: Grid) -> Flags:
    """A region with its narrow bays filled."""
    sigma = 4.5 / grid.pixel_mm
    blurred = ndimage.gaussian_filter(region.astype(np.float32), (0, sigma, sigma))
    return np.asarray(region | (blurred > 0.47))


def _without_crumbs(inside: Flags, grid: Grid, smallest_mm2: float = 250.0) -> Flags:
    """Drops small loose pieces, slice by slice."""
    kept = np.zeros_like(inside)
    for k, plane in enumerate(inside):
        pieces, count = ndimage.label(plane)
        area = np.bincount(pieces.ravel(), minlength=count + 1) * grid.pixel_mm**2
        area[0] = 0
        kept[k] = (area > smallest_mm2)[pieces]
    return kept


def distance_inside(region: Flags, grid: Grid) -> Floats:
    """How far each voxel lies inside a region, in its slice's plane, in mm; 0 outside."""
    planes = [ndimage.distance_transform_edt(plane, sampling=grid.pixel_mm) for plane in region]
    return np.asarray(planes, dtype=np.float32)


def _lobes(grid: Grid, seed: int, inside: Flags) -> tuple[Floats, Floats]:
    """Lobe numbers and the distance to the nearest fissure in mm."""
    waves = 3 * smooth_noise(grid, generator(seed, "fissures"), 50)
    behind = grid.back - 90
    right_oblique = (grid.height - (142 + 0.72 * behind + 0.0016 * grid.left**2)) * 0.81 + waves
    left_oblique = (grid.height - (156 + 0.80 * behind + 0.0014 * grid.left**2)) * 0.78 + waves
    horizontal = grid.height - (92 + 0.10 * (grid.left + 60)) + waves
    is_left = grid.left > 0
    upper_right = np.where(horizontal > 0, RIGHT_UPPER, RIGHT_MIDDLE)
    right = np.where(right_oblique > 0, upper_right, RIGHT_LOWER)
    left = np.where(left_oblique > 0, LEFT_UPPER, LEFT_LOWER)
    lobe = np.where(is_left, left, right) * inside
    with_horizontal = np.minimum(np.abs(right_oblique), np.where(right_oblique > 0, np.abs(horizontal), 99))
    fissure = np.where(is_left, np.abs(left_oblique), with_horizontal)
    return lobe.astype(np.float32), fissure.astype(np.float32)
