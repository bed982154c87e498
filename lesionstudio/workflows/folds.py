"""train --folds: as many models as folds, each judged by the groups it never saw; threshold and least size from all."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import NotEnoughExamples
from lesionstudio.imaging.pairs import Pair, Pairs
from lesionstudio.model_card import CARD_NAME, read_card
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.words import _
from lesionstudio.workflows.evaluate import judgement
from lesionstudio.workflows.judging import Judge, Judged
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.settle import chosen_of
from lesionstudio.workflows.train import RECIPE_NAME, train

FOLDS_NAME = "folds.json"


def train_folds(
    out: Path, folds: int, places: Places, *, changes: dict[str, Any], resume: bool, report: Reporter, **asked: Any
) -> dict[str, Any]:
    """Trains `folds` models on the parts train and val, each without every n-th group, and judges it on those.

    They lie in out/fold_1 and so on; with `resume` those that are finished stay. Gives {"folds", "groups", "models",
    "settled": {"threshold", "smallest", "score"}, "scores"}: the scores are evaluate's, over all the cases that were
    left out, at the threshold and least size that do best on all of them. The same stands in out/folds.json. Raises
    NotEnoughExamples where there are fewer groups than folds.
    """
    pairs = _learned_from(places.pairs(silent))
    groups = sorted({_group(pair) for pair in pairs.pairs}, key=lambda name: (len(name), name))
    if len(groups) < folds:
        raise NotEnoughExamples(
            _("There are {n} groups of pictures, too few for {folds} folds.").format(n=len(groups), folds=folds),
            hint=_("Ask for fewer folds, or say with --patients what tells the patients apart."),
        )
    models = []
    for k in range(folds):
        folder = out / f"fold_{k + 1}"
        wanted = {**changes, "whole": True, "fold": (k, folds)}
        if not (resume and is_finished(folder)):
            train(folder, **_named(places), changes=wanted, resume=resume, report=report, **asked)
        models.append(folder)
    parts = [_left_out(pairs, groups[k::folds]) for k in range(folds)]
    found = {"folds": folds, "groups": len(groups), "models": [str(one) for one in models]}
    found |= _judged(models, parts, {name: asked[name] for name in ("structure", "hu_offset", "device")}, report)
    with telling_what_fails(out):
        (out / FOLDS_NAME).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return found


def is_finished(folder: Path) -> bool:
    """Whether a training ended in this folder: its recipe is written last but one, and its checkpoint is gone."""
    return (folder / CARD_NAME).is_file() and (folder / RECIPE_NAME).is_file() and not list(folder.glob("checkpoint*"))


def _judged(
    models: Sequence[Path], parts: Sequence[Pairs], options: dict[str, Any], report: Reporter
) -> dict[str, Any]:
    """What all the models together are worth, each on its own part."""
    settled = chosen_of([(Judge(model, **options), part) for model, part in zip(models, parts)], report)
    cases: list[Judged] = []
    for model, part in zip(models, parts):
        judge = Judge(model, threshold=settled.threshold, at_all_thresholds=True, **options)
        judge.predictor.card = replace(judge.card, smallest=settled.smallest, threshold=settled.threshold)
        cases += judge.judge(part, report, _("Evaluating"))
    said = {"threshold": settled.threshold, "smallest": settled.smallest, "score": round(settled.score, 4)}
    return {"settled": said, "scores": {**judgement(judge, cases), "part": "left out"}}


def _learned_from(pairs: Pairs) -> Pairs:
    """As training_set has them: the parts train and val; all where there are no parts."""
    has_parts = any(pair.part for pair in pairs.pairs)
    kept = tuple(pair for pair in pairs.pairs if pair.part in ("train", "val") or not has_parts)
    return replace(pairs, pairs=kept)


def _left_out(pairs: Pairs, groups: Sequence[str]) -> Pairs:
    return replace(pairs, pairs=tuple(pair for pair in pairs.pairs if _group(pair) in set(groups)))


def _group(pair: Pair) -> str:
    return pair.group or pair.id


def _named(places: Places) -> dict[str, Any]:
    names = ("images", "masks", "split", "data", "patients", "pair_by", "overlap")
    return {name: getattr(places, name) for name in names}


def mean_of_folds(found: dict[str, Any]) -> dict[str, float]:
    """For a line on the terminal: mean Dice over all cases left out, and pooled."""
    scores = found["scores"]
    return {"dice": float(np.float64(scores["mean"]["dice"])), "f1": float(np.float64(scores["pooled"]["f1"]))}


def folds_on_card(found: dict[str, Any]) -> dict[str, Any]:
    """What a card keeps of them."""
    scores = found["scores"]
    return {
        "folds": found["folds"],
        "cases": len(scores["cases"]),
        "dice": round(scores["mean"]["dice"], 4),
        "ci95_dice": scores["ci95"]["dice"] and [round(end, 4) for end in scores["ci95"]["dice"]],
        "f1": round(scores["pooled"]["f1"], 4),
        "iou": round(scores["pooled"]["iou"], 4),
        "networks": len({read_card(Path(one)).sha256 for one in found["models"]}),
    }
