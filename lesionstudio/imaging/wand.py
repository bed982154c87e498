"""Magic wand: the voxels that are like the one pointed at, hanging together with it or everywhere.

A region is grown brick by brick: a brick of the volume is only read and labelled when the region reaches it, so the
time goes with the region and not with the volume.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Index
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import in_voxels
from lesionstudio.imaging.strokes import Cover
from lesionstudio.progress import Progress, Reporter, silent

Values = Callable[[Box], NDArray[Any]]
"""Gives the values of a box within the grid: (slices, rows, columns[, channels])."""

GoOn = Callable[[int], bool]

_Spacing = tuple[float, float, float]
_BRICK_3D, _BRICK_2D = (16, 48, 48), (1, 192, 192)
_AXES = (0, 1, 2)


def _always(_looked_at: int) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class WandRule:
    """What is taken: values at most `tolerance` away from the voxel's own, on its slice or in 3-D (`is_3d`), hanging
    together with it face to face or not (`connected`), at most `within_mm` from it (0: at any distance).
    """

    tolerance: float
    is_3d: bool = False
    connected: bool = True
    within_mm: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """Covered voxels (slices, rows, columns) of a box. Not `is_whole`: there is more than was allowed to look at."""

    box: Box
    cover: Cover
    is_whole: bool = True


def grow(
    values: Values, shape: Index, seed: Index, rule: WandRule, spacing_mm: _Spacing, go_on: GoOn = _always
) -> Grown:
    """What the wand takes at a voxel of a grid of this shape; nothing for a value that is not a number.

    `go_on` is asked with the number of voxels to be looked at so far: on a no it stops with what it has. Without
    `connected` what would be too much is looked for on the voxel's own slice only.
    """
    search = _Search(values, shape, seed, rule, spacing_mm)
    if rule.connected:
        return _Growth(search, _BRICK_3D if rule.is_3d else _BRICK_2D, go_on).run(seed)
    here = search.reach.intersect(Box.of_slice(shape, seed[0]))
    is_whole = search.reach.shape == here.shape or go_on(_size(search.reach))
    box = search.reach if is_whole else here
    return _cropped(box, search.slice_by_slice(box), is_whole=is_whole)


def wanded(
    scan: Scan, seed: Index, rule: WandRule, label: int, title: str, report: Reporter = silent
) -> Proposal | None:
    """All that the wand takes, whatever its size, as a proposal in the file's voxels; None for nothing.

    `seed` is a voxel of the scan as it is shown.
    """

    def go_on(looked_at: int) -> bool:
        report(Progress(None))
        return looked_at >= 0

    grown = grow(scan.block, scan.geometry.shape, seed, rule, scan.geometry.spacing_mm, go_on)
    if grown.box.is_empty:
        return None
    return in_voxels(Proposal.of(title, grown.box, grown.cover, label), scan)


class _Search:
    """Which voxels are like the seed and near enough, in any box asked for."""

    def __init__(self, values: Values, shape: Index, seed: Index, rule: WandRule, spacing_mm: _Spacing) -> None:
        self._values, self._seed, self._rule, self._spacing = values, seed, rule, spacing_mm
        self._wanted = values(Box(seed, _after(seed)))[0, 0, 0]
        whole = Box.whole(shape) if rule.is_3d else Box.of_slice(shape, seed[0])
        self.reach = whole.intersect(self._ball_box()) if rule.within_mm > 0 else whole

    def cover(self, box: Box) -> Cover:
        """Whether each voxel of a box within reach is like the seed."""
        values = self._values(box)
        if values.ndim == 4:
            away = np.abs(values.astype(np.float32) - self._wanted.astype(np.float32)).max(axis=3)
            alike: Cover = away <= self._rule.tolerance
        else:
            alike = self._in_range(values)
        return alike & self._near(box) if self._rule.within_mm > 0 else alike

    def slice_by_slice(self, box: Box) -> Cover:
        """The same, for a box of any size in little memory."""
        found = np.empty(box.shape, bool)
        (first, row, column), (last, bottom, right) = box.start, box.stop
        for i, k in enumerate(range(first, last)):
            found[i] = self.cover(Box((k, row, column), (k + 1, bottom, right)))[0]
        return found

    def _in_range(self, values: NDArray[Any]) -> Cover:
        low, high = float(self._wanted) - self._rule.tolerance, float(self._wanted) + self._rule.tolerance
        if values.dtype.kind in "iu":
            info = np.iinfo(values.dtype)
            low, high = max(ceil(low), info.min), min(floor(high), info.max)
        in_range: Cover = (values >= low) & (values <= high)
        return in_range

    def _near(self, box: Box) -> Cover:
        squares = [
            ((np.arange(start, stop) - at) * step) ** 2
            for start, stop, at, step in zip(box.start, box.stop, self._seed, self._spacing)
        ]
        near: Cover = squares[0][:, None, None] + squares[1][:, None] + squares[2] <= self._rule.within_mm**2 + 1e-6
        return near

    def _ball_box(self) -> Box:
        reach = [floor(self._rule.within_mm / step + 1e-6) for step in self._spacing]
        start, stop = (tuple(at + sign * n for at, n in zip(self._seed, reach)) for sign in (-1, 1))
        return Box(start, _after(stop))  # type: ignore[arg-type]


class _Growth:
    """A region on its way from brick to brick. Each brick is cut into pieces once; pieces are reached or not."""

    def __init__(self, search: _Search, brick: Index, go_on: GoOn) -> None:
        self._search, self._brick, self._go_on = search, brick, go_on
        self._pieces: dict[Index, NDArray[np.int32]] = {}
        self._reached: dict[Index, NDArray[np.bool_]] = {}
        self._waiting: dict[Index, set[int]] = {}
        self._looked_at = 0

    def run(self, seed: Index) -> Grown:
        """Grows from the seed until nothing more is touched or too much was looked at."""
        first: Index = tuple(at // n for at, n in zip(seed, self._brick))  # type: ignore[assignment]
        inside = tuple(at - start for at, start in zip(seed, self._box(first).start))
        piece = int(self._labelled(first)[inside])
        if piece:
            self._waiting[first] = {piece}
        while self._waiting and self._go_on(self._looked_at):
            brick = next(iter(self._waiting))
            self._spread(brick, sorted(self._waiting.pop(brick)))
        return self._gathered(is_whole=not self._waiting)

    def _spread(self, brick: Index, pieces: list[int]) -> None:
        """Takes pieces of a brick in, and sees what they touch in the bricks around it."""
        self._reached[brick][pieces] = True
        labels = self._pieces[brick]
        for axis in _AXES:
            for side in (-1, 0):
                face: NDArray[np.int32] = np.asarray(labels.take(side, axis=axis))
                if not face.any():
                    continue
                taken = np.isin(face, pieces) if len(pieces) > 1 else face == pieces[0]
                beside = _beside(brick, axis, 1 if side else -1)
                if taken.any() and not self._box(beside).is_empty:
                    facing: NDArray[np.int32] = np.asarray(self._labelled(beside).take(0 if side else -1, axis=axis))
                    self._touch(beside, facing[taken])

    def _touch(self, brick: Index, touched: NDArray[np.int32]) -> None:
        reached = self._reached[brick]
        fresh = {int(piece) for piece in np.unique(touched) if piece and not reached[piece]}
        if fresh:
            self._waiting.setdefault(brick, set()).update(fresh)

    def _labelled(self, brick: Index) -> NDArray[np.int32]:
        """The pieces of a brick, from 1; cut when they are first asked for."""
        if brick not in self._pieces:
            from scipy.ndimage import label

            cover = self._search.cover(self._box(brick))
            self._looked_at += cover.size
            if cover.all():
                labels, count = np.ones(cover.shape, np.int32), 1
            else:
                labels, count = label(cover)
            self._pieces[brick], self._reached[brick] = labels, np.zeros(count + 1, bool)
        return self._pieces[brick]

    def _box(self, brick: Index) -> Box:
        start: Index = tuple(at * n for at, n in zip(brick, self._brick))  # type: ignore[assignment]
        stop: Index = tuple(at + n for at, n in zip(start, self._brick))  # type: ignore[assignment]
        return Box(start, stop).intersect(self._search.reach)

    def _gathered(self, *, is_whole: bool) -> Grown:
        found = [brick for brick, reached in self._reached.items() if reached.any()]
        box = EMPTY_BOX
        for brick in found:
            box = box.union(self._box(brick))
        cover = np.zeros(box.shape, bool)
        for brick in found:
            part = self._box(brick)
            region = tuple(slice(a - o, b - o) for a, b, o in zip(part.start, part.stop, box.start))
            cover[region] = self._reached[brick][self._pieces[brick]]
        return _cropped(box, cover, is_whole=is_whole)


def _cropped(box: Box, cover: Cover, *, is_whole: bool) -> Grown:
    """Without the slices, rows and columns at the edges where nothing is covered."""
    if not cover.any():
        return Grown(EMPTY_BOX, np.zeros((0, 0, 0), bool), is_whole)
    spans = list(_spans(cover))
    (k, row, column), (slices, rows, columns) = box.start, spans
    start = k + slices.start, row + rows.start, column + columns.start
    stop = k + slices.stop, row + rows.stop, column + columns.stop
    return Grown(Box(start, stop), cover[slices, rows, columns], is_whole)


def _spans(cover: Cover) -> Iterator[slice]:
    for axis in _AXES:
        others = tuple(other for other in _AXES if other != axis)
        set_at = np.flatnonzero(cover.any(axis=others))
        yield slice(int(set_at[0]), int(set_at[-1]) + 1)


def _beside(brick: Index, axis: int, step: int) -> Index:
    k, row, column = brick
    return k + step * (axis == 0), row + step * (axis == 1), column + step * (axis == 2)


def _after(index: Index) -> Index:
    return index[0] + 1, index[1] + 1, index[2] + 1


def _size(box: Box) -> int:
    slices, rows, columns = box.shape
    return slices * rows * columns
