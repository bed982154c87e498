"""The last layer that fits best what the layers below it see."""

from dataclasses import replace

import numpy as np
import torch

from lesionstudio.learning.classifier import Classifier, fresh_card, normed
from lesionstudio.learning.classifier_last_layer import with_last_layer_solved
from lesionstudio.learning.classifier_looks import Looks
from lesionstudio.learning.classifier_networks import SEQUENTIAL, build_classifier
from lesionstudio.learning.classifier_training import Lesson

CARD = fresh_card("tiny", ("a", "b", "c"), "resnet10-half", 64, 0.0)
PICTURE = np.zeros((8, 8), np.uint8)


def backbone() -> Classifier:
    """An untrained one."""
    torch.manual_seed(0)
    return Classifier(build_classifier(CARD).eval(), CARD, np.zeros((0, 1), np.float32), np.zeros(0, np.int64))


def heaps(count: int, seed: int, width: int) -> tuple[Looks, list[Lesson]]:
    """Features in three heaps, a class each, of which the first is rare."""
    dice = np.random.default_rng(seed)
    labels = dice.choice(3, count, p=(0.1, 0.45, 0.45))
    middles = np.random.default_rng(0).normal(size=(3, width))
    features = normed((middles[labels] + 0.8 * dice.normal(size=(count, width))).astype(np.float32))
    return Looks(np.zeros((count, 3), np.float32), features), [Lesson(PICTURE, int(label)) for label in labels]


def test_solved_it_tells_classes_apart_that_features_tell_apart() -> None:
    classifier = backbone()
    width = classifier.network.last_layer().in_features
    learned, held_out = heaps(120, 1, int(width)), heaps(60, 2, int(width))
    before = classifier.network.last_layer().weight.clone()
    solved = with_last_layer_solved(classifier, learned[1], held_out[1], [learned[0]], held_out[0])
    new, lessons = heaps(90, 3, int(width))
    with torch.inference_mode():
        given = solved.network.head(torch.from_numpy(new.features)).argmax(1).tolist()
    assert not torch.equal(before, solved.network.last_layer().weight)
    assert sum(one.label == label for one, label in zip(lessons, given)) >= 88


def test_a_layer_that_is_better_already_stays() -> None:
    classifier = backbone()
    width = int(classifier.network.last_layer().in_features)
    learned, held_out = heaps(120, 1, width), heaps(60, 2, width)
    with_last_layer_solved(classifier, learned[1], held_out[1], [learned[0]], held_out[0])
    good = classifier.network.last_layer().weight.clone()
    wrong = [replace(one, label=(one.label + 1) % 3) for one in learned[1]]
    with_last_layer_solved(classifier, wrong, held_out[1], [learned[0]], held_out[0])
    assert torch.equal(good, classifier.network.last_layer().weight)


def test_a_sequential_cnn_keeps_its_own() -> None:
    card = replace(CARD, architecture=SEQUENTIAL, network={"side": 32})
    network = build_classifier(card).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    plain = Classifier(network, card, np.zeros((0, 1), np.float32), np.zeros(0, np.int64))
    learned, lessons = heaps(30, 1, 64)
    with_last_layer_solved(plain, lessons, lessons, [learned], learned)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
