"""Frames: to a network's size and back."""

import numpy as np
import pytest

from lesionstudio.learning.resizing import Frame


@pytest.mark.parametrize(
    ("picture", "long_side", "scaled", "padded"),
    [
        ((512, 512), (0, 0), (512, 512), (512, 512)),
        ((500, 301), (0, 0), (500, 301), (512, 320)),
        ((512, 256), (256, 384), (384, 192), (384, 192)),
        ((100, 50), (256, 384), (256, 128), (256, 128)),
        ((300, 290), (256, 384), (300, 290), (320, 320)),
        ((1, 1), (0, 0), (1, 1), (32, 32)),
        ((1000, 1), (256, 384), (384, 1), (384, 32)),
    ],
)
def test_sizes_keep_the_aspect_and_are_padded_to_multiples_of_32(
    picture: tuple[int, int], long_side: tuple[int, int], scaled: tuple[int, int], padded: tuple[int, int]
) -> None:
    assert Frame.of(picture, long_side) == Frame(picture, scaled, padded)


@pytest.mark.parametrize("size", [(64, 64), (37, 90), (1, 40), (40, 1), (1, 1), (700, 500)])
def test_probabilities_come_back_at_the_pictures_own_size(size: tuple[int, int]) -> None:
    frame = Frame.of(size, (64, 128))
    there = frame.to_network(np.full((3, *size), 0.5, np.float32))
    assert there.shape == (3, *frame.padded)
    back = frame.to_picture(np.full((2, *frame.padded), 0.25, np.float32))
    assert back.shape == (2, *size)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, 0.25)


def test_a_picture_that_needs_no_change_is_passed_on_exactly() -> None:
    picture = np.random.default_rng(0).random((1, 64, 96), np.float32)
    frame = Frame.of((64, 96))
    assert np.array_equal(frame.to_network(picture), picture)
    assert np.array_equal(frame.to_picture(picture), picture)


def test_a_mark_comes_back_where_it_was() -> None:
    """A square of ones in the lower right quarter, halved and doubled again: its middle is where it was."""
    picture = np.zeros((1, 256, 200), np.float32)
    picture[0, 160:200, 140:180] = 1
    frame = Frame.of((256, 200), (128, 128))
    back = frame.to_picture(frame.to_network(picture))[0] > 0.5
    rows, columns = np.nonzero(back)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (160, 199, 140, 179)
