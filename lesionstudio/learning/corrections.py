"""Corrections: the slices that a person corrected, as a Learner knows them, and which of them it looks at next."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from torch import Tensor

from lesionstudio.learning.examples import NOT_JUDGED, Example
from lesionstudio.learning.lesson_batches import LessonBatches, at_scale
from lesionstudio.recipe import Recipe

SEEN_AFTER = 8
"""A correction counts as seen once so many patches of it were shown."""

_MARKED, _SIDE_STEP = 0.6, 32


class Corrections:
    """Examples by key in the order they came. Pictures up to `whole` pixels are shown whole, of larger ones pieces."""

    def __init__(self, recipe: Recipe, labels: int, whole: int) -> None:
        self._recipe, self._labels, self._whole = recipe, labels, whole
        self._examples: dict[str, Example] = {}
        self._batches: LessonBatches | None = None
        self.known: dict[str, str] = {}
        self.shown: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._examples)

    @property
    def can_teach(self) -> bool:
        """Whether any of them has a mark."""
        return any(_is_marked(example) for example in self._examples.values())

    def add(self, key: str, example: Example) -> bool:
        """Keeps it, as the newest; whether it is news: not where these very marks were known before."""
        digest = hashlib.blake2b(example.marks.tobytes(), digest_size=8).hexdigest()
        is_news = self.known.get(key) != digest
        self._examples.pop(key, None)
        self._examples[key] = at_scale(example, self._recipe.long_side)
        self.known[key] = digest
        if is_news:
            self.shown[key] = 0
        self._batches = None
        return is_news

    def drop(self, key: str) -> None:
        """Forgets one; a key that is not there does no harm."""
        for known in (self._examples, self.known, self.shown):
            known.pop(key, None)
        self._batches = None

    def recall(self, known: Mapping[str, str], shown: Mapping[str, int]) -> None:
        """What was known when a checkpoint was written, so that it is no news when it is added again."""
        self.known, self.shown = dict(known), dict(shown)

    def patches(self, count: int, favoured: float, rng: Generator, device: str) -> tuple[Tensor, Tensor]:
        """So many patches and their targets (see LessonBatches); a share of them of the newest corrections."""
        keys = list(self._examples)
        chosen = self._chosen(keys, count, favoured, rng)
        for n in chosen:
            self.shown[keys[n]] = self.shown.get(keys[n], 0) + 1
        return self._all().patches(chosen, rng, device)

    def _chosen(self, keys: list[str], count: int, favoured: float, rng: Generator) -> list[int]:
        """First those that were hardly shown yet, or else the newest; then any, in part only those with marks."""
        fresh = [n for n, key in enumerate(keys) if self.shown.get(key, 0) < SEEN_AFTER] or [len(keys) - 1]
        marked = [n for n, example in enumerate(self._examples.values()) if _is_marked(example)]
        first = [fresh[-1 - n % len(fresh)] for n in range(round(favoured * count) if len(keys) > 1 else 0)]
        rest = []
        for _n in range(count - len(first)):
            among = marked if marked and rng.random() < _MARKED else range(len(keys))
            rest.append(int(among[rng.integers(len(among))]))
        return first + rest

    def _all(self) -> LessonBatches:
        if self._batches is None:
            longest = max(max(example.marks.shape) for example in self._examples.values())
            whole = -(-longest // _SIDE_STEP) * _SIDE_STEP
            recipe = replace(self._recipe, size=whole) if whole <= self._whole else self._recipe
            self._batches = LessonBatches(list(self._examples.values()), recipe, self._labels)
        return self._batches


def _is_marked(example: Example) -> bool:
    return bool(np.any((example.marks > 0) & (example.marks != NOT_JUDGED)))
