"""A change that is shown before it is made: what it counts, and what applying it does to the mask."""

import numpy as np

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.proposal import Proposal

SHAPE = (4, 10, 12)


def _two_labels_and_a_hole() -> Proposal:
    labels, where = np.zeros((2, 3, 4), np.uint8), np.zeros((2, 3, 4), bool)
    labels[0, 0, :2], where[0, 0, :2] = 1, True
    labels[1, 1, 1:4], where[1, 1, 1:4] = 2, True
    where[1, 2, 0] = True
    return Proposal("Wand", Box((1, 5, 6), (3, 8, 10)), labels, where)


def test_a_proposal_counts_what_it_marks_and_what_it_takes_away() -> None:
    proposal = _two_labels_and_a_hole()
    assert (proposal.voxels, proposal.erased, proposal.slices, proposal.numbers()) == (6, 1, (1, 2), (0, 1, 2))


def test_applying_is_one_step_and_undo_takes_all_of_it_back() -> None:
    history = EditHistory(Mask(SHAPE))
    stroke = history.stroke("Brush")
    stroke.paint(2, 7, 6, np.ones((1, 1), bool), 3)
    stroke.commit()
    box = _two_labels_and_a_hole().apply(history)
    assert history.mask.counts() == {1: 2, 2: 3} and history.undo_title == "Wand"
    assert box == Box((1, 5, 6), (3, 8, 10)) and history.mask.labels(2)[7, 6] == 0
    history.undo()
    assert history.mask.counts() == {3: 1}


def test_a_locked_label_is_neither_proposed_over_nor_given() -> None:
    history = EditHistory(Mask(SHAPE))
    stroke = history.stroke("Brush")
    stroke.paint(1, 5, 6, np.ones((1, 1), bool), 3)
    stroke.commit()
    history.locked = frozenset({2, 3})
    _two_labels_and_a_hole().apply(history)
    assert history.mask.counts() == {1: 1, 3: 1}


def test_what_reaches_over_the_edge_is_left_out() -> None:
    cover = np.ones((3, 4, 4), bool)
    proposal = Proposal.within("Wand", Box((-1, -2, 9), (2, 2, 13)), cover, 1, SHAPE)
    assert proposal.box == Box((0, 0, 9), (2, 2, 12)) and proposal.voxels == 2 * 2 * 3


def test_a_change_closed_halfway_is_the_step_made_so_far() -> None:
    history = EditHistory(Mask(SHAPE))
    pieces = Proposal.of("Threshold", Box.whole(SHAPE), np.ones(SHAPE, bool), 1).applying(history)
    next(pieces)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert history.mask.counts() == {1: 2 * 10 * 12} and history.undo_title == "Threshold" and not history.is_open


def test_a_change_of_a_wide_picture_is_made_in_bands_that_add_up() -> None:
    shape = (1, 1100, 1000)
    history, cover = EditHistory(Mask(shape)), np.zeros((1, 1060, 990), bool)
    cover[0, 5:1055:2] = True
    looked_at = list(Proposal.of("Threshold", Box((0, 30, 10), (1, 1090, 1000)), cover, 1).applying(history))
    assert [(box.start[1], box.stop[1]) for box in looked_at] == [(35, 512), (512, 1024), (1024, 1084)]
    expected = np.zeros(shape[1:], np.uint8)
    expected[30:1090, 10:] = cover[0]
    assert (history.mask.labels(0) == expected).all()
    history.undo()
    assert history.mask.counts() == {}
