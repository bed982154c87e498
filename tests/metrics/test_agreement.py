import numpy as np
import pytest

from lesionstudio.metrics.agreement import Agreement


def test_counts_and_shares_are_those_counted_by_hand() -> None:
    prediction = np.array([[1, 1, 0, 0], [1, 0, 0, 0]])
    reference = np.array([[1, 1, 1, 0], [0, 0, 0, 0]])
    both = Agreement.of(prediction, reference)
    assert both == Agreement(2, 1, 1, 4)
    assert both.dice == pytest.approx(4 / 6)
    assert both.iou == pytest.approx(2 / 4)
    assert both.precision == both.recall == pytest.approx(2 / 3)
    assert both.accuracy == pytest.approx(6 / 8)


def test_adding_pools_the_voxels_of_several_pictures() -> None:
    pooled = Agreement(8, 0, 2, 10) + Agreement(0, 4, 0, 16)
    assert pooled == Agreement(8, 4, 2, 26)
    assert pooled.dice == pytest.approx(16 / 22)


def test_two_empty_masks_agree_wholly() -> None:
    nothing = Agreement.of(np.zeros((3, 3)), np.zeros((3, 3)))
    assert nothing.both_empty
    assert nothing.dice == nothing.iou == nothing.precision == nothing.recall == nothing.accuracy == 1.0


@pytest.mark.parametrize("one", [Agreement(0, 5, 0, 4), Agreement(0, 0, 5, 4)])
def test_a_mark_against_nothing_scores_zero_everywhere(one: Agreement) -> None:
    assert one.dice == one.iou == one.precision == one.recall == 0.0


def test_the_dice_of_monais_own_test_is_met() -> None:
    assert Agreement.of(np.array([[1, 0], [0, 1]]), np.array([[1, 0], [1, 1]])).dice == pytest.approx(0.8)
