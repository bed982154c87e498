"""`measure`: the lesions of a mask, as the command line's contract says."""

import csv
import json
from math import pi
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.cli import run
from lesionstudio.errors import GridMismatch
from lesionstudio.workflows.measure import measure
from tests.phantoms import picture_phantom, write_mask_png, write_png

CONTRACT = {"label", "area_mm2", "volume_ml", "long_axis_mm", "short_axis_mm", "mean", "slices", "centre_mm"}
AFFINE = np.array([[-0.8, 0, 0, 30], [0, -0.8, 0, 25], [0, 0, 2.5, -40], [0, 0, 0, 1]], float)


def write_nifti(path: Path, voxels: NDArray[np.generic]) -> None:
    nib.save(nib.Nifti1Image(voxels, AFFINE), path)


def ct_with_a_ball(folder: Path) -> tuple[Path, Path]:
    """A CT in HU (i, j, k) with a ball of radius 10 mm of 45 HU at voxel (40, 30, 12), and a voxel of label 2."""
    i, j, k = np.ogrid[:80, :70, :24]
    ball = ((i - 40) * 0.8) ** 2 + ((j - 30) * 0.8) ** 2 + ((k - 12) * 2.5) ** 2 <= 100
    voxels = np.where(ball, 45, -800).astype(np.int16)
    mask = ball.astype(np.uint8)
    mask[2, 3, 4] = 2
    write_nifti(folder / "ct.nii.gz", voxels)
    write_nifti(folder / "mask.nii.gz", mask)
    return folder / "ct.nii.gz", folder / "mask.nii.gz"


def test_a_ball_of_a_volume_is_measured_in_mm_and_ml(tmp_path: Path) -> None:
    ball, dot = measure(*ct_with_a_ball(tmp_path))["lesions"]
    assert ball.keys() >= CONTRACT and ball["label"] == 1 and dot["label"] == 2
    assert ball["volume_ml"] == pytest.approx(4 / 3 * pi, rel=0.02)
    assert ball["area_mm2"] == pytest.approx(pi * 100, rel=0.02)
    assert ball["long_axis_mm"] == pytest.approx(20, abs=0.9) and ball["short_axis_mm"] == pytest.approx(20, abs=0.9)
    assert ball["centre_mm"] == pytest.approx([30 - 32, 25 - 24, -40 + 30], abs=0.1)
    assert ball["mean"] == 45 and ball["slices"] == 9
    assert (ball["first_slice"], ball["last_slice"]) == (8, 16)
    assert dot["mean"] == -800 and dot["voxels"] == 1 and dot["long_axis_px"] is None


def test_a_picture_without_a_spacing_is_measured_in_pixels_and_says_so(tmp_path: Path) -> None:
    phantom = picture_phantom()
    write_png(tmp_path / "a.png", phantom)
    write_mask_png(tmp_path / "a_mask.png", phantom.lesion)
    found = measure(tmp_path / "a.png", tmp_path / "a_mask.png")
    (one,) = found["lesions"]
    assert [one[name] for name in ("area_mm2", "volume_ml", "long_axis_mm", "short_axis_mm", "centre_mm")] == [None] * 5
    assert one["area_px"] == np.count_nonzero(phantom.lesion) and one["long_axis_px"] >= one["short_axis_px"] > 1
    assert any("pixels" in sentence for sentence in found["warnings"])


def test_json_on_stdout_is_the_list_and_the_csv_has_the_same_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan, mask = ct_with_a_ball(tmp_path)
    table = tmp_path / "table.csv"
    words = ["measure", scan, "--mask", mask, "--csv", table, "--json"]
    assert run([str(word) for word in words], lambda *_: None) == 0
    listed = json.loads(capsys.readouterr().out)
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["volume_ml"] for row in rows] == [str(one["volume_ml"]) for one in listed]
    assert float(rows[0]["centre_s_mm"]) == listed[0]["centre_mm"][2]


def test_an_empty_mask_is_an_empty_list_and_a_table_of_heads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan, _mask = ct_with_a_ball(tmp_path)
    write_nifti(tmp_path / "none.nii.gz", np.zeros((80, 70, 24), np.uint8))
    assert measure(scan, tmp_path / "none.nii.gz", csv_to=tmp_path / "none.csv")["lesions"] == []
    assert (tmp_path / "none.csv").read_text().startswith("label,area_mm2,volume_ml")
    run(["measure", str(scan), "--mask", str(tmp_path / "none.nii.gz")], lambda *_: None)
    assert "Nothing is marked" in capsys.readouterr().out


def test_people_get_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan, mask = ct_with_a_ball(tmp_path)
    run(["measure", str(scan), "--mask", str(mask)], lambda *_: None)
    shown = capsys.readouterr().out
    assert "Long mm" in shown and "8 to 16" in shown


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan, _mask = ct_with_a_ball(tmp_path)
    write_nifti(tmp_path / "other.nii.gz", np.ones((80, 60, 24), np.uint8))
    with pytest.raises(GridMismatch):
        measure(scan, tmp_path / "other.nii.gz")
    assert run(["measure", str(scan), "--mask", str(tmp_path / "other.nii.gz")], lambda *_: None) == 1
    said = capsys.readouterr().err
    assert "60" in said and "70" in said


def test_without_a_mask_it_is_a_wrong_word_and_a_missing_file_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan, _mask = ct_with_a_ball(tmp_path)
    assert run(["measure", str(scan)], lambda *_: None) == 2
    assert run(["measure", str(scan), "--mask", str(tmp_path / "gone.nii.gz")], lambda *_: None) == 1
    assert "gone.nii.gz" in capsys.readouterr().err


def test_a_table_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan, mask = ct_with_a_ball(tmp_path)
    words = ["measure", str(scan), "--mask", str(mask), "--csv", str(tmp_path / "no" / "table.csv")]
    assert run(words, lambda *_: None) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_segments_are_measured_under_their_names_and_it_is_said_which_won(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dcmqi = shared_data / "formats/dicom/dcmqi_segmentations"
    scan, mask = dcmqi / "ct-3slice", dcmqi / "partial_overlaps.dcm"
    first, last = measure(scan, mask, overlap="first"), measure(scan, mask, overlap="last")
    names = {lesion["label"]: lesion["name"] for lesion in first["lesions"]}
    assert names[1] == "GREEN" and names[5] == "DARK_BLUE"
    voxels = [sum(one["voxels"] for one in found["lesions"] if one["name"] == "GREEN") for found in (first, last)]
    assert voxels[0] == 9602 > voxels[1]
    assert run(["measure", str(scan), "--mask", str(mask), "--overlap", "last"], lambda *_: None) == 0
    assert "the last segment of the file keeps them" in capsys.readouterr().err
