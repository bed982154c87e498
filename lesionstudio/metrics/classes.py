"""How well pictures are named: class against class, what follows from the counts, and whether confidence is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.metrics.intervals import ci95, ratio_ci95

BINS = 10


@dataclass(frozen=True, slots=True)
class Named:
    """One picture: the place of its class and of the class it was given, how sure that was, and its group."""

    wanted: int
    given: int
    confidence: float
    group: str

    @property
    def is_right(self) -> bool:
        """Whether it was given its class."""
        return self.wanted == self.given


def confusion(named: Sequence[Named], classes: int) -> NDArray[np.int64]:
    """Counts (wanted, given). A `given` of -1 (refused) stands in no column and is counted as wrong elsewhere."""
    counts = np.zeros((classes, classes), np.int64)
    for one in named:
        if one.given >= 0:
            counts[one.wanted, one.given] += 1
    return counts


def class_scores(named: Sequence[Named], labels: Sequence[str]) -> dict[str, Any]:
    """Accuracy, its mean over classes, precision, recall and F1 of each class, calibration, 95 % intervals.

    A share of nothing (no picture of the class, none given it) is null and left out of means; so is the F1 of a class
    without a picture. Whole groups are
    resampled for the intervals, which are null for fewer than two groups.
    """
    right = [float(one.is_right) for one in named]
    groups = [one.group for one in named]
    classes = {label: _of_class(named, n) for n, label in enumerate(labels)}
    return {
        "pictures": len(named),
        "groups": len(set(groups)),
        "accuracy": _share(sum(right), len(named)),
        "balanced_accuracy": _mean([one["recall"] for one in classes.values()]),
        "macro_f1": _mean([one["f1"] for one in classes.values()]),
        "ci95": {"accuracy": _ends(ci95(right, groups) if named else None)},
        "classes": classes,
        "confusion": {"labels": list(labels), "counts": confusion(named, len(labels)).tolist()},
        "calibration": calibration(named),
    }


def _of_class(named: Sequence[Named], n: int) -> dict[str, Any]:
    wanted = [float(one.wanted == n) for one in named]
    given = [float(one.given == n) for one in named]
    both = [a * b for a, b in zip(wanted, given)]
    groups = [one.group for one in named]
    return {
        "pictures": int(sum(wanted)),
        "given": int(sum(given)),
        "precision": _share(sum(both), sum(given)),
        "recall": _share(sum(both), sum(wanted)),
        "f1": _share(2 * sum(both), sum(wanted) + sum(given)) if sum(wanted) else None,
        "ci95": {
            "precision": _ends(ratio_ci95(both, given, groups)),
            "recall": _ends(ratio_ci95(both, wanted, groups)),
        },
    }


def calibration(named: Sequence[Named], bins: int = BINS) -> dict[str, Any]:
    """Pictures by their confidence: [mean confidence, share that is right, pictures] a bin, and the expected error.

    The error is the mean over pictures of |share right - mean confidence| of their bin (ECE; Naeini et al. 2015).
    """
    sure = np.array([one.confidence for one in named])
    right = np.array([one.is_right for one in named], float)
    places = np.minimum((sure * bins).astype(int), bins - 1) if len(named) else np.zeros(0, int)
    points, error = [], 0.0
    for place in range(bins):
        here = places == place
        if here.any():
            points.append([float(sure[here].mean()), float(right[here].mean()), int(here.sum())])
            error += abs(points[-1][1] - points[-1][0]) * points[-1][2] / len(named)
    return {"bins": points, "error": error if named else None}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _ends(found: tuple[float, float] | None) -> list[float] | None:
    return None if found is None else list(found)
