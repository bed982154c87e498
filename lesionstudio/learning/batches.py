"""Batches: training patches a batch at a time, cut, bent and disturbed in torch on the device that trains.

Pictures come linearly, marks by their nearest neighbour; beyond a picture's border its outermost pixels go on.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from lesionstudio.learning.augment import make_patch
from lesionstudio.learning.clean import CleanPicture
from lesionstudio.learning.draws import COARSE, Draw, Sampler
from lesionstudio.learning.examples import Example
from lesionstudio.recipe import Recipe

_BLUR_REACH = 3


class Batches(Protocol):
    """Gives the patches of a run by their numbers."""

    def of(self, places: Sequence[int], device: str) -> tuple[Tensor, Tensor]:
        """Pixels (batch, channels, rows, columns) and target (batch, labels, rows, columns), float32, on the device."""


class PictureBatches:
    """Patches of pictures at the network's own scale."""

    def __init__(self, examples: Sequence[Example], recipe: Recipe, labels: int) -> None:
        self._sampler = Sampler(examples, recipe, labels)
        self._pixels = [torch.from_numpy(np.ascontiguousarray(example.pixels)) for example in examples]
        self._marks = [torch.from_numpy(np.ascontiguousarray(example.marks)) for example in examples]
        self._size, self._labels = recipe.size, labels
        self._spread = _smoothly(COARSE, recipe.size)

    def of(self, places: Sequence[int], device: str) -> tuple[Tensor, Tensor]:
        """See Batches.of."""
        draws = [self._sampler.draw(place) for place in places]
        rows, columns = self._sources(draws, device)
        pixels = torch.cat([self._cut(draw, rows[n], columns[n], device) for n, draw in enumerate(draws)])
        marks = torch.stack([self._cut_marks(draw, rows[n], columns[n], device) for n, draw in enumerate(draws)])
        numbers = torch.arange(1, self._labels + 1, device=device, dtype=torch.uint8)
        target = (marks[:, None] == numbers[None, :, None, None]).float()
        return disturbed(pixels, draws).contiguous(memory_format=torch.channels_last), target

    def _sources(self, draws: Sequence[Draw], device: str) -> tuple[Tensor, Tensor]:
        """From which row and column of its picture each pixel comes, two of (batch, rows, columns)."""
        along = torch.arange(self._size, device=device, dtype=torch.float32) - (self._size - 1) / 2
        matrices = torch.from_numpy(np.stack([draw.matrix for draw in draws])).to(device)[..., None, None]
        middles = torch.tensor([draw.middle for draw in draws], device=device, dtype=torch.float32)[..., None, None]
        down, across = matrices[:, :, 0] * along[:, None], matrices[:, :, 1] * along
        places = (down + (middles - 0.5)) + across
        spread = self._spread.to(device)
        for n, draw in enumerate(draws):
            if draw.bend.any():
                places[n] += spread @ torch.from_numpy(draw.bend).to(device) @ spread.T
        return places[:, 0], places[:, 1]

    def _cut(self, draw: Draw, rows: Tensor, columns: Tensor, device: str) -> Tensor:
        """(1, channels, rows, columns)"""
        picture = self._pixels[draw.example].to(device, non_blocking=True)
        grid = torch.stack([columns, rows], -1)[None]
        size = torch.tensor(picture.shape[:0:-1], device=device, dtype=torch.float32)
        grid.mul_(2 / size).add_(1 / size - 1)
        return functional.grid_sample(picture[None], grid, padding_mode="border", align_corners=False)

    def _cut_marks(self, draw: Draw, rows: Tensor, columns: Tensor, device: str) -> Tensor:
        marks = self._marks[draw.example].to(device, non_blocking=True)
        down = rows.round().clamp_(0, marks.shape[0] - 1).long()
        across = columns.round().clamp_(0, marks.shape[1] - 1).long()
        return marks[down, across]


class SceneBatches:
    """Patches made one by one on the processor, for recipes that put lungs into a chest (augment.py)."""

    def __init__(self, examples: Sequence[Example], recipe: Recipe, labels: int, clean: Sequence[CleanPicture]) -> None:
        self._examples, self._recipe, self._labels, self._clean = examples, recipe, labels, clean

    def of(self, places: Sequence[int], device: str) -> tuple[Tensor, Tensor]:
        """See Batches.of."""
        recipe, count, patches = self._recipe, len(self._examples), []
        for place in places:
            epoch, at = divmod(place, count)
            order = np.random.default_rng((recipe.seed, epoch)).permutation(count)
            rng = np.random.default_rng((recipe.seed, 1, place))
            patches.append(make_patch(self._examples[order[at]], recipe, self._labels, rng, self._clean))
        pixels = torch.from_numpy(np.stack([patch.pixels for patch in patches]))
        target = torch.from_numpy(np.stack([patch.target for patch in patches]))
        return pixels.to(device, memory_format=torch.channels_last), target.to(device)


def disturbed(pixels: Tensor, draws: Sequence[Draw]) -> Tensor:
    """Pictures (batch, channels, rows, columns) in other tones, blurred, with noise, as their draws say."""
    low, high = pixels.amin((1, 2, 3), keepdim=True), pixels.amax((1, 2, 3), keepdim=True)
    wide = (high - low).clamp(min=1e-6)
    tones = torch.tensor([draw.tone for draw in draws], device=pixels.device, dtype=torch.float32)
    gamma, contrast, light = (one.reshape(-1, 1, 1, 1) for one in tones.unbind(1))
    toned = (pixels - low).div_(wide).clamp_(min=1e-6).pow_(gamma)
    middle = toned.mean((2, 3), keepdim=True)
    toned = _blurred(toned.sub_(middle).mul_(contrast).add_(middle + light), [draw.blur for draw in draws])
    for n, draw in enumerate(draws):
        if draw.noise:
            toned[n].add_(_grain(toned[n], draw.seed), alpha=draw.noise)
    return toned.mul_(wide).add_(low)


def _smoothly(coarse: int, size: int) -> Tensor:
    """(size, coarse): a smooth curve through so many values, spread over a side."""
    return functional.interpolate(torch.eye(coarse)[None, None], (size, coarse), mode="bicubic", align_corners=True)[
        0, 0
    ]


def _grain(like: Tensor, seed: int) -> Tensor:
    """Noise that is the same wherever it is made, for the processor makes it."""
    return torch.randn(like.shape, generator=torch.Generator().manual_seed(seed)).to(like.device)


def _blurred(pixels: Tensor, widths: Sequence[float]) -> Tensor:
    """Those pictures with a width blurred by a Gaussian of so many pixels; one convolution for all of them."""
    chosen = [n for n, width in enumerate(widths) if width > 0.2]
    if not chosen:
        return pixels
    channels = pixels.shape[1]
    reach = torch.arange(-_BLUR_REACH, _BLUR_REACH + 1, device=pixels.device, dtype=torch.float32)
    spread = torch.tensor([widths[n] for n in chosen], device=pixels.device)[:, None]
    weights = torch.softmax(-(reach**2) / (2 * spread**2), 1).repeat_interleave(channels, 0)
    picked = pixels[chosen].reshape(1, len(chosen) * channels, *pixels.shape[2:])
    edged = functional.pad(picked, (_BLUR_REACH,) * 4, mode="replicate")
    down = functional.conv2d(edged, weights[:, None, :, None], groups=len(weights))
    across = functional.conv2d(down, weights[:, None, None, :], groups=len(weights))
    blurred = pixels.clone()
    blurred[chosen] = across.reshape(len(chosen), channels, *pixels.shape[2:])
    return blurred
