"""What the history costs in memory: what it says it costs, and within its limit. How fast it is, bench_undo.py says."""

import gc
import tracemalloc

import numpy as np
import pytest

from lesionstudio.imaging.editing import LIMIT_BYTES, EditHistory
from lesionstudio.imaging.mask import LAYERS, DraftSource, Mask
from tests.benchmarks.bench_undo import SHAPE, SOURCE, STROKES, Volume, draft


def held_by_mask(mask: Mask) -> int:
    slices = (mask.layer(layer, k) for layer in LAYERS for k in mask.touched(layer))
    return sum(pixels.nbytes for pixels in slices)


@pytest.mark.slow
def test_a_thousand_strokes_and_a_draft_of_the_whole_volume_fit_into_the_limit_and_can_all_be_undone() -> None:
    volume, rng = Volume(), np.random.default_rng(0)
    for _n in range(STROKES):
        volume.stroke(rng)
    labels, probability = draft()
    volume.history.put_draft(labels, probability, SOURCE, "Segment scan")
    assert len(volume.history.steps) == STROKES + 1
    assert volume.history.steps.bytes_used < LIMIT_BYTES == 300 << 20
    volume.history.go_to(0)
    assert not any(volume.mask.layer(layer, k).any() for layer in LAYERS for k in volume.mask.touched(layer))
    assert not volume.mask.statuses.any()


@pytest.mark.slow
def test_a_draft_of_the_whole_volume_needs_little_more_memory_than_stays() -> None:
    mask = Mask(SHAPE)
    history, (labels, probability) = EditHistory(mask), draft()
    tracemalloc.start()
    history.put_draft(labels, probability, SOURCE, "Segment scan")
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    history.undo()
    history.redo()
    again = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - held < 16 << 20 and again - held < 16 << 20
    assert held - held_by_mask(mask) == pytest.approx(history.steps.bytes_used, rel=0.1)


def test_the_history_knows_what_it_costs() -> None:
    mask, rng = Mask((4, 256, 256)), np.random.default_rng(2)
    history = EditHistory(mask)
    for k in range(4):
        for layer in LAYERS:
            mask.writable(layer, k)
    gc.collect()
    tracemalloc.start()
    for _n in range(150):
        stroke = history.stroke("Brush")
        for _dab in range(6):
            row, column = (int(x) for x in rng.integers(0, 200, 2))
            stroke.paint(int(rng.integers(4)), row, column, rng.random((40, 40)) > 0.5, int(rng.integers(1, 4)))
        stroke.commit()
    gc.collect()
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert history.steps.bytes_used == pytest.approx(held, rel=0.25)


def test_the_limit_holds_for_steps_that_join_too() -> None:
    mask = Mask((20, 128, 128))
    history, rng = EditHistory(mask, limit_bytes=200_000), np.random.default_rng(3)
    for n in range(6):
        for k in range(20):
            labels = rng.integers(0, 2, (1, 128, 128), np.uint8)
            history.put_draft(
                labels, labels * np.uint8(200), DraftSource(str(n), 0.5, ""), "Segment", first_slice=k, join=str(n)
            )
    assert 1 <= len(history.steps) < 6 and history.undo_title == "Segment"
    assert history.steps.bytes_used == sum(edit.bytes_used for edit in history.steps)
