"""What a threshold would do: probabilities counted in bins, and the curves and thresholds that follow from them.

Counts add up, so that a thousand scans need no more memory than one. A bin is a thousandth wide; thresholds that
people choose lie on its edges.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 1000
POINTS = 200

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Probabilities:
    """How many voxels of the label, and how many others, were given each probability. Each (BINS + 1,)."""

    wanted: Counts
    others: Counts

    @classmethod
    def of(cls, probability: NDArray[np.float32], wanted: NDArray[np.bool_]) -> "Probabilities":
        """Counted on arrays of one shape; probabilities from 0 to 1."""
        # In float64: 0.3 as float32 lies below 300 thousandths.
        bins = np.floor(probability.astype(np.float64) * BINS + 1e-4).astype(np.int64).clip(0, BINS)
        inside = np.bincount(bins[wanted], minlength=BINS + 1)
        return cls(inside, np.bincount(bins.ravel(), minlength=BINS + 1) - inside)

    @classmethod
    def none(cls) -> "Probabilities":
        """Of no voxels."""
        return cls(np.zeros(BINS + 1, np.int64), np.zeros(BINS + 1, np.int64))

    def __add__(self, other: "Probabilities") -> "Probabilities":
        return Probabilities(self.wanted + other.wanted, self.others + other.others)

    def precision_recall(self) -> list[Point]:
        """(recall, precision, threshold), from the highest threshold down; [] where no voxel has the label."""
        recall, precision, _fall_out = self._shares()
        return _thinned(recall, precision) if self.wanted.any() else []

    def roc(self) -> list[Point]:
        """(1 - specificity, recall, threshold), from the highest down; [] where all or none have the label."""
        recall, _precision, fall_out = self._shares()
        return _thinned(fall_out, recall) if self.wanted.any() and self.others.any() else []

    def average_precision(self) -> float | None:
        """Sum over thresholds of the gain in recall times precision (scikit-learn's); None without the label."""
        recall, precision, _fall_out = self._shares()
        return float(np.sum(np.diff(recall, prepend=0.0) * precision)) if self.wanted.any() else None

    def area_under_roc(self) -> float | None:
        """By the trapezoidal rule; None where all voxels have the label, or none."""
        recall, _precision, fall_out = self._shares()
        if not self.wanted.any() or not self.others.any():
            return None
        wide, high = np.diff(fall_out, prepend=0.0), np.concatenate([[0.0], recall])
        return float(np.sum(wide * (high[1:] + high[:-1]) / 2))

    def best_threshold(self, beta: float = 1.0) -> float:
        """The threshold with the highest F-beta over all voxels; the middle one of equals. 0.5 without the label.

        F-beta = (1 + beta2) TP / ((1 + beta2) TP + beta2 FN + FP): beta 2 weighs what is missed, 0.5 what is invented.
        """
        if not self.wanted.any():
            return 0.5
        marked, invented, square = _at_least(self.wanted), _at_least(self.others), beta * beta
        missed = self.wanted.sum() - marked
        scores = (1 + square) * marked / ((1 + square) * marked + square * missed + invented).clip(1)
        best = np.flatnonzero(scores[1:] >= scores[1:].max() - 1e-12) + 1
        return float(best[len(best) // 2]) / BINS

    def reliability(self, groups: int = 10) -> list[Point]:
        """(mean probability, share of voxels with the label, voxels) of equally wide groups of probabilities."""
        edges = np.minimum(np.arange(BINS + 1) * groups // BINS, groups - 1)
        every, level = self.wanted + self.others, (np.arange(BINS + 1) + 0.5).clip(0, BINS) / BINS
        voxels = np.bincount(edges, every, groups)
        means, shares = np.bincount(edges, every * level, groups), np.bincount(edges, self.wanted, groups)
        return [
            (float(means[n] / voxels[n]), float(shares[n] / voxels[n]), float(voxels[n]))
            for n in range(groups)
            if voxels[n]
        ]

    def calibration_error(self, groups: int = 10) -> float | None:
        """Expected calibration error: mean of |probability - share| over groups by voxels (Guo et al. 2017)."""
        found = self.reliability(groups)
        total = sum(voxels for _mean, _share, voxels in found)
        return sum(abs(mean - share) * voxels for mean, share, voxels in found) / total if total else None

    def _shares(self) -> tuple[Floats, Floats, Floats]:
        """Recall, precision and fall-out at each threshold, from the highest (nothing above it) to 0 (all)."""
        marked, invented = _at_least(self.wanted)[::-1], _at_least(self.others)[::-1]
        recall = marked / max(int(self.wanted.sum()), 1)
        precision = np.where(marked + invented > 0, marked / (marked + invented).clip(1), 1.0)
        return recall, precision, invented / max(int(self.others.sum()), 1)


def _at_least(counts: Counts) -> Counts:
    """For each bin how many lie in it or above."""
    return np.asarray(counts[::-1].cumsum()[::-1], np.int64)


def _thinned(across: Floats, up: Floats) -> list[Point]:
    """At most POINTS of the curve's points, evenly along it, and its ends."""
    way = np.concatenate([[0.0], np.hypot(np.diff(across), np.diff(up)).cumsum()])
    goals = np.linspace(0, way[-1], POINTS)
    chosen = sorted({0, len(way) - 1, *np.searchsorted(way, goals).clip(0, len(way) - 1).tolist()})
    return [(float(across[n]), float(up[n]), (BINS - n) / BINS) for n in chosen[:-1]] + [
        (float(across[-1]), float(up[-1]), 0.0)
    ]
