"""train: a model from pictures and masks, by a recipe; resumed where it was stopped, judged by what was held out.

What a run stores for whoever reports on it stands on the model's card, under "training": steps, epochs, minutes,
device, precision, processor, seed, command, recipe; "curve" (rows as in learning/course.py), "best" (step, score,
threshold and shares of the weights kept, on all that was held out), "goal", "ended" (why it stopped, a sentence),
"notes" (what it had to make do with), "before" (steps and minutes of the model it went on from), "split" ({"by": part,
group or block, "learned", "held_out"}), "marked_percent" by label, and "libraries". Beside it lie
split.csv (file, slice, split, group) and recipe.json, to do it again by.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.choices import with_channels
from lesionstudio.imaging.formats.names import natural_key
from lesionstudio.imaging.pairs import Pairs
from lesionstudio.imaging.segments import Overlap
from lesionstudio.model_card import ModelCard, write_card
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.recipe import Recipe, changed, checked, read_recipe, recipe_to_json
from lesionstudio.words import _
from lesionstudio.workflows.clean import clean_beside
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.seen import with_looks, with_ranges
from lesionstudio.workflows.train_scores import choice, scores_of, upright
from lesionstudio.workflows.training_set import Question, TrainingSet, training_set, write_split

if TYPE_CHECKING:
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.folder_run import Finished, Order

RECIPE_NAME = "recipe.json"
_LOOKED_AT, _RANGED = 120, 16
_LIBRARIES = ("torch", "segmentation-models-pytorch", "lightning-fabric", "numpy")
_BASELINE = "unet-baseline"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run begins with: the model that goes on, and the model whose encoder is lent; None where there is none."""

    goes_on: ShelvedModel | None = None
    lent: ShelvedModel | None = None


def train(
    out: Path,
    *,
    images: Path | None = None,
    masks: Path | None = None,
    split: Path | None = None,
    data: Path | None = None,
    model_from: str = "",
    recipe: Path | None = None,
    changes: dict[str, Any] | None = None,
    channels: str = "",
    patients: str = "",
    pair_by: Literal["name", "number"] = "name",
    overlap: Overlap = "smaller",
    structure: int | None = None,
    hu_offset: float | None = None,
    devices: int = 1,
    device: str = "auto",
    resume: bool = False,
    report: Reporter = silent,
) -> dict[str, Any]:
    """Trains on the pairs of part "train" (on all where there are no parts) and saves the model in the folder `out`.

    The part "val", or a part split off where there is none, chooses weights and threshold, and the card carries its
    scores. `model_from` is a model that goes on learning: it sees pictures by its own card's rules, labels it lacks get
    outputs of their own, and its labels that no mask here has are not trained. `changes` replaces entries of the
    recipe. Before it begins it reports a partial result {"warnings": [sentence, ...]}, after each round {"curve":
    [row]}. Gives {"model", "folder", "training", "scores", "choice", "warnings"}.
    """
    places = Places(images, masks, split, data, patients, pair_by, overlap)
    pairs = _in_order(places.pairs(silent))
    plan = checked(changed(read_recipe(recipe) if recipe else Recipe(), changes or {}))
    begins, plan = _beginning(plan, changes or {}, model_from)
    begun = _goes_on(begins.goes_on.card, out.name, channels) if begins.goes_on else None
    asked = Question(channels, structure, hu_offset)
    found = training_set(pairs, plan, begun or out.name, asked, report)
    order = _order(found, plan, begins, out, places, device)
    report(Progress(None, "", partial={"warnings": found.warnings}))
    with telling_what_fails(out):
        finished, chosen = _fit(replace(order, devices=devices, resume=resume), report)
        saved = _saved(found, order, finished, {"command": _command(plan, places, asked), **_before(begins)}, report)
    scores: dict[str, Any] = {}
    if not plan.whole:
        scores = scores_of(finished.model, pairs, places, structure, hu_offset, out, report) or _kept_scores(finished)
    write_card(replace(saved, scores={**saved.scores, **scores}), out)
    _forget(out)
    facts = saved.training
    folder = str(out.absolute())
    return {
        "model": saved.id,
        "folder": folder,
        "training": facts,
        "scores": scores,
        "choice": chosen,
        "warnings": found.warnings,
    }


