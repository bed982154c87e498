"""Calibration: what a finished model needs so that processors may compute it in eight bits."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lesionstudio.learning.conversion import converted
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.openvino_engine import OpenVINOEngine
from lesionstudio.learning.quantizing import ranges_over
from lesionstudio.learning.resizing import Frame

_AGREES = 0.98
_LOG = logging.getLogger(__name__)

Picture = NDArray[np.float32]


def eight_bit_ranges(
    model: SegmentationModel, pictures: Sequence[Picture], beat: Callable[[], None] = lambda: None
) -> dict[str, list[float]]:
    """The ranges for OpenVINOEngine in "int8", over training pictures (channel, row, column) as the network sees them.

    {} where int8 would change the masks of these pictures by more than two hundredths of Dice, and where OpenVINO does
    not run the network: then it is computed as it is. `beat` is called before each picture.
    """
    shown = [Frame.of(picture.shape[1:], model.card.long_side).to_network(picture)[None] for picture in pictures]
    try:
        network = converted(lambda: model.network, model.card.channels)
        ranges = ranges_over(network, _one_by_one(shown, beat))
        engines = OpenVINOEngine(network, "fp32"), OpenVINOEngine(network, "int8", ranges)
    except (ImportError, RuntimeError) as problem:
        _LOG.warning("no ranges for int8: %s", problem)
        return {}
    return ranges if _agreement(*engines, _one_by_one(shown, beat), model.card.threshold) >= _AGREES else {}


def _one_by_one(shown: Sequence[Picture], beat: Callable[[], None]) -> Iterator[Picture]:
    for picture in shown:
        beat()
        yield picture


def _agreement(one: OpenVINOEngine, two: OpenVINOEngine, shown: Iterable[Picture], threshold: float) -> float:
    """Dice of both engines' masks, all pictures and labels pooled; 1.0 where neither marks anything."""
    cut = np.log(threshold / (1 - threshold))
    both = [(one.logits(picture) >= cut, two.logits(picture) >= cut) for picture in shown]
    marked = sum(int(mask.sum()) for pair in both for mask in pair)
    agreed = 2 * sum(int((a & b).sum()) for a, b in both)
    return agreed / marked if marked else 1.0
