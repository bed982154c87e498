"""Searching folders: order, laziness, patients, what is passed over, and the masks beside."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lesionstudio.imaging.formats import FoundScan, ScanSource, find_masks, find_scans, read_scan
from lesionstudio.imaging.formats.kinds import format_of_start
from lesionstudio.imaging.formats.names import in_natural_order, natural_key, pairing_key, patient_name
from lesionstudio.progress import Progress
from tests.phantoms import orientation_phantom, write_dicom


def picture(path: Path, value: int = 7) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 6), value, np.uint8)).save(path)
    return path


def test_pictures_come_in_the_order_people_count(tmp_path: Path) -> None:
    for name in ("a_10.png", "a_2.png", "a_1.png", "B_1.png"):
        picture(tmp_path / name)
    assert [scan.name for scan in find_scans(tmp_path)] == ["a_1", "a_2", "a_10", "B_1"]


def test_two_thousand_pictures_come_one_by_one(tmp_path: Path) -> None:
    content = picture(tmp_path / "p_0.png").read_bytes()
    for n in range(1, 2000):
        (tmp_path / f"p_{n}.png").write_bytes(content)
    search = find_scans(tmp_path)
    first = next(search)
    (tmp_path / "p_1.png").unlink()  # the rest has not been looked at yet
    rest = list(search)
    assert first.id == "p_0.png" and rest[0].error and len(rest) == 1999 and rest[-1].id == "p_1999.png"


def test_a_search_tells_how_far_it_is(tmp_path: Path) -> None:
    for n in range(4):
        picture(tmp_path / f"{n}.png")
    told: list[Progress] = []
    list(find_scans(tmp_path, told.append))
    assert [progress.fraction for progress in told] == [0.25, 0.5, 0.75, 1.0]


def test_masks_own_folders_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    kept = ["images/a.png", "b/x.png"]
    folders = ("masks", "Masks_old", "labels", "lesionstudio/masks", ".hidden", "other")
    files = ("images/a_mask.png", "images/a_label.png", "images/a_seg.png", "images/.a.png")
    for name in (*kept, *files, *(f"{folder}/a.png" for folder in folders)):
        picture(tmp_path / name)
    (tmp_path / "other/project.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("words")
    assert sorted(scan.id for scan in find_scans(tmp_path)) == sorted(["images/a.png", "b/x.png"])


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    picture(tmp_path / "outside/a.png")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link.png").symlink_to(tmp_path / "outside/a.png")
    (tmp_path / "in/folder").symlink_to(tmp_path / "outside")
    assert list(find_scans(tmp_path / "in")) == []


def test_a_folder_of_nothing_but_masks_is_what_was_asked_for(tmp_path: Path) -> None:
    picture(tmp_path / "x_mask.png")
    assert [scan.id for scan in find_scans(tmp_path)] == ["x_mask.png"]


def test_a_folder_is_the_patient_where_it_tells(shared_data: Path) -> None:
    found = list(itertools.islice(find_scans(shared_data / "brain_lgg/original", salt="s"), 50))
    assert len({scan.patient for scan in found}) == 1 and found[0].patient
    assert [scan.name.rpartition("_")[2] for scan in found] == ["1", "10", "11", "12"]
    train = list(find_scans(shared_data / "brain_lgg/train", salt="s"))
    assert len({scan.patient for scan in train}) == 24 and len(train) == 707


def test_the_masks_of_brain_lgg_are_found_in_both_layouts(shared_data: Path) -> None:
    for layout, images, pairs in (("original", 4, 2), ("val", 191, 191)):
        folder = shared_data / "brain_lgg" / layout
        found = list(find_scans(folder))
        masks = find_masks(folder, found)
        assert (len(found), len(masks)) == (images, pairs)
        for scan in found:
            if scan.id in masks:
                assert pairing_key(masks[scan.id].name) == pairing_key(scan.source.files[0].name)


def test_the_first_folder_of_masks_is_the_plain_one(shared_data: Path) -> None:
    folder = shared_data / "brain_lobes"
    found = [scan for scan in find_scans(folder) if scan.id.startswith("images/")]
    masks = find_masks(folder, found)
    assert len(masks) == 362 and {path.parent.name for path in masks.values()} == {"masks"}


def test_stacks_pair_with_their_labels(shared_data: Path) -> None:
    folder = shared_data / "em_isbi2012"
    found = list(find_scans(folder))
    masks = find_masks(folder, found)
    assert masks["stack/train-volume.tif"].name == "train-labels.tif"
    assert masks["images/07.png"] == folder / "labels/07.png"
    assert "unlabelled/07.png" not in masks and len(masks) == 26
    assert not any(scan.id == "stack/train-labels.tif" for scan in found)


def test_a_series_pairs_with_the_one_mask_volume_beside_it(shared_data: Path) -> None:
    found = list(find_scans(shared_data / "chest_ct"))
    masks = find_masks(shared_data / "chest_ct", found)
    assert len(found) == 8 and not any(scan.error for scan in found)
    assert sorted(path.parent.name for path in masks.values()) == ["LUNG1-002", "lambin_pat_2", "lambin_pat_3"]


def test_reports_and_plans_are_passed_over_in_silence(shared_data: Path) -> None:
    found = list(find_scans(shared_data / "chest_ct/LUNG1-002"))
    assert len(found) == 1 and found[0].shape == (27, 512, 512) and found[0].facts == "CT, 512 × 512, 27 slices"


def test_a_series_keeps_its_id_when_files_are_renamed_or_moved(tmp_path: Path) -> None:
    phantom = orientation_phantom()
    files = write_dicom(tmp_path / "a", phantom)
    (before,) = find_scans(tmp_path)
    for n, path in enumerate(files):
        path.rename(tmp_path / "a" / f"x{n:03d}")
    (after,) = find_scans(tmp_path)
    assert before.id == after.id and after.source.files[0].name == "x000"


def test_a_series_spread_over_folders_is_one_scan(tmp_path: Path) -> None:
    phantom = orientation_phantom()
    for n, path in enumerate(write_dicom(tmp_path / "a", phantom, order="shuffled")):
        folder = tmp_path / ("a", "b", "c/d")[n % 3]
        folder.mkdir(parents=True, exist_ok=True)
        path.rename(folder / path.name)
    (found,) = find_scans(tmp_path)
    np.testing.assert_array_equal(read_scan(found.source).volume(), phantom.voxels)


def test_a_copy_of_a_series_in_another_folder_is_left_out_and_said(tmp_path: Path) -> None:
    for path in write_dicom(tmp_path / "a", orientation_phantom()):
        (tmp_path / "b").mkdir(exist_ok=True)
        (tmp_path / "b" / path.name).write_bytes(path.read_bytes())
    (found,) = find_scans(tmp_path)
    assert {path.parent.name for path in found.source.files} == {"a"} and found.shape[0] == 14


def test_an_edited_series_of_the_same_names_in_another_folder_is_another_scan(tmp_path: Path) -> None:
    write_dicom(tmp_path / "a", orientation_phantom())
    for path in (tmp_path / "a").iterdir():
        (tmp_path / "b").mkdir(exist_ok=True)
        content = path.read_bytes()
        (tmp_path / "b" / path.name).write_bytes(content[:-2] + b"\x07\x08")
    found = list(find_scans(tmp_path))
    assert sorted(scan.name for scan in found) == ["Series 2, folder 1", "Series 2, folder 2"]
    assert len({scan.id for scan in found}) == 2 and {scan.shape[0] for scan in found} == {14}


def test_two_patients_whose_files_have_the_same_numbers_stay_apart(tmp_path: Path) -> None:
    def rename(dataset: Any, k: int) -> None:
        dataset.PatientID = "P2"

    write_dicom(tmp_path / "s", orientation_phantom())
    (tmp_path / "s").rename(tmp_path / "one")
    write_dicom(tmp_path / "s", orientation_phantom(), change=rename)
    found = list(find_scans(tmp_path))
    assert len({scan.id for scan in found}) == len({scan.patient for scan in found}) == len(found) == 2


def test_who_watches_is_told_of_a_series_before_everything_is_read(tmp_path: Path) -> None:
    write_dicom(tmp_path / "a", orientation_phantom())
    write_dicom(tmp_path / "b", orientation_phantom("coronal"))
    told: list[FoundScan] = []
    heard_at: list[int] = []
    search = find_scans(tmp_path, lambda _progress: heard_at.append(len(told)), early=told.append)
    final = list(search)
    assert list(dict.fromkeys(scan.id for scan in told)) == [scan.id for scan in final]
    assert heard_at[14] >= 1, "the first folder was told before the second was read"


def test_sources_and_finds_survive_json_and_a_moved_folder(tmp_path: Path) -> None:
    import json

    write_dicom(tmp_path / "here/a", orientation_phantom())
    picture(tmp_path / "here/b c/é.png")
    for scan in list(find_scans(tmp_path / "here")):
        saved = json.loads(json.dumps(scan.to_json(tmp_path / "here")))
        assert FoundScan.from_json(saved, tmp_path / "here") == scan
        assert not any(str(tmp_path) in file for file in saved["source"]["files"])
        moved = ScanSource.from_json(saved["source"], tmp_path / "there")
        assert moved.files[0].is_relative_to(tmp_path / "there")
        absolute = ScanSource.from_json(json.loads(json.dumps(scan.source.to_json())))
        assert absolute == scan.source


def test_the_shape_that_was_found_is_the_shape_that_opens(shared_data: Path) -> None:
    for name in ("formats/nifti/niivue", "em_isbi2012/stack", "formats/tiff/derived", "formats/studies"):
        for scan in find_scans(shared_data / name):
            if not scan.error:
                assert read_scan(scan.source).geometry.shape == scan.shape, scan.id


@pytest.mark.parametrize(
    ("path", "patient"),
    [
        ("TCGA_CS_5397_20010315/TCGA_CS_5397_20010315_1.tif", "TCGA_CS_5397_20010315"),
        ("images/TCGA_CS_4943_20000902_10.tif", "TCGA_CS_4943_20000902"),
        ("LIDC-IDRI-0008_n1_s00.png", "LIDC-IDRI-0008"),
        ("OASIS-TRT-20-01_108.png", "OASIS-TRT-20-01"),
        ("patient_001_slice_02.png", "patient_001"),
        ("sub-01/ses-2/anat/sub-01_ses-2_FLAIR.nii.gz", "sub-01"),
        ("sub-01_T1w.nii.gz", "sub-01"),
        ("sub-01_FLAIR.nii.gz", "sub-01"),
        ("images/00.png", ""),
        ("slice_0001.png", ""),
        ("NORMAL/scan.png", ""),
    ],
)
def test_names_tell_the_patient(path: str, patient: str) -> None:
    assert patient_name(Path("/data") / path, Path("/data")) == patient


def test_names_are_sorted_as_people_count() -> None:
    assert sorted(["s_10", "s_2", "S_1", "s²"], key=natural_key) == ["S_1", "s_2", "s_10", "s²"]


def test_thousands_of_names_are_in_the_same_order() -> None:
    names = [f"s_{n}" for n in range(4500)]
    assert in_natural_order(sorted(names)) == names
    assert in_natural_order(sorted(names), reverse=True) == names[::-1]
    alike = [f"IM{n % 7:02d}_{n:03d}.dcm" for n in range(40)]
    assert in_natural_order(alike) == sorted(alike, key=natural_key) == in_natural_order(alike, reverse=True)[::-1]


@pytest.mark.parametrize(
    ("start", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "x", "raster"),
        (b"II*\0", "x.dcm", "tiff"),
        (b"II*\0" + bytes(124) + b"DICM", "x.tif", "dicom"),
        (b"\x08\0\x05\0CS\x0a\0ISO_IR 100", "IM1", "dicom"),
        (b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100", "IM1", "dicom"),
        (b"\x1f\x8b", "a.nii.gz", "nifti"),
        (b"\x1f\x8b", "a.tar.gz", None),
        (b"words", "README.md", None),
        (b"", "a.png", "raster"),
    ],
)
def test_the_first_bytes_tell_the_format(start: bytes, name: str, kind: str | None) -> None:
    assert format_of_start(start, name) == kind
