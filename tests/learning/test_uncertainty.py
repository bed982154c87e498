"""Uncertainty: what flips disagree about is doubtful; the list of slices is fair, spread, and the same each time."""

from itertools import pairwise

import numpy as np
import pytest

from lesionstudio.learning.uncertainty import (
    Doubt,
    as_heat,
    candidates,
    choose,
    doubt_map,
    doubt_of,
    flipped,
)
from tests.tiny_model import tiny_model


def flips_of(*squares: float) -> np.ndarray:
    """Probabilities (4 flips, 1 label, 64, 64): a square of 16 x 16 with these probabilities, one a flip."""
    made = np.full((4, 1, 64, 64), 0.001, np.float32)
    for flip, value in enumerate(squares):
        made[flip, 0, 24:40, 24:40] = value
    return made


def test_what_all_flips_are_sure_of_is_not_doubtful() -> None:
    sure = doubt_of(flips_of(0.999, 0.999, 0.999, 0.999), 0.5)
    assert sure.score < 0.02 and sure.voxels == 256


def test_what_flips_disagree_about_is_doubtful_even_where_each_is_sure() -> None:
    torn = doubt_of(flips_of(0.999, 0.999, 0.999, 0.001), 0.5)
    assert torn.score > 10 * doubt_of(flips_of(0.999, 0.999, 0.999, 0.999), 0.5).score
    assert torn.why == "borders", "three of four mark it: there is a lesion"


def test_a_mark_that_most_flips_leave_out_asks_whether_there_is_a_lesion() -> None:
    doubt = doubt_of(flips_of(0.9, 0.2, 0.2, 0.2), 0.5)
    assert (doubt.why, doubt.places, doubt.voxels) == ("lesion", 1, 0)


def test_doubt_far_from_any_mark_does_not_count() -> None:
    noisy = flips_of(0.999, 0.999, 0.999, 0.999)
    noisy[:, :, :8, :8] = 0.45
    assert doubt_of(noisy, 0.5).score == doubt_of(flips_of(0.999, 0.999, 0.999, 0.999), 0.5).score


def test_doubt_is_one_bit_where_the_mean_is_even_and_heat_is_hottest_there() -> None:
    doubts = doubt_map(flips_of(1, 1, 0, 0))
    assert doubts[0, 30, 30] == pytest.approx(1)
    assert as_heat(doubts)[30, 30] == 255 and as_heat(doubts)[0, 0] < 8


def test_flips_are_turned_back_into_their_place() -> None:
    class Echo:
        """Answers with the picture itself."""

        def predict(self, inputs: np.ndarray, report: object = None) -> np.ndarray:
            return inputs.transpose(1, 0, 2, 3)

    picture = np.random.default_rng(1).random((1, 6, 8), np.float32)
    assert all((answer == picture).all() for answer in flipped(Echo(), picture))  # type: ignore[arg-type]


def test_a_real_network_answers_each_flip() -> None:
    from lesionstudio.learning.inference import Predictor

    picture = np.random.default_rng(2).random((1, 64, 64), np.float32)
    answers = flipped(Predictor.of(tiny_model(), "cpu", exact=True), picture)
    assert answers.shape == (4, 1, 64, 64)
    assert not np.allclose(answers[0], answers[1])


def study(scans: int = 4, slices: int = 20) -> list[Doubt]:
    rng = np.random.default_rng(3)
    return [
        Doubt(f"scan {n}", k, float(rng.random()), (float(rng.random()), float(rng.random() * 0.1)), "borders")
        for n in range(scans)
        for k in range(slices)
    ]


def test_the_list_is_the_same_for_the_same_seed_in_whatever_order_the_doubts_come() -> None:
    doubts = study()
    assert choose(doubts, 12, seed=5) == choose(doubts[::-1], 12, seed=5)
    assert choose(doubts, 12, seed=5) != choose(doubts, 12, seed=6)


def test_one_in_five_is_picked_at_random_and_said_to_be() -> None:
    picks = choose(study(), 20, seed=1)
    assert [n for n, pick in enumerate(picks) if pick.why == "random"] == [4, 9, 14, 19]
    assert len({(pick.doubt.item, pick.doubt.slice) for pick in picks}) == 20


def test_chosen_slices_of_one_scan_keep_their_distance() -> None:
    chosen = [pick.doubt for pick in choose(study(), 15, seed=1) if pick.why != "random"]
    for n, one in enumerate(chosen):
        assert all(abs(one.slice - two.slice) >= 3 for two in chosen[:n] if one.item == two.item)


def test_labels_take_turns_so_that_a_rare_one_is_not_crowded_out() -> None:
    doubts = [Doubt("a", 10 * n, 0.9, (0.9 - n / 100, 0.0)) for n in range(8)] + [Doubt("b", 0, 0.2, (0.0, 0.2))]
    assert [pick.doubt.item for pick in choose(doubts, 2)] == ["a", "b"]


def test_where_all_slices_are_close_the_list_is_still_filled() -> None:
    doubts = [Doubt("a", k, k / 10) for k in range(4)]
    assert [pick.doubt.slice for pick in choose(doubts, 4, random_every=0)] == [3, 0, 2, 1]


def test_candidates_are_spread_over_the_whole_study() -> None:
    slices = [("a", k) for k in range(1000)]
    chosen = [k for _item, k in candidates(slices, 50, seed=1)]
    assert len(chosen) == 50 and {b - a for a, b in pairwise(chosen)} == {20}
    assert candidates(slices[:10], 50) == slices[:10]
