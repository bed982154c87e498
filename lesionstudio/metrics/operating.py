"""Operating points: what a model finds, misses and invents from a threshold on, counted on pictures of known truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.lesions import Detection, detected

THRESHOLDS = tuple(round(0.05 * n, 2) for n in range(2, 19))


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Lesions and voxels of all labels together, from a threshold on, over so many slices; adding pools them."""

    threshold: float
    lesions: Detection
    voxels: Agreement
    slices: int

    @classmethod
    def of(cls, marks: NDArray[np.uint8], wanted: NDArray[np.uint8], threshold: float, labels: int) -> "OperatingPoint":
        """Label numbers as marked from this threshold on and as wanted, (slice, row, column) each."""
        pairs = [(marks == n, wanted == n) for n in range(1, labels + 1)]
        lesions = [detected(one, two) for one, two in pairs]
        voxels = [Agreement.of(one, two) for one, two in pairs]
        none, nothing = Detection(0, 0, 0, 0), Agreement(0, 0, 0, 0)
        return cls(threshold, sum(lesions, none), sum(voxels, nothing), marks.shape[0])

    def __add__(self, other: "OperatingPoint") -> "OperatingPoint":
        return OperatingPoint(
            self.threshold, self.lesions + other.lesions, self.voxels + other.voxels, self.slices + other.slices
        )

    def to_json(self) -> dict[str, float]:
        """As a card keeps it: "missed" of "lesions", "invented" in "slices"; shares of voxels beside them."""
        return {
            "threshold": self.threshold,
            "lesions": self.lesions.found + self.lesions.missed,
            "missed": self.lesions.missed,
            "invented": self.lesions.invented,
            "slices": self.slices,
            "recall": round(self.voxels.recall, 4),
            "precision": round(self.voxels.precision, 4),
            "dice": round(self.voxels.dice, 4),
        }


def pooled(found: Sequence[Mapping[float, OperatingPoint]]) -> list[dict[str, Any]]:
    """The points of all cases added up, from the lowest threshold; [] of none."""
    if not found:
        return []
    points = []
    for cut in sorted(found[0]):
        first, *rest = (one[cut] for one in found)
        points.append(sum(rest, first).to_json())
    return points
