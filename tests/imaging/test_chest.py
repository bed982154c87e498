"""Chest: lungs are found in whole chests alone, and what may be a lesion stays inside their hull."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.imaging.chest import chest_of
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.intensity import apply_rule
from lesionstudio.model_card import IntensityRule
from tests.synthetic_chest.chest import Chest, Patient, Slices
from tests.synthetic_chest.space import square_grid

AIR, REACH = 0.55, 0.2
WINDOW = IntensityRule("window", -1050.0, 240.0, unit="HU")
Plane = NDArray[np.float32]


@cache
def slices() -> Slices:
    """Four slices of one made patient, from the upper lungs to the belly."""
    return Chest(Patient(seed=77)).cut(square_grid(np.array([190.0, 130.0, 70.0, -60.0]), 2.5, 160, 184))


def seen(hu: NDArray[np.generic]) -> Plane:
    return apply_rule(hu, WINDOW, None)


def test_the_hull_holds_both_lungs_and_stays_in_the_body() -> None:
    made = slices()
    for k in range(3):
        chest = chest_of(seen(made.hu[k]), AIR, REACH)
        assert chest is not None and chest.has_lungs
        assert chest.hull[made.lungs[k]].mean() > 0.999
        assert not chest.hull[0].any() and not chest.hull[-1].any()
        rows, columns = np.nonzero(made.lungs[k])
        assert chest.box[0].start <= rows.min() and rows.max() < chest.box[0].stop
        assert chest.box[1].start <= columns.min() and columns.max() < chest.box[1].stop


def test_no_mark_lies_in_a_belly_without_lungs() -> None:
    belly = chest_of(seen(slices().hu[3]), AIR, REACH)
    assert belly is not None and not belly.has_lungs and not belly.hull.any()


def test_a_belly_full_of_marks_is_doubted_instead() -> None:
    """Lungs without any air, white from wall to wall, look like a belly."""
    belly = chest_of(seen(slices().hu[3]), AIR, REACH)
    assert belly is not None
    assert belly.is_worth_keeping(int(0.2 * belly.body_pixels))
    assert not belly.is_worth_keeping(int(0.01 * belly.body_pixels))


def test_a_lung_without_air_lies_in_the_mirror_image_of_the_other() -> None:
    made = slices()
    white = made.hu[1].copy()
    left = made.lungs[1] & (np.arange(white.shape[1]) < white.shape[1] // 2)
    white[left] = 40.0
    chest = chest_of(seen(white), AIR, REACH)
    assert chest is not None and chest.hull[left].mean() > 0.99


def test_padding_table_and_cloth_outside_the_body_are_outside_the_hull() -> None:
    hu = slices().hu[1].copy()
    rows, columns = np.ogrid[: hu.shape[0], : hu.shape[1]]
    outside = np.hypot(rows - hu.shape[0] / 2, columns - hu.shape[1] / 2) > hu.shape[1] / 2
    hu[outside] = -3024
    hu[6:8, 40:120] = 300
    chest, plain = chest_of(seen(hu), AIR, REACH), chest_of(seen(slices().hu[1]), AIR, REACH)
    assert chest is not None and plain is not None
    assert not chest.hull[:8].any() and not chest.hull[outside].any()
    assert (chest.hull == plain.hull).mean() > 0.98


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (31, 17)])
def test_any_size_and_an_empty_picture_have_no_chest(size: tuple[int, int]) -> None:
    assert chest_of(np.zeros(size, np.float32), AIR, REACH) is None
    assert chest_of(np.ones(size, np.float32), AIR, REACH) is None


def test_pictures_cut_to_the_lungs_are_left_alone_upside_down_in_grey_too(shared_data: Path) -> None:
    for found in find_scans(shared_data / "lung_medseg" / "images"):
        plane: Plane = np.asarray(read_scan(found.source).slice(0), np.float32) / np.float32(255)
        assert chest_of(plane, AIR, REACH) is None, found.name
        assert chest_of(np.float32(1) - plane, AIR, REACH) is None, found.name


def test_real_series_show_whole_chests_and_crops_of_them_none(shared_data: Path) -> None:
    for name, whole in (("ACRIN-FLT-Breast_013", True), ("RICORD-1A-00101", True), ("lambin_pat_2", False)):
        scan = read_scan(shared_data / "chest_ct" / name / "dicom")
        for k in range(0, scan.slices, 5):
            chest = chest_of(seen(scan.slice(k)), AIR, REACH)
            assert (chest is not None and chest.has_lungs) is whole, (name, k)
