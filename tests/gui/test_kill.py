"""The window is killed while somebody paints: nothing that was committed a second before is missing, ever."""

import os
import sys
from pathlib import Path

import pytest

from tests.benchmarks.kill import PROMISED_S, killer

LONGEST_S = 0.7


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="painters are forked")
def test_a_window_killed_at_random_moments_loses_no_stroke_older_than_a_second(tmp_path: Path, kills: int) -> None:
    with killer(tmp_path, seed=7) as one:
        found = [one.kill_once(LONGEST_S) for _kill in range(kills)]
    assert sum(left.steps for left in found) > kills
    assert max(left.oldest_missing_s for left in found) < PROMISED_S
