"""convert: scans as PNG slices that are the scan again when they are read."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.cli import run
from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.windowing import Window, to_grey
from lesionstudio.workflows.convert import ConvertOrder, convert_files
from lesionstudio.workflows.info import describe
from tests import phantoms
from tests.tiny_model import save_tiny_model


def converted(source: Path, out: Path, **more: Any) -> dict[str, Any]:
    (entry,) = convert_files(ConvertOrder([source], out, **more))
    return entry


def texts(path: Path) -> dict[str, str]:
    """The tEXt chunks of a PNG, read by the standard and not by us; every chunk's sum is checked."""
    content, place, found = path.read_bytes(), 8, {}
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + length]
        assert struct.unpack(">I", content[place + 8 + length : place + 12 + length]) == (zlib.crc32(kind + body),)
        if kind == b"tEXt":
            keyword, text = body.decode("latin-1").split("\0")
            found[keyword] = text
        place += 12 + length
    return found


def wild_hu() -> NDArray[np.int16]:
    """Four slices with everything a CT may hold: padding, air, bone, metal."""
    values = np.random.default_rng(3).integers(-1024, 3071, (4, 9, 14)).astype(np.int16)
    values[:, :2] = -3024
    values[2, 5, 5], values[3, 5, 5] = -32768, 32767
    return values


def ct(path: Path, values: NDArray[Any]) -> Path:
    affine = phantoms.grid("axial", values.shape, (5.0, 0.7, 0.6))
    phantom = phantoms.Phantom(values, np.zeros(values.shape, np.uint8), affine, 0.0, (0.0, 0.0, 0.0))
    phantoms.write_dicom(path, phantom)
    return path


def test_a_series_in_hu_is_the_same_again_from_its_pngs(tmp_path: Path) -> None:
    source = ct(tmp_path / "series", wild_hu())
    scan, entry = read_scan(source), converted(source, tmp_path / "out")
    assert [Path(file).name[-9:] for file in entry["files"]] == ["_0001.png", "_0002.png", "_0003.png", "_0004.png"]
    assert (entry["lossless"], entry["unit"], entry["notes"]) == (True, "HU", [])
    for k, file in enumerate(entry["files"]):
        again = read_scan(Path(file))
        np.testing.assert_array_equal(again.slice(0), scan.slice(k))
        assert (again.unit, again.modality, again.value_range) == ("HU", "CT", None)
        assert again.geometry.spacing_mm == pytest.approx((5.0, 0.7, 0.6))
        assert again.slice(0).dtype == np.int16


def test_the_file_says_offset_and_window_in_text_that_others_can_read(tmp_path: Path) -> None:
    entry = converted(ct(tmp_path / "series", wild_hu()), tmp_path / "out")
    said = texts(Path(entry["files"][0]))
    assert said["lesionstudio-unit"] == "HU" and said["lesionstudio-modality"] == "CT"
    offset, (low, high) = float(said["lesionstudio-offset"]), map(float, said["lesionstudio-window"].split())
    with Image.open(entry["files"][0]) as picture:
        stored = np.asarray(picture).astype(int)
    assert stored.max() <= 65535 and picture.mode.startswith("I;16")
    np.testing.assert_array_equal(stored - offset, read_scan(Path(entry["files"][0])).slice(0))
    assert [low, high] == entry["window"] and offset == entry["offset"]
    (facts,) = describe([Path(entry["files"][0])])
    assert facts["window"] == {"width": high - low, "level": (high + low) / 2}
    assert (facts["unit"], facts["modality"], facts["spacing_mm"]) == ("HU", "CT", pytest.approx([5.0, 0.7, 0.6]))


