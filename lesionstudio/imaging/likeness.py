"""Likeness: which pictures are nearly the same, whatever their size, brightness or compression.

A perceptual hash of 256 bits finds candidates: whether each cell of a grid of 16 x 16 is brighter than its right
neighbour, after the picture was reduced by area (a difference hash, Krawetz 2013). Heads look alike to it, so what is
fine in both pictures, reduced to 64 x 64, must also be correlated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID, NEAR_BITS, SIDE, SAME, SAME_MOVED = 16, 48, 64, 0.9, 0.75
_PLAIN, _BLOCK, _BLUR, _REACH, _WORTH_MOVING = 0.01, 512, 3.0, 8, 0.4
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


def near_duplicates(pictures: Sequence[Likeness | None], shifted: bool = False) -> list[tuple[int, int]]:
    """The pairs (i, j), i < j, of pictures that are nearly the same.

    With `shifted` also those that are so after one is moved by up to an eighth of its side: the same picture with
    another border cut off. That is slower, and calls a few more alike.
    """
    there = [(n, one) for n, one in enumerate(pictures) if one is not None]
    if len(there) < 2:
        return []
    places = [n for n, _one in there]
    hashes, fine = np.stack([one.hash for _n, one in there]), np.stack([one.fine for _n, one in there])
    found: list[tuple[int, int]] = []
    for start in range(0, len(hashes), _BLOCK):
        some = slice(start, start + _BLOCK)
        bits = _BITS_SET[hashes[some, None] ^ hashes[None]].sum(axis=2, dtype=np.uint16)
        alike = fine[some] @ fine.T
        near = (bits <= NEAR_BITS) & (alike >= (_WORTH_MOVING if shifted else SAME))
        pairs = ((start + int(i), int(j)) for i, j in zip(*np.nonzero(near)) if start + i < j)
        found += [
            (places[i], places[j])
            for i, j in pairs
            if alike[i - start, j] >= SAME or (shifted and _when_moved(fine[i], fine[j]) >= SAME_MOVED)
        ]
    return found


def _when_moved(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The greatest correlation of what is fine in both, one moved by up to _REACH places each way."""
    spectra = [np.fft.rfft2(each.reshape(SIDE, SIDE)) for each in (one, other)]
    moved = np.fft.irfft2(spectra[0] * np.conj(spectra[1]), (SIDE, SIDE))
    steps = np.r_[0 : _REACH + 1, -_REACH:0]
    return float(moved[np.ix_(steps, steps)].max())
