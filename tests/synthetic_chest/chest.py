"""A whole chest: planned once on a coarse grid (vessels, lesions), then cut into slices on any grid."""

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from tests.synthetic_chest import lesions, mediastinum, shape, vessels, wall
from tests.synthetic_chest.space import (
    Flags,
    Floats,
    Grid,
    Point,
    cloudy_noise,
    generator,
    ramp,
    smooth_noise,
    square_grid,
)

_PLAN_MM = 3.0
_BLUR_MM = 0.55


@dataclass(frozen=True, slots=True)
class Patient:
    """Who lies on the table: seed, build (1 is the average), fat under the skin, heart, and how ill."""

    seed: int
    width: float = 1.0
    depth: float = 1.0
    fat_mm: float = 15.0
    heart: float = 1.0
    noise_hu: float = 19.0
    extent: lesions.Extent = field(default_factory=lesions.Extent)


@dataclass(frozen=True, eq=False)
class Slices:
    """hu: float32 (slice, row, column); lesion: the reference; lungs: their voxels, lesions included."""

    hu: Floats
    lesion: Flags
    lungs: Flags


class Chest:
    """A patient with vessels grown and lesions placed, ready to be cut."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        plan = square_grid(np.arange(214, -12, -_PLAN_MM), _PLAN_MM, 76, 100)
        found = mediastinum.organs(plan, patient.seed, patient.heart)
        lungs = _lungs(plan, patient, found, shape.rib_cage(plan, patient.seed))
        self.lesions = lesions.place(plan, patient.seed, lungs, patient.extent)
        self.arteries = [_grown(plan, patient.seed, lungs, lobe, "arteries") for lobe in mediastinum.HILUM]
        self.veins = [_grown(plan, patient.seed, lungs, lobe, "veins") for lobe in mediastinum.HILUM]

    def cut(self, grid: Grid) -> Slices:
        """The slices on a grid given in the patient's real millimetres."""
        patient = self.patient
        body = Grid(grid.heights, grid.backs / patient.depth, grid.lefts / patient.width)
        found = mediastinum.organs(body, patient.seed, patient.heart)
        cage, skin = shape.rib_cage(body, patient.seed), shape.outline(body, patient.seed)
        lungs = _lungs(body, patient, found, cage)
        hu: Floats = np.full(body.shape, -1003, dtype=np.float32)
        wall.paint_table(hu, body)
        layers = wall.Layers(shape.distance_inside(skin, body), shape.distance_inside(~cage, body))
        wall.paint(hu, body, patient.seed, layers, _soft(skin, body), patient.fat_mm)
        _paint_middle(hu, body, patient, found, lungs, cage)
        lung_hu, reference = self._lung_tissue(body, lungs)
        hu += _soft(lungs.inside, body) * (lung_hu - hu)
        hu += ramp(found.airway, 0.5, -0.5) * (mediastinum.AIR_HU - hu)
        return Slices(_scanned(hu, grid, patient), reference, lungs.inside)

    def _lung_tissue(self, grid: Grid, lungs: shape.Lungs) -> tuple[Floats, Flags]:
        """HU as if everything were lung, and the lesions' reference."""
        hu = _parenchyma(grid, self.patient.seed, lungs)
        reference = lesions.paint(hu, grid, self.patient.seed, lungs, self.lesions)
        blood, walls, lumen = (np.zeros(grid.shape, dtype=np.float32) for _ in range(3))
        for tree in (*self.arteries, *self.veins):
            vessels.draw(blood, grid, tree)
        for tree in self.arteries:
            vessels.draw(walls, grid, tree.moved((1.1, -1.3, 0.4), 1.05, thicker_than=1.25))
            vessels.draw(lumen, grid, tree.moved((1.1, -1.3, 0.4), 0.68, thicker_than=1.25))
        hu += walls * 0.75 * np.maximum(0.0 - hu, 0)
        hu += blood * np.maximum(45.0 - hu, 0)
        hu += lumen * (-960.0 - hu)
        return hu, reference


