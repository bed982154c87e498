"""AmiraMesh label fields, in files written here from the published format: text, plain, packed; materials; place."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch, UnreadableFile
from lesionstudio.imaging.formats import facts_of_mask, read_mask, read_segments, segments_in
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.segments import Segment

Labels = NDArray[np.uint8]
HEAD = """# AmiraMesh {kind} 2.1


define Lattice {columns} {rows} {slices}

Parameters {{
    Materials {{
        Exterior {{
            Id 1
        }}
        "Left lung" {{
            Color 1 0.5 0,
            Id 5
        }}
        Tumour {{ Color 0 0 1, Id 3 }}
    }}
    Content "{columns}x{rows}x{slices} byte, uniform coordinates",
    BoundingBox {box},
    CoordType "uniform"
}}

Lattice {{ {type} Labels }} @1{packing}

# Data section follows
@1
"""
MATERIALS = (Segment(1, "Left lung", "#FF8000"), Segment(2, "Tumour", "#0000FF"))


def runs(content: bytes) -> bytes:
    """HxByteRLE: 1 to 127 and a byte to repeat, or 128 and more and so many bytes less 128."""
    packed, at = bytearray(), 0
    while at < len(content):
        same = 1
        while at + same < len(content) and same < 127 and content[at + same] == content[at]:
            same += 1
        if same > 1:
            packed += bytes((same, content[at]))
        else:
            end = at + 1
            while end < len(content) and end - at < 127 and content[end] != content[end - 1]:
                end += 1
            same = end - at
            packed += bytes((128 + same,)) + content[at:end]
        at += same
    return bytes(packed)


def saved(path: Path, labels: Labels, how: str = "plain", box: str = "0 1 0 1 0 1") -> Path:
    """A label field (slice, row, column), the column fastest."""
    content, kind, packing, type_name = labels.tobytes(), "BINARY-LITTLE-ENDIAN", "", "byte"
    if how == "text":
        content, kind = "\n".join(str(value) for value in labels.ravel()).encode(), "3D ASCII"
    elif how == "runs":
        content = runs(content)
        packing = f"(HxByteRLE,{len(content)})"
    elif how == "zip":
        content = zlib.compress(content)
        packing = f"(HxZip,{len(content)})"
    elif how == "big":
        content, kind, type_name = labels.astype(">u2").tobytes(), "BINARY", "ushort"
    slices, rows, columns = labels.shape
    head = HEAD.format(columns=columns, rows=rows, slices=slices, kind=kind, packing=packing, box=box, type=type_name)
    path.write_bytes(head.encode() + content + b"\n")
    return path


def some_labels(shape: tuple[int, int, int] = (3, 4, 6)) -> Labels:
    return np.random.default_rng(3).integers(0, 3, shape).astype(np.uint8)


@pytest.mark.parametrize("how", ["text", "plain", "runs", "zip", "big"])
def test_labels_and_materials_come_back_however_they_are_stored(tmp_path: Path, how: str) -> None:
    labels = some_labels()
    path = saved(tmp_path / "a.am", labels, how)
    segmentation = read_segments(path, Geometry.pixels(labels.shape))
    assert segmentation is not None and segmentation.segments == MATERIALS == segments_in(path)
    np.testing.assert_array_equal(segmentation.labels(), labels)
    np.testing.assert_array_equal(read_mask(path, Geometry.pixels(labels.shape)), labels)
    assert facts_of_mask(path).shape == (3, 4, 6)  # type: ignore[union-attr]


@given(st.lists(st.integers(0, 2), min_size=24, max_size=24), st.integers(1, 40))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_runs_of_any_length_come_back(tmp_path: Path, values: list[int], times: int) -> None:
    labels = np.repeat(np.array(values, np.uint8), times).reshape(2, 3, 4 * times)
    path = saved(tmp_path / "a.am", labels, "runs")
    np.testing.assert_array_equal(read_mask(path, Geometry.pixels(labels.shape)), labels)


def test_a_box_in_the_millimetres_of_the_scan_says_where_each_slice_belongs(tmp_path: Path) -> None:
    labels = some_labels()
    path = saved(tmp_path / "a.am", labels, box="10 20 -6 0 4 8")  # 2 mm; Amira counts from the feet
    scan = Geometry.from_axes((3, 4, 6), (-10, 6, 8), (0, 0, -2), (0, -2, 0), (-2, 0, 0))
    segmentation = read_segments(path, scan)
    assert segmentation is not None and segmentation.notes == ()
    np.testing.assert_array_equal(segmentation.labels(), labels[::-1])


def test_without_a_place_it_is_said_that_nobody_knows_which_way_it_runs(tmp_path: Path) -> None:
    labels = some_labels()
    scan = Geometry.from_axes((3, 4, 6), (-10, 6, 8), (0, 0, -2), (0, -2, 0), (-2, 0, 0))
    segmentation = read_segments(saved(tmp_path / "a.am", labels), scan)
    assert segmentation is not None and "does not say how it lies" in segmentation.notes[0]
    np.testing.assert_array_equal(segmentation.labels(), labels)
    with pytest.raises(GridMismatch, match="6 × 4 × 3"):
        read_segments(tmp_path / "a.am", Geometry.pixels((3, 5, 6)))


def test_what_is_cut_off_or_no_label_field_gets_a_sentence(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.am", some_labels(), "runs")
    content = path.read_bytes()
    path.write_bytes(content[:-30])
    with pytest.raises(UnreadableFile, match="cut off"):
        read_mask(path, Geometry.pixels((3, 4, 6)))
    path.write_bytes(content.replace(b"Lattice { byte Labels }", b"Lattice { float Data }"))
    with pytest.raises(UnreadableFile, match="no label field"):
        read_mask(path, Geometry.pixels((3, 4, 6)))
    path.write_bytes(content.replace(b"Lattice 6 4 3", b"Lattice 99999 99999 9999"))
    with pytest.raises(GridMismatch, match="99999"):
        read_mask(path, Geometry.pixels((3, 4, 6)))
