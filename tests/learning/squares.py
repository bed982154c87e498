"""Pictures of one bright square each, which is the lesion, and a network small enough to learn them in seconds."""

import numpy as np

from lesionstudio.learning.examples import Example
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput
from lesionstudio.recipe import Recipe

SIDE = 64
SMALL = {"encoder_depth": 3, "decoder_channels": [16, 8, 8]}
RECIPE = Recipe(encoder="tu-resnet10t", network=SMALL, size=SIDE, batch=2, epochs=3, look_every=2, precision="fp32")
CARD = ModelCard(
    "s", "S", ("Lesion",), (ModelInput(IntensityRule("window", 0, 1)),), encoder="tu-resnet10t", network=SMALL
)


def squares(count: int, first: int = 0, side: int = SIDE) -> list[Example]:
    """So many pictures, from the first-th on."""
    made = []
    for n in range(first, first + count):
        rng = np.random.default_rng(n)
        marks = np.zeros((side, side), np.uint8)
        row, column = rng.integers(4, side - 24, 2)
        marks[row : row + 18, column : column + 18] = 1
        pixels = (0.2 + 0.6 * marks + rng.normal(0, 0.02, marks.shape)).astype(np.float32)
        made.append(Example(str(n), pixels[None], marks, str(n)))
    return made
