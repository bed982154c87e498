"""Growing from a few seeds, on balls in noise."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.seeds import BACKGROUND, MOST_VOXELS, SeedBox, coarser, seeded

Cover = NDArray[np.bool_]


def _ball(shape: tuple[int, int, int], centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Cover:
    k, row, column = np.ogrid[: shape[0], : shape[1], : shape[2]]
    offsets = ((at - c) / r for at, c, r in zip((k, row, column), centre, radii))
    return np.asarray(sum(offset**2 for offset in offsets) <= 1)


def _scan(*lesions: tuple[Cover, int], spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Scan:
    shape = lesions[0][0].shape
    voxels = np.random.default_rng(3).normal(-850, 50, shape)
    for cover, value in lesions:
        voxels[cover] += value + 850
    geometry = Geometry.from_axes(shape, (0, 0, 0), *np.diag(spacing))  # type: ignore[arg-type]
    return Scan.of_array(voxels.astype(np.int16), geometry)


def _grown(scan: Scan, seeds: NDArray[np.uint8], margin_mm: float = 12.0, **where: int) -> Proposal:
    found = seeded(scan, Marked.of(seeds), SeedBox(margin_mm, **where), "Grow from seeds")  # type: ignore[arg-type]
    assert found is not None
    return found


def _whole(scan: Scan, proposal: Proposal) -> NDArray[np.uint8]:
    labels = np.zeros(scan.geometry.shape, np.uint8)
    labels[proposal.box.slices()] = proposal.labels
    return labels


def _dice(one: Cover, other: Cover) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_one_stroke_in_a_ball_finds_all_of_it_in_three_dimensions() -> None:
    ball = _ball((24, 60, 60), (12, 30, 30), (6, 12, 12))
    seeds = np.zeros(ball.shape, np.uint8)
    seeds[12, 30, 26:35] = 1
    scan = _scan((ball, 60), spacing=(2.0, 1.0, 1.0))
    assert _dice(_whole(scan, _grown(scan, seeds)) == 1, ball) >= 0.95


def test_a_large_box_is_walked_on_a_coarser_grid_and_comes_back_in_full() -> None:
    ball = _ball((40, 130, 130), (20, 65, 65), (14, 42, 42))
    seeds = np.zeros(ball.shape, np.uint8)
    seeds[20, 65, 40:90] = 1
    scan = _scan((ball, 60), spacing=(3.0, 1.0, 1.0))
    assert _dice(_whole(scan, _grown(scan, seeds, 45.0)) == 1, ball) >= 0.95


def test_each_label_gets_its_own_and_a_background_stroke_keeps_a_neighbour_out() -> None:
    shape = (5, 40, 80)
    one, other, not_this = (
        _ball(shape, (2, 20, at), (9, 8, 8)) for at in (15, 40, 65)
    )  # fmt: skip
    seeds = np.zeros(shape, np.uint8)
    seeds[2, 20, 12:18], seeds[2, 20, 37:43], seeds[2, 20, 62:68] = 1, 2, BACKGROUND
    seeds[2, 2, 5:75] = BACKGROUND
    scan = _scan((one, 0), (other, 0), (not_this, 0))
    labels = _whole(scan, _grown(scan, seeds, 20.0))
    assert _dice(labels == 1, one) >= 0.95 and _dice(labels == 2, other) >= 0.95
    assert not labels[not_this].any()


def test_on_one_slice_only_that_slice_is_looked_at() -> None:
    ball = _ball((9, 40, 40), (4, 20, 20), (4, 9, 9))
    seeds = np.zeros(ball.shape, np.uint8)
    seeds[4, 20, 17:24], seeds[6, 20, 17:24] = 1, 1
    scan = _scan((ball, 60))
    labels = _whole(scan, _grown(scan, seeds, 14.0, is_3d=False, k=4))
    assert labels[4].any() and not labels[:4].any() and not labels[5:].any()
    assert _dice(labels[4] == 1, ball[4]) >= 0.95


def test_what_was_drawn_keeps_its_label_and_nothing_grows_from_background_alone() -> None:
    ball = _ball((5, 30, 30), (2, 15, 15), (2, 8, 8))
    seeds = np.zeros(ball.shape, np.uint8)
    seeds[2, 15, 12:18], seeds[2, 3, 3:9] = 1, 2
    labels = _whole(_scan((ball, 60)), _grown(_scan((ball, 60)), seeds))
    assert (labels[2, 3, 3:9] == 2).all() and (labels[2, 15, 12:18] == 1).all()
    seeds[seeds > 0] = BACKGROUND
    assert seeded(_scan((ball, 60)), Marked.of(seeds), SeedBox(5.0), "Grow") is None
    assert seeded(_scan((ball, 60)), Marked.of(seeds * 0), SeedBox(5.0), "Grow") is None


@pytest.mark.parametrize("shape", [(10, 20, 30), (1, 900, 900), (60, 200, 200)])
def test_few_enough_voxels_remain_and_steps_stay_even_in_mm(shape: tuple[int, int, int]) -> None:
    factors = coarser(shape, (5.0, 1.0, 1.0))
    assert np.prod([-(-n // f) for n, f in zip(shape, factors)]) <= MOST_VOXELS
    assert abs(factors[1] - factors[2]) <= 1 and factors[0] * 5 <= factors[1] + 5
