import numpy as np
import pytest

from lesionstudio.metrics.intervals import ci95


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
