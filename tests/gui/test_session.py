"""Opening, marking, drafts, saving: the session as the window drives it, on real files, with a crude network."""

import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lesionstudio.errors import ProjectProblem
from lesionstudio.gui.closed_masks import ClosedMasks
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.mask import Origin, SliceStatus
from lesionstudio.project.project import Project
from tests import phantoms
from tests.gui.desk import Desk, desk


@pytest.fixture
def here(qtbot: QtBot) -> Iterator[Desk]:
    with desk(qtbot) as made:
        yield made


@pytest.fixture
def volume_folder(tmp_path: Path) -> Path:
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(tmp_path / "scans" / "chest.nii.gz", phantom.voxels, phantom.affine)
    return tmp_path / "scans"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    for n in range(3):
        phantoms.write_png(folder / f"p{n}.png", phantoms.picture_phantom())
    return folder


def test_a_folder_opens_on_its_first_scan_with_the_head_first(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    assert here.session.scan is not None
    assert here.session.scan.geometry.plane == "axial" and here.session.slice_number == 0
    top = here.session.scan.geometry.slice_position_mm(0)
    assert top > here.session.scan.geometry.slice_position_mm(1)


def test_undo_goes_to_the_slice_of_the_edit(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.session.go_to_slice(3)
    here.paint(5, 5)
    here.session.go_to_slice(9)
    here.travel.undo()
    assert here.session.slice_number == 3
    assert here.session.mask is not None and not here.session.mask.marked(3)
    here.session.go_to_slice(0)
    here.travel.redo()
    assert here.session.slice_number == 3 and here.session.mask.marked(3)


def test_marks_labels_statuses_and_the_last_slice_come_back(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.marking.add_label("Nodule")
    here.session.go_to_slice(4)
    here.paint(5, 6, label=2)
    here.marking.check_slice()
    here.saved()
    here.session.close_folder()
    here.until(lambda: here.runner.is_idle)
    here.open(volume_folder)
    mask = here.session.mask
    assert mask is not None
    assert (mask.labels(4)[5:9, 6:10] == 2).all() and (mask.origin(4)[5:9, 6:10] == Origin.HAND).all()
    assert mask.status(4) == SliceStatus.CHECKED
    assert [label.name for label in here.session.labels] == ["Lesion", "Nodule"]
    assert here.session.slice_number == 5


def test_a_drive_moved_with_its_study_still_opens(here: Desk, volume_folder: Path, tmp_path: Path) -> None:
    here.open(volume_folder)
    here.paint(5, 5)
    here.saved()
    here.session.close_folder()
    here.until(lambda: here.runner.is_idle)
    moved = volume_folder.rename(tmp_path / "elsewhere")
    here.open(moved)
    assert here.session.mask is not None and here.session.mask.marked(0)


def test_a_draft_arrives_and_the_hand_painted_voxels_survive_it(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.session.go_to_slice(8)
    here.paint(30, 30, side=6, label=1)
    here.models.segment_scan()
    here.until(lambda: not here.models.is_busy)
    mask = here.session.mask
    assert mask is not None and len(mask.draft_slices()) > 3
    assert not mask.draft(8)[30:36, 30:36].any() and (mask.labels(8)[30:36, 30:36] == 1).all()
    here.travel.undo()
    assert mask.draft_slices() == ()


def test_accept_takes_the_lesion_under_the_pointer_and_undo_gives_it_back(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.session.go_to_slice(8)
    here.models.segment_slice()
    here.until(lambda: not here.models.is_busy)
    mask = here.session.mask
    assert mask is not None
    row, column = (int(n[0]) for n in np.nonzero(mask.draft(8)))
    here.marking.accept((8, row, column))
    assert mask.labels(8)[row, column] == 1 and mask.origin(8)[row, column] == Origin.DRAFT_ACCEPTED
    here.travel.undo()
    assert mask.labels(8)[row, column] == 0 and mask.draft(8)[row, column] == 1


def test_a_prediction_for_a_closed_scan_is_not_painted_on_the_next(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    first, second = (item.id for item in here.session.items[:2])
    here.compute.let_go.clear()
    here.models.segment_slice()
    here.session.open_item(second)
    here.until(lambda: here.session.current_id == second)
    here.compute.let_go.set()
    here.until(lambda: not here.models.is_busy and here.session.item_view(first).status == "draft")
    assert here.session.mask is not None and here.session.mask.draft_slices() == ()
    here.saved()
    here.session.open_item(first)
    here.until(lambda: here.session.current_id == first)
    assert here.session.mask.has_draft(0)


def test_segment_all_leaves_a_draft_on_every_scan(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    here.models.segment_all()
    here.until(lambda: not here.models.is_busy and all(item.status == "draft" for item in here.session.items))


def test_cancel_answers_at_once_and_keeps_what_has_arrived(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.compute.let_go.clear()
    here.models.segment_scan()
    assert here.models.is_busy
    here.models.cancel()
    assert not here.models.is_busy
    here.compute.let_go.set()


def test_enter_checks_the_slice_and_goes_on(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.marking.check_slice()
    assert here.session.slice_number == 1
    assert here.session.mask is not None and here.session.mask.status(0) == SliceStatus.CHECKED
    assert here.session.items[0].share_checked == pytest.approx(1 / 16)


def test_only_slices_that_were_on_screen_are_checked_together(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.marking.saw(2)
    here.marking.saw(5)
    here.marking.check_seen()
    assert here.session.mask is not None
    assert [k for k in range(16) if here.session.mask.status(k) == SliceStatus.CHECKED] == [2, 5]


def test_a_deleted_label_comes_back_by_undo(here: Desk, volume_folder: Path) -> None:
    here.open(volume_folder)
    here.marking.add_label("Effusion")
    here.paint(5, 5, label=2)
    here.marking.delete_label(2)
    assert here.session.labels.by_number(2) is None
    here.travel.undo()
    assert here.session.labels.by_number(2) is not None
    assert here.session.mask is not None and (here.session.mask.labels(0) == 2).sum() == 16


def test_a_full_disk_keeps_the_edits_and_is_tried_again(
    here: Desk, volume_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, tries = Project.save_mask, []

    def full_at_first(*args: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ProjectProblem("The disk is full: chest was not saved.") from OSError(errno.ENOSPC, "full")
        save(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(Project, "save_mask", full_at_first)
    here.session.autosave._again.setInterval(30)
    here.open(volume_folder)
    here.paint(5, 5)
    here.session.autosave.flush()
    here.until(lambda: here.session.saved.kind == "failed")
    assert "disk is full" in here.session.saved.text.lower()
    here.until(lambda: here.session.saved.kind == "saved")
    assert len(tries) == 2


def test_what_cannot_be_read_is_one_row_with_its_reason_and_the_rest_opens(here: Desk, pictures: Path) -> None:
    (pictures / "broken.png").write_bytes(b"no picture at all")
    here.open(pictures)
    broken = next(item for item in here.session.items if item.name.startswith("broken"))
    assert broken.status == "unreadable" and broken.error
    assert len([item for item in here.session.items if not item.error]) == 3


def test_masks_beside_the_scans_are_offered_imported_and_taken_back(here: Desk, pictures: Path) -> None:
    phantoms.write_mask_png(pictures / "masks" / "p1.png", phantoms.picture_phantom().lesion)
    here.open(pictures)
    here.until(lambda: len(here.importing.found) == 1)
    (item_id,) = here.importing.found
    here.importing.import_found()
    here.until(lambda: here.notices[-1].action == "take_back")
    assert here.session.item_view(item_id).status == "imported"
    here.travel.take_back(here.notices[-1].payload)
    here.until(lambda: here.session.item_view(item_id).status == "new")


def test_a_mask_of_another_size_is_refused_with_both_sizes(here: Desk, pictures: Path) -> None:
    phantoms.write_mask_png(pictures / "masks" / "p1.png", np.zeros((20, 30), np.uint8))
    here.open(pictures)
    here.until(lambda: len(here.importing.found) == 1)
    here.importing.import_found()
    here.until(lambda: any(notice.kind == "error" for notice in here.notices))
    (refused,) = (notice for notice in here.notices if notice.kind == "error")
    assert "30 × 20" in refused.title and "120 × 96" in refused.title


def test_a_volume_opens_in_a_window_that_fits_its_middle_and_not_its_empty_first_slice(
    here: Desk, tmp_path: Path
) -> None:
    voxels = np.zeros((9, 32, 32), np.uint8)
    voxels[1:] = np.arange(32, dtype=np.uint8) * 5
    voxels[0, 3, :12] = 4
    phantoms.write_nifti(tmp_path / "mr" / "t1.nii.gz", voxels, phantoms.grid("axial", voxels.shape, (1, 1, 1)))
    here.open(tmp_path / "mr")
    assert here.session.window.low < 10 and 140 < here.session.window.high < 160


def test_a_window_chosen_for_one_scan_is_kept_for_the_next(here: Desk, tmp_path: Path) -> None:
    for n in range(2):
        phantoms.write_dicom(tmp_path / "s" / f"c{n}", phantoms.ct_phantom())
    here.open(tmp_path / "s")
    assert here.session.preset == "lung"
    here.session.choose_preset("bone")
    first = here.session.current_id
    here.session.next_item()
    here.until(lambda: here.session.current_id not in ("", first))
    assert here.session.preset == "bone" and here.session.window.width == 1800


def test_a_file_opens_its_folder_on_that_file(here: Desk, pictures: Path) -> None:
    here.open(pictures / "p2.png")
    assert here.session.folder == pictures and here.session.current_id == "p2.png"
    assert len(here.session.items) == 3


def test_a_change_that_was_read_too_early_is_made_on_the_newest_mask(here: Desk, pictures: Path) -> None:
    here.open(pictures)
    first, second = (item.id for item in here.session.items[:2])
    item, read_early = here.session.known_items[first], here.session.mask
    assert read_early is not None
    stale, version = type(read_early)(read_early.shape), here.session.autosave.version(first)
    here.paint(5, 5)
    here.session.open_item(second)
    here.until(lambda: here.session.current_id == second)
    here.saved()
    ClosedMasks(here.session).change_read(item, stale, version, lambda history: paint_on(history, 40))
    here.until(lambda: here.session.autosave.version(first) > version + 1)
    here.saved()
    here.session.open_item(first)
    here.until(lambda: here.session.current_id == first)
    mask = here.session.mask
    assert mask is not None and mask.labels(0)[5, 5] == 1 and mask.labels(0)[40, 40] == 1


def test_a_scan_that_was_asked_for_twice_keeps_what_was_painted_before_the_second_reading(
    here: Desk, pictures: Path
) -> None:
    here.open(pictures)
    second = here.session.items[1].id
    here.session.open_item(second)
    here.session.open_item(second)
    here.until(lambda: here.session.current_id == second)
    here.paint(5, 5)
    here.until(lambda: here.runner.is_idle)
    assert here.session.mask is not None and here.session.mask.marked(0)


def test_opening_a_folder_reads_its_first_scan_once(
    here: Desk, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.open(pictures)
    here.session.close_folder()
    here.until(lambda: here.runner.is_idle)
    asked: list[str] = []
    really = type(here.session).open_item
    monkeypatch.setattr(
        type(here.session), "open_item", lambda session, item_id: (asked.append(item_id), really(session, item_id))
    )
    here.open(pictures)
    assert asked == [here.session.current_id]


def paint_on(history: EditHistory, at: int) -> None:
    stroke = history.stroke("Brush")
    stroke.paint(0, at, at, np.ones((2, 2), bool), 1)
    stroke.commit()


def test_a_hand_that_never_rests_is_saved_all_the_same(
    here: Desk, volume_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lesionstudio.gui.autosave.LONGEST_S", 0.0)
    here.open(volume_folder)
    here.paint(5, 5)
    here.paint(9, 9)
    assert here.session.autosave.pending(here.session.current_id) is not None
