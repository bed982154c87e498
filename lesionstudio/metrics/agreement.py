"""Agreement of two masks, voxel by voxel: counts that add up, and the shares computed from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many voxels prediction and reference mark together, alone and not at all; adding pools them.

    Empty cases: where both are empty every share is 1.0; where only one is empty, Dice, IoU, precision and recall
    are 0.0 (also those whose formula would be 0/0).
    """

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @classmethod
    def of(cls, prediction: NDArray[np.generic], reference: NDArray[np.generic]) -> "Agreement":
        """Counted on two masks of one shape; what is not zero is marked."""
        marked, wanted = prediction != 0, reference != 0
        both = int(np.count_nonzero(marked & wanted))
        only_marked = int(np.count_nonzero(marked)) - both
        only_wanted = int(np.count_nonzero(wanted)) - both
        return cls(both, only_marked, only_wanted, marked.size - both - only_marked - only_wanted)

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
            self.true_negatives + other.true_negatives,
        )

    @property
    def predicted(self) -> int:
        """Voxels that the prediction marks."""
        return self.true_positives + self.false_positives

    @property
    def wanted(self) -> int:
        """Voxels that the reference marks."""
        return self.true_positives + self.false_negatives

    @property
    def both_empty(self) -> bool:
        """Whether neither marks a voxel."""
        return self.predicted == 0 and self.wanted == 0

    @property
    def dice(self) -> float:
        """2 TP / (2 TP + FP + FN), the same number as F1."""
        return self._share(2 * self.true_positives, self.predicted + self.wanted)

    @property
    def iou(self) -> float:
        """TP / (TP + FP + FN), the Jaccard index."""
        return self._share(self.true_positives, self.predicted + self.false_negatives)

    @property
    def precision(self) -> float:
        """TP / (TP + FP): how much of what is marked should be."""
        return self._share(self.true_positives, self.predicted)

    @property
    def recall(self) -> float:
        """TP / (TP + FN): how much of what should be marked is."""
        return self._share(self.true_positives, self.wanted)

    @property
    def specificity(self) -> float:
        """TN / (TN + FP): how much of what should stay empty does; 1.0 where the reference marks everything."""
        unwanted = self.true_negatives + self.false_positives
        return self.true_negatives / unwanted if unwanted else 1.0

    @property
    def accuracy(self) -> float:
        """(TP + TN) / all voxels; 1.0 of no voxels."""
        right = self.true_positives + self.true_negatives
        total = right + self.false_positives + self.false_negatives
        return right / total if total else 1.0

    def _share(self, part: int, whole: int) -> float:
        if self.both_empty:
            return 1.0
        return part / whole if whole else 0.0
