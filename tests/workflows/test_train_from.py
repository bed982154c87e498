"""train --from: a model goes on learning, from other labels too, and its card speaks of its new weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.model_card import IntensityRule, ModelInput, read_card
from lesionstudio.workflows.card_words import card_lines
from lesionstudio.workflows.train import train
from tests.studies import DISC, SIDE, SQUARE, scene
from tests.tiny_model import save_tiny_model, tiny_card

ONE_STEP = {"epochs": 1, "size": 64, "batch": 2}
RULE = IntensityRule("percentiles", 2.0, 98.0)


def data(folder: Path, labels: tuple[int, ...]) -> dict[str, Path]:
    """Four pictures with masks of these labels."""
    for room in ("images", "masks"):
        (folder / room).mkdir(parents=True)
    for n in range(4):
        pixels, marks = scene(n, labels)
        Image.fromarray(pixels).save(folder / "images" / f"{n}.png")
        Image.fromarray(marks).save(folder / "masks" / f"{n}.png")
    return {"images": folder / "images", "masks": folder / "masks"}


def model(folder: Path, **facts: Any) -> Path:
    inputs = (ModelInput(RULE),)
    return save_tiny_model(folder, tiny_card(inputs=inputs, long_side=(SIDE, SIDE), licence="CC0-1.0", **facts))


def output_weights(folder: Path) -> np.ndarray[Any, Any]:
    return next(
        value.numpy()
        for name, value in SegmentationModel.load(folder).network.state_dict().items()
        if name == "segmentation_head.0.weight"
    )


def test_it_sees_pictures_by_the_rules_of_the_model_it_starts_from(tmp_path: Path) -> None:
    start = model(tmp_path / "start")
    train(tmp_path / "out", **data(tmp_path / "d", (SQUARE,)), model_from=str(start), changes=ONE_STEP)
    card = read_card(tmp_path / "out")
    assert card.inputs == (ModelInput(RULE),)
    assert (card.parent, card.id, card.licence) == ("tiny", "out", "CC0-1.0")
    assert card.long_side == (SIDE, SIDE)
    assert card.threshold == card.training["best"]["threshold"], "chosen anew on what is held out"


def test_what_the_card_says_of_weights_is_said_of_the_new_ones(tmp_path: Path) -> None:
    start = model(tmp_path / "start", training={"ranges": {"weights": "old"}, "fingerprints": ["old"], "steps": 7})
    train(tmp_path / "out", **data(tmp_path / "d", (SQUARE,)), model_from=str(start), changes=ONE_STEP)
    card = read_card(tmp_path / "out")
    assert card.sha256 != read_card(start).sha256
    assert card.training.get("ranges", {"weights": card.sha256})["weights"] == card.sha256
    assert "old" not in card.training["fingerprints"]
    assert (card.training["steps"], card.training["before"]) == (2, {"steps": 7, "minutes": 0})
    assert "9 steps" in dict(card_lines(card))["Trained"]


def test_a_label_it_lacks_gets_an_output_and_keeps_the_name_of_the_others(tmp_path: Path) -> None:
    start = model(tmp_path / "start", labels=("Nodule",))
    train(tmp_path / "out", **data(tmp_path / "d", (SQUARE, DISC)), model_from=str(start), changes=ONE_STEP)
    card = read_card(tmp_path / "out")
    assert len(card.labels) == 2
    assert card.labels[0] == "Nodule"
    assert output_weights(tmp_path / "out").shape[0] == 2


def test_a_label_that_no_mask_has_is_not_trained(tmp_path: Path) -> None:
    start = model(tmp_path / "start", labels=("Square", "Disc"))
    changes = {**ONE_STEP, "epochs": 4, "learning_rate": 0.01}
    without_decay = tmp_path / "recipe.json"
    without_decay.write_text('{"weight_decay": 0.0}', encoding="utf-8")
    places = data(tmp_path / "d", (SQUARE,))
    train(tmp_path / "out", **places, model_from=str(start), recipe=without_decay, changes=changes)
    before, after = output_weights(start), output_weights(tmp_path / "out")
    assert not np.array_equal(before[0], after[0])
    assert np.allclose(before[1], after[1], atol=1e-3)


def test_a_network_named_beside_the_model_gives_way_to_the_models_own(tmp_path: Path) -> None:
    start = model(tmp_path / "start")
    changes = {**ONE_STEP, "encoder": "resnet34", "depth": 5}
    train(tmp_path / "out", **data(tmp_path / "d", (SQUARE,)), model_from=str(start), changes=changes)
    assert read_card(tmp_path / "out").encoder == read_card(start).encoder


def test_a_number_of_channels_that_the_model_does_not_take_is_refused(tmp_path: Path) -> None:
    start = model(tmp_path / "start")
    with pytest.raises(ModelProblem, match="takes 1 channels"):
        train(tmp_path / "out", **data(tmp_path / "d", (SQUARE,)), model_from=str(start), channels="0,1,2")
