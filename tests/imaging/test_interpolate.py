"""Shapes between marked slices, against shapes one can compute."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import label

from lesionstudio.imaging.interpolate import Gaps, interpolated
from lesionstudio.imaging.marked import Marked

Volume = NDArray[np.uint8]


def _filled(labels: Volume, axis: int = 0, numbers: tuple[int, ...] = (1,), most: int = 0, empty: tuple[int, ...] = (),
            spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Volume:  # fmt: skip
    """The marks with what lies between them."""
    gaps = Gaps(axis, numbers, most, frozenset(empty))
    found = interpolated(Marked.of(labels), spacing, gaps, "Interpolate")
    whole = labels.copy()
    if found is not None:
        np.copyto(whole[found.box.slices()], found.labels, where=found.where)
    return whole


def _every_fifth(truth: Volume, axis: int = 0) -> Volume:
    """The slices 0, 5, 10, ... of the truth, counted from its first marked one, and its last one."""
    marked = np.flatnonzero(truth.any(axis=tuple(a for a in range(3) if a != axis)))
    kept = np.zeros_like(truth)
    for k in marked[::5]:
        where = tuple(int(k) if a == axis else slice(None) for a in range(3))
        kept[where] = truth[where]
    return kept


def _dice(one: Volume, other: Volume) -> float:
    a, b = one > 0, other > 0
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


def _ball(radius: float = 28.0) -> Volume:
    k, row, column = np.ogrid[:70, :80, :90]
    return ((k - 34) ** 2 + (row - 40) ** 2 + (column - 44) ** 2 <= radius**2).astype(np.uint8)


def _cone() -> Volume:
    k, row, column = np.ogrid[:60, :80, :80]
    return (np.hypot(row - 40, column - 38) <= 34 - 0.5 * k).astype(np.uint8)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("truth", [_ball(), _cone()], ids=["ball", "cone"])
def test_a_ball_and_a_cone_come_back_from_every_fifth_slice_in_each_direction(truth: Volume, axis: int) -> None:
    assert _dice(_filled(_every_fifth(truth, axis), axis), truth) >= 0.97


def test_a_thin_oblique_vessel_does_not_vanish_between_slices_where_it_overlaps_nothing() -> None:
    row, column = np.ogrid[:60, :120]
    truth = np.stack([np.hypot(row - 30, column - 10 - 4.0 * k) <= 3 for k in range(26)]).astype(np.uint8)
    filled = _filled(_every_fifth(truth))
    assert _dice(filled, truth) >= 0.97 and all(int(filled[k].sum()) >= 25 for k in range(26))


def test_two_pieces_grow_into_one() -> None:
    row, column = np.ogrid[:40, :60]
    labels = np.zeros((7, 40, 60), np.uint8)
    labels[0] = (np.hypot(row - 20, column - 18) <= 7) | (np.hypot(row - 20, column - 42) <= 7)
    labels[6] = (abs(row - 20) <= 7) & (abs(column - 30) <= 19)
    pieces = [int(label(one)[1]) for one in _filled(labels)]
    assert pieces[0] == 2 and pieces[-1] == 1 and pieces == sorted(pieces, reverse=True) and min(pieces) == 1
    areas = [int(one.sum()) for one in _filled(labels)]
    assert areas == sorted(areas)


def test_pieces_far_from_each_other_each_find_their_own_partner() -> None:
    labels = np.zeros((5, 60, 60), np.uint8)
    labels[0, 5:10, 5:10] = labels[0, 40:50, 40:50] = 1
    labels[4, 9:14, 9:14] = labels[4, 44:54, 36:46] = 1
    middle = _filled(labels)[2]
    expected = np.zeros((60, 60), np.uint8)
    expected[7:12, 7:12] = expected[42:52, 38:48] = 1
    assert np.array_equal(middle, expected)


def test_nothing_is_invented_beyond_the_marks_or_where_a_piece_has_no_partner() -> None:
    labels = np.zeros((9, 30, 30), np.uint8)
    labels[2, 5:10, 5:10] = labels[6, 5:10, 5:10] = 1
    labels[2, 20:24, 20:24] = 1
    filled = _filled(labels)
    assert [int(one.sum()) for one in filled] == [0, 0, 25 + 16, 25, 25, 25, 25, 0, 0]


def test_only_gaps_that_are_asked_for_are_filled() -> None:
    labels = np.zeros((12, 20, 20), np.uint8)
    labels[[0, 3, 9], 5:10, 5:10] = 1
    assert [bool(one.any()) for one in _filled(labels, most=4)] == [True] * 4 + [False] * 5 + [True] + [False] * 2
    shut = _filled(labels, empty=(1,))
    assert [bool(one.any()) for one in shut] == [True, False, False] + [True] * 7 + [False] * 2
    assert np.array_equal(_filled(labels, numbers=(2,)), labels)


def test_two_labels_never_claim_a_voxel_twice_and_leave_marks_alone() -> None:
    labels = np.zeros((7, 30, 40), np.uint8)
    labels[0, 5:25, 2:20] = labels[6, 5:25, 2:26] = 1
    labels[0, 5:25, 20:38] = labels[6, 5:25, 26:38] = 2
    labels[3, 10:12, 10:12] = 3
    filled = _filled(labels, numbers=(1, 2))
    assert np.array_equal(filled[3, 10:12, 10:12], np.full((2, 2), 3))
    edge = [int((one == 1)[6].sum()) for one in filled]
    assert edge == [18, 19, 20, 21, 22, 23, 24]
    assert all((one[6:24, 3:37] > 0).all() for one in filled)


def test_coronal_pictures_with_long_voxels_are_blended_in_mm() -> None:
    k, row, column = np.ogrid[:20, :61, :70]
    truth = ((k - 10) ** 2 * 16 + (row - 30) ** 2 + (column - 35) ** 2 <= 28**2).astype(np.uint8)
    assert _dice(_filled(_every_fifth(truth, 1), 1, spacing=(4.0, 1.0, 1.0)), truth) >= 0.96
