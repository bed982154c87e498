"""Capsules against a brute-force sweep, and strokes that have no gaps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lesionstudio.imaging.brush import Covered, Spot, ball_radii, capsule, square

places = st.tuples(st.floats(-3, 42), st.floats(-3, 42))
spacings = st.tuples(st.floats(0.5, 1.5), st.floats(0.5, 1.5))


def painted(covered: Covered) -> NDArray[np.bool_]:
    """The cover on a grid from -60 to 100."""
    field = np.zeros((160, 160), bool)
    rows, columns = covered.cover.shape
    top, left = covered.row + 60, covered.column + 60
    field[top : top + rows, left : left + columns] = covered.cover
    return field


def distances(start: Spot, end: Spot, spacing: tuple[float, float]) -> NDArray[np.float64]:
    """Distance of each voxel centre from the segment, by the formula of school geometry."""
    r, c = np.mgrid[-60:100, -60:100].astype(float)
    y, x = (r - start[0]) * spacing[0], (c - start[1]) * spacing[1]
    dy, dx = (end[0] - start[0]) * spacing[0], (end[1] - start[1]) * spacing[1]
    length2 = dy * dy + dx * dx
    t = np.clip((y * dy + x * dx) / length2, 0, 1) if length2 > 0 else np.zeros_like(y)
    return np.hypot(y - t * dy, x - t * dx)


@given(places, places, st.floats(1.0, 15.0), spacings)
def test_a_capsule_covers_exactly_the_voxels_within_the_radius(
    start: Spot, end: Spot, voxels: float, spacing: tuple[float, float]
) -> None:
    radius = voxels * max(spacing)
    far = distances(start, end, spacing)
    cover = painted(capsule(start, end, radius, spacing))
    clear = np.abs(far - radius) > 1e-6
    assert np.array_equal(cover[clear], (far <= radius)[clear])


@given(places, places, st.floats(1.0, 15.0))
def test_a_capsule_is_the_sweep_of_a_disc(start: Spot, end: Spot, radius: float) -> None:
    cover = painted(capsule(start, end, radius))
    steps = np.linspace(0, 1, 300)[:, None]
    swept = np.zeros_like(cover)
    for at in np.array(start) * (1 - steps) + np.array(end) * steps:
        swept |= painted(capsule((at[0], at[1]), (at[0], at[1]), radius - 1e-6))
    missed = cover & ~swept
    assert not (swept & ~cover).any()
    assert (distances(start, end, (1.0, 1.0))[missed] > radius - 0.02).all()


@given(places, places, st.floats(0.05, 0.9))
def test_a_brush_finer_than_a_voxel_draws_without_gaps(start: Spot, end: Spot, radius: float) -> None:
    rows, columns = np.nonzero(painted(capsule(start, end, radius)))
    marked = set(zip(rows.tolist(), columns.tolist()))
    reached = {next(iter(marked))}
    edge = set(reached)
    while edge:
        around = {(r + i, c + j) for r, c in edge for i in (-1, 0, 1) for j in (-1, 0, 1)}
        edge = (around & marked) - reached
        reached |= edge
    assert reached == marked
    for spot in (start, end):
        assert (int(np.floor(spot[0] + 0.5)) + 60, int(np.floor(spot[1] + 0.5)) + 60) in marked


def test_a_dab_grows_from_one_voxel_to_a_cross_to_a_square() -> None:
    assert capsule((5, 5), (5, 5), 1.0).cover.sum() == 5
    assert capsule((5, 5), (5, 5), 1.5).cover.sum() == 9
    assert capsule((5, 5), (5, 5), 0.1).cover.sum() == 1


def test_a_brush_in_mm_is_round_in_mm_on_voxels_that_are_not_square() -> None:
    covered = capsule((10, 10), (10, 10), 6.0, (3.0, 1.0))
    assert covered.cover.shape == (5, 13)
    assert covered.cover[2].all() and covered.cover[0].sum() == 1


def test_a_capsule_may_reach_over_the_edge() -> None:
    covered = capsule((0, 0), (0, 0), 2.0)
    assert (covered.row, covered.column) == (-2, -2)


@given(places, places, st.floats(1.0, 9.0), spacings)
def test_a_square_brush_covers_what_a_square_passes(
    start: Spot, end: Spot, voxels: float, spacing: tuple[float, float]
) -> None:
    radius = voxels * max(spacing)
    r, c = np.mgrid[-60:100, -60:100].astype(float)
    passed, nearly = np.zeros(r.shape, bool), np.zeros(r.shape, bool)
    for t in np.linspace(0, 1, 120):
        at = start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])
        far = np.maximum(np.abs(r - at[0]) * spacing[0], np.abs(c - at[1]) * spacing[1])
        passed, nearly = passed | (far <= radius), nearly | (far <= radius + 0.4)
    cover = painted(square(start, end, radius, spacing))
    assert not (passed & ~cover).any() and not (cover & ~nearly).any()


def test_a_square_of_three_voxels_is_three_by_three() -> None:
    covered = square((5.0, 7.0), (5.0, 7.0), 1.5)
    assert (covered.row, covered.column, covered.cover.shape) == (4, 6, (3, 3)) and covered.cover.all()


def test_a_ball_is_cut_by_each_slice_in_a_circle_of_its_own() -> None:
    cuts = ball_radii(2, 5.0, [0.0, 3.0, 6.0, 9.0, 12.0])
    assert cuts == [(1, 4.0), (2, 5.0), (3, 4.0)]


def test_a_ball_finer_than_the_slices_stays_on_its_own() -> None:
    assert ball_radii(1, 2.0, [0.0, 5.0, 10.0]) == [(1, 2.0)]
