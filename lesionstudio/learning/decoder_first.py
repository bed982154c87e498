"""Decoder first: a network's two halves, and batches of what its encoder said once, so that only its decoder works."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lesionstudio.learning.hardware import Hardware
from lesionstudio.learning.training import Beat

_APART = ("unet", "unetplusplus", "manet", "linknet", "fpn", "pspnet", "deeplabv3", "deeplabv3plus", "pan")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Patches: pixels (batch, channels, rows, columns), target (batch, labels, rows, columns); perhaps features too."""

    pixels: Tensor
    target: Tensor
    features: tuple[Tensor, ...] = ()

    def __len__(self) -> int:
        return len(self.pixels)

    def part(self, piece: slice) -> "Batch":
        """Some patches that follow each other."""
        return Batch(self.pixels[piece], self.target[piece], tuple(one[piece] for one in self.features))

    def picked(self, places: NDArray[np.int64]) -> "Batch":
        """The patches at these places."""
        at = torch.from_numpy(places).to(self.pixels.device)
        features = (one[at].contiguous(memory_format=torch.channels_last) for one in self.features)
        return Batch(self.pixels[at], self.target[at], tuple(features))


class Halves:
    """A network as an encoder that gives features, and the rest that makes logits of them."""

    def __init__(self, network: nn.Module) -> None:
        self._encoder, self._decoder = network.get_submodule("encoder"), network.get_submodule("decoder")
        self._head = network.get_submodule("segmentation_head")

    @torch.no_grad()
    def encoded(self, batch: Batch, hardware: Hardware, beat: Beat) -> Batch:
        """The same patches with their features, which remember no gradients."""
        with torch.autocast(hardware.device, hardware.short, enabled=hardware.short is not None):
            features = tuple(self._encoder(batch.pixels))
        beat()
        return Batch(batch.pixels, batch.target, features)

    def decoded(self, batch: Batch) -> Tensor:
        """The logits of a batch with features."""
        logits: Tensor = self._head(self._decoder(list(batch.features)))
        return logits


def halves_of(network: nn.Module, architecture: str) -> Halves | None:
    """The network in halves; None where its kind does not come apart like that."""
    return Halves(network) if architecture in _APART else None


def batch_of(parts: Sequence[Batch]) -> Batch:
    """Batches of one kind as one."""
    features = tuple(torch.cat(level) for level in zip(*(part.features for part in parts)))
    return Batch(torch.cat([part.pixels for part in parts]), torch.cat([part.target for part in parts]), features)
