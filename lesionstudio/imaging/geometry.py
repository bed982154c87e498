"""Geometry: where each voxel of a scan lies in the patient; Box: a block of voxels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Index = tuple[int, int, int]

LPS_TO_RAS: NDArray[np.float64] = np.array([-1.0, -1.0, 1.0])
"""Turns a position or direction of DICOM into one of ours."""

LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))
"""Letters of the negative and positive end of each RAS+ axis."""

_PLANES = ("sagittal", "coronal", "axial")
_CLEARLY = 0.85
_SAME_GRID_TOLERANCE = 0.1
_MICROSCOPIC_MM = 4.0


@dataclass(frozen=True, slots=True)
class Box:
    """A half-open block of voxels, (slice, row, column)."""

    start: Index
    stop: Index

    @classmethod
    def whole(cls, shape: Index) -> "Box":
        """The block that covers a whole grid."""
        return cls((0, 0, 0), shape)

    @classmethod
    def of_slice(cls, shape: Index, k: int) -> "Box":
        """The block that covers slice k."""
        return cls((k, 0, 0), (k + 1, shape[1], shape[2]))

    @property
    def shape(self) -> Index:
        """Slices, rows, columns; 0 where the block is empty."""
        return tuple(max(b - a, 0) for a, b in zip(self.start, self.stop))  # type: ignore[return-value]

    @property
    def is_empty(self) -> bool:
        """Whether it covers no voxel."""
        (k, row, column), (k_end, row_end, column_end) = self.start, self.stop
        return k_end <= k or row_end <= row or column_end <= column

    def slices(self) -> tuple[slice, slice, slice]:
        """The block as an index into an array."""
        return tuple(slice(a, b) for a, b in zip(self.start, self.stop))  # type: ignore[return-value]

    def union(self, other: "Box") -> "Box":
        """The smallest block that covers both; an empty one adds nothing."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return Box(_each(min, self.start, other.start), _each(max, self.stop, other.stop))

    def intersect(self, other: "Box") -> "Box":
        """What both cover; perhaps nothing."""
        return Box(_each(max, self.start, other.start), _each(min, self.stop, other.stop))

    def grown(self, n: int) -> "Box":
        """The block with n more rows and columns on each side; it may reach over the grid's edge."""
        (k, r, c), (k1, r1, c1) = self.start, self.stop
        return Box((k, r - n, c - n), (k1, r1 + n, c1 + n))


EMPTY_BOX = Box((0, 0, 0), (0, 0, 0))


