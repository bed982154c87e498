"""convert to volumes and back: the same pixels, the same place in the patient, and what is lost is said."""

import errno
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.cli import run
from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.formats import find_scan, read_scan
from lesionstudio.workflows.convert import ConvertOrder, convert_files
from tests import phantoms
from tests.disks import Full, instead


def converted(source: Path, out: Path, **more: Any) -> dict[str, Any]:
    (entry,) = convert_files(ConvertOrder([source], out, **more))
    return entry


def pages(dtype: str, shape: tuple[int, ...] = (12, 8, 11)) -> NDArray[Any]:
    ends = np.iinfo(dtype)
    return np.random.default_rng(1).integers(ends.min, ends.max, shape, dtype=dtype, endpoint=True)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2"])
def test_a_stack_becomes_slices_and_the_slices_that_stack_again(tmp_path: Path, dtype: str) -> None:
    values = pages(dtype)
    stack = phantoms.write_tiff_stack(tmp_path / "in" / "brain.tif", values)
    slices = converted(stack, tmp_path / "slices")["files"]
    assert len(slices) == 12
    entry = converted(tmp_path / "slices", tmp_path / "back", to="tiff")
    assert entry["files"] == [str(tmp_path / "back" / "brain.tif")] and entry["lossless"]
    assert "12 numbered pictures were joined, brain_0001.png to brain_0012.png." in entry["notes"]
    again = tifffile.imread(entry["files"][0])
    assert again.dtype == values.dtype
    np.testing.assert_array_equal(again, values)


def test_colours_and_spacing_go_both_ways_too(tmp_path: Path) -> None:
    values = pages("u1", (3, 8, 11, 3))
    tifffile.imwrite(tmp_path / "c.tif", values, photometric="rgb")
    converted(tmp_path / "c.tif", tmp_path / "slices")
    np.testing.assert_array_equal(
        tifffile.imread(converted(tmp_path / "slices", tmp_path / "back", to="tiff")["files"][0]), values
    )
    (tmp_path / "series").mkdir()
    found = find_scan(phantoms.write_dicom(tmp_path / "series", phantoms.ct_phantom((4, 24, 24), (5.0, 0.75, 0.5)))[0])
    converted(tmp_path / "series", tmp_path / "ct")
    entry = converted(tmp_path / "ct", tmp_path / "ct_back", to="tiff")
    scan = read_scan(Path(entry["files"][0]))
    assert scan.geometry.spacing_mm == pytest.approx((5.0, 0.75, 0.5), rel=1e-6)
    np.testing.assert_array_equal(scan.volume(), read_scan(found.source).volume())


def test_single_pictures_and_other_rows_of_numbers_stay_apart(tmp_path: Path) -> None:
    for name, size in {
        "a_1": (8, 9),
        "a_2": (8, 9),
        "a_10": (8, 9),
        "b_1": (8, 9),
        "a_3": (8, 10),
        "note": (8, 9),
    }.items():
        (tmp_path / "in").mkdir(exist_ok=True)
        Image.fromarray(np.full(size, int(name[2:] or 0) if name != "note" else 0, np.uint8)).save(
            tmp_path / "in" / f"{name}.png"
        )
    entries = convert_files(ConvertOrder([tmp_path / "in"], tmp_path / "out", "tiff"))
    files = {Path(file).name: tifffile.imread(file) for entry in entries for file in entry["files"]}
    assert set(files) == {"a.tif", "b_1.tif", "a_3.tif", "note.tif"}
    assert files["a.tif"][:, 0, 0].tolist() == [1, 2, 10]


def test_values_wider_than_16_bits_name_the_window_they_were_given(tmp_path: Path) -> None:
    for values in (np.array([[0.0, 0.25, 0.5, 1.0]], np.float32), np.array([[-70000, 5, 6, 200000]], np.int32)):
        source = tmp_path / f"{values.dtype}.tif"
        tifffile.imwrite(source, np.repeat(values[None], 2, axis=0), photometric="minisblack")
        entry = converted(source, tmp_path / f"{values.dtype}")
        assert entry["window"] == pytest.approx([values.min(), values.max()], rel=1e-6) and not entry["lossless"]
        assert "65536 steps" in " ".join(entry["notes"])
        kept = converted(source, tmp_path / "kept", to="tiff")
        assert kept["lossless"] and kept["window"] is None
        np.testing.assert_array_equal(tifffile.imread(kept["files"][0])[0], values)
        shown = converted(source, tmp_path / "shown", to="tiff", window="0:1")
        assert tifffile.imread(shown["files"][0]).dtype == np.uint8 and shown["window"] == [0, 1]


