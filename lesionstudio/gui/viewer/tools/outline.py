"""Outlined: what is done with the inside of an outline: filled, erased, or cut; on one slice or on some around it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lesionstudio.gui.viewer.tools.painting import Painting
from lesionstudio.gui.viewer.tools.tool import Editor, Held, Place, Spot
from lesionstudio.imaging.brush import Covered
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.imaging.lasso import inside
from lesionstudio.imaging.proposal import Proposal

FEWEST = 3
"""An outline has as many corners."""
LARGE = 1 << 20
"""So many voxels are not painted while the mouse waits."""

Make = Callable[[Proposal], object]


@dataclass(frozen=True, slots=True)
class OutlineUse:
    """`mode`: "fill" marks the inside; "erase" takes every mark away there; "cut" only those of the label in use.

    `around`: so many slices before and after this one are treated alike.
    """

    mode: str = "fill"
    around: int = 0


class Outlined(Painting):
    """A tool that draws an outline. What is `LARGE` it does not paint but hands to `make`, where there is one."""

    even_odd = True

    def __init__(
        self,
        history: Editor,
        label: int,
        geometry: Geometry,
        use: OutlineUse | None = None,
        make: Make | None = None,
    ) -> None:
        super().__init__(history, label)
        self._shape, self._use, self._make = geometry.shape, use or OutlineUse(), make

    @property
    def label(self) -> int:
        """The number it paints, or cuts away; 0 erases any."""
        return 0 if self._use.mode == "erase" else self._label

    def double_click(self, spot: Spot, held: Held) -> Box:
        """Fills a hole while it fills outlines at all."""
        return super().double_click(spot, held) if self._use.mode == "fill" else EMPTY_BOX

    def _use_inside(self, k: int, outline: list[Place], held: Held) -> Box:
        """Does with the inside what is to be done, as one step; nothing where it holds no voxel."""
        covered = inside(outline, even_odd=self.even_odd)
        if not covered.cover.any():
            return EMPTY_BOX
        mode = "erase" if held.erase else self._use.mode
        slices = range(max(k - self._use.around, 0), min(k + self._use.around, self._shape[0] - 1) + 1)
        if self._make is not None and covered.cover.size * len(slices) > LARGE:
            self._make(self._large(mode, slices, covered))
            return EMPTY_BOX
        areas = [(j, self._own_part(j, covered) if mode == "cut" else covered) for j in slices]
        return self._paint(self._title(mode), areas, self._label if mode == "fill" else 0)

    def _title(self, mode: str) -> str:
        raise NotImplementedError

    def _large(self, mode: str, slices: range, covered: Covered) -> Proposal:
        """The same change in one piece, to be made a little at a time."""
        (rows, columns), top, left = covered.cover.shape, covered.row, covered.column
        box = Box((slices.start, top, left), (slices.stop, top + rows, left + columns))
        cover = np.broadcast_to(covered.cover, (len(slices), rows, columns))
        all_of_it = Proposal.within(self._title(mode), box, cover, self._label if mode == "fill" else 0, self._shape)
        if mode != "cut":
            return all_of_it
        region = all_of_it.box.slices()[1:]
        own = np.stack([self._history.mask.labels(k)[region] == self._label for k in slices])
        return replace(all_of_it, where=all_of_it.where & own)

    def _own_part(self, k: int, covered: Covered) -> Covered:
        """Of what is covered the part that has the label in use."""
        labels = self._history.mask.labels(k)
        rows, columns = covered.cover.shape
        top, left = max(covered.row, 0), max(covered.column, 0)
        bottom, right = min(covered.row + rows, labels.shape[0]), min(covered.column + columns, labels.shape[1])
        if bottom <= top or right <= left:
            return Covered(top, left, covered.cover[:0, :0])
        part = covered.cover[top - covered.row : bottom - covered.row, left - covered.column : right - covered.column]
        return Covered(top, left, part & (labels[top:bottom, left:right] == self._label))
