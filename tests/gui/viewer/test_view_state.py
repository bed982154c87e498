"""Pan and zoom as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesionstudio.gui.viewer.view_state import Rect, Screen, ViewState, dragged_window
from lesionstudio.imaging.windowing import Window

SCREEN = Screen(638, 688)
zooms = st.floats(0.3, 40.0)
points = st.tuples(st.floats(0, 688), st.floats(0, 638))


def test_a_fitted_picture_leaves_twenty_points_above_and_below() -> None:
    view = ViewState.fitted(SCREEN, 512, 512)
    assert view.zoom == pytest.approx(598 / 512)
    assert view.picture == Rect(20, 45, 618, 643)


def test_a_voxel_three_times_as_high_as_wide_is_drawn_so() -> None:
    view = ViewState.fitted(SCREEN, 40, 100, (3.0, 1.0))
    assert view.down == pytest.approx(3 * view.across)
    assert view.zoom == pytest.approx(view.across)


@given(zooms, points)
def test_the_way_to_voxels_and_back_ends_where_it_began(zoom: float, point: tuple[float, float]) -> None:
    view = ViewState.fitted(SCREEN, 512, 400, (0.7, 0.9)).at_zoom(zoom)
    assert view.to_point(*view.to_voxel(*point)) == pytest.approx(point)


@given(points, st.floats(0.5, 3.0))
def test_zooming_keeps_the_voxel_under_the_pointer_to_less_than_a_dot(
    point: tuple[float, float], factor: float
) -> None:
    view = ViewState.fitted(SCREEN, 512, 512).at_zoom(2.0)
    row, column = view.to_voxel(*point)
    x, y = view.zoomed(factor, *point).to_point(row, column)
    assert (x, y) == pytest.approx(point, abs=0.51)


def test_voxels_are_squares_from_four_points_on_and_points_are_not_dots() -> None:
    view = ViewState.fitted(Screen(638, 688, 2.0), 512, 512)
    assert not view.at_zoom(3.9).is_crisp
    assert view.at_zoom(4.0).is_crisp
    assert view.at_zoom(4.0).down == pytest.approx(8.0)


def test_a_picture_cannot_be_pushed_out_of_sight() -> None:
    view = ViewState.fitted(SCREEN, 512, 512)
    for way in ((9000, 9000), (-9000, -9000)):
        seen = view.moved(*way).picture.intersect(SCREEN.dots)
        assert seen.bottom - seen.top >= 40 and seen.right - seen.left >= 40


def test_the_dots_of_a_voxel_hold_its_centre_and_the_voxels_of_dots_hold_them() -> None:
    view = ViewState.fitted(SCREEN, 512, 512).at_zoom(3.3).moved(11, -7)
    dots = view.dots_of(Rect(100, 120, 101, 121))
    x, y = view.to_point(100, 120)
    assert dots.left <= x < dots.right and dots.top <= y < dots.bottom
    voxels = view.voxels_of(dots)
    assert voxels.top <= 100 < voxels.bottom and voxels.left <= 120 < voxels.right


def test_a_larger_window_keeps_zoom_and_middle() -> None:
    view = ViewState.fitted(SCREEN, 512, 512).at_zoom(3.0, 200, 300)
    row, column = view.to_voxel(344, 319)
    larger = view.on(Screen(900, 1000, 2.0))
    assert larger.zoom == pytest.approx(3.0)
    assert larger.to_voxel(500, 450) == pytest.approx((row, column), abs=0.2)


def test_the_pointer_is_told_to_be_outside_beside_the_picture() -> None:
    view = ViewState.fitted(SCREEN, 512, 512)
    assert view.pointer(3, 344, 319).inside
    assert not view.pointer(3, 2, 2).inside


def test_dragging_right_widens_the_window_and_dragging_up_raises_the_level() -> None:
    dragged = dragged_window(Window(400, 40), 150, -100)
    assert dragged.width == pytest.approx(800)
    assert dragged.level == pytest.approx(140)
