"""Holes of outlines, small enough to be counted by hand."""

import numpy as np

from lesionstudio.imaging.fill import hole


def ring() -> np.ndarray:
    labels = np.zeros((9, 11), np.uint8)
    labels[2:7, 3:9] = 1
    labels[3:6, 4:8] = 0
    return labels


def test_a_closed_outline_gives_its_hole() -> None:
    found = hole(ring(), 4, 5, 1)
    assert found is not None and (found.row, found.column) == (3, 4)
    assert found.cover.shape == (3, 4) and found.cover.all()


def test_an_outline_with_a_gap_gives_nothing() -> None:
    labels = ring()
    labels[2, 5] = 0
    assert hole(labels, 4, 5, 1) is None


def test_an_outline_of_voxels_that_touch_by_corners_is_closed() -> None:
    labels = np.zeros((9, 9), np.uint8)
    for n in range(4):
        for row, column in ((1 + n, 4 - n), (1 + n, 4 + n), (7 - n, 4 - n), (7 - n, 4 + n)):
            labels[row, column] = 1
    found = hole(labels, 4, 4, 1)
    assert found is not None and found.cover.sum() == 13


def test_the_edge_of_the_slice_closes_nothing() -> None:
    labels = np.zeros((9, 9), np.uint8)
    labels[4, :] = 1
    assert hole(labels, 2, 2, 1) is None and hole(labels, 8, 8, 1) is None


def test_another_label_is_no_wall_and_is_part_of_the_hole() -> None:
    labels = ring()
    labels[4, 5:7] = 2
    found = hole(labels, 4, 5, 1)
    assert found is not None and found.cover.sum() == 12
    assert hole(labels, 4, 5, 2) is None and hole(labels, 2, 3, 1) is None and hole(labels, -1, 3, 1) is None
