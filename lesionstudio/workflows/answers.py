"""Answers: what a model says of a scan's slices, asked once each, with the marks dropped that its card's rule drops."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest_marks import Answer, kept_marks, neighbours
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.progress import Reporter

if TYPE_CHECKING:
    from lesionstudio.learning.inference import Predictor

Floats = NDArray[np.float32]
Pictures = Callable[[Sequence[int]], dict[int, Floats]]


@dataclass(slots=True, eq=False)
class Answers:
    """One scan under a model. `pictures` gives what the network sees of those slices that can be read.

    The answers of a slice's neighbours may decide over its marks; the last ones are kept, so that each is asked once.
    """

    predictor: "Predictor"
    geometry: Geometry
    threshold: float
    pictures: Pictures
    report: Reporter
    _known: OrderedDict[int, Answer] = field(default_factory=OrderedDict)

    def of(self, slices: Sequence[int]) -> dict[int, Floats]:
        """Probabilities (label, row, column) of those of these slices that can be read."""
        self._ask([k for k in slices if k not in self._known])
        there = [k for k in slices if k in self._known]
        return {k: self._kept(k) for k in there}

    def _kept(self, k: int) -> Floats:
        around = neighbours(self.geometry, self.predictor.card, k)
        return kept_marks(self._known[k], self.predictor.card, self.threshold, around, self._look)

    def _look(self, k: int) -> Answer | None:
        if k not in self._known:
            self._ask([k])
        return self._known.get(k)

    def _ask(self, slices: Sequence[int]) -> None:
        seen = self.pictures(slices) if slices else {}
        if not seen:
            return
        probabilities = self.predictor.predict(np.stack(list(seen.values())), self.report)
        for n, (k, picture) in enumerate(seen.items()):
            self._known[k] = Answer(picture, probabilities[:, n])
        around = neighbours(self.geometry, self.predictor.card, slices[0])
        reach = max((abs(j - slices[0]) for j in around), default=0)
        while len(self._known) > 4 * (reach + self.predictor.batch):
            self._known.popitem(last=False)
