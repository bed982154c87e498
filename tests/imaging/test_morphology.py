"""Growing, shrinking and smoothing by mm: against scipy's morphology with an explicit ball, on uneven voxels."""

import numpy as np
import pytest
from scipy import ndimage

from lesionstudio.imaging.morphology import closed, filled, grown, opened, pieces, shrunk, smoothed

SPACINGS = ((5.0, 0.7, 1.3), (1.0, 1.0, 1.0), (0.6, 2.0, 0.9))


def ball(mm, spacing, *, in_3d):
    reach = [int(mm / step + 1e-6) for step in spacing]
    grids = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    squared = sum((grid * step) ** 2 for grid, step in zip(grids, spacing))
    element = squared <= mm * mm + 1e-6
    if not in_3d:
        element = element & (np.abs(grids[0]) < 1)
    return element


def blobs(seed, shape=(9, 30, 34), share=0.62):
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).random(shape), (0.8, 2, 2))
    return noise > np.quantile(noise, share)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("in_3d", [True, False])
@pytest.mark.parametrize("mm", [1.4, 3.0])
def test_all_four_are_scipys_with_a_ball_of_that_radius(spacing, in_3d, mm):
    cover, element = blobs(1), ball(mm, spacing, in_3d=in_3d)
    away = {"border_value": 1}
    # Far from the edge for closing: outside the picture is background there, as in an endless plane.
    wide = np.pad(cover, [(n, n) for n in element.shape])
    inner = tuple(slice(n, n + size) for n, size in zip(element.shape, cover.shape))
    assert (grown(cover, mm, spacing, in_3d=in_3d) == ndimage.binary_dilation(cover, element)).all()
    eroded = ndimage.binary_erosion(cover, element, **away)
    assert 0 < eroded.sum() < cover.sum()
    assert (shrunk(cover, mm, spacing, in_3d=in_3d) == eroded).all()
    assert (opened(cover, mm, spacing, in_3d=in_3d) == ndimage.binary_dilation(eroded, element)).all()
    assert (closed(cover, mm, spacing, in_3d=in_3d) == ndimage.binary_closing(wide, element)[inner]).all()


def test_a_slice_further_away_than_mm_is_not_reached():
    cover = np.zeros((3, 9, 9), bool)
    cover[1, 4, 4] = True
    more = grown(cover, 4.9, (5.0, 1.0, 1.0), in_3d=True)
    assert not more[0].any() and more[1].sum() == 69
    assert grown(cover, 5.0, (5.0, 1.0, 1.0), in_3d=True)[0].sum() == 1


def test_the_edge_of_the_picture_eats_nothing_away():
    cover = np.zeros((1, 10, 10), bool)
    cover[0, :4] = True
    less = shrunk(cover, 1.0, (1.0, 1.0, 1.0), in_3d=False)
    assert less[0, :3].all() and not less[0, 3:].any()
    everything = np.ones((2, 4, 4), bool)
    assert shrunk(everything, 3.0, (1.0, 1.0, 1.0), in_3d=True).all()


def test_smoothing_keeps_a_straight_edge_where_it_is_and_takes_a_thorn_off():
    cover = np.zeros((1, 40, 40), bool)
    cover[0, :20] = True
    cover[0, 20:25, 18] = True
    flat = smoothed(cover, 4.0, (1.0, 1.0, 1.0), in_3d=False)[0]
    assert flat[:20, :10].all() and not flat[20:, :10].any()
    assert not flat[22:, 18].any()


def test_smoothing_slice_by_slice_does_not_look_at_the_next_slice():
    cover = np.zeros((3, 20, 20), bool)
    cover[1, 5:15, 5:15] = True
    assert not smoothed(cover, 3.0, (1.0, 1.0, 1.0), in_3d=False)[[0, 2]].any()


def test_a_tunnel_is_a_hole_of_each_slice_and_no_hole_in_3d():
    cover = np.zeros((3, 9, 9), bool)
    cover[:, 2:7, 2:7] = True
    cover[:, 4, 4] = False
    assert filled(cover, in_3d=False).sum() == 75
    assert filled(cover, in_3d=True).sum() == 72
    cover[[0, 2], 4, 4] = True
    assert filled(cover, in_3d=True).sum() == 75


def test_corners_hang_together_in_a_slice_and_between_slices_only_in_3d():
    cover = np.zeros((2, 6, 6), bool)
    cover[0, 1, 1] = cover[0, 2, 2] = cover[1, 3, 3] = True
    assert pieces(cover, in_3d=True)[1] == 1
    assert pieces(cover, in_3d=False)[1] == 2
