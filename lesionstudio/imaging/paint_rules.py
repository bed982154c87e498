"""PaintRules: which voxels a tool may change, whatever tool it is; and the values that are asked for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.scan import Scan

Cover = NDArray[np.bool_]
Values = Callable[[int], NDArray[Any]]
"""Gives the values of a slice (row, column), in the scan's unit."""

Over = Literal["all", "background"] | int


@dataclass(frozen=True, slots=True)
class PaintRules:
    """Only voxels whose value lies from low to high (`inverted`: outside), while `gate_on`; and only over some marks.

    `over`: "all", "background" (painting leaves every mark as it is; erasing is free), or the number of the one label
    that may be painted over and erased. Drafts, imports and undo do not ask.
    """

    low: float = 0.0
    high: float = 0.0
    inverted: bool = False
    gate_on: bool = False
    over: Over = "all"

    @property
    def limits(self) -> bool:
        """Whether anything is forbidden at all."""
        return self.gate_on or self.over != "all"

    def allowed(self, cover: Cover, labels: NDArray[np.uint8], values: NDArray[Any] | None, label: int) -> Cover:
        """The covered voxels that may get this label (0: may be erased), all arrays of one shape.

        Without values the range forbids nothing. A value that is no number lies outside every range.
        """
        if self.gate_on and values is not None:
            inside = (values >= self.low) & (values <= self.high)
            cover = cover & (~inside if self.inverted else inside)
        if self.over == "background":
            return cover & (labels == 0) if label else cover
        return cover if self.over == "all" else cover & (labels == self.over)

    def admits(self, value: float) -> bool:
        """Whether a voxel of this value may be changed."""
        return not self.gate_on or (self.low <= value <= self.high) != self.inverted

    def may_cover(self, label_there: int, label: int) -> bool:
        """Whether what is marked with one label may get another (0: may be erased)."""
        if self.over == "background":
            return label_there == 0 or label == 0
        return self.over in ("all", label_there)


def values_of(scan: Scan) -> Values:
    """The scan's values slice by slice; of a colour picture the mean of its channels, kept for the last slice asked."""
    if scan.channels == 1:
        return scan.slice
    kept: dict[int, NDArray[Any]] = {}

    def mean(k: int) -> NDArray[Any]:
        if k not in kept:
            kept.clear()
            kept[k] = scan.slice(k).mean(axis=2, dtype=np.float32)
        return kept[k]

    return mean
