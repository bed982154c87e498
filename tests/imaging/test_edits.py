"""Steps as bytes, their replay, and the parts of a stroke that is still under the mouse."""

import random
import struct
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit, Step
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask, SliceStatus
from lesionstudio.imaging.pieces import Piece, Pieces

SHAPE = (3, 70, 130)
SOURCE = DraftSource("modèle", 0.5, "2026-01-01T00:00:00+00:00")


def everything(mask: Mask) -> tuple[bytes, ...]:
    layers = (mask.volume(layer).tobytes() for layer in LAYERS)
    return (
        *layers,
        mask.statuses.tobytes(),
        repr(mask.draft_source).encode(),
        repr(sorted(mask.makers.items())).encode(),
    )


def journalled(mask: Mask) -> tuple[EditHistory, list[bytes]]:
    """A history, and the list in which its steps arrive as a journal would keep them."""
    history, kept = EditHistory(mask), list[bytes]()
    history.on_step = lambda step: kept.append(step.kind.encode().ljust(4) + step.edit.to_bytes())
    return history, kept


def replayed(kept: list[bytes]) -> Mask:
    mask = Mask(SHAPE)
    for record in kept:
        Step(record[:4].decode().strip(), MaskEdit.from_bytes(record[4:])).replay(mask)  # type: ignore[arg-type]
    return mask


def example() -> MaskEdit:
    pieces = Pieces.of([Piece("origin", 1, 5, 6, 2, 3)], [bytes(6)], [bytes([1, 2, 3, 4, 5, 6])])
    statuses = ((1, SliceStatus.NEW, SliceStatus.CORRECTED),)
    box = Box((1, 5, 6), (2, 7, 9))
    return MaskEdit("Épanchement", box, (pieces,), statuses, (None, SOURCE), "run", 1.5, ((1, None, SOURCE),))


def painted(history: EditHistory, k: int, row: int, column: int, side: int, label: int = 1) -> MaskEdit | None:
    stroke = history.stroke("Brush")
    stroke.paint(k, row, column, np.ones((side, side), bool), label)
    return stroke.commit()


def test_a_step_comes_back_from_its_bytes() -> None:
    assert MaskEdit.from_bytes(example().to_bytes()) == example()
    bare = MaskEdit("Delete label", Box((0, 0, 0), (0, 0, 0)), ())
    assert MaskEdit.from_bytes(bare.to_bytes()) == bare


def test_the_bytes_of_a_step_are_those_that_are_written_down() -> None:
    data = example().to_bytes()
    assert data[:4] == b"LSE1"
    assert struct.unpack("<d6I", data[4:36]) == (1.5, 1, 5, 6, 2, 7, 9)
    assert data[36:46] == bytes([1, 0, 0, 0, 1, 0, 0, 0, 0, 3])
    assert bytes([1, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]) in data


def test_a_step_that_is_cut_short_anywhere_or_too_long_is_refused() -> None:
    data = example().to_bytes()
    for n in range(len(data)):
        with pytest.raises(ValueError):
            MaskEdit.from_bytes(data[:n])
    with pytest.raises(ValueError):
        MaskEdit.from_bytes(data + b"\0")


def test_a_step_of_a_later_version_is_refused() -> None:
    with pytest.raises(ValueError, match="another version"):
        MaskEdit.from_bytes(b"LSE2" + example().to_bytes()[4:])


def test_damaged_bytes_raise_nothing_but_value_errors() -> None:
    rng, data = random.Random(3), example().to_bytes()
    for _n in range(2000):
        broken = bytearray(data)
        broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            edit = MaskEdit.from_bytes(bytes(broken))
            if edit.fits(SHAPE):
                edit.apply(Mask(SHAPE))
        except ValueError:
            continue


def test_a_step_says_whether_it_fits_a_grid() -> None:
    assert example().fits((2, 7, 9))
    assert not example().fits((1, 7, 9)) and not example().fits((2, 6, 9)) and not example().fits((2, 7, 8))
    assert not replace(example(), groups=()).fits((1, 70, 130))


