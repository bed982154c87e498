"""Judging: a model run on scans whose masks are known, as Segment runs it, but in fp32: alike on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest_marks import kept_in_scan
from lesionstudio.imaging.choices import guessed_offset
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.pairs import Pair, Pairs
from lesionstudio.imaging.scan import Scan
from lesionstudio.metrics.cases import Case, score_case
from lesionstudio.metrics.curves import Probabilities
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.workflows.labelled import read_pair

Marks = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One pair judged. `probabilities`: counted for each label; `worst_slice`: the one with most wrong voxels.

    `hu_offset_guess`: what seems to have been added to HU in it; None for nothing.
    """

    pair: Pair
    case: Case
    probabilities: tuple[Probabilities, ...]
    worst_slice: int
    hu_offset_guess: int | None


class Judge:
    """A model with the threshold to judge it at: its card's where `threshold` is None.

    `beat` is told between two pieces of work on one scan.
    """

    def __init__(
        self,
        model: Path,
        *,
        threshold: float | None = None,
        flips: bool = False,
        structure: int | None = None,
        hu_offset: float | None = None,
        device: str = "auto",
        beat: Reporter = silent,
    ) -> None:
        from lesionstudio.learning.inference import Predictor

        self.predictor = Predictor.open(model, device, flips=flips, exact=True)
        self.threshold = self.card.threshold if threshold is None else threshold
        self._structure, self._hu_offset, self._beat = structure, hu_offset, beat

    @property
    def card(self) -> ModelCard:
        """What the model says of itself."""
        return self.predictor.card

    def judge(self, pairs: Pairs, report: Reporter, message: str) -> Iterator[Judged]:
        """Each pair in order, reported one by one. Raises UnreadableFile, GridMismatch, ModelProblem."""
        steps = Steps(report, max(len(pairs.pairs), 1), message)
        for pair in pairs.pairs:
            yield self.judged(pair)
            steps.advance()

    def judged(self, pair: Pair) -> Judged:
        """One pair."""
        scan, wanted, marks, probabilities = self.look(pair)
        spacing_mm = tuple(float(length) for length in scan.geometry.spacing_mm) if scan.geometry.has_spacing else None
        case = score_case(pair.id, pair.group, marks, wanted, self.card.labels, spacing_mm)
        counted = tuple(Probabilities.of(one, wanted == n) for n, one in enumerate(probabilities, start=1))
        wrong = np.count_nonzero(marks != wanted, axis=(1, 2))
        return Judged(pair, case, counted, int(wrong.argmax()), guessed_offset(scan, [scan.slices // 2]))

    def look(self, pair: Pair) -> tuple[Scan, Marks, Marks, Floats]:
        """The scan, the labels wanted and those marked (slice, row, column), and probabilities (label, slice, ...)."""
        scan, wanted = read_pair(pair, self._structure, self._hu_offset)
        seen = np.stack([network_inputs(scan, k, self.card.inputs) for k in range(scan.slices)])
        probabilities = kept_in_scan(
            seen, self.predictor.predict(seen, self._beat), self.card, self.threshold, scan.geometry
        )
        return scan, wanted, labels_of(probabilities, self.threshold), probabilities


def labels_of(probabilities: Floats, threshold: float) -> Marks:
    """Label numbers (slice, row, column): the likeliest label where its probability reaches the threshold, else 0."""
    best = probabilities.argmax(0)
    there = probabilities.max(0) >= threshold
    return np.where(there, best + 1, 0).astype(np.uint8)
