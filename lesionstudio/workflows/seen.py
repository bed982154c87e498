"""What a model saw: facts of the pictures it learned from, which Segment needs, measured for the weights it has now."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest import cut_to_chest
from lesionstudio.imaging.fingerprint import fingerprints
from lesionstudio.model_card import ModelCard

if TYPE_CHECKING:
    from lesionstudio.learning.model import SegmentationModel


def with_what_it_saw(
    card: ModelCard,
    model: "SegmentationModel",
    pictures: Sequence[NDArray[np.float32]],
    beat: Callable[[], None] = lambda: None,
) -> ModelCard:
    """The card of saved weights with their ranges for eight bits and fingerprints of pictures (channel, row, column).

    `beat` is called before each piece of work.
    """
    from lesionstudio.learning.calibration import eight_bit_ranges

    ranges = eight_bit_ranges(model, pictures, beat)
    known = {"ranges": {"weights": card.sha256, "convolutions": ranges}} if ranges else {}
    shown = fingerprints([cut_to_chest(picture, card) for picture in pictures], card.inputs)
    return replace(card, training={**card.training, **known, "fingerprints": shown})
