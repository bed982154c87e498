"""train: a model from pictures and masks, by a recipe; resumed where it was stopped, measured on what was held out."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.choices import with_channels
from lesionstudio.imaging.intensity import LUMINANCE, network_inputs
from lesionstudio.imaging.pairs import Pairs
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ChestRule, IntensityRule, ModelCard, ModelInput, write_card
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.recipe import Recipe, changed, read_recipe, recipe_to_json
from lesionstudio.words import _
from lesionstudio.workflows.clean import clean_beside
from lesionstudio.workflows.labelled import Places, labelled_slices
from lesionstudio.workflows.score import label_names
from lesionstudio.workflows.seen import with_what_it_saw
from lesionstudio.workflows.train_scores import choice, scores_of, upright

if TYPE_CHECKING:
    from lesionstudio.learning.clean import CleanPicture
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.model import SegmentationModel
    from lesionstudio.learning.training import TrainingRun

_LOOKED_AT = 60
Floats = NDArray[np.float32]
CHECKPOINT_NAME = "checkpoint.safetensors"


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
    structure: int | None = None,
    hu_offset: float | None = None,
    resume: bool = False,
    report: Reporter = silent,
) -> dict[str, Any]:
    """Trains on the pairs of part "train" (on all where there are no parts) and saves the model in the folder `out`.

    Where the data have a part "val" the finished model is scored on it, once, and the card carries the scores.
    `model_from` is a model that goes on learning: it sees pictures by its own card's rules, labels it lacks get outputs
    of their own, and its labels that no mask here has are not trained. `changes` replaces entries of the recipe. Gives
    {"model", "folder", "training", "scores", "choice"}.
    """
    places = Places(images, masks, split, data, patients)
    pairs = places.pairs(report)
    plan = changed(read_recipe(recipe) if recipe else Recipe(), changes or {})
    start = ModelShelf().find(model_from) if model_from else None
    if start is not None:
        plan = _as_it_was_made(plan, start.card)
    begun = _goes_on(start.card, out.name, channels) if start else None
    examples, card = _examples(_to_learn_from(pairs), plan, begun or out.name, channels, structure, hu_offset, report)
    from lesionstudio.learning.processor import processor_name

    clean = clean_beside(plan, places)
    model, run, choice = _fit(examples, card, plan, out, start, resume, report, clean)
    asked = {name: value for name, value in recipe_to_json(plan).items() if name not in ("card", "seed")}
    facts = {"seed": plan.seed, **asdict(run), "processor": processor_name(), "command": _command(plan, places)}
    facts["recipe"] = asked
    model = replace(model, card=replace(model.card, training=facts, made=date.today().isoformat()))
    saved = with_what_it_saw(model.save(out), model, _pictures(examples, plan))
    write_card(saved, out)
    scores = scores_of(model, pairs, places, structure, hu_offset, out, report)
    write_card(replace(saved, scores={**saved.scores, **scores}), out)
    _forget(out / CHECKPOINT_NAME)
    return {"model": saved.id, "folder": str(out.absolute()), "training": facts, "scores": scores, "choice": choice}


def _pictures(examples: Sequence["Example"], plan: Recipe) -> list[Floats]:
    """Some of what was learned, as the network sees it."""
    some = list(examples[:: -(-len(examples) // _LOOKED_AT)])
    return [example.pixels for example in some + (upright(some) if plan.surroundings == "chest" else [])]


def _to_learn_from(pairs: Pairs) -> Pairs:
    """The part to train on: "train", or everything where no pair has a part."""
    return pairs.of_part("train") if any(pair.part for pair in pairs.pairs) else pairs


def _examples(
    pairs: Pairs,
    plan: Recipe,
    begun: ModelCard | str,
    channels: str,
    structure: int | None,
    hu_offset: float | None,
    report: Reporter,
) -> tuple[list["Example"], ModelCard]:
    """Every slice as the network will see it, and the card: that begun, or one of this name drafted from the scans."""
    from lesionstudio.learning.examples import Example

    steps, name = Steps(report, len(pairs.pairs), _("Reading")), begun if isinstance(begun, str) else begun.id
    card = ModelCard(name, name, ("Lesion",), ()) if isinstance(begun, str) else begun
    examples: list[Example] = []
    for pair, scan, marks in labelled_slices(pairs, structure, hu_offset):
        if not card.inputs:
            card = _drafted_card(plan, name, inputs_for(scan, channels))
        group = pair.group or pair.id
        for k in range(scan.slices):
            examples.append(Example(f"{pair.id}:{k}", network_inputs(scan, k, card.inputs), marks[k], group))
        steps.advance()
    if not any(example.marks.any() for example in examples):
        raise NotEnoughExamples(
            _("No picture to train on has a mark."), hint=_("Check the masks, and the split's part called train.")
        )
    highest = max(int(example.marks.max()) for example in examples)
    named = len(card.labels) >= highest or ("labels" in plan.card and isinstance(begun, str))
    if named:
        return examples, card
    known = () if isinstance(begun, str) else card.labels
    return examples, replace(card, labels=(*known, *label_names(highest)[len(known) :]))


def inputs_for(scan: Scan, channels: str) -> tuple[ModelInput, ...]:
    """What the network sees of scans like this one: CT by a window in HU, pictures by their range, others by 1-99 %."""
    if scan.unit == "HU":
        rule = IntensityRule("window", -1000.0, 1000.0, unit="HU")
    elif scan.value_range is not None:
        rule = IntensityRule("window", *scan.value_range)
    else:
        rule = IntensityRule("percentiles", 1.0, 99.0)
    wanted = [LUMINANCE] if channels in ("", "luminance") else _numbers(channels)
    return tuple(ModelInput(rule, channel) for channel in wanted)


def _numbers(channels: str) -> list[int]:
    try:
        return [int(number) for number in channels.split(",")]
    except ValueError as problem:
        raise LesionStudioError(
            _("{channels} names no channels.").format(channels=channels),
            hint=_("Give numbers such as 0,1,2, or luminance."),
        ) from problem


def _drafted_card(plan: Recipe, name: str, inputs: tuple[ModelInput, ...]) -> ModelCard:
    facts = dict(plan.card)
    if "inputs" in facts:
        inputs = tuple(ModelInput(**{**one, "rule": IntensityRule(**one["rule"])}) for one in facts.pop("inputs"))
    if facts.get("chest") is not None:
        facts["chest"] = ChestRule(**facts["chest"])
    for entry in ("labels", "notes"):
        if entry in facts:
            facts[entry] = tuple(facts[entry])
    network = {
        "architecture": plan.architecture,
        "encoder": plan.encoder,
        "network": plan.network,
        "threshold": plan.threshold,
        "long_side": plan.long_side,
    }
    return ModelCard(**{"id": name, "title": name, "labels": ("Lesion",), "inputs": inputs, **network, **facts})


def _goes_on(start: ModelCard, name: str, channels: str) -> ModelCard:
    """The card of a model that goes on from another: it sees what that one saw, from other channels where asked."""
    inputs = with_channels(start.inputs, channels)
    return replace(start, id=name, title=name, inputs=inputs, parent=start.id, scores={}, training={}, sha256="")


def _as_it_was_made(plan: Recipe, start: ModelCard) -> Recipe:
    """The recipe with the network and the picture size of the model to start from."""
    size = start.long_side if start.long_side[1] else plan.long_side
    plan = replace(plan, architecture=start.architecture, encoder=start.encoder, network=start.network)
    return replace(plan, long_side=size, threshold=start.threshold)


def _fit(
    examples: Sequence["Example"],
    card: ModelCard,
    plan: Recipe,
    out: Path,
    start: ShelvedModel | None,
    resume: bool,
    report: Reporter,
    clean: Sequence["CleanPicture"],
) -> tuple["SegmentationModel", "TrainingRun", dict[str, Any]]:
    """The trained model, the facts of its run, and how it did on the groups left out of it (where a fold is named)."""
    from lesionstudio.learning.engines import device_for
    from lesionstudio.learning.examples import leave_out
    from lesionstudio.learning.finetuning import begun_network
    from lesionstudio.learning.model import SegmentationModel
    from lesionstudio.learning.training import Trainer

    learned, left_out = leave_out(examples, plan.fold)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / CHECKPOINT_NAME
    if not resume:
        _forget(checkpoint)
    network = begun_network(card, start.folder, new=False, seed=plan.seed) if start else None
    taught = _taught(learned, card) if start else None
    trainer = Trainer(learned, card, plan, device_for("auto"), network, taught=taught, clean=clean)
    run = trainer.run(checkpoint, report)
    model = SegmentationModel(trainer.averaged.eval(), card, trainer.device)
    return model, run, choice(model, left_out, plan)


def _taught(examples: Sequence["Example"], card: ModelCard) -> list[bool]:
    """For each of the card's labels whether any of these masks has it."""
    marked = {int(n) for example in examples for n in np.unique(example.marks)}
    return [n in marked for n in range(1, len(card.labels) + 1)]


def _command(plan: Recipe, places: Places) -> str:
    """What was asked for, folders by their last name: a card travels, and says nothing of a person's disk."""
    named = [("data", places.data), ("images", places.images), ("masks", places.masks), ("split", places.split)]
    given = " ".join(f"--{option} {path.name}" for option, path in named if path is not None)
    limits = f"--epochs {plan.epochs} --minutes {plan.minutes:g} --seed {plan.seed}"
    return f"lesionstudio train {given} --recipe recipe.json {limits}"


def _forget(checkpoint: Path) -> None:
    for path in (checkpoint, checkpoint.with_suffix(".json"), checkpoint.with_suffix(".tmp")):
        path.unlink(missing_ok=True)
