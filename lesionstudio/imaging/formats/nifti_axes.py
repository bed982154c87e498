"""In which order and direction a NIfTI file's axes are shown."""

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import StoredGrid

_CLEARLY_LARGEST = 1.5
# Per slice direction (sagittal, coronal, axial): the world axes of slices, rows and columns. All of them run down:
# slices from head, front or right; rows from head or front; columns from the right, in sagittal pictures the front.
_SHOWN_AXES = {2: (2, 1, 0), 1: (1, 2, 0), 0: (0, 2, 1)}


def display_order(affine: NDArray[np.float64], shape: tuple[int, int, int], is_placed: bool) -> StoredGrid:
    """How the file's axes become (slice, row, column): see _SHOWN_AXES; as they stand where the file has no place."""
    if not is_placed or not is_sound(affine):
        return StoredGrid((2, 1, 0), (False, False, False), shape, affine)
    from nibabel.orientations import io_orientation

    worlds = [int(axis) for axis in io_orientation(affine)[:, 0]]
    rising = [bool(affine[worlds[n], n] > 0) for n in range(3)]
    slice_axis = _slice_axis(affine, shape, worlds)
    order = tuple(worlds.index(world) for world in _SHOWN_AXES[worlds[slice_axis]])
    flips = tuple(rising[axis] for axis in order)
    return StoredGrid((order[0], order[1], order[2]), (flips[0], flips[1], flips[2]), shape, affine)


def is_sound(affine: NDArray[np.float64]) -> bool:
    """Whether the three axes are finite and point in three directions."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.isfinite(affine).all() or lengths.min() == 0:
        return False
    return bool(abs(np.linalg.det(affine[:3, :3] / lengths)) > 1e-3)


def _slice_axis(affine: NDArray[np.float64], shape: tuple[int, int, int], worlds: list[int]) -> int:
    """The file's axis across the slices: the only one of length 1, else the clearly coarsest, else head to feet."""
    flat = [axis for axis in range(3) if shape[axis] == 1]
    if len(flat) == 1:
        return flat[0]
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    coarsest = int(np.argmax(spacing))
    others = np.delete(spacing, coarsest)
    return coarsest if spacing[coarsest] >= _CLEARLY_LARGEST * others.max() else worlds.index(2)
