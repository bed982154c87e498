"""The speed that was promised, measured here. Slow, and only fair on a machine that does nothing else."""

from pathlib import Path
from statistics import median

import pytest
from PySide6.QtWidgets import QApplication

from lesionstudio.project.shelf import ModelShelf
from tests.benchmarks import bench_dab, bench_scroll, bench_segment, bench_startup

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("marks", ["square", "ragged"])
def test_a_slice_change_with_marks_costs_at_most_three_times_the_least(qapp: QApplication, marks: str) -> None:
    drawn = bench_scroll.square_marks() if marks == "square" else bench_scroll.ragged_marks()
    ratio = bench_scroll.measure(marks, drawn, 300)
    assert ratio.times <= bench_scroll.ALLOWED, ratio.line()


@pytest.mark.parametrize("zoom", ["fit", "one"])
@pytest.mark.parametrize("radius", [10, 50])
def test_a_dab_on_a_large_picture_is_painted_in_time(qapp: QApplication, zoom: str, radius: int) -> None:
    ratio = bench_dab.measure(zoom, radius)
    assert median(ratio.judged_ms) < bench_dab.ALLOWED_MS, ratio.line()


def test_the_window_is_painted_nearly_as_soon_as_a_bare_one() -> None:
    ratio = bench_startup.measure(7)
    assert ratio.times <= bench_startup.ALLOWED, ratio.line()


def test_segment_is_as_much_quicker_than_the_plain_loop_as_promised(tmp_path: Path) -> None:
    model = ModelShelf().in_use()
    assert model is not None
    for ratio in bench_segment.measure(model.folder, tmp_path, 6):
        assert ratio.times >= bench_segment.promised(), ratio.line()
