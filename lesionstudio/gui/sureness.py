"""Sureness: from which probability on a model marks in this study, and what that is expected to miss and to invent."""

from collections.abc import Mapping, Sequence
from typing import Any

from lesionstudio.gui.session import Session
from lesionstudio.gui.views import ModelView, OperatingPoint
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _, ngettext, number

_SETTING = "thresholds"
_OF, _FEW = 10, 3


def chosen_threshold(session: Session, model: ModelView) -> float:
    """What the person chose for this model and study, else its card's."""
    chosen = session.study_settings.get(_SETTING, {}).get(model.id)
    return model.threshold if chosen is None else float(chosen)


def choose_threshold(session: Session, model: ModelView, threshold: float) -> None:
    """Has the model mark from this probability on in this study; its card's own is not written down."""
    if session.project is None:
        return
    chosen = session.study_settings.setdefault(_SETTING, {})
    chosen.pop(model.id, None)
    if threshold != model.threshold:
        chosen[model.id] = threshold
    session.save_project()


def points_of(card: ModelCard) -> tuple[OperatingPoint, ...]:
    """The thresholds that were tried out on pictures of known truth, from the one that marks most; () where none were.

    The card's own is always among them. One that finds nothing is none.
    """
    known = card.scores.get("operating", ()) if isinstance(card.scores, dict) else ()
    points = [_point(one, card) for one in known if isinstance(one, Mapping) and one.get("recall", 0) > 0]
    points.sort(key=lambda point: point.threshold)
    return tuple(points) if any(point.threshold == round(card.threshold, 4) for point in points) else ()


def _point(one: Mapping[str, Any], card: ModelCard) -> OperatingPoint:
    by_lesion = card.marks == "regions" and len(card.labels) == 1
    return OperatingPoint(float(one["threshold"]), _lesion_words(one) if by_lesion else _area_words(one))


def _lesion_words(one: Mapping[str, Any]) -> str:
    """Of lesions one by one; "misses about 2 of 10 lesions, 1 false mark in 20 slices"."""
    lesions, missed = int(one["lesions"]), int(one["missed"])
    if not lesions:
        return ""
    if lesions < _OF:
        text = ngettext("misses {missed} of {n} lesion", "misses {missed} of {n} lesions", lesions)
        found = text.format(missed=number(missed), n=number(lesions))
    else:
        found = _tenths(missed / lesions)
    return _("{misses}, {invents}").format(misses=found, invents=_false_marks(int(one["invented"]), int(one["slices"])))


def _tenths(share: float) -> str:
    """A share of lesions in words a person counts by."""
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
    """Of areas, where lesions cannot be counted: membranes, or several labels side by side."""
    missed, wrong = 1 - float(one["recall"]), 1 - float(one["precision"])
    text = _("misses {missed} % of the area, {wrong} % of its marks are wrong")
    return text.format(missed=number(100 * missed), wrong=number(100 * wrong))


def nearest(points: Sequence[OperatingPoint], threshold: float) -> int:
    """Which of the points lies nearest to a threshold."""
    return min(range(len(points)), key=lambda n: abs(points[n].threshold - threshold))
