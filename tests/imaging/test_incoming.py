"""Marks of other programs on their way in: read as asked, and what they do where a person has worked already."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import write_mask
from lesionstudio.imaging.found_masks import FoundMask, MaskPart
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.incoming import Incoming, Keep, Wish
from lesionstudio.imaging.mask import DraftSource, Mask, Origin, SliceStatus
from lesionstudio.imaging.mask_values import Meaning, Turn

SHAPE = (4, 6, 8)
GRID = Geometry.pixels(SHAPE)
NEW, IMPORTED, CORRECTED, CHECKED = (
    SliceStatus.NEW,
    SliceStatus.IMPORTED,
    SliceStatus.CORRECTED,
    SliceStatus.CHECKED,
)


def stripe(label: int = 1) -> NDArray[np.uint8]:
    """Row 2 marked."""
    labels = np.zeros(SHAPE[1:], np.uint8)
    labels[2] = label
    return labels


def worked_on() -> EditHistory:
    """Slice 0 new, 1 with a stroke by hand in column 3, 2 checked with the same, 3 imported before."""
    history = EditHistory(Mask(SHAPE))
    for k in (1, 2):
        stroke = history.stroke("Brush")
        stroke.paint(k, 0, 3, np.ones((6, 1), bool), 2)
        stroke.commit()
    history.check([2], "Check")
    history.replace(stripe(3)[np.newaxis], "Import", first_slice=3)
    return history


def all_slices(label: int = 1) -> Incoming:
    return Incoming(dict.fromkeys(range(4), stripe(label)))


def statuses(history: EditHistory) -> list[SliceStatus]:
    return [history.mask.status(k) for k in range(4)]


def test_work_by_hand_is_kept_and_the_rest_comes_in_as_imported() -> None:
    history = worked_on()
    before = history.mask.volume("labels")
    edit = all_slices().put(history, "Import masks")
    now = history.mask.volume("labels")
    assert edit is not None and (now[1:3] == before[1:3]).all()
    assert (now[0] == stripe()).all() and (now[3] == stripe()).all()
    assert statuses(history) == [IMPORTED, CORRECTED, CHECKED, IMPORTED]
    assert (history.mask.origin(0)[2] == Origin.IMPORTED).all()


def test_replacing_takes_all_of_it_and_one_undo_brings_it_back() -> None:
    history = worked_on()
    before, was = history.mask.volume("labels"), statuses(history)
    all_slices().put(history, "Import masks", keep="theirs")
    assert (history.mask.volume("labels") == stripe()).all() and statuses(history) == [IMPORTED] * 4
    history.undo()
    assert (history.mask.volume("labels") == before).all() and statuses(history) == was


def test_only_where_nothing_is_leaves_every_judged_voxel() -> None:
    history = worked_on()
    all_slices().put(history, "Import masks", keep="both")
    labels = history.mask.labels(1)
    assert (labels[:, 3] == 2).all() and labels[2].tolist() == [1, 1, 1, 2, 1, 1, 1, 1]
    assert statuses(history) == [IMPORTED, CORRECTED, CORRECTED, IMPORTED]


def test_a_voxel_that_was_erased_by_hand_is_not_filled() -> None:
    history = EditHistory(Mask(SHAPE))
    for label in (1, 0):
        stroke = history.stroke("Brush")
        stroke.paint(0, 2, 0, np.ones((1, 4), bool), label)
        stroke.commit()
    all_slices().put(history, "Import masks", keep="both")
    assert history.mask.labels(0)[2].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("keep", ["mine", "theirs", "both"])
def test_trusted_masks_count_as_checked_but_not_where_a_draft_waits(keep: Keep) -> None:
    history = EditHistory(Mask(SHAPE))
    history.put_draft(
        stripe()[np.newaxis], stripe(200)[np.newaxis], DraftSource("m", 0.5, ""), "Segment", first_slice=1
    )
    all_slices().put(history, "Import masks", keep=keep, trust=True)
    assert statuses(history) == [CHECKED, SliceStatus.DRAFT, CHECKED, CHECKED]


def test_locked_labels_are_neither_written_nor_written_over() -> None:
    history = worked_on()
    history.locked = frozenset({2})
    all_slices().put(history, "Import masks", keep="theirs")
    assert (history.mask.labels(1)[:, 3] == 2).all()
    history.locked = frozenset({5})
    assert all_slices(5).put(history, "Import masks", keep="theirs") is not None
    assert not (history.mask.volume("labels") == 5).any()


def test_what_changes_nothing_is_no_step() -> None:
    history = EditHistory(Mask(SHAPE))
    all_slices().put(history, "Import masks")
    assert all_slices().put(history, "Import masks") is None


def write(path: Path, labels: NDArray[np.uint8]) -> Path:
    write_mask(path, labels, Geometry.pixels(labels.shape), values="index", colours={1: "#F5A539", 2: "#A082FB"})
    return path


def test_a_mask_of_one_file_a_slice_covers_those_slices_only(tmp_path: Path) -> None:
    parts = tuple(MaskPart(write(tmp_path / f"a_{k}.png", stripe(k)[np.newaxis]), k) for k in (1, 2))
    incoming = Incoming.read(Wish(FoundMask("a", parts), Meaning("numbers", table={1: 1, 2: 7})), GRID)
    assert list(incoming.slices) == [1, 2] and incoming.numbers() == (1, 7)


def test_one_file_a_label_comes_together_under_the_studys_numbers(tmp_path: Path) -> None:
    first = write(tmp_path / "a_x.png", stripe()[np.newaxis])
    second = write(tmp_path / "a_y.png", stripe()[::-1][np.newaxis])
    mask = FoundMask("a", (MaskPart(first, 0, "x"), MaskPart(second, 0, "y")))
    incoming = Incoming.read(Wish(mask, by_label={"x": 4, "y": 9}), GRID)
    assert incoming.slices[0][:, 0].tolist() == [0, 0, 4, 9, 0, 0]


def test_a_mask_lies_as_it_is_turned_and_is_refused_where_it_does_not_fit(tmp_path: Path) -> None:
    mask = FoundMask.of(write(tmp_path / "a.tif", np.repeat(stripe().T[np.newaxis], 4, axis=0)))
    with pytest.raises(GridMismatch, match="6 × 8"):
        Incoming.read(Wish(mask, Meaning()), GRID)
    incoming = Incoming.read(Wish(mask, Meaning(), Turn(transposed=True, rows=True)), GRID)
    assert (incoming.slices[3] == stripe()[::-1]).all()
