"""The history against plain arrays: whatever is done, undone and done again, the mask is what the rules say it is.

The rules are written down here a second time, voxel by voxel and without tiles, pieces or compression.
"""

from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from numpy.typing import NDArray

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask, Origin, SliceStatus

SHAPE = (2, 70, 90)
Array = NDArray[np.uint8]


def empty() -> Array:
    return np.zeros(SHAPE, np.uint8)


@dataclass
class Plain:
    """A mask as four arrays and a list."""

    labels: Array = field(default_factory=empty)
    origin: Array = field(default_factory=empty)
    draft: Array = field(default_factory=empty)
    draft_probability: Array = field(default_factory=empty)
    statuses: list[int] = field(default_factory=lambda: [0] * SHAPE[0])

    def paint(self, k: int, row: int, column: int, side: int, label: int, locked: frozenset[int]) -> None:
        if label in locked:
            return
        before = self.labels[k].copy()
        for r in range(max(row, 0), min(row + side, SHAPE[1])):
            for c in range(max(column, 0), min(column + side, SHAPE[2])):
                if int(self.labels[k, r, c]) in locked:
                    continue
                corrects = self.draft[k, r, c] or self.origin[k, r, c] in (2, 3)
                if self.labels[k, r, c] != label or self.origin[k, r, c] == 0:
                    self.origin[k, r, c] = Origin.DRAFT_CORRECTED if corrects else Origin.HAND
                if self.draft[k, r, c]:
                    self.draft[k, r, c] = self.draft_probability[k, r, c] = 0
                self.labels[k, r, c] = label
        if (before != self.labels[k]).any():
            self.statuses[k] = SliceStatus.CORRECTED

    def segment(self, labels: Array, probability: Array, first: int, locked: frozenset[int]) -> None:
        for k in range(first, SHAPE[0]):
            if self.statuses[k] == SliceStatus.CHECKED:
                continue
            free = (self.origin[k] == 0) & ~np.isin(self.labels[k], list(locked))
            free &= ~np.isin(labels[k - first], list(locked))
            self.draft[k] = np.where(free, labels[k - first], 0)
            self.draft_probability[k] = np.where(free, probability[k - first], 0)
            if self.statuses[k] == SliceStatus.NEW:
                self.statuses[k] = SliceStatus.DRAFT

    def answer(self, k: int, *, accepted: bool, locked: frozenset[int], status: SliceStatus | None = None) -> None:
        chosen = self.draft[k] > 0
        if chosen.any() and accepted:
            moved = chosen & ~np.isin(self.draft[k], list(locked)) & ~np.isin(self.labels[k], list(locked))
            self.labels[k][moved] = self.draft[k][moved]
            self.origin[k][moved] = Origin.DRAFT_ACCEPTED
            self.statuses[k] = SliceStatus.CORRECTED
        elif chosen.any() and self.statuses[k] == SliceStatus.DRAFT:
            self.statuses[k] = SliceStatus.NEW
        self.draft[k][chosen] = self.draft_probability[k][chosen] = 0
        self.statuses[k] = self.statuses[k] if status is None else status

    def take_in(self, labels: Array, locked: frozenset[int]) -> None:
        change = (self.labels != labels) & ~np.isin(labels, list(locked)) & ~np.isin(self.labels, list(locked))
        self.labels[change] = labels[change]
        self.origin[change] = np.where(labels[change] > 0, Origin.IMPORTED, Origin.NOT_JUDGED)
        self.statuses = [int(SliceStatus.IMPORTED)] * SHAPE[0]

    def facts(self) -> list[object]:
        return [*(getattr(self, layer).tobytes() for layer in LAYERS), [int(status) for status in self.statuses]]


def facts_of(mask: Mask) -> list[object]:
    return [*(mask.volume(layer).tobytes() for layer in LAYERS), mask.statuses.tolist()]


