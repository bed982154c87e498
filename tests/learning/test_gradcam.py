"""Grad-CAM on networks whose answer can be worked out by hand."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lesionstudio.learning.classifier_networks import ClassifierNetwork
from lesionstudio.learning.gradcam import gradcam, heat_of


class BrightOrDark(ClassifierNetwork):
    """Class 0 is the mean of brightness over blocks of 8, class 1 the mean of darkness (0.5 less brightness)."""

    def __init__(self) -> None:
        super().__init__(2)
        self.pool = nn.AvgPool2d(8)

    def last_maps(self, pictures: Tensor) -> Tensor:
        bright = self.pool(pictures)
        return torch.cat([torch.relu(bright - 0.5), torch.relu(0.5 - bright)], dim=1)

    def features(self, maps: Tensor) -> Tensor:
        return maps.mean(dim=(2, 3))

    def head(self, features: Tensor) -> Tensor:
        return features * torch.tensor([1.0, 3.0]) - 0.2 * features.flip(1)


def two_squares() -> np.ndarray:
    """Grey, with a white square in block (0, 1), a light one in block (2, 2) and a black one in block (3, 0)."""
    picture = np.full((32, 32), 0.5, np.float32)
    picture[0:8, 8:16] = 1.0
    picture[16:24, 16:24] = 0.75
    picture[24:32, 0:8] = 0.0
    return picture


def test_what_speaks_for_a_class_is_hot_in_proportion_and_what_speaks_against_it_is_cold() -> None:
    # Class 0: weights of the two maps are their mean gradients, 1/16 and -0.2/16, so the heat is
    # (bright - 0.2 dark) / 16: white 0.5, light 0.25, black -0.1 -> 0; divided by the greatest: 1, 0.5, 0.
    heat = gradcam(BrightOrDark(), two_squares()[None], 0)
    wanted = np.zeros((4, 4), np.float32)
    wanted[0, 1], wanted[2, 2] = 1.0, 0.5
    assert heat == pytest.approx(wanted, abs=1e-6)


def test_the_other_class_is_explained_by_the_other_square() -> None:
    heat = gradcam(BrightOrDark(), two_squares()[None], 1)
    assert heat[3, 0] == pytest.approx(1.0)
    assert np.count_nonzero(heat) == 1


def test_nothing_is_hot_where_nothing_speaks_for_the_class() -> None:
    assert not gradcam(BrightOrDark(), np.full((1, 32, 32), 0.5, np.float32), 0).any()


def test_no_hook_and_no_gradient_stays_behind() -> None:
    network = BrightOrDark()
    gradcam(network, two_squares()[None], 0)
    assert not network.maps._forward_hooks
    assert all(weights.grad is None for weights in network.parameters())


def test_the_heat_of_a_wide_picture_lies_where_the_picture_does() -> None:
    picture = np.zeros((40, 80), np.float32)
    picture[10:20, 60:70] = 1.0
    heat = heat_of(BrightOrDark(), picture, 64, 0)
    assert heat.shape == picture.shape
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    assert 5 <= row < 25 and 55 <= column < 75
