"""A tiny U-Net with random weights whose marks depend on what it sees: small enough for any test that runs a model."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import build_network
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput

WINDOW = IntensityRule("window", -1000.0, 20.0, unit="HU")


def tiny_card(*, channels: int = 1, labels: tuple[str, ...] = ("Lesion",), **facts: object) -> ModelCard:
    """The card of a network of three levels; with several inputs they are the picture's channels in order."""
    inputs = tuple(ModelInput(WINDOW, channel=n if channels > 1 else -1) for n in range(channels))
    network = {"encoder_depth": 3, "decoder_channels": [16, 16, 8]}
    card = ModelCard(id="tiny", title="Tiny", labels=labels, inputs=inputs, encoder="tu-resnet10t", network=network)
    return ModelCard(**{name: getattr(card, name) for name in ModelCard.__slots__} | facts)


def tiny_model(card: ModelCard | None = None) -> SegmentationModel:
    """A model that marks about half of any picture with some structure."""
    card = card or tiny_card()
    torch.manual_seed(1)
    network = build_network(card).eval()
    pictures = torch.from_numpy(np.random.default_rng(1).random((1, card.channels, 64, 64), np.float32))
    head = [module for module in network.modules() if isinstance(module, nn.Conv2d)][-1]
    assert head.bias is not None
    with torch.no_grad():
        logits = network(pictures)
        scale = 2 / logits.std()
        head.weight *= scale
        head.bias += -(logits * scale).mean(dim=(0, 2, 3))
    return SegmentationModel(network, card)


def save_tiny_model(folder: Path, card: ModelCard | None = None) -> Path:
    """The model in a folder of its own."""
    tiny_model(card).save(folder)
    return folder
