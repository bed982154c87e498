"""Comparison: a mask against a reference voxel by voxel, counted slice by slice, and again only where it changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.metrics.agreement import Agreement

Pixels = NDArray[np.uint8]
SliceOf = Callable[[int], Pixels]

AGREED, MISSED, FALSE = 1, 2, 3
ANY_MARK, EVERY_LABEL = -1, 0
"""Compared is whether a voxel is marked at all; whether it has the same label; or, from 1 on, one label."""

_CODES = np.array([0, FALSE, MISSED, AGREED], np.uint8)
_NEIGHBOURS = np.ones((3, 3, 3), np.uint8)


def errors(marked: Pixels, wanted: Pixels, label: int = ANY_MARK) -> Pixels:
    """For each voxel: 0 marked in neither, AGREED, MISSED (only the reference marks it), FALSE (only the mask does).

    Of every label, a voxel with two different labels is MISSED: the reference's label is not there. Same shape.
    """
    mine, theirs = _chosen(marked, label), _chosen(wanted, label)
    codes: Pixels = _CODES[mine.view(np.uint8) + 2 * theirs.view(np.uint8)]
    if label == EVERY_LABEL:
        codes[(codes == AGREED) & (marked != wanted)] = MISSED
    return codes


def agreement(marked: Pixels, wanted: Pixels, label: int = ANY_MARK) -> Agreement:
    """The counts of two masks of one shape. Of every label, two different labels count as missed and as false."""
    if label > EVERY_LABEL:
        return Agreement.of(_chosen(marked, label), _chosen(wanted, label))
    mine, theirs = int(np.count_nonzero(marked)), int(np.count_nonzero(wanted))
    overlap = np.minimum(marked, wanted)  # marked where both are, whatever their labels
    shared = int(np.count_nonzero(overlap))
    both = int(np.count_nonzero(overlap[marked == wanted])) if label == EVERY_LABEL else shared
    return Agreement(both, mine - both, theirs - both, marked.size - mine - theirs + shared)


class Comparison:
    """The mask and the reference of one scan. Slices that changed are counted again when they are next asked for."""

    def __init__(self, marked: SliceOf, wanted: SliceOf, slices: int, label: int = ANY_MARK) -> None:
        self.marked, self.wanted, self.slices, self.label = marked, wanted, slices, label
        self._counts: dict[int, Agreement] = {}

    def touch(self, first: int, last: int) -> None:
        """Says that slices from first to before last may have changed."""
        for k in range(first, last):
            self._counts.pop(k, None)

    def of_slice(self, k: int) -> Agreement:
        """The counts of slice k."""
        if k not in self._counts:
            self._counts[k] = agreement(self.marked(k), self.wanted(k), self.label)
        return self._counts[k]

    def whole(self) -> Agreement:
        """The counts of all slices together."""
        return sum((self.of_slice(k) for k in range(self.slices)), Agreement(0, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class Difference:
    """Voxels that hang together and are all MISSED or all FALSE; k is the slice with most of them, the place one."""

    kind: int
    voxels: int
    k: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was compared as regions: those of the reference of which nothing is marked, those marked beside all of it;
    how many there are of each; and the differences, the largest first."""

    missed: int
    wanted: int
    false: int
    marked: int
    differences: tuple[Difference, ...]

    def moved(self, slices: int) -> "Found":
        """The same, so many slices on."""
        return replace(self, differences=tuple(replace(one, k=one.k + slices) for one in self.differences))


def find(marked: Pixels, wanted: Pixels, label: int = ANY_MARK) -> Found:
    """Regions and differences of two masks (slice, row, column); voxels that touch at a corner hang together. Slow."""
    codes = errors(marked, wanted, label)
    block, corner = _around_marks(codes)
    mine, theirs = _chosen(marked, label)[block], _chosen(wanted, label)[block]
    missed, of_wanted = _untouched(theirs, mine)
    false, of_marked = _untouched(mine, theirs)
    differences = [one for kind in (MISSED, FALSE) for one in _pieces(codes[block] == kind, kind, corner)]
    ordered = sorted(differences, key=lambda one: (-one.voxels, one.k, one.row, one.column))
    return Found(missed, of_wanted, false, of_marked, tuple(ordered))


def _chosen(labels: Pixels, label: int) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = labels == label if label > 0 else labels != 0
    return chosen


def _around_marks(codes: Pixels) -> tuple[tuple[slice, ...], tuple[int, int, int]]:
    """The smallest block with everything marked, and its corner."""
    ends = []
    for axis in range(3):
        there = np.flatnonzero(codes.any(axis=tuple(a for a in range(3) if a != axis)))
        ends.append((int(there[0]), int(there[-1]) + 1) if len(there) else (0, 0))
    return tuple(slice(*end) for end in ends), (ends[0][0], ends[1][0], ends[2][0])


def _untouched(regions_of: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[int, int]:
    """How many regions have no voxel in common with the other mask, and how many there are."""
    regions, n = _regions(regions_of)
    return n - int(np.count_nonzero(np.bincount(regions[other], minlength=n + 1)[1:])), n


def _pieces(cover: NDArray[np.bool_], kind: int, corner: tuple[int, int, int]) -> list[Difference]:
    from scipy import ndimage

    regions, n = _regions(cover)
    boxes = ndimage.find_objects(regions) if n else []
    return [_difference(regions[box] == i, kind, box, corner) for i, box in zip(range(1, n + 1), boxes)]


def _difference(
    cover: NDArray[np.bool_], kind: int, box: tuple[slice, ...], corner: tuple[int, int, int]
) -> Difference:
    k = int(np.argmax(cover.sum(axis=(1, 2))))
    rows, columns = np.nonzero(cover[k])
    middle = len(rows) // 2
    place = (k, int(rows[middle]), int(columns[middle]))
    k, row, column = (at + part.start + first for at, part, first in zip(place, box, corner))
    return Difference(kind, int(np.count_nonzero(cover)), k, row, column)


def _regions(cover: NDArray[np.bool_]) -> tuple[NDArray[Any], int]:
    from scipy import ndimage

    regions, n = ndimage.label(cover, structure=_NEIGHBOURS)
    return regions, int(n)
