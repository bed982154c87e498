"""What a trained classifier still lacks: how sure to be, what it knows, and how far from that a picture may be."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from lesionstudio.learning.classifier import Classifier, Looker, Places, Rows, distances, softmax
from lesionstudio.learning.classifier_last_layer import with_last_layer_solved
from lesionstudio.learning.classifier_looks import Looks, looked
from lesionstudio.learning.classifier_networks import BackboneNetwork
from lesionstudio.learning.classifier_training import Lesson

KNOWN_AT_MOST = 400
_TIMES, _QUANTILE = 3, 0.99


def fitted(classifier: Classifier, learned: Sequence[Lesson], held_out: Sequence[Lesson], seed: int) -> Classifier:
    """With its last layer solved, the temperature that fits held-out pictures best, what it knows, and its limits.

    Known are the pictures as they are and once varied. A picture is unlike them from the distance on that one in a
    hundred of the held-out ones has, varied as other sources would show them: else each new scanner would be refused.
    """
    looker, dice = Looker(classifier), np.random.default_rng(seed)
    looks = [looked(looker, learned, None), looked(looker, learned, dice)]
    plain, varied_ones = looked(looker, held_out, None), list(held_out) * _TIMES
    classifier = with_last_layer_solved(classifier, learned, held_out, looks, plain)
    labels = np.array([one.label for one in held_out])
    temperature = temperature_for(_logits(classifier, plain), labels)
    features = np.concatenate([one.features for one in looks])
    knowing = _knowing(classifier, features, np.array([one.label for one in learned] * 2))
    limits = _limits(knowing, looked(looker, varied_ones, dice), np.tile(labels, _TIMES))
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


def _limits(classifier: Classifier, looks: Looks, truth: Places) -> list[float]:
    """A distance for each class, from the pictures rightly given it; from all where there is none."""
    given = _logits(classifier, looks).argmax(axis=1)
    far = distances(looks.features, given, classifier)
    right = [far[(given == truth) & (truth == label)] for label in range(len(classifier.card.labels))]
    return [round(float(np.quantile(mine if len(mine) else far, _QUANTILE)), 5) for mine in right]


def _logits(classifier: Classifier, looks: Looks) -> Rows:
    """What the last layer says now of features that were seen before it was solved."""
    if not isinstance(classifier.network, BackboneNetwork):
        return looks.logits
    with torch.inference_mode():
        return np.asarray(classifier.network.head(torch.from_numpy(looks.features)).numpy(), np.float32)


def _log_loss(logits: Rows, labels: Places) -> float:
    chances = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chances, 1e-9)).mean())
