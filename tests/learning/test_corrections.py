"""Corrections: which of them a model looks at next. None is ever left behind, whatever came later."""

import numpy as np

from lesionstudio.learning.corrections import SEEN_AFTER, Corrections
from lesionstudio.learning.examples import Example
from lesionstudio.recipe import Recipe
from tests.studies import SIDE, scene


def test_all_corrections_so_far_are_looked_at_again_and_the_newest_more_often() -> None:
    known = Corrections(Recipe(size=SIDE, long_side=(SIDE, SIDE)), 1, SIDE)
    for n in range(6):
        pixels, marks = scene(n)
        known.add(str(n), Example(str(n), pixels[None].astype(np.float32), (marks > 0).astype(np.uint8)))
    known.recall(known.known, dict.fromkeys(known.known, SEEN_AFTER))
    rng = np.random.default_rng(0)
    for _batch in range(30):
        known.patches(4, 0.25, rng, "cpu")
    again = {key: shown - SEEN_AFTER for key, shown in known.shown.items()}
    assert sum(again.values()) == 120
    assert min(again.values()) >= 6, "the oldest as well"
    assert max(again, key=lambda key: again[key]) == "5" and again["5"] >= 30
