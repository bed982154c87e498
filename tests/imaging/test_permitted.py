"""What the paint rules and locked labels leave of a proposal, voxel by voxel."""

import numpy as np

from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.imaging.permitted import permitted
from lesionstudio.imaging.proposal import Proposal

# One row: background, label 1, label 2, background.
THERE = Marked.of(np.array([[[0, 1, 2, 0]]], np.uint8))
ROW = Box((0, 0, 0), (1, 1, 4))
ALL = np.ones((1, 1, 4), bool)
VALUES = np.array([[10, 20, 30, 40]])


def left(label: int, rules: PaintRules = PaintRules(), locked: tuple[int, ...] = ()) -> list[bool]:  # noqa: B008
    found = permitted(Proposal.of("", ROW, ALL, label), THERE, rules, lambda k: VALUES, locked)
    return found.where[0, 0].tolist() if found is not None else [False] * 4


def test_without_rules_everything_is_left_that_would_change() -> None:
    assert left(3) == [True, True, True, True]
    assert left(1) == [True, False, True, True]  # One voxel has the label already.
    assert left(0) == [False, True, True, False]
    same = Proposal.of("", Box((0, 0, 1), (1, 1, 2)), np.ones((1, 1, 1), bool), 1)
    assert permitted(same, THERE, PaintRules()) is None


def test_locked_labels_are_neither_taken_nor_given() -> None:
    assert left(3, locked=(2,)) == [True, True, False, True]
    assert left(2, locked=(2,)) == [False] * 4


def test_only_values_in_the_range() -> None:
    assert left(3, PaintRules(low=15, high=30, gate_on=True)) == [False, True, True, False]
    assert left(3, PaintRules(low=15, high=30, gate_on=True, inverted=True)) == [True, False, False, True]


def test_only_over_background_or_over_one_label_and_erasing_asks_the_same_as_a_stroke() -> None:
    assert left(1, PaintRules(over="background")) == [True, False, False, True]
    assert left(0, PaintRules(over="background")) == [False, True, True, False]
    assert left(0, PaintRules(over=2)) == [False, False, True, False]


def test_each_number_of_a_proposal_is_asked_for_by_itself() -> None:
    mixed = Proposal("", ROW, np.array([[[3, 0, 3, 0]]], np.uint8), ALL)
    found = permitted(mixed, THERE, PaintRules(over="background"))
    assert found is not None and found.where[0, 0].tolist() == [True, True, False, False]
