"""EditHistory: the only way to write a mask, and to take it back.

What a tool paints is a Stroke (strokes.py), what one step changed a MaskEdit (edits.py); the history keeps the steps in
order (steps.py) and says of each thing that happens to the mask that it happened, for the journal.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.edits import MaskEdit, Step
from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask, MaskSnapshot, Origin, Pixels, SliceStatus
from lesionstudio.imaging.paint_rules import PaintRules, Values
from lesionstudio.imaging.steps import Steps
from lesionstudio.imaging.strokes import LARGE_TILE, TILE, Cover, Stroke, unlocked

LIMIT_BYTES = 300 << 20

_WHOLE_SLICE = 1 << 30
_NO_VALUES: Values | None = None


class EditHistory:
    """The only writer of one mask. Numbers in `locked` are neither written nor overwritten, by tools or by drafts.

    Strokes keep to the `rules`, which look at `voxels`: the scan's values, slice by slice.
    `steps` may be looked at, and its limit set, by anybody. `on_step` is called after everything that changed the mask.
    What a step changed beside the mask (MaskEdit.attached) is the business of whoever calls undo and redo.
    """

    def __init__(self, mask: Mask, limit_bytes: int = LIMIT_BYTES, locked: frozenset[int] = frozenset()) -> None:
        self.mask, self.locked = mask, locked
        self.rules, self.voxels = PaintRules(), _NO_VALUES
        self.steps = Steps(limit_bytes)
        self._open: Stroke | None = None
        self.on_step: Callable[[Step], None] | None = None

    def stroke(self, title: str, within: Box | None = None, *, large: bool = False) -> Stroke:
        """Opens a change; nothing else can be opened, undone or redone until it is committed or abandoned.

        `large`: it is remembered in large pieces, a third of the work where there are many slices; settle() after each.
        """
        return self._begin(title, within, LARGE_TILE if large else TILE)

    def replace(
        self,
        labels: Pixels,
        title: str,
        *,
        first_slice: int = 0,
        origin: Origin = Origin.IMPORTED,
        status: SliceStatus = SliceStatus.IMPORTED,
        join: str = "",
    ) -> MaskEdit | None:
        """Puts whole slices of labels (slice, row, column) in place of what is there, locked labels excepted."""
        change = self._begin(title, None, _WHOLE_SLICE)
        for k, wanted in enumerate(labels, first_slice):
            allowed = unlocked(self.locked, self.mask.labels(k), self._writable_label(wanted))
            allowed = allowed & (wanted != self.mask.labels(k))
            self._set_whole(change, k, wanted, np.where(wanted > 0, origin, Origin.NOT_JUDGED), allowed)
        return change.commit_as(dict.fromkeys(range(first_slice, first_slice + len(labels)), status), join=join)

    def take_in(
        self,
        slices: Mapping[int, tuple[Pixels, Cover]],
        statuses: Mapping[int, SliceStatus],
        title: str,
        *,
        join: str = "",
    ) -> MaskEdit | None:
        """Puts another program's labels (row, column) in where each slice's cover allows, locked labels excepted."""
        change = self._begin(title, None, _WHOLE_SLICE)
        for k, (wanted, where) in slices.items():
            allowed = unlocked(self.locked, self.mask.labels(k), self._writable_label(wanted)) & where
            self._set_whole(change, k, wanted, np.where(wanted > 0, Origin.IMPORTED, Origin.NOT_JUDGED), allowed)
        return change.commit_as(dict(statuses), join=join)

    def restore(self, snapshot: MaskSnapshot, title: str) -> Box:
        """Makes the mask what it was at a snapshot of the same shape, locked labels and all; one undoable step."""
        change, shape = self._begin(title, None, _WHOLE_SLICE), self.mask.shape
        touched = {k for layer in LAYERS for k in (*self.mask.touched(layer), *snapshot.layers[layer])}
        for k in sorted(touched):
            for layer in LAYERS:
                wanted = snapshot.layers[layer].get(k, np.uint8(0))
                change.write(layer, k, _whole(self.mask), wanted, np.ones(shape[1:], bool))
            change.settle()
        statuses = {k: SliceStatus(int(status)) for k, status in enumerate(snapshot.statuses)}
        makers = {k: snapshot.makers.get(k) for k in (*self.mask.makers, *snapshot.makers)}
        edit = change.commit_as(statuses, makers, (self.mask.draft_source, snapshot.draft_source))
        return edit.region(shape) if edit else EMPTY_BOX

    def do(self, edit: MaskEdit) -> Box:
        """Does a ready-made step: what another step changed, the other way round. Returns what to redraw."""
        if self._open is not None:
            raise RuntimeError(f"{edit.title!r} while a stroke is open")
        box = edit.apply(self.mask)
        self._add(edit)
        return box

    def put_draft(
        self,
        labels: Pixels,
        probability: Pixels,
        source: DraftSource,
        title: str,
        *,
        first_slice: int = 0,
        join: str = "",
        within: tuple[slice, slice] | None = None,
    ) -> MaskEdit | None:
        """Makes a model's labels (slice, row, column) the open draft of these slices; one undoable step.

        Judged voxels, checked slices and locked labels are left out. With `join`, steps of the same name that follow
        each other become one: a long run is one step although its slices arrive in pieces. Beside `within` (rows,
        columns) the drafts that there are stay.
        """
        change = self._begin(title, None, _WHOLE_SLICE)
        fresh, drafted = {}, {}
        for k, wanted in enumerate(labels, first_slice):
            if self.mask.status(k) == SliceStatus.CHECKED:
                continue
            region = within or _whole(self.mask)
            wanted, sure = wanted[region], probability[k - first_slice][region]
            free = unlocked(self.locked, self.mask.labels(k)[region], self._writable_label(wanted))
            free = free & (self.mask.origin(k)[region] == Origin.NOT_JUDGED)
            everywhere = np.ones(wanted.shape, bool)
            change.write("draft", k, region, np.where(free, wanted, 0), everywhere)
            change.write("draft_probability", k, region, np.where(free, sure, 0), everywhere)
            change.settle()
            drafted[k] = source
            if self.mask.status(k) in (SliceStatus.NEW, SliceStatus.DRAFT):
                fresh[k] = SliceStatus.DRAFT
        return change.commit_as(fresh, drafted, (self.mask.draft_source, source), join)

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

    def check(self, slices: Iterable[int], title: str, *, join: str = "") -> Box:
        """Accepts the open drafts of these slices and says of each that it is right; one step.

        With `join` a step of the same name that follows becomes one with it: the next draft, which this brings in.
        """
        change = self._begin(title, None, _WHOLE_SLICE)
        chosen = tuple(slices)
        for k in chosen:
            self._answer(change, Box.of_slice(self.mask.shape, k), None, accepted=True)
        edit = change.commit(SliceStatus.CHECKED, chosen, join=join)
        return edit.box if edit else EMPTY_BOX

    def set_status(self, slices: Iterable[int], status: SliceStatus, title: str) -> None:
        """Changes how far the work on these slices is said to be, and nothing else; one step."""
        self._begin(title, None, _WHOLE_SLICE).commit(status, slices)

    def attach(self, title: str, attached: Any) -> None:
        """Makes a change that is not in the mask (the study's labels) a step of the history."""
        self._add(MaskEdit(title, EMPTY_BOX, (), made=time.time(), attached=attached))

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
        allowed = unlocked(self.locked, self.mask.labels(k)[region], allowed)
        change.write("labels", k, region, proposed, allowed)
        change.write("origin", k, region, np.uint8(Origin.DRAFT_ACCEPTED), allowed)

    def _set_whole(self, change: Stroke, k: int, labels: Pixels, origin: NDArray[Any], allowed: Cover) -> None:
        if allowed.any():
            change.write("labels", k, _whole(self.mask), labels, allowed)
            change.write("origin", k, _whole(self.mask), origin, allowed)
            change.settle()

    def _writable_label(self, wanted: Pixels) -> Cover:
        return unlocked(self.locked, wanted, np.ones(wanted.shape, bool))

    def undo(self) -> Box:
        """Takes the last step back and returns what to redraw; an empty box when there is none, or a stroke is open."""
        edit = self.steps.take_back() if self._open is None else None
        return self._travel(edit, back=True)

    def take_back(self, edit: object) -> Box:
        """Undoes this step if it is the last one done: a tool thought better of it. Else an empty box."""
        return self.undo() if edit is not None and self.steps.last_done is edit else EMPTY_BOX

    def redo(self) -> Box:
        """Does the step last undone again and returns what to redraw."""
        edit = self.steps.do_again() if self._open is None else None
        return self._travel(edit, back=False)

    def go_to(self, position: int) -> Box:
        """Takes back, or does again, until so many of the steps are done; returns what to redraw."""
        box = EMPTY_BOX
        while self._open is None and self.steps.position > max(position, 0):
            box = box.union(self.undo())
        while self._open is None and self.steps.position < min(position, len(self.steps)):
            box = box.union(self.redo())
        return box

    def part(self) -> MaskEdit | None:
        """What the open stroke painted since it was last asked; None for nothing. For the journal: no step is made."""
        return self._open.part() if self._open is not None else None

    @property
    def undo_title(self) -> str:
        """What undo would take back; "" for nothing."""
        return self.steps.last_done.title if self.steps.last_done else ""

    @property
    def redo_title(self) -> str:
        """What redo would do again; "" for nothing."""
        return self.steps.next_undone.title if self.steps.next_undone else ""

    @property
    def is_open(self) -> bool:
        """Whether a stroke is in the making."""
        return self._open is not None

    def take(self, stroke: Stroke, edit: MaskEdit) -> MaskEdit | None:
        """Called by Stroke.commit: makes the change a step; None, and no step, when it changed nothing."""
        if not edit.groups and not edit.statuses:
            self.drop(stroke)
            return None
        self._open = None
        edit.apply_facts(self.mask)
        self._add(edit)
        return edit

    def drop(self, stroke: Stroke) -> None:
        """Called by Stroke when it leaves nothing behind."""
        if self._open is stroke:
            self._open = None
            if stroke.handed_out is not None:
                self._tell(Step("undo", stroke.handed_out))

    def _begin(self, title: str, within: Box | None, tile: int) -> Stroke:
        if self._open is not None:
            raise RuntimeError(f"{title!r} while another stroke is open")
        whole = Box.whole(self.mask.shape)
        self._open = Stroke(self, title, whole if within is None else within.intersect(whole), tile)
        return self._open

    def _add(self, edit: MaskEdit) -> None:
        self.steps.add(edit)
        self._tell(Step("do", edit))

    def _travel(self, edit: MaskEdit | None, *, back: bool) -> Box:
        if edit is None:
            return EMPTY_BOX
        box = edit.revert(self.mask) if back else edit.apply(self.mask)
        self._tell(Step("undo" if back else "redo", edit))
        return box

    def _tell(self, step: Step) -> None:
        if self.on_step is not None and (step.edit.groups or step.edit.statuses):
            self.on_step(step)


def _whole(mask: Mask) -> tuple[slice, slice]:
    return slice(0, mask.shape[1]), slice(0, mask.shape[2])
