"""Predictor: the card's sizes, engines that agree, flips, tiles, and what happens when memory runs out."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem, OutOfMemory
from lesionstudio.learning import inference
from lesionstudio.learning.conversion import converted
from lesionstudio.learning.engines import Batch, device_for
from lesionstudio.learning.inference import Predictor, to_labels
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.openvino_engine import OpenVINOEngine
from lesionstudio.learning.torch_engine import TorchEngine
from lesionstudio.progress import Cancelled, Progress
from lesionstudio.settings import kept_folder
from tests.tiny_model import save_tiny_model, tiny_card, tiny_model

Floats = NDArray[np.float32]


class Pointwise:
    """An engine whose logit of a pixel is the pixel's own value; it fails above a number of pixels."""

    name, device = "pointwise", "cpu"

    def __init__(self, labels: int = 1, batch: int = 1, most_pixels: float = np.inf) -> None:
        self.batch, self._labels, self._most_pixels = batch, labels, most_pixels
        self.shown: list[tuple[int, ...]] = []

    def logits(self, pictures: Batch) -> Batch:
        if pictures[:, 0].size > self._most_pixels:
            raise MemoryError
        self.shown.append(pictures.shape)
        return np.repeat(pictures[:, :1], self._labels, axis=1)


def noise(*shape: int) -> Floats:
    return np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)


def sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)


@pytest.fixture(scope="module")
def model() -> SegmentationModel:
    return tiny_model(tiny_card(labels=("One", "Two")))


def by_torch(model: SegmentationModel, pictures: Floats) -> Floats:
    with torch.inference_mode():
        answer: Floats = model.network(torch.from_numpy(pictures)).numpy()
    return answer


def test_openvino_gives_what_pytorch_gives(model: SegmentationModel) -> None:
    engine = OpenVINOEngine(converted(lambda: model.network, 1), "fp32")
    for shape in [(1, 1, 64, 64), (2, 1, 96, 32)]:
        pictures = noise(*shape)
        np.testing.assert_allclose(engine.logits(pictures), by_torch(model, pictures), atol=1e-3)


def test_the_pytorch_engine_gives_what_the_network_gives(model: SegmentationModel) -> None:
    pictures = noise(2, 1, 64, 96)
    np.testing.assert_allclose(TorchEngine(model.network, 1).logits(pictures), by_torch(model, pictures), atol=1e-3)


def test_bf16_differs_from_fp32_by_less_than_a_hundredth_on_average(model: SegmentationModel) -> None:
    pictures = noise(1, 1, 64, 64)
    exact = sigmoid(by_torch(model, pictures))
    for engine in [TorchEngine(model.network, 1, "cpu", "bf16"), Predictor.of(model, "cpu").engine]:
        assert np.abs(sigmoid(engine.logits(pictures)) - exact).mean() < 0.01


def test_without_openvino_pytorch_computes(model: SegmentationModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_arguments: object) -> None:
        raise ImportError("No module named 'openvino'")

    monkeypatch.setattr(inference, "converted", missing)
    predictor = Predictor.of(model, "cpu")
    assert predictor.engine.name.startswith("PyTorch")
    assert predictor.predict(noise(1, 1, 40, 40)).shape == (2, 1, 40, 40)


def test_a_saved_model_is_converted_once_and_found_again_without_its_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_tiny_model(tmp_path / "model")
    pictures = noise(1, 1, 64, 64)
    first = Predictor.open(folder, "cpu").predict(pictures)
    monkeypatch.setattr(SegmentationModel, "load", None)
    np.testing.assert_array_equal(Predictor.open(folder, "cpu").predict(pictures), first)
    assert sys.modules["openvino_telemetry"] is None, "OpenVINO could report to its makers"


