"""BatchNorm in a model that learns bit by bit: what it divides by stays as it is, so that batches may be small."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from lesionstudio.learning.hardware import Hardware


def rest_norms(network: nn.Module) -> None:
    """Puts the network into the mode it learns in, but for BatchNorm, which keeps its averages and spreads."""
    network.train()
    for norm in _norms(network):
        norm.eval()


@torch.no_grad()
def measure_norms(network: nn.Module, batches: Iterable[Tensor], hardware: Hardware) -> None:
    """Takes the averages and spreads that BatchNorm divides by from pictures (batch, channels, rows, columns)."""
    before = [norm.momentum for norm in _norms(network)]
    for norm in _norms(network):
        norm.reset_running_stats()
        norm.momentum = None
    network.train()
    for pixels in batches:
        with torch.autocast(hardware.device, hardware.short, enabled=hardware.short is not None):
            network(pixels)
    for norm, momentum in zip(_norms(network), before):
        norm.momentum = momentum


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
