"""Fingerprints: a few numbers by which a picture can be told from those a model has seen: its greys, and its edges.

A fingerprint is fourteen shares in percent for each input plane: of the pixels that are not empty, by grey, and of the
same pixels, by how much they differ from their neighbours, at 192 pixels for the long side.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from lesionstudio.model_card import ModelInput

_EMPTY = 0.02
_GREYS = np.array([_EMPTY, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.97, 1.01])
_EDGES = np.array([0, 0.01, 0.025, 0.05, 0.1, 0.2, 1.01])
_LONG_SIDE, _FEWEST = 192, 200
_NUMBERS = len(_GREYS) + len(_EDGES) - 2
_LEEWAY, _LEAST = 1.52, 30.0

Picture = NDArray[np.float32]
Shares = NDArray[np.float64]


def fingerprints(pictures: Iterable[Picture], inputs: Sequence[ModelInput]) -> list[str]:
    """Of pictures (channel, row, column) as the network sees them, as a card keeps them; empty pictures have none."""
    made = [_shares(picture, inputs) for picture in pictures]
    return [" ".join(str(round(share)) for share in shares) for shares in made if shares is not None]


def is_unlike(pictures: Iterable[Picture], inputs: Sequence[ModelInput], known: Sequence[str]) -> bool:
    """Whether these pictures of one scan, taken together, are farther from all known ones than those are from theirs.

    False where nothing can be said: fewer than three are known, or all these pictures are empty.
    """
    table = np.array([[float(share) for share in one.split()] for one in known])
    seen = [shares for picture in pictures if (shares := _shares(picture, inputs)) is not None]
    if len(table) < 3 or not seen or table.shape[1] != len(seen[0]):
        return False
    among = np.abs(table[:, None] - table[None]).sum(axis=2)
    np.fill_diagonal(among, np.inf)
    usual = max(_LEAST * 2 * len(inputs), float(among.min(axis=1).max()) * _LEEWAY)
    return float(np.abs(table - np.mean(seen, axis=0)).sum(axis=1).min()) > usual


def _shares(picture: Picture, inputs: Sequence[ModelInput]) -> Shares | None:
    ends = [(one.rule.out_low, one.rule.out_high) for one in inputs]
    planes = [((plane - low) / (high - low)).astype(np.float32) for plane, (low, high) in zip(picture, ends)]
    found = [_plane_shares(plane) for plane in planes]
    kept = [shares for shares in found if shares is not None]
    return np.concatenate(kept) if kept and len(kept) == len(found) else None


def _plane_shares(plane: Picture) -> Shares | None:
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
    shares: Shares = 100 * np.concatenate([greys, edges])
    return shares
