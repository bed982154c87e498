"""Plane: cutting a picture out of a volume the way a radiologist looks at it, and finding the way back to voxels."""

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Geometry, Index

PLANES = ("axial", "coronal", "sagittal")

# In RAS+: where the next picture lies, where the next row, where the next column. Radiological: the patient's right is
# at the picture's left; pictures follow each other from the head down, from the front back, from the right across.
_DIRECTIONS = {
    "axial": ((0, 0, -1), (0, -1, 0), (-1, 0, 0)),
    "coronal": ((0, -1, 0), (0, 0, -1), (-1, 0, 0)),
    "sagittal": ((-1, 0, 0), (0, 0, -1), (0, -1, 0)),
}


@dataclass(frozen=True, slots=True)
class Plane:
    """Pictures across a volume: voxel axis axes[0] leads from picture to picture, axes[1] down, axes[2] to the right.

    Where `flips` is set the axis runs backwards. Voxels are cut as they are: an oblique stack stays on its own grid,
    along the axes nearest to the plane.
    """

    axes: Index = (0, 1, 2)
    flips: tuple[bool, bool, bool] = (False, False, False)

    @classmethod
    def of(cls, geometry: Geometry, name: str) -> "Plane":
        """The plane "axial", "coronal" or "sagittal"; the stack's own pictures where it has no orientation."""
        if not geometry.has_orientation:
            return cls()
        steps = geometry.affine[:3, :3] / np.linalg.norm(geometry.affine[:3, :3], axis=0)
        along = np.array(_DIRECTIONS[name], np.float64) @ steps
        axes = max(permutations(range(3)), key=lambda order: float(sum(abs(along[i, a]) for i, a in enumerate(order))))
        first, down, right = axes
        flips = tuple(bool(along[i, axis] < 0) for i, axis in enumerate(axes))
        return cls((first, down, right), (flips[0], flips[1], flips[2]))

    def shape(self, volume: Index) -> Index:
        """How many pictures there are in a volume of this shape, and how many rows and columns each has."""
        first, down, right = (volume[axis] for axis in self.axes)
        return first, down, right

    def cut(self, volume: NDArray[Any], n: int) -> NDArray[Any]:
        """Picture n of a volume (slice, row, column), as a view (rows, columns)."""
        turned = volume.transpose(self.axes)
        ordered = turned[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]
        picture: NDArray[Any] = ordered[n]
        return picture

    def to_voxel(self, place: tuple[float, float, float], volume: Index) -> tuple[float, float, float]:
        """The voxel (slice, row, column) at (picture, row, column) of the cut."""
        voxel = [0.0, 0.0, 0.0]
        for at, axis, flip in zip(place, self.axes, self.flips):
            voxel[axis] = volume[axis] - 1 - at if flip else at
        return voxel[0], voxel[1], voxel[2]

    def from_voxel(self, voxel: tuple[float, float, float], volume: Index) -> tuple[float, float, float]:
        """Where a voxel (slice, row, column) lies in the cut, as (picture, row, column)."""
        n, row, column = (
            volume[axis] - 1 - voxel[axis] if flip else voxel[axis] for axis, flip in zip(self.axes, self.flips)
        )
        return n, row, column

    def spacing_mm(self, geometry: Geometry) -> tuple[float, float, float]:
        """Distance from picture to picture, from row to row, and from column to column."""
        first, down, right = (geometry.spacing_mm[axis] for axis in self.axes)
        return first, down, right
