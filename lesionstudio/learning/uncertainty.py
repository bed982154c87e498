"""Uncertainty: how unsure a model is of each voxel and slice, by test-time flips, and which slices are worth a look.

numpy alone, but for scipy's distances: what computes is the Predictor that is handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.progress import Reporter, silent

if TYPE_CHECKING:
    from lesionstudio.learning.inference import Predictor

Floats = NDArray[np.float32]
Why = Literal["borders", "lesion", "nothing", "random"]

FLIPS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
"""Test-time flips: the picture as it is, its columns mirrored, its rows, both."""
RANDOM_EVERY = 5
"""Every fifth slice of the list is picked at random: 20 %."""
_NEAR_SHARE, _LEAST_PIXELS = 0.02, 16


@dataclass(frozen=True, slots=True)
class Doubt:
    """How unsure a model is of one slice: `score` 0 (sure) to 1, and the same for each of its labels.

    `why`: most of the doubt lies at the borders of what it marks, is whether there is a lesion at all (some flips mark
    what the others leave out), or it has nothing to say. `voxels`: how many it marks; `places`: how many separate
    marks the doubt is about.
    """

    item: str
    slice: int
    score: float
    by_label: tuple[float, ...] = ()
    why: Why = "nothing"
    voxels: int = 0
    places: int = 0


@dataclass(frozen=True, slots=True)
class Pick:
    """A slice worth a look: its doubt and why it is in the list; `why` is "random" for the control arm."""

    doubt: Doubt
    why: Why


def flipped(predictor: "Predictor", picture: Floats, report: Reporter = silent) -> Floats:
    """Probabilities (flip, label, row, column) of a picture (channel, row, column), each turned back into its place."""
    answers = []
    for rows, columns in FLIPS:
        turned = np.ascontiguousarray(picture[:, ::rows, ::columns])[None]
        answers.append(predictor.predict(turned, report)[:, 0, ::rows, ::columns])
    return np.stack(answers)


def doubt_map(probabilities: Floats) -> Floats:
    """Doubt (label, row, column), 0 to 1, of probabilities (flip, label, row, column).

    The entropy, in bits, of the mean over the flips: what each of them leaves open and what they disagree about.
    """
    mean = np.clip(probabilities.mean(axis=0), 1e-6, 1 - 1e-6)
    return np.asarray(-(mean * np.log2(mean) + (1 - mean) * np.log2(1 - mean)), np.float32)


def doubt_of(probabilities: Floats, threshold: float, item: str = "", k: int = 0) -> Doubt:
    """How unsure a model is of a slice, from its probabilities (flip, label, row, column).

    Of each label: the mean doubt within what any flip marks and near it. A label that no flip marks counts by the place
    where it is likeliest, so that a lesion nearly seen is not forgotten; the slice counts as its most doubtful label.
    """
    doubts = doubt_map(probabilities)
    each = [_label_doubt(probabilities[:, n], doubts[n], threshold) for n in range(len(doubts))]
    score, why, places = max(each, key=lambda one: one[0])
    marked = probabilities.mean(axis=0).max(axis=0) >= threshold
    by_label = tuple(round(one[0], 4) for one in each)
    return Doubt(item, k, round(score, 4), by_label, why, int(marked.sum()), places)


def _label_doubt(flips: Floats, doubt: Floats, threshold: float) -> tuple[float, Why, int]:
    """Score of one label, why, and about how many places; `flips` is (flip, row, column)."""
    anywhere, agreed = flips.max(axis=0) >= threshold, flips.mean(axis=0) >= threshold
    if int(anywhere.sum()) < _LEAST_PIXELS:
        return float(np.sort(doubt, axis=None)[-_LEAST_PIXELS:].mean()), "nothing", 0
    near = _near(anywhere)
    unsure, sure = _places(anywhere, agreed)
    inside = doubt[anywhere].sum()
    is_about_lesions = doubt[unsure].sum() > inside / 2
    why: Why = "lesion" if is_about_lesions else "borders"
    return float(doubt[near].mean()), why, _count(unsure if is_about_lesions else sure)


def _near(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The marked area and what lies within a fiftieth of the picture's long side of it."""
    from scipy.ndimage import distance_transform_edt

    return np.asarray(distance_transform_edt(~marked) <= max(2.0, _NEAR_SHARE * max(marked.shape)))


def _places(anywhere: NDArray[np.bool_], agreed: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Marks of some flips that the mean leaves out altogether, and those that it has."""
    from scipy.ndimage import label

    numbers, _count = label(anywhere)
    kept = np.unique(numbers[agreed])
    has = np.isin(numbers, kept[kept > 0])
    return anywhere & ~has, has


def _count(marks: NDArray[np.bool_]) -> int:
    from scipy.ndimage import label

    return int(label(marks)[1])


def choose(
    doubts: Sequence[Doubt], count: int, *, seed: int = 0, stride: int = 3, random_every: int = RANDOM_EVERY
) -> list[Pick]:
    """The slices to look at next, most useful first; the same for the same doubts and seed, in whatever order.

    The labels take turns (a rare one is not crowded out), each with the slice it is most unsure of; two slices chosen
    from one scan lie at least `stride` apart, as long as there are others. Every fifth is picked at random among all
    that are left: the control arm, by which one sees whether choosing is worth anything.
    """
    left = sorted(doubts, key=lambda one: (one.item, one.slice))
    rng = np.random.default_rng(seed)
    picks: list[Pick] = []
    turn = 0
    while left and len(picks) < count:
        if random_every and len(picks) % random_every == random_every - 1:
            taken = left[int(rng.integers(len(left)))]
            picks.append(Pick(taken, "random"))
        else:
            taken = _most_doubtful(left, picks, turn, stride)
            picks.append(Pick(taken, taken.why))
            turn += 1
        left.remove(taken)
    return picks


def _most_doubtful(left: Sequence[Doubt], picks: Sequence[Pick], turn: int, stride: int) -> Doubt:
    apart = [one for one in left if not _is_close(one, picks, stride)] or left
    labels = max(len(one.by_label) for one in apart)
    if not labels:
        return max(apart, key=lambda one: one.score)
    n = turn % labels
    return max(apart, key=lambda one: (one.by_label[n] if n < len(one.by_label) else 0.0, one.score))


def _is_close(one: Doubt, picks: Sequence[Pick], stride: int) -> bool:
    return any(one.item == pick.doubt.item and abs(one.slice - pick.doubt.slice) < stride for pick in picks)


def candidates(slices: Sequence[tuple[str, int]], most: int, *, seed: int = 0) -> list[tuple[str, int]]:
    """At most so many of these (item, slice), evenly spread over all of them, beginning at a place the seed tells."""
    if len(slices) <= most:
        return list(slices)
    step = len(slices) / most
    start = float(np.random.default_rng(seed).random()) * step
    return [slices[min(int(start + n * step), len(slices) - 1)] for n in range(most)]


def as_heat(doubts: Floats) -> NDArray[np.uint8]:
    """Doubt (label, row, column) as heat (row, column) of 0 to 255: that of the most doubtful label."""
    return np.asarray(np.rint(np.clip(doubts.max(axis=0), 0, 1) * 255), np.uint8)