def test_a_step_stands_until_what_it_changed_is_changed_again() -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    edit = painted(history, 1, 5, 5, 4)
    assert edit is not None and edit.stands(mask)
    painted(history, 1, 40, 40, 4)
    painted(history, 2, 5, 5, 4)
    assert edit.stands(mask)
    painted(history, 1, 8, 8, 4, label=2)
    assert not edit.stands(mask)
    history.undo()
    assert edit.stands(mask)


def test_each_step_names_the_slices_it_changed() -> None:
    history = EditHistory(Mask((9, 70, 130)))
    one = np.ones((1, 70, 130), np.uint8)
    history.put_draft(one, one, SOURCE, "Segment", first_slice=2, join="run")
    history.put_draft(one, one, SOURCE, "Segment", first_slice=7, join="run")
    assert [step.slices for step in history.steps] == [(2, 7)]


def test_each_slice_keeps_who_made_its_last_draft() -> None:
    mask, later = Mask(SHAPE), DraftSource("other", 0.3, "")
    history, kept = journalled(mask)
    history.check([2], "Check slice")
    history.put_draft(np.ones(SHAPE, np.uint8), np.ones(SHAPE, np.uint8), SOURCE, "Segment scan")
    history.put_draft(np.full((1, 70, 130), 2, np.uint8), np.ones((1, 70, 130), np.uint8), later, "Segment slice")
    history.accept("Accept draft")
    assert mask.makers == {0: later, 1: SOURCE} == replayed(kept).makers
    assert mask.snapshot().makers == mask.makers == Mask.restore(mask.snapshot()).makers
    history.go_to(2)
    assert mask.makers == {0: SOURCE, 1: SOURCE}


def test_jumping_in_the_list_is_undoing_or_redoing_so_many() -> None:
    mask = Mask(SHAPE)
    history, kept = journalled(mask)
    states = [everything(mask)]
    for n in range(5):
        painted(history, n % 3, 5 * n, 5, 4)
        states.append(everything(mask))
    for position in (2, 4, 0, 5, 1):
        history.go_to(position)
        assert history.steps.position == position
        assert everything(mask) == states[position] == everything(replayed(kept))
    assert len(history.steps) == 5


def test_a_lower_limit_counts_at_once() -> None:
    history = EditHistory(Mask(SHAPE))
    for n in range(20):
        painted(history, 0, 3 * n, 5, 4)
    one = history.steps.bytes_used // 20
    history.steps.limit_bytes = 3 * one + one // 2
    assert len(history.steps) == 3 and history.undo_title == "Brush"


def test_parts_of_a_stroke_are_what_was_painted_since_the_last_one() -> None:
    mask, seen = Mask(SHAPE), Mask(SHAPE)
    history = EditHistory(mask)
    stroke = history.stroke("Brush")
    stroke.paint(0, 5, 5, np.ones((4, 4), bool), 1)
    first = history.part()
    assert first is not None and first.box == Box((0, 5, 5), (1, 9, 9)) and first.title == "Brush"
    assert history.part() is None
    stroke.paint(0, 5, 60, np.ones((4, 30), bool), 1)
    second = history.part()
    assert second is not None and second.box == Box((0, 5, 60), (1, 9, 90))
    for part in (first, second):
        MaskEdit.from_bytes(part.to_bytes()).apply(seen)
    stroke.commit()
    assert everything(seen) == everything(mask) and len(history.steps) == 1
    assert history.part() is None


def test_an_abandoned_stroke_takes_its_parts_back_in_the_journal_too() -> None:
    mask = Mask(SHAPE)
    history, kept = journalled(mask)
    painted(history, 0, 5, 5, 4)
    before = everything(mask)
    stroke = history.stroke("Brush")
    for column in (20, 80):
        stroke.paint(0, 5, column, np.ones((4, 20), bool), 2)
        part = history.part()
        assert part is not None
        kept.append(b"do  " + part.to_bytes())
    stroke.abandon()
    assert everything(mask) == before == everything(replayed(kept))


