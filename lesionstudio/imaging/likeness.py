"""Likeness: which pictures are nearly the same, whatever their size, brightness or compression.

A perceptual hash of 256 bits finds candidates: whether each cell of a grid of 16 x 16 is brighter than its right
neighbour, after the picture was reduced by area (a difference hash, Krawetz 2013). Heads look alike to it, so what is
fine in both pictures, reduced to 64 x 64, must also be correlated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID, NEAR_BITS, SIDE, SAME = 16, 48, 64, 0.9
_PLAIN, _BLOCK, _BLUR = 0.01, 512, 3.0
_BITS_SET = np.array([number.bit_count() for number in range(256)], np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What is kept of a picture: its hash (32 bytes), and what is fine in it (SIDE * SIDE, mean 0, length 1)."""

    hash: NDArray[np.uint8]
    fine: NDArray[np.float32]


def likeness(pixels: NDArray[np.generic]) -> Likeness | None:
    """Of a picture (rows, columns), or (rows, columns, channels); None where it shows next to nothing."""
    import cv2

    grey = np.nan_to_num(np.asarray(pixels, np.float32), posinf=0, neginf=0)
    grey = grey.mean(axis=2) if grey.ndim == 3 else grey
    small = cv2.resize(grey, (GRID + 1, GRID), interpolation=cv2.INTER_AREA)
    steps, reach = np.diff(small, axis=1), float(small.max() - small.min())
    if reach <= 1e-5 * float(np.abs(small).max()) or np.count_nonzero(np.abs(steps) > _PLAIN * reach) < GRID:
        return None
    larger = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    fine = larger - cv2.GaussianBlur(larger, (0, 0), _BLUR)
    fine = fine - fine.mean()
    # What differs by next to nothing is noise: it counts as not brighter, in every copy alike.
    hashed = np.packbits(steps > _PLAIN * reach)
    return Likeness(hashed, (fine / max(float(np.linalg.norm(fine)), 1e-9)).astype(np.float32).ravel())


def near_duplicates(pictures: Sequence[Likeness | None]) -> list[tuple[int, int]]:
    """The pairs (i, j), i < j, of pictures that are nearly the same."""
    there = [(n, one) for n, one in enumerate(pictures) if one is not None]
    if len(there) < 2:
        return []
    places = [n for n, _one in there]
    hashes, fine = np.stack([one.hash for _n, one in there]), np.stack([one.fine for _n, one in there])
    found: list[tuple[int, int]] = []
    for start in range(0, len(hashes), _BLOCK):
        some = slice(start, start + _BLOCK)
        bits = _BITS_SET[hashes[some, None] ^ hashes[None]].sum(axis=2, dtype=np.uint16)
        rows, columns = np.nonzero((bits <= NEAR_BITS) & (fine[some] @ fine.T >= SAME))
        found += [(places[start + i], places[j]) for i, j in zip(rows.tolist(), columns.tolist()) if start + i < j]
    return found
