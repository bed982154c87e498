"""train: a model from pictures and masks, by a recipe; resumed where it was stopped, measured on what was held out."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.intensity import LUMINANCE, network_inputs
from lesionstudio.imaging.pairs import Pairs
from lesionstudio.imaging.scan import Scan
from lesionstudio.metrics.cases import score_case, summary
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, read_card, write_card
from lesionstudio.progress import Progress, Reporter, Steps, silent
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.recipe import Recipe, changed, read_recipe, recipe_to_json
from lesionstudio.words import _
from lesionstudio.workflows.evaluate import evaluate, labels_of
from lesionstudio.workflows.labelled import Places, labelled_slices
from lesionstudio.workflows.score import label_names
from lesionstudio.workflows.seen import with_what_it_saw

if TYPE_CHECKING:
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.model import SegmentationModel
    from lesionstudio.learning.training import TrainingRun

_LOOKED_AT = 60
Floats = NDArray[np.float32]
CHECKPOINT_NAME = "checkpoint.safetensors"
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


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
    `changes` replaces entries of the recipe. Gives {"model", "folder", "training", "scores", "choice"}.
    """
    places = Places(images, masks, split, data, patients)
    pairs = places.pairs(report)
    plan = changed(read_recipe(recipe) if recipe else Recipe(), changes or {})
    examples, card = _examples(_to_learn_from(pairs), plan, out.name, channels, structure, hu_offset, report)
    from lesionstudio.learning.processor import processor_name

    start = _start(model_from) if model_from else None
    if start is not None:
        card = replace(start.card, id=card.id, parent=start.card.id, scores={}, training={}, sha256="")
        plan = replace(plan, architecture=card.architecture, encoder=card.encoder, network=card.network)
    model, run, choice = _fit(examples, card, plan, out, start, resume, report)
    asked = {name: value for name, value in recipe_to_json(plan).items() if name not in ("card", "seed")}
    facts = {"seed": plan.seed, **asdict(run), "processor": processor_name(), "command": _command(plan, places)}
    facts["recipe"] = asked
    model = replace(model, card=replace(model.card, training=facts, made=date.today().isoformat()))
    saved = with_what_it_saw(model.save(out), model, _pictures(examples, plan))
    write_card(saved, out)
    scores = _scores(model, pairs, places, structure, hu_offset, out, report)
    write_card(replace(saved, scores={**saved.scores, **scores}), out)
    _forget(out / CHECKPOINT_NAME)
    return {"model": saved.id, "folder": str(out.absolute()), "training": facts, "scores": scores, "choice": choice}


