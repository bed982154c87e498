"""Folding: the same function with less work."""

from typing import cast

import pytest
import torch
from torch import nn

from lesionstudio.learning.folding import UpsamplingBlock, folded
from lesionstudio.learning.torchvision_guard import segmentation_models


def network(architecture: str = "unet", encoder: str = "resnet18", **options: object) -> nn.Module:
    """A network whose BatchNorms have seen something, so that folding them wrongly would show."""
    torch.manual_seed(0)
    made = cast(
        nn.Module,
        segmentation_models().create_model(
            architecture, encoder_name=encoder, encoder_weights=None, in_channels=1, classes=2, **options
        ),
    )
    with torch.no_grad():
        for _ in range(2):
            made.train()(torch.rand(2, 1, 64, 64))
        for module in made.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5)
                module.bias.uniform_(-0.5, 0.5)
    return made


def count(module: nn.Module, kind: type[nn.Module]) -> int:
    return sum(isinstance(part, kind) for part in module.modules())


@pytest.mark.parametrize(
    ("architecture", "encoder"),
    [("unet", "resnet18"), ("unet", "mobilenet_v2"), ("unet", "efficientnet-b0"), ("fpn", "resnet18")],
)
def test_a_folded_network_gives_the_same_logits(architecture: str, encoder: str) -> None:
    plain = network(architecture, encoder)
    fast = folded(plain, 1)
    picture = torch.rand(1, 1, 96, 160)
    with torch.no_grad():
        torch.testing.assert_close(fast(picture), plain.eval()(picture), rtol=1e-4, atol=1e-4)


def test_a_unet_keeps_no_norm_and_no_upsampling() -> None:
    fast = folded(network(), 1)
    assert count(fast, nn.BatchNorm2d) == 0
    assert count(fast, UpsamplingBlock) == 5


def test_the_network_that_was_given_stays_as_it_was() -> None:
    plain = network().train()
    before = {name: value.clone() for name, value in plain.state_dict().items()}
    folded(plain, 1)
    assert plain.training
    assert all(torch.equal(before[name], value) for name, value in plain.state_dict().items())


def test_a_decoder_with_attention_keeps_its_upsampling() -> None:
    plain = network(decoder_attention_type="scse")
    fast = folded(plain, 1)
    assert count(fast, UpsamplingBlock) < 5
    picture = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(fast(picture), plain.eval()(picture), rtol=1e-4, atol=1e-4)


class Misleading(nn.Module):
    """A convolution and a BatchNorm that stand side by side and are not applied one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2)
        self.norm.bias.data.fill_(1.0)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self.norm(torch.relu(self.conv(picture))))


def test_neighbours_that_are_no_pair_are_noticed_and_left_alone() -> None:
    plain = Misleading()
    fast = folded(plain, 1)
    assert count(fast, nn.BatchNorm2d) == 1
    picture = torch.rand(1, 1, 64, 64)
    assert torch.equal(fast(picture), plain.eval()(picture))