def test_a_stroke_that_ends_as_it_began_takes_its_parts_back_too() -> None:
    mask = Mask(SHAPE)
    history, kept = journalled(mask)
    stroke = history.stroke("Brush")
    cover, region = np.ones((70, 130), bool), (slice(0, 70), slice(0, 130))
    stroke.write("labels", 0, region, 2, cover)
    part = history.part()
    assert part is not None
    kept.append(b"do  " + part.to_bytes())
    stroke.write("labels", 0, region, 0, cover)
    assert stroke.commit() is None
    assert everything(replayed(kept)) == everything(Mask(SHAPE)) and len(history.steps) == 0


def test_a_step_beside_the_mask_is_none_of_the_journals_business() -> None:
    history, kept = journalled(Mask(SHAPE))
    history.attach("Delete label", "something")
    history.undo()
    history.redo()
    assert kept == [] and history.undo_title == "Delete label"


def test_a_stroke_that_is_nothing_in_the_end_leaves_the_journal_alone() -> None:
    history, kept = journalled(Mask(SHAPE))
    history.stroke("Brush").abandon()
    history.stroke("Brush").commit()
    assert kept == []


class ReplayAgainstTheMask(RuleBasedStateMachine):
    """Whatever is painted, segmented, taken back and done again, its bytes replayed give the same mask."""

    @initialize()
    def begin(self) -> None:
        self.mask = Mask(SHAPE)
        self.history, self.kept = journalled(self.mask)

    places = st.tuples(st.integers(0, 2), st.integers(-10, 75), st.integers(-10, 135))

    @rule(places=st.lists(places, min_size=1, max_size=4), side=st.integers(1, 40), parts=st.booleans())
    def paint(self, places: list[tuple[int, int, int]], side: int, parts: bool) -> None:
        stroke = self.history.stroke("Brush")
        for label, place in enumerate(places):
            stroke.paint(*place, np.ones((side, side), bool), label)
            part = self.history.part() if parts else None
            if part is not None:
                self.kept.append(b"do  " + part.to_bytes())
        stroke.abandon() if len(places) == 3 else stroke.commit()

    @rule(seed=st.integers(0, 99), first=st.integers(0, 2))
    def segment(self, seed: int, first: int) -> None:
        labels = np.random.default_rng(seed).integers(0, 3, (3 - first, *SHAPE[1:]), np.uint8)
        self.history.put_draft(labels, labels * 80, SOURCE, "Segment scan", first_slice=first, join=str(seed % 3))

    @rule(k=st.integers(0, 2), which=st.integers(0, 2))
    def answer(self, k: int, which: int) -> None:
        box = Box.of_slice(SHAPE, k)
        verbs: tuple[Callable[[], object], ...] = (
            lambda: self.history.accept("Accept draft", box),
            lambda: self.history.reject("Reject draft", box),
            lambda: self.history.check([k], "Check slice"),
        )
        verbs[which]()

    @rule(seed=st.integers(0, 99))
    def take_in(self, seed: int) -> None:
        self.history.replace(np.random.default_rng(seed).integers(0, 3, SHAPE, np.uint8), "Import masks")

    @precondition(lambda self: len(self.history.steps) > 0)
    @rule(share=st.floats(0, 1))
    def jump(self, share: float) -> None:
        self.history.go_to(round(share * len(self.history.steps)))

    @rule()
    def save(self) -> None:
        self.mask.snapshot()

    @invariant()
    def the_replay_is_the_mask(self) -> None:
        assert everything(replayed(self.kept)) == everything(self.mask)


TestReplayAgainstTheMask = ReplayAgainstTheMask.TestCase
TestReplayAgainstTheMask.settings = settings(max_examples=25, stateful_step_count=15)
