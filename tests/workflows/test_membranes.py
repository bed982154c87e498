"""The threshold of a membrane model: the cells it parts count, and the width of its membranes too."""

import numpy as np
import pytest

from lesionstudio.metrics.partitions import Partition
from lesionstudio.workflows.membranes import THRESHOLDS, Section, best_threshold, membrane_score, sections


def test_of_thresholds_that_part_the_cells_alike_the_one_of_the_right_width_is_taken() -> None:
    """A membrane 2 wide, sure at 0.9, and 0.4 three pixels to either side: thinned both are one line between cells."""
    truth = np.zeros((1, 40, 40), bool)
    truth[:, :, 19:21] = True
    likely = np.zeros((1, 40, 40), np.float32)
    likely[:, :, 16:24], likely[:, :, 19:21] = 0.4, 0.9
    found = sections(likely, truth, 0.5, "a")
    assert found[0].f1[0.5] == 1 and found[0].f1[0.3] == pytest.approx(2 * 2 / (8 + 2))
    assert found[0].at[0.3].v_rand == pytest.approx(found[0].at[0.5].v_rand, abs=0.05)
    assert best_threshold(found) == 0.5
    assert membrane_score(found, 0.5) == pytest.approx(1, abs=0.02)


def test_a_gap_costs_more_than_the_width() -> None:
    """From 0.5 on the membrane has a gap that merges both cells; below, it is twice as wide as the true one."""
    truth = np.zeros((1, 40, 40), bool)
    truth[:, :, 19:21] = True
    likely = np.zeros((1, 40, 40), np.float32)
    likely[:, :, 18:22] = 0.4
    likely[:, :, 19:21] = 0.9
    likely[:, 18:23, 19:21] = 0.4
    found = sections(likely, truth, 0.5, "a")
    assert found[0].at[0.5].v_rand < 0.75 < found[0].at[0.3].v_rand
    assert best_threshold(found) < 0.45


def test_a_threshold_that_only_one_merger_makes_best_is_not_taken() -> None:
    """Scores rise to 0.4 and fall again; at 0.15 alone a merger of cells is gone and the score is a little higher."""
    parted, merged = Partition((50, 50), (50, 50), (50, 50)), Partition((50, 50), (100,), (50, 50))
    f1 = {cut: 0.9 - abs(cut - 0.4) for cut in THRESHOLDS}
    at = {cut: parted if cut == 0.15 else merged for cut in THRESHOLDS}
    found = [Section("a:0", at, f1)] + [Section(f"a:{k}", dict.fromkeys(THRESHOLDS, merged), f1) for k in range(1, 3)]
    assert max(THRESHOLDS, key=lambda cut: membrane_score(found, cut)) == 0.15
    assert best_threshold(found) == 0.4
