"""Clean-up of what is marked: holes, islands, and edges moved by mm. Each is one proposal, worked out in its own box.

A clean-up never takes voxels of another label: what a label gains was background. Locked labels stay as they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lesionstudio.imaging.geometry import Box, Index
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import Pixels
from lesionstudio.imaging.morphology import (
    Cover,
    Spacing,
    blur_reach,
    closed,
    filled,
    grown,
    opened,
    pieces,
    reach,
    shrunk,
    smoothed,
)
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.progress import Reporter, silent

_SLACK = 1e-6

Action = Literal["holes", "islands", "largest", "pointed", "grow", "shrink", "open", "close", "smooth"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is worked on: these labels (all, without any), these slices (all for None), each by itself or in 3-D."""

    labels: tuple[int, ...] = ()
    slices: range | None = None
    in_3d: bool = False
    locked: frozenset[int] = frozenset()

    def numbers(self, marked: Marked) -> tuple[int, ...]:
        """The labels to work on that occur there and are not locked."""
        found = marked.numbers(self.slices)
        return tuple(n for n in found if n not in self.locked and (not self.labels or n in self.labels))


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What is done. `amount`: mm for edges, mm3 for islands (mm2 where slices stand alone), as the spacing's unit is.

    `point` (slice, row, column): the piece to keep for "pointed".
    """

    action: Action
    amount: float = 0.0
    point: Index | None = None


def cleaned(
    marked: Marked, spacing: Spacing, wish: CleanUp, scope: Scope, title: str, report: Reporter = silent
) -> Proposal | None:
    """What the clean-up would change, by the name of its step; None where there is nothing to work on."""
    numbers = _pointed_label(marked, wish) if wish.action == "pointed" else scope.numbers(marked)
    box = marked.box(numbers, scope.slices) if numbers else None
    if box is None or box.is_empty:
        return None
    box = _widened(box, _room(wish, spacing, in_3d=scope.in_3d), marked.shape, scope.slices)
    before = marked.block(box)
    after = before.copy()
    for number in numbers:
        _put(after, number, _result(after == number, spacing, wish, scope, box, report))
    return changes(title, box, before, after, scope.locked)


def changes(title: str, box: Box, before: Pixels, after: Pixels, locked: Iterable[int] = ()) -> Proposal | None:
    """The proposal that turns one block of labels into another, in the smallest box; None where they are equal.

    Voxels that have or would get a locked label are left out.
    """
    where = before != after
    for number in locked:
        where &= (before != number) & (after != number)
    inner = Marked.of(where.view(np.uint8)).box()
    if inner.is_empty:
        return None
    region = inner.slices()
    start, stop = (tuple(a + b for a, b in zip(box.start, edge)) for edge in (inner.start, inner.stop))
    return Proposal(title, Box(start, stop), after[region], where[region])  # type: ignore[arg-type]


def without_islands(cover: Cover, voxels: float, *, in_3d: bool) -> Cover:
    """The cover without the pieces that have fewer voxels than this."""
    numbered, count = pieces(cover, in_3d=in_3d)
    keeps = np.bincount(numbered.ravel(), minlength=count + 1) >= voxels - _SLACK
    keeps[0] = False
    return np.asarray(keeps[numbered])


def largest(cover: Cover, *, in_3d: bool) -> Cover:
    """The piece with the most voxels, the first of several; in 2-D that of each slice."""
    parts = [cover] if in_3d else [one[None] for one in cover]
    return np.concatenate([_largest(part) for part in parts])


def piece_at(cover: Cover, point: Index, *, in_3d: bool) -> Cover:
    """The piece with this voxel of the block; in 2-D the other slices stay as they are."""
    numbered, _count = pieces(cover, in_3d=in_3d)
    own = np.asarray((numbered == numbered[point]) & cover)
    if not in_3d:
        others = np.arange(len(cover)) != point[0]
        own[others] = cover[others]
    return own


def _result(cover: Cover, spacing: Spacing, wish: CleanUp, scope: Scope, box: Box, report: Reporter) -> Cover:
    in_3d = scope.in_3d
    by_mm: dict[str, Callable[..., Cover]] = {"grow": grown, "shrink": shrunk, "open": opened, "close": closed}
    if wish.action in by_mm:
        return by_mm[wish.action](cover, wish.amount, spacing, in_3d=in_3d, report=report)
    if wish.action == "smooth":
        return smoothed(cover, wish.amount, spacing, in_3d=in_3d)
    if wish.action == "holes":
        return filled(cover, in_3d=in_3d)
    if wish.action == "islands":
        voxel = spacing[1] * spacing[2] * (spacing[0] if in_3d else 1.0)
        return without_islands(cover, wish.amount / voxel, in_3d=in_3d)
    if wish.point is not None:
        k, row, column = (at - start for at, start in zip(wish.point, box.start))
        return piece_at(cover, (k, row, column), in_3d=in_3d)
    return largest(cover, in_3d=in_3d)


def _put(labels: Pixels, number: int, cover: Cover) -> None:
    """Gives the label what the cover says, out of the background and back into it."""
    own = labels == number
    labels[own & ~cover] = 0
    labels[cover & (labels == 0)] = number


def _largest(cover: Cover) -> Cover:
    numbered, count = pieces(cover, in_3d=True)
    if count < 2:
        return cover
    return np.asarray(numbered == np.bincount(numbered.ravel())[1:].argmax() + 1)


def _pointed_label(marked: Marked, wish: CleanUp) -> tuple[int, ...]:
    if wish.point is None or wish.point[0] not in marked.slices:
        return ()
    number = int(marked.slices[wish.point[0]][wish.point[1:]])
    return (number,) if number else ()


def _room(wish: CleanUp, spacing: Spacing, *, in_3d: bool) -> Index:
    if wish.action in ("grow", "close"):
        return reach(wish.amount, spacing, in_3d=in_3d)
    if wish.action == "smooth":
        return blur_reach(wish.amount, spacing, in_3d=in_3d)
    return (1, 1, 1) if in_3d else (0, 1, 1)


def _widened(box: Box, room: Index, shape: Index, slices: range | None) -> Box:
    """The box with so much room on each side, within the grid and the slices that are worked on."""
    first, stop = (slices.start, slices.stop) if slices is not None else (0, shape[0])
    start = tuple(a - n for a, n in zip(box.start, room))
    end = tuple(b + n for b, n in zip(box.stop, room))
    return Box(start, end).intersect(Box((first, 0, 0), (stop, *shape[1:])))  # type: ignore[arg-type]
