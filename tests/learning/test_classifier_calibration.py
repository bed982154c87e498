"""How sure a classifier is, and from where on a picture is unlike all that it knows."""

from dataclasses import replace

import numpy as np
import torch

from lesionstudio.learning.classifier import Classifier, Looker, distances, fresh_card, softmax
from lesionstudio.learning.classifier_calibration import fitted, spread_out, temperature_for
from lesionstudio.learning.classifier_networks import SEQUENTIAL, build_classifier
from lesionstudio.learning.classifier_training import ClassifierRecipe, Lesson, Trained, train_network

CARD = fresh_card("tiny", ("disc", "stripes"), SEQUENTIAL, 32, 0.0)


def discs_and_stripes(count: int, seed: int) -> list[Lesson]:
    """In turn a bright disc and stripes, with noise."""
    dice = np.random.default_rng(seed)
    down, along = np.mgrid[0:32, 0:32]
    found = []
    for n in range(count):
        shape = np.hypot(down - 16, along - 16) < dice.uniform(6, 12) if n % 2 == 0 else along // 3 % 2 == 0
        found.append(Lesson((160 * shape + dice.integers(0, 60, (32, 32))).astype(np.uint8), n % 2))
    return found


def trained() -> Trained:
    """A network that tells them apart."""
    recipe = ClassifierRecipe(SEQUENTIAL, side=32, rounds=8, batch=16, rate=3e-3)
    return train_network(CARD, discs_and_stripes(48, 0), discs_and_stripes(16, 1), recipe)


def test_the_temperature_makes_an_overconfident_answer_as_sure_as_it_is_right() -> None:
    dice = np.random.default_rng(3)
    labels = dice.integers(0, 3, 200)
    logits = (dice.normal(size=(200, 3)) + 1.5 * np.eye(3)[labels]).astype(np.float32)
    temperature = temperature_for(20 * logits, labels)
    assert temperature == 4.0 and 0.5 < temperature_for(logits, labels) < 2

    def loss(rows: np.ndarray) -> float:
        return float(-np.log(softmax(rows)[np.arange(200), labels] + 1e-9).mean())

    assert loss(3 * logits / temperature_for(3 * logits, labels)) < loss(3 * logits)


def test_new_pictures_of_a_kind_are_hardly_ever_unlike_and_the_limits_are_those_of_the_classes() -> None:
    network = trained().network
    bare = Classifier(network, CARD, np.zeros((0, 1), np.float32), np.zeros(0, np.int64))
    made = fitted(bare, discs_and_stripes(64, 0), discs_and_stripes(32, 1), 0)
    limits = made.card.network["unlike_from"]
    assert len(limits) == 2 and all(0 < limit < 1 for limit in limits)
    assert np.bincount(made.known_labels).tolist() == [64, 64]
    new = Looker(made).look([one.picture for one in discs_and_stripes(40, 7)])
    assert sum(one.unlike_training for one in new) <= 2
    strict = replace(made, card=replace(made.card, network={**made.card.network, "unlike_from": [1.0, 0.0]}))
    assert [one.unlike_training for one in Looker(strict).look([one.picture for one in discs_and_stripes(2, 7)])] == [
        False,
        True,
    ]


def test_a_picture_is_measured_against_what_is_known_of_its_own_class() -> None:
    known = Classifier(torch.nn.Identity(), CARD, np.eye(3, dtype=np.float32)[:2], np.array([0, 1]))  # type: ignore[arg-type]
    rows = np.eye(3, dtype=np.float32)
    assert distances(rows, np.array([0, 0, 1]), known).tolist() == [0.0, 1.0, 1.0]
    assert distances(rows, np.array([2, 2, 2]), known).tolist() == [2.0, 2.0, 2.0]


def test_the_features_that_are_kept_leave_none_far_away() -> None:
    angles = np.linspace(0, np.pi, 200)
    features = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    kept = features[spread_out(features, 9)]
    assert len(kept) == 9 and (features @ kept.T).max(axis=1).min() > np.cos(np.pi / 8)


def test_without_any_known_picture_nothing_is_unlike() -> None:
    torch.manual_seed(0)
    bare = Classifier(build_classifier(CARD).eval(), CARD, np.zeros((0, 1), np.float32), np.zeros(0, np.int64))
    assert not Looker(bare).look([np.eye(32)])[0].unlike_training
