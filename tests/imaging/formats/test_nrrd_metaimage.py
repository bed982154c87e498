"""NRRD and MetaImage: every voxel at its place in mm, whatever order, packing and byte order the file has."""

import bz2
import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import ScanSource, find_scan, find_scans, read_mask, read_scan
from lesionstudio.imaging.formats.volumes import read_header

VOXELS = np.arange(4 * 5 * 6, dtype=np.int16).reshape(6, 5, 4, order="F")
"""(i, j, k), i fastest: 6 columns, 5 rows, 4 slices."""
PACKERS = {"raw": bytes, "gzip": gzip.compress, "bzip2": bz2.compress}
NRRD = {
    "type": "short",
    "dimension": "3",
    "space": "left-posterior-superior",
    "sizes": "6 5 4",
    "space directions": "(0.5,0,0) (0,0.6,0) (0,0,2)",
    "kinds": "domain domain domain",
    "endian": "little",
    "encoding": "raw",
    "space origin": "(10,20,30)",
}
META = {
    "ObjectType": "Image",
    "NDims": "3",
    "BinaryData": "True",
    "BinaryDataByteOrderMSB": "False",
    "TransformMatrix": "1 0 0 0 1 0 0 0 1",
    "Offset": "10 20 30",
    "ElementSpacing": "0.5 0.6 2",
    "DimSize": "6 5 4",
    "ElementType": "MET_SHORT",
}
IN_MM = np.array([-10 - 0.5 * 3, -20 - 0.6 * 2, 30 + 2 * 1.0])
"""RAS+ mm of the voxel (3, 2, 1) of both."""


def nrrd_file(path: Path, content: bytes, fields: Mapping[str, str] = NRRD, more: str = "") -> Path:
    lines = "".join(f"{name}: {text}\n" for name, text in fields.items())
    path.write_bytes(f"NRRD0004\n# comment\n{lines}{more}\n".encode() + content)
    return path


def meta_file(path: Path, content: bytes, fields: Mapping[str, str] = META, voxels: str = "LOCAL") -> Path:
    lines = "".join(f"{name} = {text}\n" for name, text in fields.items())
    path.write_bytes(f"{lines}ElementDataFile = {voxels}\n".encode() + content)
    return path


def raw(voxels: NDArray[np.generic] = VOXELS) -> bytes:
    return voxels.tobytes(order="F")


def assert_in_place(path: Path) -> None:
    scan = read_scan(path)
    assert scan.geometry.has_orientation and scan.geometry.plane == "axial" and scan.dtype == np.int16
    index = tuple(int(n) for n in np.argwhere(scan.volume() == VOXELS[3, 2, 1])[0])
    np.testing.assert_allclose(scan.geometry.to_mm(np.array([index]))[0], IN_MM)
    np.testing.assert_allclose(scan.geometry.spacing_mm, (2, 0.6, 0.5))


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_nrrd_voxel_is_where_its_header_says(tmp_path: Path, encoding: str) -> None:
    assert_in_place(nrrd_file(tmp_path / "a.nrrd", PACKERS[encoding](raw()), {**NRRD, "encoding": encoding}))


@pytest.mark.parametrize("packed", [False, True])
def test_a_metaimage_voxel_is_where_its_header_says(tmp_path: Path, packed: bool) -> None:
    content = zlib.compress(raw()) if packed else raw()
    assert_in_place(meta_file(tmp_path / "a.mha", content, {**META, "CompressedData": str(packed)}))


def test_big_endian_voxels_have_the_same_values(tmp_path: Path) -> None:
    assert_in_place(nrrd_file(tmp_path / "a.nrrd", raw(VOXELS.astype(">i2")), {**NRRD, "endian": "big"}))
    big = {**META, "BinaryDataByteOrderMSB": "True"}
    assert_in_place(meta_file(tmp_path / "a.mha", raw(VOXELS.astype(">i2")), big))


def test_voxels_in_a_second_file_are_found_beside_the_first(tmp_path: Path) -> None:
    (tmp_path / "v.raw").write_bytes(b"skip" + raw())
    assert_in_place(nrrd_file(tmp_path / "a.nhdr", b"", {**NRRD, "data file": "v.raw", "byte skip": "-1"}))
    assert_in_place(meta_file(tmp_path / "a.mhd", b"", {**META, "HeaderSize": "4"}, voxels="v.raw"))
    assert [scan.name for scan in find_scans(tmp_path)] == ["a", "a"]


@pytest.mark.parametrize("named", ["../v.raw", "/etc/passwd", "C:\\v.raw", "..\\v.raw", "sub/v.raw", "."])
def test_a_header_never_leads_out_of_its_folder(tmp_path: Path, named: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "v.raw").write_bytes(raw())
    for path in (
        nrrd_file(folder / "a.nhdr", b"", {**NRRD, "data file": named}),
        meta_file(folder / "a.mhd", b"", voxels=named),
    ):
        with pytest.raises(UnreadableFile, match="another folder"):
            read_scan(path)


