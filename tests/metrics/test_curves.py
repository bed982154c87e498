import numpy as np
import pytest

from lesionstudio.metrics.curves import BINS, POINTS, Probabilities

FOUR = np.array([0.9, 0.8, 0.3, 0.1], np.float32)
TRUE = np.array([True, False, True, False])


def test_precision_and_recall_are_those_counted_by_hand() -> None:
    found = {threshold: (recall, precision) for recall, precision, threshold in _counted().precision_recall()}
    assert found[0.9] == (0.5, 1.0)
    assert found[0.8] == (0.5, 0.5)
    assert found[0.3] == (1.0, pytest.approx(2 / 3))
    assert found[0.0] == (1.0, 0.5)
    assert _counted().average_precision() == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_a_threshold_takes_in_the_voxels_that_lie_exactly_on_it() -> None:
    for threshold in (0.1, 0.3, 0.7, 0.95):
        counts = Probabilities.of(np.float32([threshold]), np.array([True]))
        assert int(counts.wanted.argmax()) == round(threshold * BINS)


def test_the_area_under_the_roc_curve_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(0)
    scores, wanted = np.round(rng.random(400), 2).astype(np.float32), rng.random(400) < 0.3
    pairs = scores[wanted][:, None] - scores[~wanted][None]
    by_hand = float(((pairs > 1e-6) + 0.5 * (abs(pairs) <= 1e-6)).mean())
    assert Probabilities.of(scores, wanted).area_under_roc() == pytest.approx(by_hand, abs=1e-9)


def test_counts_of_two_scans_add_up_to_those_of_both() -> None:
    halves = Probabilities.of(FOUR[:2], TRUE[:2]) + Probabilities.of(FOUR[2:], TRUE[2:])
    assert halves.precision_recall() == _counted().precision_recall()
    assert (halves + Probabilities.none()).roc() == _counted().roc()


def test_weighing_what_is_missed_lowers_the_threshold_and_weighing_what_is_invented_raises_it() -> None:
    rng = np.random.default_rng(1)
    wanted = rng.random(4000) < 0.2
    scores = np.clip(0.35 + 0.3 * wanted + 0.15 * rng.standard_normal(4000), 0, 1).astype(np.float32)
    counts = Probabilities.of(scores, wanted)
    assert counts.best_threshold(2) < counts.best_threshold(1) < counts.best_threshold(0.5)
    cut, best = counts.best_threshold(), 0.0
    for threshold in np.arange(1, BINS) / BINS:
        marked = scores >= threshold
        best = max(best, 2 * int((marked & wanted).sum()) / int(marked.sum() + wanted.sum()))
    at_cut = scores >= np.float32(cut)
    assert 2 * int((at_cut & wanted).sum()) / int(at_cut.sum() + wanted.sum()) == pytest.approx(best, abs=1e-6)


def test_probabilities_that_come_true_as_often_as_they_say_have_no_calibration_error() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(200_000).astype(np.float32)
    honest, boastful = rng.random(200_000) < scores, rng.random(200_000) < scores**2
    assert Probabilities.of(scores, honest).calibration_error() == pytest.approx(0, abs=0.01)
    assert Probabilities.of(scores, boastful).calibration_error() == pytest.approx(1 / 6, abs=0.01)
    assert len(Probabilities.of(scores, honest).reliability()) == 10


def test_a_curve_of_many_thresholds_has_few_points_and_keeps_its_ends() -> None:
    rng = np.random.default_rng(3)
    wanted = rng.random(20_000) < 0.5
    points = Probabilities.of(rng.random(20_000).astype(np.float32), wanted).roc()
    assert len(points) <= POINTS + 2
    assert points[-1] == (1.0, 1.0, 0.0)
    assert points[0][2] == 1.0


def test_without_the_label_there_are_no_curves_and_the_threshold_is_a_half() -> None:
    nothing = Probabilities.of(FOUR, np.zeros(4, bool))
    assert nothing.precision_recall() == nothing.roc() == []
    assert nothing.average_precision() is nothing.area_under_roc() is None
    assert nothing.best_threshold() == 0.5
    assert Probabilities.none().calibration_error() is None


def _counted() -> Probabilities:
    return Probabilities.of(FOUR, TRUE)
