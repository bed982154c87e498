"""Networks by name: the baseline number by number, the library's, and where encoders begin."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.inference import Predictor
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import UNetBaseline, build_network, start_encoder
from lesionstudio.learning.torch_engine import TorchEngine
from lesionstudio.recipe import Recipe, changed
from tests.tiny_model import tiny_card

BASELINE = tiny_card(architecture="unet-baseline", encoder="", network={})


def counted(network: nn.Module) -> tuple[int, int]:
    """Numbers that are trained, and numbers that normalisation keeps."""
    kept = sum(value.numel() for value in network.buffers() if value.is_floating_point())
    return sum(value.numel() for value in network.parameters()), kept


def test_the_baseline_without_arguments_has_the_numbers_of_the_brain_network() -> None:
    assert counted(UNetBaseline()) == (7_762_401, 2_880)


def test_one_level_more_makes_it_31_million() -> None:
    assert sum(counted(UNetBaseline(depth=5))) == 31_105_825


def test_its_layers_have_the_widths_of_the_paper() -> None:
    widths = [module.out_channels for module in UNetBaseline().encoder.modules() if isinstance(module, nn.Conv2d)]
    assert widths == [32, 32, 64, 64, 128, 128, 256, 256, 512, 512]


def test_more_labels_make_only_its_last_layer_grow() -> None:
    assert sum(counted(UNetBaseline(labels=4))) == 7_765_281 + 3 * 33


def test_the_recipe_depth_reaches_the_baseline() -> None:
    plan = changed(Recipe(), {"architecture": "unet-baseline", "depth": 5})
    network = build_network(replace(BASELINE, network=plan.network))
    assert sum(counted(network)) == 31_105_825


def test_a_saved_baseline_runs_as_other_models_do(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = SegmentationModel(build_network(BASELINE).eval(), BASELINE)
    model.save(tmp_path)
    picture = np.random.default_rng(0).random((1, 1, 40, 60), np.float32)
    opened = Predictor.open(tmp_path, "cpu", exact=True)
    plain = Predictor(BASELINE, TorchEngine(model.network, 1))
    assert opened.engine.name == "OpenVINO, fp32"
    assert np.abs(opened.predict(picture) - plain.predict(picture)).max() < 2e-3


@pytest.mark.parametrize("name", ["unetplusplus", "deeplabv3", "segformer"])
def test_networks_of_the_library_give_a_plane_a_label(name: str) -> None:
    card = tiny_card(channels=3, labels=("A", "B"), architecture=name, encoder="resnet18", network={})
    with torch.inference_mode():
        logits = build_network(card).eval()(torch.zeros(1, 3, 64, 96))
    assert logits.shape == (1, 2, 64, 96)


def test_an_encoder_that_does_not_fit_the_network_is_a_sentence() -> None:
    with pytest.raises(ModelProblem, match="dpt with the encoder resnet18 cannot be built"):
        build_network(tiny_card(architecture="dpt", encoder="resnet18", network={}))
    with pytest.raises(ModelProblem, match="cannot be built"):
        build_network(tiny_card(encoder="resnet35"))


def test_an_encoder_begins_with_that_of_another_model(tmp_path: Path) -> None:
    torch.manual_seed(1)
    other = replace(tiny_card(channels=3, encoder="resnet18"), labels=("A", "B"))
    source = SegmentationModel(build_network(other), other)
    source.save(tmp_path)
    card = tiny_card(encoder="resnet18")
    network = build_network(card)
    start_encoder(network, card, str(tmp_path))
    first = network.get_submodule("encoder").get_parameter("conv1.weight")
    wanted = source.network.get_submodule("encoder").get_parameter("conv1.weight").half().float()
    assert torch.allclose(first, wanted.mean(1, keepdim=True) * 3, atol=1e-6)
    other_encoder = tiny_card(encoder="resnet34")
    with pytest.raises(ModelProblem, match="do not fit the encoder resnet34"):
        start_encoder(build_network(other_encoder), other_encoder, str(tmp_path))


def test_weights_that_cannot_be_downloaded_are_a_sentence_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    from lesionstudio.learning import networks

    def offline(*_names: object, **_options: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr(networks.segmentation_models().encoders, "get_encoder", offline)
    with pytest.raises(ModelProblem, match="imagenet weights of resnet18 cannot be downloaded") as told:
        card = tiny_card(encoder="resnet18")
        start_encoder(build_network(card), card, "imagenet")
    assert "local safetensors file" in told.value.hint
