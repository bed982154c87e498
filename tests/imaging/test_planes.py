"""A lesion in the patient's left, front and top lies where a radiologist looks for it, in every plane."""

import numpy as np
import pytest

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.planes import PLANES, Plane

STACKS = {
    "axial": ((0, 0, -1), (0, -1, 0), (-1, 0, 0)),
    "coronal": ((0, -1, 0), (0, 0, -1), (-1, 0, 0)),
    "sagittal": ((-1, 0, 0), (0, 0, -1), (0, -1, 0)),
    "feet first": ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    "tilted": ((0, 0.2, -0.98), (0, -0.98, -0.2), (-1, 0, 0)),
}
SHAPE = (10, 12, 14)
# Row and column of the patient's left-front-top in each plane: 0 is the first half, 1 the second.
EXPECTED = {"axial": (0, 0, 1), "coronal": (0, 0, 1), "sagittal": (1, 0, 0)}


def stack(name: str) -> Geometry:
    steps = [np.array(step, float) * mm for step, mm in zip(STACKS[name], (5.0, 2.0, 1.0))]
    return Geometry.from_axes(SHAPE, (0, 0, 0), *steps)


def left_front_top(geometry: Geometry) -> np.ndarray:
    """1 in the eighth of the volume that is the patient's left, front and top."""
    index = np.moveaxis(np.indices(SHAPE), 0, -1)
    mm = geometry.to_mm(index) - geometry.to_mm((np.array(SHAPE) - 1) / 2)
    return ((mm[..., 0] < 0) & (mm[..., 1] > 0) & (mm[..., 2] > 0)).astype(np.uint8)


@pytest.mark.parametrize("plane_name", PLANES)
@pytest.mark.parametrize("stack_name", STACKS)
def test_left_front_top_is_at_the_right_place_in_every_plane(stack_name: str, plane_name: str) -> None:
    geometry = stack(stack_name)
    volume, plane = left_front_top(geometry), Plane.of(geometry, plane_name)
    pictures = np.stack([plane.cut(volume, n) for n in range(plane.shape(SHAPE)[0])])
    marked = np.argwhere(pictures).mean(axis=0)
    middle = (np.array(pictures.shape) - 1) / 2
    assert tuple((marked > middle).astype(int)) == EXPECTED[plane_name]


@pytest.mark.parametrize("plane_name", PLANES)
@pytest.mark.parametrize("stack_name", STACKS)
def test_the_way_back_leads_to_the_voxel_that_was_cut(stack_name: str, plane_name: str) -> None:
    plane = Plane.of(stack(stack_name), plane_name)
    volume = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    for place in ((0, 0, 0), (3, 7, 5), (9, 2, 8)):
        n, row, column = place
        voxel = tuple(int(at) for at in plane.to_voxel(place, SHAPE))
        assert plane.cut(volume, n)[row, column] == volume[voxel]
        assert plane.from_voxel(voxel, SHAPE) == place


def test_a_cut_across_thick_slices_says_how_far_apart_its_rows_are() -> None:
    geometry = stack("axial")
    assert Plane.of(geometry, "coronal").spacing_mm(geometry) == pytest.approx((2.0, 5.0, 1.0))


def test_a_picture_without_orientation_has_only_its_own_plane() -> None:
    assert Plane.of(Geometry.pixels((1, 4, 5)), "coronal") == Plane()