def test_masks_in_a_folder_are_said_to_be_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = phantoms.write_tiff_stack(tmp_path / "in" / "brain.tif", pages("u1", (2, 8, 9)))
    phantoms.write_tiff_stack(tmp_path / "in" / "brain-labels.tif", pages("u1", (2, 8, 9)))
    words = ["convert", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    assert run(words, lambda project, screenshot: None) == 0
    assert "1 mask was passed over; named as a file it is converted." in capsys.readouterr().err
    named = converted(source.with_name("brain-labels.tif"), tmp_path / "out")
    assert [Path(file).name for file in named["files"]] == ["brain-labels_0001.png", "brain-labels_0002.png"]


def test_pictures_of_several_kinds_are_no_stack(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for n, kind in enumerate((np.uint8, np.uint16), 1):
        Image.fromarray(np.full((8, 9), n, kind)).save(tmp_path / "in" / f"a_{n}.png")
    entries = convert_files(ConvertOrder([tmp_path / "in"], tmp_path / "out", "tiff"))
    assert [Path(entry["files"][0]).name for entry in entries] == ["a_1.tif", "a_2.tif"]
    assert [tifffile.imread(entry["files"][0]).dtype for entry in entries] == [np.uint8, np.uint16]


def test_a_slice_that_cannot_be_read_is_black_and_named_and_a_file_without_any_is_not_written(tmp_path: Path) -> None:
    source = tmp_path / "cut.tif"
    tifffile.imwrite(source, pages("u2", (3, 40, 50)), compression="zlib", photometric="minisblack")
    with tifffile.TiffFile(source) as file:
        place = file.pages[1].dataoffsets[0]
    content = bytearray(source.read_bytes())
    content[place : place + 40] = b"\0" * 40
    source.write_bytes(content)
    entry = converted(source, tmp_path / "out", to="tiff")
    written = tifffile.imread(entry["files"][0])
    assert not written[1].any() and written[0].any() and written[2].any() and not entry["lossless"]
    assert any(note.startswith("Slice 2 could not be read and is black") for note in entry["notes"])
    one = tmp_path / "one.tif"
    tifffile.imwrite(one, pages("u2", (40, 50)), compression="zlib")
    with tifffile.TiffFile(one) as file:
        place = file.pages[0].dataoffsets[0]
    one.write_bytes(one.read_bytes()[:place] + b"\0" * 40 + one.read_bytes()[place + 40 :])
    assert "error" in converted(one, tmp_path / "none", to="tiff") and not list((tmp_path / "none").iterdir())


@pytest.mark.parametrize("kind", ["u8", "i8", "f2"])
def test_values_that_few_formats_know_are_kept_as_tiff_and_shown_as_nifti(tmp_path: Path, kind: str) -> None:
    values = (np.arange(2 * 5 * 6).reshape(2, 5, 6) % 90).astype(kind)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack")
    kept = read_scan(Path(converted(tmp_path / "a.tif", tmp_path / "tiff", to="tiff")["files"][0]))
    np.testing.assert_array_equal(kept.volume(), values)
    volume = nibabel.load(converted(tmp_path / "a.tif", tmp_path / "nifti", to="nifti")["files"][0])
    np.testing.assert_array_equal(np.asarray(volume.dataobj).transpose(2, 1, 0), values)


def test_what_nifti_cannot_hold_is_a_sentence(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "long.tif", np.zeros((1, 40000), np.uint8))
    assert "at most 32767 voxels" in converted(tmp_path / "long.tif", tmp_path / "out", to="nifti")["error"]
    tifffile.imwrite(tmp_path / "deep.tif", np.zeros((4, 5, 3), np.uint16), photometric="rgb")
    assert "more than 8 bits" in converted(tmp_path / "deep.tif", tmp_path / "out", to="nifti")["error"]


@pytest.mark.parametrize("plane", phantoms.PLANES)
def test_a_series_as_nifti_lies_where_it_lay(tmp_path: Path, plane: phantoms.Plane) -> None:
    phantom = phantoms.orientation_phantom(plane)
    phantoms.write_dicom(tmp_path / "series", phantom)
    entry = converted(tmp_path / "series", tmp_path / "out", to="nifti")
    assert Path(entry["files"][0]).name == "CT 001.nii.gz" and entry["lossless"]
    image = nibabel.load(entry["files"][0])
    np.testing.assert_allclose(image.affine[:, [2, 1, 0, 3]], phantom.affine, rtol=1e-6, atol=1e-5)
    np.testing.assert_array_equal(np.asarray(image.dataobj).transpose(2, 1, 0), phantom.voxels)


def test_a_nifti_keeps_its_affine_to_the_last_bit(shared_data: Path, tmp_path: Path) -> None:
    for name in ("PSL", "RAS", "LSA"):
        source = shared_data / "formats/nifti/niivue_space" / f"{name}.nii.gz"
        written = nibabel.load(converted(source, tmp_path / name, to="nifti")["files"][0])
        was = nibabel.load(source)
        np.testing.assert_array_equal(written.affine, was.affine)
        np.testing.assert_allclose(np.asarray(written.dataobj), np.asarray(was.dataobj), rtol=1e-7)


def test_uneven_slices_are_said_where_a_file_cannot_hold_them(tmp_path: Path) -> None:
    def leave_a_gap(dataset: Any, k: int) -> None:
        if k >= 3:
            dataset.ImagePositionPatient = [*dataset.ImagePositionPatient[:2], dataset.ImagePositionPatient[2] - 20]

    phantoms.write_dicom(tmp_path / "series", phantoms.ct_phantom((6, 16, 16)), change=leave_a_gap)
    entry = converted(tmp_path / "series", tmp_path / "out", to="nifti")
    assert "uneven" in " ".join(entry["notes"]) and not entry["lossless"]


@pytest.mark.parametrize("to", ["png", "tiff", "nifti"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(tmp_path: Path, to: str) -> None:
    stack = phantoms.write_tiff_stack(tmp_path / "in" / "brain.tif", pages("u1"))
    with instead(Full(0, code=errno.ENOSPC).calls()), pytest.raises(ProjectProblem, match="The disk is full"):
        converted(stack, tmp_path / "out", to=to)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_files_are_called_by_alias_hash_or_patient_as_asked(tmp_path: Path) -> None:
    phantoms.write_dicom(tmp_path / "Doe^John", phantoms.ct_phantom((3, 16, 16)))
    names = {}
    for how in ("auto", "alias", "hash", "original"):
        (file,) = converted(tmp_path / "Doe^John", tmp_path / how, to="nifti", names=how)["files"]
        names[how] = Path(file).name.removesuffix(".nii.gz")
    assert names["auto"] == names["alias"] == "CT 001" and names["original"] == "P1_Series_2"
    assert len(names["hash"]) == 16 and "Doe" not in " ".join(names.values())


def write_screen(folder: Path, words: str = "", *, tag: str = "", secondary: bool = True) -> Path:
    """A picture of a screen, with words in its corner and what the tag says of them."""
    import cv2

    phantom = phantoms.ct_phantom((1, 256, 256), (5.0, 1.0, 1.0))
    picture = np.zeros((256, 256), np.uint8)
    cv2.putText(picture, words, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    phantom.voxels[0][picture > 127] = 1500

    def as_screen(dataset: Any, _k: int) -> None:
        if secondary:
            dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
        if tag:
            dataset.BurnedInAnnotation = tag

    return phantoms.write_dicom(folder, phantom, change=as_screen)[0]


def test_pictures_with_text_burned_in_are_held_back_unless_let_out(tmp_path: Path) -> None:
    letters = write_screen(tmp_path / "letters", "DOE JOHN 1950")
    entry = converted(letters, tmp_path / "out")
    assert "was held back. Letters seem to be burned into" in entry["error"] and "--burned-in" in entry["hint"]
    assert not list((tmp_path / "out").iterdir())
    assert converted(letters, tmp_path / "out", burned_in=True)["files"]
    told = write_screen(tmp_path / "told", tag="YES", secondary=False)
    assert "The file says that text is burned" in converted(told, tmp_path / "told_out")["error"]
    for name, bare in {
        "bare": write_screen(tmp_path / "bare"),
        "scan": write_screen(tmp_path / "s", "DOE JOHN", secondary=False),
    }.items():
        assert converted(bare, tmp_path / f"{name}_out")["files"], "no letters, or a scan and no screen"
