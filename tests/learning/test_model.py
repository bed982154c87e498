import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import build_network, start_encoder
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, read_card, write_card

SMALL = {"encoder_depth": 3, "decoder_channels": [16, 8, 8]}
INPUT = ModelInput(IntensityRule("window", -1000, 200))
CARD = ModelCard("small", "Small", ("Lesion", "Nodule"), (INPUT,), encoder="resnet18", network=SMALL)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    SegmentationModel(build_network(CARD).eval(), CARD).save(tmp_path / "small")
    return tmp_path / "small"


def test_a_model_comes_back_with_the_same_answers_and_card(saved: Path) -> None:
    torch.manual_seed(0)
    before = build_network(CARD).eval()
    after = SegmentationModel.load(saved)
    picture = torch.rand(1, 1, 64, 96)
    with torch.inference_mode():
        assert after.network(picture).shape == (1, 2, 64, 96)
        assert torch.allclose(before(picture), after.network(picture), atol=0.02)
    assert after.card == replace(CARD, sha256=after.card.sha256, network=SMALL)
    assert not after.network.training


def test_pickled_weights_are_never_opened(saved: Path, tmp_path: Path) -> None:
    trap = tmp_path / "opened"

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (trap,))

    (saved / "weights.safetensors").write_bytes(pickle.dumps(Trap()))
    write_card(replace(read_card(saved), sha256=""), saved)
    with pytest.raises(ModelProblem, match="cannot be read"):
        SegmentationModel.load(saved)
    assert not trap.exists()


def test_weights_that_changed_since_their_card_was_written_are_refused(saved: Path) -> None:
    weights = saved / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelProblem, match="not those its card was written for"):
        SegmentationModel.load(saved)


def test_weights_of_another_network_are_refused(saved: Path) -> None:
    write_card(replace(read_card(saved), encoder="resnet34"), saved)
    with pytest.raises(ModelProblem, match="do not fit"):
        SegmentationModel.load(saved)


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match="no model") as problem:
        SegmentationModel.load(tmp_path)
    assert "safetensors" in problem.value.hint


def test_an_encoder_starts_from_a_local_file_or_a_models_folder(saved: Path) -> None:
    torch.manual_seed(1)
    for weights in (str(saved / "weights.safetensors"), str(saved)):
        network = build_network(CARD)
        start_encoder(network, CARD, weights)
        given = SegmentationModel.load(saved).network.get_submodule("encoder").state_dict()
        taken = network.get_submodule("encoder").state_dict()
        assert all(torch.equal(taken[name], given[name]) for name in given)


def test_imagenet_weights_offline_are_a_sentence_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from lesionstudio.learning.torchvision_guard import segmentation_models

    def offline(*_arguments: object, **_named: object) -> object:
        raise OSError("no network")

    monkeypatch.setattr(segmentation_models().encoders, "get_encoder", offline)
    with pytest.raises(ModelProblem, match="cannot be downloaded") as problem:
        start_encoder(build_network(CARD), CARD, "imagenet")
    assert "safetensors" in problem.value.hint


def test_colour_weights_serve_a_grey_network_by_their_mean(saved: Path, tmp_path: Path) -> None:
    colour = replace(CARD, inputs=(INPUT, INPUT, INPUT))
    torch.manual_seed(2)
    SegmentationModel(build_network(colour), colour).save(tmp_path / "colour")
    grey = build_network(CARD)
    start_encoder(grey, CARD, str(tmp_path / "colour"))
    first = SegmentationModel.load(tmp_path / "colour").network.state_dict()["encoder.conv1.weight"]
    assert torch.allclose(grey.state_dict()["encoder.conv1.weight"], first.sum(1, keepdim=True), atol=1e-6)


def test_a_network_nobody_knows_is_named(saved: Path) -> None:
    with pytest.raises(ModelProblem, match="no network called octopus"):
        build_network(replace(CARD, architecture="octopus"))
