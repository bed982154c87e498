"""From folders of pictures to a classifier, its answers, its scores and its report, by the command line."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from lesionstudio import model_card
from lesionstudio.cli import run
from lesionstudio.learning.classifier import Classifier
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.workflows.models import add_model, layer_table, list_models


def draw(folder: Path, count: int, first: int = 0) -> Path:
    """Discs and stripes, one folder each; any network tells them apart at once."""
    for n in range(first, first + count):
        dice = np.random.default_rng(n)
        disc, stripes = np.zeros((2, 60, 72), np.uint8)
        cv2.circle(disc, (36 + int(dice.integers(-9, 9)), 30), int(dice.integers(12, 22)), 255, -1)
        stripes[:: int(dice.integers(5, 9))] = 255
        for label, picture in (("disc", disc), ("stripes", stripes)):
            noisy = np.clip(picture + dice.normal(0, 12, picture.shape), 0, 255).astype(np.uint8)
            (folder / label).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / label / f"{label}{n}.png"), noisy)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, home_of_the_run: None) -> tuple[Path, Path, dict[str, Any]]:
    """Folder of classes with a broken file in it, folder of the model made from it, and what train-classifier said."""
    place = tmp_path_factory.mktemp("classes")
    data, out = draw(place / "data", 12), place / "disc-or-stripes"
    (data / "disc" / "broken.png").write_bytes(b"no picture")
    words = ["train-classifier", "--data", str(data), "--out", str(out), "--architecture", "sequential-cnn"]
    words += ["--size", "32", "--rounds", "30", "--batch", "8", "--seed", "3", "--json", str(place / "said.json")]
    assert run(words, lambda *_places: None) == 0
    return data, out, json.loads((place / "said.json").read_text())


def said(words: list[str], path: Path) -> tuple[int, Any]:
    """A command line's exit code and its JSON."""
    code = run([*words, "--json", str(path)], lambda *_places: None)
    return code, json.loads(path.read_text())


def test_training_names_what_it_could_not_read_and_keeps_three_parts_apart(trained: Any) -> None:
    _data, out, told = trained
    assert [Path(entry["path"]).name for entry in told["unreadable"]] == ["broken.png"]
    rows = [row.split(",") for row in (out / "split.csv").read_text().splitlines()[1:]]
    parts = {part: {row[3] for row in rows if row[2] == part} for part in ("train", "val", "test")}
    assert (
        all(parts.values()) and not parts["train"] & (parts["val"] | parts["test"]) and not parts["val"] & parts["test"]
    )
    assert told["scores"]["part"] == "test" and told["scores"]["pictures"] == len(
        [row for row in rows if row[2] == "test"]
    )


def test_new_pictures_are_named_and_a_broken_one_gets_a_sentence(trained: Any, tmp_path: Path) -> None:
    _data, out, _told = trained
    fresh = draw(tmp_path / "fresh", 4, first=100)
    (fresh / "disc" / "bad.png").write_bytes(b"no picture")
    code, entries = said(["classify", str(fresh), "--model", str(out)], tmp_path / "a.json")
    good = [entry for entry in entries if "error" not in entry]
    bad = [entry for entry in entries if "error" in entry]
    assert code == 1 and len(good) == 8
    assert sum(entry["class"] == Path(entry["path"]).parent.name for entry in good) >= 7
    assert all(sum(entry["probabilities"].values()) == pytest.approx(1, abs=1e-4) for entry in good)
    assert all(entry["confidence"] == max(entry["probabilities"].values()) for entry in good)
    assert Path(bad[0]["path"]).name == "bad.png" and bad[0]["error"] and bad[0]["hint"]


def test_a_heat_map_has_the_pictures_size_and_files_of_one_name_do_not_meet(trained: Any, tmp_path: Path) -> None:
    _data, out, _told = trained
    paths = [tmp_path / "one" / "same.png", tmp_path / "two" / "same.png"]
    for n, path in enumerate(paths):
        path.parent.mkdir()
        draw(tmp_path / f"d{n}", 1, first=200 + n)
        path.write_bytes(next((tmp_path / f"d{n}" / "disc").iterdir()).read_bytes())
    words = ["classify", *map(str, paths), "--model", str(out), "--heatmaps", str(tmp_path / "heat")]
    code, entries = said(words, tmp_path / "a.json")
    assert code == 0
    assert [Path(entry["heatmap"]).name for entry in entries] == ["same.png", "same_2.png"]
    heat = cv2.imread(entries[0]["heatmap"])
    picture = cv2.imread(str(paths[0]))
    assert heat.shape == picture.shape and np.abs(heat.astype(int) - picture).max() > 60


