"""Flood fill: the hole of a closed outline."""

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.brush import Covered


def hole(labels: NDArray[np.uint8], row: int, column: int, label: int) -> Covered | None:
    """The voxels around (row, column) that the marks of one label enclose on a slice; None where they do not.

    Voxels join by their sides, not by corners: a line one voxel wide that goes aslant is closed. The slice's edge
    closes nothing. A place that has the label itself lies in no hole.
    """
    import cv2

    rows, columns = labels.shape
    if not (0 <= row < rows and 0 <= column < columns) or labels[row, column] == label:
        return None
    wall = np.ones((rows + 2, columns + 2), np.uint8)
    wall[1:-1, 1:-1] = labels == label
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (2 << 8)
    _n, _picture, wall, (left, top, width, height) = cv2.floodFill(
        np.zeros((rows, columns), np.uint8), wall, (column, row), 0, flags=flags
    )
    if left == 0 or top == 0 or left + width == columns or top + height == rows:
        return None
    return Covered(top, left, wall[top + 1 : top + 1 + height, left + 1 : left + 1 + width] == 2)
