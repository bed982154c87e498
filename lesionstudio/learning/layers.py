"""What a network is made of: a table of its layers with the shapes they give and the numbers they learn."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from lesionstudio.learning.model import SegmentationModel

_SIDE = 256


def layer_table(folder: Path) -> dict[str, Any]:
    """The layers of the model in a folder, in the order they run on one picture of 256x256, as plain values.

    "trainable" counts weights, "running_statistics" what normalisation layers keep of the pictures seen, "total" both.
    """
    model = SegmentationModel.load(folder)
    shapes = _output_shapes(model.network, model.card.channels)
    names = {module: name for name, module in model.network.named_modules()}
    layers = [
        {"name": names[module], "type": type(module).__name__, "output_shape": shape, "parameters": _weights(module)}
        for module, shape in shapes.items()
    ]
    trainable = sum(weights.numel() for weights in model.network.parameters())
    kept = sum(numbers.numel() for numbers in model.network.buffers() if numbers.is_floating_point())
    return {"layers": layers, "trainable": trainable, "running_statistics": kept, "total": trainable + kept}


def _output_shapes(network: nn.Module, channels: int) -> dict[nn.Module, list[int]]:
    """What each layer without layers inside gives for one picture: (1, channels, rows, columns)."""
    shapes: dict[nn.Module, list[int]] = {}

    def remember(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor):
            shapes.setdefault(module, list(output.shape))

    leaves = [module for module in network.modules() if not list(module.children())]
    hooks = [module.register_forward_hook(remember) for module in leaves]
    try:
        with torch.inference_mode():
            network(torch.zeros(1, channels, _SIDE, _SIDE))
    finally:
        for hook in hooks:
            hook.remove()
    return shapes


def _weights(module: nn.Module) -> int:
    return sum(weights.numel() for weights in module.parameters(recurse=False))
