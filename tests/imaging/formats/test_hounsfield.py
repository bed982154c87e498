"""Guessing what was added to HU: on real CT of the chest, and on pictures that are none."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.choices import guessed_offset, in_hu
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.formats.hounsfield import likely_offset
from lesionstudio.imaging.scan import Scan
from tests import phantoms


@pytest.mark.parametrize("offset", [1024, 32768])
def test_every_series_of_chests_is_guessed_with_its_offset_even_one_cut_to_a_lung(
    shared_data: Path, offset: int
) -> None:
    for found in find_scans(shared_data / "chest_ct"):
        values = read_scan(found.source).volume()[::4].astype(np.int64)
        for k, one in enumerate(values):
            clipped = np.clip(one + offset, 0, 65535).astype(np.uint16)
            wrapped = ((one + offset) & 0xFFFF).astype(np.uint16)
            assert likely_offset(clipped) == offset, (found.name, k)
            assert likely_offset(wrapped) == offset, (found.name, k)
        assert likely_offset(values.astype(np.int16)) == 0, found.name


def test_pictures_that_are_no_ct_are_not_taken_for_one(shared_data: Path) -> None:
    seen = 0
    for folder in ("studies", "tiff", "nifti"):
        for found in find_scans(shared_data / "formats" / folder):
            with suppress(UnreadableFile):
                scan = read_scan(found.source)
                for k in range(0, scan.slices if scan.modality != "CT" and scan.channels == 1 else 0, 5):
                    assert likely_offset(scan.slice(k)) is None, (found.name, k)
                    seen += 1
    assert seen > 50


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((8, 8), np.uint16),
        np.full((8, 8), 65535, np.uint16),
        np.zeros((0, 8), np.int16),
        np.full((8, 8), np.nan, np.float32),
        np.arange(256, dtype=np.uint8),
        np.random.default_rng(0).integers(0, 65535, (64, 64)).astype(np.uint16),
        np.array([2**63 - 1, -(2**63)], np.int64),
    ],
)
def test_pictures_that_say_nothing_get_no_guess(values: NDArray[Any]) -> None:
    assert likely_offset(values) is None


def test_a_scan_is_in_hu_by_what_a_person_says_where_its_values_can_be_hu() -> None:
    stored = np.array([[[0, 24, 1064, -3024 + 1024 + 65536]]], np.uint16)
    scan = in_hu(Scan.of_array(stored, value_range=(0, 65535)), 1024)
    assert (scan.unit, scan.modality, scan.dtype, scan.value_range) == ("HU", "CT", np.int16, None)
    np.testing.assert_array_equal(scan.slice(0), [[-1024, -1000, 40, -3024]])
    wide = in_hu(Scan.of_array(np.array([[[1024, 99999]]], np.int32)), 1024)
    np.testing.assert_array_equal(wide.slice(0), [[0, 32767]])
    for other in (
        Scan.of_array(np.zeros((1, 2, 2), np.uint8), value_range=(0, 255)),
        Scan.of_array(np.zeros((1, 2, 2, 3), np.uint16)),
        Scan.of_array(np.zeros((1, 2, 2), np.int16), modality="MR"),
        Scan.of_array(np.zeros((1, 2, 2), np.int16), unit="HU", modality="CT"),
    ):
        assert in_hu(other, 1024) is other
        assert guessed_offset(other, [0]) is None


def test_a_signed_tiff_in_hu_opens_as_ct_and_says_why(tmp_path: Path) -> None:
    values = phantoms.ct_phantom((6, 96, 96), (5.0, 2.0, 2.0)).voxels
    for kind in (np.int16, np.float32):
        scan = read_scan(phantoms.write_tiff_stack(tmp_path / np.dtype(kind).name / "ct.tif", values.astype(kind)))
        assert (scan.unit, scan.modality, scan.value_range) == ("HU", "CT", None) and "in HU" in scan.notes[0]
