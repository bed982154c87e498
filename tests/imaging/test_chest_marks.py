"""Marks in whole chests: specks, unsure ones and tops of organs go; lesions stay, and so does all in cut pictures."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.imaging.chest_marks import Answer, kept_in_scan, kept_marks, neighbours
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.model_card import ChestRule, IntensityRule, ModelCard, ModelInput

WINDOW = IntensityRule("window", -1000.0, 200.0, unit="HU")
CARD = ModelCard("m", "M", ("Lesion",), (ModelInput(WINDOW),), threshold=0.4, chest=ChestRule(-340.0, 0.2))
Floats = NDArray[np.float32]


def chest() -> Floats:
    """A body of soft tissue with two lungs in black air, (channel, row, column)."""
    picture = np.zeros((1, 200, 200), np.float32)
    picture[0, 40:160, 20:180] = 0.85
    picture[0, 60:140, 35:85] = picture[0, 60:140, 115:165] = 0.15
    return picture


def answer(*marks: tuple[slice, slice, float], picture: Floats | None = None) -> Answer:
    probabilities = np.zeros((1, 200, 200), np.float32)
    for rows, columns, probability in marks:
        probabilities[0, rows, columns] = probability
    return Answer(chest() if picture is None else picture, probabilities)


def ruled(*, least: float = 0.0, sure: float = 0.0, tops_mm: float = 0.0) -> ModelCard:
    assert CARD.chest is not None
    return replace(CARD, chest=replace(CARD.chest, least=least, sure=sure, tops_mm=tops_mm))


def kept(card: ModelCard, given: Answer, beside: Answer | None = None) -> NDArray[np.bool_]:
    around = () if beside is None else (1,)
    there: NDArray[np.bool_] = kept_marks(given, card, 0.4, around, lambda _k: beside)[0] >= 0.4
    return there


LESION = (slice(70, 90), slice(40, 60), 0.95)


def test_a_speck_goes_and_a_lesion_stays() -> None:
    given = answer(LESION, (slice(120, 122), slice(130, 132), 0.95))
    there = kept(ruled(least=300.0), given)
    assert there.sum() == 400 and there[70:90, 40:60].all()
    assert kept(CARD, given).sum() == 404


def test_a_mark_that_is_sure_in_a_speck_alone_goes_and_the_probabilities_of_others_stay_as_they_are() -> None:
    given = answer(LESION, (slice(100, 130), slice(120, 150), 0.7), (slice(110, 112), slice(130, 132), 0.95))
    left = kept_marks(given, ruled(least=300.0, sure=0.9), 0.4, (), lambda _k: None)
    assert not left[0, 100:130, 120:150].any()
    np.testing.assert_array_equal(left[0, 70:90], given.probabilities[0, 70:90])


def test_what_is_dense_and_unmarked_in_the_next_slice_is_the_top_of_an_organ() -> None:
    organ = chest()
    organ[0, 65:100, 36:70] = 0.85
    assert not kept(ruled(tops_mm=5.0), answer(LESION), answer(picture=organ)).any()


def test_an_airless_lesion_stays_though_the_network_misses_it_in_the_next_slice() -> None:
    dense = chest()
    dense[0, 65:100, 36:70] = 0.85
    assert kept(ruled(tops_mm=5.0), answer(LESION, picture=dense), answer(picture=dense)).sum() == 400


def test_a_lesion_that_goes_on_in_the_next_slice_or_ends_there_stays() -> None:
    dense = chest()
    dense[0, 65:100, 36:70] = 0.85
    goes_on = answer((slice(65, 100), slice(36, 70), 0.9), picture=dense)
    assert kept(ruled(tops_mm=5.0), answer(LESION), goes_on).sum() == 400
    assert kept(ruled(tops_mm=5.0), answer(LESION), answer()).sum() == 400


def test_nothing_is_dropped_where_no_whole_chest_is_seen_or_no_rule_stands_on_the_card() -> None:
    cut = np.ascontiguousarray(chest()[:, 55:145, 30:170])
    probabilities = np.zeros((1, 90, 140), np.float32)
    probabilities[0, 10:12, 10:12] = 0.5
    strict = ruled(least=5000.0, sure=0.99)
    np.testing.assert_array_equal(
        kept_marks(Answer(cut, probabilities), strict, 0.4, (), lambda _k: None), probabilities
    )
    assert kept(replace(CARD, chest=None), answer(LESION)).sum() == 400


@pytest.mark.parametrize(
    ("spacing_mm", "k", "expected"), [(5.0, 3, (2, 4)), (1.25, 3, (7,)), (1.25, 5, (1, 9)), (20.0, 0, (1,))]
)
def test_the_neighbours_lie_about_the_rule_s_distance_away(
    spacing_mm: float, k: int, expected: tuple[int, ...]
) -> None:
    geometry = Geometry((12, 9, 9), np.diag([spacing_mm, 1.0, 1.0, 1.0]))
    assert neighbours(geometry, ruled(tops_mm=5.0), k) == expected
    assert neighbours(geometry, CARD, k) == ()
    assert neighbours(Geometry.pixels((12, 9, 9)), ruled(tops_mm=5.0), k) == ()


def test_a_scan_is_judged_slice_by_slice_with_its_neighbours() -> None:
    organ = chest()
    organ[0, 65:100, 36:70] = 0.85
    marked = answer(LESION)
    pictures = np.stack([marked.picture, organ])
    probabilities = np.stack([marked.probabilities, np.zeros_like(marked.probabilities)], axis=1)
    geometry = Geometry((2, 200, 200), np.diag([5.0, 1.0, 1.0, 1.0]))
    assert not kept_in_scan(pictures, probabilities, ruled(tops_mm=5.0), 0.4, geometry).any()
    np.testing.assert_array_equal(kept_in_scan(pictures, probabilities, CARD, 0.4, geometry), probabilities)
