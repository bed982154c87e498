"""Which model a study uses: the one that was chosen, or where nobody has chosen yet, the one it begins with."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from lesionstudio.model_card import ModelCard
from lesionstudio.project.project import Project

_LOOKED_AT = 50


def model_to_use(cards: Sequence[ModelCard], project: Project | None) -> ModelCard | None:
    """The one chosen, else the usual one. None of none, and where a person chose a new one from nothing ("")."""
    chosen = project.settings.get("model") if project is not None else None
    if chosen == "":
        return None
    return next((card for card in cards if card.id == chosen), None) or usual_model(cards, project)


def usual_model(cards: Sequence[ModelCard], project: Project | None) -> ModelCard | None:
    """The model that most likely fits: made for what most of the study's first scans are, and for any whole picture.

    One for another modality comes last; before others come those that take a whole picture rather than a box, that
    mark regions rather than borders, that need fewer channels and have fewer labels; of equals the first. None of none.
    """
    modality = _modality_of(project)
    return min(cards, key=lambda card: _demands(card, modality), default=None)


def _demands(card: ModelCard, modality: str) -> tuple[int, ...]:
    is_other = bool(modality and card.modality) and card.modality != modality
    return is_other, card.view == "crop", card.marks == "borders", card.channels, len(card.labels)


def _modality_of(project: Project | None) -> str:
    items = islice(project.items.values(), _LOOKED_AT) if project is not None else ()
    known = Counter(item.modality for item in items if item.modality and not item.last and not item.error)
    return known.most_common(1)[0][0] if known else ""