@dataclass(frozen=True, eq=False)
class StoredGrid:
    """How a file's own axes (i, j, k) lie in (slice, row, column): axis order[n] becomes axis n, then is flipped."""

    order: Index
    flips: tuple[bool, bool, bool]
    shape: Index
    affine: NDArray[np.float64]

    def from_stored(self, array: NDArray[np.generic]) -> NDArray[np.generic]:
        """The file's array (i, j, k) as a view in (slice, row, column)."""
        turned = array.transpose(self.order)
        return turned[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]

    def turned(self, array: NDArray[Any]) -> NDArray[Any]:
        """The file's array in (slice, row, column), each slice in one piece; written over where slices lie so already.

        A second array of that size takes as long to get from the system as to fill.
        """
        slices = array.transpose(2, 1, 0)
        if self.order != (2, 1, 0) or not (slices.flags.c_contiguous and slices.flags.writeable):
            return np.ascontiguousarray(self.from_stored(array))
        last, inside = len(slices) - 1, tuple(slice(None, None, -1 if flip else 1) for flip in self.flips[1:])
        for k in range(last // 2 + 1 if self.flips[0] else last + 1) if any(self.flips) else ():
            other = last - k if self.flips[0] else k
            kept = slices[k][inside].copy()
            slices[k] = slices[other][inside]
            slices[other] = kept
        return slices

    def to_stored(self, array: NDArray[np.generic]) -> NDArray[np.generic]:
        """An array (slice, row, column) as a view in the file's own axes (i, j, k)."""
        flipped = array[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]
        return flipped.transpose(tuple(int(axis) for axis in np.argsort(self.order)))


@dataclass(frozen=True, eq=False)
class Geometry:
    """Shape (slice, row, column) and the affine from (slice, row, column, 1) to RAS+ mm.

    `positions_mm`: a slice's place along the slice normal, from slice 0 on, where the spacing is uneven. Without a
    spacing lengths are pixels; without an orientation there are no letters and no patient sides.
    """

    shape: Index
    affine: NDArray[np.float64]
    positions_mm: tuple[float, ...] | None = None
    has_spacing: bool = True
    has_orientation: bool = True
    stored: StoredGrid | None = None

    @property
    def is_of_mm(self) -> bool:
        """Whether tools are measured in mm on it: it has a spacing and is not as small as what a microscope shows."""
        longest = max(length * n for length, n in zip(self.spacing_mm, self.shape))
        return self.has_spacing and longest >= _MICROSCOPIC_MM

    @classmethod
    def pixels(cls, shape: Index) -> "Geometry":
        """The grid of a picture that says nothing about its size or the patient."""
        return cls(shape, np.eye(4), has_spacing=False, has_orientation=False)

    @classmethod
    def from_axes(
        cls, shape: Index, origin_mm: ArrayLike, slice_step: ArrayLike, row_step: ArrayLike, column_step: ArrayLike
    ) -> "Geometry":
        """The grid whose first voxel lies at origin_mm and whose axes go by these steps in RAS+ mm."""
        affine = np.eye(4)
        steps = (slice_step, row_step, column_step, origin_mm)
        affine[:3] = np.stack([np.asarray(step, np.float64) for step in steps], axis=1)
        return cls(shape, affine)

    @cached_property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of neighbours along slice, row and column; 1.0 where the file gives none."""
        lengths = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(lengths[0]), float(lengths[1]), float(lengths[2])

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def to_mm(self, index: ArrayLike) -> NDArray[np.float64]:
        """Positions (..., 3) in RAS+ mm of voxel indices (..., 3); fractions lie between voxel centres."""
        places = np.array(index, np.float64)
        places[..., 0] = self._even_slice(places[..., 0])
        moved: NDArray[np.float64] = places @ self.affine[:3, :3].T + self.affine[:3, 3]
        return moved

    def to_index(self, mm: ArrayLike) -> NDArray[np.float64]:
        """Fractional voxel indices (..., 3) of positions (..., 3) in RAS+ mm."""
        inverse = np.linalg.inv(self.affine)
        places: NDArray[np.float64] = np.asarray(mm, np.float64) @ inverse[:3, :3].T + inverse[:3, 3]
        if self.positions_mm is not None:
            at_mm = places[..., 0] * self.spacing_mm[0]
            places[..., 0] = np.interp(at_mm, self.positions_mm, np.arange(self.shape[0]))
        return places

    def slice_position_mm(self, k: int) -> float:
        """Where slice k lies along its normal, as the coordinate a radiologist reads (S, A or R positive)."""
        axis = int(np.argmax(np.abs(self.normal)))
        centre = self.to_mm((k, (self.shape[1] - 1) / 2, (self.shape[2] - 1) / 2))
        return float(centre[axis])

    @cached_property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector across the slices."""
        across = np.cross(self.affine[:3, 1], self.affine[:3, 2])
        length = float(np.linalg.norm(across))
        unit: NDArray[np.float64] = across / length if length else np.array([0.0, 0.0, 1.0])
        return unit

    @property
    def plane(self) -> str:
        """ "axial", "coronal", "sagittal", "oblique"; "" where the file has no orientation."""
        if not self.has_orientation:
            return ""
        share = np.abs(self.normal)
        return _PLANES[int(np.argmax(share))] if share.max() >= _CLEARLY else "oblique"

    def edge_letters(self) -> tuple[str, str, str, str]:
        """The patient's sides at the picture's top, right, bottom and left edge; four "" without an orientation."""
        if not self.has_orientation:
            return "", "", "", ""
        bottom, right = _letter(self.affine[:3, 1]), _letter(self.affine[:3, 2])
        return _opposite(bottom), right, bottom, _opposite(right)

    def same_grid(self, other: "Geometry") -> bool:
        """Whether both have the same voxels: shape, and corners closer than a tenth of a voxel where both know mm."""
        if self.shape != other.shape:
            return False
        if not (self.has_orientation and other.has_orientation):
            return True
        ends = np.array(self.shape) - 1
        corners = np.array(np.meshgrid(*[(0, end) for end in ends])).reshape(3, -1).T
        apart = np.linalg.norm(self.to_mm(corners) - other.to_mm(corners), axis=1)
        return bool(apart.max() <= _SAME_GRID_TOLERANCE * min(self.spacing_mm))

    def _even_slice(self, k: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.positions_mm is None:
            return k
        places = np.asarray(self.positions_mm)
        even: NDArray[np.float64] = np.interp(k, np.arange(len(places)), places) / self.spacing_mm[0]
        return even


def _each(choose: Callable[[int, int], int], one: Index, other: Index) -> Index:
    return choose(one[0], other[0]), choose(one[1], other[1]), choose(one[2], other[2])


def _letter(direction: NDArray[np.float64]) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return LETTERS[axis][int(direction[axis] > 0)]


def _opposite(letter: str) -> str:
    return next(b if letter == a else a for a, b in LETTERS if letter in (a, b))