def test_a_damaged_conversion_is_made_again(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    pictures = noise(1, 1, 64, 64)
    first = Predictor.open(folder, "cpu").predict(pictures)
    for file in kept_folder("networks", 1).glob("*/network.xml"):
        file.write_text("<net", encoding="utf-8")
    np.testing.assert_array_equal(Predictor.open(folder, "cpu").predict(pictures), first)


def test_weights_that_are_not_the_cards_are_refused(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    Predictor.open(folder, "cpu")
    weights = folder / "weights.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(changed)
    with pytest.raises(ModelProblem, match="not those its card was written for"):
        Predictor.open(folder, "cpu")


def test_a_folder_without_a_model_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem) as caught:
        Predictor.open(tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize("size", [(64, 64), (50, 70), (1, 90), (90, 1), (33, 31), (1, 1)])
def test_every_size_of_picture_comes_back_at_its_own_size(size: tuple[int, int]) -> None:
    pictures = noise(2, 1, *size)
    predictor = Predictor(tiny_card(labels=("One", "Two")), Pointwise(labels=2))
    np.testing.assert_allclose(predictor.predict(pictures), np.stack([sigmoid(pictures[:, 0])] * 2), atol=1e-6)


def test_the_network_sees_the_long_side_that_the_card_names() -> None:
    engine = Pointwise()
    predictor = Predictor(tiny_card(long_side=(64, 128)), engine)
    assert predictor.predict(noise(1, 1, 300, 150)).shape == (1, 1, 300, 150)
    assert predictor.predict(noise(1, 1, 20, 30)).shape == (1, 1, 20, 30)
    assert engine.shown == [(1, 1, 128, 64), (1, 1, 64, 64)]


def test_flips_make_the_answer_turn_with_the_picture(model: SegmentationModel) -> None:
    predictor = Predictor(model.card, TorchEngine(model.network, 1), flips=True)
    picture = noise(1, 1, 64, 96)
    answer = predictor.predict(picture)
    turned = predictor.predict(np.ascontiguousarray(np.rot90(picture, 1, (2, 3))))
    np.testing.assert_allclose(np.rot90(answer, 1, (2, 3)), turned, atol=1e-5)
    mirrored = predictor.predict(np.ascontiguousarray(picture[..., ::-1]))
    np.testing.assert_allclose(answer[..., ::-1], mirrored, atol=1e-5)


def test_flips_average_the_eight_answers_where_they_belong() -> None:
    picture = noise(1, 1, 32, 64)
    answer = Predictor(tiny_card(), Pointwise(), flips=True).predict(picture)
    np.testing.assert_allclose(answer, sigmoid(picture), atol=1e-6)


def test_a_wrong_number_of_channels_is_refused_with_both_named() -> None:
    with pytest.raises(ModelProblem, match=r"takes 3 channels, the picture gives 1"):
        Predictor(tiny_card(channels=3), Pointwise()).predict(noise(1, 1, 32, 32))


def test_a_batch_that_does_not_fit_is_halved_and_stays_so() -> None:
    engine = Pointwise(batch=8, most_pixels=2 * 64 * 64)
    predictor = Predictor(tiny_card(), engine)
    pictures = noise(9, 1, 64, 64)
    np.testing.assert_allclose(predictor.predict(pictures)[0], sigmoid(pictures[:, 0]), atol=1e-6)
    assert predictor.batch == 2
    assert max(shape[0] for shape in engine.shown) == 2


def test_a_picture_that_does_not_fit_is_cut_into_tiles() -> None:
    engine = Pointwise(most_pixels=512 * 512)
    predictor = Predictor(tiny_card(), engine)
    pictures = noise(2, 1, 640, 1200)
    np.testing.assert_allclose(predictor.predict(pictures)[0], sigmoid(pictures[:, 0]), atol=1e-6)
    assert max(shape[2] * shape[3] for shape in engine.shown) <= 512 * 512


def test_when_not_even_small_tiles_fit_it_is_said() -> None:
    with pytest.raises(OutOfMemory, match="Tiny"):
        Predictor(tiny_card(), Pointwise(most_pixels=1000)).predict(noise(1, 1, 256, 256))


def test_large_pictures_are_tiled_from_the_start() -> None:
    engine = Pointwise()
    pictures = noise(1, 1, 1500, 2000)
    answer = Predictor(tiny_card(), engine).predict(pictures)
    np.testing.assert_allclose(answer[0], sigmoid(pictures[:, 0]), atol=1e-6)
    assert max(max(shape) for shape in engine.shown) == inference.LARGEST_TILE


def test_a_card_may_ask_for_the_mirror_image_alone(model: SegmentationModel) -> None:
    predictor = Predictor(replace(model.card, flips="sides"), TorchEngine(model.network, 1))
    picture = noise(1, 1, 64, 96)
    plain, turned = (
        Predictor(model.card, predictor.engine).predict(one) for one in (picture, picture[..., ::-1].copy())
    )
    np.testing.assert_allclose(predictor.predict(picture), (plain + turned[..., ::-1]) / 2, atol=1e-5)


@pytest.mark.parametrize(("flips", "pieces"), [(False, 3), ("sides", 6), (True, 24)])
def test_each_piece_of_work_is_reported(flips: bool | Literal["sides"], pieces: int) -> None:
    said: list[Progress] = []
    Predictor(tiny_card(), Pointwise(), flips).predict(noise(3, 1, 32, 32), said.append)
    assert len(said) == pieces
    assert said[-1].fraction == 1


def test_a_cancel_stops_between_two_pieces() -> None:
    engine = Pointwise()

    def cancel(_progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Predictor(tiny_card(), engine).predict(noise(3, 1, 32, 32), cancel)
    assert len(engine.shown) == 1


def test_a_voxel_gets_its_likeliest_label_from_the_threshold_on() -> None:
    one, two = [0.2, 0.6, 0.5, 0.1], [0.1, 0.7, 0.4, 0.49]
    probabilities = np.array([one, two], np.float32).reshape(2, 1, 2, 2)
    labels, likeliest = to_labels(probabilities, 0.5)
    assert labels.ravel().tolist() == [0, 2, 1, 0]
    assert likeliest.ravel().tolist() == [51, 178, 128, 125]


def test_a_device_that_is_not_there_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ModelProblem, match="cuda"):
        device_for("cuda")
    with pytest.raises(ModelProblem, match="abacus"):
        device_for("abacus")
    assert device_for("cpu") == "cpu"
