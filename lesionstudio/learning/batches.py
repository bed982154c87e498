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

_BLUR_REACH, _LEAST_BLUR = 3, 0.2


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
        sources = self._sources(draws, device)
        marks = self._cut_marks(draws, sources, device)
        pixels = self._cut(draws, sources, device)
        numbers = torch.arange(1, self._labels + 1, device=device, dtype=torch.uint8)
        target = (marks[:, None] == numbers[None, :, None, None]).float()
        return disturbed(pixels, draws).contiguous(memory_format=torch.channels_last), target

    def _sources(self, draws: Sequence[Draw], device: str) -> Tensor:
        """(batch, 2, rows, columns): the column and row of its picture that each pixel comes from."""
        along = torch.arange(self._size, device=device, dtype=torch.float32) - (self._size - 1) / 2
        matrices = torch.from_numpy(np.stack([draw.matrix[::-1] for draw in draws])).to(device)[..., None, None]
        middles = self._long([draw.middle[::-1] for draw in draws], device)
        down, across = matrices[:, :, 0] * along[:, None], matrices[:, :, 1] * along
        places = (down + (middles - 0.5)).add(across)
        spread = self._spread.to(device)
        for n, draw in enumerate(draws):
            if draw.bend.any():
                places[n] += spread @ torch.from_numpy(draw.bend[::-1].copy()).to(device) @ spread.T
        return places

    def _cut(self, draws: Sequence[Draw], sources: Tensor, device: str) -> Tensor:
        """(batch, channels, rows, columns); uses up the sources."""
        pictures = [self._pixels[draw.example].to(device, non_blocking=True)[None] for draw in draws]
        size = self._long([picture.shape[:1:-1] for picture in pictures], device)
        grid = sources.mul_(2 / size).add_(1 / size - 1).permute(0, 2, 3, 1)
        return torch.cat([_sampled(one, grid[n : n + 1]) for n, one in enumerate(pictures)])

    def _cut_marks(self, draws: Sequence[Draw], sources: Tensor, device: str) -> Tensor:
        """(batch, rows, columns)"""
        marks = [self._marks[draw.example].to(device, non_blocking=True) for draw in draws]
        size = self._long([one.shape[::-1] for one in marks], device)
        column, row = torch.minimum(sources.round().clamp_(min=0), size - 1).unbind(1)
        at = (row * size[:, 0]).add_(column).int().flatten(1)
        return torch.stack([one.flatten().index_select(0, at[n]) for n, one in enumerate(marks)]).view(row.shape)

    @staticmethod
    def _long(sizes: Sequence[Sequence[float]], device: str) -> Tensor:
        """(batch, 2, 1, 1): columns and rows of each picture."""
        return torch.tensor(sizes, device=device, dtype=torch.float32)[..., None, None]


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
    toned.mul_(contrast * wide).add_((middle * (1 - contrast) + light) * wide + low)
    for n, draw in enumerate(draws):
        if draw.blur > _LEAST_BLUR:
            toned[n] = _blurred(toned[n], draw.blur)
        if draw.noise:
            toned[n].addcmul_(_grain(toned[n], draw.seed), wide[n], value=draw.noise)
    return toned


def _sampled(picture: Tensor, grid: Tensor) -> Tensor:
    return functional.grid_sample(picture, grid, padding_mode="border", align_corners=False)


def _smoothly(coarse: int, size: int) -> Tensor:
    """(size, coarse): a smooth curve through so many values, spread over a side."""
    return functional.interpolate(torch.eye(coarse)[None, None], (size, coarse), mode="bicubic", align_corners=True)[
        0, 0
    ]


def _grain(like: Tensor, seed: int) -> Tensor:
    """Noise that is the same wherever it is made, for the processor makes it."""
    return torch.randn(like.shape, generator=torch.Generator().manual_seed(seed)).to(like.device)


def _blurred(picture: Tensor, width: float) -> Tensor:
    """A picture (channels, rows, columns) blurred by a Gaussian of so many pixels.

    As sums of shifted pictures: on a processor some twenty times quicker than a convolution of each channel by itself.
    """
    weights = np.exp(-(np.arange(-_BLUR_REACH, _BLUR_REACH + 1) ** 2) / (2 * width**2))
    shares = (weights / weights.sum()).tolist()
    rows, columns = picture.shape[1:]
    edged = functional.pad(picture[None], (_BLUR_REACH,) * 4, mode="replicate")[0]
    down = torch.zeros_like(edged[:, :rows])
    for k, share in enumerate(shares):
        down.add_(edged[:, k : k + rows], alpha=share)
    blurred = torch.zeros_like(picture)
    for k, share in enumerate(shares):
        blurred.add_(down[..., k : k + columns], alpha=share)
    return blurred
