"""Painting, drafts, undo: counted by hand, and against full copies of the mask."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask, Origin, SliceStatus

SHAPE = (3, 70, 130)
SOURCE = DraftSource("model", 0.5, "2026-01-01T00:00:00+00:00")


def painted(history: EditHistory, k: int, row: int, column: int, side: int, label: int, title: str = "Brush") -> Box:
    stroke = history.stroke(title)
    box = stroke.paint(k, row, column, np.ones((side, side), bool), label)
    stroke.commit()
    return box


def everything(mask: Mask) -> tuple[bytes, ...]:
    return (
        *(mask.volume(layer).tobytes() for layer in LAYERS),
        mask.statuses.tobytes(),
        repr((mask.draft_source, sorted(mask.makers.items()))).encode(),
    )


def test_a_stroke_marks_its_voxels_as_judged_by_hand_and_the_slice_as_corrected() -> None:
    mask = Mask(SHAPE)
    painted(EditHistory(mask), 1, 5, 6, 4, label=2)
    assert (mask.volume("labels") == 2).sum() == 16
    assert mask.origin(1)[5, 6] == Origin.HAND
    assert mask.status(1) == SliceStatus.CORRECTED and mask.status(0) == SliceStatus.NEW


def test_a_stroke_over_the_edge_paints_only_what_is_inside() -> None:
    mask = Mask(SHAPE)
    box = painted(EditHistory(mask), 0, -3, -3, 5, label=1)
    assert box == Box((0, 0, 0), (1, 2, 2))
    assert mask.volume("labels").sum() == 4


def test_untouched_slices_cost_no_memory() -> None:
    mask = Mask((300, 512, 512))
    painted(EditHistory(mask), 7, 5, 5, 4, label=1)
    assert mask.touched("labels") == (7,) and mask.touched("draft") == ()


def test_undo_takes_back_the_last_stroke_and_says_where_it_was() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    before = everything(mask)
    painted(history, 2, 60, 60, 8, label=1)
    after = everything(mask)
    assert history.undo_title == "Brush" and history.redo_title == ""
    assert history.undo() == Box((2, 60, 60), (3, 68, 68))
    assert everything(mask) == before
    assert history.redo() == Box((2, 60, 60), (3, 68, 68))
    assert everything(mask) == after


def test_a_stroke_that_changes_nothing_is_no_step() -> None:
    history = EditHistory(Mask(SHAPE))
    painted(history, 0, 5, 5, 4, label=1)
    painted(history, 0, 5, 5, 4, label=1)
    history.undo()
    assert history.undo_title == ""


def test_an_abandoned_stroke_leaves_no_trace() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    painted(history, 0, 5, 5, 4, label=1)
    before = everything(mask)
    stroke = history.stroke("Brush")
    stroke.paint(0, 3, 3, np.ones((30, 90), bool), 2)
    assert not stroke.abandon().is_empty
    assert everything(mask) == before and not history.is_open


def test_a_locked_label_is_neither_painted_nor_painted_over() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    painted(history, 0, 0, 0, 4, label=1)
    history.locked = frozenset({1})
    painted(history, 0, 0, 0, 8, label=2)
    assert (mask.labels(0)[:4, :4] == 1).all() and (mask.labels(0) == 2).sum() == 64 - 16
    assert painted(history, 0, 20, 20, 4, label=1).is_empty


def test_a_draft_is_not_written_over_hand_painted_voxels_checked_slices_or_locked_labels() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    painted(history, 0, 0, 0, 4, label=1)
    painted(history, 0, 0, 10, 4, label=0, title="Eraser")
    history.check([2], "Check slice")
    history.locked = frozenset({3})
    labels = np.ones(SHAPE, np.uint8)
    labels[1, :5] = 3
    history.put_draft(labels, np.full(SHAPE, 200, np.uint8), SOURCE, "Segment scan")
    assert mask.draft(0)[0, 0] == 0 and mask.draft(0)[0, 10] == 0 and mask.draft(0)[0, 20] == 1
    assert not mask.draft(1)[:5].any() and mask.draft(1)[5:].all()
    assert not mask.has_draft(2)
    assert mask.status(1) == SliceStatus.DRAFT and mask.status(0) == SliceStatus.CORRECTED


def test_painting_over_a_draft_answers_it_there_and_counts_as_corrected() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    history.put_draft(np.ones(SHAPE, np.uint8), np.full(SHAPE, 200, np.uint8), SOURCE, "Segment scan")
    painted(history, 0, 0, 0, 4, label=0, title="Eraser")
    assert not mask.draft(0)[:4, :4].any() and not mask.draft_probability(0)[:4, :4].any()
    assert (mask.origin(0)[:4, :4] == Origin.DRAFT_CORRECTED).all()
    assert mask.draft(0)[0, 4] == 1


def test_accepting_one_lesion_leaves_the_others_open() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    labels = np.zeros(SHAPE, np.uint8)
    labels[0, 5:8, 5:8], labels[0, 20:22, 20:22] = 1, 1
    history.put_draft(labels, labels * 200, SOURCE, "Segment scan")
    box = history.accept("Accept lesion", Box((0, 5, 5), (1, 8, 8)), np.ones((1, 3, 3), bool))
    assert box == Box((0, 5, 5), (1, 8, 8))
    assert (mask.labels(0) == 1).sum() == 9 and (mask.draft(0) == 1).sum() == 4
    assert (mask.origin(0) == Origin.DRAFT_ACCEPTED).sum() == 9


def test_rejecting_the_last_draft_makes_the_slice_new_again() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    history.put_draft(
        np.ones((1, *SHAPE[1:]), np.uint8), np.full((1, *SHAPE[1:]), 9, np.uint8), SOURCE, "Segment slice"
    )
    history.reject("Reject draft", Box.of_slice(SHAPE, 0))
    assert mask.status(0) == SliceStatus.NEW and not mask.marked(0)


def test_enter_accepts_and_checks_in_one_step() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    history.put_draft(np.ones(SHAPE, np.uint8), np.full(SHAPE, 9, np.uint8), SOURCE, "Segment scan")
    before = everything(mask)
    history.check([1], "Check slice")
    assert mask.status(1) == SliceStatus.CHECKED and mask.marked(1) and not mask.has_draft(1)
    history.undo()
    assert everything(mask) == before


def test_a_checked_slice_without_a_mark_can_be_undone_and_points_at_its_slice() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    history.check([2], "Check slice")
    assert history.undo() == Box.of_slice(SHAPE, 2)
    assert mask.status(2) == SliceStatus.NEW


def test_parts_of_one_run_are_one_step() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    before = everything(mask)
    one = np.ones((1, *SHAPE[1:]), np.uint8)
    for k in (1, 0, 2):
        history.put_draft(one, one, SOURCE, "Segment scan", first_slice=k, join="run")
    assert mask.draft_slices() == (0, 1, 2)
    history.undo()
    assert everything(mask) == before and history.undo_title == ""


def test_an_import_replaces_slices_and_says_so() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    labels = np.zeros(SHAPE, np.uint8)
    labels[1, 2:4, 2:4] = 1
    history.replace(labels, "Import masks")
    assert mask.status(1) == SliceStatus.IMPORTED and (mask.origin(1) == Origin.IMPORTED).sum() == 4


def test_the_oldest_steps_go_when_the_history_is_full() -> None:
    history = EditHistory(Mask((1, 512, 512)), limit_bytes=20_000)
    rng = np.random.default_rng(1)
    for n in range(40):
        stroke = history.stroke(f"Brush {n}")
        stroke.paint(0, 0, 0, rng.random((200, 200)) > 0.5, 1 + n % 2)
        stroke.commit()
    assert history.steps.bytes_used <= 20_000 and history.undo_title == "Brush 39"


def test_a_snapshot_keeps_what_was_there_while_painting_goes_on() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    painted(history, 0, 0, 0, 4, label=1)
    snapshot = mask.snapshot()
    painted(history, 0, 0, 0, 4, label=2)
    assert (snapshot.volume("labels")[0, :4, :4] == 1).all()
    assert snapshot.dirty == {0} and mask.is_dirty
    assert everything(Mask.restore(snapshot)) != everything(mask)


def test_two_changes_cannot_be_open_at_once() -> None:
    history = EditHistory(Mask(SHAPE))
    history.stroke("Brush")
    with pytest.raises(RuntimeError):
        history.accept("Accept draft")
    assert history.undo().is_empty


class UndoAgainstFullCopies(RuleBasedStateMachine):
    """Whatever is done, each undo gives back exactly the copy taken before, each redo the one taken after."""

    def __init__(self) -> None:
        super().__init__()
        self.mask = Mask(SHAPE)
        self.history = EditHistory(self.mask)
        self.copies, self.at = [everything(self.mask)], 0

    places = st.tuples(st.integers(0, 2), st.integers(-10, 75), st.integers(-10, 135))

    @rule(place=places, side=st.integers(1, 40), label=st.integers(0, 3))
    def paint(self, place: tuple[int, int, int], side: int, label: int) -> None:
        before = everything(self.mask)
        painted(self.history, *place, side, label)
        if everything(self.mask) != before:
            self.copies, self.at = [*self.copies[: self.at + 1], everything(self.mask)], self.at + 1

    @rule(seed=st.integers(0, 99), first=st.integers(0, 2))
    def segment(self, seed: int, first: int) -> None:
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 3, (3 - first, *SHAPE[1:]), np.uint8)
        self.step(lambda: self.history.put_draft(labels, labels * 80, SOURCE, "Segment scan", first_slice=first))

    @rule(k=st.integers(0, 2))
    def accept(self, k: int) -> None:
        self.step(lambda: self.history.accept("Accept draft", Box.of_slice(SHAPE, k)))

    @rule(k=st.integers(0, 2))
    def reject(self, k: int) -> None:
        self.step(lambda: self.history.reject("Reject draft", Box.of_slice(SHAPE, k)))

    @rule(k=st.integers(0, 2))
    def check(self, k: int) -> None:
        self.step(lambda: self.history.check([k], "Check slice"))

    @rule()
    def save(self) -> None:
        self.mask.snapshot()

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo(self) -> None:
        self.history.undo()
        self.at -= 1

    @precondition(lambda self: self.at < len(self.copies) - 1)
    @rule()
    def redo(self) -> None:
        self.history.redo()
        self.at += 1

    def step(self, change: object) -> None:
        before = everything(self.mask)
        titles = self.history.undo_title
        change()  # type: ignore[operator]
        if everything(self.mask) != before:
            self.copies, self.at = [*self.copies[: self.at + 1], everything(self.mask)], self.at + 1
        else:
            assert self.history.undo_title == titles

    @invariant()
    def the_mask_is_the_copy(self) -> None:
        assert everything(self.mask) == self.copies[self.at]


TestUndoAgainstFullCopies = UndoAgainstFullCopies.TestCase
TestUndoAgainstFullCopies.settings = settings(max_examples=25, stateful_step_count=20)
