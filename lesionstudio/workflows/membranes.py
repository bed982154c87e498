"""How well a membrane model parts the cells: V-Rand and V-Info of each section, at its threshold and at others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.intervals import ci95
from lesionstudio.metrics.partitions import Partition, compared

THRESHOLDS = tuple(round(0.05 * n, 2) for n in range(2, 19))
_BESIDE = 0.06
MEASURES = ("v_rand", "v_info", "v_rand_split", "v_rand_merge", "v_info_split", "v_info_merge")
DEFINITIONS = {
    "v_rand": "2 sum p_ij^2 / (sum s_i^2 + sum t_j^2) over the cells of proposal and truth that overlap, a section at "
    "a time, only pixels in the truth's cells, the proposed membrane thinned to one pixel (Arganda-Carreras et al. "
    "2015); mean over sections",
    "v_info": "2 I(S;T) / (H(S) + H(T)), likewise",
    "v_rand_split, v_rand_merge": "sum p_ij^2 / sum t_j^2, less than 1 where cells are split; sum p_ij^2 / sum s_i^2, "
    "less than 1 where cells are merged; v_info_split and v_info_merge: I / H(S) and I / H(T)",
    "best": "the highest of all thresholds looked at, on these very sections: what a threshold chosen here would give",
}


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One section: at each threshold how its cells overlap with the true ones, and F1 of the membrane's pixels.

    `group`: whose it is.
    """

    group: str
    at: dict[float, Partition]
    f1: dict[float, float]


def sections(
    probability: NDArray[np.float32], truth: NDArray[np.bool_], threshold: float, group: str
) -> tuple[Section, ...]:
    """Of probabilities of membrane and true membranes, (slice, row, column) each; a slice is a section."""
    cuts = sorted({*THRESHOLDS, round(threshold, 4)})
    return tuple(
        Section(
            f"{group}:{k}",
            {cut: compared(shown >= cut, wanted) for cut in cuts},
            {cut: Agreement.of(shown >= cut, wanted).dice for cut in cuts},
        )
        for k, (shown, wanted) in enumerate(zip(probability, truth))
    )


def membrane_scores(found: Sequence[Section], threshold: float) -> dict[str, Any]:
    """What evaluate says of them, as JSON; intervals by section, best values with their threshold."""
    cut = round(threshold, 4)
    values = {name: [getattr(one.at[cut], name) for one in found] for name in MEASURES}
    means = {name: float(np.mean(each)) for name, each in values.items()}
    curve = [(one, _mean(found, one, "v_rand"), _mean(found, one, "v_info")) for one in sorted(found[0].at)]
    best = {
        name: dict(zip(("value", "threshold"), max((row[n], row[0]) for row in curve)))
        for n, name in ((1, "v_rand"), (2, "v_info"))
    }
    groups = [one.group for one in found]
    return {
        **means,
        "sections": len(found),
        "threshold": threshold,
        "ci95": {name: ci95(values[name], groups) for name in ("v_rand", "v_info")},
        "best": best,
        "by_threshold": curve,
        "definitions": DEFINITIONS,
    }


def best_threshold(found: Sequence[Section]) -> float:
    """The threshold with the highest membrane_score, of equals the one nearest to one half.

    It counts with the thresholds beside it: one merger of two large cells more or less makes a peak of its own, which
    the next sections do not have.
    """
    scored = {cut: membrane_score(found, cut) for cut in found[0].at}
    smooth = {cut: np.mean([scored[one] for one in scored if abs(one - cut) < _BESIDE]) for cut in scored}
    return max(scored, key=lambda cut: (round(float(smooth[cut]), 6), -abs(cut - 0.5)))


def membrane_score(found: Sequence[Section], cut: float) -> float:
    """The mean of V-Rand, V-Info and F1 of the pixels: cells that are parted, by a membrane as wide as it is."""
    f1 = float(np.mean([one.f1[cut] for one in found]))
    return (_mean(found, cut, "v_rand") + _mean(found, cut, "v_info") + f1) / 3


def _mean(found: Sequence[Section], cut: float, name: str) -> float:
    return float(np.mean([getattr(one.at[cut], name) for one in found]))
