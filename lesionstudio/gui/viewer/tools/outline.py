"""Outlined: what is done with the inside of an outline: filled, erased, or cut; on one slice or on some around it."""

from dataclasses import dataclass

from lesionstudio.gui.viewer.tools.painting import Painting
from lesionstudio.gui.viewer.tools.tool import Editor, Held, Place, Spot
from lesionstudio.imaging.brush import Covered
from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Geometry
from lesionstudio.imaging.lasso import inside

FEWEST = 3
"""An outline has as many corners."""


@dataclass(frozen=True, slots=True)
class OutlineUse:
    """`mode`: "fill" marks the inside; "erase" takes every mark away there; "cut" only those of the label in use.

    `around`: so many slices before and after this one are treated alike.
    """

    mode: str = "fill"
    around: int = 0


class Outlined(Painting):
    """A tool that draws an outline."""

    even_odd = True

    def __init__(self, history: Editor, label: int, geometry: Geometry, use: OutlineUse | None = None) -> None:
        super().__init__(history, label)
        self._slices, self._use = geometry.shape[0], use or OutlineUse()

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
        slices = range(max(k - self._use.around, 0), min(k + self._use.around, self._slices - 1) + 1)
        areas = [(j, self._own_part(j, covered) if mode == "cut" else covered) for j in slices]
        return self._paint(self._title(mode), areas, self._label if mode == "fill" else 0)

    def _title(self, mode: str) -> str:
        raise NotImplementedError

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
