"""Sureness: from which probability on a model marks in this study, and what that is expected to miss and to invent."""

from collections.abc import Mapping, Sequence
from typing import Any

from lesionstudio.gui.session import Session
from lesionstudio.gui.views import ModelView, OperatingPoint
from lesionstudio.model_card import ModelCard
from lesionstudio.workflows.expected import expected_words

_SETTING = "thresholds"


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
    return OperatingPoint(float(one["threshold"]), expected_words(one, card))


def nearest(points: Sequence[OperatingPoint], threshold: float) -> int:
    """Which of the points lies nearest to a threshold."""
    return min(range(len(points)), key=lambda n: abs(points[n].threshold - threshold))
