"""In which order and direction the axes of a volume's file are shown, and the grid they then make."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Geometry, StoredGrid

Affine = NDArray[np.float64]

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


def placed_grid(
    affine: Affine, shape: tuple[int, int, int], is_placed: bool, spacing: Sequence[float], mm_a_unit: float = 1.0
) -> tuple[Geometry, StoredGrid]:
    """The grid as displayed, and how the file's axes lie in it: its affine with axes reordered and turned round.

    Without a place in the patient only `spacing` (of the file's axes; 0 where nobody says) counts.
    """
    stored = display_order(affine, shape, is_placed)
    placed = is_placed and is_sound(affine)
    order = stored.order
    lengths = [abs(float(spacing[axis])) if np.isfinite(spacing[axis]) else 0.0 for axis in order]
    shown_affine = affine @ _turn(stored) if placed else np.diag([*(length or 1.0 for length in lengths), 1.0])
    shown_affine = np.diag([mm_a_unit] * 3 + [1.0]) @ shown_affine
    a, b, c = (shape[axis] for axis in order)
    geometry = Geometry((a, b, c), shown_affine, stored=stored, has_orientation=placed)
    is_known = placed or min(lengths) > 0
    return replace(geometry, has_spacing=is_known and min(geometry.spacing_mm) > 0), stored


def _turn(stored: StoredGrid) -> Affine:
    """From (slice, row, column, 1) as shown to the file's own (i, j, k, 1)."""
    turn = np.zeros((4, 4))
    turn[3, 3] = 1.0
    for axis_shown, (axis, flip) in enumerate(zip(stored.order, stored.flips)):
        turn[axis, axis_shown] = -1.0 if flip else 1.0
        turn[axis, 3] = stored.shape[axis] - 1 if flip else 0.0
    return turn


def _slice_axis(affine: NDArray[np.float64], shape: tuple[int, int, int], worlds: list[int]) -> int:
    """The file's axis across the slices: the only one of length 1, else the clearly coarsest, else head to feet."""
    flat = [axis for axis in range(3) if shape[axis] == 1]
    if len(flat) == 1:
        return flat[0]
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    coarsest = int(np.argmax(spacing))
    others = np.delete(spacing, coarsest)
    return coarsest if spacing[coarsest] >= _CLEARLY_LARGEST * others.max() else worlds.index(2)
