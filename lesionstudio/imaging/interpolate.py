"""Interpolation: marks on some pictures of a stack in, the shapes on the pictures between them out.

Between two marked pictures every piece is matched with what it overlaps on the other one (a piece alone with the
nearest that is alone too), moved so that the centres of both lie on one line, and blended by signed distance
(Raya and Udupa, IEEE Trans. Med. Imaging 9(1), 1990). So a thin oblique vessel does not vanish, two pieces grow into
one, and nothing is invented beyond the last marked picture.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import Pixels
from lesionstudio.imaging.matching import Shape, matched
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.progress import Reporter, Steps, silent

Cover = NDArray[np.bool_]
Dots = NDArray[np.float32]
Spacing = tuple[float, float]
_SQUARE = 0.01


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is to be filled: between pictures along a voxel axis, these labels, at most so many pictures (0: any).

    On slices named in `empty` a person has said that there is nothing: no gap along axis 0 reaches across them.
    """

    axis: int
    labels: tuple[int, ...]
    most: int = 0
    empty: frozenset[int] = frozenset()


def interpolated(
    marked: Marked, spacing_mm: tuple[float, float, float], gaps: Gaps, title: str, report: Reporter = silent
) -> Proposal | None:
    """Marks for the pictures without any of a label that lie between two with some; None where there are none.

    Pictures are keys wherever the label is marked on them. Voxels that are marked stay as they are; where two labels
    meet, the one that reaches deeper has the voxel.
    """
    box = marked.box(gaps.labels)
    if box.is_empty:
        return None
    block = np.ascontiguousarray(np.moveaxis(marked.block(box), gaps.axis, 0))
    first, (down, across) = box.start[gaps.axis], np.delete(spacing_mm, gaps.axis)
    shut = {k - first for k in gaps.empty} if gaps.axis == 0 else set[int]()
    filled = _Filled(block, spacing_mm[gaps.axis], (float(down), float(across)))
    pairs = [(n, a, b) for n in gaps.labels for a, b in _gaps(block, n, gaps.most, shut)]
    steps = Steps(report, len(pairs))
    for number, above, below in pairs:
        filled.fill(number, above, below)
        steps.advance()
    labels = np.moveaxis(filled.labels, 0, gaps.axis)
    return Proposal(title, box, labels, labels > 0) if filled.labels.any() else None


def _gaps(block: Pixels, number: int, most: int, shut: Collection[int]) -> Iterator[tuple[int, int]]:
    """The marked pictures on both sides of each gap."""
    keys = np.flatnonzero((block == number).any(axis=(1, 2)))
    for above, below in pairwise(keys.tolist()):
        between = range(above + 1, below)
        if between and (not most or len(between) <= most) and not any(k in shut for k in between):
            yield above, below


class _Filled:
    """The pictures (picture, row, column) with what was found for them, and how deep each voxel lies in it."""

    def __init__(self, block: Pixels, step_mm: float, spacing: Spacing) -> None:
        self.labels = np.zeros_like(block)
        self._block, self._step, self._spacing = block, step_mm, spacing
        self._depth: dict[int, Dots] = {}

    def fill(self, number: int, above: int, below: int) -> None:
        """Finds one label's shapes between two pictures."""
        one, other = (self._block[k] == number for k in (above, below))
        for a, b in matched(one, other, self._spacing, (below - above) * self._step):
            blend = _Blend(a, b, self._spacing)
            for k in range(above + 1, below):
                self._put(k, number, blend, (k - above) / (below - above))

    def _put(self, k: int, number: int, blend: "_Blend", share: float) -> None:
        field, rows, columns = blend.at(share, self._block.shape[1:])
        depth = self._depth.setdefault(k, np.zeros(self._block.shape[1:], np.float32))[rows, columns]
        deeper = (field > depth) & (self._block[k][rows, columns] == 0)
        np.copyto(depth, field, where=deeper)
        self.labels[k][rows, columns][deeper] = number


class _Blend:
    """Two shapes between which there is a way: their signed distances, and how far apart their centres are."""

    def __init__(self, one: Shape, other: Shape, spacing: Spacing) -> None:
        self._way = other.centre[0] - one.centre[0], other.centre[1] - one.centre[1]
        room = [int(np.ceil(abs(step))) + 2 for step in self._way]
        top, left = (min(one.corner[i], other.corner[i]) - room[i] for i in (0, 1))
        bottom, right = (max(one.end[i], other.end[i]) + room[i] for i in (0, 1))
        self._corner = top, left
        self._one, self._other = (
            signed_distance(shape.on(top, left, bottom, right), spacing) for shape in (one, other)
        )

    def at(self, share: float, picture: tuple[int, ...]) -> tuple[Dots, slice, slice]:
        """How deep (negative: how far outside) each voxel of a part of the picture lies, this share of the way on."""
        down, across = self._way
        here = _moved(self._one, share * down, share * across) * np.float32(1 - share)
        here += _moved(self._other, (share - 1) * down, (share - 1) * across) * np.float32(share)
        (top, left), (height, width) = self._corner, here.shape
        rows, columns = (
            slice(max(top, 0), min(top + height, picture[0])),
            slice(max(left, 0), min(left + width, picture[1])),
        )
        part = here[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        return part, rows, columns


def signed_distance(cover: Cover, spacing: Spacing) -> Dots:
    """How far each voxel lies inside a shape (negative: outside it), from voxel centres to the edge between voxels."""
    if abs(spacing[0] - spacing[1]) <= _SQUARE * max(spacing):
        import cv2

        inside, outside = (
            cv2.distanceTransform(part.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for part in (cover, ~cover)
        )
        half = 0.5
    else:
        from scipy.ndimage import distance_transform_edt

        inside, outside = (
            distance_transform_edt(part, sampling=spacing).astype(np.float32) for part in (cover, ~cover)
        )
        half = min(spacing) / 2
    signed: Dots = np.where(cover, inside - half, half - outside).astype(np.float32)
    return signed


def _moved(field: Dots, down: float, across: float) -> Dots:
    if abs(down) < 1e-3 and abs(across) < 1e-3:
        return field
    import cv2

    way = np.array([[1.0, 0.0, across], [0.0, 1.0, down]])
    size = field.shape[1], field.shape[0]
    moved: Dots = cv2.warpAffine(field, way, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return moved
