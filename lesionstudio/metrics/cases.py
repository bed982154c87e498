"""Many cases scored into one JSON document: what `evaluate` and `score` print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.intervals import ci95
from lesionstudio.metrics.surface import hd95

SHARES = ("dice", "iou", "precision", "recall")
POOLED = {"f1": "dice", "iou": "iou", "precision": "precision", "recall": "recall", "accuracy": "accuracy"}
DEFINITIONS = {
    "dice": "2 TP / (2 TP + FP + FN) over the pixels of a case; 1 where prediction and reference are both empty",
    "iou": "TP / (TP + FP + FN)",
    "precision": "TP / (TP + FP); 0 where only the reference is marked",
    "recall": "TP / (TP + FN); 0 where only the prediction is marked",
    "hd95_mm": "max of the two directed 95th percentiles of distances between border voxels (MONAI), in mm, or in "
    "pixels where the file has no spacing; null where a mask is empty",
    "volume_ml": "marked voxels times voxel volume; null where the file has no spacing",
    "mean": "mean over the cases whose reference is not empty; dice_all over all cases; with several labels the mean "
    "of the labels' means, in a case over the labels that either mask has",
    "pooled": "the same formulas on the counts of all cases added up; accuracy is (TP + TN) / all",
    "ci95": "percentile bootstrap of the mean, 2000 resamples of whole patients or groups",
    "empty": "cases where both masks, only the prediction, or only the reference have no mark",
}


@dataclass(frozen=True, slots=True)
class LabelCase:
    """One label of one case: its counts, and the 95 % Hausdorff distance (None where a mask is empty)."""

    agreement: Agreement
    hd95_mm: float | None


@dataclass(frozen=True, slots=True)
class Case:
    """One scan scored: a LabelCase for each label's name; `voxel_ml` None where the file has no spacing."""

    id: str
    patient: str
    labels: Mapping[str, LabelCase]
    voxel_ml: float | None = None

    @property
    def pooled(self) -> Agreement:
        """The counts of all its labels together."""
        return sum((one.agreement for one in self.labels.values()), Agreement(0, 0, 0, 0))

    def share(self, name: str) -> float:
        """Dice, IoU, precision or recall: the mean over the labels that either mask has; 1.0 where none has."""
        there = [one.agreement for one in self.labels.values() if not one.agreement.both_empty]
        return float(np.mean([getattr(one, name) for one in there])) if there else 1.0

    @property
    def hd95_mm(self) -> float | None:
        """The mean over the labels that both masks have."""
        known = [one.hd95_mm for one in self.labels.values() if one.hd95_mm is not None]
        return float(np.mean(known)) if known else None


def score_case(
    id: str,
    patient: str,
    prediction: NDArray[np.uint8],
    reference: NDArray[np.uint8],
    labels: Sequence[str],
    spacing_mm: Sequence[float] | None,
) -> Case:
    """Two label arrays (slices, rows, columns) compared, label n + 1 being labels[n]; without spacing in pixels."""
    flat = prediction.shape[0] == 1
    spacing = tuple(spacing_mm) if spacing_mm is not None else (1.0, 1.0, 1.0)
    found: dict[str, LabelCase] = {}
    for number, name in enumerate(labels, start=1):
        marked, wanted = prediction == number, reference == number
        pair = (marked[0], wanted[0]) if flat else (marked, wanted)
        found[name] = LabelCase(Agreement.of(marked, wanted), hd95(*pair, spacing[1:] if flat else spacing))
    voxel_ml = float(np.prod(spacing)) / 1000 if spacing_mm is not None else None
    return Case(id, patient, found, voxel_ml)


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    """The JSON of CLI.md for these cases: cases, mean, pooled, labels, ci95, empty, by_patient, definitions."""
    names = list(cases[0].labels) if cases else []
    labels = {name: _label_summary([case.labels[name] for case in cases]) for name in names}
    marked = [case for case in cases if case.pooled.wanted]
    groups = [case.patient or case.id for case in marked]
    return {
        "cases": [_case_json(case) for case in cases],
        "mean": _label_means(labels) | {"dice_all": _mean([case.share("dice") for case in cases])},
        "pooled": {name: _mean([label["pooled"][name] for label in labels.values()]) for name in POOLED},
        "labels": labels,
        "ci95": {name: ci95([case.share(name) for case in marked], groups) for name in SHARES},
        "empty": _empty([case.pooled for case in cases]),
        "by_patient": _by_patient(cases),
        "definitions": DEFINITIONS,
    }


def _case_json(case: Case) -> dict[str, Any]:
    ml = case.voxel_ml
    counts = case.pooled
    return {
        "id": case.id,
        "patient": case.patient,
        **{name: case.share(name) for name in SHARES},
        "hd95_mm": case.hd95_mm,
        "volume_ml": None if ml is None else counts.predicted * ml,
        "reference_volume_ml": None if ml is None else counts.wanted * ml,
        "voxels": counts.predicted,
        "reference_voxels": counts.wanted,
    }


def _label_means(labels: Mapping[str, Mapping[str, Any]]) -> dict[str, float | None]:
    means: dict[str, float | None] = {}
    for name in (*SHARES, "hd95_mm"):
        known = [label["mean"][name] for label in labels.values() if label["mean"][name] is not None]
        means[name] = _mean(known)
    return means


def _label_summary(cases: Sequence[LabelCase]) -> dict[str, Any]:
    marked = [case.agreement for case in cases if case.agreement.wanted]
    pooled = sum((case.agreement for case in cases), Agreement(0, 0, 0, 0))
    distances = [case.hd95_mm for case in cases if case.hd95_mm is not None]
    means = {name: _mean([getattr(one, name) for one in marked]) for name in SHARES}
    return {
        "mean": means | {"hd95_mm": _mean(distances)},
        "pooled": {name: getattr(pooled, source) for name, source in POOLED.items()},
    }


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
        found[patient] = {
            "cases": len(own),
            "dice": _mean([case.share("dice") for case in own if case.pooled.wanted]),
            "pooled_dice": sum((case.pooled for case in own), Agreement(0, 0, 0, 0)).dice,
        }
    return found


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None
