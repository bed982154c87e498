"""Clean-up, combining, threshold and regions: voxels counted by hand."""

import numpy as np
import pytest

from lesionstudio.imaging.brush import Covered
from lesionstudio.imaging.cleanup import CleanUp, Scope, cleaned
from lesionstudio.imaging.combine import Combination, combined
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.regions import copied, mirrored, moved
from lesionstudio.imaging.thresholding import Threshold, thresholded

CUBES, FLAT = (1.0, 1.0, 1.0), (5.0, 0.5, 0.5)
EACH, IN_3D = Scope(), Scope(in_3d=True)


def squares(*parts, shape=(4, 20, 20)):
    labels = np.zeros(shape, np.uint8)
    for number, region in parts:
        labels[region] = number
    return labels


def after(labels, proposal):
    done = labels.copy()
    if proposal is not None:
        part = done[proposal.box.slices()]
        part[proposal.where] = proposal.labels[proposal.where]
    return done


def clean(labels, wish, scope=EACH, spacing=CUBES):
    return after(labels, cleaned(Marked.of(labels), spacing, wish, scope, "Clean up"))


HOLE = squares((1, np.s_[:, 2:7, 2:7]), (0, np.s_[:, 4, 4]))
TWO = squares((1, np.s_[0:2, 2:6, 2:6]), (1, np.s_[0, 10:12, 10:12]), (2, np.s_[0, 15, 15]))


def test_holes_are_filled_on_this_slice_on_each_slice_or_in_3d():
    assert np.count_nonzero(clean(HOLE, CleanUp("holes"), Scope(slices=range(1, 2)))) == 97
    assert np.count_nonzero(clean(HOLE, CleanUp("holes"))) == 100
    assert np.count_nonzero(clean(HOLE, CleanUp("holes"), IN_3D)) == 96


def test_a_hole_that_another_label_fills_is_no_background_and_stays():
    labels = HOLE.copy()
    labels[:, 4, 4] = 2
    assert (clean(labels, CleanUp("holes")) == labels).all()


def test_islands_are_measured_in_mm2_on_slices_and_in_mm3_in_3d():
    # The large one is 16 voxels on two slices, the small one 4 on one; label 2 is one voxel.
    left = clean(TWO, CleanUp("islands", 4.0), EACH, FLAT)
    assert np.count_nonzero(left == 1) == 32 and not (left == 2).any()
    assert np.count_nonzero(clean(TWO, CleanUp("islands", 4.1), EACH, FLAT)) == 0
    assert np.count_nonzero(clean(TWO, CleanUp("islands", 5.0), IN_3D, FLAT) == 1) == 36
    assert np.count_nonzero(clean(TWO, CleanUp("islands", 5.1), IN_3D, FLAT) == 1) == 32


def test_only_the_labels_asked_for_and_never_locked_ones_are_worked_on():
    only_two = clean(TWO, CleanUp("islands", 99.0), Scope(labels=(2,)))
    assert np.count_nonzero(only_two == 1) == 36 and not (only_two == 2).any()
    locked = clean(TWO, CleanUp("islands", 99.0), Scope(locked=frozenset({1})))
    assert (locked == only_two).all()


def test_the_largest_is_kept_in_each_slice_or_in_all():
    labels = squares((1, np.s_[0:2, 2:6, 2:6]), (1, np.s_[0, 10:15, 10:15]), (1, np.s_[3, 0, 0]))
    assert [np.count_nonzero(one) for one in clean(labels, CleanUp("largest"))] == [25, 16, 0, 1]
    assert [np.count_nonzero(one) for one in clean(labels, CleanUp("largest"), IN_3D)] == [16, 16, 0, 0]


def test_the_one_pointed_at_is_kept_and_other_labels_stay():
    kept = clean(TWO, CleanUp("pointed", point=(0, 10, 10)), IN_3D)
    assert np.count_nonzero(kept == 1) == 4 and np.count_nonzero(kept == 2) == 1
    here = clean(TWO, CleanUp("pointed", point=(0, 10, 10)), Scope(slices=range(1)))
    assert np.count_nonzero(here[0] == 1) == 4 and np.count_nonzero(here[1] == 1) == 16


def test_pointing_beside_a_mark_proposes_nothing():
    assert cleaned(Marked.of(TWO), CUBES, CleanUp("pointed", point=(0, 0, 0)), IN_3D, "") is None
    assert cleaned(Marked.of(TWO), CUBES, CleanUp("pointed", point=(3, 0, 0)), IN_3D, "") is None


def test_growing_takes_background_but_no_voxel_of_another_label():
    labels = squares((1, np.s_[0, 5, 5]), (2, np.s_[0, 5, 6]))
    grown = clean(labels, CleanUp("grow", 1.0), Scope(labels=(1,)))
    assert np.count_nonzero(grown == 1) == 4 and np.count_nonzero(grown == 2) == 1


