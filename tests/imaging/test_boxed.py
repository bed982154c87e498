"""What a model looks at for a box that a person drew, and that nothing beside the box is answered."""

import numpy as np
import pytest

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.boxed import check_box, placed, window_for
from lesionstudio.imaging.doubts import crop_sentence, doubts
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.specks import least_pixels, without_specks
from lesionstudio.model_card import ChestRule
from tests.tiny_model import tiny_card

BOX = (100, 200, 120, 230)


def test_a_model_of_crops_sees_a_square_as_large_as_those_around_the_box() -> None:
    rows, columns = window_for(tiny_card(view="crop", crop_side=128), BOX, (512, 512)) or (slice(0), slice(0))
    assert (rows.start, rows.stop) == (46, 174) and (columns.start, columns.stop) == (151, 279)


def test_a_large_box_is_seen_half_as_large_again() -> None:
    rows, columns = window_for(tiny_card(view="crop", crop_side=128), (100, 100, 300, 240), (512, 512)) or (None, None)
    assert rows == slice(50, 350) and columns == slice(20, 320)


def test_a_box_in_a_corner_is_seen_from_inside_the_picture() -> None:
    found = window_for(tiny_card(view="crop", crop_side=128), (0, 500, 20, 512), (512, 512))
    assert found == (slice(0, 128), slice(384, 512))
    assert window_for(tiny_card(view="crop", crop_side=128), (0, 0, 9, 9), (64, 100)) == (slice(0, 64), slice(0, 100))


def test_models_that_know_a_picture_as_a_whole_see_the_whole() -> None:
    assert window_for(tiny_card(long_side=(320, 320)), BOX, (512, 512)) is None
    assert window_for(tiny_card(chest=ChestRule(-340.0, 0.2)), BOX, (512, 512)) is None
    assert window_for(tiny_card(), None, (512, 512)) is None


def test_models_of_pictures_at_their_own_scale_see_the_box_with_something_around_it() -> None:
    rows, columns = window_for(tiny_card(), (1000, 1000, 1400, 1100), (4096, 4096)) or (None, None)
    assert rows == slice(936, 1464) and columns == slice(922, 1178)


def test_nothing_is_answered_beside_the_box() -> None:
    answer = placed(np.ones((2, 1, 128, 128), np.float32), (slice(46, 174), slice(151, 279)), BOX, (512, 512))
    assert answer.shape == (2, 1, 512, 512)
    assert answer[0].sum() == 20 * 30 and answer[0, 0, 100:120, 200:230].all()


def test_a_box_beside_the_picture_is_refused() -> None:
    for box in ((0, 0, 61, 20), (5, 5, 5, 9), (-1, 0, 4, 4)):
        with pytest.raises(LesionStudioError):
            check_box(box, (60, 90))


def test_a_model_of_crops_says_so_on_a_whole_slice_and_neither_in_a_box_nor_on_a_crop() -> None:
    card = tiny_card(view="crop", crop_side=64)
    whole, crop = (Scan.of_array(np.zeros((1, side, side), np.int16)) for side in (512, 80))
    assert crop_sentence() in doubts(card, whole, [])
    assert crop_sentence() not in doubts(card, whole, [], in_box=True)
    assert crop_sentence() not in doubts(card, crop, [])


def test_specks_are_counted_in_pixels_as_the_network_sees_them() -> None:
    card = tiny_card(smallest=10, long_side=(100, 100))
    assert least_pixels(card, (200, 100)) == pytest.approx(40)
    probabilities = np.zeros((1, 200, 100), np.float32)
    probabilities[0, :6, :6], probabilities[0, 50:57, 50:57] = 0.9, 0.9
    kept = without_specks(probabilities, 0.5, card)
    assert not kept[0, :6, :6].any() and kept[0, 50:57, 50:57].all()