class AgainstPlainArrays(RuleBasedStateMachine):
    """Each change is made twice, and undo is a list of whole copies."""

    @initialize()
    def begin(self) -> None:
        self.mask = Mask(SHAPE)
        self.history = EditHistory(self.mask)
        self.past, self.at = [Plain()], 0

    slices, labels = st.integers(0, SHAPE[0] - 1), st.integers(0, 3)
    seeds = st.integers(0, 999)

    @property
    def locked(self) -> frozenset[int]:
        return self.history.locked

    def did(self, after: Plain) -> None:
        if after.facts() != self.past[self.at].facts():
            self.past, self.at = [*self.past[: self.at + 1], after], self.at + 1

    def copy(self) -> Plain:
        return deepcopy(self.past[self.at])

    @rule(k=slices, row=st.integers(-9, 75), column=st.integers(-9, 95), side=st.integers(1, 30), label=labels)
    def paint(self, k: int, row: int, column: int, side: int, label: int) -> None:
        stroke, after = self.history.stroke("Brush"), self.copy()
        for shift in (0, 7):
            stroke.paint(k, row + shift, column, np.ones((side, side), bool), label)
            after.paint(k, row + shift, column, side, label, self.locked)
        stroke.commit()
        self.did(after)

    @rule(k=slices, seed=seeds, label=labels)
    def abandon(self, k: int, seed: int, label: int) -> None:
        stroke = self.history.stroke("Brush")
        stroke.paint(k, 0, 0, np.random.default_rng(seed).random(SHAPE[1:]) > 0.3, label)
        stroke.part()
        stroke.abandon()

    @rule(seed=seeds, first=slices)
    def segment(self, seed: int, first: int) -> None:
        rng, after = np.random.default_rng(seed), self.copy()
        labels = rng.integers(0, 4, (SHAPE[0] - first, *SHAPE[1:]), np.uint8)
        probability = rng.integers(0, 256, labels.shape, np.uint8)
        source = DraftSource(str(seed), 0.5, "")
        self.history.put_draft(labels, probability, source, "Segment scan", first_slice=first)
        after.segment(labels, probability, first, self.locked)
        self.did(after)

    @rule(k=slices, accepted=st.booleans())
    def answer(self, k: int, accepted: bool) -> None:
        after, box = self.copy(), Box.of_slice(SHAPE, k)
        self.history.accept("Accept draft", box) if accepted else self.history.reject("Reject draft", box)
        after.answer(k, accepted=accepted, locked=self.locked)
        self.did(after)

    @rule(k=slices)
    def check(self, k: int) -> None:
        after = self.copy()
        self.history.check([k], "Check slice")
        after.answer(k, accepted=True, locked=self.locked, status=SliceStatus.CHECKED)
        self.did(after)

    @rule(seed=seeds)
    def take_in(self, seed: int) -> None:
        after, labels = self.copy(), np.random.default_rng(seed).integers(0, 4, SHAPE, np.uint8)
        self.history.replace(labels, "Import masks")
        after.take_in(labels, self.locked)
        self.did(after)

    @rule(back=st.integers(0, 5))
    def bring_back(self, back: int) -> None:
        """An earlier state, as the saved states hold it."""
        then = deepcopy(self.past[max(self.at - back, 0)])
        other = Mask(SHAPE)
        snapshot = other.snapshot()
        for layer in LAYERS:
            snapshot.layers[layer].update({k: getattr(then, layer)[k] for k in range(SHAPE[0])})
        snapshot.statuses[:] = then.statuses
        before = len(self.history.steps)
        self.history.restore(snapshot, "Earlier state")
        if len(self.history.steps) != before or then.facts() != self.past[self.at].facts():
            self.past, self.at = [*self.past[: self.at + 1], then], self.at + 1

    @rule(numbers=st.frozensets(st.integers(1, 3), max_size=2))
    def lock(self, numbers: frozenset[int]) -> None:
        self.history.locked = numbers

    @rule()
    def save(self) -> None:
        self.mask.snapshot()

    @precondition(lambda self: len(self.past) > 1)
    @rule(share=st.floats(0, 1))
    def jump(self, share: float) -> None:
        self.at = round(share * (len(self.past) - 1))
        self.history.go_to(self.at)

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo(self) -> None:
        self.history.undo()
        self.at -= 1

    @precondition(lambda self: self.at < len(self.past) - 1)
    @rule()
    def redo(self) -> None:
        self.history.redo()
        self.at += 1

    @invariant()
    def the_mask_is_the_arrays(self) -> None:
        assert facts_of(self.mask) == self.past[self.at].facts()
        assert self.history.steps.position == self.at and len(self.history.steps) == len(self.past) - 1


TestAgainstPlainArrays = AgainstPlainArrays.TestCase
TestAgainstPlainArrays.settings = settings(max_examples=30, stateful_step_count=15)
