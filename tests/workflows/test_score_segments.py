"""score on two folders of DICOM segmentations: paired by their series, laid by mm, judged by the segments' names."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import Drawn, ScanSource, find_scan, grid_of_masks, read_scan, write_mask
from lesionstudio.imaging.scan import Scan
from lesionstudio.workflows.score import score
from tests import phantoms

Marks = Mapping[int, tuple[slice, slice, slice]]


def series(folder: Path, plane: phantoms.Plane = "oblique") -> tuple[ScanSource, Scan]:
    source = find_scan(phantoms.write_dicom(folder, phantoms.orientation_phantom(plane))[0]).source
    return source, read_scan(source)


def drawn(path: Path, on: tuple[ScanSource, Scan], marks: Marks, names: Mapping[int, str]) -> NDArray[np.uint8]:
    labels = np.zeros(on[1].geometry.shape, np.uint8)
    for number, where in marks.items():
        labels[where] = number
    path.parent.mkdir(exist_ok=True)
    write_mask(path, labels, on[1].geometry, names=names, drawn=Drawn(on[0]))
    return labels


def block(first: int, last: int, rows: int = 10) -> tuple[slice, slice, slice]:
    return slice(first, last), slice(5, 5 + rows), slice(8, 18)


def test_segmentations_of_other_names_pair_by_their_series_and_segments_by_their_names(tmp_path: Path) -> None:
    one, other = series(tmp_path / "one"), series(tmp_path / "two", "coronal")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    drawn(ours / "CT 001.dcm", one, {1: block(2, 4), 2: block(6, 8)}, {1: "Cyst", 2: "Lesion"})
    drawn(theirs / "a.dcm", one, {1: block(6, 10), 3: block(2, 4)}, {1: "LESION", 3: "Cyst"})
    drawn(ours / "CT 002.dcm", other, {2: block(1, 2)}, {2: "Lesion"})
    drawn(theirs / "CT 001.dcm", other, {1: block(1, 2, rows=5)}, {1: "Lesion"})
    found = score(ours, theirs)
    assert [case["id"] for case in found["cases"]] == ["a", "CT 001"]
    assert found["labels"]["Cyst"]["pooled"]["f1"] == 1.0
    assert found["labels"]["LESION"]["pooled"]["f1"] == pytest.approx(2 * (200 + 50) / (200 + 400 + 100 + 50))
    volume = 6.25 * 5 / 1000  # of a voxel in ml
    assert found["cases"][0]["volume_ml"] == pytest.approx(400 * volume, rel=1e-4)


def test_one_segment_each_is_one_lesion_whatever_it_is_called(tmp_path: Path) -> None:
    on = series(tmp_path / "s")
    drawn(tmp_path / "ours" / "x.dcm", on, {1: block(3, 5)}, {1: "Draft"})
    drawn(tmp_path / "theirs" / "y.dcm", on, {1: block(4, 6)}, {1: "GTV-1"})
    found = score(tmp_path / "ours", tmp_path / "theirs")
    assert list(found["labels"]) == ["Lesion"] and found["mean"]["dice"] == 0.5


def test_a_volume_against_a_segmentation_that_holds_but_some_slices(tmp_path: Path) -> None:
    on = series(tmp_path / "s")
    labels = drawn(tmp_path / "ours" / "x.dcm", on, {1: block(3, 5)}, {1: "Lesion"})
    (tmp_path / "theirs").mkdir()
    wanted = np.zeros_like(labels)
    wanted[block(3, 5)] = wanted[block(9, 11)] = 1
    write_mask(tmp_path / "theirs" / "x.nii.gz", wanted, on[1].geometry)
    found = score(tmp_path / "ours", tmp_path / "theirs")
    assert found["mean"]["dice"] == pytest.approx(2 / 3)
    assert score(tmp_path / "theirs", tmp_path / "ours")["mean"]["dice"] == pytest.approx(2 / 3)


def test_slices_between_frames_are_on_the_grid_and_contours_alone_have_none(tmp_path: Path, shared_data: Path) -> None:
    on = series(tmp_path / "s")
    drawn(tmp_path / "ours" / "x.dcm", on, {1: block(3, 5), 2: block(9, 10)}, {1: "Lesion", 2: "Cyst"})
    grid = grid_of_masks(tmp_path / "ours" / "x.dcm")
    assert grid.shape == (7, 40, 44) and grid.positions_mm is None
    np.testing.assert_allclose(sorted(grid.spacing_mm), (2.5, 2.5, 5.0), rtol=1e-4)
    with pytest.raises(UnreadableFile, match="contours, which lie on no grid"):
        grid_of_masks(shared_data / "formats/masks/rtstruct_phantom_rt-utils/rt.dcm")
