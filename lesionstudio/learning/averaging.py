"""Averaging: one network whose weights are the mean of several, all of one kind."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _


def averaged(folders: Sequence[Path], name: str) -> SegmentationModel:
    """The mean of the weights and running statistics of models of one kind, with the first one's card, not measured.

    It is a good network where they went on from one beginning (Wortsman et al., Model soups, 2022); of networks that
    began apart it is none. Raises ModelProblem for networks of different kinds.
    """
    models = [SegmentationModel.load(folder) for folder in folders]
    first = models[0]
    for other in models[1:]:
        if _kind(other.card) != _kind(first.card):
            raise ModelProblem(
                _("{one} and {other} are networks of different kinds.").format(
                    one=first.card.title, other=other.card.title
                ),
                hint=_("Weights are averaged of networks that were trained by one recipe."),
            )
    states = [model.network.state_dict() for model in models]
    with torch.no_grad():
        mean = {name: _mean([state[name] for state in states]) for name in states[0]}
    first.network.load_state_dict(mean)
    sources = [{"seed": one.card.training.get("seed"), "sha256": one.card.sha256} for one in models]
    training = {key: value for key, value in first.card.training.items() if key not in ("ranges", "best", "curve")}
    card = replace(first.card, id=name, scores={}, training={**training, "averaged": sources}, sha256="")
    return replace(first, card=card)


def _kind(card: ModelCard) -> tuple[object, ...]:
    return card.architecture, card.encoder, card.network, card.labels, card.inputs, card.long_side


def _mean(values: Sequence[torch.Tensor]) -> torch.Tensor:
    if not values[0].is_floating_point():
        return values[0]
    return torch.stack([value.double() for value in values]).mean(0).to(values[0].dtype)
