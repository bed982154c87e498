"""What a trained network makes of lessons, as they are or varied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lesionstudio.learning.classifier import Looker, Rows
from lesionstudio.learning.classifier_input import Seen, seen
from lesionstudio.learning.classifier_training import Lesson
from lesionstudio.learning.classifier_variation import varied

_AT_A_TIME = 256


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What a network makes of lessons: logits (n, classes) and features (n, m) of length 1."""

    logits: Rows
    features: Rows


def looked(looker: Looker, lessons: Sequence[Lesson], dice: np.random.Generator | None) -> Looks:
    """What the network makes of the lessons, varied where there are dice."""
    found = [looker.raw(np.stack(shown)) for shown in _shown(lessons, looker.classifier.side, dice)]
    logits, features = (np.concatenate(rows) for rows in zip(*found))
    return Looks(logits, features)


def _shown(lessons: Sequence[Lesson], side: int, dice: np.random.Generator | None) -> Iterator[list[Seen]]:
    """A part of the pictures at a time, as the network sees them: all at once would be gigabytes."""
    for start in range(0, len(lessons), _AT_A_TIME):
        some = lessons[start : start + _AT_A_TIME]
        yield [seen(one.picture, side) if dice is None else varied(one.picture, side, dice) for one in some]
