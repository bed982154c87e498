"""Growing from seeds: a few strokes of each label in, the voxels around them out, by a random walker.

A walker that starts at a voxel and shuns steps between unlike values reaches the seeds of one label first; that label
has the voxel (Grady, IEEE Trans. Pattern Anal. Mach. Intell. 28(11), 2006; scikit-image's solver). It walks in a box
around the seeds, coarser where the box is large, and its probabilities are brought back before labels are chosen.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Box, Geometry, Index
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import Pixels
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Progress, Reporter, silent

BACKGROUND = 255
"""The number of seeds that say: none of the labels."""

MOST_VOXELS = 15_000
"""Voxels that are walked on. More gain little, and from about 20,000 on the solver's threads wait for each other."""

_STEEP, _TOLERANCE, _ANY = 1000.0, 1e-2, 1e3
_LOW, _HIGH, _ROOM = 2.0, 98.0, 0.25

Dots = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SeedBox:
    """How far around the seeds is looked, in mm (voxels without a spacing), and whether beyond slice `k` at all."""

    margin_mm: float
    is_3d: bool = True
    k: int = 0


def seeded(scan: Scan, seeds: Marked, around: SeedBox, title: str, report: Reporter = silent) -> Proposal | None:
    """What grows from the seeds of each label; None where there is no seed of any.

    The edge of the box counts as background, except where the scan ends. What was drawn as a seed keeps its label.
    Values beyond those of the seeds count as the nearest of theirs.
    """
    box = _box(scan.geometry, seeds, around)
    if box.is_empty or not set(seeds.numbers(range(box.start[0], box.stop[0]))) - {BACKGROUND}:
        return None
    drawn = seeds.block(box)
    known = _with_edge(drawn, box, scan.geometry.shape)
    report(Progress(None))
    values = _values(scan, box, known)
    report(Progress(None))
    labels = _walked(values, known, scan.geometry.spacing_mm)
    np.copyto(labels, drawn, where=drawn > 0)
    labels[labels == BACKGROUND] = 0
    return Proposal(title, box, labels, labels > 0)


def _box(geometry: Geometry, seeds: Marked, around: SeedBox) -> Box:
    found = seeds.box(slices=None if around.is_3d else range(around.k, around.k + 1))
    if found.is_empty:
        return found
    room = [ceil(around.margin_mm / step) for step in geometry.spacing_mm]
    room[0] = room[0] if around.is_3d else 0
    (a, b, c), (d, e, f) = found.start, found.stop
    grown = Box((a - room[0], b - room[1], c - room[2]), (d + room[0], e + room[1], f + room[2]))
    return grown.intersect(Box.whole(geometry.shape))


def _with_edge(drawn: Pixels, box: Box, shape: Index) -> Pixels:
    """With the faces of the box as background, where nothing is drawn and the scan goes on behind them."""
    known = drawn.copy()
    for axis in range(3):
        faces = ((0, box.start[axis] > 0), (-1, box.stop[axis] < shape[axis]))
        for side, goes_on in faces:
            face = known[tuple(side if a == axis else slice(None) for a in range(3))]
            if goes_on and box.shape[axis] > 2:
                face[face == 0] = BACKGROUND
    return known


def _values(scan: Scan, box: Box, known: Pixels) -> Dots:
    """The box's values from 0 to 1: the range of those under seeds, and some room."""
    values = scan.block(box).astype(np.float32)
    values = values.mean(axis=3) if values.ndim == 4 else values
    values = np.nan_to_num(values, copy=False)
    ends = [np.percentile(values[known == number], [_LOW, _HIGH]) for number in _numbers(known)]
    low, high = float(np.min(ends)), float(np.max(ends))
    room = max((high - low) * _ROOM, 1e-6)
    scaled: Dots = np.clip((values - (low - room)) / (high - low + 2 * room), 0.0, 1.0)
    return scaled