def test_growing_ends_at_the_edge_of_the_picture_and_of_the_slices():
    labels = squares((1, np.s_[0, 0, 0]))
    assert np.count_nonzero(clean(labels, CleanUp("grow", 1.0), IN_3D)) == 4
    assert np.count_nonzero(clean(labels, CleanUp("grow", 1.0), Scope(slices=range(1)))) == 3


def test_shrinking_opening_and_closing_count_as_drawn():
    square = squares((1, np.s_[0, 5:10, 5:10]), (1, np.s_[0, 7, 10:13]))
    assert np.count_nonzero(clean(square, CleanUp("shrink", 1.0))) == 9 + 1
    assert np.count_nonzero(clean(square, CleanUp("open", 1.0))) == 21 + 1
    gap = squares((1, np.s_[0, 5:10, 5:8]), (1, np.s_[0, 5:10, 9:12]))
    assert np.count_nonzero(clean(gap, CleanUp("close", 1.0))) == 30 + 3


def test_a_proposal_lies_in_the_smallest_box_and_is_one_undoable_step():
    mask = Mask(TWO.shape)
    history = EditHistory(mask)
    history.replace(TWO, "Import")
    found = cleaned(Marked.now(mask), CUBES, CleanUp("islands", 5.0), EACH, "Remove islands under 5 mm2")
    assert found.box == Box((0, 10, 10), (1, 16, 16)) and found.voxels == 5
    found.apply(history)
    assert history.undo_title == "Remove islands under 5 mm2" and np.count_nonzero(mask.volume("labels")) == 32
    history.undo()
    assert (mask.volume("labels") == TWO).all()


def test_a_change_of_many_slices_is_one_step_and_its_replay_is_the_same():
    labels = squares((1, np.s_[:, 2:7, 2:7]), (0, np.s_[:, 4, 4]), (2, np.s_[3, 15, 15]), shape=(12, 100, 90))
    mask, steps = Mask(labels.shape), []
    history = EditHistory(mask)
    history.on_step = steps.append
    history.replace(labels, "Import")
    cleaned(Marked.now(mask), CUBES, CleanUp("grow", 3.0), EACH, "Grow by 3 mm").apply(history)
    done = mask.volume("labels")
    assert np.count_nonzero(done) > 12 * 60 and len(history.steps) == 2
    history.undo()
    assert (mask.volume("labels") == labels).all()
    history.redo()
    assert (mask.volume("labels") == done).all()
    replayed = Mask(labels.shape)
    for step in steps:
        step.replay(replayed)
    assert (replayed.volume("labels") == done).all() and (replayed.volume("origin") == mask.volume("origin")).all()


def test_what_is_painted_later_does_not_show_in_what_a_thread_looks_at():
    mask = Mask(TWO.shape)
    history = EditHistory(mask)
    history.replace(TWO, "Import")
    seen = Marked.now(mask)
    stroke = history.stroke("Brush")
    stroke.paint(0, 0, 0, np.ones((20, 20), bool), 3)
    stroke.commit()
    assert (seen.block(Box.whole(TWO.shape)) == TWO).all()


# Combining

A_IN_B = squares((2, np.s_[0, 2:9, 2:9]), (1, np.s_[0, 4:6, 4:6]), (1, np.s_[0, 15:17, 15:17]))


def join(labels, wish, spacing=CUBES):
    return after(labels, combined(Marked.of(labels), spacing, wish, "Combine"))


def test_the_union_takes_the_other_label_in():
    both = join(A_IN_B, Combination(1, "union", 2))
    assert np.count_nonzero(both == 1) == 53 and not (both == 2).any()


def test_labels_never_share_a_voxel_so_plain_subtracting_changes_nothing():
    assert combined(Marked.of(A_IN_B), CUBES, Combination(1, "subtract", 2), "") is None


def test_what_the_other_label_encloses_is_subtracted_or_kept():
    less = join(A_IN_B, Combination(1, "subtract", 2, encloses=True))
    assert np.count_nonzero(less[0, 15:17, 15:17]) == 4 and np.count_nonzero(less == 1) == 4
    kept = join(A_IN_B, Combination(1, "intersect", 2, encloses=True))
    assert np.count_nonzero(kept[0, 4:6, 4:6] == 1) == 4 and np.count_nonzero(kept == 1) == 4
    assert np.count_nonzero(kept == 2) == 45


def test_a_margin_in_mm_widens_the_other_label_first():
    beside = squares((1, np.s_[0, 2, 2:12]), (2, np.s_[0, 2, 12]))
    assert np.count_nonzero(join(beside, Combination(1, "subtract", 2, margin=1.5), FLAT) == 1) == 7
    assert np.count_nonzero(join(beside, Combination(1, "intersect", 2, margin=1.5), FLAT) == 1) == 3


