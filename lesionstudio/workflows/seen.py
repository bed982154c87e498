"""What a model saw: facts of the pictures it learned from, which Segment needs, measured for the weights it has now."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest import cut_to_chest
from lesionstudio.imaging.fingerprint import compared, fingerprints
from lesionstudio.model_card import ModelCard

if TYPE_CHECKING:
    from lesionstudio.learning.model import SegmentationModel

Floats = NDArray[np.float32]


def with_ranges(
    card: ModelCard, model: "SegmentationModel", pictures: Sequence[Floats], beat: Callable[[], None]
) -> ModelCard:
    """The card of saved weights with their ranges for eight bits over pictures as the network sees them.

    `beat` is called before each piece of work.
    """
    from lesionstudio.learning.calibration import eight_bit_ranges

    ranges = eight_bit_ranges(model, pictures, beat)
    known = {"ranges": {"weights": card.sha256, "convolutions": ranges}} if ranges else {}
    return replace(card, training={**card.training, **known})


def with_looks(card: ModelCard, pictures: Sequence[Floats], parent: ModelCard | None = None) -> ModelCard:
    """The card with the fingerprints of whole pictures, and with its parent's where these look like those."""
    shown = [cut_to_chest(picture, card) for picture in pictures]
    before = list(parent.training.get("fingerprints", ())) if parent else []
    kept = before if compared(shown, card.inputs, before) == "like" else []
    return replace(card, training={**card.training, "fingerprints": [*kept, *fingerprints(shown, card.inputs)]})
