"""Threshold: all voxels of a scan whose values lie in a range, as one label."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.cleanup import without_islands
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.morphology import Cover, Spacing
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.words import _

Values = Callable[[int], NDArray[Any]]
"""The values of slice k (rows, columns), in the unit they are shown in."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Values from `low` to `high`, both included, become `label`.

    `inside`: only where this label is now (None: everywhere). `smallest`: pieces under so many mm3 are left out (mm2
    where slices stand alone), as the spacing's unit is. `slices`: only these; None: all, and pieces are those in 3-D.
    """

    low: float
    high: float
    label: int
    inside: int | None = None
    smallest: float = 0.0
    slices: range | None = None
    locked: frozenset[int] = frozenset()


def thresholded(
    values: Values, marked: Marked, spacing: Spacing, wish: Threshold, title: str, report: Reporter = silent
) -> Proposal | None:
    """The label in every voxel of the range that may have it and has not; None where there is none.

    Pieces are measured as the range makes them, before voxels that are marked already or locked are left out.
    """
    box = _box(marked, wish)
    if box.is_empty or wish.label in wish.locked:
        return None
    cover, steps = np.zeros(box.shape, bool), Steps(report, box.shape[0], _("Threshold"))
    region = box.slices()[1:]
    for i, k in enumerate(range(box.start[0], box.stop[0])):
        inside = values(k)[region]
        np.logical_and(inside >= wish.low, inside <= wish.high, out=cover[i])
        steps.advance()
    return _proposal(title, box, _large_enough(cover, marked, box, spacing, wish), marked, wish)


def _large_enough(cover: Cover, marked: Marked, box: Box, spacing: Spacing, wish: Threshold) -> Cover:
    if wish.inside is not None:
        cover &= marked.block(box) == wish.inside
    if wish.smallest <= 0:
        return cover
    in_3d = wish.slices is None and len(cover) > 1
    voxel = spacing[1] * spacing[2] * (spacing[0] if in_3d else 1.0)
    return without_islands(cover, wish.smallest / voxel, in_3d=in_3d)


def _proposal(title: str, box: Box, cover: Cover, marked: Marked, wish: Threshold) -> Proposal | None:
    """Without the voxels that have the label or are locked; cut to the slices and the frame in which any is left."""
    left_alone = np.zeros(256, bool)
    left_alone[[wish.label, *wish.locked]] = True
    first, region = box.start[0], box.slices()[1:]
    for k in range(box.start[0], box.stop[0]):
        if k in marked.slices:
            cover[k - first] &= ~left_alone[marked.slices[k][region]]
    inner = Marked.of(cover.view(np.uint8)).box()
    if inner.is_empty:
        return None
    start, stop = (tuple(a + b for a, b in zip(box.start, edge)) for edge in (inner.start, inner.stop))
    return Proposal.of(title, Box(start, stop), cover[inner.slices()], wish.label)  # type: ignore[arg-type]


def _box(marked: Marked, wish: Threshold) -> Box:
    if wish.inside is not None:
        return marked.box((wish.inside,), wish.slices)
    slices = wish.slices if wish.slices is not None else range(marked.shape[0])
    return Box((slices.start, 0, 0), (slices.stop, *marked.shape[1:]))
