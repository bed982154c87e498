"""Lesson batches: patches of the slices that a person corrected, the newest more often, nothing where nobody judged.

Targets are 1 where a label is marked, 0 where it is not, and -1 where nobody judged.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from lesionstudio.learning.augment import scaled_to
from lesionstudio.learning.batches import PictureBatches, disturbed
from lesionstudio.learning.draws import Draw, Sampler
from lesionstudio.learning.examples import NOT_JUDGED, Example
from lesionstudio.recipe import Recipe

_AROUND = 0.35


class LessonSampler(Sampler):
    """Draws one patch of an example of the caller's choice; of a half judged picture near what was judged."""

    def draw_of(self, number: int, rng: Generator) -> Draw:
        """A patch of the number-th example, as chance has it."""
        return self._drawn(number, rng)

    def _middle(self, number: int, example: Example, rng: Generator) -> tuple[float, float]:
        judged = example.marks != NOT_JUDGED
        if judged.all() or not judged.any():
            return super()._middle(number, example, rng)
        row, column = divmod(_one_of(np.flatnonzero(judged), rng), judged.shape[1])
        by_row, by_column = rng.uniform(-_AROUND, _AROUND, 2) * self._recipe.size
        return row + float(by_row), column + float(by_column)


class LessonBatches(PictureBatches):
    """Patches of examples that are at the network's scale."""

    def __init__(self, examples: Sequence[Example], recipe: Recipe, labels: int) -> None:
        super().__init__(examples, recipe, labels)
        self._lessons = LessonSampler(examples, recipe, labels)

    def patches(self, numbers: Sequence[int], rng: Generator, device: str) -> tuple[Tensor, Tensor]:
        """One patch of each of these examples: pixels (batch, channels, rows, columns), target with labels."""
        draws = [self._lessons.draw_of(number, rng) for number in numbers]
        sources = self._sources(draws, device)
        marks = self._cut_marks(draws, sources, device)
        pixels = self._cut(draws, sources, device)
        wanted = torch.arange(1, self._labels + 1, device=device, dtype=torch.uint8)
        target = (marks[:, None] == wanted[None, :, None, None]).float()
        target = torch.where((marks == NOT_JUDGED)[:, None], -1.0, target)
        return disturbed(pixels, draws).contiguous(memory_format=torch.channels_last), target


def at_scale(example: Example, long_side: tuple[int, int]) -> Example:
    """The example at the size that the network sees; (0, 0) leaves it as it is."""
    low, high = long_side
    longest = max(example.marks.shape)
    wanted = min(max(longest, low), high) if high else longest
    if wanted == longest:
        return example
    pixels, marks = scaled_to(example.pixels, example.marks, wanted)
    return replace(example, pixels=pixels, marks=marks)


def _one_of(numbers: NDArray[np.intp], rng: Generator) -> int:
    return int(numbers[rng.integers(len(numbers))])
