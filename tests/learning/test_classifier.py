"""Classifiers: what they see, what they answer, what they keep, and what calibration makes of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.scan import Scan
from lesionstudio.learning.classifier import (
    Classifier,
    Looker,
    fresh_card,
    normed,
)
from lesionstudio.learning.classifier_input import kept, plane_of, seen, slices_of
from lesionstudio.learning.classifier_networks import SEQUENTIAL, build_classifier, published_weights, start_backbone
from lesionstudio.learning.classifier_training import ClassifierRecipe, Lesson, shares, train_network
from lesionstudio.learning.classifier_variation import varied

CARD = fresh_card("tiny", ("a", "b", "c"), SEQUENTIAL, 32, 0.0)


def tiny(seed: int = 0) -> Classifier:
    """An untrained sequential CNN that knows four features."""
    torch.manual_seed(seed)
    known = normed(np.random.default_rng(seed).normal(size=(4, 64)).astype(np.float32))
    return Classifier(build_classifier(CARD).eval(), CARD, known, np.array([0, 1, 2, 2]))


def test_the_sequential_cnn_is_the_one_of_the_tutorials() -> None:
    network = build_classifier(CARD)
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert [(layer.kernel_size, layer.out_channels) for layer in convolutions] == [
        ((4, 4), n) for n in (128, 64, 32, 16)
    ]
    dense = [layer.out_features for layer in network.modules() if isinstance(layer, nn.Linear)]
    assert dense == [64, 3]
    assert network.last_maps(torch.zeros(1, 1, 32, 32)).shape == (1, 16, 2, 2)


def test_an_unknown_network_is_refused_by_name() -> None:
    with pytest.raises(ModelProblem, match="nonesuch"):
        build_classifier(replace(CARD, architecture="nonesuch"))


def test_a_picture_is_seen_whole_with_its_aspect_and_its_own_range() -> None:
    wide = np.zeros((20, 80), np.uint16)
    wide[:, 40:] = 40_000
    shown = seen(wide, 32)
    assert shown.shape == (32, 32)
    assert not shown[:12].any() and not shown[20:].any()
    assert shown[12:20, :14].max() == 0 and shown[12:20, 18:].min() == 1


def test_sixteen_bits_and_eight_bits_of_a_picture_are_seen_alike() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (50, 60)).astype(np.uint8)
    assert np.abs(seen(picture, 32) - seen(picture.astype(np.uint16) * 257, 32)).max() < 1e-4


def test_air_beyond_the_scanners_circle_does_not_grey_a_ct_out() -> None:
    voxels = np.full((1, 40, 40), -3024, np.int16)
    voxels[0, 10:30, 10:30] = 40
    plane = plane_of(Scan.of_array(voxels, unit="HU"), 0)
    assert plane.min() == -1024


def test_a_volume_is_judged_by_slices_of_its_middle() -> None:
    scan = Scan.of_array(np.zeros((101, 8, 8), np.uint8))
    assert slices_of(scan) == [20, 35, 50, 65, 80]
    assert slices_of(Scan.of_array(np.zeros((1, 8, 8), np.uint8))) == [0]


def test_a_varied_picture_is_still_a_picture_and_repeats_with_its_seed() -> None:
    picture = kept(np.random.default_rng(1).normal(size=(90, 130)))
    for seed in range(40):
        one, two = (varied(picture, 48, np.random.default_rng(seed)) for _ in range(2))
        assert one.shape == (48, 48) and one.min() >= 0 and one.max() <= 1
        assert np.array_equal(one, two)


def test_what_is_saved_answers_as_it_did_and_holds_no_pickle(tmp_path: Path) -> None:
    before = tiny()
    before.save(tmp_path)
    after = Classifier.load(tmp_path)
    pictures = np.random.default_rng(0).random((3, 32, 32), np.float32)
    for one, two in zip(Looker(before).answers(pictures), Looker(after).answers(pictures)):
        assert one.probabilities == pytest.approx(two.probabilities, abs=2e-3)
        assert one.distance == pytest.approx(two.distance, abs=2e-3)
    assert {path.name for path in tmp_path.iterdir()} == {"card.json", "weights.safetensors"}
    assert json.loads((tmp_path / "card.json").read_text())["task"] == "classification"


def test_weights_that_were_exchanged_are_noticed(tmp_path: Path) -> None:
    tiny().save(tmp_path)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelProblem, match="not those"):
        Classifier.load(tmp_path)


def test_a_rare_class_is_drawn_as_often_as_a_common_one() -> None:
    picture = np.zeros((8, 8), np.uint8)
    drawn = shares([Lesson(picture, 0)] * 9 + [Lesson(picture, 2)])
    assert drawn[:9].tolist() == pytest.approx([0.5 / 9] * 9) and drawn[9] == pytest.approx(0.5)


def test_sixty_slices_of_a_patient_are_drawn_more_often_than_one_but_not_sixty_times() -> None:
    picture = np.zeros((8, 8), np.uint8)
    drawn = shares([Lesson(picture, 0, "large")] * 16 + [Lesson(picture, 0, "small"), Lesson(picture, 0)])
    assert drawn[:16].sum() == pytest.approx(4 / 6) and drawn[16:].tolist() == pytest.approx([1 / 6] * 2)


def test_layers_are_lent_where_they_fit_and_refused_where_none_does() -> None:
    one, two = build_classifier(CARD), build_classifier(replace(CARD, labels=("x", "y")))
    lent = start_backbone(two, one.state_dict())
    assert lent == len(one.state_dict()) - 2
    assert torch.equal(two.convolutions[1].weight, one.convolutions[1].weight)  # type: ignore[union-attr]
    with pytest.raises(ModelProblem):
        start_backbone(two, {"encoder.somewhere": torch.zeros(3, 3, 3, 3)})


def test_layers_made_for_colours_see_in_a_grey_what_they_saw_in_its_three_colours() -> None:
    card = replace(CARD, architecture="efficientnet-lite0", network={"dropout": 0.0})
    torch.manual_seed(3)
    colours = build_classifier(replace(card, inputs=card.inputs * 3)).eval()
    grey = build_classifier(card).eval()
    start_backbone(grey, colours.state_dict())
    picture = torch.rand(1, 1, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(grey(picture)[:, 3:], colours(picture.repeat(1, 3, 1, 1))[:, 3:], atol=1e-4)


def test_over_lent_layers_the_last_one_learns_first_and_the_others_then_more_slowly() -> None:
    dice = np.random.default_rng(0)
    lessons = [Lesson(dice.integers(0, 255, (32, 32)).astype(np.uint8), n % 3) for n in range(8)]
    lent = {name: value.clone() for name, value in build_classifier(CARD).state_dict().items()}
    curves = {}
    for rounds in (1, 2):
        recipe = ClassifierRecipe(SEQUENTIAL, side=32, rounds=rounds, batch=4, decay=0.0)
        network = train_network(CARD, lessons, lessons, recipe, lent).network
        curves[rounds] = {n: float((v - lent[n]).abs().mean()) for n, v in network.state_dict().items() if v.ndim > 1}
    assert all((moved > 0) == name.startswith("out.") for name, moved in curves[1].items())
    assert all(recipe.lent_rate < 1 and moved > 0 for moved in curves[2].values())


@pytest.mark.parametrize("name", [SEQUENTIAL, "mobilenetv2"])
def test_published_weights_that_cannot_be_had_get_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelProblem, match=name) as told:
        published_weights(name)
    assert "safetensors" in told.value.hint
