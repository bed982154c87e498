"""Judging: a model run on scans whose masks are known, as Segment runs it, but in fp32: alike on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
from lesionstudio.metrics.operating import THRESHOLDS, OperatingPoint
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.workflows.labelled import read_pair
from lesionstudio.workflows.membranes import Section, sections

Marks = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One pair judged. `probabilities`: counted for each label; `worst_slice`: the one with most wrong voxels.

    `hu_offset_guess`: what seems to have been added to HU in it; None for nothing. `sections`: of a membrane model;
    `points`: by threshold, where all are looked at.
    """

    pair: Pair
    case: Case
    probabilities: tuple[Probabilities, ...]
    worst_slice: int
    hu_offset_guess: int | None
    sections: tuple[Section, ...] = ()
    points: dict[float, OperatingPoint] = field(default_factory=dict)


class Judge:
    """A model with the threshold to judge it at: its card's where `threshold` is None.

    `beat` is told between two pieces of work on one scan. `at_all_thresholds`: what others would find is counted too.
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
        at_all_thresholds: bool = False,
    ) -> None:
        from lesionstudio.learning.inference import Predictor

        self.predictor = Predictor.open(model, device, flips=flips, exact=True)
        self.threshold = self.card.threshold if threshold is None else threshold
        self._structure, self._hu_offset, self._beat = structure, hu_offset, beat
        self._at_all_thresholds = at_all_thresholds

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
        answer = self.asked(pair)
        scan, wanted, probabilities = answer.scan, answer.wanted, answer.kept(self.threshold)
        marks = labels_of(probabilities, self.threshold)
        spacing_mm = tuple(float(length) for length in scan.geometry.spacing_mm) if scan.geometry.has_spacing else None
        case = score_case(pair.id, pair.group, marks, wanted, self.card.labels, spacing_mm)
        counted = tuple(Probabilities.of(one, wanted == n) for n, one in enumerate(probabilities, start=1))
        wrong = np.count_nonzero(marks != wanted, axis=(1, 2))
        are_borders = self.card.marks == "borders"
        cells = sections(probabilities[0], wanted == 1, self.threshold, pair.id) if are_borders else ()
        points = self._points(answer) if self._at_all_thresholds else {}
        offset = guessed_offset(scan, [scan.slices // 2])
        return Judged(pair, case, counted, int(wrong.argmax()), offset, cells, points)

    def _points(self, answer: "Asked") -> dict[float, OperatingPoint]:
        """What other thresholds would find, miss and invent."""
        cuts, labels = sorted({*THRESHOLDS, round(self.threshold, 4)}), len(self.card.labels)
        marked = ((cut, labels_of(answer.kept(cut), cut)) for cut in cuts)
        return {cut: OperatingPoint.of(marks, answer.wanted, cut, labels) for cut, marks in marked}

    def look(self, pair: Pair) -> tuple[Scan, Marks, Marks, Floats]:
        """The scan, the labels wanted and those marked (slice, row, column), and probabilities (label, slice, ...)."""
        answer = self.asked(pair)
        probabilities = answer.kept(self.threshold)
        return answer.scan, answer.wanted, labels_of(probabilities, self.threshold), probabilities

    def asked(self, pair: Pair) -> "Asked":
        """What the network says of one pair, before its card's rules drop anything."""
        scan, wanted = read_pair(pair, self._structure, self._hu_offset)
        seen = np.stack([network_inputs(scan, k, self.card.inputs) for k in range(scan.slices)])
        return Asked(scan, wanted, seen, self.predictor.predict(seen, self._beat), self.card)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One pair under a model: the scan, the labels wanted (slice, row, column), what the network saw and answered."""

    scan: Scan
    wanted: Marks
    seen: Floats
    probabilities: Floats
    card: ModelCard

    def kept(self, threshold: float, card: ModelCard | None = None) -> Floats:
        """Its probabilities (label, slice, row, column) without what the card's rules drop at this threshold."""
        return kept_in_scan(self.seen, self.probabilities, card or self.card, threshold, self.scan.geometry)


def labels_of(probabilities: Floats, threshold: float) -> Marks:
    """Label numbers (slice, row, column): the likeliest label where its probability reaches the threshold, else 0."""
    best = probabilities.argmax(0)
    there = probabilities.max(0) >= threshold
    return np.where(there, best + 1, 0).astype(np.uint8)
