"""A lesion in the patient's left, front and top lies where a radiologist looks for it, in every plane."""

import numpy as np
import pytest

from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.planes import PLANES, Plane, plane_names, three_planes

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


def plane_of(geometry: Geometry, name: str) -> Plane:
    return three_planes(geometry)[PLANES.index(name)]


@pytest.mark.parametrize("plane_name", PLANES)
@pytest.mark.parametrize("stack_name", STACKS)
def test_left_front_top_is_at_the_right_place_in_every_plane(stack_name: str, plane_name: str) -> None:
    if (stack_name, plane_name) == ("feet first", "axial"):
        pytest.skip("a stack's own pictures are shown as they are")
    geometry = stack(stack_name)
    volume, plane = left_front_top(geometry), plane_of(geometry, plane_name)
    pictures = np.stack([plane.cut(volume, n) for n in range(plane.shape(SHAPE)[0])])
    marked = np.argwhere(pictures).mean(axis=0)
    middle = (np.array(pictures.shape) - 1) / 2
    assert tuple((marked > middle).astype(int)) == EXPECTED[plane_name]


def every_way(plane: Plane) -> list[Plane]:
    """A plane in all the ways its pictures can be turned and mirrored."""
    turned = [plane.turned(quarters) for quarters in range(4)]
    return turned + [one.mirrored() for one in turned]


@pytest.mark.parametrize("plane_name", PLANES)
@pytest.mark.parametrize("stack_name", STACKS)
def test_the_way_back_leads_to_the_voxel_that_was_cut(stack_name: str, plane_name: str) -> None:
    volume = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    for plane in every_way(plane_of(stack(stack_name), plane_name)):
        shape = plane.shape(SHAPE)
        for place in ((0, 0, 0), (3, 7, 5), (shape[0] - 1, shape[1] - 1, shape[2] - 1)):
            n, row, column = place
            k, i, j = (int(at) for at in plane.to_voxel(place, SHAPE))
            assert plane.cut(volume, n)[row, column] == volume[k, i, j]
            assert plane.from_voxel((k, i, j), SHAPE) == place


@pytest.mark.parametrize("stack_name", STACKS)
def test_a_turned_picture_is_the_picture_turned_clockwise_and_mirrored_left_to_right(stack_name: str) -> None:
    volume = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    for plane in three_planes(stack(stack_name)):
        for quarters in range(-1, 5):
            wanted = np.rot90(plane.cut(volume, 2), -quarters)
            assert np.array_equal(plane.turned(quarters).cut(volume, 2), wanted)
            assert np.array_equal(plane.turned(quarters).mirrored().cut(volume, 2), np.fliplr(wanted))


def test_a_block_of_voxels_is_the_same_block_in_the_pictures_and_back() -> None:
    box, volume = Box((1, 2, 3), (4, 8, 5)), np.zeros(SHAPE, np.uint8)
    volume[box.slices()] = 1
    for name in STACKS:
        for plane in (one for three in three_planes(stack(name)) for one in every_way(three)):
            shown = plane.to_shown(box, SHAPE)
            pictures = plane.block(volume)
            assert pictures[shown.slices()].all() and pictures[shown.slices()].size == volume.sum()
            assert plane.to_voxels(shown, SHAPE) == box
            assert np.array_equal(plane.voxel_block(pictures), volume)


def test_the_grid_of_the_pictures_says_where_their_voxels_lie_and_which_side_is_where() -> None:
    for name in STACKS:
        geometry = stack(name)
        for plane in (one for three in three_planes(geometry) for one in every_way(three)):
            grid = plane.geometry(geometry)
            for place in ((0, 0, 0), (2, 5, 7)):
                assert grid.to_mm(place) == pytest.approx(geometry.to_mm(plane.to_voxel(place, SHAPE)))
            assert grid.spacing_mm == pytest.approx(plane.spacing_mm(geometry))
    axial, coronal, sagittal = three_planes(stack("feet first"))
    grids = [plane.geometry(stack("feet first")) for plane in (axial, coronal, sagittal)]
    assert [grid.edge_letters() for grid in grids] == [tuple("PRAL"), tuple("SLIR"), tuple("SPIA")]
    assert axial.turned(1).geometry(stack("axial")).edge_letters() == tuple("RALP")


def test_slices_at_uneven_distances_stay_where_they_are_when_the_pictures_are_turned() -> None:
    even = stack("axial")
    geometry = Geometry(SHAPE, even.affine, tuple(float(k * k) for k in range(10)))
    turned = Plane().turned(1).geometry(geometry)
    assert turned.to_mm((3, 0, 0)) == pytest.approx(geometry.to_mm((3, 11, 0)))


def test_a_cut_across_thick_slices_says_how_far_apart_its_rows_are() -> None:
    geometry = stack("axial")
    assert plane_of(geometry, "coronal").spacing_mm(geometry) == pytest.approx((2.0, 5.0, 1.0))


def test_each_axis_of_a_stack_has_a_plane_of_its_own() -> None:
    assert plane_names(stack("tilted")) == ("axial", "coronal", "sagittal")
    assert plane_names(stack("sagittal")) == ("sagittal", "axial", "coronal")


def test_a_stack_without_orientation_is_cut_along_its_rows_and_columns_with_slices_from_top_to_bottom() -> None:
    planes = three_planes(Geometry.pixels((4, 5, 6)))
    assert [plane.shape((4, 5, 6)) for plane in planes] == [(4, 5, 6), (5, 4, 6), (6, 4, 5)]
