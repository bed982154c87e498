"""How sure a mean is: bootstrap confidence intervals, and two models on the same cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000


def ci95(values: Sequence[float], groups: Sequence[str] | None = None, seed: int = 0) -> tuple[float, float] | None:
    """The 95 % interval of the mean: 2.5th to 97.5th percentile of the means of 2,000 resamples (percentile bootstrap).

    With `groups` whole groups are drawn (slices of one patient resemble each other). None for fewer than two groups.
    """
    kept = np.asarray(values, np.float64)
    names = np.asarray(groups if groups is not None else range(len(kept)))
    _, place = np.unique(names, return_inverse=True)
    count = int(place.max()) + 1 if len(kept) else 0
    if count < 2:
        return None
    sums, sizes = np.bincount(place, kept, count), np.bincount(place, minlength=count)
    drawn = np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def ratio_ci95(
    parts: Sequence[float], wholes: Sequence[float], groups: Sequence[str], seed: int = 0
) -> tuple[float, float] | None:
    """The 95 % interval of sum(parts) / sum(wholes), whole groups drawn as in `ci95`; None for fewer than two groups.

    Resamples whose wholes add up to nothing are left out.
    """
    _, place = np.unique(np.asarray(groups), return_inverse=True)
    count = int(place.max()) + 1 if len(parts) else 0
    if count < 2:
        return None
    above, below = (np.bincount(place, np.asarray(values, np.float64), count) for values in (parts, wholes))
    drawn = np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
    above, below = above[drawn].sum(1), below[drawn].sum(1)
    known = below > 0
    if not known.any():
        return None
    low, high = np.percentile(above[known] / below[known], (2.5, 97.5))
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Difference:
    """b minus a on the same cases: the mean (None of no cases), its 95 % interval, how many cases went which way."""

    mean: float | None
    interval: tuple[float, float] | None
    better: int
    worse: int
    equal: int


def paired(a: Sequence[float], b: Sequence[float], groups: Sequence[str] | None = None) -> Difference:
    """Two models' values for the same cases, in the same order; whole groups are drawn, as in `ci95`."""
    gains = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    better, worse = int(np.count_nonzero(gains > 0)), int(np.count_nonzero(gains < 0))
    mean = float(gains.mean()) if len(gains) else None
    return Difference(mean, ci95(gains.tolist(), groups), better, worse, len(gains) - better - worse)
