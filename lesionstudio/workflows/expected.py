"""What a model is expected to miss and to invent from a threshold on, in words a person counts by."""

from collections.abc import Mapping
from typing import Any

from lesionstudio.model_card import ModelCard
from lesionstudio.words import _, number

_OF, _FEW = 10, 3


def expected_words(point: Mapping[str, Any], card: ModelCard) -> str:
    """ "misses about 2 of 10 lesions, 1 false mark in 20 slices", of one operating point of a card.

    In percent of the area where lesions cannot be counted: membranes, or several labels side by side.
    """
    by_lesion = card.marks == "regions" and len(card.labels) == 1
    return _lesion_words(point) if by_lesion else _area_words(point)


def _lesion_words(one: Mapping[str, Any]) -> str:
    lesions, missed = int(one["lesions"]), int(one["missed"])
    if not lesions:
        return ""
    if lesions < _OF:
        found = _("misses {missed} of {n} lesions").format(missed=number(missed), n=number(lesions))
    else:
        found = _tenths(missed / lesions)
    return f"{found}, {_false_marks(int(one['invented']), int(one['slices']))}"


def _tenths(share: float) -> str:
    if share < 1 / 200:
        return _("misses next to no lesion")
    if share < 1 / (2 * _OF):
        return _("misses fewer than 1 of 20 lesions")
    return _("misses about {missed} of 10 lesions").format(missed=number(max(1, round(_OF * share))))


def _false_marks(invented: int, slices: int) -> str:
    if not invented:
        return _("no false mark in {n} slices").format(n=number(slices))
    if invented >= slices:
        each = number(invented / slices, 0 if invented >= _FEW * slices else 1)
        return _("{n} false marks a slice").format(n=each)
    return _("1 false mark in {n} slices").format(n=number(round(slices / invented)))


def _area_words(one: Mapping[str, Any]) -> str:
    missed, wrong = 1 - float(one["recall"]), 1 - float(one["precision"])
    text = _("misses {missed} % of the area, {wrong} % of its marks are wrong")
    return text.format(missed=number(100 * missed), wrong=number(100 * wrong))
