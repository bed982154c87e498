"""Lesions measured: balls and ellipses whose figures one can work out, and which of them another mask found."""

from math import pi

import numpy as np
import pytest

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.marked import Marked
from lesionstudio.metrics.axes import long_and_short_axis
from lesionstudio.metrics.lesions import Detection, detected, measured

SPACING = (2.0, 0.5, 0.8)


def grid(shape, spacing=SPACING):
    step, down, across = spacing
    return Geometry.from_axes(shape, (10, 20, 30), (0, 0, -step), (0, -down, 0), (-across, 0, 0))


def ellipse(shape, centre, half, turn=0.0, spacing=SPACING[1:]):
    row, column = np.ogrid[tuple(slice(0, n) for n in shape)]
    y, x = (row - centre[0]) * spacing[0], (column - centre[1]) * spacing[1]
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return (along / half[0]) ** 2 + (across / half[1]) ** 2 <= 1


def test_a_ball_has_its_volume_diameter_area_centre_and_mean():
    shape, centre, radius = (30, 120, 80), (14.0, 61.3, 40.2), 12.0
    places = np.ogrid[tuple(slice(0, n) for n in shape)]
    far = sum(((at - c) * step) ** 2 for at, c, step in zip(places, centre, SPACING))
    labels = (far <= radius**2).astype(np.uint8)
    values = np.where(labels, -650, 40).astype(np.int16)
    geometry = grid(shape)
    (one,) = measured(Marked.of(labels), geometry, lambda k: values[k])
    assert one.volume_ml == pytest.approx(4 / 3 * pi * radius**3 / 1000, rel=0.01)
    assert one.area == pytest.approx(pi * radius**2, rel=0.01)
    assert one.long_axis == pytest.approx(2 * radius, abs=0.8)
    assert one.short_axis == pytest.approx(2 * radius, abs=0.8)
    assert one.mean == -650 and one.slices == (9, 19) and one.place[0] == 14
    assert one.centre == pytest.approx(centre, abs=0.05)
    assert geometry.to_mm(one.centre) == pytest.approx((10 - 40.2 * 0.8, 20 - 61.3 * 0.5, 30 - 28.0), abs=0.1)


@pytest.mark.parametrize("degrees", [0, 30, 77, 90, 135])
def test_an_ellipse_has_its_two_axes_however_it_lies(degrees):
    cover = ellipse((160, 110), (80.2, 54.7), (22.0, 9.0), np.radians(degrees))
    long_axis, short_axis = long_and_short_axis(cover, SPACING[1:])
    assert long_axis == pytest.approx(44.0, abs=0.8) and short_axis == pytest.approx(18.0, abs=0.8)


def test_a_voxel_has_its_own_sides_and_a_row_of_them_is_as_long_as_they_are():
    cover = np.zeros((9, 9), bool)
    assert long_and_short_axis(cover, (0.5, 0.8)) == (0.0, 0.0)
    cover[4, 4] = True
    assert long_and_short_axis(cover, (0.5, 0.8)) == pytest.approx((0.8, 0.5))
    cover[4, 2:7] = True
    assert long_and_short_axis(cover, (0.5, 0.8)) == pytest.approx((4.0, 0.5))


def test_the_short_axis_stands_perpendicular_to_the_long_one():
    cover = np.zeros((40, 40), bool)
    cover[5:35, 10:30] = True
    long_axis, short_axis = long_and_short_axis(cover, (1.0, 1.0))
    assert long_axis == pytest.approx((29**2 + 20**2) ** 0.5, abs=0.3)
    # A chord across the diagonal of a rectangle of 30 by 20: 20 / cos of the angle, cut where it leaves.
    assert short_axis == pytest.approx(20 * (30**2 + 20**2) ** 0.5 / 30, abs=0.7)


def test_a_lesion_lies_where_it_is_even_when_its_middle_does_not():
    ring = ellipse((60, 60), (30, 30), (12, 12), spacing=(1, 1)) & ~ellipse((60, 60), (30, 30), (9, 9), spacing=(1, 1))
    (one,) = measured(Marked.of(ring[None].astype(np.uint8)), Geometry.pixels((1, 60, 60)))
    assert ring[one.place[1:]] and one.centre == pytest.approx((0, 30, 30))


def test_each_label_has_its_own_lesions_the_largest_first():
    labels = np.zeros((3, 20, 20), np.uint8)
    labels[0:2, 2:5, 2:5], labels[1, 5, 5] = 1, 2
    labels[2, 5, 5] = 1  # By a corner no longer: a slice above lies label 2.
    labels[0, 15, 15] = 2
    found = measured(Marked.of(labels), grid((3, 20, 20)))
    assert [(one.label, one.voxels) for one in found] == [(1, 19), (2, 1), (2, 1)]
    assert measured(Marked.of(labels), grid((3, 20, 20)), labels=(2,))[0].mean is None


def test_a_picture_has_no_volume_and_without_a_spacing_pixels():
    labels = np.zeros((1, 20, 20), np.uint8)
    labels[0, 2:6, 2:8] = 1
    (one,) = measured(Marked.of(labels), Geometry.pixels((1, 20, 20)))
    assert (one.area, one.volume_ml) == (24.0, None)
    (one,) = measured(Marked.of(labels), grid((1, 20, 20)))
    assert one.area == pytest.approx(9.6) and one.volume_ml is None


def test_the_mean_leaves_out_what_is_no_number_and_averages_channels():
    labels = np.zeros((1, 4, 4), np.uint8)
    labels[0, 0, :3] = 1
    values = np.array([[[1.0, np.nan, 3.0, 0]] * 4])
    geometry = Geometry.pixels((1, 4, 4))
    assert measured(Marked.of(labels), geometry, lambda k: values[k])[0].mean == 2.0
    nothing = np.full((4, 4), np.inf)
    assert measured(Marked.of(labels), geometry, lambda k: nothing)[0].mean is None
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[..., 0] = 30
    assert measured(Marked.of(labels), geometry, lambda k: colour)[0].mean == 10.0


def test_nothing_marked_is_no_lesion():
    assert measured(Marked.of(np.zeros((2, 5, 5), np.uint8)), grid((2, 5, 5))) == []


def spots(*places, shape=(1, 20, 20)):
    mask = np.zeros(shape, np.uint8)
    for row, column in places:
        mask[0, row : row + 3, column : column + 3] = 1
    return mask


def test_lesions_are_found_missed_and_invented():
    counted = detected(spots((1, 1), (10, 10)), spots((2, 2), (15, 2)))
    assert counted == Detection(1, 1, 1, 2)
    assert (counted.sensitivity, counted.precision) == (0.5, 0.5)
    assert detected(spots((1, 1)), spots((2, 2)), least_overlap=0.5) == Detection(0, 1, 0, 1)


def test_one_large_mark_can_find_several():
    everything = np.ones((1, 20, 20), np.uint8)
    assert detected(everything, spots((1, 1), (10, 10))) == Detection(2, 0, 0, 1)


def test_empty_masks_are_cases_of_their_own():
    nothing, one = spots(), spots((1, 1))
    assert (detected(nothing, nothing).sensitivity, detected(nothing, nothing).precision) == (1.0, 1.0)
    assert (detected(one, nothing).sensitivity, detected(one, nothing).precision) == (0.0, 0.0)
    assert (detected(nothing, one).sensitivity, detected(nothing, one).precision) == (0.0, 0.0)
