"""Distances between the borders of two masks, in the unit of the spacing; MONAI's definitions.

A border voxel is a marked one that erosion by its face neighbours takes away, at the picture's edge too. Masks are
(rows, columns) or (slices, rows, columns); the spacing has as many entries. Every distance is None where a mask is
empty: there is no border to measure from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distances:
    """What the borders of two masks, neither empty, say of them: `hd`, `hd95` and `assd` as the functions below.

    `surface_dice` is at the tolerance that was asked for.
    """

    hd: float
    hd95: float
    assd: float
    surface_dice: float


def distances_of(
    prediction: NDArray[np.generic], reference: NDArray[np.generic], spacing: Sequence[float], tolerance: float
) -> Distances | None:
    """All four, measured once; None where a mask is empty."""
    there = border_distances(prediction, reference, spacing)
    if there is None:
        return None
    every = np.concatenate(there)
    furthest, usual = (float(max(np.percentile(one, share) for one in there)) for share in (100, 95))
    return Distances(furthest, usual, float(every.mean()), float((every <= tolerance).mean()))


def hausdorff(
    prediction: NDArray[np.generic], reference: NDArray[np.generic], spacing: Sequence[float], percentile: float = 100
) -> float | None:
    """The larger of the two directed distances; each is this percentile over the border voxels (HD95: 95)."""
    distances = border_distances(prediction, reference, spacing)
    if distances is None:
        return None
    return float(max(np.percentile(directed, percentile) for directed in distances))


def hd95(prediction: NDArray[np.generic], reference: NDArray[np.generic], spacing: Sequence[float]) -> float | None:
    """max of the two directed 95th percentiles of border distances (MONAI's HausdorffDistanceMetric)."""
    return hausdorff(prediction, reference, spacing, 95)


def average_distance(
    prediction: NDArray[np.generic], reference: NDArray[np.generic], spacing: Sequence[float]
) -> float | None:
    """ASSD: the mean over the border voxels of both masks of the distance to the other's border."""
    distances = border_distances(prediction, reference, spacing)
    return None if distances is None else float(np.concatenate(distances).mean())


def surface_dice(
    prediction: NDArray[np.generic], reference: NDArray[np.generic], spacing: Sequence[float], tolerance: float
) -> float | None:
    """The share of the border voxels of both masks that lie within the tolerance of the other's border."""
    distances = border_distances(prediction, reference, spacing)
    return None if distances is None else float((np.concatenate(distances) <= tolerance).mean())


def border_distances(
    prediction: NDArray[np.generic], reference: NDArray[np.generic], spacing: Sequence[float]
) -> tuple[Floats, Floats] | None:
    """From each border voxel of the prediction to the nearest of the reference, and the other way round."""
    boxed = _boxed(prediction != 0, reference != 0)
    if boxed is None:
        return None
    marked, wanted = (_border(mask) for mask in boxed)
    return _distances(marked, wanted, spacing), _distances(wanted, marked, spacing)


def _boxed(marked: Bools, wanted: Bools) -> tuple[Bools, Bools] | None:
    """Both masks cut to the box around them, with one empty voxel on each side."""
    if not marked.any() or not wanted.any():
        return None
    box = ndimage.find_objects((marked | wanted).astype(np.uint8))[0]
    return np.pad(marked[box], 1), np.pad(wanted[box], 1)


def _border(mask: Bools) -> Bools:
    edge: Bools = mask & ~ndimage.binary_erosion(mask)
    return edge


def _distances(start: Bools, goal: Bools, spacing: Sequence[float]) -> Floats:
    away: Floats = ndimage.distance_transform_edt(~goal, sampling=tuple(spacing))
    return away[start]
