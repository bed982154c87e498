"""Teaching: the network that learns in a study: where it begins, how it is looked at, and what is kept of it."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from lesionstudio.model_card import LICENCE_NAME, ModelCard
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.versions import telling_of_version
from lesionstudio.words import _
from lesionstudio.workflows.held_out import slice_dice
from lesionstudio.workflows.judging import labels_of
from lesionstudio.workflows.lessons import Lessons, Outputs, Picture
from lesionstudio.workflows.seen import with_looks, with_ranges

if TYPE_CHECKING:
    from lesionstudio.learning.going_on import Learner
    from lesionstudio.learning.inference import Predictor

_LOOKED_AT, _LOOKS_KEPT = 24, 60
_ENCODER, _DECODER = "resnet18", (128, 64, 48, 32, 16)
_LENDER = "lung-lesions"

Point = list[float | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a model begins: what its card will say, and the model that it goes on from.

    A new model has no parent; `lent` is then the model whose weights it begins with, where there is one.
    """

    card: ModelCard
    parent: ShelvedModel | None = None
    lent: ShelvedModel | None = None

    @property
    def weights_of(self) -> ShelvedModel | None:
        """Whose weights it begins with; None: random ones."""
        return self.parent or self.lent


def goes_on_from(parent: ShelvedModel, card: ModelCard, outputs: Outputs) -> Beginning:
    """The parent's next version; `card` is the parent's, as it was read with."""
    card = replace(card, labels=outputs.names, parent=parent.card.id, scores={}, training={}, sha256="")
    return Beginning(card, parent)


def begins_anew(drafted: ModelCard, outputs: Outputs, lent: ShelvedModel | None) -> Beginning:
    """A new model. It begins with the weights of a model that is there, which makes that one's licence its own."""
    card = replace(drafted, labels=outputs.names, encoder=_ENCODER, network={"decoder_channels": list(_DECODER)})
    if lent is None:
        return Beginning(card)
    one = lent.card
    note = _("It began with the weights of {title}.").format(title=_(one.title))
    card = replace(card, architecture=one.architecture, encoder=one.encoder, network=one.network, notes=(note,))
    card = replace(card, licence=one.licence, licence_note=one.licence_note, data=one.data)
    return Beginning(card, None, lent)


def judged_labels(lessons: Lessons, outputs: Outputs) -> list[int]:
    """The study's labels that a version is judged by: those it was taught, and those marked on held-out slices."""
    taught = {label for label, is_taught in zip(outputs.labels, outputs.taught) if is_taught}
    return sorted(taught | {int(n) for one in lessons.held_out for n in np.unique(one.marks) if n})


def starter() -> ShelvedModel | None:
    """The shipped model whose weights a new one begins with; None where none is shipped."""
    shipped = [one for one in ModelShelf().models() if one.place == "starter" and one.card.task == "segmentation"]
    return min(shipped, key=lambda one: one.card.id != _LENDER, default=None)


def save(
    learner: "Learner",
    begins: Beginning,
    facts: dict[str, Any],
    lessons: Lessons,
    draft: Path,
    report: Reporter,
) -> ModelCard:
    """Writes weights, and the licence they came with, into the draft; gives the card. Raises ProjectProblem."""
    from lesionstudio.learning.model import SegmentationModel

    made = datetime.now(UTC).isoformat(timespec="seconds")
    card = replace(begins.card, training={**facts, "learned_share": learner.learned_share}, made=made)
    model = SegmentationModel(learner.averaged, card, learner.device)
    source = begins.weights_of
    with telling_of_version(draft):
        saved = model.save(draft)
        if source is not None and (source.folder / LICENCE_NAME).is_file():
            shutil.copyfile(source.folder / LICENCE_NAME, draft / LICENCE_NAME)
    seen = [picture.pixels for picture in _some(lessons.learned, _LOOKED_AT)]
    ranged = with_ranges(saved, model, seen, lambda: report(Progress(None, _("Looking at what was learned"))))
    return with_looks(ranged, _some(lessons.looks, _LOOKS_KEPT), begins.parent.card if begins.parent else None)


def _some(all_of_them: Sequence[T], most: int) -> list[T]:
    """About so many at most, evenly spread."""
    return list(all_of_them[:: -(-len(all_of_them) // most)])


def dice_on(
    predictor: "Predictor",
    watched: Sequence[Picture],
    outputs: Outputs,
    judged: Sequence[int],
    beat: Callable[[], None],
) -> list[float]:
    """Dice of each picture as a network marks it that is in the middle of learning."""
    found, numbers = [], np.array([0, *outputs.labels], np.uint8)
    for picture in watched:
        answer = predictor.predict(picture.pixels[None], lambda _progress: beat())
        marks = labels_of(answer, predictor.card.threshold)[0]
        found.append(slice_dice(numbers[marks], picture.marks, judged))
    return found
