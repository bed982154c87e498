"""UNetBaseline: the plain U-Net that much work on brain MRI uses, layer for layer."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

FIRST_WIDTH = 32
DROPOUT = 0.1


class UNetBaseline(nn.Module):
    """3x3 convolutions with ReLU and bias, two a level, 32-64-128-256 wide, then 512 at the bottom.

    After each pair of the encoder BatchNorm, 2x2 max pooling and dropout; in the decoder a 2x2 transposed convolution,
    the encoder's features of that level beside it, BatchNorm, two convolutions; last a 1x1 convolution. Made for
    320x320x1: without arguments 7,762,401 numbers are trained and BatchNorm keeps 2,880; with depth 5 (one level more,
    1024 at the bottom) they are 31,105,825 together. (batch, channels, rows, columns), both sides multiples of
    2 ** depth, -> logits (batch, labels, rows, columns): the sigmoid that ends it is taken by whoever runs it, as for
    every network here. Ronneberger et al., U-Net, 2015.
    """

    def __init__(self, channels: int = 1, labels: int = 1, depth: int = 4, dropout: float = DROPOUT) -> None:
        super().__init__()
        widths = [FIRST_WIDTH * 2**level for level in range(depth + 1)]
        self.encoder = _Encoder(channels, widths, dropout)
        pairs = zip(widths[:0:-1], widths[-2::-1])
        self.decoder = nn.ModuleList(_Up(below, width) for below, width in pairs)
        self.segmentation_head = nn.Sequential(nn.Conv2d(FIRST_WIDTH, labels, 1))
        self.apply(_begin)

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits (batch, labels, rows, columns)."""
        *passed, features = self.encoder(pixels)
        for block, beside in zip(self.decoder, reversed(passed)):
            features = block(features, beside)
        logits: Tensor = self.segmentation_head(features)
        return logits


class _Encoder(nn.Module):
    """Gives the features of each level, the bottom last."""

    def __init__(self, channels: int, widths: Sequence[int], dropout: float) -> None:
        super().__init__()
        before = [channels, *widths[:-1]]
        self.pairs = nn.ModuleList(_pair(one, width) for one, width in zip(before, widths))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths[:-1])
        self.pool, self.drop = nn.MaxPool2d(2), nn.Dropout2d(dropout)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        features = []
        for pair, norm in zip(self.pairs, self.norms):
            features.append(norm(pair(pixels)))
            pixels = self.drop(self.pool(features[-1]))
        return [*features, self.pairs[-1](pixels)]


class _Up(nn.Module):
    """Twice as large, with the encoder's features beside, normalised, two convolutions."""

    def __init__(self, below: int, width: int) -> None:
        super().__init__()
        self.grow = nn.ConvTranspose2d(below, width, 2, 2)
        self.norm = nn.BatchNorm2d(2 * width)
        self.pair = _pair(2 * width, width)

    def forward(self, features: Tensor, beside: Tensor) -> Tensor:
        both = self.norm(torch.cat([self.grow(features), beside], 1))
        answer: Tensor = self.pair(both)
        return answer


def _pair(channels: int, width: int) -> nn.Sequential:
    first, second = nn.Conv2d(channels, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())


def _begin(module: nn.Module) -> None:
    """Weights that neither grow nor fade through layers with ReLU (He et al., 2015)."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        assert module.bias is not None
        nn.init.zeros_(module.bias)
