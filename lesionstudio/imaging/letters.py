"""Whether a picture has letters written into its edges, as screens and ultrasound pictures have: names, dates, numbers.

Letters are small spots of one brightness that stand in a row: about as high as each other, on one line, close together,
and not all of one shape, as the ticks of a ruler are. Five such in a row are text. What one threshold merges with the
picture another separates, so several are tried, for light letters on dark and for dark ones on light.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST = 5
_SHARES = (0.35, 0.5, 0.75, 0.95)
_LOWEST_PX, _HIGHEST_SHARE, _HIGHEST_PX = 4, 0.1, 12
_X, _Y, _WIDTH, _HEIGHT, _AREA = range(5)

Spots = NDArray[np.int32]


def has_letters(values: NDArray[Any]) -> bool:
    """Whether text stands in the outer quarters of a picture (rows, columns[, channels]); about 30 ms for 512 x 512."""
    return longest_row(values) >= FEWEST


def longest_row(values: NDArray[Any]) -> int:
    """How many letters the longest row of them has in the outer quarters of a picture; 0 where there is none."""
    grey = _grey(values)
    outer = np.ones(grey.shape, bool)
    rows, columns = grey.shape
    outer[rows // 4 : rows - rows // 4, columns // 4 : columns - columns // 4] = False
    inks = (one >= 255 * share for one in (grey, 255 - grey) for share in _SHARES)
    return max(_longest(_letter_like(ink & outer)) for ink in inks)


def _grey(values: NDArray[Any]) -> NDArray[np.uint8]:
    """All of the range of values in 256 steps; of colours the brightest channel, for letters may be red."""
    plain = np.nan_to_num(np.asarray(values, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    plain = plain.max(axis=-1) if plain.ndim == 3 else plain
    low, high = float(plain.min(initial=0.0)), float(plain.max(initial=0.0))
    return np.asarray((plain - low) / max(high - low, 1e-9) * 255, np.uint8)


def _letter_like(ink: NDArray[np.bool_]) -> Spots:
    """Spots (x, y, width, height, area) of the size and fill of letters, from left to right."""
    import cv2

    spots: Spots = cv2.connectedComponentsWithStats(ink.view(np.uint8), connectivity=8)[2][1:]
    width, height, area = (spots[:, column] for column in (_WIDTH, _HEIGHT, _AREA))
    highest = max(int(len(ink) * _HIGHEST_SHARE), _HIGHEST_PX)
    sized = (height >= _LOWEST_PX) & (height <= highest) & (width <= 1.6 * height)
    filled = (area >= 0.12 * width * height) & (area <= 0.9 * width * height)
    kept = spots[sized & (filled | (width <= 0.35 * height))]
    return kept[np.argsort(kept[:, _X], kind="stable")]


def _longest(spots: Spots) -> int:
    """The most letters in one row. Capitals beside small letters differ more in height, so that one more is asked."""
    even = max((_row_from(spots, n, 0.25) for n in range(len(spots))), default=0)
    mixed = max((_row_from(spots, n, 0.45) for n in range(len(spots))), default=0)
    return max(even, mixed - 1)


def _row_from(spots: Spots, n: int, uneven: float) -> int:
    """The letters from spot n on, no higher or lower than it by more than a share; one or two shapes are a ruler."""
    first, later = spots[n], spots[n + 1 :]
    base, height = first[_Y] + first[_HEIGHT], first[_HEIGHT]
    level = np.abs(later[:, _Y] + later[:, _HEIGHT] - base) <= max(1, 0.12 * height)
    alike = np.abs(later[:, _HEIGHT] - height) <= max(1, uneven * height)
    row, end = [first], first[_X] + first[_WIDTH]
    for spot in later[level & alike]:
        if spot[_X] - end > 1.2 * height:
            break
        if spot[_X] >= end - 1:
            row.append(spot)
            end = spot[_X] + spot[_WIDTH]
    shapes = {(int(spot[_WIDTH]), int(spot[_AREA])) for spot in row}
    return len(row) if len(shapes) >= 3 else 0
