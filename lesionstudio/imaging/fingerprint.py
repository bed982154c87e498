"""Fingerprints: a few numbers by which a picture can be told from those a model has seen.

A fingerprint is twenty numbers for each input plane, at 192 pixels for the long side: shares in percent of the pixels
that are not empty, by grey, and by how much they differ from their neighbours; the mean grey in percent of five frames,
from the border inwards; and whether what is small in it is rather light (above 0) or dark (below 0).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.model_card import ModelInput

_EMPTY = 0.02
_GREYS = np.array([_EMPTY, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.97, 1.01])
_EDGES = np.array([0, 0.01, 0.025, 0.05, 0.1, 0.2, 1.01])
_LONG_SIDE, _FEWEST, _FRAMES, _FRAMED = 192, 200, 5, 40
_LEAN, _MOST_LEAN, _BLUR = 20.0, 60.0, 3.0
_OWN_NOISE, _SPREAD = 4.0, 0.3
_FEWEST_KNOWN, _STRETCHES, _USUAL, _LEEWAY = 4, 8, 95, 1.46
_MUCH_NEARER, _NEAR = 1.3, 0.5

Picture = NDArray[np.float32]
Numbers = NDArray[np.float64]
Verdict = Literal["like", "unlike", "inverted"]


def fingerprints(pictures: Iterable[Picture], inputs: Sequence[ModelInput]) -> list[str]:
    """Of pictures (channel, row, column) as the network sees them, as a card keeps them; empty pictures have none."""
    return [" ".join(str(round(one)) for one in numbers) for numbers in _all_numbers(pictures, inputs)]


def compared(
    pictures: Sequence[Picture], inputs: Sequence[ModelInput], known: Sequence[str], strangers: Sequence[str] = ()
) -> Verdict:
    """How these pictures of one scan, taken together, compare with the known ones.

    "inverted" where they would be much nearer to known ones with light and dark swapped, "unlike" where they are
    farther from them than pictures of other patients were, or much nearer to `strangers`, which look like the known
    ones and are something else. "like" where nothing can be said: fewer than four are known, or all these are empty.
    """
    seen, table = _all_numbers(pictures, inputs), _table(known)
    if len(table) < _FEWEST_KNOWN or not seen or table.shape[1] != len(seen[0]):
        return "like"
    crowd = _Crowd.of(table)
    ends = np.array([one.rule.out_low + one.rule.out_high for one in inputs], np.float32)[:, None, None]
    swapped = _all_numbers([ends - picture for picture in pictures], inputs)
    away, away_swapped = crowd.distance(seen), crowd.distance(swapped) if swapped else np.inf
    if away > _MUCH_NEARER * away_swapped and away > _NEAR * crowd.farthest:
        return "inverted"
    is_stranger = bool(strangers) and _MUCH_NEARER * crowd.distance(seen, _table(strangers)) < away
    return "unlike" if is_stranger or away > crowd.farthest else "like"


def _table(texts: Sequence[str]) -> Numbers:
    return np.array([[float(one) for one in text.split()] for text in texts])


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """Known fingerprints as points, and how far from the nearest of them a picture of the kind may lie.

    How far, the known ones tell: they stand in the order of their files, so that a stretch of them is some patients,
    and most of those are no farther from the others than any new patient will be.
    """

    points: Numbers
    scale: Numbers
    farthest: float = 0.0

    @classmethod
    def of(cls, table: Numbers) -> "_Crowd":
        """Distances in spreads, after Mahalanobis; the spread is widened, as few pictures never show all of it."""
        scale = _spreads(table)
        crowd = cls(table @ scale, scale)
        stretches = np.array_split(np.arange(len(table)), min(_STRETCHES, len(table)))
        away = np.concatenate([_left_out(table, stretch) for stretch in stretches])
        return cls(crowd.points, scale, _LEEWAY * float(np.percentile(away, _USUAL)))

    def distance(self, seen: Sequence[Numbers], others: Numbers | None = None) -> float:
        """How far these are from their nearest, or from the nearest of some others, on average."""
        points = self.points if others is None else others @ self.scale
        return float(_nearest(np.stack(seen) @ self.scale, points).mean())


def _spreads(table: Numbers) -> Numbers:
    """What fingerprints are multiplied by, so that distances are in spreads of these."""
    own = np.diag(_SPREAD * table.var(axis=0) + _OWN_NOISE)
    return np.asarray(np.linalg.cholesky(np.linalg.inv(np.cov(table.T) + own)), np.float64)


def _left_out(table: Numbers, stretch: NDArray[np.intp]) -> Numbers:
    """How far each of a stretch lies from the nearest of all others, by spreads that know nothing of it."""
    rest = np.delete(table, stretch, axis=0)
    scale = _spreads(rest)
    return _nearest(table[stretch] @ scale, rest @ scale)


def _nearest(points: Numbers, others: Numbers) -> Numbers:
    return np.asarray(np.linalg.norm(points[:, None] - others[None], axis=2).min(axis=1), np.float64)


def _all_numbers(pictures: Iterable[Picture], inputs: Sequence[ModelInput]) -> list[Numbers]:
    return [numbers for picture in pictures if (numbers := _numbers(picture, inputs)) is not None]


def _numbers(picture: Picture, inputs: Sequence[ModelInput]) -> Numbers | None:
    ends = [(one.rule.out_low, one.rule.out_high) for one in inputs]
    planes = [((plane - low) / (high - low)).astype(np.float32) for plane, (low, high) in zip(picture, ends)]
    found = [_plane_numbers(plane) for plane in planes]
    kept = [numbers for numbers in found if numbers is not None]
    return np.concatenate(kept) if kept and len(kept) == len(found) else None


def _plane_numbers(plane: Picture) -> Numbers | None:
    """Of one plane whose range is 0 to 1."""
    import cv2

    factor = _LONG_SIDE / max(plane.shape)
    size = (max(2, round(plane.shape[1] * factor)), max(2, round(plane.shape[0] * factor)))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    there = small > _EMPTY
    if there.sum() < _FEWEST:
        return None
    down, across = np.abs(np.diff(small, axis=0))[:, :-1], np.abs(np.diff(small, axis=1))[:-1]
    steps = np.maximum(down, across)[there[:-1, :-1]]
    greys = np.histogram(small[there], _GREYS)[0] / there.sum()
    edges = np.histogram(steps, _EDGES)[0] / max(steps.size, 1)
    lean = _lean((small - cv2.GaussianBlur(small, (0, 0), _BLUR))[there])
    framed = cv2.resize(plane, (_FRAMED, _FRAMED), interpolation=cv2.INTER_AREA)
    return np.concatenate([100 * greys, 100 * edges, 100 * _frames(framed), [lean]])


def _frames(framed: Picture) -> Numbers:
    """The mean grey of frames of the same width, from the border inwards."""
    along = np.minimum(np.arange(_FRAMED), np.arange(_FRAMED)[::-1])
    inwards = np.minimum.outer(along, along) * _FRAMES // (_FRAMED // 2)
    return np.array([framed[inwards == n].mean() for n in range(_FRAMES)], np.float64)


def _lean(small_things: Picture) -> float:
    """Skewness, scaled: above 0 where small things are light, below 0 where they are dark."""
    spread = max(float((small_things**2).mean()), 1e-6)
    return float(np.clip(_LEAN * (small_things**3).mean() / spread**1.5, -_MOST_LEAN, _MOST_LEAN))