def test_a_link_in_place_of_the_voxels_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(raw())
    (folder / "v.raw").symlink_to(tmp_path / "secret")
    with pytest.raises(UnreadableFile, match="link"):
        read_scan(meta_file(folder / "a.mhd", b"", voxels="v.raw"))


@pytest.mark.parametrize("list_first", [True, False])
def test_of_four_axes_a_volume_is_picked(tmp_path: Path, list_first: bool) -> None:
    volumes = np.stack([VOXELS, VOXELS + 1000], axis=0 if list_first else 3)
    way, kind = NRRD["space directions"], NRRD["kinds"]
    fields = {
        **NRRD,
        "dimension": "4",
        "sizes": "2 6 5 4" if list_first else "6 5 4 2",
        "space directions": f"none {way}" if list_first else f"{way} none",
        "kinds": f"list {kind}" if list_first else f"{kind} list",
    }
    path = nrrd_file(tmp_path / "a.nrrd", raw(volumes), fields)
    second = read_scan(ScanSource("nrrd", (path,), "v1"))
    assert second.notes == ("Volume 2 of 2 in this file.",) and "2 volumes" in find_scan(path).facts
    np.testing.assert_array_equal(second.volume(), read_scan(path).volume() + 1000)
    with pytest.raises(UnreadableFile, match="no part"):
        read_scan(ScanSource("nrrd", (path,), "v2"))


def test_three_bytes_a_voxel_are_colours(tmp_path: Path) -> None:
    colours = np.random.default_rng(1).integers(0, 255, (3, 6, 5, 4), np.uint8)
    scan = read_scan(
        meta_file(
            tmp_path / "a.mha", raw(colours), {**META, "ElementNumberOfChannels": "3", "ElementType": "MET_UCHAR"}
        )
    )
    assert scan.colour and scan.volume().shape == (4, 5, 6, 3)
    assert set(map(tuple, scan.volume().reshape(-1, 3))) == set(map(tuple, colours.reshape(3, -1).T))


def test_without_a_space_there_is_a_spacing_and_no_side(tmp_path: Path) -> None:
    bare = {name: text for name, text in NRRD.items() if not name.startswith("space")}
    geometry = read_scan(nrrd_file(tmp_path / "a.nrrd", raw(), {**bare, "spacings": "0.5 0.6 2"})).geometry
    assert not geometry.has_orientation and geometry.has_spacing
    np.testing.assert_allclose(geometry.spacing_mm, (2, 0.6, 0.5))
    assert not read_scan(nrrd_file(tmp_path / "b.nrrd", raw(), bare)).geometry.has_spacing


def test_a_mask_in_either_format_lies_on_the_scan_s_grid(tmp_path: Path) -> None:
    scan = read_scan(nrrd_file(tmp_path / "a.nrrd", raw()))
    marked = (VOXELS > 70).astype(np.uint8)
    flipped = {**META, "TransformMatrix": "1 0 0 0 1 0 0 0 -1", "Offset": "10 20 36", "ElementType": "MET_UCHAR"}
    mask = read_mask(meta_file(tmp_path / "m.mha", raw(marked[:, :, ::-1]), flipped), scan.geometry)
    np.testing.assert_array_equal(mask > 0, scan.volume() > 70)


def test_what_a_slicer_segmentation_says_beside_is_kept(shared_data: Path) -> None:
    path = shared_data / "formats/masks/seg_nrrd_slicerio/SegmentationOverlapping.seg.nrrd"
    header = read_header(path, "nrrd")
    assert header.volumes == 2 and header.geometry.shape == (34, 128, 128)
    assert header.texts["Segment0_Name"] == "ribs" and header.texts["Segment0_LabelValue"] == "1"


@pytest.mark.parametrize(
    ("changed", "content"),
    [
        ({"sizes": "60000 60000 60000"}, raw()), ({"sizes": "6 5"}, raw()), ({"sizes": "6 5 0"}, raw()),
        ({"type": "block"}, raw()), ({"encoding": "hex"}, raw()), ({"space directions": "(1,0,0)"}, raw()),
        ({}, raw()[:40]), ({"encoding": "gzip"}, gzip.compress(raw()[:40], mtime=0)),
        ({"encoding": "gzip"}, b"no gzip"),
    ],
)  # fmt: skip
def test_a_damaged_nrrd_is_refused_in_a_sentence(tmp_path: Path, changed: dict[str, str], content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_scan(nrrd_file(tmp_path / "a.nrrd", content, {**NRRD, **changed})).volume()


@pytest.mark.parametrize("changed", [{"DimSize": "6 5"}, {"ElementType": "MET_OTHER"}, {"BinaryData": "False"}])
def test_a_damaged_metaimage_is_refused_in_a_sentence(tmp_path: Path, changed: dict[str, str]) -> None:
    with pytest.raises(UnreadableFile):
        read_scan(meta_file(tmp_path / "a.mha", raw(), {**META, **changed})).volume()
