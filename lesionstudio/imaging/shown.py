"""Scan, mask and history as a Plane shows them: whoever works on pictures need not know across which way they are cut.

Everything here is in (picture, row, column) of the plane. `history.stroke` of a ShownEditor writes the mask itself, so
marks land in the file's own grid; with the stack's own plane all three functions give back what they were given.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Index
from lesionstudio.imaging.mask import Layer, Mask, Pixels
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.strokes import Cover, Stroke


class MaskView(Protocol):
    """What whoever shows a mask needs of it, be it a Mask or a ShownMask."""

    shape: Index

    def labels(self, k: int) -> Pixels:
        """Label of each voxel of picture k, read-only."""

    def origin(self, k: int) -> Pixels:
        """Origin of each voxel of picture k, read-only."""

    def draft(self, k: int) -> Pixels:
        """Label that a model proposes for each voxel of picture k, read-only."""

    def touched(self, layer: Layer) -> tuple[int, ...]:
        """Pictures that may hold something."""

    def has_draft(self, k: int) -> bool:
        """Whether picture k has proposed voxels that nobody has answered."""

    def take_in(self, box: Box) -> None:
        """Learns that only these voxels changed."""


class CrossCuts(Protocol):
    """Pictures across a scan's slices, without waiting for those that are not read yet."""

    def row(self, row: int) -> NDArray[Any]:
        """Row `row` of every slice: (slices, columns[, channels])."""

    def column(self, column: int) -> NDArray[Any]:
        """Column `column` of every slice: (slices, rows[, channels])."""


class ShownScan(Scan):
    """A scan whose slices are the pictures of a plane. It keeps no voxels: only the stack's own slices are read."""

    def __init__(self, scan: Scan, plane: Plane, cuts: CrossCuts | None = None) -> None:
        self._pictures = _Pictures(scan, plane, cuts)
        super().__init__(plane.geometry(scan.geometry), self._pictures, dtype=scan.dtype)
        known = {fact: value for fact, value in vars(scan).items() if not fact.startswith("_")}
        vars(self).update({**known, "geometry": self.geometry, "slice_ids": ()})
        self.plane, self._scan = plane, scan
        self.volume_shape = scan.geometry.shape

    def slice(self, k: int) -> NDArray[np.generic]:
        """Picture k, read-only. Raises UnreadableFile, IndexError."""
        if not 0 <= k < self.slices:
            raise IndexError(k)
        picture = self._pictures.read(k)
        picture.flags.writeable = False
        return picture

    def is_read(self, k: int) -> bool:
        """Whether picture k is at hand without reading the file."""
        if self.plane.axes[0] != 0:
            return True
        return self._scan.is_read(self._scan.slices - 1 - k if self.plane.flips[0] else k)

    def volume(self) -> NDArray[np.generic]:
        """All pictures in one array (picture, row, column[, channel])."""
        return np.ascontiguousarray(self.plane.block(self._scan.volume()))

    def block(self, box: Box) -> NDArray[np.generic]:
        """The values of a box (pictures, rows, columns[, channels]), without cutting whole pictures."""
        voxels = self._scan.block(self.plane.to_voxels(box, self._scan.geometry.shape))
        turned: NDArray[np.generic] = self.plane.block(voxels)
        return turned

    def intensity_range(self) -> tuple[float, float]:
        """Lowest and highest finite value of the slices read so far; (0, 1) where there is none."""
        return self._scan.intensity_range()


class _Pictures:
    """Where a ShownScan's pictures come from."""

    def __init__(self, scan: Scan, plane: Plane, cuts: CrossCuts | None) -> None:
        self._scan, self._plane, self._cuts = scan, plane, cuts or _Waiting(scan)

    def read(self, k: int) -> NDArray[np.generic]:
        """Picture k (rows, columns[, channels]), contiguous."""
        axis, length = self._plane.axes[0], self._scan.geometry.shape[self._plane.axes[0]]
        n = length - 1 - k if self._plane.flips[0] else k
        cut = (self._scan.slice, self._cuts.row, self._cuts.column)[axis](n)
        return np.ascontiguousarray(_laid(cut, self._plane))


