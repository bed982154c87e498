"""What a card says of how good its model is, written by evaluate: scores with intervals, worst cases, calibration."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.metrics.operating import pooled
from lesionstudio.model_card import write_card
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.words import _
from lesionstudio.workflows.judging import Judge, Judged
from lesionstudio.workflows.nothing_there import on_card

WORST = 3
_MEANS = ("dice", "iou", "precision", "recall", "dice_all")
_POOLED = ("f1", "iou", "precision", "recall", "accuracy")
_OF_MEMBRANES = ("v_rand", "v_info", "sections", "threshold", "ci95", "best")


def write_on_card(
    folder: Path, judge: Judge, found: Sequence[Judged], scores: dict[str, Any], report: Reporter
) -> None:
    """Puts what was measured onto the card of a model's folder.

    No name and no picture of a case is kept: a card travels, and pictures belong to those whose they are. A report
    shows them (evaluate --report). Raises ProjectProblem where the folder cannot be written.
    """
    report(Progress(None, _("Writing the card")))
    with telling_what_fails(folder):
        write_card(replace(judge.card, scores={**judge.card.scores, **card_scores(found, scores)}), folder)


def card_scores(found: Sequence[Judged], scores: dict[str, Any]) -> dict[str, Any]:
    """The part of evaluate's answer that a card keeps, numbers with four digits."""
    mean, spaced = scores["mean"], scores["cases"][0]["volume_ml"] is not None
    said: dict[str, Any] = {
        "part": scores["part"],
        "cases": len(scores["cases"]),
        "patients": len({one.pair.group or one.pair.id for one in found}),
        **{name: mean[name] for name in _MEANS},
        "hd95_mm" if spaced else "hd95_pixels": mean["hd95_mm"],
        "ci95": {name: ends for name, ends in scores["ci95"].items() if name in _MEANS},
        "ci95_dice": scores["ci95"]["dice"],
        "pooled": {name: scores["pooled"][name] for name in _POOLED},
        "by_patient": _by_patient(scores),
        "labels": {name: _of_label(one) for name, one in scores["labels"].items()},
        "empty": _where_nothing_is(scores),
        "calibration": {name: _calibration(one) for name, one in scores["curves"].items()},
        "operating": pooled([one.points for one in found]),
        "worst": _worst(found),
        "engine": scores["engine"],
    }
    if "nothing_there" in scores:
        said["nothing_there"] = on_card(scores["nothing_there"])
    if "membrane" in scores:
        said["membrane"] = {name: scores["membrane"][name] for name in _OF_MEMBRANES}
    kept: dict[str, Any] = short(said)
    return kept


def short(value: Any) -> Any:
    """The same with numbers of four digits."""
    if isinstance(value, dict):
        return {name: short(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [short(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def _by_patient(scores: dict[str, Any]) -> dict[str, Any]:
    """The mean of patients beside the mean of cases; {} where nobody knows whose pictures they are."""
    known = [one["pooled_dice"] for one in scores["by_patient"].values() if one["dice"] is not None]
    return {"patients": len(known), "dice": float(np.mean(known)), "worst": min(known)} if known else {}


def _where_nothing_is(scores: dict[str, Any]) -> dict[str, Any]:
    """What it marks on cases without anything to mark, in pixels, and in ml where the files have a spacing."""
    bare = [case for case in scores["cases"] if not case["reference_voxels"]]
    if not bare:
        return {}
    said = {"cases": len(bare), "marked": sum(case["voxels"] > 0 for case in bare)}
    volumes = [case["volume_ml"] for case in bare if case["volume_ml"] is not None]
    mean_ml = {"mean_ml": float(np.mean(volumes))} if len(volumes) == len(bare) else {}
    return {**said, "mean_px": float(np.mean([case["voxels"] for case in bare])), **mean_ml}


def _of_label(one: dict[str, Any]) -> dict[str, Any]:
    return {"dice": one["mean"]["dice"], "f1": one["pooled"]["f1"]}


def _calibration(curve: dict[str, Any]) -> dict[str, Any]:
    return {"error": curve["calibration_error"], "reliability": curve["reliability"]}


def _worst(found: Sequence[Judged]) -> list[dict[str, Any]]:
    """The worst cases with a mark, in numbers: Dice, and pixels that were to be marked, missed and falsely marked."""
    marked = [one.case for one in found if one.case.pooled.wanted]
    worst = sorted(marked, key=lambda case: (case.share("dice"), -case.pooled.wanted))[:WORST]
    return [
        {
            "dice": case.share("dice"),
            "wanted": case.pooled.wanted,
            "missed": case.pooled.false_negatives,
            "false": case.pooled.false_positives,
        }
        for case in worst
    ]
