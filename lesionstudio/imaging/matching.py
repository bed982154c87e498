"""Matching: which piece of one picture goes on as which piece of another, further along the stack."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.proposal import bounds

Cover = NDArray[np.bool_]
Spacing = tuple[float, float]
Corner = tuple[int, int]

_STEEPEST = 3.0
"""How far a piece may move sideways between two pictures, in distances of those pictures, besides its own size."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Pieces that belong together: `cover` (rows, columns) with its corner in the picture, and its centre there."""

    corner: Corner
    cover: Cover
    centre: tuple[float, float]

    @property
    def end(self) -> Corner:
        """The row and column after the last ones."""
        return self.corner[0] + self.cover.shape[0], self.corner[1] + self.cover.shape[1]

    def on(self, top: int, left: int, bottom: int, right: int) -> Cover:
        """The shape on a rectangle that holds all of it."""
        drawn = np.zeros((bottom - top, right - left), bool)
        row, column = self.corner[0] - top, self.corner[1] - left
        drawn[row : row + self.cover.shape[0], column : column + self.cover.shape[1]] = self.cover
        return drawn


def matched(one: Cover, other: Cover, spacing: Spacing, apart_mm: float) -> Iterator[tuple[Shape, Shape]]:
    """Pairs of shapes that go on as each other between two pictures `apart_mm` from each other.

    Pieces (8-connected) that overlap belong together, however many; of those that overlap with nothing the nearest
    two, if they are not further apart than their size and a steep way allow. What has no partner is left out.
    """
    rows, columns = bounds(one | other)
    pieces = _Pieces(one[rows, columns]), _Pieces(other[rows, columns])
    corner = rows.start, columns.start
    for group in (*_overlapping(*pieces), *_nearest(*pieces, spacing, apart_mm)):
        yield pieces[0].shape(group[0], corner), pieces[1].shape(group[1], corner)


class _Pieces:
    """The pieces of one picture, numbered from 1."""

    def __init__(self, cover: Cover) -> None:
        import cv2

        count, self.labels, stats, self.centres = cv2.connectedComponentsWithStats(
            np.ascontiguousarray(cover).view(np.uint8), connectivity=8
        )
        self.count, self.areas = int(count) - 1, stats[:, cv2.CC_STAT_AREA]

    def shape(self, chosen: list[int], corner: Corner) -> Shape:
        """Some pieces as one shape; `corner` is where the picture was cut out."""
        cover = np.isin(self.labels, chosen) if self.count > 1 else self.labels > 0
        rows, columns = bounds(cover)
        weights, centres = self.areas[chosen], self.centres[chosen]
        across, down = (weights[:, None] * centres).sum(axis=0) / weights.sum()
        top, left = corner
        return Shape((rows.start + top, columns.start + left), cover[rows, columns], (down + top, across + left))


def _overlapping(one: _Pieces, other: _Pieces) -> list[tuple[list[int], list[int]]]:
    """Groups of pieces that overlap each other, directly or through others."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    both = (one.labels > 0) & (other.labels > 0)
    pairs = np.bincount((one.labels[both] - 1) * other.count + other.labels[both] - 1)
    touching = np.divmod(np.flatnonzero(pairs), max(other.count, 1))
    nodes = one.count + other.count
    links = coo_matrix((np.ones(len(touching[0])), (touching[0], touching[1] + one.count)), (nodes, nodes))
    count, group = connected_components(links, directed=False)
    groups = []
    for n in range(count):
        members = np.flatnonzero(group == n)
        left, right = members[members < one.count] + 1, members[members >= one.count] - one.count + 1
        if len(left) and len(right):
            groups.append((left.tolist(), right.tolist()))
    return groups


def _nearest(one: _Pieces, other: _Pieces, spacing: Spacing, apart_mm: float) -> Iterator[tuple[list[int], list[int]]]:
    """Of the pieces that overlap nothing, pairs in the order of their distance."""
    left, right = _alone(one, other), _alone(other, one)
    ways = sorted((_way_mm(one, a, other, b, spacing), a, b) for a in left for b in right)
    for way, a, b in ways:
        size = sum(sqrt(float(pieces.areas[n]) * spacing[0] * spacing[1] / pi) for pieces, n in ((one, a), (other, b)))
        if a in left and b in right and way <= size + _STEEPEST * apart_mm:
            left.remove(a)
            right.remove(b)
            yield [a], [b]


def _alone(pieces: _Pieces, others: _Pieces) -> set[int]:
    return set(range(1, pieces.count + 1)) - set(np.unique(pieces.labels[others.labels > 0]).tolist())


def _way_mm(one: _Pieces, a: int, other: _Pieces, b: int, spacing: Spacing) -> float:
    across, down = other.centres[b] - one.centres[a]
    return hypot(float(down) * spacing[0], float(across) * spacing[1])
