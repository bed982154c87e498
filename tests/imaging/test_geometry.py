"""Where voxels lie: numbers one can check on paper."""

import numpy as np
import pytest

from lesionstudio.imaging.geometry import Box, Geometry, StoredGrid

AXIAL = Geometry.from_axes((5, 4, 6), (30, 40, 50), (0, 0, -5), (0, -2, 0), (-1, 0, 0))


def test_an_axial_grid_from_the_head_down_knows_its_spacing_plane_and_letters() -> None:
    assert AXIAL.spacing_mm == (5, 2, 1)
    assert AXIAL.plane == "axial"
    assert AXIAL.edge_letters() == ("A", "L", "P", "R")
    assert AXIAL.voxel_volume_mm3 == pytest.approx(10)


def test_indices_and_millimetres_are_each_others_way_back() -> None:
    assert AXIAL.to_mm((1, 2, 3)).tolist() == [27, 36, 45]
    assert AXIAL.to_index((27, 36, 45)) == pytest.approx([1, 2, 3])


def test_slices_at_uneven_places_lie_where_the_file_says() -> None:
    uneven = Geometry(AXIAL.shape, AXIAL.affine, positions_mm=(0, 5, 10, 30, 35))
    assert uneven.to_mm((3, 0, 0)).tolist() == [30, 40, 20]
    assert uneven.to_index((30, 40, 20)) == pytest.approx([3, 0, 0])


def test_a_picture_without_a_size_has_no_letters_and_no_plane() -> None:
    picture = Geometry.pixels((1, 10, 20))
    assert picture.plane == "" and picture.edge_letters() == ("", "", "", "") and not picture.has_spacing


def test_the_slice_position_is_the_coordinate_across_the_slices() -> None:
    assert AXIAL.slice_position_mm(0) == 50 and AXIAL.slice_position_mm(2) == 40


def test_grids_are_the_same_within_a_tenth_of_a_voxel() -> None:
    moved = AXIAL.affine.copy()
    moved[0, 3] += 0.05
    assert AXIAL.same_grid(Geometry(AXIAL.shape, moved))
    moved[0, 3] += 0.5
    assert not AXIAL.same_grid(Geometry(AXIAL.shape, moved))
    assert not AXIAL.same_grid(Geometry((5, 4, 7), AXIAL.affine))


def test_a_stored_grid_turns_arrays_there_and_back() -> None:
    stored = np.arange(24).reshape(2, 3, 4)
    grid = StoredGrid((2, 1, 0), (True, False, True), (2, 3, 4), np.eye(4))
    shown = grid.from_stored(stored)
    assert shown.shape == (4, 3, 2) and shown[0, 0, 0] == stored[1, 0, 3]
    assert (grid.to_stored(shown) == stored).all()


def test_boxes_join_meet_and_may_be_empty() -> None:
    one, other = Box((0, 0, 0), (1, 4, 4)), Box((0, 2, 2), (1, 8, 8))
    assert one.union(other) == Box((0, 0, 0), (1, 8, 8))
    assert one.intersect(other) == Box((0, 2, 2), (1, 4, 4))
    assert one.intersect(Box((3, 0, 0), (4, 1, 1))).is_empty
    assert one.union(Box((0, 0, 0), (0, 0, 0))) == one
