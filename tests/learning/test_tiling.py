"""Tiles cover a picture exactly once, and show the network more than is kept."""

import numpy as np
import pytest

from lesionstudio.learning.tiling import tiles


@pytest.mark.parametrize("size", [(32, 32), (1024, 1024), (1056, 32), (2048, 1632), (3200, 1056)])
def test_the_kept_parts_cover_every_pixel_once(size: tuple[int, int]) -> None:
    covered = np.zeros(size, int)
    for tile in tiles(*size, side=1024, margin=128):
        shown, kept, place = np.zeros(size, bool)[tile.shown].shape, tile.kept, tile.place
        covered[place] += 1
        assert np.zeros(shown, bool)[kept].shape == covered[place].shape
        assert shown == (min(1024, size[0]), min(1024, size[1]))
    assert (covered == 1).all()


def test_a_kept_part_stays_away_from_edges_inside_the_picture() -> None:
    for tile in tiles(3000, 1024, side=1024, margin=128):
        shown, place = tile.shown[0], tile.place[0]
        assert place.start - shown.start >= 128 or shown.start == 0
        assert shown.stop - place.stop >= 128 or shown.stop == 3000


def test_what_is_kept_is_what_was_shown_at_its_place() -> None:
    picture = np.arange(700 * 90).reshape(700, 90)
    copy = np.zeros_like(picture)
    for tile in tiles(700, 90, side=64, margin=8):
        copy[tile.place] = picture[tile.shown][tile.kept]
    assert (copy == picture).all()
