"""What a network would be shown of a picture: at its own scale, and changed as training changes it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionstudio.learning.batches import PictureBatches
from lesionstudio.learning.examples import Example
from lesionstudio.learning.folder_run import at_scale
from lesionstudio.model_card import ModelCard
from lesionstudio.recipe import Recipe

Floats = NDArray[np.float32]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Planes (channel, row, column) with label numbers (row, column) on them."""

    planes: Floats
    marks: Marks


def as_shown(example: Example, card: ModelCard) -> Shown:
    """The picture at the scale at which the network sees it."""
    scaled = at_scale(example, card.long_side)
    return Shown(scaled.pixels, scaled.marks)


def as_changed(example: Example, card: ModelCard, recipe: Recipe, times: int) -> list[Shown]:
    """Patches of it as a run of this recipe would learn from, different each time, the same by the recipe's seed.

    Of a recipe with made surroundings the changes that every recipe makes are shown.
    """
    plain = replace(recipe, surroundings="none")
    batches = PictureBatches([at_scale(example, card.long_side)], plain, len(card.labels))
    pixels, target = batches.of(range(times), "cpu")
    numbers = np.arange(1, len(card.labels) + 1)[:, None, None]
    return [
        Shown(planes.numpy(), (one.numpy() * numbers).max(axis=0).astype(np.uint8))
        for planes, one in zip(pixels, target)
    ]
