"""Cases: one scan's prediction against its reference, label by label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.lesions import Detection, detected
from lesionstudio.metrics.surface import Distances, distances_of

SHARES = ("dice", "iou", "precision", "recall", "specificity", "accuracy")
DISTANCES = ("hd", "hd95", "assd", "surface_dice")
TOLERANCE = 1.0
"""Of surface Dice, in mm; in pixels where a file has no spacing."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LabelCase:
    """One label of one case: its counts, its distances (None where a mask is empty), and its lesions one by one."""

    agreement: Agreement
    distances: Distances | None
    lesions: Detection


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One scan scored: a LabelCase for each label's name; `voxel_ml` None where the file has no spacing.

    `confusion` (n, n) counts voxels: row = label in the reference, column = label predicted, 0 the background.
    """

    id: str
    patient: str
    labels: Mapping[str, LabelCase]
    confusion: Counts
    voxel_ml: float | None = None

    @property
    def pooled(self) -> Agreement:
        """The counts of all its labels together."""
        return sum((one.agreement for one in self.labels.values()), Agreement(0, 0, 0, 0))

    @property
    def lesions(self) -> Detection:
        """The lesions of all its labels together."""
        return sum((one.lesions for one in self.labels.values()), Detection(0, 0, 0, 0))

    def share(self, name: str) -> float:
        """One of SHARES: the mean over the labels that either mask has; 1.0 where none has."""
        there = [one.agreement for one in self.labels.values() if not one.agreement.both_empty]
        return float(np.mean([getattr(one, name) for one in there])) if there else 1.0

    def wanted_shares(self, name: str) -> dict[str, float]:
        """One of SHARES for each label that the reference has: what means of many cases are made of."""
        return {label: getattr(one.agreement, name) for label, one in self.labels.items() if one.agreement.wanted}

    def distance(self, name: str) -> float | None:
        """One of DISTANCES: the mean over the labels that both masks have; None where no label is in both."""
        known = [getattr(one.distances, name) for one in self.labels.values() if one.distances is not None]
        return float(np.mean(known)) if known else None

    def volume(self, voxels: int) -> float:
        """So many voxels in ml, or as a number of voxels where the file has no spacing."""
        return voxels * (self.voxel_ml or 1.0)


def score_case(
    id: str,
    patient: str,
    prediction: NDArray[np.uint8],
    reference: NDArray[np.uint8],
    labels: Sequence[str],
    spacing_mm: Sequence[float] | None,
) -> Case:
    """Two label arrays (slices, rows, columns) compared, label n + 1 being labels[n]; without spacing in pixels."""
    flat = prediction.shape[0] == 1
    spacing = tuple(spacing_mm) if spacing_mm is not None else (1.0, 1.0, 1.0)
    found: dict[str, LabelCase] = {}
    for number, name in enumerate(labels, start=1):
        marked, wanted = prediction == number, reference == number
        pair = (marked[0], wanted[0]) if flat else (marked, wanted)
        distances = distances_of(*pair, spacing[1:] if flat else spacing, TOLERANCE)
        found[name] = LabelCase(Agreement.of(marked, wanted), distances, detected(marked, wanted))
    voxel_ml = float(np.prod(spacing)) / 1000 if spacing_mm is not None else None
    return Case(id, patient, found, confusion(prediction, reference, len(labels)), voxel_ml)


def confusion(prediction: NDArray[np.uint8], reference: NDArray[np.uint8], labels: int) -> Counts:
    """Voxels by label in the reference (row) and in the prediction (column), 0 to `labels`; higher numbers are 0."""
    size = labels + 1
    known = np.arange(256)
    known[size:] = 0
    pairs = known[reference].astype(np.int64) * size + known[prediction]
    return np.bincount(pairs.ravel(), minlength=size * size).reshape(size, size)
