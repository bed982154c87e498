"""`info`: one entry a picture, volume or failure, as CLI.md lists them."""

import json
from pathlib import Path

import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.progress import Progress
from lesionstudio.workflows.add_scans import add_scans
from lesionstudio.workflows.info import describe
from tests.phantoms import orientation_phantom, picture_phantom, write_dicom, write_mask_png, write_nifti, write_png

CONTRACT = {
    "path", "format", "kind", "shape", "dtype", "spacing_mm", "orientation", "modality", "patient", "frames", "window",
}  # fmt: skip


def test_a_series_a_picture_and_a_volume_are_told_in_full(tmp_path: Path) -> None:
    phantom = orientation_phantom()
    write_dicom(tmp_path / "ct", phantom)
    write_png(tmp_path / "picture.png", picture_phantom())
    write_nifti(tmp_path / "head.nii.gz", phantom.voxels, phantom.affine)
    listed = json.loads(json.dumps(describe([tmp_path])))
    assert all(entry.keys() >= CONTRACT for entry in listed)
    by_format = {entry["format"]: entry for entry in listed}
    ct, picture, head = by_format["dicom"], by_format["png"], by_format["nifti"]
    assert ct["path"] == str(tmp_path / "ct") and ct["kind"] == "volume" and ct["shape"] == [14, 40, 44]
    assert ct["spacing_mm"] == [5.0, 2.5, 2.5] and ct["orientation"] == "axial" and ct["modality"] == "CT"
    assert ct["window"] == {"width": 1500.0, "level": -600.0} and ct["dtype"] == "int16" and ct["frames"] == 14
    assert picture["kind"] == "image" and picture["spacing_mm"] is None and picture["orientation"] is None
    assert head["shape"] == [14, 40, 44] and head["path"] == str(tmp_path / "head.nii.gz")


def test_no_patient_is_named_and_the_same_one_has_one_hash(tmp_path: Path) -> None:
    write_dicom(tmp_path / "a", orientation_phantom())
    write_dicom(tmp_path / "b", orientation_phantom("coronal"))
    one, other = describe([tmp_path / "a"]), describe([tmp_path / "b"])
    assert "PHANTOM" not in json.dumps(one) and "P1" not in json.dumps(one)
    assert one[0]["patient"] == other[0]["patient"] and len(one[0]["patient"]) == 12


def test_a_file_of_a_series_is_told_as_the_series(tmp_path: Path) -> None:
    first, *_rest = write_dicom(tmp_path / "a", orientation_phantom())
    (entry,) = describe([first])
    assert entry["shape"][0] == 14 and entry["path"] == str(first)


def test_a_mask_is_told_as_one(tmp_path: Path) -> None:
    path = write_mask_png(tmp_path / "a_mask.png", picture_phantom().lesion)
    assert describe([path])[0]["kind"] == "mask"


def test_what_cannot_be_read_has_a_reason_and_a_hint_and_the_rest_goes_on(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", picture_phantom())
    (tmp_path / "b.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "empty").mkdir()
    good, bad, text, empty, gone = describe(
        [tmp_path / "a.png", tmp_path / "b.png", tmp_path / "notes.txt", tmp_path / "empty", tmp_path / "gone"]
    )
    assert "error" not in good
    for entry in (bad, text, empty, gone):
        assert entry.keys() == {"path", "error", "hint"} and entry["error"] and entry["hint"]


def test_strict_stops_at_the_first_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(UnreadableFile):
        describe([tmp_path], strict=True)


def test_reports_of_a_real_study_are_told_to_hold_no_picture(shared_data: Path) -> None:
    (entry,) = describe([shared_data / "formats/studies/head_ct_philips_dcm_qa_ct/DICOMDIR"])
    assert "without a picture" in entry["error"]


def test_scans_are_handed_on_in_lots_and_masks_at_the_end(tmp_path: Path) -> None:
    for n in range(100):
        write_png(tmp_path / f"images/p{n}.png", picture_phantom(8, 8, 2))
    write_mask_png(tmp_path / "masks/p3.png", picture_phantom(8, 8, 2).lesion)
    told: list[Progress] = []
    masks, gone = add_scans(tmp_path, "salt", told.append)
    lots = [progress.partial.scans for progress in told if progress.partial.scans]
    assert [scan.id for lot in lots for scan in lot] == [f"images/p{n}.png" for n in range(100)]
    assert len(lots[0]) == 1
    assert masks == {"images/p3.png": tmp_path / "masks/p3.png"} and not gone


def test_a_search_that_finds_nothing_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lesionstudio.progress import Cancelled
    from lesionstudio.workflows import add_scans as module

    monkeypatch.setattr(module, "FIRST_LOT_S", 0.0)
    for n in range(10):
        (tmp_path / f"{n}.txt").write_text("words")

    def stop(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        add_scans(tmp_path, "", stop)


def test_masks_of_named_segments_are_told_with_their_names_and_colours(shared_data: Path) -> None:
    masks = shared_data / "formats/masks"
    files = (
        "dicom_seg_dcmqi/23x38x3/seg/label.seg", "rtstruct_phantom_rt-utils/rt.dcm",
        "seg_nrrd_slicerio/Segmentation.seg.nrrd",
    )  # fmt: skip
    seg, contours, slicer = describe([masks / file for file in files])
    assert all(entry.keys() >= CONTRACT and entry["kind"] == "mask" for entry in (seg, contours, slicer))
    assert seg["segments"] == [{"number": 1, "name": "Liver", "colour": "#DD8265"}] and seg["shape"] == [3, 38, 23]
    assert seg["format"] == "dicom-seg" and seg["patient"] and "123456" not in json.dumps(seg)
    assert contours["format"] == "rtstruct" and contours["shape"] is None
    assert slicer["shape"] == [34, 128, 128] and len(slicer["segments"]) == 7
