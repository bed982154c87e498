import json

import numpy as np
import pytest

from lesionstudio.metrics.cases import score_case
from lesionstudio.metrics.summary import summary


def _square(row: int, size: int, label: int = 1) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    marks = np.zeros((1, 12, 12), np.uint8)
    marks[0, row : row + size, :4] = label
    return marks


def test_the_mean_is_over_marked_references_and_the_empty_ones_are_counted_apart() -> None:
    nothing = _square(0, 0)
    cases = [
        score_case("half", "p", _square(0, 2), _square(0, 4), ["Lesion"], (1, 1, 1)),
        score_case("missed", "p", nothing, _square(0, 4), ["Lesion"], (1, 1, 1)),
        score_case("both empty", "q", nothing, nothing, ["Lesion"], (1, 1, 1)),
        score_case("invented", "q", _square(0, 4), nothing, ["Lesion"], (1, 1, 1)),
    ]
    found = summary(cases)
    assert found["mean"]["dice"] == pytest.approx((2 / 3 + 0) / 2)
    assert found["mean"]["dice_all"] == pytest.approx((2 / 3 + 0 + 1 + 0) / 4)
    assert found["empty"] == {"both": 1, "only_prediction": 1, "only_reference": 1}
    assert found["pooled"]["f1"] == pytest.approx(16 / (24 + 32))
    assert [case["hd95_mm"] is None for case in found["cases"]] == [False, True, True, True]
    assert found["cases"][0]["reference_volume_ml"] == pytest.approx(0.016)
    means = {"dice": pytest.approx(1 / 3), "iou": pytest.approx(1 / 4)}
    shares = {"pooled_dice": pytest.approx(0.4), "pooled_iou": pytest.approx(0.25)}
    assert found["by_patient"]["p"] == {"cases": 2, **means, **shares}
    assert found["ci95"]["dice"] is None
    assert "NaN" not in json.dumps(found)


def test_several_labels_count_alike_and_each_has_its_own_scores() -> None:
    reference = _square(0, 4) + _square(6, 2, label=2)
    prediction = _square(0, 4) + _square(6, 4, label=2)
    found = summary([score_case("a", "", prediction, reference, ["big", "small"], None)])
    assert found["labels"]["big"]["mean"]["dice"] == 1.0
    assert found["labels"]["small"]["mean"]["dice"] == pytest.approx(2 / 3)
    assert found["mean"]["dice"] == pytest.approx(5 / 6)
    assert found["cases"][0]["volume_ml"] is None


def test_mean_interval_and_patients_of_several_labels_are_one_statistic() -> None:
    """Dice by hand. big: 1, 2/3, 0 in p, q, r. small: 2/3 in p alone. So labels 5/9 and 2/3, and the mean 11/18."""
    big, small, nothing = _square(0, 4), _square(6, 2, label=2), _square(0, 0)
    pairs = {
        "p": (big + _square(6, 4, label=2), big + small),
        "q": (_square(0, 2), big),
        "r": (nothing, big),
        "s": (small, nothing),
    }
    found = summary([score_case(name, name, *pair, ["big", "small"], None) for name, pair in pairs.items()])
    assert found["labels"]["big"]["mean"]["dice"] == pytest.approx(5 / 9)
    assert [label["cases"] for label in found["labels"].values()] == [3, 1]
    assert found["mean"]["dice"] == pytest.approx(11 / 18)
    assert found["by_patient"]["p"]["dice"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["by_patient"]["q"]["dice"] == pytest.approx(2 / 3)
    assert found["by_patient"]["s"]["dice"] is None
    low, high = found["ci95"]["dice"]
    assert low < found["mean"]["dice"] < high
    assert found["mean"]["dice_all"] == pytest.approx((5 / 6 + 2 / 3 + 0 + 0) / 4)


def test_a_label_that_nobody_marks_lifts_no_pooled_figure() -> None:
    found = summary([score_case("a", "p", _square(0, 2), _square(0, 4), ["there", "absent"], None)])
    assert found["pooled"]["f1"] == found["by_patient"]["p"]["pooled_dice"] == pytest.approx(2 / 3)


def test_a_label_that_neither_mask_has_does_not_lift_the_case() -> None:
    case = score_case("a", "", _square(0, 2), _square(0, 4), ["there", "absent"], None)
    assert case.share("dice") == pytest.approx(2 / 3)


def test_a_missed_and_an_invented_lesion_are_counted_as_lesions_and_as_voxels() -> None:
    found = summary(
        [score_case("a", "", _square(0, 2) + _square(8, 3), _square(0, 2) + _square(5, 1), ["Lesion"], None)]
    )
    lesions = {"found": 1, "missed": 1, "invented": 1, "sensitivity": 0.5, "precision": 0.5}
    assert found["lesions"] == lesions
    assert found["cases"][0]["lesions"] == lesions
    assert found["pooled"]["specificity"] == pytest.approx(1 - 12 / (144 - 12))
    assert found["confusion"]["counts"] == [[144 - 12 - 12, 12], [4, 8]]


def test_accuracy_counts_every_voxel_whose_label_is_right() -> None:
    reference, prediction = _square(0, 4) + _square(6, 2, label=2), _square(0, 4) + _square(6, 2, label=1)
    found = summary([score_case("a", "", prediction, reference, ["one", "two"], None)])
    assert found["pooled"]["accuracy"] == pytest.approx(1 - 8 / 144)
    assert found["confusion"] == {"labels": ["", "one", "two"], "counts": [[120, 0, 0], [0, 16, 0], [0, 8, 0]]}


def test_the_bias_of_volumes_is_the_mean_difference_and_its_limits_of_agreement() -> None:
    pairs = [(2, 4), (4, 4), (6, 4)]
    cases = [score_case(str(n), "", _square(0, a), _square(0, b), ["L"], (5, 2, 1)) for n, (a, b) in enumerate(pairs)]
    bias, one_row_ml = summary(cases)["volume_bias"], 4 * 10 / 1000
    assert bias["unit"] == "ml"
    assert bias["mean"] == pytest.approx(0)
    assert bias["high"] == pytest.approx(1.96 * 2 * one_row_ml)
    without = [score_case("a", "", _square(0, 2), _square(0, 4), ["L"], None)]
    assert summary(without)["volume_bias"] == {"unit": "px", "mean": -8, "low": None, "high": None}
