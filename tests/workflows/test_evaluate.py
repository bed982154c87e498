"""score, evaluate and train on small studies, and the starter model against its card on the real pictures."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionstudio.cli import run
from lesionstudio.errors import GridMismatch, LesionStudioError, NotEnoughExamples
from lesionstudio.model_card import read_card
from lesionstudio.resources import resource
from lesionstudio.workflows.evaluate import evaluate
from lesionstudio.workflows.judging import labels_of
from lesionstudio.workflows.score import score
from lesionstudio.workflows.train import train

STARTER = resource("models", "lung-lesions")


def _write(path: Path, pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def _masks(folder: Path, **rows: int) -> Path:
    """One mask 16 x 16 a name, its first so many rows marked."""
    for name, marked in rows.items():
        pixels = np.zeros((16, 16), np.uint8)
        pixels[:marked] = 255
        _write(folder / f"{name}.png", pixels)
    return folder


def _study(folder: Path, *, pictures: int = 6) -> Path:
    """Dark pictures with a bright square, which is the lesion; the last two are the part val."""
    rng, rows = np.random.default_rng(0), ["id,split,patient"]
    for n in range(pictures):
        marks = np.zeros((64, 64), np.uint8)
        row, column = rng.integers(4, 40, 2)
        marks[row : row + 18, column : column + 18] = 255
        grain = rng.integers(0, 20, marks.shape)
        _write(folder / "images" / f"p{n}.png", (40 + 0.6 * marks + grain).astype(np.uint8))
        _write(folder / "masks" / f"p{n}.png", marks)
        rows.append(f"p{n},{'val' if n >= pictures - 2 else 'train'},{n}")
    (folder / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_the_command_line_shows_each_label_and_the_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two files: label 1 half found in the first, whole in the second; label 2 is in the second alone, whole."""
    for folder, first in (("p", 4), ("r", 8)):
        half, both = np.zeros((16, 16), np.uint8), np.zeros((16, 16), np.uint8)
        half[:first], both[:8], both[8:] = 1, 1, 2
        _write(tmp_path / folder / "a.png", half)
        _write(tmp_path / folder / "b.png", both)
    code = run(
        ["score", "--predictions", str(tmp_path / "p"), "--masks", str(tmp_path / "r")], lambda _project, _path: None
    )
    assert code == 0
    head, dice = capsys.readouterr().out.splitlines()[:2]
    assert head.split() == ["Mean", "over", "cases", "95", "%", "interval", "Label", "1", "Label", "2"]
    assert dice.split() == ["dice", "0.917", "0.667", "to", "1.000", "0.833", "1.000"]


def test_masks_are_scored_by_name_and_the_numbers_are_those_counted(tmp_path: Path) -> None:
    found = score(_masks(tmp_path / "p", a=4, b=0), _masks(tmp_path / "r", a=8, b=0))
    assert found["cases"][0]["dice"] == pytest.approx(2 / 3)
    assert found["mean"]["dice"] == pytest.approx(2 / 3)
    assert found["mean"]["dice_all"] == pytest.approx(5 / 6)
    assert found["empty"] == {"both": 1, "only_prediction": 0, "only_reference": 0}
    assert found["cases"][0]["volume_ml"] is None
    wanted = {"cases", "mean", "pooled", "labels", "ci95", "empty", "by_patient", "model", "part", "definitions"}
    assert wanted <= set(json.loads(json.dumps(found)))


def test_a_spacing_that_is_given_turns_pixels_into_millimetres(tmp_path: Path) -> None:
    pair = _masks(tmp_path / "p", a=4), _masks(tmp_path / "r", a=8)
    assert score(*pair, spacing=(5, 2, 1))["cases"][0]["hd95_mm"] == pytest.approx(8)
    assert score(*pair, spacing=(5, 2, 1))["cases"][0]["reference_volume_ml"] == pytest.approx(8 * 16 * 10 / 1000)


def test_zero_can_be_the_structure(tmp_path: Path) -> None:
    found = score(_masks(tmp_path / "p", a=4), _masks(tmp_path / "r", a=8), structure=0)
    assert found["cases"][0]["dice"] == pytest.approx(2 * 8 / (8 + 12))


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    _write(tmp_path / "p" / "a.png", np.zeros((8, 8), np.uint8))
    with pytest.raises(GridMismatch, match="8"):
        score(tmp_path / "p", _masks(tmp_path / "r", a=8))


