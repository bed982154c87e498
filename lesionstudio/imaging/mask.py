"""Mask: labels, where each voxel's label comes from, and the open draft, on a scan's grid.

Slices nobody touched cost no memory. Everybody may look; only editing.EditHistory writes. A snapshot shares the
slices with the mask until one of them is written again, so that saving never waits and never copies a volume.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch
from lesionstudio.imaging.geometry import Box, Index
from lesionstudio.words import _, size

Layer = Literal["labels", "origin", "draft", "draft_probability"]
LAYERS: tuple[Layer, ...] = ("labels", "origin", "draft", "draft_probability")
Pixels = NDArray[np.uint8]


class Origin(IntEnum):
    """Where a voxel's label comes from. All but NOT_JUDGED mean: a human has painted, erased or confirmed it."""

    NOT_JUDGED = 0
    HAND = 1
    DRAFT_ACCEPTED = 2
    DRAFT_CORRECTED = 3
    IMPORTED = 4


class SliceStatus(IntEnum):
    """How far the work on one slice is; the order is the order of the work."""

    NEW = 0
    DRAFT = 1
    IMPORTED = 2
    CORRECTED = 3
    CHECKED = 4


@dataclass(frozen=True, slots=True)
class DraftSource:
    """Which model made the open draft, at which threshold, when (ISO 8601, UTC)."""

    model: str
    threshold: float
    made: str


@dataclass(frozen=True, eq=False, slots=True)
class MaskSnapshot:
    """What a mask was at one moment: for each layer its touched slices, read-only; and which slices changed since.

    `makers`: for slices that have or had a draft, who made the last one.
    """

    shape: Index
    layers: dict[Layer, dict[int, Pixels]]
    statuses: Pixels
    draft_source: DraftSource | None
    dirty: frozenset[int] = field(default_factory=frozenset)
    makers: Mapping[int, DraftSource] = field(default_factory=dict)

    def volume(self, layer: Layer) -> Pixels:
        """One whole layer (slice, row, column)."""
        full = np.zeros(self.shape, np.uint8)
        for k, pixels in self.layers[layer].items():
            full[k] = pixels
        return full

    def marks(self, known: Mapping[int, tuple[int, ...]] | None = None) -> dict[int, tuple[int, ...]]:
        """The labels marked on each slice that holds a mark; what is known of slices that did not change is trusted."""
        kept = {} if known is None else {k: found for k, found in known.items() if k not in self.dirty}
        count = [k for k in self.layers["labels"] if known is None or k in self.dirty]
        found = {k: np.flatnonzero(np.bincount(self.layers["labels"][k].ravel())) for k in count}
        fresh = {k: tuple(int(n) for n in numbers if n) for k, numbers in found.items() if numbers.any()}
        return dict(sorted((kept | fresh).items()))


