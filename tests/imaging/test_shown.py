"""Scan, mask and history across any plane: what one sees there is there, and what one paints there lands there."""

import numpy as np
import pytest

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.mask import DraftSource, Mask
from lesionstudio.imaging.planes import Plane
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.shown import shown_editor, shown_mask, shown_scan

SHAPE = (5, 7, 9)
AXES = [
    Plane.across(Geometry.from_axes(SHAPE, (0, 0, 0), (0, 0, 5), (0, -2, 0), (-1, 0, 0)), axis) for axis in range(3)
]
WAYS = [plane for axis in AXES for n in range(4) for plane in (axis.turned(n), axis.turned(n).mirrored())]


def numbered() -> np.ndarray:
    return np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def filled_mask() -> tuple[Mask, np.ndarray]:
    """A mask with marks on all slices but one."""
    labels = np.random.default_rng(3).integers(0, 4, SHAPE).astype(np.uint8)
    labels[2] = 0
    mask = Mask(SHAPE)
    EditHistory(mask).replace(labels, "Import")
    return mask, labels


@pytest.mark.parametrize("plane", WAYS)
def test_a_scan_shows_its_voxels_where_the_plane_says_and_keeps_what_is_known_of_it(plane: Plane) -> None:
    scan = Scan.of_array(numbered(), unit="HU", modality="CT", name="Chest")
    shown = shown_scan(scan, plane)
    assert shown.geometry.shape == plane.shape(SHAPE)
    for k in range(shown.slices):
        assert np.array_equal(shown.slice(k), plane.cut(numbered(), k))
        assert shown.slice(k).flags.c_contiguous
    assert np.array_equal(shown.volume(), plane.block(numbered()))
    assert (shown.unit, shown.modality, shown.name) == ("HU", "CT", "Chest")
    assert shown.intensity_range() == (0.0, 314.0)


@pytest.mark.parametrize("plane", [AXES[0].turned(1), AXES[1].turned(3), AXES[2]])
def test_colours_stay_together_across_slices(plane: Plane) -> None:
    voxels = np.random.default_rng(1).integers(0, 255, (*SHAPE, 3)).astype(np.uint8)
    shown = shown_scan(Scan.of_array(voxels), plane)
    assert shown.colour
    assert np.array_equal(shown.slice(2), plane.cut(voxels, 2))


@pytest.mark.parametrize("plane", WAYS)
def test_a_mask_shows_what_it_is_now_also_after_it_was_written(plane: Plane) -> None:
    mask, labels = filled_mask()
    shown = shown_mask(mask, plane)
    assert shown.shape == plane.shape(SHAPE)
    for k in range(shown.shape[0]):
        assert np.array_equal(shown.labels(k), plane.cut(labels, k))
    last = shown.shape[0] - 1
    history = EditHistory(mask)
    stroke = history.stroke("Brush")
    stroke.paint(1, 2, 3, np.ones((3, 4), bool), 7)
    labels[1, 2:5, 3:7] = 7
    assert np.array_equal(shown.labels(last), plane.cut(labels, last))
    box = plane.to_shown(Box((1, 2, 3), (2, 5, 7)), SHAPE)
    for k in range(box.start[0], box.stop[0]):
        shown.labels(k)
        stroke.paint(1, 2, 3, np.ones((3, 4), bool), 8)
        shown.take_in(box)
        assert (shown.labels(k)[box.slices()[1:]] == 8).all()


@pytest.mark.parametrize("plane", [AXES[0].mirrored(), AXES[1], AXES[2]])
def test_pictures_with_a_draft_are_known(plane: Plane) -> None:
    mask = Mask(SHAPE)
    assert shown_mask(mask, plane).touched("draft") == ()
    draft = np.zeros((1, 7, 9), np.uint8)
    draft[0, 3, 4] = 1
    EditHistory(mask).put_draft(draft, draft * 200, DraftSource("m", 0.5, ""), "Draft", first_slice=1)
    shown = shown_mask(mask, plane)
    wanted = [k for k in range(shown.shape[0]) if plane.cut(mask.volume("draft"), k).any()]
    assert [k for k in shown.touched("draft") if shown.has_draft(k)] == wanted


@pytest.mark.parametrize("plane", WAYS)
def test_what_is_painted_on_a_picture_lands_in_the_voxels_seen_there_as_one_step(plane: Plane) -> None:
    mask = Mask(SHAPE)
    history = EditHistory(mask)
    editor = shown_editor(history, plane)
    pictures = np.zeros(plane.shape(SHAPE), np.uint8)
    cover = np.array([[True, False, True], [True, True, False]])
    stroke = editor.stroke("Brush")
    box = stroke.paint(3, 1, 2, cover, 2)
    pictures[3, 1:3, 2:5] = cover * 2
    assert editor.is_open and np.array_equal(shown_mask(mask, plane).labels(3), pictures[3])
    assert box.union(Box((3, 1, 2), (4, 3, 5))) == box
    stroke.paint(4, -1, -1, np.ones((3, 3), bool), 1)
    pictures[4, :2, :2] = 1
    stroke.commit()
    assert np.array_equal(plane.block(mask.volume("labels")), pictures)
    assert len(history.steps) == 1
    history.undo()
    assert not mask.volume("labels").any()


@pytest.mark.parametrize("plane", [AXES[0].turned(1), AXES[1], AXES[2].mirrored()])
def test_locked_labels_hold_in_every_plane_and_a_stroke_taken_back_leaves_nothing(plane: Plane) -> None:
    mask, labels = filled_mask()
    history = EditHistory(mask, locked=frozenset({2}))
    editor = shown_editor(history, plane)
    shape = plane.shape(SHAPE)
    stroke = editor.stroke("Brush")
    stroke.paint(2, 0, 0, np.ones(shape[1:], bool), 1)
    now = plane.block(mask.volume("labels"))
    before = plane.block(labels)
    assert np.array_equal(now[2], np.where(before[2] == 2, 2, 1))
    assert stroke.paint(2, 0, 0, np.ones(shape[1:], bool), 2).is_empty
    box = stroke.abandon()
    assert box.intersect(Box.of_slice(shape, 2)) == Box.of_slice(shape, 2)
    assert np.array_equal(mask.volume("labels"), labels)


def test_the_stack_s_own_plane_shows_the_things_themselves() -> None:
    scan, mask = Scan.of_array(numbered()), Mask(SHAPE)
    history = EditHistory(mask)
    assert shown_scan(scan, Plane()) is scan
    assert shown_mask(mask, Plane()) is mask
    assert shown_editor(history, Plane()) is history


@pytest.mark.parametrize("plane", [AXES[0].turned(2), AXES[1], AXES[2]])
def test_a_mark_beside_all_earlier_ones_is_seen_and_one_that_was_erased_is_gone(plane: Plane) -> None:
    mask = Mask(SHAPE)
    history, truth = EditHistory(mask), np.zeros(SHAPE, np.uint8)
    shown = shown_mask(mask, plane)
    for row, column, label in ((3, 4, 1), (0, 8, 2), (6, 0, 3), (3, 4, 0), (0, 8, 0)):
        stroke = history.stroke("Brush")
        stroke.paint(2, row, column, np.ones((1, 1), bool), label)
        stroke.commit()
        truth[2, row, column] = label
        assert np.array_equal(np.stack([shown.labels(k) for k in range(shown.shape[0])]), plane.block(truth))
