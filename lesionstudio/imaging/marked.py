"""Marked: the labels of a mask at one moment, for work in the background. Nothing is copied before it is looked at."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Index
from lesionstudio.imaging.mask import Mask, Pixels


@dataclass(frozen=True, eq=False, slots=True)
class Marked:
    """Labels (slice, row, column) on a grid of this shape; slices that are not named hold no mark."""

    shape: Index
    slices: Mapping[int, Pixels]

    @classmethod
    def now(cls, mask: Mask) -> "Marked":
        """What a mask holds now; later strokes do not show."""
        return cls(mask.shape, mask.kept("labels"))

    @classmethod
    def of(cls, labels: Pixels) -> "Marked":
        """What an array (slice, row, column) holds."""
        shape: Index = labels.shape
        return cls(shape, dict(enumerate(labels)))

    def block(self, box: Box) -> Pixels:
        """The labels of a box within the grid, a copy."""
        labels = np.zeros(box.shape, np.uint8)
        (first, *_start), region = box.start, box.slices()[1:]
        for i in range(len(labels)):
            if first + i in self.slices:
                labels[i] = self.slices[first + i][region]
        return labels

    def box(self, numbers: Collection[int] = (), slices: range | None = None) -> Box:
        """The smallest box that holds every voxel of these labels (of any, without them) on these slices."""
        wanted = np.zeros(256, bool)
        wanted[list(numbers) or slice(1, None)] = True
        box = EMPTY_BOX
        for k, labels in self.slices.items():
            if slices is None or k in slices:
                box = box.union(_box_of(k, wanted[labels]))
        return box

    def numbers(self, slices: range | None = None) -> tuple[int, ...]:
        """The labels that occur on these slices."""
        found = np.zeros(256, bool)
        for k, labels in self.slices.items():
            if slices is None or k in slices:
                found |= np.bincount(labels.ravel(), minlength=256) > 0
        return tuple(int(n) for n in np.flatnonzero(found) if n)


def _box_of(k: int, cover: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Box:
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if not len(rows):
        return EMPTY_BOX
    return Box((k, int(rows[0]), int(columns[0])), (k + 1, int(rows[-1]) + 1, int(columns[-1]) + 1))
