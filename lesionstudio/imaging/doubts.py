"""Doubts: what in a picture speaks against a model's card. Sentences for a person, who decides."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _, number

_NEARLY_ALL, _SMALL_PART = 0.98, 0.2
_DECILES = tuple(range(10, 100, 10))
_LEEWAY, _TOO_FAR = 0.1, 0.08

Pictures = NDArray[np.float32]


def doubts(card: ModelCard, scan: Scan, pictures: Sequence[Pictures]) -> list[str]:
    """Why this scan may not be what the model was made for; nothing where nothing speaks against it.

    `pictures` are some of its slices as the network sees them, (channel, row, column).
    """
    found = [_about_modality(card, scan), _about_plane(card, scan), _about_values(card, scan, pictures)]
    return [sentence for sentence in found if sentence]


def greys_of(pictures: Iterable[Pictures]) -> dict[str, list[float]]:
    """What a card remembers of the greys it was trained on: lowest and highest deciles of any picture."""
    deciles = np.array([np.percentile(picture, _DECILES) for picture in pictures])
    return {"low": [round(float(v), 3) for v in deciles.min(0)], "high": [round(float(v), 3) for v in deciles.max(0)]}


def _about_modality(card: ModelCard, scan: Scan) -> str:
    if not card.modality or not scan.modality or card.modality == scan.modality:
        return ""
    return _("This model was made for {wanted}; the scan is {given}.").format(wanted=card.modality, given=scan.modality)


def _about_plane(card: ModelCard, scan: Scan) -> str:
    plane = scan.geometry.plane
    if not card.plane or not plane or card.plane == plane:
        return ""
    return _("This model was made for {wanted} slices; these are {given}.").format(wanted=_(card.plane), given=_(plane))


def _about_values(card: ModelCard, scan: Scan, pictures: Sequence[Pictures]) -> str:
    if not pictures:
        return ""
    if any(one.rule.unit == "HU" for one in card.inputs) and scan.value_range is None and scan.unit != "HU":
        return _("This model expects Hounsfield units, which this scan does not have.")
    ends = [(one.rule.out_low, one.rule.out_high) for one in card.inputs]
    shares = np.stack([_shares(picture, ends) for picture in pictures])
    if scan.value_range is not None and float(np.percentile(shares, 99.5)) < _SMALL_PART:
        return _(
            "The values fill only {percent} % of what the file could hold, so the model sees it almost black. "
            "If it holds HU, say what was added to them (HU offset)."
        ).format(percent=number(100 * float(np.percentile(shares, 99.5))))
    for end in (0, 1):
        if float((shares == end).mean()) > _NEARLY_ALL:
            return _("Nearly all values lie outside the range that this model looks at.")
    return _about_greys(card, pictures)


def _about_greys(card: ModelCard, pictures: Sequence[Pictures]) -> str:
    """Compares with the greys the card remembers, where it does."""
    seen: dict[str, Any] = card.training.get("greys", {})
    if not seen:
        return ""
    deciles = np.mean([np.percentile(picture, _DECILES) for picture in pictures], axis=0)
    below = np.maximum(np.array(seen["low"]) - _LEEWAY - deciles, 0)
    above = np.maximum(deciles - np.array(seen["high"]) - _LEEWAY, 0)
    if float((below + above).mean()) < _TOO_FAR:
        return ""
    return _("The greys of this scan are unlike those the model was trained on.")


def _shares(picture: Pictures, ends: Sequence[tuple[float, float]]) -> Pictures:
    """The picture with each plane's range of the card as 0 to 1, thinned out to at most about 128 x 128."""
    step = max(1, max(picture.shape[1:]) // 128)
    planes = picture[:, ::step, ::step]
    return np.stack([(plane - low) / (high - low) for plane, (low, high) in zip(planes, ends)])
