"""What a network is made of: a table of its layers with the shapes they give and the numbers they learn."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from lesionstudio.learning.classifier import Classifier
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.model_card import read_card

_SIDE = 256


def layer_table(folder: Path) -> dict[str, Any]:
    """The layers of the model in a folder, in the order they run on one picture, as plain values.

    The picture has 256x256 pixels, for a classifier the side that its card says. "trainable" counts
    weights, "running_statistics" what normalisation layers keep of the pictures seen, "total" both.
    """
    network, channels, side = _loaded(folder)
    shapes = _output_shapes(network, channels, side)
    names = {module: name for name, module in network.named_modules()}
    layers = [
        {"name": names[module], "type": type(module).__name__, "output_shape": shape, "parameters": _weights(module)}
        for module, shape in shapes.items()
    ]
    trainable = sum(weights.numel() for weights in network.parameters())
    kept = sum(numbers.numel() for numbers in network.buffers() if numbers.is_floating_point())
    return {"layers": layers, "trainable": trainable, "running_statistics": kept, "total": trainable + kept}


def _loaded(folder: Path) -> tuple[nn.Module, int, int]:
    """The network, its channels, and the side of the picture it is shown."""
    card = read_card(folder)
    if card.task == "classification":
        classifier = Classifier.load(folder)
        return classifier.network, card.channels, classifier.side
    return SegmentationModel.load(folder).network, card.channels, _SIDE


def _output_shapes(network: nn.Module, channels: int, side: int) -> dict[nn.Module, list[int]]:
    """What each layer without layers inside gives for one picture: (1, channels, rows, columns)."""
    shapes: dict[nn.Module, list[int]] = {}

    def remember(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor):
            shapes.setdefault(module, list(output.shape))

    leaves = [module for module in network.modules() if not list(module.children())]
    hooks = [module.register_forward_hook(remember) for module in leaves]
    try:
        with torch.inference_mode():
            network(torch.zeros(1, channels, side, side))
    finally:
        for hook in hooks:
            hook.remove()
    return shapes


def _weights(module: nn.Module) -> int:
    return sum(weights.numel() for weights in module.parameters(recurse=False))
