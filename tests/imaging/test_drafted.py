"""What a draft was is found again, whatever was done to it since: strokes, answers, undo, another scan in between."""

import numpy as np
import pytest

from lesionstudio.imaging.drafted import as_drafted
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import DraftSource, Mask

SQUARE = (slice(10, 20), slice(10, 20))


def drafted() -> EditHistory:
    """A mask of 3 slices of 64 x 64 with an open draft of 100 voxels on slice 1."""
    history = EditHistory(Mask((3, 64, 64)))
    labels = np.zeros((1, 64, 64), np.uint8)
    labels[0][SQUARE] = 1
    history.put_draft(labels, labels * 200, DraftSource("v1", 0.5, "2026"), "Draft", first_slice=1)
    return history


def paint(history: EditHistory, rows: slice, columns: slice, label: int) -> None:
    stroke = history.stroke("Brush")
    cover = np.ones((rows.stop - rows.start, columns.stop - columns.start), bool)
    stroke.paint(1, rows.start, columns.start, cover, label)
    stroke.commit()


def test_a_draft_accepted_as_it_is_agrees_wholly_and_took_no_stroke() -> None:
    history = drafted()
    history.check([1], "Check")
    found = as_drafted(history, 1)
    assert found.against(history.mask.labels(1)) == (1.0, 100, 100) and found.strokes == 0


def test_erased_and_added_voxels_count_against_it() -> None:
    history = drafted()
    paint(history, slice(10, 15), slice(10, 20), 0)
    paint(history, slice(20, 25), slice(10, 20), 1)
    history.check([1], "Check")
    found = as_drafted(history, 1)
    assert found.against(history.mask.labels(1)) == (pytest.approx(0.5), 100, 100)
    assert found.strokes == 2


def test_a_rejected_draft_overlaps_with_nothing() -> None:
    history = drafted()
    history.reject("Reject", Box.of_slice((3, 64, 64), 1))
    paint(history, slice(40, 50), slice(10, 20), 1)
    history.check([1], "Check")
    assert as_drafted(history, 1).against(history.mask.labels(1)) == (0.0, 100, 100)


def test_another_label_in_the_same_place_is_no_agreement() -> None:
    history = drafted()
    paint(history, *SQUARE, 2)
    history.check([1], "Check")
    assert as_drafted(history, 1).against(history.mask.labels(1))[0] == 0.0


def test_a_stroke_taken_back_does_not_count() -> None:
    history = drafted()
    paint(history, slice(10, 15), slice(10, 20), 0)
    history.undo()
    history.check([1], "Check")
    found = as_drafted(history, 1)
    assert found.strokes == 0 and found.against(history.mask.labels(1))[0] == 1.0


def test_what_was_painted_before_the_draft_came_counts_nowhere() -> None:
    history = EditHistory(Mask((3, 64, 64)))
    paint(history, slice(40, 50), slice(40, 50), 1)
    labels = np.zeros((1, 64, 64), np.uint8)
    labels[0][SQUARE] = 1
    history.put_draft(labels, labels * 200, DraftSource("v1", 0.5, "2026"), "Draft", first_slice=1)
    history.check([1], "Check")
    assert as_drafted(history, 1).against(history.mask.labels(1)) == (1.0, 100, 100)


def test_of_a_draft_older_than_the_history_the_origins_tell() -> None:
    history = drafted()
    paint(history, slice(10, 15), slice(10, 20), 0)
    later = EditHistory(Mask.restore(history.mask.snapshot()))
    later.check([1], "Check")
    dice, before, after = as_drafted(later, 1).against(later.mask.labels(1))
    assert (before, after) == (100, 50) and dice == pytest.approx(2 * 50 / 150)


def test_two_empty_ones_agree() -> None:
    history = EditHistory(Mask((3, 64, 64)))
    nothing = np.zeros((1, 64, 64), np.uint8)
    history.put_draft(nothing, nothing, DraftSource("v1", 0.5, "2026"), "Draft", first_slice=1)
    history.check([1], "Check")
    assert as_drafted(history, 1).against(history.mask.labels(1)) == (1.0, 0, 0)
