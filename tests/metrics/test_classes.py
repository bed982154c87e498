"""Class against class, counted by hand."""

import pytest

from lesionstudio.metrics.classes import Named, calibration, class_scores


def named(*pairs: tuple[int, int], confidence: float = 0.8) -> list[Named]:
    """Pictures by (wanted, given), each a group."""
    return [Named(wanted, given, confidence, str(n)) for n, (wanted, given) in enumerate(pairs)]


def test_precision_recall_and_f1_are_those_counted_by_hand() -> None:
    scores = class_scores(named((0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (1, 0)), ("a", "b"))
    assert scores["accuracy"] == pytest.approx(3 / 6)
    assert scores["classes"]["a"]["precision"] == pytest.approx(2 / 4)
    assert scores["classes"]["a"]["recall"] == pytest.approx(2 / 3)
    assert scores["classes"]["a"]["f1"] == pytest.approx(2 * 0.5 * (2 / 3) / (0.5 + 2 / 3))
    assert scores["confusion"]["counts"] == [[2, 1], [2, 1]]


def test_a_class_nobody_was_given_has_no_precision_and_does_not_spoil_the_mean() -> None:
    scores = class_scores(named((0, 0), (0, 0)), ("a", "b"))
    assert scores["classes"]["b"]["precision"] is None and scores["classes"]["b"]["recall"] is None
    assert scores["balanced_accuracy"] == 1.0


def test_a_class_without_pictures_does_not_lower_the_mean_f1() -> None:
    scores = class_scores(named((0, 0), (0, 0), (0, 0), (0, 1)), ("a", "b"))
    assert scores["classes"]["b"]["f1"] is None
    assert scores["macro_f1"] == pytest.approx(2 * 0.75 / 1.75)


def test_a_refused_picture_is_wrong_and_stands_in_no_column() -> None:
    scores = class_scores(named((0, 0), (0, -1)), ("a", "b"))
    assert scores["accuracy"] == 0.5
    assert scores["confusion"]["counts"] == [[1, 0], [0, 0]]


def test_calibration_error_is_the_gap_between_confidence_and_what_came_true() -> None:
    found = calibration(named((0, 0), (0, 0), (0, 1), (0, 1), confidence=0.8))
    assert found["bins"] == [[pytest.approx(0.8), 0.5, 4]]
    assert found["error"] == pytest.approx(0.3)


def test_no_picture_gives_nulls_instead_of_numbers() -> None:
    scores = class_scores([], ("a", "b"))
    assert scores["accuracy"] is None and scores["calibration"]["error"] is None


def test_one_group_has_no_interval() -> None:
    one = [Named(0, 0, 0.9, "patient"), Named(0, 1, 0.9, "patient")]
    assert class_scores(one, ("a", "b"))["ci95"]["accuracy"] is None