def _pictures(examples: Sequence["Example"], plan: Recipe) -> list[Floats]:
    """Some of what was learned, as the network sees it."""
    some = list(examples[:: -(-len(examples) // _LOOKED_AT)])
    return [example.pixels for example in some + (_upright(some) if plan.surroundings == "chest" else [])]


def _to_learn_from(pairs: Pairs) -> Pairs:
    """The part to train on: "train", or everything where no pair has a part."""
    return pairs.of_part("train") if any(pair.part for pair in pairs.pairs) else pairs


def _examples(
    pairs: Pairs,
    plan: Recipe,
    name: str,
    channels: str,
    structure: int | None,
    hu_offset: float | None,
    report: Reporter,
) -> tuple[list["Example"], ModelCard]:
    """Every slice as the network will see it, and the card drafted from the first scan and the recipe."""
    from lesionstudio.learning.examples import Example

    steps, card = Steps(report, len(pairs.pairs), _("Reading")), ModelCard(name, name, ("Lesion",), ())
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
    named = len(card.labels) >= highest or "labels" in plan.card
    return examples, card if named else replace(card, labels=label_names(highest))


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


def _start(wanted: str) -> "SegmentationModel":
    from lesionstudio.learning.model import SegmentationModel

    return SegmentationModel.load(ModelShelf().find(wanted).folder)


def _fit(
    examples: Sequence["Example"],
    card: ModelCard,
    plan: Recipe,
    out: Path,
    start: "SegmentationModel | None",
    resume: bool,
    report: Reporter,
) -> tuple["SegmentationModel", "TrainingRun", dict[str, Any]]:
    """The trained model, the facts of its run, and how it did on the groups left out of it (where a fold is named)."""
    from lesionstudio.learning.engines import device_for
    from lesionstudio.learning.examples import leave_out
    from lesionstudio.learning.model import SegmentationModel
    from lesionstudio.learning.training import Trainer

    learned, left_out = leave_out(examples, plan.fold)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / CHECKPOINT_NAME
    if not resume:
        _forget(checkpoint)
    trainer = Trainer(learned, card, plan, device_for("auto"), start.network if start else None)
    run = trainer.run(checkpoint, report)
    model = SegmentationModel(trainer.averaged.eval(), card, trainer.device)
    return model, run, _choice(model, left_out, plan)


def _choice(model: "SegmentationModel", left_out: Sequence["Example"], plan: Recipe) -> dict[str, Any]:
    """Mean Dice of the groups left out at several thresholds, as stored and, for chests, upright: to choose by."""
    if not left_out:
        return {}
    as_stored = _dice_by_threshold(model, left_out)
    chosen: dict[str, Any] = {"fold": list(plan.fold), "cases": len(left_out), "dice": as_stored}
    if plan.surroundings == "chest":
        chosen["upright"] = _dice_by_threshold(model, _upright(left_out))
    return chosen


def _dice_by_threshold(model: "SegmentationModel", examples: Sequence["Example"]) -> dict[str, float]:
    from lesionstudio.learning.inference import Predictor

    predictor = Predictor.of(model, exact=True)
    found: dict[float, list[float]] = {cut: [] for cut in THRESHOLDS}
    for example in examples:
        probabilities = predictor.predict(example.pixels[None])
        for cut, dice in found.items():
            marks = labels_of(probabilities, cut)
            dice.append(score_case("", "", marks, example.marks[None], model.card.labels, None).share("dice"))
    return {f"{cut:.2f}": round(float(np.mean(dice)), 4) for cut, dice in found.items()}


def _upright(examples: Sequence["Example"]) -> list["Example"]:
    from lesionstudio.learning.upright import upright_in_a_chest

    turned = []
    for example in examples:
        pixels, marks = upright_in_a_chest(example.pixels[0], example.marks)
        turned.append(replace(example, pixels=pixels[None], marks=marks))
    return turned


def _scores(
    model: "SegmentationModel",
    pairs: Pairs,
    places: Places,
    structure: int | None,
    hu_offset: float | None,
    out: Path,
    report: Reporter,
) -> dict[str, Any]:
    """What evaluate says of the saved model on part "val"; for chests also upright. {} where there is no such part."""
    held_out = pairs.of_part("val")
    if not held_out.pairs:
        return {}
    report(Progress(None, _("Scoring the part that was held out")))
    asked = asdict(places) | {"part": "val", "structure": structure, "hu_offset": hu_offset}
    found = evaluate(str(out), **asked)
    scores: dict[str, Any] = {"part": "val", "cases": len(found["cases"]), **_rounded(found["mean"])}
    if found["cases"][0]["volume_ml"] is None:
        scores["hd95_pixels"] = scores.pop("hd95_mm", None)
    scores["ci95_dice"] = found["ci95"]["dice"] and [round(end, 4) for end in found["ci95"]["dice"]]
    scores["engine"] = found["engine"]
    plan = read_card(out).training["recipe"]
    if plan["surroundings"] == "chest":
        scores["upright"] = _upright_scores(model, held_out, structure, hu_offset)
    return scores


def _upright_scores(
    model: "SegmentationModel", pairs: Pairs, structure: int | None, hu_offset: float | None
) -> dict[str, Any]:
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.inference import Predictor

    predictor, cases = Predictor.of(model, exact=True), []
    for pair, scan, marks in labelled_slices(pairs, structure, hu_offset):
        lying = Example(pair.id, network_inputs(scan, 0, model.card.inputs), marks[0], pair.group)
        whole = _upright([lying])[0]
        found = labels_of(predictor.predict(whole.pixels[None]), model.card.threshold)
        cases.append(score_case(pair.id, pair.group, found, whole.marks[None], model.card.labels, None))
    means = _rounded(summary(cases)["mean"])
    return {name: value for name, value in means.items() if name != "hd95_mm"}


def _rounded(means: dict[str, float | None]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in means.items() if value is not None}


def _command(plan: Recipe, places: Places) -> str:
    """What was asked for, folders by their last name: a card travels, and says nothing of a person's disk."""
    named = [("data", places.data), ("images", places.images), ("masks", places.masks), ("split", places.split)]
    given = " ".join(f"--{option} {path.name}" for option, path in named if path is not None)
    limits = f"--epochs {plan.epochs} --minutes {plan.minutes:g} --seed {plan.seed}"
    return f"lesionstudio train {given} --recipe recipe.json {limits}"


def _forget(checkpoint: Path) -> None:
    for path in (checkpoint, checkpoint.with_suffix(".json"), checkpoint.with_suffix(".tmp")):
        path.unlink(missing_ok=True)
