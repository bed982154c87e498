"""Grad-CAM: where in a picture a classifier's answer comes from (Selvaraju et al. 2017, equations 1 and 2)."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lesionstudio.learning.classifier_input import seen
from lesionstudio.learning.classifier_networks import ClassifierNetwork

Heat = NDArray[np.float32]


class _Kept:
    """What passed through a layer, and the gradient that came back."""

    maps: Tensor
    gradient: Tensor


@contextmanager
def _listening(layer: nn.Module) -> Iterator[_Kept]:
    kept = _Kept()

    def keep(_layer: nn.Module, _given: tuple[Tensor, ...], maps: Tensor) -> None:
        kept.maps = maps
        maps.register_hook(lambda gradient: setattr(kept, "gradient", gradient))  # type: ignore[no-untyped-call]

    handle = layer.register_forward_hook(keep)
    try:
        yield kept
    finally:
        handle.remove()


def gradcam(network: ClassifierNetwork, pictures: NDArray[np.float32], label: int) -> Heat:
    """How much each place speaks for a class: (rows, columns) of the last maps, 0 to 1.

    `pictures`: (channels, side, side) as the network sees it. Each map weighs as much as its mean gradient; what speaks
    against the class counts as 0. All 0 where nothing speaks for it.
    """
    network.eval()
    given = torch.from_numpy(np.ascontiguousarray(pictures, np.float32))[None].requires_grad_()
    with torch.enable_grad(), _listening(network.maps) as kept:
        network(given)[0, label].backward()
    network.zero_grad(set_to_none=True)
    weights = kept.gradient.mean(dim=(2, 3), keepdim=True)
    heat = torch.relu((weights * kept.maps).sum(dim=1))[0].detach().numpy()
    most = float(heat.max())
    return np.asarray(heat / most if most > 0 else heat, np.float32)


def heat_of(network: ClassifierNetwork, plane: NDArray[np.generic], side: int, label: int) -> Heat:
    """The heat of a whole picture, at its own size (row, column): the border that it was given is cut off again."""
    heat = gradcam(network, seen(plane, side)[None], label)
    large = cv2.resize(heat, (side, side), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    rows, columns = plane.shape
    share = side / max(rows, columns)
    height, width = max(1, round(rows * share)), max(1, round(columns * share))
    top, left = (side - height) // 2, (side - width) // 2
    inside = large[top : top + height, left : left + width]
    return np.asarray(cv2.resize(inside, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)
