"""Teaching: the network that learns in a study: where it begins, its run with a curve, and what is kept of it."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from lesionstudio.model_card import LICENCE_NAME, ModelCard
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.versions import telling_of_version
from lesionstudio.words import _
from lesionstudio.workflows.held_out import FEWEST_TO_MEASURE, slice_dice
from lesionstudio.workflows.judging import labels_of
from lesionstudio.workflows.lessons import Lessons, Outputs, Picture
from lesionstudio.workflows.seen import with_looks, with_ranges

if TYPE_CHECKING:
    from lesionstudio.learning.finetuning import FineTuner
    from lesionstudio.learning.going_on import Learner
    from lesionstudio.learning.inference import Predictor

_LOOKED_AT, _LOOKS_KEPT = 24, 60
_MEASUREMENTS = 6
_ENCODER, _DECODER = "resnet18", (128, 64, 48, 32, 16)

Point = list[float | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terms:
    """On which device a model learns, for how many minutes (0: as the program likes), and with which seed."""

    device: str
    minutes: float
    seed: int


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


@dataclass(slots=True)
class Curve:
    """[minutes, Dice on the held-out slices or null, loss or null] for points of a run, each told as it comes."""

    report: Reporter
    points: list[Point] = field(default_factory=list)

    def add(self, point: Point, progress: Progress) -> None:
        """One more point."""
        self.points.append(point)
        self.report(replace(progress, partial={"curve": [point]}))


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


def tuner_for(
    begins: Beginning, lessons: Lessons, outputs: Outputs, terms: Terms, beat: Callable[[], None]
) -> "FineTuner":
    """What will teach the network; `beat` is called in between, for it takes a moment.

    Raises ModelProblem when the weights to begin with are damaged.
    """
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.finetuning import FineTuner, begun_network

    beat()
    examples = [
        Example(picture.key, picture.pixels, outputs.targets(picture.marks))
        for picture in lessons.learned
        if picture.is_whole
    ]
    new, source = begins.parent is None, begins.weights_of
    network = begun_network(begins.card, source.folder if source else None, new=new, seed=terms.seed)
    beat()
    return FineTuner(examples, begins.card, network, outputs.taught, new=new, **asdict(terms))


def run(tuner: "FineTuner", lessons: Lessons, outputs: Outputs, curve: Curve, report: Reporter) -> None:
    """Lets the network learn, and looks now and then how it does on the held-out slices.

    That look is for the person who watches; it chooses nothing: the weights kept are always the last averaged ones.
    """
    looked, message = 0.0, _("Learning, loss {loss}")
    judged = judged_labels(lessons, outputs)
    for _step in tuner.go(report, message):
        if tuner.fraction - looked >= 1 / _MEASUREMENTS or tuner.fraction >= 1:
            looked = tuner.fraction
            minutes = tuner.seconds / 60
            dice = _watched_dice(tuner, lessons.watched, outputs, judged, lambda: report(tuner.progress(message)))
            curve.add([round(minutes, 2), dice, round(tuner.loss_average, 4)], tuner.progress(message))


def judged_labels(lessons: Lessons, outputs: Outputs) -> list[int]:
    """The study's labels that a version is judged by: those it was taught, and those marked on held-out slices."""
    taught = {label for label, is_taught in zip(outputs.labels, outputs.taught) if is_taught}
    return sorted(taught | {int(n) for one in lessons.held_out for n in np.unique(one.marks) if n})


def starter() -> ShelvedModel | None:
    """The shipped model whose weights a new one begins with; None where none is shipped."""
    shipped = (one for one in ModelShelf().models() if one.place == "starter")
    return next((one for one in shipped if one.card.task == "segmentation"), None)


def save(
    tuner: "FineTuner | Learner",
    begins: Beginning,
    facts: dict[str, Any],
    lessons: Lessons,
    draft: Path,
    report: Reporter,
) -> ModelCard:
    """Writes weights, and the licence they came with, into the draft; gives the card. Raises ProjectProblem."""
    from lesionstudio.learning.model import SegmentationModel

    made = datetime.now(UTC).isoformat(timespec="seconds")
    card = replace(begins.card, training=facts, made=made)
    model = SegmentationModel(tuner.averaged.eval(), card, tuner.device)
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


def facts_of(tuner: "FineTuner", outputs: Outputs, lessons: Lessons, curve: Curve) -> dict[str, Any]:
    """What the card says of the run."""
    from lesionstudio.learning.engines import device_name

    ended = tuner.finished()
    taught = [name for name, is_taught in zip(outputs.names, outputs.taught) if is_taught]
    return {
        "slices": lessons.checked,
        "labels": taught,
        "minutes": round(tuner.seconds / 60, 2),
        "steps": ended.steps,
        "loss": ended.loss,
        "device": ended.device,
        "precision": ended.precision,
        "processor": device_name(ended.device),
        "seed": tuner.recipe.seed,
        "curve": curve.points,
    }


def _watched_dice(
    tuner: "FineTuner", watched: Sequence[Picture], outputs: Outputs, judged: Sequence[int], beat: Callable[[], None]
) -> float | None:
    """Mean Dice of the network as it is now on the held-out pictures; None where they are too few to measure on."""
    if len(watched) < FEWEST_TO_MEASURE:
        return None
    return round(float(np.mean(dice_on(_predictor(tuner), watched, outputs, judged, beat))), 4)


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


def _predictor(tuner: "FineTuner") -> "Predictor":
    from lesionstudio.learning.inference import Predictor
    from lesionstudio.learning.torch_engine import TorchEngine

    engine = TorchEngine(tuner.averaged, tuner.card.channels, tuner.device, tuner.precision)
    return Predictor(tuner.card, engine)
