"""What a trained classifier still lacks: how sure to be, what it knows, and how far from that a picture may be."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from lesionstudio.learning.classifier import Classifier, Looker, Places, Rows, distances, softmax
from lesionstudio.learning.classifier_input import seen
from lesionstudio.learning.classifier_training import Lesson
from lesionstudio.learning.classifier_variation import varied

KNOWN_AT_MOST = 400
_TIMES, _QUANTILE, _AT_A_TIME = 3, 0.99, 256


def fitted(classifier: Classifier, learned: Sequence[Lesson], held_out: Sequence[Lesson], seed: int) -> Classifier:
    """With the temperature that fits held-out pictures best, what was learned from, and a limit to each class.

    Known are the pictures as they are and once varied. A picture is unlike them from the distance on that one in a
    hundred of the held-out ones has, varied as other sources would show them: else each new scanner would be refused.
    """
    looker, dice = Looker(classifier), np.random.default_rng(seed)
    logits, _features = _looked(looker, held_out, None)
    temperature = temperature_for(logits, np.array([one.label for one in held_out]))
    features = np.concatenate([_looked(looker, learned, None)[1], _looked(looker, learned, dice)[1]])
    knowing = _knowing(classifier, features, np.array([one.label for one in learned] * 2))
    limits = _limits(knowing, looker, list(held_out) * _TIMES, dice)
    facts = {**classifier.card.network, "temperature": temperature, "unlike_from": limits}
    return replace(knowing, card=replace(classifier.card, network=facts))


def spread_out(features: Rows, most: int) -> Places:
    """The places of at most so many features (n, m) that all others are near to: each time the farthest one."""
    if len(features) <= most:
        return np.arange(len(features))
    chosen = [0]
    far = 1 - features @ features[0]
    while len(chosen) < most:
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, 1 - features @ features[chosen[-1]])
    return np.array(chosen)


def temperature_for(logits: Rows, labels: Places) -> float:
    """By what to divide the logits (n, classes), so that the classes given (n,) are least surprising."""
    temperatures = np.geomspace(0.25, 4.0, 61)
    losses = [_log_loss(logits / value, labels) for value in temperatures]
    return round(float(temperatures[int(np.argmin(losses))]), 4)


def _knowing(classifier: Classifier, features: Rows, labels: Places) -> Classifier:
    kept: list[Rows] = []
    whose: list[int] = []
    for label in range(len(classifier.card.labels)):
        mine = features[labels == label]
        kept.append(mine[spread_out(mine, KNOWN_AT_MOST)])
        whose += [label] * len(kept[-1])
    return replace(classifier, known=np.concatenate(kept), known_labels=np.array(whose, np.int64))


def _limits(
    classifier: Classifier, looker: Looker, held_out: Sequence[Lesson], dice: np.random.Generator
) -> list[float]:
    """A distance for each class, from the pictures rightly given it; from all where there is none."""
    logits, features = _looked(looker, held_out, dice)
    given, truth = logits.argmax(axis=1), np.array([one.label for one in held_out])
    far = distances(features, given, classifier)
    right = [far[(given == truth) & (truth == label)] for label in range(len(classifier.card.labels))]
    return [round(float(np.quantile(mine if len(mine) else far, _QUANTILE)), 5) for mine in right]


def _looked(looker: Looker, lessons: Sequence[Lesson], dice: np.random.Generator | None) -> tuple[Rows, Rows]:
    """Logits and features of the lessons, varied where there are dice."""
    found = [looker.raw(np.stack(shown)) for shown in _shown(lessons, looker.classifier.side, dice)]
    logits, features = (np.concatenate(rows) for rows in zip(*found))
    return logits, features


def _shown(lessons: Sequence[Lesson], side: int, dice: np.random.Generator | None) -> Iterator[list[Rows]]:
    """A part of the pictures at a time, as the network sees them: all at once would be gigabytes."""
    for start in range(0, len(lessons), _AT_A_TIME):
        some = lessons[start : start + _AT_A_TIME]
        yield [seen(one.picture, side) if dice is None else varied(one.picture, side, dice) for one in some]


def _log_loss(logits: Rows, labels: Places) -> float:
    chances = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chances, 1e-9)).mean())
