"""TIFF: pages as the manifest has them, one at a time, with the spacing of ImageJ and OME."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import ScanSource, read_scan
from lesionstudio.imaging.formats import tiff as tiff_format
from lesionstudio.imaging.formats.tiff_spacing import ome_spacing


def test_stored_pages_are_those_of_the_manifest(shared_data: Path) -> None:
    folder = shared_data / "formats/tiff"
    import logging

    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)
    wrong = []
    for entry in json.loads((folder / "manifest.json").read_text()):
        if "md5" not in entry:
            continue
        header = tiff_format.read_header(folder / entry["file"])
        page = tiff_format.TiffPages(header, header.groups[0], stored=True).read(0)
        if entry["planar"] == 2 and page.ndim == 3:
            page = np.moveaxis(page, -1, 0)
        if hashlib.md5(np.ascontiguousarray(page).tobytes()).hexdigest() != entry["md5"]:
            wrong.append(entry["file"])
    assert wrong == []


def test_what_the_manifest_cannot_read_is_refused_with_a_sentence(shared_data: Path) -> None:
    folder = shared_data / "formats/tiff"
    entries = [e for e in json.loads((folder / "manifest.json").read_text()) if "md5" not in e]
    assert entries
    for entry in entries:
        with pytest.raises(UnreadableFile):
            read_scan(folder / entry["file"]).slice(0)


def test_a_stack_is_a_volume_and_each_page_a_slice(shared_data: Path) -> None:
    stack = read_scan(shared_data / "em_isbi2012/stack/train-volume.tif")
    assert stack.geometry.shape == (25, 512, 512) and not stack.geometry.has_spacing
    single = read_scan(shared_data / "em_isbi2012/images/07.png")
    np.testing.assert_array_equal(stack.slice(7), single.slice(0))
    assert stack.value_range == (0.0, 255.0)


def test_only_the_page_that_is_looked_at_is_read(tmp_path: Path) -> None:
    pages = np.arange(4 * 30 * 40, dtype=np.uint16).reshape(4, 30, 40)
    tifffile.imwrite(tmp_path / "a.tif", pages, photometric="minisblack", metadata=None)
    scan = read_scan(tmp_path / "a.tif")
    raw = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        start = tiff.pages[2].dataoffsets[0]
    raw[start : start + 2400] = bytes(2400)
    (tmp_path / "a.tif").write_bytes(raw)
    np.testing.assert_array_equal(scan.slice(1), pages[1])
    assert not scan.slice(2).any()


def test_the_spacing_imagej_writes_is_read(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.zeros((5, 30, 40), np.uint8),
        imagej=True,
        resolution=(1 / 0.004, 1 / 0.005),
        metadata={"spacing": 0.05, "unit": "um", "axes": "ZYX"},
    )
    geometry = read_scan(tmp_path / "a.tif").geometry
    np.testing.assert_allclose(geometry.spacing_mm, (0.05e-3, 0.005e-3, 0.004e-3), rtol=1e-4)
    assert geometry.has_spacing and not geometry.has_orientation


def test_the_spacing_ome_writes_is_read(tmp_path: Path) -> None:
    metadata = {"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "mm", "PhysicalSizeY": 500.0,
                "PhysicalSizeYUnit": "µm", "PhysicalSizeZ": 0.2, "PhysicalSizeZUnit": "cm"}  # fmt: skip
    tifffile.imwrite(tmp_path / "a.ome.tif", np.zeros((5, 30, 40), np.uint8), metadata=metadata)
    np.testing.assert_allclose(read_scan(tmp_path / "a.ome.tif").geometry.spacing_mm, (2.0, 0.5, 0.5))
    assert ome_spacing('<Pixels PhysicalSizeX="0" PhysicalSizeY="1">') is None


def test_dots_per_inch_are_no_spacing(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((30, 40), np.uint8), resolution=(72, 72), resolutionunit=2)
    assert not read_scan(tmp_path / "a.tif").geometry.has_spacing


def test_the_channels_of_a_hyperstack_are_parts(tmp_path: Path) -> None:
    voxels = np.arange(4 * 2 * 6 * 7, dtype=np.uint16).reshape(4, 2, 6, 7)
    tifffile.imwrite(tmp_path / "a.tif", voxels, imagej=True, metadata={"axes": "ZCYX"})
    np.testing.assert_array_equal(read_scan(tmp_path / "a.tif").volume(), voxels[:, 0])
    second = read_scan(ScanSource("tiff", (tmp_path / "a.tif",), "v1"))
    np.testing.assert_array_equal(second.volume(), voxels[:, 1])


def test_white_is_zero_is_turned_round_and_bits_become_black_and_white(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.array([[0, 255]], np.uint8), photometric="miniswhite")
    assert read_scan(tmp_path / "a.tif").slice(0).tolist() == [[255, 0]]
    tifffile.imwrite(tmp_path / "b.tif", np.array([[True, False]]), photometric="minisblack")
    assert read_scan(tmp_path / "b.tif").slice(0).tolist() == [[255, 0]]


def test_three_channels_stay_three_channels(shared_data: Path) -> None:
    scan = read_scan(shared_data / "brain_lgg/train/images/TCGA_CS_4943_20000902_1.tif")
    assert scan.channels == 3 and scan.slice(0).shape == (256, 256, 3)


def test_planes_one_after_the_other_are_put_side_by_side(shared_data: Path) -> None:
    folder = shared_data / "formats/tiff/libtiffpic/depth"
    planar, contiguous = (read_scan(folder / f"flower-rgb-{kind}-08.tif").slice(0) for kind in ("planar", "contig"))
    np.testing.assert_array_equal(planar, contiguous)


def test_a_page_that_is_cut_off_says_so_and_the_others_open(shared_data: Path) -> None:
    scan = read_scan(shared_data / "formats/hostile/derived_truncated_stack.tif")
    assert scan.slice(0).shape == (512, 512) if scan.slices > 1 else True
    with pytest.raises(UnreadableFile):
        scan.volume()


def test_pages_that_go_round_in_a_circle_end(shared_data: Path) -> None:
    folder = shared_data / "formats/tiff/pillow"
    assert read_scan(folder / "multipage_single_frame_loop.tiff").slices == 1
    assert read_scan(folder / "multipage_multiple_frame_loop.tiff").slices <= 2


def test_floats_keep_what_is_not_a_number(shared_data: Path) -> None:
    scan = read_scan(shared_data / "formats/tiff/derived/isbi2_float32_nan.tif")
    assert np.isnan(scan.volume()).any() and scan.value_range is None
