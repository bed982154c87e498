"""Lengths and angles by hand: as the patient has them, not the voxels."""

import pytest

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.rulers import Ruler

SKEWED = Geometry.from_axes((10, 50, 50), (0, 0, 0), (0, 0, -5.0), (0, -0.5, 0), (-2.0, 0, 0))


def test_a_length_counts_each_axis_by_its_spacing() -> None:
    assert Ruler(((3, 0, 0), (3, 6, 2))).length(SKEWED) == pytest.approx(5.0)
    assert Ruler(((3, 6, 2), (3, 0, 0))).words(SKEWED) == "5.0 mm"
    assert Ruler(((0, 1, 1), (2, 1, 1))).length(SKEWED) == pytest.approx(10.0)


def test_an_angle_is_that_of_the_patient() -> None:
    # 4 rows are 2 mm, 1 column is 2 mm: 45 degrees, though the voxels look otherwise.
    corner = Ruler(((1, 0, 0), (1, 4, 0), (1, 0, 1)))
    assert corner.is_angle and corner.degrees(SKEWED) == pytest.approx(45.0)
    assert corner.words(SKEWED) == "45.0°"
    assert Ruler(((1, 4, 0), (1, 4, 0), (1, 0, 1))).degrees(SKEWED) == 0.0


def test_without_a_spacing_a_length_is_in_pixels_and_says_so() -> None:
    flat = Geometry.pixels((1, 50, 50))
    assert Ruler(((0, 0, 0), (0, 3, 4))).words(flat) == "5.0 px"
    assert Ruler(((0, 0, 0), (0, 30, 40))).words(flat) == "50 px"


def test_uneven_slices_are_where_they_are() -> None:
    uneven = Geometry(SKEWED.shape, SKEWED.affine, (0.0, 5.0, 12.0, *range(17, 24)))
    assert Ruler(((1, 1, 1), (2, 1, 1))).length(uneven) == pytest.approx(7.0)


def test_a_ruler_comes_back_from_json_and_moves_with_its_slice() -> None:
    ruler = Ruler(((3, 1.25, 2), (3, 6, 2.5)))
    assert Ruler.from_json(ruler.to_json()) == ruler
    assert ruler.moved({3: 5}) == Ruler(((5, 1.25, 2), (5, 6, 2.5)))
    assert ruler.moved({4: 5}) is None
    with pytest.raises(ValueError, match="1 points"):
        Ruler.from_json([[1, 2, 3]])
