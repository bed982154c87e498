"""Exports for other programs: NRRD, 3D Slicer, DICOM-SEG, a table of lesions; and what of the patient goes out."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import nrrd
import numpy as np
import pydicom
import pytest
from PIL import Image

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.formats import read_mask, read_scan, read_segments
from lesionstudio.imaging.mask import Pixels
from lesionstudio.workflows.export import ExportOrder, export_masks
from tests.dicom_study import dicom_study
from tests.disks import Full, instead
from tests.seg_reader import read_seg


@pytest.fixture
def series(tmp_path: Path) -> tuple[Path, str, Pixels]:
    return dicom_study(tmp_path / "scans")


def only(item_id: str, study: Path, out: Path, **more: Any) -> dict[str, Any]:
    return export_masks(ExportOrder(study, out, items=(item_id,), **more))


@pytest.mark.parametrize(("format", "ending"), [("nrrd", ".nrrd"), ("seg-nrrd", ".seg.nrrd"), ("dicom-seg", ".dcm")])
def test_each_kind_of_file_is_read_again_on_the_series(
    series: tuple[Path, str, Pixels], tmp_path: Path, format: Any, ending: str
) -> None:
    study, item_id, labels = series
    (file,) = only(item_id, study, tmp_path / "out", format=format)["files"]
    assert Path(file).name == f"CT 001{ending}"
    scan = read_scan(study / "Doe^John")
    np.testing.assert_array_equal(read_mask(Path(file), scan.geometry), labels)
    segments = read_segments(Path(file), scan)
    if segments is not None:
        assert [segment.name for segment in segments.segments] == ["Lesion", "Effusion"]
        assert [segment.colour for segment in segments.segments] == ["#F5A539", "#A082FB"]


def test_a_file_a_label_says_which_label_it_is(series: tuple[Path, str, Pixels], tmp_path: Path) -> None:
    study, item_id, labels = series
    done, scan = (
        only(item_id, study, tmp_path / "out", format="dicom-seg", values="per-label"),
        read_scan(study / "Doe^John"),
    )
    assert [Path(file).name for file in done["files"]] == ["CT 001_Lesion.dcm", "CT 001_Effusion.dcm"]
    for number, file in enumerate(done["files"], 1):
        (segment,) = read_seg(Path(file))
        np.testing.assert_array_equal(read_mask(Path(file), scan.geometry) > 0, labels == number)
        assert (
            segment.label == ["Lesion", "Effusion"][number - 1] and len(segment.places_mm) == (labels == number).sum()
        )
    (merged,) = only(item_id, study, tmp_path / "one", format="seg-nrrd", values="binary")["files"]
    voxels, header = nrrd.read(merged)
    assert set(np.unique(voxels)) == {0, 1} and "Segment1_ID" not in header


def test_what_is_no_dicom_is_named_and_the_rest_goes_out(series: tuple[Path, str, Pixels], tmp_path: Path) -> None:
    done = export_masks(ExportOrder(series[0], tmp_path / "out", format="dicom-seg"))
    assert len(done["files"]) == 1
    (failed,) = done["failed"]
    assert failed["id"] == "photo.png" and "refers to a DICOM series" in failed["error"]


@pytest.mark.parametrize("format", ["nifti", "tiff", "nrrd", "seg-nrrd", "dicom-seg"])
def test_a_full_disk_leaves_no_half_file(series: tuple[Path, str, Pixels], tmp_path: Path, format: Any) -> None:
    with instead(Full(0, times=99).calls()), pytest.raises(ProjectProblem, match="The disk is full") as said:
        only(series[1], series[0], tmp_path / "out", format=format)
    assert "start again" in said.value.hint
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_dicom_goes_out_by_an_alias_and_pictures_by_their_names(
    series: tuple[Path, str, Pixels], tmp_path: Path
) -> None:
    done = export_masks(ExportOrder(series[0], tmp_path / "out"))
    names = {Path(file).name for file in done["files"]}
    assert names == {"CT 001_0002.png", "CT 001_0005.png", "photo.png"}
    index = (tmp_path / "out" / "index.csv").read_text(encoding="utf-8")
    assert "Doe" not in index and "P1" not in index and "photo.png" in index
    assert done["names"] == {series[1]: "CT 001", "photo.png": "photo"}


def test_the_patient_is_named_only_when_asked(series: tuple[Path, str, Pixels], tmp_path: Path) -> None:
    study, item_id, _labels = series
    for names, expected in {"auto": "CT 001", "alias": "CT 001", "original": "P1"}.items():
        (file,) = only(item_id, study, tmp_path / names, format="dicom-seg", names=names)["files"]
        assert pydicom.dcmread(file).PatientID == expected
    (file,) = only(item_id, study, tmp_path / "hash", format="dicom-seg", names="hash")["files"]
    assert pydicom.dcmread(file).PatientID == Path(file).stem and len(Path(file).stem) == 16
    again = dicom_study(tmp_path / "other")
    (other,) = only(again[1], again[0], tmp_path / "hash2", format="dicom-seg", names="hash")["files"]
    assert Path(other).stem != Path(file).stem, "hashes are salted by study"


def test_the_table_of_lesions_has_a_row_for_each(series: tuple[Path, str, Pixels], tmp_path: Path) -> None:
    done = export_masks(ExportOrder(series[0], tmp_path / "out", lesions=True, only_checked=True))
    assert str(tmp_path / "out" / "lesions.csv") in done["files"]
    with (tmp_path / "out" / "lesions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["scan"], row["name"], row["voxels"]) for row in rows] == [
        ("CT 001", "Lesion", "30"),
        ("CT 001", "Effusion", "30"),
    ]
    assert float(rows[0]["volume_ml"]) == pytest.approx(30 * 5 * 2.5 * 2.5 / 1000)
    kept = export_masks(ExportOrder(series[0], tmp_path / "out", lesions=True))
    assert str(tmp_path / "out" / "lesions.csv") in kept["kept"]


def test_pictures_with_text_burned_in_are_held_back_and_their_masks_are_not(tmp_path: Path) -> None:
    def tell(dataset: Any, _k: int) -> None:
        dataset.BurnedInAnnotation = "YES"

    study, item_id, _labels = dicom_study(tmp_path / "scans", tell)
    order = ExportOrder(study, tmp_path / "out", images=True)
    done = export_masks(order)
    assert [Path(path).name for path in done["images"]] == ["photo.png"] and len(done["files"]) == 3
    (held,) = done["held_back"]
    assert held["id"] == item_id and held["error"].startswith("CT 001 was held back.")
    let_out = export_masks(replace(order, out=tmp_path / "all", burned_in=True))
    assert len(let_out["images"]) == 3 and not let_out["held_back"]
    with Image.open(let_out["images"][0]) as picture:
        assert picture.size == (44, 40)


def test_who_drafted_the_marks_is_said(series: tuple[Path, str, Pixels], tmp_path: Path) -> None:
    (file,) = only(series[1], series[0], tmp_path / "out", format="dicom-seg")["files"]
    assert {one.SegmentAlgorithmType for one in pydicom.dcmread(file).SegmentSequence} == {"MANUAL"}
