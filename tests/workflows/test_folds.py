"""Making models: folds by group, training on everything, one network of several, words onto a card."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from lesionstudio.cli import run
from lesionstudio.errors import ModelProblem
from lesionstudio.learning.averaging import averaged
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.model_card import read_card
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.recipe import Recipe
from lesionstudio.settings import data_folder
from lesionstudio.workflows.describing import average_models, describe_model
from lesionstudio.workflows.folds import folds_on_card
from lesionstudio.workflows.models import add_model, card_lines_of
from lesionstudio.workflows.train import train
from tests.learning.squares import SMALL, squares
from tests.tiny_model import save_tiny_model, tiny_card

TINY: dict[str, Any] = {"encoder": "tu-resnet10t", "network": SMALL, "size": 64, "batch": 2}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven pictures of a bright square of four patients: five to train, one val, one test."""
    place, rows = tmp_path_factory.mktemp("data"), ["id,split,patient"]
    for n, one in enumerate(squares(7)):
        for room, pixels in (("images", one.pixels[0].clip(0, 1) * 255), ("masks", one.marks * 255)):
            (place / room).mkdir(exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).save(place / room / f"{n}.png")
        rows.append(f"{n},{'train' if n < 5 else 'val' if n == 5 else 'test'},{min(n // 2, 3)}")
    (place / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Two folds by the command line, a step each."""
    out = tmp_path_factory.mktemp("folds") / "out"
    recipe = out.parent / "recipe.json"
    recipe.write_text(json.dumps({**TINY, "steps": 1, "card": {"view": "crop"}}), encoding="utf-8")
    words = ["train", "--data", str(data), "--recipe", str(recipe), "--folds", "2", "--out", str(out)]
    assert run([*words, "--json", str(out.parent / "found.json")], lambda _project, _screenshot: None) == 0
    found: dict[str, Any] = json.loads((out.parent / "found.json").read_text(encoding="utf-8"))
    return out, found


def test_every_case_of_train_and_val_is_judged_once_by_a_model_that_never_saw_its_group(
    made: tuple[Path, dict[str, Any]],
) -> None:
    out, found = made
    assert sorted(case["id"] for case in found["scores"]["cases"]) == ["0", "1", "2", "3", "4", "5"]
    assert found["groups"] == 3 and len(found["models"]) == 2
    for k, model in enumerate(found["models"]):
        card = read_card(Path(model))
        assert card.training["recipe"]["fold"] == [k, 2] and card.training["steps"] == 1
        seen = (Path(model) / "split.csv").read_text(encoding="utf-8")
        assert card.training["split"]["held_out"] == 0 and "6.png" not in seen
    assert json.loads((out / "folds.json").read_text(encoding="utf-8")) == found


def test_threshold_and_least_size_come_from_all_that_was_left_out(made: tuple[Path, dict[str, Any]]) -> None:
    _out, found = made
    assert found["scores"]["threshold"] == found["settled"]["threshold"]
    assert folds_on_card(found)["cases"] == 6


@pytest.mark.slow
def test_folds_that_are_finished_stay_when_it_goes_on(data: Path, made: tuple[Path, dict[str, Any]]) -> None:
    out, _found = made
    before = [(out / f"fold_{k}" / "weights.safetensors").stat().st_mtime_ns for k in (1, 2)]
    shutil.rmtree(out / "fold_2")
    recipe = out.parent / "recipe.json"
    words = ["train", "--data", str(data), "--recipe", str(recipe), "--folds", "2", "--out", str(out), "--resume"]
    assert run(words, lambda _project, _screenshot: None) == 0
    after = [(out / f"fold_{k}" / "weights.safetensors").stat().st_mtime_ns for k in (1, 2)]
    assert [one == other for one, other in zip(before, after)] == [True, False]


def test_a_model_of_crops_knows_how_large_they_were(made: tuple[Path, dict[str, Any]]) -> None:
    assert read_card(made[0] / "fold_1").crop_side == 64


def test_all_learns_from_val_too_for_so_many_steps_and_keeps_the_threshold_named(data: Path, tmp_path: Path) -> None:
    made = train(tmp_path / "m", data=data, changes={**TINY, "whole": True, "steps": 2, "threshold": 0.35})
    card = read_card(tmp_path / "m")
    assert card.training["steps"] == 2 and card.training["split"] == {"by": "nothing", "learned": 6, "held_out": 0}
    assert card.threshold == 0.35 and made["scores"] == {}
    assert "--steps 2" in card.training["command"] and "--all" in card.training["command"]


def test_the_average_of_two_models_lies_between_them(tmp_path: Path) -> None:
    folders = [save_tiny_model(tmp_path / name, tiny_card(id=name)) for name in ("a", "b")]
    model = SegmentationModel.load(folders[1])
    with torch.no_grad():
        for weight in model.network.parameters():
            weight += 1
    model.save(folders[1])
    card = average_models([str(one) for one in folders], tmp_path / "c")
    one, mean = (SegmentationModel.load(tmp_path / name).network.state_dict() for name in ("a", "c"))
    name = next(name for name, value in one.items() if value.is_floating_point() and "running" not in name)
    assert torch.allclose(mean[name], one[name] + 0.5, atol=2e-3)
    assert card.scores == {} and len(card.training["averaged"]) == 2


def test_networks_of_two_kinds_have_no_average(tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "a")
    save_tiny_model(tmp_path / "b", tiny_card(labels=("One", "Two")))
    with pytest.raises(ModelProblem, match="different kinds"):
        averaged([tmp_path / "a", tmp_path / "b"], "c")


def test_words_pictures_and_a_licence_go_onto_the_card_and_travel_with_it(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "m", tiny_card(scores={"dice": 0.5}))
    said = {"id": "described", "title": "Lung nodules, CT", "licence_file": "terms.txt", "again": "make it",
            "failures": [{"text": "Marks ribs.", "picture": "ribs.png"}], "thumbnail": "ribs.png"}  # fmt: skip
    (tmp_path / "words.json").write_text(json.dumps(said), encoding="utf-8")
    (tmp_path / "terms.txt").write_text("As you like.", encoding="utf-8")
    Image.new("L", (8, 8)).save(tmp_path / "ribs.png")
    describe_model(str(folder), tmp_path / "words.json")
    add_model(folder)
    shelved = ModelShelf().find("described")
    assert shelved.folder == data_folder() / "models" / "described"
    assert sorted(one.name for one in shelved.folder.iterdir()) == [
        "LICENSE", "card.json", "ribs.png", "weights.safetensors"]  # fmt: skip
    lines = dict(card_lines_of("described"))
    assert lines["Known failures"] == "Marks ribs." and lines["Made again"] == "make it"
    assert shelved.card.scores == {"dice": 0.5}


def test_what_no_card_has_is_refused_by_its_name(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "m")
    (tmp_path / "words.json").write_text(json.dumps({"dice": 0.99}), encoding="utf-8")
    with pytest.raises(ModelProblem, match="dice"):
        describe_model(str(folder), tmp_path / "words.json")


def test_a_picture_that_lies_elsewhere_is_never_taken_for_the_cards(tmp_path: Path) -> None:
    card = tiny_card(thumbnail="../../secret.png")
    assert card.pictures == () and Recipe().whole is False
