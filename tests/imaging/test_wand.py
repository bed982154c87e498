"""The magic wand against shapes one can count, and against labelling the whole volume."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import label

from lesionstudio.imaging.geometry import Box, Index
from lesionstudio.imaging.wand import Grown, WandRule, grow

SHAPE = (6, 20, 24)
EVEN = (1.0, 1.0, 1.0)


def _two_cubes() -> NDArray[np.int16]:
    """Two blocks of 3 x 4 x 5 voxels of value 100 in 0, that touch nowhere; one has a rim of value 80 on a side."""
    values = np.zeros(SHAPE, np.int16)
    values[1:4, 2:6, 3:8] = 100
    values[1:4, 12:16, 3:8] = 100
    values[1:4, 2:6, 8] = 80
    return values


def _grow(values: NDArray[np.generic], seed: Index, rule: WandRule, most: float = np.inf) -> Grown:
    return grow(lambda box: values[box.slices()], values.shape[:3], seed, rule, EVEN, lambda looked: looked <= most)  # type: ignore[arg-type]


def test_it_takes_what_hangs_together_on_one_slice_or_in_three_dimensions() -> None:
    flat = _grow(_two_cubes(), (2, 3, 4), WandRule(10))
    assert flat.box == Box((2, 2, 3), (3, 6, 8)) and flat.cover.all() and flat.is_whole
    deep = _grow(_two_cubes(), (2, 3, 4), WandRule(10, is_3d=True))
    assert deep.box == Box((1, 2, 3), (4, 6, 8)) and deep.cover.all()


def test_the_tolerance_counts_from_the_value_pointed_at_and_includes_its_ends() -> None:
    assert int(_grow(_two_cubes(), (2, 3, 4), WandRule(19)).cover.sum()) == 20
    assert int(_grow(_two_cubes(), (2, 3, 4), WandRule(20)).cover.sum()) == 24
    assert int(_grow(_two_cubes(), (2, 3, 8), WandRule(20)).cover.sum()) == 24


def test_everywhere_takes_both_though_they_do_not_touch() -> None:
    found = _grow(_two_cubes(), (2, 3, 4), WandRule(10, connected=False))
    assert found.box == Box((2, 2, 3), (3, 16, 8)) and int(found.cover.sum()) == 40
    assert int(_grow(_two_cubes(), (2, 3, 4), WandRule(10, is_3d=True, connected=False)).cover.sum()) == 120


def test_a_distance_in_mm_is_a_ball_of_the_patient_not_of_voxels() -> None:
    values = np.zeros((9, 21, 21), np.int16)
    rule = WandRule(0, is_3d=True, within_mm=4.0)
    found = grow(lambda box: values[box.slices()], (9, 21, 21), (4, 10, 10), rule, (4.0, 1.0, 2.0))
    assert found.box == Box((3, 6, 8), (6, 15, 13))
    offsets = np.indices(found.cover.shape).reshape(3, -1).T - [1, 4, 2]
    inside = ((offsets * [4, 1, 2]) ** 2).sum(axis=1) <= 16
    assert np.array_equal(found.cover.ravel(), inside)


def test_a_seed_at_the_corner_and_a_value_that_is_no_number() -> None:
    values = np.zeros(SHAPE, np.float32)
    values[0, 0, 0] = np.nan
    assert _grow(values, (0, 0, 0), WandRule(5)).box.is_empty
    corner = _grow(values, (5, 19, 23), WandRule(5, is_3d=True))
    assert int(corner.cover.sum()) == values.size - 1


def test_colours_are_alike_when_every_channel_is() -> None:
    values = np.zeros((1, 4, 4, 3), np.uint8)
    values[0, :, 2] = (0, 0, 30)
    values[0, :, 3] = (10, 5, 0)
    assert int(_grow(values, (0, 0, 0), WandRule(10)).cover.sum()) == 8
    assert int(_grow(values, (0, 0, 0), WandRule(10, connected=False)).cover.sum()) == 12


@pytest.mark.parametrize(("is_3d", "tolerance"), [(False, 62), (True, 37)])
def test_a_ragged_region_over_many_bricks_is_what_labelling_the_whole_volume_gives(is_3d: bool, tolerance: int) -> None:
    values = np.random.default_rng(5).integers(0, 100, (40, 130, 200), dtype=np.int16)
    seed = (20, 65, 100)
    values[seed] = 0
    found = _grow(values, seed, WandRule(tolerance, is_3d=is_3d))
    alike = values <= tolerance
    if not is_3d:
        alike[:20], alike[21:] = False, False
    pieces, _count = label(alike)
    whole = np.zeros(values.shape, bool)
    whole[found.box.slices()] = found.cover
    assert np.array_equal(whole, pieces == pieces[seed]) and int(whole.sum()) > 50


def test_a_region_that_leaks_is_given_up_after_so_many_voxels_and_says_so() -> None:
    values = np.zeros((64, 200, 200), np.int16)
    found = _grow(values, (32, 100, 100), WandRule(1, is_3d=True), most=300_000)
    assert not found.is_whole and 0 < int(found.cover.sum()) < 500_000
    everywhere = _grow(values, (32, 100, 100), WandRule(1, is_3d=True, connected=False), most=300_000)
    assert not everywhere.is_whole and everywhere.box.shape == (1, 200, 200)
