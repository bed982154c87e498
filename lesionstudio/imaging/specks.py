"""Specks: pieces of a mark that are smaller than a model's card says its marks ever are."""

import numpy as np
from numpy.typing import NDArray

from lesionstudio.model_card import ModelCard

Floats = NDArray[np.float32]


def without_specks(probabilities: Floats, threshold: float, card: ModelCard) -> Floats:
    """Probabilities (label, row, column) with those of specks at 0: pieces that touch by an edge or a corner."""
    least = least_pixels(card, probabilities.shape[1:])
    marked = probabilities.max(axis=0) >= threshold
    if least <= 1 or not marked.any():
        return probabilities
    numbers, sizes = pieces_of(marked)
    return np.asarray(np.where(marked & (sizes < least)[numbers], 0, probabilities), np.float32)


def least_pixels(card: ModelCard, shape: tuple[int, ...]) -> float:
    """How many pixels of a picture (rows, columns) the card's `smallest` are: it counts them as the network sees it."""
    low, high = card.long_side
    longest = max(shape)
    factor = min(max(longest, low), high) / longest if high else 1.0
    return card.smallest / factor**2


def pieces_of(marked: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The pieces of a mask (row, column): their numbers, 0 outside, and how many pixels each has."""
    import cv2

    count, numbers = cv2.connectedComponents(marked.astype(np.uint8), connectivity=8)
    return np.asarray(numbers, np.int32), np.bincount(np.asarray(numbers).ravel(), minlength=count)