def test_a_locked_label_is_neither_taken_nor_lost():
    assert combined(Marked.of(A_IN_B), CUBES, Combination(1, "union", 2, locked=frozenset({2})), "") is None
    wish = Combination(1, "intersect", 2, encloses=True, locked=frozenset({1}))
    assert combined(Marked.of(A_IN_B), CUBES, wish, "") is None


# Threshold

RAMP = np.tile(np.arange(20, dtype=np.int16) * 10, (4, 20, 1))


def take(labels, wish, values=RAMP, spacing=CUBES):
    return after(labels, thresholded(lambda k: values[k], Marked.of(labels), spacing, wish, "Threshold"))


def test_a_range_of_values_becomes_a_label_both_ends_included():
    empty = squares()
    assert np.count_nonzero(take(empty, Threshold(30, 50, 1))) == 4 * 20 * 3
    assert np.count_nonzero(take(empty, Threshold(30, 50, 1, slices=range(2, 3)))) == 20 * 3


def test_inside_another_label_and_without_small_pieces():
    labels = squares((2, np.s_[0:2, 2:8, 2:8]))
    inside = take(labels, Threshold(30, 50, 1, inside=2))
    assert np.count_nonzero(inside == 1) == 2 * 6 * 3 and np.count_nonzero(inside == 2) == 2 * 6 * 3
    values = np.zeros((2, 10, 10), np.float32)
    values[0, 1:3, 1:3] = values[0, 6, 6] = values[1, 6, 6] = 100
    values[1, 0, 0] = np.nan
    empty = squares(shape=(2, 10, 10))
    assert np.count_nonzero(take(empty, Threshold(50, 150, 1, smallest=10.0), values, (5.0, 1.0, 1.0))) == 6
    assert np.count_nonzero(take(empty, Threshold(50, 150, 1, smallest=10.1), values, (5.0, 1.0, 1.0))) == 4


@pytest.mark.parametrize("locked", [frozenset({1}), frozenset({2})])
def test_threshold_leaves_locked_labels_alone(locked):
    labels = squares((2, np.s_[0, 0:5]))
    done = take(labels, Threshold(30, 50, 1, locked=locked))
    assert np.count_nonzero(done == 1) == (0 if 1 in locked else 4 * 60 - 15)
    assert np.count_nonzero(done == 2) == 100


# Regions

CORNER = squares((1, np.s_[1, 2:4, 3:7]), (2, np.s_[1, 4, 3]))
LASSO = Covered(0, 0, np.ones((6, 8), bool))


def test_a_region_is_copied_to_the_next_or_earlier_slices_as_far_as_there_are_any():
    forth = after(CORNER, copied(Marked.of(CORNER), 1, LASSO, 5, "Copy"))
    assert [np.count_nonzero(one) for one in forth] == [0, 9, 9, 9]
    back = after(CORNER, copied(Marked.of(CORNER), 1, LASSO, -1, "Copy"))
    assert [np.count_nonzero(one) for one in back] == [9, 9, 0, 0] and (back[0] == back[1]).all()
    assert copied(Marked.of(CORNER), 3, LASSO, 2, "Copy") is None


def test_only_what_the_region_covers_is_copied():
    cover = np.zeros((6, 8), bool)
    cover[2, 3:5] = True
    part = after(CORNER, copied(Marked.of(CORNER), 1, Covered(0, 0, cover), 1, "Copy"))
    assert np.count_nonzero(part[2]) == 2


def test_a_region_is_moved_and_loses_what_goes_over_the_edge():
    there = after(CORNER, moved(Marked.of(CORNER), 1, LASSO, (3, 1), "Move"))
    assert (there[1, 5:7, 4:8] == 1).all() and there[1, 7, 4] == 2 and np.count_nonzero(there) == 9
    off = after(CORNER, moved(Marked.of(CORNER), 1, LASSO, (0, -5), "Move"))
    assert np.count_nonzero(off) == 4 and (off[1, 2:4, 0:2] == 1).all()


def test_a_region_is_mirrored_in_place_or_to_the_other_side():
    here = after(CORNER, mirrored(Marked.of(CORNER), 1, LASSO, "left_right", "Mirror"))
    assert here[1, 4, 6] == 2 and here[1, 4, 3] == 0 and np.count_nonzero(here) == 9
    there = after(CORNER, mirrored(Marked.of(CORNER), 1, LASSO, "left_right", "Mirror", middle=9.5, keep=True))
    assert (there[1, 2:4, 13:17] == 1).all() and there[1, 4, 16] == 2 and np.count_nonzero(there) == 18
    down = after(CORNER, mirrored(Marked.of(CORNER), 1, LASSO, "up_down", "Mirror"))
    assert down[1, 2, 3] == 2 and (down[1, 3:5, 3:7] == 1).all()


def test_a_region_without_marks_or_with_a_locked_label_gives_nothing():
    assert moved(Marked.of(CORNER), 0, LASSO, (1, 1), "Move") is None
    assert mirrored(Marked.of(CORNER), 1, LASSO, "up_down", "M", frozenset({1, 2})) is None