class _Waiting:
    """Cross cuts that read whatever slice is missing: for scans that are at hand anyway."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan

    def row(self, row: int) -> NDArray[Any]:
        """Row `row` of every slice."""
        return np.stack([self._scan.slice(k)[row] for k in range(self._scan.slices)])

    def column(self, column: int) -> NDArray[Any]:
        """Column `column` of every slice."""
        return np.stack([self._scan.slice(k)[:, column] for k in range(self._scan.slices)])


class ShownMask:
    """A mask as the pictures of a plane. The last picture of each layer is kept, and `take_in` mends it."""

    def __init__(self, mask: Mask, plane: Plane) -> None:
        self._mask, self._plane = mask, plane
        self.shape: Index = plane.shape(mask.shape)
        self._kept: dict[Layer, tuple[int, Pixels, int]] = {}

    def labels(self, k: int) -> Pixels:
        """Label of each voxel of picture k, read-only; 0 is background."""
        return self.layer("labels", k)

    def origin(self, k: int) -> Pixels:
        """Origin of each voxel of picture k, read-only."""
        return self.layer("origin", k)

    def draft(self, k: int) -> Pixels:
        """Label that a model proposes for each voxel of picture k, read-only."""
        return self.layer("draft", k)

    def layer(self, layer: Layer, k: int) -> Pixels:
        """Picture k of one layer, read-only."""
        kept = self._kept.get(layer)
        if kept is None or kept[0] != k or kept[2] != self._mask.writes:
            kept = (k, np.ascontiguousarray(self._cut(layer, Box.of_slice(self.shape, k))), self._mask.writes)
            self._kept[layer] = kept
        view = kept[1].view()
        view.flags.writeable = False
        return view

    def touched(self, layer: Layer) -> tuple[int, ...]:
        """Pictures that may hold something; the others are all zero."""
        slices = self._mask.touched(layer)
        if self._plane.axes[0] != 0:
            return tuple(range(self.shape[0])) if slices else ()
        return tuple(sorted(self.shape[0] - 1 - k for k in slices)) if self._plane.flips[0] else slices

    def has_draft(self, k: int) -> bool:
        """Whether picture k has proposed voxels that nobody has answered."""
        return bool(self._mask.touched("draft")) and bool(self.draft(k).any())

    def take_in(self, box: Box) -> None:
        """Learns that only these voxels (picture, row, column) changed since it was last asked."""
        for layer, (k, pixels, _writes) in self._kept.items():
            part = box.intersect(Box.of_slice(self.shape, k))
            if not part.is_empty:
                pixels[part.slices()[1:]] = self._cut(layer, part)
            self._kept[layer] = (k, pixels, self._mask.writes)

    def _cut(self, layer: Layer, part: Box) -> Pixels:
        block = self._mask.block(layer, self._plane.to_voxels(part, self._mask.shape))
        picture: Pixels = self._plane.block(block)[0]
        return picture


class ShownEditor:
    """What a tool paints through: strokes in (picture, row, column), each one step of the history behind it."""

    def __init__(self, history: EditHistory, plane: Plane, scan: Scan | None = None) -> None:
        self._history, self._plane = history, plane
        self.mask = shown_mask(history.mask, plane)
        self.voxels: Callable[[int], NDArray[Any]] | None = scan.slice if scan is not None else None

    @property
    def is_open(self) -> bool:
        """Whether a stroke is in the making."""
        return self._history.is_open

    @property
    def locked(self) -> frozenset[int]:
        """The numbers that are neither written nor overwritten."""
        return self._history.locked

    @property
    def rules(self) -> PaintRules:
        """Where tools may paint."""
        return self._history.rules

    def stroke(self, title: str, within: Box | None = None) -> "ShownStroke":
        """Opens a change, as EditHistory.stroke does."""
        shape = self._history.mask.shape
        inside = None if within is None else self._plane.to_voxels(within, shape)
        return ShownStroke(self._history.stroke(title, inside), self._plane, shape)

    def take_back(self, edit: object) -> Box:
        """Undoes this step if it is the last one; else nothing."""
        return self._plane.to_shown(self._history.take_back(edit), self._history.mask.shape)


class ShownStroke:
    """A stroke in (picture, row, column)."""

    def __init__(self, stroke: Stroke, plane: Plane, volume: Index) -> None:
        self._stroke, self._plane, self._volume = stroke, plane, volume

    def paint(self, k: int, row: int, column: int, cover: Cover, label: int) -> Box:
        """Marks covered voxels of picture k, as Stroke.paint does; `cover` may reach over the edge."""
        box = Box((k, row, column), (k + 1, row + cover.shape[0], column + cover.shape[1]))
        return self.paint_block(box, cover[None], label)

    def paint_block(self, box: Box, cover: Cover, label: int) -> Box:
        """Marks covered voxels of a block; `cover` (pictures, rows, columns) has the box's shape."""
        inside = box.intersect(Box.whole(self._plane.shape(self._volume)))
        if inside.is_empty:
            return EMPTY_BOX
        offsets = tuple(slice(a - o, b - o) for a, b, o in zip(inside.start, inside.stop, box.start))
        voxels = self._plane.to_voxels(inside, self._volume)
        block, changed = self._plane.voxel_block(cover[offsets]), EMPTY_BOX
        (first, row, column), _stop = voxels.start, voxels.stop
        for k in np.flatnonzero(block.any(axis=(1, 2))).tolist():
            changed = changed.union(self._stroke.paint(first + k, row, column, block[k], label))
        return self._plane.to_shown(changed, self._volume)

    def commit(self) -> MaskEdit | None:
        """Makes the change one step of the history; None when nothing changed."""
        return self._stroke.commit()

    def abandon(self) -> Box:
        """Puts back what was there, and returns the block to redraw."""
        return self._plane.to_shown(self._stroke.abandon(), self._volume)


def shown_scan(scan: Scan, plane: Plane, cuts: CrossCuts | None = None) -> Scan:
    """The scan as a plane shows it; `cuts`: where pictures across slices come from, if not by reading every slice."""
    return scan if plane.is_stacks_own else ShownScan(scan, plane, cuts)


def shown_mask(mask: Mask, plane: Plane) -> MaskView:
    """The mask as a plane shows it; always what the mask is now."""
    return mask if plane.is_stacks_own else ShownMask(mask, plane)


def shown_editor(history: EditHistory, plane: Plane, scan: Scan | None = None) -> EditHistory | ShownEditor:
    """The history as a tool in this plane sees it; `scan`: the scan as the plane shows it, for values."""
    return history if plane.is_stacks_own else ShownEditor(history, plane, scan)


def in_voxels(proposal: Proposal, scan: Scan) -> Proposal:
    """What was proposed on a scan as it is shown, as a proposal for the file's voxels."""
    return proposal.in_voxels(scan.plane, scan.volume_shape) if isinstance(scan, ShownScan) else proposal


def _laid(cut: NDArray[Any], plane: Plane) -> NDArray[Any]:
    """A cut along one voxel axis, its other two in order, as the plane's picture."""
    turned = cut if plane.axes[1] < plane.axes[2] else cut.swapaxes(0, 1)
    up, left = (slice(None, None, -1 if flip else 1) for flip in plane.flips[1:])
    return turned[up, left]
