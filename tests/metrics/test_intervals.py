import numpy as np
import pytest

from lesionstudio.metrics.intervals import ci95, ci95_by_label, mean_by_label, paired


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide() -> None:
    values = np.random.default_rng(1).normal(0.7, 0.1, 400)
    low, high = ci95(list(values)) or (0, 0)
    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_slices_of_one_patient_do_not_pass_for_independent() -> None:
    values, patients = [0.2] * 50 + [0.8] * 50, ["a"] * 50 + ["b"] * 50
    assert ci95(values, patients) == (pytest.approx(0.2), pytest.approx(0.8))
    alone = ci95(values)
    assert alone is not None and alone[0] > 0.4


def test_one_value_has_no_interval() -> None:
    assert ci95([0.5]) is None
    assert ci95([]) is None
    assert ci95([0.5, 0.6], ["a", "a"]) is None


def test_the_interval_of_labels_is_of_their_mean_and_not_of_the_mean_of_cases() -> None:
    """A rare label that comes out badly pulls the mean down as much as a frequent one; the interval goes with it."""
    cases = [{"often": 0.9}] * 18 + [{"often": 0.9, "rare": 0.1}, {"often": 0.9, "rare": 0.2}]
    groups = [str(n) for n in range(20)]
    assert mean_by_label(cases) == pytest.approx((0.9 + 0.15) / 2)
    low, high = ci95_by_label(cases, groups) or (0, 0)
    assert low == pytest.approx(0.5) and high == pytest.approx(0.9)  # one resample in nine draws neither of the rare
    assert ci95_by_label([{"often": 0.9}, {}], ["a", "b"]) is None
    assert mean_by_label([{}]) is None


def test_two_models_differ_by_the_difference_of_their_means() -> None:
    a, b = [{"x": 0.5, "y": 0.5}, {"x": 0.5}, {}], [{"x": 0.7, "y": 0.4}, {"x": 0.4}, {}]
    found = paired(a, b, ["p", "q", "r"])
    assert found.mean == pytest.approx((mean_by_label(b) or 0) - (mean_by_label(a) or 0))
    assert (found.better, found.worse, found.equal) == (1, 1, 0)
