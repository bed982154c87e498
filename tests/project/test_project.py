"""A study beside its scans: what comes back, what is never lost, and who may write."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.errors import GridMismatch, ProjectProblem, UnreadableFile
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import DraftSource, Mask, Origin, SliceStatus
from lesionstudio.project import home as home_module
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import ItemRecord, Role
from tests.project.conftest import COLUMNS, ROWS, axial_grid, found_picture, found_volume

PIXELS = Geometry.pixels((1, ROWS, COLUMNS))


def paint(mask: Mask, k: int, row: int = 3, label: int = 1) -> None:
    """One small stroke."""
    stroke = EditHistory(mask).stroke("Brush")
    stroke.paint(k, row, 4, np.ones((5, 6), bool), label)
    stroke.commit()


def everything_of(mask: Mask) -> dict[str, object]:
    layers = {layer: mask.volume(layer) for layer in ("labels", "origin", "draft", "draft_probability")}  # type: ignore[arg-type]
    return {**layers, "statuses": mask.statuses.copy()}


def test_a_study_comes_back_with_labels_items_settings_and_the_same_salt(scans: Path) -> None:
    project = Project.open(scans)
    item = project.add(found_picture(scans, "sub/b.png"))
    project.labels = project.labels.add("Effusion")
    project.settings["windows"] = {"HU": [1500, -600, "lung"]}
    salt, labels = project.salt, project.labels
    project.close()

    again = Project.open(scans)
    assert again.items == {"sub/b.png": item}
    assert again.labels == labels
    assert again.settings == {"windows": {"HU": [1500, -600, "lung"]}}
    assert again.salt == salt
    again.close()


def test_a_volumes_mask_comes_back_with_origins_draft_and_statuses(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans))
    mask = project.load_mask("ct.nii.gz", axial_grid())
    paint(mask, 3)
    history = EditHistory(mask)
    labels = np.zeros((2, ROWS, COLUMNS), np.uint8)
    labels[:, 10:12, 10:20] = 1
    source = DraftSource("lung-v1", 0.45, "2025-01-02T03:04:05+00:00")
    history.put_draft(labels, labels * np.uint8(255), source, "Segment", first_slice=5)
    history.check([8], "Check")
    project.save_mask("ct.nii.gz", mask.snapshot())
    project.close()

    again = Project.open(scans)
    loaded = again.load_mask("ct.nii.gz", axial_grid())
    for name, values in everything_of(mask).items():
        assert np.array_equal(values, everything_of(loaded)[name]), name
    assert loaded.draft_source == source
    record = again.record("ct.nii.gz")
    assert record.statuses[3] == SliceStatus.CORRECTED
    assert record.statuses[5:7] == (SliceStatus.DRAFT,) * 2
    assert record.statuses[8] == SliceStatus.CHECKED
    again.close()


def test_a_pictures_mask_is_an_index_png_and_a_volumes_a_nifti_of_the_scans_affine(scans: Path) -> None:
    import nibabel
    from PIL import Image

    project = Project.open(scans)
    project.add(found_picture(scans, "sub/b.png"))
    project.add(found_volume(scans))
    for item_id, grid in (("sub/b.png", PIXELS), ("ct.nii.gz", axial_grid())):
        mask = project.load_mask(item_id, grid)
        paint(mask, 0, label=1)
        project.save_mask(item_id, mask.snapshot())
    project.close()
    with Image.open(scans / "lesionstudio/masks/sub/b.png.png") as picture:
        assert picture.mode == "P"
        assert np.asarray(picture).max() == 1
    volume = nibabel.load(scans / "lesionstudio/masks/ct.nii.gz.nii.gz")
    assert sorted(np.abs(np.linalg.norm(volume.affine[:3, :3], axis=0)).round(3)) == [0.7, 0.7, 5.0]
    assert np.asarray(volume.dataobj).sum() == 30


def test_probabilities_of_nothing_but_0_and_255_stay_255(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    mask = project.load_mask("a.png", PIXELS)
    labels = np.zeros((1, ROWS, COLUMNS), np.uint8)
    labels[0, :4] = 1
    EditHistory(mask).put_draft(labels, labels * np.uint8(255), DraftSource("m", 0.5, ""), "Segment")
    project.save_mask("a.png", mask.snapshot())
    assert project.load_mask("a.png", PIXELS).draft_probability(0).max() == 255
    project.close()


def test_a_layer_without_a_mark_has_no_file(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    mask = project.load_mask("a.png", PIXELS)
    paint(mask, 0)
    project.save_mask("a.png", mask.snapshot())
    assert project.masks.path("a.png", "labels") is not None
    assert project.masks.path("a.png", "draft") is None
    paint(mask, 0, label=0)
    project.save_mask("a.png", mask.snapshot())
    assert project.masks.path("a.png", "labels") is None
    assert project.masks.path("a.png", "origin") is not None
    project.close()


def test_a_layer_that_did_not_change_is_not_written_again(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans))
    mask = project.load_mask("ct.nii.gz", axial_grid())
    paint(mask, 3)
    project.save_mask("ct.nii.gz", mask.snapshot())
    path = project.masks.path("ct.nii.gz", "labels")
    assert path is not None
    path.write_bytes(b"would be replaced")
    EditHistory(mask).check([3], "Check")
    project.save_mask("ct.nii.gz", mask.snapshot())
    assert path.read_bytes() == b"would be replaced"
    paint(mask, 3, row=9)
    project.save_mask("ct.nii.gz", mask.snapshot())
    assert path.read_bytes() != b"would be replaced"
    project.close()


def test_a_study_moved_with_its_scans_still_opens(scans: Path, tmp_path: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "sub/b.png"))
    mask = project.load_mask("sub/b.png", PIXELS)
    paint(mask, 0)
    project.save_mask("sub/b.png", mask.snapshot())
    project.close()
    moved = tmp_path / "elsewhere" / "Ordner mit Umläuten"
    moved.parent.mkdir()
    shutil.move(scans, moved)
    again = Project.open(moved)
    assert again.items["sub/b.png"].source.files == (moved / "sub" / "b.png",)
    assert again.items["sub/b.png"].source.files[0].exists()
    assert again.load_mask("sub/b.png", PIXELS).marked(0)
    again.close()


def test_no_path_in_project_json_is_absolute(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "sub/b.png"))
    project.close()
    assert str(scans) not in (scans / "lesionstudio" / "project.json").read_text()


def test_the_lesionstudio_folder_itself_opens_too(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    project.close()
    again = Project.open(scans / "lesionstudio")
    assert again.folder == scans
    assert list(again.items) == ["a.png"]
    again.close()


def test_a_second_program_may_only_look(scans: Path) -> None:
    first = Project.open(scans)
    first.add(found_picture(scans, "a.png"))
    first.save()
    second = Project.open(scans)
    assert "only be looked at" in second.read_only
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d\)", second.read_only)
    assert list(second.items) == ["a.png"]
    with pytest.raises(ProjectProblem, match="only be looked at"):
        second.save_record("a.png", ItemRecord.new(1))
    second.close()
    with pytest.raises(ProjectProblem, match="open elsewhere"):
        Project.open(scans, read_only_ok=False)
    first.close()
    third = Project.open(scans)
    assert third.read_only == ""
    third.close()


def test_a_study_of_a_newer_version_opens_to_look_and_stays_as_it_is(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    project.close()
    path = scans / "lesionstudio" / "project.json"
    text = path.read_text().replace('"version": 1', '"version": 2', 1)
    path.write_text(text)
    newer = Project.open(scans)
    assert "newer version" in newer.read_only
    assert list(newer.items) == ["a.png"]
    newer.close()
    assert path.read_text() == text


def test_scans_that_may_not_be_written_keep_their_study_in_the_users_folder(
    scans: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_module, "_can_make", lambda inside: False)
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    project.close()
    assert project.home.is_relative_to(home / "data")
    assert not (scans / "lesionstudio").exists()
    again = Project.open(scans)
    assert (again.home, list(again.items)) == (project.home, ["a.png"])
    again.close()
    by_home = Project.open(project.home)
    assert by_home.folder == scans
    by_home.close()


def test_somebody_elses_folder_of_that_name_is_left_alone(scans: Path, home: Path) -> None:
    (scans / "lesionstudio").mkdir()
    (scans / "lesionstudio" / "__init__.py").write_text("# a program")
    project = Project.open(scans)
    project.save()
    project.close()
    assert [entry.name for entry in (scans / "lesionstudio").iterdir()] == ["__init__.py"]
    assert project.home.is_relative_to(home / "data")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectProblem, match="There is no folder"):
        Project.open(tmp_path / "gone")


def test_a_damaged_project_json_is_said_and_not_overwritten(scans: Path) -> None:
    (scans / "lesionstudio").mkdir()
    path = scans / "lesionstudio" / "project.json"
    for text in ('{"version": 1, "ite', "[]", '{"version": 1, "items": {"a.png": 7}}', '{"labels": [{"x": 1}]}'):
        path.write_text(text)
        with pytest.raises(ProjectProblem, match=r"project\.json is damaged"):
            Project.open(scans)
        assert path.read_text() == text


def test_saving_into_a_vanished_folder_says_so_and_works_when_it_is_back(scans: Path, tmp_path: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "sub/b.png"))
    project.save()
    mask = project.load_mask("sub/b.png", PIXELS)
    paint(mask, 0)
    snapshot = mask.snapshot()
    away = tmp_path / "unplugged"
    shutil.move(scans, away)
    with pytest.raises(ProjectProblem, match="is gone"):
        project.save_mask("sub/b.png", snapshot)
    assert not scans.exists()
    shutil.move(away, scans)
    project.save_mask("sub/b.png", snapshot)
    assert project.load_mask("sub/b.png", PIXELS).marked(0)
    project.close()


def test_a_mask_on_a_drive_that_is_gone_is_not_taken_for_an_empty_one(scans: Path, tmp_path: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    mask = project.load_mask("a.png", PIXELS)
    EditHistory(mask).check([0], "Check")
    project.save_mask("a.png", mask.snapshot())
    project.close()
    again = Project.open(scans)
    shutil.move(scans, tmp_path / "unplugged")
    assert again.record("a.png").status == SliceStatus.NEW
    with pytest.raises(ProjectProblem, match="is gone"):
        again.load_mask("a.png", PIXELS)
    shutil.move(tmp_path / "unplugged", scans)
    assert again.load_mask("a.png", PIXELS).status(0) == SliceStatus.CHECKED
    assert again.record("a.png").status == SliceStatus.CHECKED
    again.close()


def test_a_mask_of_another_size_is_refused_with_both_sizes(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    mask = project.load_mask("a.png", PIXELS)
    paint(mask, 0)
    project.save_mask("a.png", mask.snapshot())
    with pytest.raises(GridMismatch, match=r"30 × 20 .* 31 × 20"):
        project.load_mask("a.png", Geometry.pixels((1, ROWS, COLUMNS + 1)))
    project.close()


def test_a_damaged_mask_is_not_taken_for_an_empty_one(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    mask = project.load_mask("a.png", PIXELS)
    paint(mask, 0)
    project.save_mask("a.png", mask.snapshot())
    path = project.masks.path("a.png", "labels")
    assert path is not None
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(UnreadableFile):
        project.load_mask("a.png", PIXELS)
    project.close()


def test_a_late_file_of_a_series_shifts_no_mask(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans))
    names = tuple(f"slice{k}" for k in range(12))
    mask = project.load_mask("ct.nii.gz", axial_grid(), names)
    paint(mask, 5)
    EditHistory(mask).check([5], "Check")
    project.save_mask("ct.nii.gz", mask.snapshot())
    flags = {5: "look again"}
    project.update_record("ct.nii.gz", flags=flags)

    longer = (*names[:2], "late", *names[2:])
    grown = Geometry.from_axes((13, ROWS, COLUMNS), (40, 30, 104), (0, 0, -4.6), (0, -0.7, 0), (-0.7, 0, 0))
    for _time in range(2):
        found = project.load_mask("ct.nii.gz", grown, longer)
        assert [k for k in range(13) if found.marked(k)] == [6]
        assert found.status(6) == SliceStatus.CHECKED
        assert project.record("ct.nii.gz").flags == {6: "look again"}
    project.close()
    again = Project.open(scans)
    assert [k for k in range(12) if again.load_mask("ct.nii.gz", axial_grid(), names).marked(k)] == [5]
    again.close()


def test_roles_are_dealt_once_and_kept(scans: Path) -> None:
    project = Project.open(scans)
    for n in range(5):
        project.add(replace(found_volume(scans, patient=f"p{n}"), id=f"ct{n}.nii.gz"))
    assert not project.record("ct4.nii.gz").held_out
    project.deal_roles()
    held = [item_id for item_id in project.items if project.record(item_id).held_out]
    assert len(held) == 1
    assert set(project.record(held[0]).roles) == {Role.HELD_OUT}
    project.close()
    again = Project.open(scans)
    again.deal_roles()
    assert [item_id for item_id in again.items if again.record(item_id).held_out] == held
    again.close()


def test_a_record_comes_back_whole(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans, slices=3))
    record = ItemRecord(
        (SliceStatus.CHECKED, SliceStatus.DRAFT, SliceStatus.NEW),
        (Role.LEARN, Role.HELD_OUT, Role.TEST),
        {1: "streaks"},
        frozenset({0, 2}),
        {0: 12.5},
        2,
        None,
        DraftSource("m", 0.5, "2025-01-01"),
    )
    project.save_record("ct.nii.gz", record)
    project.close()
    again = Project.open(scans)
    assert again.record("ct.nii.gz") == record
    again.close()


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ("NEW NEW", "NEW"),
        ("CHECKED CHECKED", "CHECKED"),
        ("CHECKED NEW", "CORRECTED"),
        ("CHECKED DRAFT", "DRAFT"),
        ("IMPORTED NEW", "IMPORTED"),
        ("IMPORTED CORRECTED", "CORRECTED"),
    ],
)
def test_an_items_status_follows_from_its_slices(statuses: str, status: str) -> None:
    slices = tuple(SliceStatus[name] for name in statuses.split())
    assert replace(ItemRecord.new(2), statuses=slices).status == SliceStatus[status]


def test_unreadable_files_are_shown_but_not_kept(scans: Path) -> None:
    project = Project.open(scans)
    project.add(replace(found_picture(scans, "a.png"), error="broken.png is damaged."))
    assert project.items["a.png"].error
    project.close()
    assert json.loads((scans / "lesionstudio" / "project.json").read_text())["items"] == {}


def test_looking_makes_no_folder_and_takes_no_lock(scans: Path) -> None:
    looking = Project.open(scans, write=False)
    assert looking.items == {}
    assert not (scans / "lesionstudio").exists()
    writing = Project.open(scans)
    assert writing.read_only == ""
    looking.close()
    writing.close()


def test_origins_are_kept_apart_from_labels(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_picture(scans, "a.png"))
    mask = project.load_mask("a.png", PIXELS)
    labels = np.zeros((1, ROWS, COLUMNS), np.uint8)
    labels[0, 2:6, 2:6] = 1
    EditHistory(mask).replace(labels, "Import")
    project.save_mask("a.png", mask.snapshot())
    loaded = project.load_mask("a.png", PIXELS)
    assert np.array_equal(loaded.origin(0), labels[0] * int(Origin.IMPORTED))
    assert loaded.status(0) == SliceStatus.IMPORTED
    project.close()


def test_a_record_knows_which_slices_are_marked_with_what_without_opening_the_mask(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans))
    mask = project.load_mask("ct.nii.gz", axial_grid())
    paint(mask, 3)
    paint(mask, 5, label=2)
    project.save_mask("ct.nii.gz", mask.snapshot())
    paint(mask, 5, label=0)
    project.save_mask("ct.nii.gz", mask.snapshot())
    project.close()
    again = Project.open(scans)
    assert again.record("ct.nii.gz").marks == {3: (1,)}
    again.close()


def test_marks_of_a_study_that_did_not_note_them_are_counted_once_from_its_masks(scans: Path) -> None:
    project = Project.open(scans)
    project.add(found_volume(scans))
    mask = project.load_mask("ct.nii.gz", axial_grid())
    paint(mask, 3)
    project.save_mask("ct.nii.gz", mask.snapshot())
    project.save_record("ct.nii.gz", replace(project.record("ct.nii.gz"), marks=None))
    project.close()
    again = Project.open(scans)
    assert again.record("ct.nii.gz").marks is None
    again.know_marks("ct.nii.gz")
    assert again.record("ct.nii.gz").marks == {3: (1,)}
    again.close()
