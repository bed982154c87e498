"""Many cases in one JSON document: what `evaluate` and `score` print."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.cases import DISTANCES, SHARES, TOLERANCE, Case, LabelCase
from lesionstudio.metrics.intervals import ci95, ci95_by_label, mean_by_label
from lesionstudio.metrics.lesions import Detection

POOLED = {"f1": "dice", "iou": "iou", "precision": "precision", "recall": "recall", "specificity": "specificity"}
_NAMES = {"hd": "hd_mm", "hd95": "hd95_mm", "assd": "assd_mm", "surface_dice": "surface_dice"}
_AGREE_WITHIN = 1.96
DEFINITIONS = {
    "dice": "2 TP / (2 TP + FP + FN) over the pixels of a case; 1 where prediction and reference are both empty",
    "iou": "TP / (TP + FP + FN)",
    "precision": "TP / (TP + FP); 0 where only the reference is marked",
    "recall": "TP / (TP + FN); 0 where only the prediction is marked",
    "specificity": "TN / (TN + FP)",
    "accuracy": "of a case (TP + TN) / all; pooled: voxels with the right label, background among them, of all voxels",
    "hd95_mm": "max of the two directed 95th percentiles of distances between border voxels (MONAI), in mm, or in "
    "pixels where the file has no spacing; null where a mask is empty",
    "hd_mm": "the same with the 100th percentile (Hausdorff distance)",
    "assd_mm": "mean over the border voxels of both masks of the distance to the other's border (MONAI)",
    "surface_dice": f"share of the border voxels of both masks within {TOLERANCE:g} mm (or pixel) of the other's "
    "border (MONAI)",
    "volume_ml": "marked voxels times voxel volume; null where the file has no spacing",
    "mean": "of a label over the cases whose reference has it; of several labels the mean of theirs, each counting the "
    "same, so that a label absent from a reference counts neither 1 nor 0; dice_all: over all cases, in a case over "
    "the labels that either mask has, 1 where neither has any",
    "by_patient": "the mean as above over a patient's cases, and pooled as below over all its counts",
    "pooled": "the same formulas on the counts of all cases added up, with several labels the mean over those that "
    "either mask has",
    "ci95": "percentile bootstrap of that mean, 2000 resamples of whole patients or groups",
    "empty": "cases where both masks, only the prediction, or only the reference have no mark",
    "lesions": "pieces that touch by faces, edges or corners; found: any of its voxels is marked; invented: touches no "
    "voxel of the reference",
    "volume_bias": "prediction minus reference a case: mean, and mean -/+ 1.96 standard deviations (Bland and Altman, "
    "1986)",
    "confusion": "voxels; rows: label in the reference, columns: label predicted, background first",
}


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    """The JSON of CLI.md for these cases; CLI.md and DEFINITIONS name its entries."""
    names = list(cases[0].labels) if cases else []
    groups = [case.patient or case.id for case in cases]
    labels = {name: _label_summary([case.labels[name] for case in cases], groups) for name in names}
    return {
        "cases": [_case_json(case) for case in cases],
        "mean": _means(cases, labels) | {"dice_all": _mean([case.share("dice") for case in cases])},
        "pooled": _pooled(cases) | {"accuracy": _right_of_all(cases)},
        "labels": labels,
        "ci95": {name: ci95_by_label([case.wanted_shares(name) for case in cases], groups) for name in SHARES},
        "empty": _empty([case.pooled for case in cases]),
        "by_patient": _by_patient(cases),
        "lesions": _detection(sum((case.lesions for case in cases), Detection(0, 0, 0, 0))),
        "volume_bias": _volume_bias(cases),
        "confusion": {"labels": ["", *names], "counts": sum((case.confusion for case in cases), np.int64(0)).tolist()},
        "definitions": DEFINITIONS,
    }


def _case_json(case: Case) -> dict[str, Any]:
    ml = case.voxel_ml
    counts = case.pooled
    wanted = {name: case.wanted_shares(name) for name in SHARES}
    by_label = {label: {name: wanted[name][label] for name in SHARES} for label in wanted["dice"]}
    return {
        "id": case.id,
        "patient": case.patient,
        **{name: case.share(name) for name in SHARES},
        **{_NAMES[name]: case.distance(name) for name in DISTANCES},
        "volume_ml": None if ml is None else counts.predicted * ml,
        "reference_volume_ml": None if ml is None else counts.wanted * ml,
        "voxels": counts.predicted,
        "reference_voxels": counts.wanted,
        "lesions": _detection(case.lesions),
        "labels": by_label,
    }


def _detection(lesions: Detection) -> dict[str, float]:
    return {
        "found": lesions.found,
        "missed": lesions.missed,
        "invented": lesions.invented,
        "sensitivity": lesions.sensitivity,
        "precision": lesions.precision,
    }


def _means(cases: Sequence[Case], labels: Mapping[str, Mapping[str, Any]]) -> dict[str, float | None]:
    means = {name: mean_by_label([case.wanted_shares(name) for case in cases]) for name in SHARES}
    for name in _NAMES.values():
        means[name] = _mean([label["mean"][name] for label in labels.values() if label["mean"][name] is not None])
    return means


def _pooled(cases: Sequence[Case]) -> dict[str, float | None]:
    """The shares of all counts added up, the mean over the labels that either mask has; over all where none is."""
    names = list(cases[0].labels) if cases else []
    counts = [sum((case.labels[name].agreement for case in cases), Agreement(0, 0, 0, 0)) for name in names]
    there = [one for one in counts if not one.both_empty] or counts
    return {name: _mean([getattr(one, source) for one in there]) for name, source in POOLED.items()}


def _label_summary(cases: Sequence[LabelCase], groups: Sequence[str]) -> dict[str, Any]:
    """One label over all cases; "cases" says how many references have it."""
    marked = [(case.agreement, group) for case, group in zip(cases, groups) if case.agreement.wanted]
    pooled = sum((case.agreement for case in cases), Agreement(0, 0, 0, 0))
    measured = [case.distances for case in cases if case.distances is not None]
    means = {name: _mean([getattr(one, name) for one, _group in marked]) for name in SHARES}
    distances = {_NAMES[name]: _mean([getattr(one, name) for one in measured]) for name in DISTANCES}
    dice = ci95([one.dice for one, _group in marked], [group for _one, group in marked])
    return {
        "cases": len(marked),
        "mean": means | distances,
        "ci95": {"dice": dice},
        "pooled": {name: getattr(pooled, source) for name, source in POOLED.items()} | {"accuracy": pooled.accuracy},
        "lesions": _detection(sum((case.lesions for case in cases), Detection(0, 0, 0, 0))),
    }


def _right_of_all(cases: Sequence[Case]) -> float | None:
    """The share of all voxels that have the right label, background among them."""
    counts = [case.confusion for case in cases]
    total = sum(int(one.sum()) for one in counts)
    return sum(int(np.trace(one)) for one in counts) / total if total else None


def _volume_bias(cases: Sequence[Case]) -> dict[str, Any]:
    """Mean difference and limits of agreement; in ml where every case has a spacing, else in voxels."""
    has_ml = bool(cases) and all(case.voxel_ml is not None for case in cases)
    gains = [case.pooled.predicted - case.pooled.wanted for case in cases]
    values = [gain * case.voxel_ml if has_ml and case.voxel_ml else gain for gain, case in zip(gains, cases)]
    spread = _AGREE_WITHIN * float(np.std(values, ddof=1)) if len(values) > 1 else None
    mean = _mean(values)
    ends = (None, None) if spread is None or mean is None else (mean - spread, mean + spread)
    return {"unit": "ml" if has_ml else "px", "mean": mean, "low": ends[0], "high": ends[1]}


def _empty(counts: Sequence[Agreement]) -> dict[str, int]:
    return {
        "both": sum(one.both_empty for one in counts),
        "only_prediction": sum(one.predicted == 0 and one.wanted > 0 for one in counts),
        "only_reference": sum(one.wanted == 0 and one.predicted > 0 for one in counts),
    }


def _by_patient(cases: Sequence[Case]) -> dict[str, dict[str, float | int | None]]:
    patients = sorted({case.patient for case in cases if case.patient})
    found: dict[str, dict[str, float | int | None]] = {}
    for patient in patients:
        own = [case for case in cases if case.patient == patient]
        pooled = _pooled(own)
        found[patient] = {
            "cases": len(own),
            **{name: mean_by_label([case.wanted_shares(name) for case in own]) for name in ("dice", "iou")},
            "pooled_dice": pooled["f1"],
            "pooled_iou": pooled["iou"],
        }
    return found


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None
