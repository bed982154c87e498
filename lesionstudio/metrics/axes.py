"""The two diameters a radiologist would draw through a mark."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist

Points = NDArray[np.float64]


def long_and_short_axis(cover: NDArray[np.bool_], spacing: tuple[float, float]) -> tuple[float, float]:
    """The longest diameter of a mark (rows, columns), and the longest one perpendicular to it; the spacing's unit.

    As in RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009) and, for the short one, WHO 1979, but measured on the convex
    hull of the mark: a diameter may cross a dent. Ends lie on the border, half-way between the outermost voxel's centre
    and the next one's (as in PyRadiomics' maximum 2-D diameter), so that n voxels in a row are n long and one voxel has
    its own two sides; a round mark may come out up to a voxel longer than it is. An empty mark is (0, 0).
    """
    if not cover.any():
        return 0.0, 0.0
    hull = _hull(_border_points(cover) * np.asarray(spacing))
    apart = cdist(hull, hull)
    first, last = np.unravel_index(apart.argmax(), apart.shape)
    return float(apart[first, last]), _widest_across(hull, int(first), int(last))


def _border_points(cover: NDArray[np.bool_]) -> Points:
    """The outermost points of the border in each row and each column, as (row, column)."""
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    left, right = cover[rows].argmax(axis=1), cover.shape[1] - 1 - cover[rows, ::-1].argmax(axis=1)
    top, bottom = cover[:, columns].argmax(axis=0), cover.shape[0] - 1 - cover[::-1, columns].argmax(axis=0)
    ends = ((rows, left - 0.5), (rows, right + 0.5), (top - 0.5, columns), (bottom + 0.5, columns))
    return np.concatenate([np.stack(end, axis=1) for end in ends]).astype(np.float64)


def _hull(points: Points) -> Points:
    """The corners of the convex hull, counterclockwise. Four border points or more never lie on one line."""
    return np.asarray(points[ConvexHull(points).vertices])


def _widest_across(hull: Points, first: int, last: int) -> float:
    """The longest chord of a convex outline perpendicular to the line between two of its corners."""
    along = (hull[last] - hull[first]) / np.linalg.norm(hull[last] - hull[first])
    turned = np.roll(hull - hull[first], -first, axis=0) @ np.stack([along, (-along[1], along[0])], axis=1)
    other = (last - first) % len(hull)
    one_side, other_side = turned[: other + 1], np.concatenate([turned[other:], turned[:1]])[::-1]
    at = turned[:, 0]
    heights = [np.interp(at, side[:, 0], side[:, 1]) for side in (one_side, other_side)]
    return float(np.abs(heights[0] - heights[1]).max())
