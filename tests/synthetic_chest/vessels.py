"""Branching vessels: a tree grown from the hilum to points all over a lobe, and how it is drawn into slices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.synthetic_chest.space import Floats, Grid, Point

_MURRAY = 2.7


@dataclass(frozen=True, eq=False)
class Tree:
    """Branches as straight pieces: from and to (branches, 3) as left, back, height in mm; radius of each in mm."""

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    radii: NDArray[np.float64]

    def moved(self, by: Point, radius_times: float, thicker_than: float) -> "Tree":
        """The branches above a radius, shifted and rescaled: the bronchus that goes with an artery."""
        kept = self.radii > thicker_than
        shift = np.array(by) * self.radii[kept][:, None]
        return Tree(self.starts[kept] + shift, self.ends[kept] + shift, self.radii[kept] * radius_times)


def grow(root: Point, towards: NDArray[np.float64], twig_mm: float) -> Tree:
    """A tree from root that ends in each of the points: nearest first, each tied where its way to the root is short
    and no branch turns back; radii by Murray's law, twig_mm at the tips."""
    order = np.argsort(((towards - root) ** 2).sum(axis=1), kind="stable")
    nodes = np.vstack([np.array(root)[None, :], towards[order]])
    parents = _tied(nodes)
    radii = _thickness(parents, twig_mm)
    nodes = _straightened(nodes, parents, radii)
    return Tree(nodes[parents[1:]], nodes[1:], radii[1:])


def _tied(nodes: NDArray[np.float64]) -> NDArray[np.int64]:
    """The parent of each node."""
    count = len(nodes)
    parents, way = np.zeros(count, dtype=np.int64), np.zeros(count)
    heading = np.zeros_like(nodes)
    heading[0] = (nodes[1:].mean(axis=0) - nodes[0]) / max(np.linalg.norm(nodes[1:].mean(axis=0) - nodes[0]), 1e-6)
    for k in range(1, count):
        step = nodes[k] - nodes[:k]
        length = np.sqrt((step**2).sum(axis=1)) + 1e-6
        forward = (step * heading[:k]).sum(axis=1) / length
        parent = int(np.argmin(length * (1.5 - 0.5 * forward) + 0.10 * way[:k]))
        parents[k], way[k] = parent, way[parent] + length[parent]
        heading[k] = step[parent] / length[parent]
    return parents


def _thickness(parents: NDArray[np.int64], twig_mm: float) -> NDArray[np.float64]:
    """Radius of the branch that ends in each node."""
    flow = np.zeros(len(parents))
    has_child = np.zeros(len(parents), dtype=bool)
    has_child[parents[1:]] = True
    flow[~has_child] = 1.0
    for k in range(len(parents) - 1, 0, -1):
        flow[parents[k]] += flow[k]
    return np.asarray(twig_mm * flow ** (1 / _MURRAY))


def _straightened(
    nodes: NDArray[np.float64], parents: NDArray[np.int64], radii: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The nodes moved so that thick branches run straight through their forks."""
    thickest = np.full(len(nodes), -1)
    for k in np.argsort(radii[1:], kind="stable") + 1:
        thickest[parents[k]] = k
    inner = np.flatnonzero(thickest[1:] > 0) + 1
    for _round in range(4):
        middle = (nodes[parents[inner]] + nodes[thickest[inner]]) / 2
        nodes = nodes.copy()
        nodes[inner] += 0.5 * (middle - nodes[inner])
    return nodes


def draw(cover: Floats, grid: Grid, tree: Tree, softness_mm: float = 0.9, thickness_mm: float = 3.0) -> None:
    """Raises cover (slice, row, column) to how much of each voxel the tree fills, 0..1; slices have a thickness."""
    reach = tree.radii + softness_mm
    for k, height in enumerate(grid.heights):
        low = np.minimum(tree.starts[:, 2], tree.ends[:, 2]) - reach - thickness_mm / 2
        high = np.maximum(tree.starts[:, 2], tree.ends[:, 2]) + reach + thickness_mm / 2
        for branch in np.flatnonzero((low < height) & (height < high)):
            _draw_branch(cover[k], grid, tree, int(branch), float(height), softness_mm, thickness_mm)


def _draw_branch(
    plane: Floats, grid: Grid, tree: Tree, branch: int, height: float, softness_mm: float, thickness_mm: float
) -> None:
    """Draws one branch into one slice's plane."""
    a, b, radius = tree.starts[branch], tree.ends[branch], float(tree.radii[branch])
    low, high = np.minimum(a, b) - radius - softness_mm, np.maximum(a, b) + radius + softness_mm
    _, rows, columns = grid.box((low[0], low[1], height), (high[0], high[1], height))
    left = grid.left[0, :, columns] - a[0]
    back = grid.back[0, rows, :] - a[1]
    step = b - a
    up = height - a[2]
    share = (left * step[0] + back * step[1] + up * step[2]) / max(float(step @ step), 1e-6)
    share = np.clip(share, 0, 1)
    above = np.maximum(np.abs(up - share * step[2]) - thickness_mm / 2, 0)
    distance = np.sqrt((left - share * step[0]) ** 2 + (back - share * step[1]) ** 2 + above**2)
    filled = min(1.0, (radius / 0.7) ** 1.5)
    cover = filled * np.clip((radius - distance) / softness_mm + 0.5, 0, 1)
    plane[rows, columns] = np.maximum(plane[rows, columns], cover)
