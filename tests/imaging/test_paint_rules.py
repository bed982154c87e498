"""What strokes leave alone: by value, by what is marked; and what does not ask."""

import numpy as np
import pytest

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import DraftSource, Mask
from lesionstudio.imaging.paint_rules import PaintRules, values_of
from lesionstudio.imaging.scan import Scan

SHAPE = (2, 4, 10)


@pytest.fixture
def history() -> EditHistory:
    """Values 0 to 9 from left to right; columns 0 and 1 have label 1, columns 2 and 3 label 2."""
    history = EditHistory(Mask(SHAPE))
    labels = np.zeros(SHAPE, np.uint8)
    labels[:, :, :2], labels[:, :, 2:4] = 1, 2
    history.replace(labels, "Start")
    history.voxels = values_of(Scan.of_array(np.broadcast_to(np.arange(10, dtype=np.int16), SHAPE)))
    return history


def paint(history: EditHistory, label: int) -> np.ndarray:
    """Paints all of both slices and gives a row of the first, alike in both."""
    stroke = history.stroke("Brush")
    stroke.paint_block(Box.whole(SHAPE), np.ones(SHAPE, bool), label)
    stroke.commit()
    assert np.array_equal(history.mask.labels(0), history.mask.labels(1))
    return history.mask.labels(0)[1]


def test_without_rules_everything_is_painted(history: EditHistory) -> None:
    assert paint(history, 3).tolist() == [3] * 10


def test_only_values_in_the_range_are_painted_both_ends_among_them(history: EditHistory) -> None:
    history.rules = PaintRules(low=3, high=5, gate_on=True)
    assert paint(history, 3).tolist() == [1, 1, 2, 3, 3, 3, 0, 0, 0, 0]


def test_inverted_only_values_outside_are_painted(history: EditHistory) -> None:
    history.rules = PaintRules(low=3, high=5, inverted=True, gate_on=True)
    assert paint(history, 3).tolist() == [3, 3, 3, 2, 0, 0, 3, 3, 3, 3]


def test_the_range_holds_for_erasing_too(history: EditHistory) -> None:
    history.rules = PaintRules(low=0, high=0, gate_on=True)
    assert paint(history, 0).tolist() == [0, 1, 2, 2, 0, 0, 0, 0, 0, 0]


def test_a_range_that_is_off_or_has_no_values_to_ask_forbids_nothing(history: EditHistory) -> None:
    history.rules = PaintRules(low=3, high=5)
    assert paint(history, 3).tolist() == [3] * 10
    history.rules, history.voxels = PaintRules(low=3, high=5, gate_on=True), None
    assert paint(history, 4).tolist() == [4] * 10


def test_only_background_leaves_every_mark_and_lets_erase(history: EditHistory) -> None:
    history.rules = PaintRules(over="background")
    assert paint(history, 3).tolist() == [1, 1, 2, 2, 3, 3, 3, 3, 3, 3]
    assert paint(history, 0).tolist() == [0] * 10


def test_only_over_one_label_paints_and_erases_nothing_else(history: EditHistory) -> None:
    history.rules = PaintRules(over=2)
    assert paint(history, 3).tolist() == [1, 1, 3, 3, 0, 0, 0, 0, 0, 0]
    history.undo()
    assert paint(history, 0).tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_locks_and_rules_hold_together(history: EditHistory) -> None:
    history.locked, history.rules = frozenset({2}), PaintRules(low=1, high=6, gate_on=True)
    assert paint(history, 3).tolist() == [1, 3, 2, 2, 3, 3, 3, 0, 0, 0]


def test_a_value_that_is_no_number_lies_outside_every_range(history: EditHistory) -> None:
    values = np.zeros(SHAPE, np.float32)
    values[:, :, 5] = np.nan
    history.voxels = values_of(Scan.of_array(values))
    history.rules = PaintRules(low=-1, high=1, gate_on=True)
    assert paint(history, 3).tolist() == [3, 3, 3, 3, 3, 0, 3, 3, 3, 3]


def test_drafts_imports_and_undo_do_not_ask(history: EditHistory) -> None:
    history.rules = PaintRules(low=100, high=200, gate_on=True, over="background")
    draft = np.full((1, 4, 10), 3, np.uint8)
    history.undo()
    history.put_draft(draft, draft * 50, DraftSource("m", 0.5, ""), "Segment")
    history.accept("Accept")
    assert (history.mask.labels(0) == 3).all()
    history.replace(draft * 0 + 4, "Import")
    assert (history.mask.labels(0) == 4).all()
    history.undo()
    assert (history.mask.labels(0) == 3).all()


def test_a_colour_picture_is_asked_for_the_mean_of_its_channels() -> None:
    colours = np.zeros((1, 2, 3, 3), np.uint8)
    colours[0, :, 1] = (30, 60, 90)
    assert values_of(Scan.of_array(colours))(0).tolist() == [[0, 60, 0], [0, 60, 0]]


def test_why_a_voxel_stays_as_it_is_is_known() -> None:
    rules = PaintRules(low=3, high=5, gate_on=True, over=2)
    assert rules.admits(4) and not rules.admits(6)
    assert rules.may_cover(2, 1) and not rules.may_cover(0, 1) and not rules.may_cover(1, 0)
    assert PaintRules(over="background").may_cover(1, 0) and not PaintRules(over="background").may_cover(1, 2)
