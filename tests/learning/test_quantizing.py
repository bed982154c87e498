"""Eight bits: ranges from pictures, masks that hardly change, and no use of another model's ranges."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.learning import inference
from lesionstudio.learning.calibration import eight_bit_ranges
from lesionstudio.learning.conversion import converted
from lesionstudio.learning.inference import Predictor
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.openvino_engine import OpenVINOEngine
from lesionstudio.learning.quantizing import Ranges
from lesionstudio.model_card import write_card
from tests.tiny_model import tiny_card, tiny_model


@pytest.fixture(scope="module")
def model() -> SegmentationModel:
    return tiny_model(tiny_card(encoder="resnet18"))


def pictures(count: int, seed: int) -> list[NDArray[np.float32]]:
    """Smooth blobs with a little noise, (1, 64, 96) each."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((count, 1, 8, 12), np.float32).repeat(8, axis=2).repeat(8, axis=3)
    return list(np.clip(coarse + rng.normal(0, 0.05, coarse.shape), 0, 1).astype(np.float32))


@pytest.fixture(scope="module")
def ranges(model: SegmentationModel) -> Ranges:
    return eight_bit_ranges(model, pictures(12, seed=0))


def test_every_convolution_but_the_first_and_the_last_gets_a_range(ranges: Ranges) -> None:
    assert len(ranges) > 10
    assert not any("encoder.conv1/" in name or "segmentation_head" in name for name in ranges)
    assert all(low <= high for low, high in ranges.values())


def test_masks_of_other_pictures_hardly_change_in_eight_bits(model: SegmentationModel, ranges: Ranges) -> None:
    network = converted(lambda: model.network, 1)
    exact, short = OpenVINOEngine(network, "fp32"), OpenVINOEngine(network, "int8", ranges)
    shown = np.stack(pictures(6, seed=1))
    one, two = exact.logits(shown) > 0, short.logits(shown) > 0
    assert 2 * (one & two).sum() / (one.sum() + two.sum()) > 0.97
    assert (exact.logits(shown) != short.logits(shown)).any()


def test_the_network_that_was_given_stays_exact(model: SegmentationModel, ranges: Ranges) -> None:
    network = converted(lambda: model.network, 1)
    shown = np.stack(pictures(1, seed=1))
    before = OpenVINOEngine(network, "fp32").logits(shown)
    OpenVINOEngine(network, "int8", ranges)
    np.testing.assert_array_equal(OpenVINOEngine(network, "fp32").logits(shown), before)


def test_ranges_of_another_network_are_refused(model: SegmentationModel) -> None:
    with pytest.raises(KeyError):
        OpenVINOEngine(converted(lambda: model.network, 1), "int8", {"another": [0, 1]})


def test_a_model_that_eight_bits_would_spoil_gets_no_ranges(
    model: SegmentationModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lesionstudio.learning.calibration.ranges_over", tiny_ranges)
    assert eight_bit_ranges(model, pictures(2, seed=0)) == {}


def tiny_ranges(network: object, _pictures: object) -> dict[str, list[float]]:
    """Ranges far too small for anything to pass."""
    from lesionstudio.learning.quantizing import _inner_convolutions

    return {one.get_friendly_name(): [0.0, 1e-3] for one in _inner_convolutions(network)}


@pytest.mark.parametrize(("weights", "are_used"), [("own", True), ("another's", False)])
def test_ranges_are_used_only_with_the_weights_they_were_measured_on(
    tmp_path: Path,
    model: SegmentationModel,
    ranges: Ranges,
    monkeypatch: pytest.MonkeyPatch,
    weights: str,
    are_used: bool,
) -> None:
    card = model.save(tmp_path)
    known = {"weights": card.sha256 if weights == "own" else weights, "convolutions": dict(ranges)}
    write_card(replace(card, training={"ranges": known}), tmp_path)
    tried: list[Ranges] = []

    def note(network: object, kind: str, channels: int, ranges: Ranges) -> OpenVINOEngine:
        tried.append(ranges)
        return OpenVINOEngine(network, "fp32")

    monkeypatch.setattr(inference, "quickest_engine", note)
    Predictor.open(tmp_path, "cpu")
    assert [bool(one) for one in tried] == [are_used]
    Predictor.open(tmp_path, "cpu", exact=True)
    assert len(tried) == 1
