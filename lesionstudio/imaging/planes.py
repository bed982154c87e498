"""Plane: cutting a picture out of a volume the way a radiologist looks at it, and finding the way back to voxels."""

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Box, Geometry, Index

PLANES = ("axial", "coronal", "sagittal")
Place = tuple[float, float, float]

# In RAS+: where the next picture lies, where the next row, where the next column. Radiological: the patient's right is
# at the picture's left; pictures follow each other from the head down, from the front back, from the right across.
_DIRECTIONS = {
    "axial": ((0, 0, -1), (0, -1, 0), (-1, 0, 0)),
    "coronal": ((0, -1, 0), (0, 0, -1), (-1, 0, 0)),
    "sagittal": ((-1, 0, 0), (0, 0, -1), (0, -1, 0)),
}
# What each plane's pictures follow each other along, in RAS+.
_ALONG = {"axial": 2, "coronal": 1, "sagittal": 0}


@dataclass(frozen=True, slots=True)
class Plane:
    """Pictures across a volume: voxel axis axes[0] leads from picture to picture, axes[1] down, axes[2] to the right.

    Where `flips` is set the axis runs backwards. Voxels are cut as they are: an oblique stack stays on its own grid,
    along the axes nearest to the plane.
    """

    axes: Index = (0, 1, 2)
    flips: tuple[bool, bool, bool] = (False, False, False)

    @classmethod
    def across(cls, geometry: Geometry, axis: int) -> "Plane":
        """The pictures that follow each other along a voxel axis; along 0 the stack's own, as they are.

        The others stand as a radiologist looks at them or, without an orientation, with the slices from top to bottom.
        """
        if axis == 0:
            return cls()
        others = [other for other in range(3) if other != axis]
        if not geometry.has_orientation:
            return cls((axis, others[0], others[1]))
        along = _along(geometry, plane_names(geometry)[axis])
        down, right = max(permutations(others), key=lambda order: abs(along[1, order[0]]) + abs(along[2, order[1]]))
        axes = (axis, down, right)
        flips = [bool(along[i, one] < 0) for i, one in enumerate(axes)]
        return cls(axes, (flips[0], flips[1], flips[2]))

    @property
    def is_stacks_own(self) -> bool:
        """Whether its pictures are the stack's slices as they are."""
        return self == Plane()

    def turned(self, quarters: int) -> "Plane":
        """Each picture turned clockwise by so many quarters of a circle."""
        plane = self
        for _quarter in range(quarters % 4):
            (first, down, right), (back, up, left) = plane.axes, plane.flips
            plane = Plane((first, right, down), (back, left, not up))
        return plane

    def mirrored(self) -> "Plane":
        """Each picture with left and right exchanged."""
        back, up, left = self.flips
        return Plane(self.axes, (back, up, not left))

    def shape(self, volume: Index) -> Index:
        """How many pictures there are in a volume of this shape, and how many rows and columns each has."""
        first, down, right = (volume[axis] for axis in self.axes)
        return first, down, right

    def cut(self, volume: NDArray[Any], n: int) -> NDArray[Any]:
        """Picture n of a volume (slice, row, column), as a view (rows, columns)."""
        picture: NDArray[Any] = self.block(volume)[n]
        return picture

    def block(self, block: NDArray[Any]) -> NDArray[Any]:
        """A block (slice, row, column[, channel]) as a view (picture, row, column[, channel])."""
        return block.transpose(*self.axes, *range(3, block.ndim))[self._steps]

    def voxel_block(self, block: NDArray[Any]) -> NDArray[Any]:
        """The other way round: a block (picture, row, column) as a view (slice, row, column)."""
        return block[self._steps].transpose(tuple(self.axes.index(axis) for axis in range(3)))

    @property
    def _steps(self) -> tuple[slice, slice, slice]:
        back, up, left = (slice(None, None, -1 if flip else 1) for flip in self.flips)
        return back, up, left

    def to_shown(self, box: Box, volume: Index) -> Box:
        """A block of voxels of a volume of this shape, as (picture, row, column)."""
        if box.is_empty:
            return box
        ends = [_turned(box.start[a], box.stop[a], volume[a], flip=flip) for a, flip in zip(self.axes, self.flips)]
        return _box(ends)

    def to_voxels(self, box: Box, volume: Index) -> Box:
        """A block (picture, row, column) as voxels (slice, row, column)."""
        if box.is_empty:
            return box
        ends = [(0, 0)] * 3
        for i, (axis, flip) in enumerate(zip(self.axes, self.flips)):
            ends[axis] = _turned(box.start[i], box.stop[i], volume[axis], flip=flip)
        return _box(ends)

    def geometry(self, geometry: Geometry) -> Geometry:
        """The grid of the pictures; slices at uneven distances count as even where they are no longer the pictures."""
        shape = self.shape(geometry.shape)
        corner = geometry.to_mm(self.to_voxel((0, 0, 0), geometry.shape))
        affine = geometry.affine.copy()
        steps = [geometry.affine[:3, axis] * (-1 if flip else 1) for axis, flip in zip(self.axes, self.flips)]
        affine[:3, :3], affine[:3, 3] = np.stack(steps, axis=1), corner
        places = self._positions(geometry.positions_mm)
        return Geometry(shape, affine, places, geometry.has_spacing, geometry.has_orientation)

    def _positions(self, places: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if places is None or self.axes[0] != 0:
            return None
        return tuple(places[-1] - at for at in reversed(places)) if self.flips[0] else places

    def to_voxel(self, place: Place, volume: Index) -> Place:
        """The voxel (slice, row, column) at (picture, row, column) of the cut."""
        voxel = [0.0, 0.0, 0.0]
        for at, axis, flip in zip(place, self.axes, self.flips):
            voxel[axis] = volume[axis] - 1 - at if flip else at
        return voxel[0], voxel[1], voxel[2]

    def from_voxel(self, voxel: Place, volume: Index) -> Place:
        """Where a voxel (slice, row, column) lies in the cut, as (picture, row, column)."""
        n, row, column = (
            volume[axis] - 1 - voxel[axis] if flip else voxel[axis] for axis, flip in zip(self.axes, self.flips)
        )
        return n, row, column

    def spacing_mm(self, geometry: Geometry) -> tuple[float, float, float]:
        """Distance from picture to picture, from row to row, and from column to column."""
        first, down, right = (geometry.spacing_mm[axis] for axis in self.axes)
        return first, down, right


def plane_names(geometry: Geometry) -> tuple[str, str, str]:
    """The plane of the pictures along each voxel axis, nearest first where they are oblique; "" without orientation."""
    if not geometry.has_orientation:
        return "", "", ""
    steps = np.abs(geometry.affine[:3, :3]) / np.linalg.norm(geometry.affine[:3, :3], axis=0)
    orders = permutations(PLANES)
    a, b, c = max(orders, key=lambda names: float(sum(steps[_ALONG[name], i] for i, name in enumerate(names))))
    return a, b, c


def three_planes(geometry: Geometry) -> tuple[Plane, Plane, Plane]:
    """The axial, coronal and sagittal plane of a volume; without an orientation those along slices, rows, columns."""
    names = plane_names(geometry)
    order = [names.index(name) for name in PLANES] if names[0] else [0, 1, 2]
    first, second, third = (Plane.across(geometry, axis) for axis in order)
    return first, second, third


def _along(geometry: Geometry, name: str) -> NDArray[np.float64]:
    """How far each voxel axis (columns) runs the way that the plane's pictures, rows and columns (rows) should."""
    steps = geometry.affine[:3, :3] / np.linalg.norm(geometry.affine[:3, :3], axis=0)
    along: NDArray[np.float64] = np.array(_DIRECTIONS[name], np.float64) @ steps
    return along


def _turned(start: int, stop: int, length: int, *, flip: bool) -> tuple[int, int]:
    return (length - stop, length - start) if flip else (start, stop)


def _box(ends: list[tuple[int, int]]) -> Box:
    (a, b), (c, d), (e, f) = ends
    return Box((a, c, e), (b, d, f))
