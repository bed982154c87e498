"""The last layer of a classifier as the exact answer to a logistic regression on what the layers below it see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lesionstudio.learning.classifier import Classifier
from lesionstudio.learning.classifier_looks import Looks
from lesionstudio.learning.classifier_networks import LENGTH, BackboneNetwork
from lesionstudio.learning.classifier_training import Lesson, shares

_DECAYS, _STEPS = (3e-3, 1e-3, 3e-4, 1e-4), 150


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Features (n, m), classes (n,) and how much each counts (n,)."""

    features: Tensor
    labels: Tensor
    weights: Tensor

    @classmethod
    def of(cls, looks: Sequence[Looks], lessons: Sequence[Lesson]) -> "_Rows":
        """The same lessons, looked at once or several times."""
        labels = torch.tensor([one.label for one in lessons] * len(looks))
        weights = torch.from_numpy(np.tile(shares(lessons), len(looks)) / len(looks)).float()
        return cls(LENGTH * torch.from_numpy(np.concatenate([one.features for one in looks])), labels, weights)

    def loss(self, layer: nn.Linear) -> Tensor:
        """The weighted mean cross entropy."""
        losses = nn.functional.cross_entropy(layer(self.features), self.labels, reduction="none")
        return (self.weights * losses).sum()


def with_last_layer_solved(
    classifier: Classifier, learned: Sequence[Lesson], held_out: Sequence[Lesson], looks: Sequence[Looks], val: Looks
) -> Classifier:
    """With the last layer that fits the lessons best, where that has the lower loss on the held-out ones.

    `looks` are what the network sees of the lessons, once or several times; `val` of the held-out ones. Of several
    weight decays the one counts that the held-out lessons like best. Networks other than backbones stay as they are.
    """
    if not isinstance(classifier.network, BackboneNetwork):
        return classifier
    layer = classifier.network.last_layer()
    assert isinstance(layer, nn.Linear)
    rows, judged = _Rows.of(looks, learned), _Rows.of([val], held_out)
    found = [layer, *(_solved(rows, layer, decay) for decay in _DECAYS)]
    with torch.inference_mode():
        best = min(found, key=lambda one: float(judged.loss(one)))
    layer.load_state_dict(best.state_dict())
    return classifier


def _solved(rows: _Rows, like: nn.Linear, decay: float) -> nn.Linear:
    layer = nn.Linear(like.in_features, like.out_features)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    steps = torch.optim.LBFGS(layer.parameters(), max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> float:
        steps.zero_grad()
        value = rows.loss(layer) + decay * layer.weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    steps.step(loss)  # type: ignore[no-untyped-call]
    return layer
