import json

import numpy as np
import pytest

from lesionstudio.metrics.cases import score_case, summary


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
    assert found["by_patient"]["p"] == {"cases": 2, "dice": pytest.approx(1 / 3), "pooled_dice": pytest.approx(0.4)}
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


def test_a_label_that_neither_mask_has_does_not_lift_the_case() -> None:
    case = score_case("a", "", _square(0, 2), _square(0, 4), ["there", "absent"], None)
    assert case.share("dice") == pytest.approx(2 / 3)
