"""ModelView: a card as the window shows it."""

from pathlib import Path
from typing import Any

from lesionstudio.gui.sureness import points_of
from lesionstudio.gui.views import ModelView
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _, number


def model_view(card: ModelCard, folder: Path) -> ModelView:
    """What of a card the window shows everywhere; the rest is on its sheet."""
    scores: dict[str, Any] = card.scores if isinstance(card.scores, dict) else {}
    licence, made_for, terms = _(card.licence), _(card.made_for), _(card.licence_note)
    in_boxes = _("Draw a box: it was made from small pieces.") if card.view == "crop" else ""
    notice = " ".join(f"{words.rstrip('.')}." for words in (licence, in_boxes or made_for) if words)
    return ModelView(
        card.id,
        folder,
        _(card.title),
        _measured_words(scores),
        notice,
        card.threshold,
        terms,
        licence,
        card.region.lower(),
        card.modality,
        points_of(card),
        picture_of(card, folder),
        card.view == "crop",
        card.channels,
    )


def picture_of(card: ModelCard, folder: Path) -> Path | None:
    """The picture that shows what a model is for, where its card names one that lies beside it."""
    path = folder / card.thumbnail if card.thumbnail in card.pictures else None
    return path if path is not None and path.is_file() else None


def _measured_words(scores: dict[str, Any]) -> str:
    """The one figure that is shown beside a model's name."""
    held_out = scores.get("held_out")
    dice = held_out.get("after") if isinstance(held_out, dict) else scores.get("dice")
    return _("Dice {dice} held out").format(dice=number(float(dice), 2)) if dice is not None else _("not measured yet")
