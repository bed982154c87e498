"""The robustness check of a lung model: a picture cut to the lungs, turned upright and put into a whole chest slice.

The chest is one fixed drawing, not the random ones of surroundings.py that the network was trained in.
"""

import numpy as np

from lesionstudio.learning.surroundings import Marks, Picture

SIDE = 512


def upright_in_a_chest(picture: Picture, marks: Marks, side: int = SIDE) -> tuple[Picture, Marks]:
    """A picture that lies transposed (spine at the right) upright in the middle of a chest slice side x side, and its
    marks there. Pictures too large for it (over 7/8 of the side) get a chest in proportion."""
    lying = max(picture.shape)
    side = max(side, int(np.ceil(lying * 8 / 7)))
    lungs, lesion = picture.T, marks.T
    rows, columns = lungs.shape
    top, left = (side - rows) // 2, (side - columns) // 2
    chest = _chest(side, rows, columns, float(np.median(lungs[lungs > 0.5])) if (lungs > 0.5).any() else 0.8)
    around = np.zeros((side, side), np.uint8)
    place = (slice(top, top + rows), slice(left, left + columns))
    chest[place], around[place] = lungs, lesion
    return chest, around


def _chest(side: int, rows: int, columns: int, soft: float) -> Picture:
    """Air, a table, and an ellipse of muscle in a ring of fat, wide enough for a box of rows x columns."""
    down, across = np.ogrid[:side, :side]
    half = (min(rows / 2 * 1.32, side * 0.49), min(columns / 2 * 1.25, side * 0.495))
    reach = ((down - side / 2) / half[0]) ** 2 + ((across - side / 2) / half[1]) ** 2
    chest = np.zeros((side, side), np.float32)
    table = side / 2 + half[0] + side * 0.015 + 0.03 * side * (((across - side / 2) / (side / 2)) ** 2) * -1
    chest[np.abs(down - table) < 1.5] = 0.55
    chest[reach < 1] = 0.84 * soft
    chest[reach < 0.86] = soft
    grain = np.random.default_rng(0).normal(0, 0.02, chest.shape).astype(np.float32)
    return np.asarray(np.clip(chest + grain * (chest > 0.1), 0, 1), np.float32)