def test_folders_without_a_pair_say_how_names_go_together(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughExamples) as problem:
        score(_masks(tmp_path / "p", a=4), _masks(tmp_path / "r", b=8))
    assert "_mask" in problem.value.hint
    with pytest.raises(LesionStudioError, match="no pictures"):
        evaluate("lung-lesions")


def test_the_likeliest_label_wins_from_the_threshold_on() -> None:
    probabilities = np.array([[[[0.2, 0.5, 0.6]]], [[[0.3, 0.4, 0.9]]]], np.float32)
    assert labels_of(probabilities, 0.5).tolist() == [[[0, 1, 2]]]


@pytest.mark.slow
def test_a_trained_model_carries_the_scores_that_evaluate_gives(tmp_path: Path) -> None:
    data, out = _study(tmp_path / "data"), tmp_path / "squares"
    small = {"encoder": "resnet18", "depth": 3, "size": 64, "epochs": 2, "seed": 4, "long_side": (64, 64)}
    made = train(out, data=data, changes=small)
    card = read_card(out)
    again = evaluate(str(out), data=data, part="val")
    assert card.scores == made["scores"]
    assert again["mean"]["dice"] == pytest.approx(card.scores["dice"], abs=1e-4)
    assert [case["id"] for case in again["cases"]] == ["p4", "p5"]
    assert (card.training["seed"], card.training["device"], card.id) == (4, "cpu", "squares")
    assert card.training["command"].startswith("lesionstudio train --data data ")
    left = sorted(path.name for path in out.iterdir())
    assert left == ["card.json", "recipe.json", "split.csv", "weights.safetensors"]


@pytest.mark.slow
def test_train_learns_from_its_part_alone_and_leaves_whole_groups_out(tmp_path: Path) -> None:
    data, recipe = _study(tmp_path / "data", pictures=8), tmp_path / "recipe.json"
    recipe.write_text('{"fold": [0, 3], "encoder": "resnet18", "size": 32, "long_side": [32, 32]}', encoding="utf-8")
    made = train(tmp_path / "m", data=data, recipe=recipe, changes={"epochs": 1, "depth": 3})
    assert made["choice"]["cases"] == 2
    assert set(made["choice"]["dice"]) >= {"0.30", "0.50"}
    assert made["training"]["epochs"] == pytest.approx(made["training"]["steps"] * 8 / 4)


def test_masks_without_a_mark_are_not_trained_on(tmp_path: Path) -> None:
    folder = _masks(tmp_path / "m", a=0, b=0)
    with pytest.raises(NotEnoughExamples, match="has a mark"):
        train(tmp_path / "out", images=folder, masks=folder)


def test_the_starter_model_says_what_a_person_must_know() -> None:
    card = read_card(STARTER)
    assert "esearch use" in card.licence
    assert (STARTER / "LICENSE").is_file()
    assert (STARTER / "weights.safetensors").stat().st_size <= 50_000_000
    assert card.inputs[0].rule.unit == "HU" and card.inputs[0].rule.how
    assert {"seed", "minutes", "device"} <= set(asdict(card)["training"])


@pytest.mark.slow
def test_the_starter_model_scores_on_val_what_its_card_says(shared_data: Path) -> None:
    card = read_card(STARTER)
    found = evaluate("lung-lesions", data=shared_data / "lung_medseg", part="val")
    assert len(found["cases"]) == 14
    assert found["mean"]["dice"] == pytest.approx(card.scores["dice"], abs=0.005)
    assert found["mean"]["dice"] >= 0.68
    assert found["ci95"]["dice"][0] < found["mean"]["dice"] < found["ci95"]["dice"][1]


@pytest.mark.slow
def test_the_starter_model_holds_upright_in_a_whole_chest(shared_data: Path, tmp_path: Path) -> None:
    from lesionstudio.learning.upright import upright_in_a_chest

    source, rows = shared_data / "lung_medseg", ["id,split"]
    for pair in (source / "split.csv").read_text(encoding="utf-8").splitlines()[1:]:
        name, part = pair.split(",")[:2]
        if part != "val":
            continue
        picture = np.asarray(Image.open(source / "images" / f"{name}.jpg").convert("L"), np.float32) / 255
        marks = (np.asarray(Image.open(source / "masks" / f"{name}.png")) > 0).astype(np.uint8)
        chest, around = upright_in_a_chest(picture, marks)
        _write(tmp_path / "images" / f"{name}.png", np.round(chest * 255).astype(np.uint8))
        _write(tmp_path / "masks" / f"{name}.png", around * 255)
        rows.append(f"{name},val")
    (tmp_path / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    assert evaluate("lung-lesions", data=tmp_path, part="val")["mean"]["dice"] >= 0.65
