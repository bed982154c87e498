"""Fine-tuning: the network that a model begins with, where it goes on from the weights of another."""

from pathlib import Path

import torch
from torch import nn

from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import begin_from, build_network, forget_labels
from lesionstudio.model_card import ModelCard


def begun_network(card: ModelCard, weights: Path | None, *, new: bool, seed: int) -> nn.Module:
    """The card's network with the weights in a model's folder as far as they fit, else random ones.

    A `new` model takes over nothing of what the other's outputs mean. Raises ModelProblem for damaged weights.
    """
    torch.manual_seed(seed)
    network = build_network(card)
    if weights is not None:
        begin_from(network, SegmentationModel.load(weights).network.state_dict())
    if new:
        forget_labels(network)
    return network
