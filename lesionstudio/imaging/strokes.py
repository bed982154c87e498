"""Stroke: one change of a mask in the making, from the first dab until it is committed or abandoned.

A stroke remembers each tile it touches before it writes there; committing compresses what really changed, before and
after, into one named MaskEdit.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.edits import MaskEdit, Sources, StatusChange
from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.imaging.mask import DraftSource, Layer, Mask, Origin, Pixels, SliceStatus
from lesionstudio.imaging.paint_rules import PaintRules, Values
from lesionstudio.imaging.pieces import Piece, Pieces, box_of, changed_piece

TILE, LARGE_TILE = 64, 512

# As plain numbers: comparing an array with a member of an enumeration takes three times as long.
_NOT_JUDGED, _HAND, _ACCEPTED, _CORRECTED = (
    np.uint8(origin) for origin in (Origin.NOT_JUDGED, Origin.HAND, Origin.DRAFT_ACCEPTED, Origin.DRAFT_CORRECTED)
)
Cover = NDArray[np.bool_]
Makers = Mapping[int, DraftSource | None]
_Tile = tuple[Layer, int, int, int]


class Owner(Protocol):
    """What a stroke needs of the history that opened it."""

    mask: Mask
    locked: frozenset[int]
    rules: PaintRules
    voxels: Values | None

    def take(self, stroke: "Stroke", edit: MaskEdit) -> MaskEdit | None:
        """Takes a committed change in."""

    def drop(self, stroke: "Stroke") -> None:
        """Learns that the stroke was abandoned."""


class Stroke:
    """One change in the making. Paint freely, then commit or abandon. Made by EditHistory.stroke.

    `handed_out`: what part() gave so far, as one; None before the first.
    """

    def __init__(self, history: Owner, title: str, within: Box, tile: int = TILE) -> None:
        self._history, self._mask, self._title, self._within, self._tile = history, history.mask, title, within, tile
        self._before: dict[_Tile, Pixels] = {}
        self._at_last_part: dict[_Tile, Pixels] = {}
        self.handed_out: MaskEdit | None = None
        self._groups: list[Pieces] = []
        self._labelled: set[int] = set()
        self._box = EMPTY_BOX

    def paint(self, k: int, row: int, column: int, cover: Cover, label: int) -> Box:
        """Marks the covered voxels of slice k with the label (0 erases) and returns the block that was looked at.

        `cover` (rows, columns) has its corner at (row, column) and may reach over the edge. Locked labels are neither
        painted nor painted over, and the paint rules hold; an open draft under the stroke is answered by it.
        """
        box = Box((k, row, column), (k + 1, row + cover.shape[0], column + cover.shape[1])).intersect(self._within)
        if box.is_empty or label in self._history.locked:
            return EMPTY_BOX
        region = box.slices()[1:]
        (_, top, left), (_, bottom, right) = box.start, box.stop
        allowed = cover[top - row : bottom - row, left - column : right - column]
        allowed = unlocked(self._history.locked, self._mask.labels(k)[region], allowed)
        if self._history.rules.limits:
            allowed = self._ruled(k, region, allowed, label)
        self._judge(k, region, allowed, label)
        self._write("labels", k, region, label, allowed)
        return box

    def paint_block(self, box: Box, cover: Cover, label: int) -> Box:
        """The same for a block: `cover` (slices, rows, columns) has the box's shape. Returns the block looked at."""
        (first, row, column), looked_at = box.start, EMPTY_BOX
        for k, flat in enumerate(cover, first):
            if flat.any():
                looked_at = looked_at.union(self.paint(k, row, column, flat, label))
        return looked_at

    def _ruled(self, k: int, region: tuple[slice, slice], cover: Cover, label: int) -> Cover:
        rules, voxels = self._history.rules, self._history.voxels
        values = voxels(k)[region] if rules.gate_on and voxels is not None else None
        return rules.allowed(cover, self._mask.labels(k)[region], values, label)

    def write(self, layer: Layer, k: int, region: tuple[slice, slice], values: Any, where: Cover) -> None:
        """Writes values (one, or an array like `where`) into one layer where `where` is set."""
        self._write(layer, k, region, values, where)

    def _judge(self, k: int, region: tuple[slice, slice], allowed: Cover, label: int) -> None:
        origin, labels = self._mask.origin(k)[region], self._mask.labels(k)[region]
        from_draft = (origin == _ACCEPTED) | (origin == _CORRECTED)
        if k in self._mask.touched("draft"):
            drafted = self._mask.draft(k)[region] > 0
            from_draft |= drafted
            self._write("draft_probability", k, region, 0, allowed & drafted)
            self._write("draft", k, region, 0, allowed & drafted)
        confirmed = (labels == label) & (origin != _NOT_JUDGED)
        hand = np.where(from_draft, _CORRECTED, _HAND) if from_draft.any() else _HAND
        self._write("origin", k, region, hand, allowed & ~confirmed)

    def _write(self, layer: Layer, k: int, region: tuple[slice, slice], values: Any, where: Cover) -> None:
        self._remember(layer, k, region)
        np.copyto(self._mask.writable(layer, k)[region], values, where=where, casting="unsafe")

    def _remember(self, layer: Layer, k: int, region: tuple[slice, slice]) -> None:
        rows, columns = region
        pixels = None
        for i in range(rows.start // self._tile, (rows.stop - 1) // self._tile + 1):
            for j in range(columns.start // self._tile, (columns.stop - 1) // self._tile + 1):
                if (layer, k, i, j) not in self._before:
                    pixels = self._mask.layer(layer, k) if pixels is None else pixels
                    self._before[layer, k, i, j] = pixels[self._tile_region(i, j)].copy()

    def _tile_region(self, i: int, j: int) -> tuple[slice, slice]:
        t = self._tile
        return slice(i * t, (i + 1) * t), slice(j * t, (j + 1) * t)

    def _tile_now(self, tile: _Tile) -> Pixels:
        layer, k, i, j = tile
        return self._mask.layer(layer, k)[self._tile_region(i, j)]

    def _changes(self, tiles: Iterable[tuple[_Tile, Pixels]]) -> tuple[list[Piece], tuple[Pieces, ...]]:
        """Where the mask differs now from these old tiles, and what was and is there; nothing where nowhere."""
        places, before, after = list[Piece](), list[bytes](), list[bytes]()
        for (layer, k, i, j), old in tiles:
            new = self._tile_now((layer, k, i, j))
            place = changed_piece(layer, k, i * self._tile, j * self._tile, old, new)
            if place is None:
                continue
            places.append(place)
            top, left = place.row - i * self._tile, place.column - j * self._tile
            inner = slice(top, top + place.rows), slice(left, left + place.columns)
            before.append(old[inner].tobytes())
            after.append(new[inner].tobytes())
        return places, (Pieces.of(places, before, after),) if places else ()

    def part(self) -> MaskEdit | None:
        """What was painted since the last part, or since the beginning; None for nothing. The stroke goes on.

        Parts are for the journal: one after the other they are what was painted so far. They are no steps. A change
        that was settled has none: it is written down when it is whole.
        """
        if self._groups:
            return None
        tiles = [(tile, self._at_last_part.get(tile, old)) for tile, old in self._before.items()]
        places, groups = self._changes(tiles)
        if not groups:
            return None
        for tile, _old in tiles:
            self._at_last_part[tile] = self._tile_now(tile).copy()
        statuses = self._statuses(dict.fromkeys(_labelled(places), SliceStatus.CORRECTED))
        edit = MaskEdit(self._title, box_of(places), groups, statuses, made=time.time())
        self.handed_out = edit if self.handed_out is None else self.handed_out.joined(edit)
        return edit

    def settle(self) -> None:
        """Compresses what changed so far; it can no longer be abandoned. For changes of many slices."""
        places, groups = self._changes(self._before.items())
        self._before.clear()
        self._groups += groups
        self._labelled |= _labelled(places)
        self._box = self._box.union(box_of(places))

    def commit(
        self, status: SliceStatus | None = SliceStatus.CORRECTED, slices: Iterable[int] = (), *, join: str = ""
    ) -> MaskEdit | None:
        """Makes the change one step of the history; None (and no step) when nothing changed.

        The slices that changed, and those named, get this status, if one is given.
        """
        self.settle()
        wanted = {} if status is None else dict.fromkeys(self._labelled.union(slices), status)
        return self.commit_as(wanted, join=join)

    def commit_as(
        self,
        statuses: Mapping[int, SliceStatus],
        makers: Makers | None = None,
        sources: Sources | None = None,
        join: str = "",
    ) -> MaskEdit | None:
        """Makes the change one step, and with it status and maker of these slices and the draft's source."""
        self.settle()
        before, changed = self._mask.makers, makers or {}
        edit = MaskEdit(
            self._title,
            self._box,
            tuple(self._groups),
            self._statuses(statuses),
            sources,
            join,
            time.time(),
            tuple((k, before.get(k), maker) for k, maker in sorted(changed.items()) if before.get(k) != maker),
        )
        return self._history.take(self, edit)

    def _statuses(self, wanted: Mapping[int, SliceStatus]) -> tuple[StatusChange, ...]:
        now = self._mask.status
        return tuple((k, now(k), status) for k, status in sorted(wanted.items()) if now(k) != status)

    def abandon(self) -> Box:
        """Puts back what was there since the last settling, and returns the block to redraw."""
        box = EMPTY_BOX
        for layer, k, region, old in self._old_tiles():
            self._mask.writable(layer, k)[region] = old
            box = box.union(Piece(layer, k, region[0].start, region[1].start, *old.shape).box)
        self._before.clear()
        self._history.drop(self)
        return box

    def _old_tiles(self) -> Iterator[tuple[Layer, int, tuple[slice, slice], Pixels]]:
        for (layer, k, i, j), old in self._before.items():
            yield layer, k, self._tile_region(i, j), old


def _labelled(places: Iterable[Piece]) -> set[int]:
    return {place.k for place in places if place.layer == "labels"}


def unlocked(locked: frozenset[int], labels: Pixels, cover: Cover) -> Cover:
    """The covered voxels that carry no locked label."""
    for number in locked:
        cover = cover & (labels != number)
    return cover
