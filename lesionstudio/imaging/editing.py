"""MaskEdit, Stroke, EditHistory: the only way to write a mask, and to take it back.

A Stroke remembers each tile it touches before it writes there; committing compresses what really changed, before and
after, into one named MaskEdit. The history is bounded by bytes: the oldest edits go first.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.imaging.mask import DraftSource, Layer, Mask, Origin, Pixels, SliceStatus
from lesionstudio.imaging.pieces import Piece, Pieces, changed_piece, compressed, expanded

TILE = 64
LIMIT_BYTES = 300 << 20

_WHOLE_SLICE = 1 << 30
_EDIT_BYTES = 400
# As plain numbers: comparing an array with a member of an enumeration takes three times as long.
_NOT_JUDGED, _HAND, _ACCEPTED, _CORRECTED = (
    np.uint8(origin) for origin in (Origin.NOT_JUDGED, Origin.HAND, Origin.DRAFT_ACCEPTED, Origin.DRAFT_CORRECTED)
)
Cover = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MaskEdit:
    """One step of the history: what changed, named as the person would name it."""

    title: str
    box: Box
    groups: tuple[Pieces, ...]
    statuses: tuple[tuple[int, SliceStatus, SliceStatus], ...] = ()
    sources: tuple[DraftSource | None, DraftSource | None] | None = None
    join: str = ""
    attached: tuple[Any, Any] | None = None

    @property
    def bytes_used(self) -> int:
        """What the step costs in memory, roughly."""
        held = sum(len(group.before) + len(group.after) + 96 * len(group.places) for group in self.groups)
        return _EDIT_BYTES + held + 100 * len(self.statuses)


class Stroke:
    """One change in the making. Paint freely, then commit or abandon. Made by EditHistory.stroke."""

    def __init__(self, history: "EditHistory", title: str, within: Box, tile: int = TILE) -> None:
        self._history, self._mask, self._title, self._within, self._tile = history, history.mask, title, within, tile
        self._before: dict[tuple[Layer, int, int, int], Pixels] = {}
        self._groups: list[Pieces] = []
        self._box = EMPTY_BOX

    def paint(self, k: int, row: int, column: int, cover: Cover, label: int) -> Box:
        """Marks the covered voxels of slice k with the label (0 erases) and returns the block that was looked at.

        `cover` (rows, columns) has its corner at (row, column) and may reach over the edge. Locked labels are neither
        painted nor painted over; an open draft under the stroke is answered by it.
        """
        box = Box((k, row, column), (k + 1, row + cover.shape[0], column + cover.shape[1])).intersect(self._within)
        if box.is_empty or label in self._history.locked:
            return EMPTY_BOX
        region = box.slices()[1:]
        (_, top, left), (_, bottom, right) = box.start, box.stop
        allowed = cover[top - row : bottom - row, left - column : right - column]
        allowed = self._history.unlocked(self._mask.labels(k)[region], allowed)
        self._judge(k, region, allowed, label)
        self._write("labels", k, region, label, allowed)
        return box

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

    def settle(self) -> None:
        """Compresses what changed so far; it can no longer be abandoned. For changes of many slices."""
        places, before, after = [], [], []
        for (layer, k, i, j), old in self._before.items():
            new = self._mask.layer(layer, k)[self._tile_region(i, j)]
            place = changed_piece(layer, k, i * self._tile, j * self._tile, old, new)
            if place is None:
                continue
            places.append(place)
            top, left = place.row - i * self._tile, place.column - j * self._tile
            inner = slice(top, top + place.rows), slice(left, left + place.columns)
            before.append(old[inner].tobytes())
            after.append(new[inner].tobytes())
            self._box = self._box.union(place.box)
        self._before.clear()
        if places:
            self._groups.append(Pieces(tuple(places), compressed(before), compressed(after)))

    def commit(
        self,
        status: SliceStatus | None = SliceStatus.CORRECTED,
        slices: Iterable[int] = (),
        source: DraftSource | None = None,
        join: str = "",
    ) -> MaskEdit | None:
        """Makes the change one step of the history; None (and no step) when nothing changed.

        The slices that changed, and those named, get this status, if one is given.
        """
        self.settle()
        changed = {place.k for group in self._groups for place in group.places if place.layer == "labels"}
        edit = MaskEdit(self._title, self._box, tuple(self._groups), self._statuses(status, changed | set(slices)))
        if source is not None:
            edit = replace(edit, sources=(self._mask.draft_source, source), join=join)
        return self._history.take(self, edit)

    def _statuses(
        self, status: SliceStatus | None, slices: set[int]
    ) -> tuple[tuple[int, SliceStatus, SliceStatus], ...]:
        if status is None:
            return ()
        return tuple((k, self._mask.status(k), status) for k in sorted(slices) if self._mask.status(k) != status)

    def abandon(self) -> Box:
        """Puts back what was there since the last settling, and returns the block to redraw."""
        box = EMPTY_BOX
        for (layer, k, i, j), old in self._before.items():
            self._mask.writable(layer, k)[self._tile_region(i, j)] = old
            box = box.union(Piece(layer, k, i * self._tile, j * self._tile, *old.shape).box)
        self._before.clear()
        self._history.drop(self)
        return box


class EditHistory:
    """The only writer of one mask. Numbers in `locked` are neither written nor overwritten, by tools or by drafts."""

    def __init__(self, mask: Mask, limit_bytes: int = LIMIT_BYTES, locked: frozenset[int] = frozenset()) -> None:
        self.mask, self.locked, self.limit_bytes = mask, locked, limit_bytes
        self._done: deque[MaskEdit] = deque()
        self._undone: list[MaskEdit] = []
        self._bytes = 0
        self._open: Stroke | None = None
        self.on_attached: Callable[[Any], None] | None = None

    def stroke(self, title: str, within: Box | None = None) -> Stroke:
        """Opens a change; nothing else can be opened, undone or redone until it is committed or abandoned."""
        return self._begin(title, within, TILE)

    def replace(
        self,
        labels: Pixels,
        title: str,
        *,
        first_slice: int = 0,
        origin: Origin = Origin.IMPORTED,
        status: SliceStatus = SliceStatus.IMPORTED,
    ) -> MaskEdit | None:
        """Puts whole slices of labels (slice, row, column) in place of what is there, locked labels excepted."""
        change = self._begin(title, None, _WHOLE_SLICE)
        for k, wanted in enumerate(labels, first_slice):
            allowed = self.unlocked(self.mask.labels(k), self._writable_label(wanted))
            allowed = allowed & (wanted != self.mask.labels(k))
            self._set_whole(change, k, wanted, np.where(wanted > 0, origin, Origin.NOT_JUDGED), allowed)
        return change.commit(status, range(first_slice, first_slice + len(labels)))

    def put_draft(
        self,
        labels: Pixels,
        probability: Pixels,
        source: DraftSource,
        title: str,
        *,
        first_slice: int = 0,
        join: str = "",
    ) -> Box:
        """Makes a model's labels (slice, row, column) the open draft of these slices; one undoable step.

        Judged voxels, checked slices and locked labels are left out. With `join`, steps of the same name that follow
        each other become one: a long run is one step although its slices arrive in pieces.
        """
        change = self._begin(title, None, _WHOLE_SLICE)
        fresh = []
        for k, wanted in enumerate(labels, first_slice):
            if self.mask.status(k) == SliceStatus.CHECKED:
                continue
            free = self.unlocked(self.mask.labels(k), self._writable_label(wanted))
            free = free & (self.mask.origin(k) == Origin.NOT_JUDGED)
            region = _whole(self.mask)
            everywhere = np.ones(wanted.shape, bool)
            change.write("draft", k, region, np.where(free, wanted, 0), everywhere)
            change.write("draft_probability", k, region, np.where(free, probability[k - first_slice], 0), everywhere)
            change.settle()
            if self.mask.status(k) in (SliceStatus.NEW, SliceStatus.DRAFT):
                fresh.append(k)
        edit = change.commit(SliceStatus.DRAFT, fresh, source, join)
        return edit.box if edit else EMPTY_BOX

    def accept(self, title: str, box: Box | None = None, where: Cover | None = None) -> Box:
        """Moves open drafts in the box (and, there, where `where` (slice, row, column) is set) into the labels."""
        change = self._begin(title, box, _WHOLE_SLICE)
        slices = self._answer(change, box, where, accepted=True)
        edit = change.commit(SliceStatus.CORRECTED, slices)
        return edit.box if edit else EMPTY_BOX

    def reject(self, title: str, box: Box | None = None, where: Cover | None = None) -> Box:
        """Takes open drafts away; a slice on which nothing else was done is new again when its last draft is gone."""
        change = self._begin(title, box, _WHOLE_SLICE)
        slices = self._answer(change, box, where, accepted=False)
        emptied = [k for k in slices if self.mask.status(k) == SliceStatus.DRAFT and not self.mask.has_draft(k)]
        edit = change.commit(SliceStatus.NEW, emptied)
        return edit.box if edit else EMPTY_BOX

    def check(self, slices: Iterable[int], title: str) -> Box:
        """Accepts the open drafts of these slices and says of each that it is right; one step."""
        change = self._begin(title, None, _WHOLE_SLICE)
        chosen = tuple(slices)
        for k in chosen:
            self._answer(change, Box.of_slice(self.mask.shape, k), None, accepted=True)
        edit = change.commit(SliceStatus.CHECKED, chosen)
        return edit.box if edit else EMPTY_BOX

    def set_status(self, slices: Iterable[int], status: SliceStatus, title: str) -> None:
        """Changes how far the work on these slices is said to be, and nothing else; one step."""
        self._begin(title, None, _WHOLE_SLICE).commit(status, slices)

    def attach(self, title: str, before: Any, after: Any) -> None:
        """Makes a change that is not in the mask (the study's labels) a step; undo hands `before` to on_attached."""
        self._forget_undone()
        self._append(MaskEdit(title, EMPTY_BOX, (), attached=(before, after)))

    def _answer(self, change: Stroke, box: Box | None, where: Cover | None, *, accepted: bool) -> list[int]:
        block = (box or Box.whole(self.mask.shape)).intersect(Box.whole(self.mask.shape))
        if block.is_empty:
            return []
        region, answered = block.slices()[1:], []
        for k in range(block.start[0], block.stop[0]):
            if not self.mask.has_draft(k):
                continue
            open_draft = self.mask.draft(k)[region].copy()
            chosen = open_draft > 0
            if where is not None:
                chosen &= where[k - block.start[0]]
            if not chosen.any():
                continue
            if accepted:
                self._move_into_labels(change, k, region, open_draft, chosen)
            change.write("draft", k, region, 0, chosen)
            change.write("draft_probability", k, region, 0, chosen)
            change.settle()
            answered.append(k)
        return answered

    def _move_into_labels(
        self, change: Stroke, k: int, region: tuple[slice, slice], proposed: Pixels, chosen: Cover
    ) -> None:
        allowed = chosen & self._writable_label(proposed)
        allowed = self.unlocked(self.mask.labels(k)[region], allowed)
        change.write("labels", k, region, proposed, allowed)
        change.write("origin", k, region, np.uint8(Origin.DRAFT_ACCEPTED), allowed)

    def _set_whole(self, change: Stroke, k: int, labels: Pixels, origin: NDArray[Any], allowed: Cover) -> None:
        if allowed.any():
            change.write("labels", k, _whole(self.mask), labels, allowed)
            change.write("origin", k, _whole(self.mask), origin, allowed)
            change.settle()

    def unlocked(self, labels: Pixels, cover: Cover) -> Cover:
        """The covered voxels that carry no locked label."""
        for number in self.locked:
            cover = cover & (labels != number)
        return cover

    def _writable_label(self, wanted: Pixels) -> Cover:
        return self.unlocked(wanted, np.ones(wanted.shape, bool))

    def undo(self) -> Box:
        """Takes the last step back and returns what to redraw; an empty box when there is none, or a stroke is open."""
        if self._open is not None or not self._done:
            return EMPTY_BOX
        edit = self._done.pop()
        self._undone.append(edit)
        return self._apply(edit, back=True)

    def redo(self) -> Box:
        """Does the step last undone again and returns what to redraw."""
        if self._open is not None or not self._undone:
            return EMPTY_BOX
        edit = self._undone.pop()
        self._done.append(edit)
        return self._apply(edit, back=False)

    @property
    def undo_title(self) -> str:
        """What undo would take back; "" for nothing."""
        return self._done[-1].title if self._done else ""

    @property
    def redo_title(self) -> str:
        """What redo would do again; "" for nothing."""
        return self._undone[-1].title if self._undone else ""

    @property
    def is_open(self) -> bool:
        """Whether a stroke is in the making."""
        return self._open is not None

    @property
    def bytes_used(self) -> int:
        """What all steps cost in memory, roughly."""
        return self._bytes

    def take(self, stroke: Stroke, edit: MaskEdit) -> MaskEdit | None:
        """Called by Stroke.commit: appends the step, joins it to the last one, or drops it when it changed nothing."""
        self.drop(stroke)
        if not edit.groups and not edit.statuses:
            return None
        for k, _before, after in edit.statuses:
            self.mask.set_status(k, after)
        if edit.sources is not None:
            self.mask.draft_source = edit.sources[1]
        self._forget_undone()
        self._append(edit)
        return edit

    def drop(self, stroke: Stroke) -> None:
        """Called by Stroke when it ends."""
        if self._open is stroke:
            self._open = None

    def _begin(self, title: str, within: Box | None, tile: int) -> Stroke:
        if self._open is not None:
            raise RuntimeError(f"{title!r} while another stroke is open")
        whole = Box.whole(self.mask.shape)
        self._open = Stroke(self, title, whole if within is None else within.intersect(whole), tile)
        return self._open

    def _append(self, edit: MaskEdit) -> None:
        if edit.join and self._done and self._done[-1].join == edit.join:
            last = self._done.pop()
            self._bytes -= last.bytes_used
            edit = _joined(last, edit)
        self._done.append(edit)
        self._bytes += edit.bytes_used
        while self._bytes > self.limit_bytes and len(self._done) > 1:
            self._bytes -= self._done.popleft().bytes_used

    def _forget_undone(self) -> None:
        self._bytes -= sum(edit.bytes_used for edit in self._undone)
        self._undone.clear()

    def _apply(self, edit: MaskEdit, *, back: bool) -> Box:
        for group in reversed(edit.groups) if back else edit.groups:
            self._write_group(group, group.before if back else group.after)
        for k, before, after in reversed(edit.statuses) if back else edit.statuses:
            self.mask.set_status(k, before if back else after)
        if edit.sources is not None:
            self.mask.draft_source = edit.sources[0 if back else 1]
        if edit.attached is not None and self.on_attached is not None:
            self.on_attached(edit.attached[0 if back else 1])
        return edit.box if not edit.box.is_empty else self._box_of_statuses(edit)

    def _write_group(self, group: Pieces, packed: bytes) -> None:
        voxels, at = np.frombuffer(expanded(packed), np.uint8), 0
        for place in group.places:
            n = place.rows * place.columns
            pixels = voxels[at : at + n].reshape(place.rows, place.columns)
            self.mask.writable(place.layer, place.k)[place.region] = pixels
            at += n

    def _box_of_statuses(self, edit: MaskEdit) -> Box:
        box = EMPTY_BOX
        for k, _before, _after in edit.statuses:
            box = box.union(Box.of_slice(self.mask.shape, k))
        return box


def _whole(mask: Mask) -> tuple[slice, slice]:
    return slice(0, mask.shape[1]), slice(0, mask.shape[2])


def _joined(first: MaskEdit, then: MaskEdit) -> MaskEdit:
    sources = (first.sources[0], then.sources[1]) if first.sources and then.sources else then.sources
    box = first.box.union(then.box)
    return MaskEdit(then.title, box, first.groups + then.groups, first.statuses + then.statuses, sources, then.join)
