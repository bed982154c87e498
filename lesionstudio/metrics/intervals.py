"""How sure a mean is: bootstrap confidence intervals, and two models on the same cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000

CaseValues = Sequence[Mapping[str, float]]
"""For each case a value by label, of the labels that its reference has and no others."""


def mean_by_label(cases: CaseValues) -> float | None:
    """The mean over the labels of the mean over the cases whose reference has the label; None where none has any.

    Each label counts the same, however few cases have it; a case says nothing of labels that its reference lacks.
    """
    found: dict[str, list[float]] = {}
    for case in cases:
        for label, value in case.items():
            found.setdefault(label, []).append(value)
    return float(np.mean([np.mean(values) for values in found.values()])) if found else None


def ci95_by_label(cases: CaseValues, groups: Sequence[str], seed: int = 0) -> tuple[float, float] | None:
    """The 95 % interval of mean_by_label: 2.5th to 97.5th percentile of it in 2,000 resamples (percentile bootstrap).

    Whole groups are drawn (slices of one patient resemble each other); a resample speaks of the labels it has. None
    for fewer than two groups with a value.
    """
    spoken = [(case, group) for case, group in zip(cases, groups) if case]
    labels = sorted({label for case, _group in spoken for label in case})
    _, place = np.unique([group for _case, group in spoken], return_inverse=True)
    count = int(place.max()) + 1 if spoken else 0
    if count < 2:
        return None
    drawn = np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
    means, known = np.zeros(RESAMPLES), np.zeros(RESAMPLES)
    for label in labels:
        at = [n for n, (case, _group) in enumerate(spoken) if label in case]
        sums = np.bincount(place[at], [spoken[n][0][label] for n in at], count)
        sizes = np.bincount(place[at], minlength=count)[drawn].sum(1)
        means += sums[drawn].sum(1) / np.maximum(sizes, 1)
        known += sizes > 0
    low, high = np.percentile(means / known, (2.5, 97.5))
    return float(low), float(high)


def ci95(values: Sequence[float], groups: Sequence[str] | None = None, seed: int = 0) -> tuple[float, float] | None:
    """The 95 % interval of a plain mean; without `groups` every value is drawn by itself. See ci95_by_label."""
    names = [str(n) for n in range(len(values))] if groups is None else groups
    return ci95_by_label([{"": float(value)} for value in values], names, seed)


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


def paired(a: CaseValues, b: CaseValues, groups: Sequence[str]) -> Difference:
    """Two models' values for the same cases and labels, in the same order; whole groups are drawn, as in `ci95`.

    A case goes the way that its labels go on average.
    """
    gains = [{label: second[label] - first[label] for label in first} for first, second in zip(a, b)]
    known = [(gain, group) for gain, group in zip(gains, groups) if gain]
    each = [float(np.mean(list(gain.values()))) for gain, _group in known]
    better, worse = sum(one > 0 for one in each), sum(one < 0 for one in each)
    interval = ci95_by_label([gain for gain, _group in known], [group for _gain, group in known])
    return Difference(mean_by_label(gains), interval, better, worse, len(each) - better - worse)
