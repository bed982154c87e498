"""Two masks compared: counts and regions that can be counted by hand."""

import numpy as np

from lesionstudio.metrics.comparison import (
    AGREED,
    ANY_MARK,
    EVERY_LABEL,
    FALSE,
    MISSED,
    Comparison,
    Difference,
    agreement,
    errors,
    find,
)

MARKED = np.array([[0, 1, 1, 2], [0, 0, 1, 2]], np.uint8)
WANTED = np.array([[0, 0, 1, 1], [1, 0, 1, 2]], np.uint8)


def test_marked_or_not_tells_agreed_missed_and_false_apart() -> None:
    assert errors(MARKED, WANTED, ANY_MARK).tolist() == [[0, FALSE, AGREED, AGREED], [MISSED, 0, AGREED, AGREED]]


def test_one_label_is_compared_as_if_there_were_no_other() -> None:
    assert errors(MARKED, WANTED, 1).tolist() == [[0, FALSE, AGREED, MISSED], [MISSED, 0, AGREED, 0]]
    assert errors(MARKED, WANTED, 2).tolist() == [[0, 0, 0, FALSE], [0, 0, 0, AGREED]]


def test_another_label_is_missed_where_every_label_counts_and_missed_and_false_in_its_dice() -> None:
    assert errors(MARKED, WANTED, EVERY_LABEL).tolist() == [[0, FALSE, AGREED, MISSED], [MISSED, 0, AGREED, AGREED]]
    counts = agreement(MARKED, WANTED, EVERY_LABEL)
    assert (counts.true_positives, counts.false_positives, counts.false_negatives, counts.true_negatives) == (
        3,
        2,
        2,
        2,
    )
    assert counts.dice == 2 * 3 / (5 + 5)


def test_a_slice_is_counted_again_only_where_it_changed() -> None:
    marked, wanted, asked = np.zeros((3, 4, 4), np.uint8), np.zeros((3, 4, 4), np.uint8), list[int]()
    wanted[1, :2] = 1

    def mask(k: int) -> np.ndarray:
        asked.append(k)
        return marked[k]

    compared = Comparison(mask, wanted.__getitem__, 3)
    assert compared.whole().dice == 0.0
    marked[1, :1] = 1
    assert compared.whole().dice == 0.0
    compared.touch(1, 2)
    assert compared.whole().dice == 2 * 4 / (4 + 8)
    assert compared.of_slice(0).dice == 1.0
    assert asked == [0, 1, 2, 1]


def _two_masks() -> tuple[np.ndarray, np.ndarray]:
    """Of three lesions of the reference one is found but for four voxels, two are missed; one mark is false."""
    marked, wanted = np.zeros((5, 20, 20), np.uint8), np.zeros((5, 20, 20), np.uint8)
    wanted[1:3, 2:6, 2:6] = 1
    marked[1:3, 2:6, 2:6] = 1
    marked[1, 2, 2:6] = 0
    wanted[0, 15, 15] = 1
    wanted[3:5, 10:12, 2:5] = 1
    marked[4, 4:6, 14:16] = 1
    return marked, wanted


def test_lesions_missed_and_marks_that_touch_no_lesion_are_counted() -> None:
    found = find(*_two_masks())
    assert (found.missed, found.wanted, found.false, found.marked) == (2, 3, 1, 2)


def test_differences_come_the_largest_first_each_with_the_slice_that_has_most_of_it() -> None:
    found = find(*_two_masks())
    assert [(one.kind, one.voxels, one.k) for one in found.differences] == [
        (MISSED, 12, 3), (MISSED, 4, 1), (FALSE, 4, 4), (MISSED, 1, 0),
    ]  # fmt: skip
    assert found.differences[-1] == Difference(MISSED, 1, 0, 15, 15)
    assert all(_two_masks()[0][one.k, one.row, one.column] != _two_masks()[1][one.k, one.row, one.column]
               for one in found.differences)  # fmt: skip


def test_two_empty_masks_agree_and_nothing_differs() -> None:
    nothing = np.zeros((2, 3, 3), np.uint8)
    assert agreement(nothing, nothing).dice == 1.0
    found = find(nothing, nothing)
    assert (found.missed, found.wanted, found.false, found.marked, found.differences) == (0, 0, 0, 0, ())
