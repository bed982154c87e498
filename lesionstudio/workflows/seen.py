"""What a model saw: facts of the pictures it learned from, which Segment needs, measured for the weights it has now."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest import cut_to_chest
from lesionstudio.imaging.fingerprint import compared, fingerprints
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.model_card import ModelCard

if TYPE_CHECKING:
    from lesionstudio.learning.model import SegmentationModel

Floats = NDArray[np.float32]
_STRANGERS = 40


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
    """The card with the fingerprints of whole pictures, and with all its parent's where these look like those."""
    shown = [cut_to_chest(picture, card) for picture in pictures]
    before = parent.training if parent else {}
    is_alike = compared(shown, card.inputs, before.get("fingerprints", ())) == "like"
    kept: dict[str, Any] = {
        name: list(before[name]) for name in ("fingerprints", "strangers") if is_alike and name in before
    }
    known = [*kept.get("fingerprints", ()), *fingerprints(shown, card.inputs)]
    return replace(card, training={**card.training, **kept, "fingerprints": known})


def with_strangers(card: ModelCard, folders: Sequence[Path]) -> ModelCard:
    """The card with the fingerprints of pictures in folders: they look like its own and are something else."""
    known = [text for folder in folders for text in fingerprints(_shown(card, folder), card.inputs)]
    return replace(card, training={**card.training, "strangers": known})


def _shown(card: ModelCard, folder: Path) -> list[Floats]:
    """Some of a folder's pictures as the network sees them."""
    found = [one for one in find_scans(folder) if not one.error and not one.last]
    scans = [read_scan(one.source) for one in found[:: -(-len(found) // _STRANGERS) or 1]]
    return [cut_to_chest(network_inputs(scan, scan.slices // 2, card.inputs), card) for scan in scans]