def test_evaluate_counts_what_classify_says(trained: Any, tmp_path: Path) -> None:
    data, out, told = trained
    words = ["evaluate", "--model", str(out), "--data", str(data)]
    code, scores = said(words, tmp_path / "a.json")
    good = [case for case in scores["cases"] if "error" not in case]
    right = sum(case["class"] == case["truth"] for case in good)
    assert code == 1 and len(good) == 24 and scores["accuracy"] == pytest.approx(right / 24)
    assert sum(map(sum, scores["confusion"]["counts"])) == 24
    _code, part = said([*words, "--part", "test", "--split", str(out / "split.csv")], tmp_path / "b.json")
    assert part["pictures"] == told["scores"]["pictures"] and part["accuracy"] == told["scores"]["accuracy"]


def test_the_report_keeps_sources_apart_and_shows_the_surest_mistake_first(trained: Any, tmp_path: Path) -> None:
    _data, out, _told = trained
    wrong = draw(tmp_path / "wrong", 3, first=300)
    (wrong / "disc").rename(wrong / "x")
    (wrong / "stripes").rename(wrong / "disc")
    (wrong / "x").rename(wrong / "stripes")
    inside = draw(tmp_path / "inside", 3, first=400)
    page = tmp_path / "page.html"
    words = ["evaluate", "--model", str(out), "--data", str(inside), "--outside", str(wrong), "--report", str(page)]
    code, scores = said(words, tmp_path / "a.json")
    assert code == 0 and scores["outside"]["accuracy"] <= 0.4 < scores["accuracy"]
    sure = [one["confidence"] for one in scores["outside"]["mistakes"]]
    assert sure == sorted(sure, reverse=True)
    text = page.read_text(encoding="utf-8")
    assert "Sources it was never trained on" in text and "http" not in text.replace("http://www.w3.org", "")
    assert str(tmp_path) not in text


def test_a_folder_of_another_name_is_refused_with_the_names_that_are_known(
    trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _data, out, _told = trained
    (draw(tmp_path / "d", 1) / "disc").rename(tmp_path / "d" / "ball")
    assert run(["evaluate", "--model", str(out), "--data", str(tmp_path / "d")], lambda *_places: None) == 1
    told = capsys.readouterr().err
    assert "ball" in told and "disc, stripes" in told


def test_the_shelf_lists_a_classifier_and_offers_it_for_no_segmentation(
    trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out, _told = trained
    add_model(out)
    tasks = {entry["id"]: entry["task"] for entry in list_models()}
    assert tasks["disc-or-stripes"] == "classification"
    assert "disc-or-stripes" not in {card.id for card, _folder in ModelShelf().segmentation_models()}
    picture = next((data / "stripes").iterdir())
    words = ["segment", str(picture), "--model", "disc-or-stripes", "--out", str(tmp_path / "out")]
    assert run(words, lambda *_places: None) == 1
    assert "does not mark lesions" in capsys.readouterr().err


def test_its_layers_are_listed(trained: Any) -> None:
    table = layer_table(str(trained[1]))
    shapes = [layer["output_shape"] for layer in table["layers"] if layer["type"] == "Conv2d"]
    assert shapes == [[1, 128, 32, 32], [1, 64, 16, 16], [1, 32, 8, 8], [1, 16, 4, 4]]


def test_a_segmentation_model_classifies_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = next((draw(tmp_path / "d", 1) / "disc").iterdir())
    assert run(["classify", str(picture), "--model", "lung-lesions"], lambda *_places: None) == 1
    assert "does not say what a picture shows" in capsys.readouterr().err


def test_the_card_carries_what_an_answer_needs(trained: Any) -> None:
    card = model_card.read_card(trained[1])
    assert card.task == "classification" and card.labels == ("disc", "stripes")
    assert {"side", "temperature", "unlike_from"} <= set(card.network)
    assert set(Classifier.load(trained[1]).known_labels.tolist()) == {0, 1}