def _in_order(pairs: Pairs) -> Pairs:
    """In the order a person counts in: 2 before 10, so that neighbours stand side by side."""
    return replace(pairs, pairs=tuple(sorted(pairs.pairs, key=lambda pair: natural_key(pair.id))))


def _beginning(plan: Recipe, changes: dict[str, Any], model_from: str) -> tuple[Beginning, Recipe]:
    """The models that this one begins with, and the recipe with the networks they need."""
    start = ModelShelf().find(model_from) if model_from else None
    if start is not None and "labels" in changes:
        raise LesionStudioError(
            _("A model that goes on keeps the names of its labels."), hint=_("Leave --labels out, or --from.")
        )
    if start is not None:
        return Beginning(start), _as_it_was_made(plan, start.card)
    weights = plan.encoder_weights
    if weights in ("", "none", "imagenet") or Path(weights).is_file():
        return Beginning(), plan
    lent = ModelShelf().find(weights)
    plan = replace(plan, encoder_weights=str(lent.folder))
    if not {"encoder", "architecture"} & set(changes):
        plan = replace(plan, encoder=lent.card.encoder)
        if lent.card.architecture == _BASELINE:
            plan = replace(plan, architecture=_BASELINE, network=lent.card.network)
    return Beginning(None, lent), plan


def _goes_on(start: ModelCard, name: str, channels: str) -> ModelCard:
    """The card of a model that goes on from another: it sees what that one saw, from other channels where asked."""
    inputs = with_channels(start.inputs, channels)
    return replace(start, id=name, title=name, inputs=inputs, parent=start.id, scores={}, training={}, sha256="")


def _as_it_was_made(plan: Recipe, start: ModelCard) -> Recipe:
    """The recipe with the network and the picture size of the model to start from."""
    size = start.long_side if start.long_side[1] else plan.long_side
    plan = replace(plan, architecture=start.architecture, encoder=start.encoder, network=start.network)
    return replace(plan, long_side=size, threshold=start.threshold)


def _order(found: TrainingSet, plan: Recipe, begins: Beginning, out: Path, places: Places, device: str) -> "Order":
    """What the run is asked to do, sizes settled by the pictures."""
    from lesionstudio.learning.engines import device_for
    from lesionstudio.learning.examples import leave_out
    from lesionstudio.learning.folder_run import Order, settled

    plan = settled(plan, [(one.marks.shape[0], one.marks.shape[1]) for one in found.learned])
    card = found.card if begins.goes_on else replace(found.card, long_side=plan.long_side)
    learned, _left_out = leave_out(found.learned, plan.fold)
    return Order(
        learned,
        found.held_out,
        with_notes(card, begins.lent),
        plan,
        out,
        device_for(device),
        start=begins.goes_on.folder if begins.goes_on else None,
        clean=clean_beside(plan, places),
        taught=found.taught,
    )


def with_notes(card: ModelCard, lent: ShelvedModel | None) -> ModelCard:
    """The card with what must be said of the network, and the licence of the model whose encoder is lent."""
    notes = list(card.notes)
    if card.architecture == _BASELINE and (len(card.labels), card.channels) != (1, 1):
        text = _(
            "Not the plain network of the brain work: {channels} inputs, {labels} outputs, so its ends are larger."
        )
        notes.append(text.format(channels=card.channels, labels=len(card.labels)))
    if lent is not None:
        notes.append(_("Its encoder began with that of {title}.").format(title=lent.card.title))
        card = replace(card, licence=lent.card.licence, licence_note=lent.card.licence_note)
    return replace(card, notes=tuple(notes))


def _fit(order: "Order", report: Reporter) -> tuple["Finished", dict[str, Any]]:
    """The finished run, and how it did on the groups left out of it (where a fold is named)."""
    from lesionstudio.learning.examples import leave_out
    from lesionstudio.learning.folder_run import trained

    finished = trained(order, report)
    _learned, left_out = leave_out(order.examples, order.recipe.fold)
    return finished, choice(finished.model, left_out, order.recipe)


