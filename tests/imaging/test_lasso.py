"""The inside of an outline, counted by hand and against the even-odd rule point by point."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lesionstudio.imaging.brush import Covered
from lesionstudio.imaging.lasso import inside

corners = st.lists(st.tuples(st.floats(-5, 25), st.floats(-5, 25)), min_size=3, max_size=9)


def field(covered: Covered) -> np.ndarray:
    """The cover on a grid from -10 to 30."""
    full = np.zeros((40, 40), bool)
    rows, columns = covered.cover.shape
    full[covered.row + 10 : covered.row + 10 + rows, covered.column + 10 : covered.column + 10 + columns] = (
        covered.cover
    )
    return full


def is_inside(row: float, column: float, outline: list[tuple[float, float]]) -> bool:
    """The even-odd rule as every school book has it: a ray to the left crosses the outline so many times."""
    odd = False
    for (r1, c1), (r2, c2) in zip(outline, outline[1:] + outline[:1]):
        if (r1 <= row < r2) or (r2 <= row < r1):
            odd ^= c1 + (row - r1) * (c2 - c1) / (r2 - r1) <= column
    return odd


def test_a_square_between_voxels_holds_the_voxels_it_goes_around() -> None:
    covered = inside([(1.5, 2.5), (1.5, 5.5), (4.5, 5.5), (4.5, 2.5)])
    assert (covered.row, covered.column, covered.cover.shape) == (2, 3, (3, 3)) and covered.cover.all()


def test_a_triangle_holds_the_voxels_counted_by_hand() -> None:
    covered = inside([(-0.5, -0.3), (3.6, -0.5), (3.6, 3.8)])
    assert covered.cover.astype(int).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]


def test_neighbours_that_share_an_edge_share_no_voxel_and_leave_none_out() -> None:
    left = inside([(0, 0), (0, 4), (6, 8), (6, 0)])
    right = inside([(0, 4), (0, 10), (6, 10), (6, 8)])
    assert not (field(left) & field(right)).any()
    assert np.array_equal(field(left) | field(right), field(inside([(0, 0), (0, 10), (6, 10), (6, 0)])))


def test_what_is_gone_around_twice_is_outside_by_even_odd_and_inside_otherwise() -> None:
    once = [(-0.5, -0.5), (-0.5, 9.5), (9.5, 9.5), (9.5, -0.5)]
    twice = [*once, *[(2.5 + row * 0.4, 2.5 + column * 0.4) for row, column in once]]
    assert not field(inside(twice))[14, 14] and field(inside(twice, even_odd=False))[14, 14]


def test_too_few_corners_and_outlines_without_a_voxel_enclose_nothing() -> None:
    for outline in ([], [(1, 1)], [(1, 1), (5, 5)], [(1.2, 1.2), (1.2, 1.7), (1.7, 1.2)]):
        assert not inside(outline).cover.any()


@given(corners)
def test_any_outline_holds_what_the_even_odd_rule_says(outline: list[tuple[float, float]]) -> None:
    moved = [(row + 0.0137, column + 0.0291) for row, column in outline]  # No centre lies exactly on an edge.
    covered = field(inside(moved))
    wanted = [[is_inside(row - 10, column - 10, moved) for column in range(40)] for row in range(40)]
    assert np.array_equal(covered, wanted)