def _walked(values: Dots, known: Pixels, spacing: tuple[float, float, float]) -> Pixels:
    """The label of each voxel; BACKGROUND counts as one."""
    numbers = _numbers(known)
    if len(numbers) == 1:
        return np.full(known.shape, numbers[0], np.uint8)
    factors = coarser(known.shape, spacing)
    shares = _shares(_coarse(values, factors), _coarse_seeds(known, factors), numbers, factors, spacing)
    best, labels = np.full(known.shape, -1.0, np.float32), np.zeros(known.shape, np.uint8)
    for number, share in zip(numbers, shares):
        fine = _fine(share, factors, known.shape)
        np.copyto(labels, np.uint8(number), where=fine > best)
        np.maximum(best, fine, out=best)
    return labels


def _numbers(known: Pixels) -> NDArray[np.intp]:
    return np.flatnonzero(np.bincount(known.ravel(), minlength=256)[1:]) + 1


def coarser(shape: Index, spacing: tuple[float, float, float]) -> Index:
    """How many voxels along each axis become one, so that few enough remain, as even in mm as can be."""
    factors = [1, 1, 1]
    while np.prod([ceil(n / f) for n, f in zip(shape, factors)]) > MOST_VOXELS:
        steps = [step * f if n // f > 1 else np.inf for n, f, step in zip(shape, factors, spacing)]
        factors[int(np.argmin(steps))] += 1
    return factors[0], factors[1], factors[2]


def _shares(
    values: Dots, known: Pixels, numbers: NDArray[np.intp], factors: Index, spacing: tuple[float, float, float]
) -> list[Dots]:
    """For each number the probability that a walker reaches its seeds first, on the coarse grid."""
    from skimage.segmentation import random_walker

    order = np.zeros(256, np.int32)
    order[numbers] = np.arange(1, len(numbers) + 1)
    steps = tuple(step * f for step, f in zip(spacing, factors))
    if known.all():
        return [(known == number).astype(np.float32) for number in numbers]
    found = random_walker(
        values, order[known], beta=_STEEP, mode="cg_j", tol=_TOLERANCE, prob_tol=_ANY,
        spacing=np.array(steps) / min(steps), return_full_prob=True, copy=False,
    )  # fmt: skip
    return [np.asarray(share, np.float32) for share in found]


def _coarse(values: Dots, factors: Index) -> Dots:
    """The mean of each block of voxels; blocks at the end are filled up with what is at the edge."""
    mean: Dots = _blocks(values, factors, "edge").mean(axis=(1, 3, 5), dtype=np.float32)
    return mean


def _coarse_seeds(known: Pixels, factors: Index) -> Pixels:
    """The label drawn in each block; background only where nothing else is."""
    drawn = _blocks(np.where(known == BACKGROUND, np.uint8(0), known), factors, "constant").max(axis=(1, 3, 5))
    empty = _blocks((known == BACKGROUND).astype(np.uint8), factors, "constant").max(axis=(1, 3, 5))
    seeds: Pixels = np.where((drawn == 0) & (empty > 0), np.uint8(BACKGROUND), drawn)
    return seeds


def _blocks(array: NDArray[np.generic], factors: Index, mode: str) -> NDArray[np.generic]:
    room = [(0, -n % f) for n, f in zip(array.shape, factors)]
    padded = np.pad(array, room, mode=mode)  # type: ignore[call-overload]
    (a, b, c), (f, g, h) = padded.shape, factors
    blocks: NDArray[np.generic] = padded.reshape(a // f, f, b // g, g, c // h, h)
    return blocks


def _fine(share: Dots, factors: Index, shape: tuple[int, ...]) -> Dots:
    """The coarse probabilities between which is interpolated, for each voxel."""
    if factors == (1, 1, 1):
        return share
    from scipy.ndimage import zoom

    fine: Dots = zoom(share, factors, order=1, mode="nearest", grid_mode=True)
    return fine[: shape[0], : shape[1], : shape[2]]