def _before(begins: Beginning) -> dict[str, Any]:
    """How long the model that goes on had learned: its steps and minutes, with those it had itself gone on from."""
    if begins.goes_on is None:
        return {}
    run = begins.goes_on.card.training
    earlier = run.get("before") or {}
    return {"before": {name: (run.get(name) or 0) + earlier.get(name, 0) for name in ("steps", "minutes")}}


def _saved(
    found: TrainingSet, order: "Order", finished: "Finished", said: dict[str, Any], report: Reporter
) -> ModelCard:
    """Writes weights, card and split into the folder; gives the card."""
    out = order.out
    facts = {**_facts(order, finished), **said, **found.facts()}
    card = replace(finished.model.card, training=facts, made=date.today().isoformat())
    model = replace(finished.model, card=card)
    pictures, message = _pictures(order.examples, order.recipe), _("Looking at what was learned")
    some = pictures if order.recipe.surroundings == "chest" else pictures[:: -(-len(pictures) // _RANGED)]
    ranged = with_ranges(model.save(out), model, some, lambda: report(Progress(None, message)))
    saved = with_looks(ranged, pictures)
    write_card(saved, out)
    write_split(found, out)
    recipe = {**facts["recipe"], "card": order.recipe.card, "seed": facts["seed"]}
    (out / RECIPE_NAME).write_text(json.dumps(recipe, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return saved


def _facts(order: "Order", finished: "Finished") -> dict[str, Any]:
    """What the card says of the run."""
    from lesionstudio.learning.engines import device_name

    plan, standing = order.recipe, finished.standing
    asked = {name: value for name, value in recipe_to_json(plan).items() if name not in ("card", "seed")}
    if Path(plan.encoder_weights).is_absolute():
        asked["encoder_weights"] = Path(plan.encoder_weights).name
    return {
        "seed": plan.seed,
        "steps": standing.steps,
        "epochs": round(standing.steps * plan.batch / len(order.examples), 1),
        "minutes": round(standing.seconds / 60, 1),
        "device": standing.hardware["device"],
        "devices": order.devices,
        "precision": standing.hardware["precision"],
        "loss": standing.curve[-1]["train"]["loss"],
        "processor": device_name(standing.hardware["device"]),
        "recipe": asked,
        "goal": plan.goal,
        "best": finished.scores,
        "ended": standing.ended,
        "notes": standing.notes,
        "curve": standing.curve,
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }


def _pictures(examples: Sequence["Example"], plan: Recipe) -> list[Floats]:
    """Some of what was learned, as the network sees it; what was made of a picture stands beside it."""
    some = list(examples[:: -(-len(examples) // _LOOKED_AT)])
    if plan.surroundings != "chest":
        return [example.pixels for example in some]
    return [one.pixels for pair in zip(some, upright(some), strict=True) for one in pair]


def _kept_scores(finished: "Finished") -> dict[str, Any]:
    """What the card says of a part that was split off: it chose weights and threshold, so it flatters a little."""
    kept = ("dice", "f1", "iou", "precision", "recall", "accuracy")
    return {"part": "val", **{name: finished.scores[name] for name in kept}} if finished.scores else {}


def _command(plan: Recipe, places: Places, asked: Question) -> str:
    """What was asked for, folders by their last name: a card travels, and says nothing of a person's disk."""
    folders = {"data": places.data, "images": places.images, "masks": places.masks, "split": places.split}
    named: dict[str, Any] = {name: path.name for name, path in folders.items() if path is not None}
    named |= {"patients": places.patients, "channels": asked.channels}
    named["pair-by"] = places.pair_by if places.pair_by != "name" else ""
    named["overlap"] = places.overlap if places.overlap != "smaller" else ""
    named = {name: value for name, value in named.items() if value}
    said = {"structure": asked.structure, "hu-offset": asked.hu_offset}
    named |= {name: value for name, value in said.items() if value is not None}
    given = " ".join(f"--{name} {value}" for name, value in named.items())
    length = f"--steps {plan.steps}" if plan.steps else f"--epochs {plan.epochs} --minutes {plan.minutes:g}"
    limits = f"{length} --seed {plan.seed}{' --all' if plan.whole else ''}"
    return f"lesionstudio train {given} --recipe {RECIPE_NAME} {limits}"


def _forget(out: Path) -> None:
    from lesionstudio.learning.course import forget

    forget(out)