@pytest.mark.parametrize("dtype", ["u1", "u2", "i1", "i2"])
def test_a_tiff_stack_of_short_numbers_loses_nothing(tmp_path: Path, dtype: str) -> None:
    ends = np.iinfo(dtype)
    pages = np.random.default_rng(1).integers(ends.min, ends.max, (3, 8, 11), dtype=dtype, endpoint=True)
    stack = phantoms.write_tiff_stack(tmp_path / "in" / "stack.tif", pages)
    entry = converted(stack, tmp_path / "out")
    assert [Path(file).name for file in entry["files"]] == [f"stack_000{n}.png" for n in (1, 2, 3)]
    assert entry["lossless"]
    for k, file in enumerate(entry["files"]):
        again = read_scan(Path(file))
        np.testing.assert_array_equal(again.slice(0), pages[k])
        assert again.value_range == read_scan(stack).value_range


@pytest.mark.parametrize(
    ("values", "lossless", "nearly"),
    [
        (np.array([[-5.0, 70.0, 60000.0]]), True, 0.0),
        (np.array([[0.0, 0.25, 1.0]]), False, 1e-5),
        (np.array([[0.0, np.nan, 1.0]]), False, 1e-5),
        (np.array([[7.5, 7.5, 7.5]]), False, 1e-5),
        (np.array([[-3e9, 0.0, 5e9]]), False, 1e5),
    ],
)
def test_floats_are_kept_where_they_are_whole_and_else_said_to_be_nearly_so(
    tmp_path: Path, values: NDArray[np.float64], lossless: bool, nearly: float
) -> None:
    stack = phantoms.write_tiff_stack(tmp_path / "in" / "f.tif", np.repeat(values.astype(np.float32)[None], 2, axis=0))
    entry = converted(stack, tmp_path / "out")
    assert entry["lossless"] is lossless and bool(entry["notes"]) is not lossless
    again, wanted = read_scan(Path(entry["files"][0])).slice(0), np.nan_to_num(values, nan=np.nanmin(values))
    np.testing.assert_allclose(again, wanted, atol=nearly)


def test_a_nifti_comes_head_first_and_colours_stay(tmp_path: Path) -> None:
    phantom = phantoms.ct_phantom((5, 24, 24), (5.0, 2.0, 2.0))
    volume = phantoms.write_nifti(tmp_path / "in" / "ct.nii.gz", phantom.voxels, phantom.affine)
    entry, scan = converted(volume, tmp_path / "out"), read_scan(volume)
    for k, file in enumerate(entry["files"]):
        np.testing.assert_array_equal(read_scan(Path(file)).slice(0), scan.slice(k))
    rgb = np.random.default_rng(0).integers(0, 255, (6, 7, 3)).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "in" / "photo.bmp")
    (one,) = converted(tmp_path / "in" / "photo.bmp", tmp_path / "out")["files"]
    assert Path(one).name == "photo.png"
    np.testing.assert_array_equal(np.asarray(Image.open(one)), rgb)


def test_with_a_window_the_pictures_are_8_bit_and_say_which_hu_they_show(tmp_path: Path) -> None:
    source = ct(tmp_path / "series", wild_hu())
    entry = converted(source, tmp_path / "out", window="lung")
    with Image.open(entry["files"][1]) as picture:
        assert picture.mode == "L"
        np.testing.assert_array_equal(np.asarray(picture), to_grey(read_scan(source).slice(1), Window(1500, -600)))
    again = read_scan(Path(entry["files"][1]))
    assert again.unit == "" and again.value_window == Window(1500, -600) and again.value_range == (0, 255)
    assert not entry["lossless"] and "−1350 to 150" in entry["notes"][0]
    other = converted(source, tmp_path / "other", window="-1050:240")
    assert read_scan(Path(other["files"][0])).value_window == Window.between(-1050, 240)


def test_a_window_that_means_nothing_for_a_scan_is_said_with_those_that_do(tmp_path: Path) -> None:
    picture = phantoms.write_png(tmp_path / "in" / "a.png", phantoms.picture_phantom())
    entry = converted(picture, tmp_path / "out", window="lung")
    assert entry["error"] == "lung is no window for a." and "auto, full" in entry["hint"]
    assert "error" in converted(picture, tmp_path / "out", window="9:3")


