"""Masks in: whatever was drawn becomes label numbers; masks out: as asked, whole or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.errors import GridMismatch, LesionStudioError, UnreadableFile
from lesionstudio.imaging.formats import read_mask, read_scan, write_mask
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Geometry

FLAT = Geometry.pixels((1, 4, 6))


def labels(*rows: list[int]) -> NDArray[np.uint8]:
    return np.array([rows], np.uint8)


def square(value: int = 1) -> NDArray[np.uint8]:
    marked = np.zeros((1, 4, 6), np.uint8)
    marked[0, 1:3, 2:5] = value
    return marked


def saved(path: Path, pixels: NDArray[Any]) -> Path:
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("value", [255, 200, 1])
def test_one_value_becomes_label_one(tmp_path: Path, value: int) -> None:
    path = saved(tmp_path / "a.png", square(value)[0])
    np.testing.assert_array_equal(read_mask(path, FLAT), square())


def test_a_single_label_number_stays(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_mask(saved(tmp_path / "a.png", square(3)[0]), FLAT), square(3))


def test_one_bit_and_palette_masks_are_read(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_mask(saved(tmp_path / "a.png", square()[0] > 0), FLAT), square())
    image = Image.fromarray(square(2)[0], "P")
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.save(tmp_path / "b.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "b.png", FLAT), square(2))


def test_zero_can_be_the_structure(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", 255 - square(255)[0])
    np.testing.assert_array_equal(read_mask(path, FLAT, structure=0), square())
    np.testing.assert_array_equal(read_mask(path, FLAT, structure=255), 1 - square())


def test_smoothed_edges_are_cut_at_half_and_that_is_said(shared_data: Path) -> None:
    path = shared_data / "em_vnc/mitochondria/00.png"
    notes: list[str] = []
    grey = np.asarray(Image.open(path).convert("L"))
    read = read_mask(path, Geometry.pixels((1, *grey.shape)), notes=notes)
    np.testing.assert_array_equal(read[0], grey >= 128)
    assert len(notes) == 1 and "128" in notes[0]


def test_probabilities_are_cut_at_half_and_that_is_said(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.array([[[0.2, 0.5, 0.9]]], np.float32), photometric="minisblack")
    notes: list[str] = []
    read = read_mask(tmp_path / "a.tif", Geometry.pixels((1, 1, 3)), notes=notes)
    assert read.tolist() == [[[0, 1, 1]]] and "0.50" in notes[0]


def test_label_numbers_of_a_real_two_class_mask_stay(shared_data: Path) -> None:
    path = shared_data / "lung_medseg/masks_multiclass/000.png"
    scan = read_scan(shared_data / "lung_medseg/images/000.jpg")
    stored = np.asarray(Image.open(path))
    read = read_mask(path, scan.geometry)
    assert set(np.unique(read)) == set(np.unique(stored)) <= {0, 1, 2}


def test_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", np.zeros((512, 496), np.uint8).T)
    with pytest.raises(GridMismatch) as caught:
        read_mask(path, Geometry.pixels((1, 512, 512)))
    assert "512 × 496 pixels, the scan 512 × 512. Nothing was changed." in caught.value.message
    assert caught.value.hint


def test_another_number_of_slices_is_refused_with_both(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((3, 4, 6), np.uint8), photometric="minisblack")
    with pytest.raises(GridMismatch, match="3 slices, the scan 5"):
        read_mask(tmp_path / "a.tif", Geometry.pixels((5, 4, 6)))


def test_a_mask_from_elsewhere_in_the_patient_is_refused(tmp_path: Path) -> None:
    axes = ((0, 0, -2), (0, -1, 0), (-1, 0, 0))
    here = Geometry.from_axes((5, 4, 6), (0, 0, 0), *axes)
    there = Geometry.from_axes((5, 4, 6), (0, 0, 40), *axes)
    (path,) = write_mask(tmp_path / "a.nii.gz", np.ones((5, 4, 6), np.uint8), there)
    assert read_mask(path, there).all()
    with pytest.raises(GridMismatch, match="elsewhere"):
        read_mask(path, here)


def test_a_coloured_mask_is_refused_with_a_sentence(tmp_path: Path) -> None:
    coloured = np.zeros((4, 6, 3), np.uint8)
    coloured[1, 1] = (255, 0, 0)
    with pytest.raises(UnreadableFile, match="in colour"):
        read_mask(saved(tmp_path / "a.png", coloured), FLAT)


def test_a_picture_is_no_mask(tmp_path: Path) -> None:
    deep = np.linspace(0, 60000, 24).reshape(4, 6).astype(np.uint16)
    with pytest.raises(UnreadableFile, match="0 to 60000"):
        read_mask(saved(tmp_path / "a.png", deep), FLAT)


def test_a_folder_of_pictures_is_a_mask_of_as_many_slices(tmp_path: Path) -> None:
    volume = np.zeros((11, 4, 6), np.uint8)
    for k in range(11):
        volume[k, 0, k % 6] = 1
        write_mask(tmp_path / f"a_{k + 1}.png", volume[k : k + 1], FLAT)
    np.testing.assert_array_equal(read_mask(tmp_path, Geometry.pixels(volume.shape)), volume)


def test_an_empty_mask_is_empty(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", np.zeros((4, 6), np.uint8))
    assert not read_mask(path, FLAT).any()


# --- Writing ---------------------------------------------------------------------------------------------------------


def opened(path: Path) -> tuple[str, NDArray[Any]]:
    with Image.open(path) as image:
        return image.mode, np.asarray(image)


def test_auto_writes_one_label_as_0_and_255_and_several_as_a_palette(tmp_path: Path) -> None:
    (grey,) = write_mask(tmp_path / "a.png", square(), FLAT, colours={1: "#F5A539"})
    assert opened(grey)[0] == "L" and set(np.unique(opened(grey)[1])) == {0, 255}
    two = {1: "#F5A539", 2: "#A082FB"}
    (index,) = write_mask(tmp_path / "b.png", square(), FLAT, colours=two)
    mode, pixels = opened(index)
    assert mode == "P" and set(np.unique(pixels)) == {0, 1}
    with Image.open(index) as image:
        assert image.getpalette()[:9] == [0, 0, 0, 0xF5, 0xA5, 0x39, 0xA0, 0x82, 0xFB]


def test_binary_marks_every_label_as_255(tmp_path: Path) -> None:
    (path,) = write_mask(tmp_path / "a.png", square(3), FLAT, values="binary", colours={1: "#000000", 3: "#ffffff"})
    assert set(np.unique(opened(path)[1])) == {0, 255}


def test_per_label_writes_a_file_a_label_and_no_name_leaves_the_folder(tmp_path: Path) -> None:
    both = square(1) + 0
    both[0, 0, 0] = 2
    files = write_mask(
        tmp_path / "x.png", both, FLAT, values="per-label",
        colours={1: "#F5A539", 2: "#A082FB"}, names={1: "Lesion", 2: "../../etc/x"},
    )  # fmt: skip
    assert [file.name for file in files] == ["x_Lesion.png", "x_etc_x.png"] or files[1].parent == tmp_path
    assert all(file.parent == tmp_path for file in files)
    assert opened(files[1])[1].sum() == 255


def test_a_tiff_stack_keeps_labels_and_spacing(tmp_path: Path) -> None:
    volume = np.random.default_rng(1).integers(0, 3, (5, 4, 6)).astype(np.uint8)
    geometry = Geometry.from_axes(volume.shape, (0, 0, 0), (0, 0, -2.5), (0, -0.7, 0), (-0.8, 0, 0))
    (path,) = write_mask(tmp_path / "a.tif", volume, geometry, colours={1: "#F5A539", 2: "#A082FB"})
    np.testing.assert_array_equal(read_mask(path, geometry), volume)
    np.testing.assert_allclose(read_scan(path).geometry.spacing_mm, (2.5, 0.7, 0.8), rtol=1e-4)


def test_an_ending_nobody_writes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LesionStudioError, match=r"\.gif"):
        write_mask(tmp_path / "a.gif", square(), FLAT)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = write_mask(tmp_path / "a.png", square(), FLAT)
    before = path.read_bytes()

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_mask(path, square(2), FLAT, values="index")
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_the_draft_of_a_file_is_gone_when_writing_ends_badly(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), whole_file(tmp_path / "a.txt") as draft:
        draft.write_text("half")
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([".png", ".nii", ".tif"]))
def test_labels_come_back_exactly(tmp_path: Path, rows: int, columns: int, seed: int, ending: str) -> None:
    drawn = np.random.default_rng(seed).integers(0, 256, (1, rows, columns)).astype(np.uint8)
    grid = Geometry.pixels(drawn.shape)
    (path,) = write_mask(tmp_path / f"a{ending}", drawn, grid, values="index")
    np.testing.assert_array_equal(read_mask(path, grid, exact=True), drawn)
