"""What train says of a finished model: how it does on groups left out, and on the part that was held out."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest_marks import kept_in_scan
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.pairs import Pairs
from lesionstudio.metrics.cases import score_case
from lesionstudio.metrics.summary import summary
from lesionstudio.model_card import read_card
from lesionstudio.progress import Progress, Reporter
from lesionstudio.recipe import Recipe
from lesionstudio.words import _
from lesionstudio.workflows.evaluate import evaluate
from lesionstudio.workflows.judging import labels_of
from lesionstudio.workflows.labelled import Places, labelled_slices

if TYPE_CHECKING:
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.inference import Predictor
    from lesionstudio.learning.model import SegmentationModel

_ON_CARDS = ("dice", "iou", "precision", "recall", "hd95_mm", "dice_all")
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


def choice(model: "SegmentationModel", left_out: Sequence["Example"], plan: Recipe) -> dict[str, Any]:
    """Mean Dice of the groups left out at several thresholds, as stored and, for chests, upright: to choose by."""
    if not left_out:
        return {}
    as_stored = _dice_by_threshold(model, left_out)
    chosen: dict[str, Any] = {"fold": list(plan.fold), "cases": len(left_out), "dice": as_stored}
    if plan.surroundings == "chest":
        chosen["upright"] = _dice_by_threshold(model, upright(left_out))
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


def upright(examples: Sequence["Example"]) -> list["Example"]:
    from lesionstudio.learning.upright import upright_in_a_chest

    turned = []
    for example in examples:
        pixels, marks = upright_in_a_chest(example.pixels[0], example.marks)
        turned.append(replace(example, pixels=pixels[None], marks=marks))
    return turned


def scores_of(
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
    del asked["by_series"]  # evaluate pairs pictures with masks, never two segmentations
    found = evaluate(str(out), **asked)
    scores: dict[str, Any] = {"part": "val", "cases": len(found["cases"]), **_rounded(found["mean"])}
    if found["cases"][0]["volume_ml"] is None:
        scores["hd95_pixels"] = scores.pop("hd95_mm", None)
    scores["ci95_dice"] = found["ci95"]["dice"] and [round(end, 4) for end in found["ci95"]["dice"]]
    scores["engine"] = found["engine"]
    plan = read_card(out).training["recipe"]
    if plan["surroundings"] == "chest":
        scores["upright"] = _uprightscores(model, held_out, structure, hu_offset)
    return scores


def _uprightscores(
    model: "SegmentationModel", pairs: Pairs, structure: int | None, hu_offset: float | None
) -> dict[str, Any]:
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.inference import Predictor

    predictor, cases = Predictor.of(model, exact=True), []
    for pair, scan, marks in labelled_slices(pairs, structure, hu_offset):
        lying = Example(pair.id, network_inputs(scan, 0, model.card.inputs), marks[0], pair.group)
        whole = upright([lying])[0]
        found = _marks(predictor, whole.pixels[None])
        cases.append(score_case(pair.id, pair.group, found, whole.marks[None], model.card.labels, None))
    means = _rounded(summary(cases)["mean"])
    return {name: value for name, value in means.items() if not name.endswith("_mm")}


def _marks(predictor: "Predictor", pictures: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Label numbers of a picture (slice, channel, row, column), as Segment would draw them."""
    card, grid = predictor.card, Geometry.pixels((1, *pictures.shape[2:]))
    kept = kept_in_scan(pictures, predictor.predict(pictures), card, card.threshold, grid)
    return labels_of(kept, card.threshold)


def _rounded(means: dict[str, float | None]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in means.items() if value is not None and name in _ON_CARDS}
