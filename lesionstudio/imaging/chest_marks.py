"""What of a model's marks in whole chests is kept by the rule on its card: not specks, not what it is unsure of, not
the tops of organs. Marks in pictures that are cut to the lungs are left alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest import chest_in, share_of
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.specks import without_specks
from lesionstudio.model_card import ModelCard

_DENSE, _DENSER, _MOSTLY = -300.0, 150.0, 0.5
_MILLION = 1e6

Floats = NDArray[np.float32]
Region = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A picture (channel, row, column) as a network saw it and its probabilities (label, row, column)."""

    picture: Floats
    probabilities: Floats

    def marked(self, threshold: float) -> Region:
        """Where any label reaches the threshold (row, column)."""
        there: Region = self.probabilities.max(axis=0) >= threshold
        return there


Look = Callable[[int], Answer | None]


def neighbours(geometry: Geometry, card: ModelCard, k: int) -> tuple[int, ...]:
    """The slices that decide over the marks of slice k: those about the rule's `tops_mm` above and below it."""
    if card.chest is None or not card.chest.tops_mm or geometry.shape[0] < 2 or not geometry.has_spacing:
        return ()
    step = max(1, round(card.chest.tops_mm / max(float(geometry.spacing_mm[0]), 1e-3)))
    return tuple(j for j in (k - step, k + step) if 0 <= j < geometry.shape[0])


def kept_marks(answer: Answer, card: ModelCard, threshold: float, around: Sequence[int], look: Look) -> Floats:
    """The probabilities of an answer without the marks that the card's rules drop: those become 0.

    `around` names the slices beside it, and `look` gives their answers (None where a slice cannot be read); it is asked
    only where something is marked. The rule for chests changes nothing where no whole chest is seen.
    """
    kept = _kept_in_chest(answer, card, threshold, around, look)
    return without_specks(kept, threshold, card)


def _kept_in_chest(answer: Answer, card: ModelCard, threshold: float, around: Sequence[int], look: Look) -> Floats:
    rule = card.chest
    marked = answer.marked(threshold)
    if rule is None or not marked.any():
        return answer.probabilities
    chest = chest_in(answer.picture, card)
    if chest is None or chest.is_worth_keeping(int(marked.sum())):
        return answer.probabilities
    marks = _Marks.of(marked)
    kept = marks.pixels_in(answer.marked(rule.sure)) >= rule.least * chest.body_pixels / _MILLION
    for beside in (look(j) for j in around if kept.any()):
        if beside is not None:
            kept &= marks.pixels_in(_organ(answer, beside, card, threshold)) <= _MOSTLY * marks.pixels_in(marked)
    return np.asarray(np.where(marked & ~kept[marks.numbers], 0, answer.probabilities), np.float32)


def kept_in_scan(
    pictures: Floats, probabilities: Floats, card: ModelCard, threshold: float, geometry: Geometry
) -> Floats:
    """kept_marks of a whole scan: pictures (slice, channel, row, column), probabilities (label, slice, row, column)."""
    answers = [Answer(picture, probabilities[:, k]) for k, picture in enumerate(pictures)]
    kept = [
        kept_marks(answer, card, threshold, neighbours(geometry, card, k), answers.__getitem__)
        for k, answer in enumerate(answers)
    ]
    return np.stack(kept, axis=1)


def _organ(answer: Answer, beside: Answer, card: ModelCard, threshold: float) -> Region:
    """Where the slice beside shows airless tissue that is not marked, and much denser than it is here."""
    rule = card.inputs[0].rule
    here, there = ((one.picture[0] - rule.out_low) / (rule.out_high - rule.out_low) for one in (answer, beside))
    denser = (there - here) * (rule.high - rule.low) >= _DENSER
    organ: Region = (there >= share_of(_DENSE, card)) & denser & ~beside.marked(threshold)
    return organ


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """The pieces of a mask: their numbers (row, column), 0 outside; `count` with the outside."""

    numbers: NDArray[np.int32]
    count: int

    @classmethod
    def of(cls, marked: Region) -> "_Marks":
        import cv2

        count, numbers = cv2.connectedComponents(marked.astype(np.uint8), connectivity=8)
        return cls(np.asarray(numbers, np.int32), count)

    def pixels_in(self, region: Region) -> NDArray[np.int64]:
        """How many pixels of each piece lie in a region."""
        return np.bincount(self.numbers[region], minlength=self.count)
