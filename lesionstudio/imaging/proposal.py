"""Proposal: a change of the mask that is shown before it is made, whatever tool thought of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Index
from lesionstudio.imaging.mask import Pixels
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.strokes import LARGE_TILE, Cover

Flat = tuple[slice, slice]

_MANY, _WIDE = 8, 1 << 20
"""Slices, or voxels of one, from which on a change is remembered in large pieces."""


class Change(Protocol):
    """What applying needs of an open stroke."""

    def paint(self, k: int, row: int, column: int, cover: Cover, label: int) -> Box:
        """Marks covered voxels; returns the block looked at."""

    def settle(self) -> None:
        """Puts what was painted so far in order for keeping."""

    def commit(self) -> object:
        """Makes it one step of the history."""


class Writer(Protocol):
    """What applying needs of editing.EditHistory."""

    def stroke(self, title: str, *, large: bool = False) -> Change:
        """Opens a change; `large`: of many slices."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """The number each voxel of a box would get, and which of them would get one.

    `labels` (slices, rows, columns), uint8, and `where`, bool, have the box's shape; 0 where `where` is set means that
    the voxel's mark would be taken away. The box lies within the grid.
    """

    title: str
    box: Box
    labels: Pixels
    where: Cover

    @classmethod
    def of(cls, title: str, box: Box, cover: Cover, label: int) -> "Proposal":
        """The same number for every covered voxel of a box; 0 erases."""
        return cls(title, box, np.broadcast_to(np.uint8(label), cover.shape), cover)

    @classmethod
    def within(cls, title: str, box: Box, cover: Cover, label: int, shape: Index) -> "Proposal":
        """The same for a box that may reach over the edge of a grid of this shape: what lies outside is left out."""
        inner = box.intersect(Box.whole(shape))
        region = tuple(slice(a - start, max(b, a) - start) for a, b, start in zip(inner.start, inner.stop, box.start))
        return cls.of(title, inner, cover[region], label)

    @cached_property
    def voxels(self) -> int:
        """How many voxels would change."""
        return int(np.count_nonzero(self.where))

    @cached_property
    def erased(self) -> int:
        """How many of them would lose their mark."""
        return int(np.count_nonzero(self.where & (self.labels == 0)))

    @cached_property
    def slices(self) -> tuple[int, ...]:
        """The slices on which voxels would change."""
        first = self.box.start[0]
        return tuple(int(k) + first for k in np.flatnonzero(self.where.any(axis=(1, 2))))

    def counted(self) -> "Proposal":
        """Itself, with all its voxels counted: in a large box that takes a while, so do it on a thread."""
        self.voxels, self.erased, self.slices  # noqa: B018
        return self

    def numbers(self) -> tuple[int, ...]:
        """The numbers that would be given, 0 for taking away, in order."""
        found = np.zeros(256, bool)
        for labels, where in zip(self.labels, self.where):
            found[labels[where]] = True
        return tuple(int(number) for number in np.flatnonzero(found))

    def on(self, k: int) -> tuple[Pixels, Cover] | None:
        """Labels and where (rows, columns) of slice k within the box; None beside it."""
        i = k - self.box.start[0]
        return (self.labels[i], self.where[i]) if 0 <= i < len(self.where) else None

    def shown(self, plane: Plane, volume: Index) -> "Proposal":
        """A proposal for a volume of this shape, as (picture, row, column) of a plane."""
        turned = plane.block(self.labels), plane.block(self.where)
        return Proposal(self.title, plane.to_shown(self.box, volume), *turned)

    def in_voxels(self, plane: Plane, volume: Index) -> "Proposal":
        """The other way round: a proposal in (picture, row, column) of a plane as one for the volume."""
        turned = plane.voxel_block(self.labels), plane.voxel_block(self.where)
        return Proposal(self.title, plane.to_voxels(self.box, volume), *turned)

    def apply(self, history: Writer) -> Box:
        """Makes the change, one step named as the proposal is, and returns what was looked at.

        Locked labels and the paint rules hold: the change is painted like a stroke.
        """
        box = EMPTY_BOX
        for looked_at in self.applying(history):
            box = box.union(looked_at)
        return box

    def applying(self, history: Writer) -> Iterator[Box]:
        """Makes the change piece by piece, with time for other things between two; gives what each looked at.

        Nothing else can be changed until the last piece is painted and it is one step. Closed before, the pieces
        painted so far are the step.
        """
        is_large = len(self.slices) >= _MANY or self.where[0].size >= _WIDE
        change, last = history.stroke(self.title, large=is_large), (-1, -1)
        try:
            for k, row, column, cover, number in self._pieces():
                if is_large and (k, row // LARGE_TILE) != last:
                    change.settle()
                last = k, row // LARGE_TILE
                yield change.paint(k, row, column, cover, number)
        finally:
            change.commit()

    def _pieces(self) -> Iterator[tuple[int, int, int, Cover, int]]:
        """For each slice and number the smallest rectangle that holds it, in bands where it is high."""
        (first, top, left), _stop = self.box.start, self.box.stop
        for i, (labels, where) in enumerate(zip(self.labels, self.where)):
            rows, columns = bounds(where)
            for band in _bands(rows, top):
                part, inside = labels[band, columns], where[band, columns]
                for number in self._numbers_of(part, inside):
                    cover = inside if self._is_of_one else inside & (part == number)
                    yield first + i, top + band.start, left + columns.start, cover, number

    @property
    def _is_of_one(self) -> bool:
        """Whether every voxel would get the same number, and `labels` is that number spread out."""
        return not any(self.labels.strides)

    def _numbers_of(self, part: Pixels, inside: Cover) -> list[int]:
        if not inside.size:
            return []
        if self._is_of_one:
            return [int(part[0, 0])]
        found: list[int] = np.flatnonzero(np.bincount(part[inside], minlength=1)).tolist()
        return found


def bounds(cover: NDArray[Any]) -> Flat:
    """The smallest rectangle (rows, columns) that holds everything set; an empty one where nothing is."""
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _bands(rows: slice, top: int) -> Iterator[slice]:
    """Rows, counted from `top`, cut where one piece that a change is remembered in ends."""
    start = rows.start
    while start < rows.stop:
        stop = min(rows.stop, ((top + start) // LARGE_TILE + 1) * LARGE_TILE - top)
        yield slice(start, stop)
        start = stop