def test_what_is_there_is_replaced_only_when_asked_and_originals_never(tmp_path: Path) -> None:
    picture = phantoms.write_png(tmp_path / "in" / "a.png", phantoms.picture_phantom())
    before = picture.read_bytes()
    assert "files" in converted(picture, tmp_path / "out")
    written = (tmp_path / "out" / "a.png").read_bytes()
    assert "is there already" in converted(picture, tmp_path / "out")["error"]
    assert (tmp_path / "out" / "a.png").read_bytes() == written
    assert "files" in converted(picture, tmp_path / "out", overwrite=True)
    with pytest.raises(ProjectProblem):
        converted(picture, tmp_path / "in", overwrite=True)
    assert picture.read_bytes() == before and not [*tmp_path.rglob(".*")]


def test_on_the_command_line_what_fails_is_named_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phantoms.write_png(tmp_path / "in" / "a.png", phantoms.picture_phantom())
    (tmp_path / "in" / "b.png").write_bytes(b"\x89PNG no more")
    words = ["convert", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--json"]
    assert run(words, lambda project, screenshot: None) == 1
    good, bad = json.loads(capsys.readouterr().out)
    assert good["files"] == [str(tmp_path / "out" / "a.png")] and bad.keys() == {"path", "error", "hint"}


def test_texts_that_no_longer_fit_the_picture_are_not_believed(tmp_path: Path) -> None:
    (first, *_rest) = converted(ct(tmp_path / "series", wild_hu()), tmp_path / "out")["files"]
    from PIL.PngImagePlugin import PngInfo

    kept = PngInfo()
    for keyword, text in texts(Path(first)).items():
        kept.add_text(keyword, text)
    with Image.open(first) as picture:
        picture.resize((7, 5)).save(tmp_path / "small.png", pnginfo=kept)
        Image.fromarray(np.zeros((9, 14), np.uint8)).save(tmp_path / "flat.png", pnginfo=kept)
    assert read_scan(tmp_path / "small.png").unit == "HU" and not read_scan(tmp_path / "small.png").geometry.has_spacing
    flat = read_scan(tmp_path / "flat.png")
    assert (flat.unit, flat.value_window, flat.value_range) == ("", None, (0, 255))
    broken = PngInfo()
    for keyword in texts(Path(first)):
        broken.add_text(keyword, "nan 3 x")
    Image.fromarray(np.zeros((9, 14), np.uint16)).save(tmp_path / "broken.png", pnginfo=broken)
    assert read_scan(tmp_path / "broken.png").unit == ""


def test_real_series_come_back_voxel_by_voxel(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "chest_ct" / "C3L-00189" / "dicom"
    scan, entry = read_scan(source), converted(source, tmp_path / "out")
    assert entry["lossless"] and len(entry["files"]) == scan.slices
    again = np.concatenate([read_scan(Path(file)).volume() for file in entry["files"]])
    np.testing.assert_array_equal(again, scan.volume())


def test_a_search_knows_what_a_converted_picture_is_of(tmp_path: Path) -> None:
    entry = converted(ct(tmp_path / "series", wild_hu()), tmp_path / "out")
    assert {found.modality for found in find_scans(tmp_path / "out")} == {"CT"} and len(entry["files"]) == 4


def test_the_guess_and_the_option_to_type_are_said_once_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    chest = phantoms.ct_phantom((16, 96, 96), (5.0, 2.0, 2.0)).voxels.astype(int) + 1024
    for k in (4, 9):
        Image.fromarray((chest[k] + np.arange(96) % 9).astype(np.uint16)).save(tmp_path / "in" / f"{k}.png")
    model, out = save_tiny_model(tmp_path / "model"), tmp_path / "out"
    words = ["segment", str(tmp_path / "in"), "--model", str(model), "--out", str(out), "--device", "cpu"]
    assert run(words, lambda project, screenshot: None) == 0
    said = capsys.readouterr().err
    assert said.count("With --hu-offset 1024, segment") == 1
    assert run([*words, "--overwrite", "--hu-offset", "1024"], lambda project, screenshot: None) == 0
    assert "hu-offset" not in capsys.readouterr().err
    assert run(["info", str(tmp_path / "in")], lambda project, screenshot: None) == 0
    assert "--hu-offset 1024" in capsys.readouterr().err