class Mask:
    """uint8 layers (slice, row, column) on a scan's grid."""

    def __init__(self, shape: Index) -> None:
        self.shape = shape
        self.draft_source: DraftSource | None = None
        self._makers: dict[int, DraftSource] = {}
        self._layers: dict[Layer, dict[int, Pixels]] = {layer: {} for layer in LAYERS}
        self._shared: set[tuple[Layer, int]] = set()
        self._statuses = np.zeros(shape[0], np.uint8)
        self._dirty: set[int] = set()
        self._stale: set[int] = set()
        self._counts: dict[int, NDArray[np.int64]] = {}
        self._marks: dict[int, tuple[int, ...]] = {}
        self._extents: dict[tuple[Layer, int], tuple[int, int, int, int]] = {}
        self.writes = 0
        """How often any slice was handed out to be written: equal numbers, equal voxels."""
        self._nothing = np.zeros(shape[1:], np.uint8)
        self._nothing.flags.writeable = False

    @classmethod
    def restore(cls, snapshot: MaskSnapshot) -> "Mask":
        """The mask a snapshot was taken of."""
        mask = cls(snapshot.shape)
        for layer, slices in snapshot.layers.items():
            for k, pixels in slices.items():
                mask._layers[layer][k] = np.array(pixels, np.uint8, order="C")
                mask._stale.add(k)
        mask._statuses = snapshot.statuses.copy()
        mask.draft_source = snapshot.draft_source
        mask._makers = dict(snapshot.makers)
        return mask

    def labels(self, k: int) -> Pixels:
        """Label of each voxel of slice k (row, column), read-only; 0 is background."""
        return self.layer("labels", k)

    def origin(self, k: int) -> Pixels:
        """Origin of each voxel of slice k, read-only."""
        return self.layer("origin", k)

    def draft(self, k: int) -> Pixels:
        """Label that a model proposes for each voxel of slice k, read-only; 0 where it proposes nothing."""
        return self.layer("draft", k)

    def draft_probability(self, k: int) -> Pixels:
        """Probability of the proposed label, 255 = 1.0, read-only."""
        return self.layer("draft_probability", k)

    def layer(self, layer: Layer, k: int) -> Pixels:
        """Slice k of one layer, read-only. The view goes stale when the slice is next written: ask again."""
        pixels = self._layers[layer].get(k)
        if pixels is None:
            return self._nothing
        view = pixels.view()
        view.flags.writeable = False
        return view

    def block(self, layer: Layer, box: Box) -> Pixels:
        """A block (slice, row, column) of one layer, a copy; the box lies inside the grid."""
        block, slices = np.zeros(box.shape, np.uint8), self._layers[layer]
        (first, top, left), (stop, bottom, right) = box.start, box.stop
        # A line across many slices is read from all over the memory: only where anything is.
        is_line = stop - first > 1 and (bottom - top == self.shape[1] or right - left == self.shape[2])
        high, low, near, far = top, bottom, left, right
        for k in range(first, stop):
            if k not in slices:
                continue
            if is_line:
                high, low, near, far = self._extents.get((layer, k)) or self._extent(layer, k)
                high, low, near, far = max(high, top), min(low, bottom), max(near, left), min(far, right)
            if high < low and near < far:
                part = block[k - first, high - top : low - top, near - left : far - left]
                part[:] = slices[k][high:low, near:far]
        return block

    def _extent(self, layer: Layer, k: int) -> tuple[int, int, int, int]:
        """First row and the one after the last, and the same of columns, that hold anything in a touched slice."""
        import cv2

        left, top, wide, high = cv2.boundingRect(self._layers[layer][k])
        self._extents[layer, k] = top, top + high, left, left + wide
        return self._extents[layer, k]

    def take_in(self, box: Box) -> None:
        """Nothing to do: who looks at the mask itself sees it as it is."""

    def touched(self, layer: Layer) -> tuple[int, ...]:
        """Slices of a layer that hold memory, in order; the others are all zero."""
        return tuple(sorted(self._layers[layer]))

    def marked(self, k: int) -> bool:
        """Whether any voxel of slice k has a label."""
        return k in self._layers["labels"] and bool(self._layers["labels"][k].any())

    def has_draft(self, k: int) -> bool:
        """Whether slice k has proposed voxels that nobody has answered."""
        return k in self._layers["draft"] and bool(self._layers["draft"][k].any())

    def draft_slices(self) -> tuple[int, ...]:
        """The slices with an open draft."""
        return tuple(k for k in self.touched("draft") if self.has_draft(k))

    def counts(self) -> dict[int, int]:
        """Voxels of each label in the whole mask; counted again only where a slice changed."""
        self._count()
        total = sum(self._counts.values(), np.zeros(256, np.int64))
        return {int(n): int(total[n]) for n in np.flatnonzero(total) if n}

    def marks(self) -> dict[int, tuple[int, ...]]:
        """The labels marked on each slice that holds a mark; counted again only where a slice changed."""
        self._count()
        return {k: found for k, found in sorted(self._marks.items()) if found}

    def _count(self) -> None:
        for k in self._stale & set(self._layers["labels"]):
            self._counts[k] = _counted(self._layers["labels"][k])
            self._marks[k] = tuple(int(n) for n in np.flatnonzero(self._counts[k]) if n)
        self._stale.clear()

    def status(self, k: int) -> SliceStatus:
        """How far the work on slice k is."""
        return SliceStatus(int(self._statuses[k]))

    @property
    def makers(self) -> Mapping[int, DraftSource]:
        """For each slice that has or had a draft, who made the last one: where accepted marks come from."""
        return self._makers

    @property
    def statuses(self) -> Pixels:
        """The status of each slice, read-only."""
        view = self._statuses.view()
        view.flags.writeable = False
        return view

    def volume(self, layer: Layer) -> Pixels:
        """One whole layer (slice, row, column), a copy."""
        full = np.zeros(self.shape, np.uint8)
        for k, pixels in self._layers[layer].items():
            full[k] = pixels
        return full

    @property
    def is_dirty(self) -> bool:
        """Whether anything changed since the last snapshot."""
        return bool(self._dirty)

    def snapshot(self) -> MaskSnapshot:
        """The mask as it is now, sharing memory; slices changed since the last snapshot are named in it."""
        layers = {layer: dict(slices) for layer, slices in self._layers.items()}
        self._shared = {(layer, k) for layer, slices in layers.items() for k in slices}
        changed, self._dirty = frozenset(self._dirty), set()
        return MaskSnapshot(self.shape, layers, self._statuses.copy(), self.draft_source, changed, dict(self._makers))

    def kept(self, layer: Layer) -> dict[int, Pixels]:
        """The touched slices of a layer as they are now, for a thread that looks: painting goes on beside them."""
        self._shared |= {(layer, k) for k in self._layers[layer]}
        return dict(self._layers[layer])

    def not_saved(self, snapshot: MaskSnapshot) -> None:
        """Says that a snapshot did not reach the disk: its slices count as changed again."""
        self._dirty |= snapshot.dirty

    def writable(self, layer: Layer, k: int) -> Pixels:
        """Slice k of a layer, to be written by EditHistory and nobody else; made or unshared as needed."""
        pixels = self._layers[layer].get(k)
        if pixels is None or (layer, k) in self._shared:
            pixels = np.zeros(self.shape[1:], np.uint8) if pixels is None else pixels.copy()
            self._layers[layer][k] = pixels
            self._shared.discard((layer, k))
        self._dirty.add(k)
        self._stale.add(k)
        self._extents.pop((layer, k), None)
        self.writes += 1
        return pixels

    def set_maker(self, k: int, maker: DraftSource | None) -> None:
        """Written by EditHistory and nobody else."""
        self._makers.pop(k, None) if maker is None else self._makers.update({k: maker})
        self._dirty.add(k)

    def set_status(self, k: int, status: SliceStatus) -> None:
        """Written by EditHistory and nobody else."""
        self._statuses[k] = status
        self._dirty.add(k)


def _counted(labels: Pixels) -> NDArray[np.int64]:
    """How many voxels of a slice carry each number; of 0 only those in the rectangle that holds all the others."""
    import cv2

    left, top, wide, high = cv2.boundingRect(labels)
    return np.bincount(labels[top : top + high, left : left + wide].ravel(), minlength=256)


def refuse_other_grid(mask_shape: tuple[int, ...], scan_shape: tuple[int, ...]) -> None:
    """Raises GridMismatch, naming both sizes, unless the shapes are equal."""
    if tuple(mask_shape) == tuple(scan_shape):
        return
    raise GridMismatch(
        _("This mask does not fit the scan. The mask has {mask} pixels, the scan {scan}. Nothing was changed.").format(
            mask=_without_one_slice(mask_shape), scan=_without_one_slice(scan_shape)
        ),
        hint=_("Was it drawn on another scan? Open that one instead."),
    )


def _without_one_slice(shape: tuple[int, ...]) -> str:
    slices, rows, columns = shape if len(shape) == 3 else (1, *shape)
    return size(columns, rows) if slices == 1 else size(columns, rows, slices)
