"""What chance decides of a training patch: where it is cut and how it is changed. numpy only, the same by seed.

Each patch has a random generator of its own, named by the run's seed and the patch's number: it is the same patch in
whatever batch, on whatever device, and after however many interruptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from lesionstudio.learning.examples import Example
from lesionstudio.recipe import Recipe

Floats = NDArray[np.float32]

COARSE = 5
_NEAR_MARKS, _JITTER = 0.6, 0.08
_ANGLE, _SHEAR, _STRETCH = np.deg2rad(10.0), 0.05, 0.05
_BENT, _MOST_BENT = 0.4, 0.02
_GAMMA, _CONTRAST, _LIGHT = 0.2, 0.15, 0.08
_NOISY, _MOST_NOISE, _BLURRED, _MOST_BLUR = 0.4, 0.06, 0.2, 1.2


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One patch: which example, and from where each of its pixels comes.

    Source (row, column) = middle + matrix @ (row, column from the patch's own middle) + bend, where `bend` (2, n, n) is
    a coarse field of pixels, spread smoothly over the patch. `tone` (gamma, contrast, light), `noise` and `light` in
    shares of the patch's range of values, `blur` in pixels; `seed` makes the noise.
    """

    example: int
    middle: tuple[float, float]
    matrix: Floats
    bend: Floats
    tone: tuple[float, float, float]
    noise: float
    blur: float
    seed: int


class Sampler:
    """Which examples an epoch shows, in which order: as many as there are, pictures with marks more often if rare."""

    def __init__(self, examples: Sequence[Example], recipe: Recipe, labels: int) -> None:
        self._examples, self._recipe, self._labels = examples, recipe, labels
        marked = np.array([bool(example.marks.any()) for example in examples])
        self._marked, self._empty = np.flatnonzero(marked), np.flatnonzero(~marked)
        self._spots: dict[int, list[NDArray[np.intp]]] = {}
        self._orders: dict[int, NDArray[np.intp]] = {}

    def draw(self, place: int) -> Draw:
        """The place-th patch of the run, counted from 0."""
        epoch, at = divmod(place, len(self._examples))
        if epoch not in self._orders:
            self._orders = {epoch: self._order(epoch)}
        return self._drawn(int(self._orders[epoch][at]), np.random.default_rng((self._recipe.seed, 1, place)))

    def _order(self, epoch: int) -> NDArray[np.intp]:
        """The examples of an epoch: those with marks make up at least the recipe's share `marked`."""
        rng, count = np.random.default_rng((self._recipe.seed, 0, epoch)), len(self._examples)
        wanted = max(len(self._marked), round(self._recipe.marked * count)) if len(self._marked) else 0
        shown = np.resize(rng.permutation(self._marked), wanted)
        return rng.permutation(np.concatenate([shown, rng.permutation(self._empty)[: count - wanted]])).astype(np.intp)

    def _drawn(self, number: int, rng: Generator) -> Draw:
        example, strength = self._examples[number], self._recipe.strength
        bent = rng.random() < _BENT
        field = rng.standard_normal((2, COARSE, COARSE)) * rng.uniform(0, _MOST_BENT) * self._recipe.size
        tone = rng.standard_normal(3) * (_GAMMA, _CONTRAST, _LIGHT) * strength
        noisy, blurred = rng.random(2) < (_NOISY, _BLURRED)
        noise, blur = rng.uniform(0, (_MOST_NOISE, _MOST_BLUR)) * strength
        return Draw(
            number,
            self._middle(number, example, rng),
            self._matrix(rng),
            (field * (strength if bent else 0.0)).astype(np.float32),
            (float(np.exp(tone[0])), float(np.exp(tone[1])), float(tone[2])),
            float(noise) if noisy else 0.0,
            float(blur) if blurred else 0.0,
            int(rng.integers(2**31)),
        )

    def _matrix(self, rng: Generator) -> Floats:
        """Turned a little, scaled, stretched, sheared; and one of the orientations that the recipe allows."""
        recipe, strength = self._recipe, self._recipe.strength
        angle, shear, stretch = rng.standard_normal(3) * (_ANGLE, _SHEAR, _STRETCH) * strength
        scale = np.exp(rng.uniform(*np.log(recipe.scales)) * strength)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        bent = turn @ np.array([[np.exp(stretch), shear], [0.0, np.exp(-stretch)]]) / scale
        left, down, across = rng.random(3) < 0.5
        if left and recipe.orientations >= 2:
            bent = bent @ np.diag([1.0, -1.0])
        if down and recipe.orientations >= 4:
            bent = bent @ np.diag([-1.0, 1.0])
        if across and recipe.orientations >= 8:
            bent = bent @ np.array([[0.0, 1.0], [1.0, 0.0]])
        return np.asarray(bent, np.float32)

    def _middle(self, number: int, example: Example, rng: Generator) -> tuple[float, float]:
        """Where in the picture the patch's middle lies; in six of ten larger pictures within reach of a mark."""
        size, shape = self._recipe.size, example.marks.shape
        near = rng.uniform(0, 1, 2) * shape
        if max(shape) > size and rng.random() < _NEAR_MARKS and example.marks.any():
            near = (
                np.array(divmod(int(self._spot(number, example, rng)), shape[1])) + rng.uniform(-0.35, 0.35, 2) * size
            )
        jitter = rng.uniform(-_JITTER, _JITTER, 2) * size * self._recipe.strength
        slack = [max(length - size, 0) / 2 for length in shape]
        ends = [(length / 2 - more, length / 2 + more) for length, more in zip(shape, slack)]
        row, column = (float(np.clip(at, *reach)) + by for at, reach, by in zip(near, ends, jitter))
        return row, column

    def _spot(self, number: int, example: Example, rng: Generator) -> int:
        """A marked pixel; the labels that the picture has are equally likely."""
        if number not in self._spots:
            found = [np.flatnonzero(example.marks == label) for label in range(1, self._labels + 1)]
            self._spots[number] = [spots for spots in found if spots.size]
        spots = self._spots[number][rng.integers(len(self._spots[number]))]
        return int(spots[rng.integers(len(spots))])