def _lungs(grid: Grid, patient: Patient, found: mediastinum.Organs, cage: Flags) -> shape.Lungs:
    return shape.lungs(grid, patient.seed, found.together, cage)


def _grown(plan: Grid, seed: int, lungs: shape.Lungs, lobe: int, kind: str) -> vessels.Tree:
    """One lobe's arteries or veins: twigs end all over the lobe, but not at the pleura or a fissure."""
    rng = generator(seed, f"{kind} {lobe}")
    free = (lungs.lobe == lobe) & (lungs.depth_mm > 4.5) & (lungs.fissure_mm > 3)
    where = np.argwhere(free)
    per_twig_mm3 = 420.0
    count = min(len(where), int(len(where) * _PLAN_MM**3 / per_twig_mm3))
    chosen = where[rng.choice(len(where), size=count, replace=False)]
    corners = np.stack([plan.lefts[chosen[:, 2]], plan.backs[chosen[:, 1]], plan.heights[chosen[:, 0]]], axis=1)
    ends = corners + rng.uniform(-_PLAN_MM / 2, _PLAN_MM / 2, corners.shape)
    aside: Point = (0, 0, 0) if kind == "arteries" else (0, 8, -10)
    hilum = mediastinum.HILUM[lobe]
    root = (hilum[0] + aside[0], hilum[1] + aside[1], hilum[2] + aside[2])
    return vessels.grow(root, ends, twig_mm=0.38)


def _parenchyma(grid: Grid, seed: int, lungs: shape.Lungs) -> Floats:
    """Healthy lung: denser where the patient lies on it, mottled, with fissures as faint lines."""
    mottle = 12 * smooth_noise(grid, generator(seed, "lobules"), 26)
    mottle = mottle + 15 * cloudy_noise(grid, generator(seed, "texture"), 4.5, 2)
    hu: Floats = -860 + 0.30 * grid.back + mottle
    hu += 75 * ramp(lungs.fissure_mm, 1.3, 0.2)
    return np.asarray(hu + 60 * ramp(lungs.depth_mm, 3.0, 0.5) * ramp(grid.back, 30, 80), dtype=np.float32)


def _paint_middle(
    hu: Floats, grid: Grid, patient: Patient, found: mediastinum.Organs, lungs: shape.Lungs, cage: Flags
) -> None:
    """Everything within the rib cage that is not lung: the middle above the diaphragm, the belly under it."""
    above = ramp(grid.height - shape.diaphragm(grid, patient.seed), -1, 1)
    below_mm = shape.distance_inside(~lungs.inside, grid)
    rest = _soft(cage & ~lungs.inside, grid)
    mediastinum.paint_belly(hu, grid, patient.seed, found, below_mm, rest)
    mediastinum.paint(hu, grid, patient.seed, found, rest * above)


def _soft(region: Flags, grid: Grid) -> Floats:
    """0..1 with an edge about a pixel wide."""
    sigma = 0.45 / grid.pixel_mm
    return np.asarray(ndimage.gaussian_filter(region.astype(np.float32), (0, sigma, sigma)))


def _scanned(hu: Floats, grid: Grid, patient: Patient) -> Floats:
    """What a scanner makes of it: a little blur, and noise that is stronger in the middle of the body."""
    sigma = _BLUR_MM / grid.pixel_mm
    seen = ndimage.gaussian_filter(hu, (0, sigma, sigma))
    rng = generator(patient.seed, "scanner")
    grains = ndimage.gaussian_filter(rng.standard_normal(grid.shape).astype(np.float32), (0, 0.6, 0.6))
    grains /= grains.std()
    middle = np.exp(-((grid.left / 130) ** 2) - (grid.back / 100) ** 2)
    dark = np.clip((seen + 1000) / 900, 0.0, 1.0)
    return np.asarray(seen + grains * patient.noise_hu * (0.45 + 0.25 * dark + 0.45 * middle), dtype=np.float32)
