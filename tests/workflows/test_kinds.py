"""What the window asks of a classifier: some pictures at a time, why, heat maps as files, and the table of all."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.formats import find_scan
from lesionstudio.learning.classifier import Classifier, fresh_card
from lesionstudio.learning.classifier_networks import build_classifier
from lesionstudio.progress import Progress, silent
from lesionstudio.settings import kept_folder
from lesionstudio.workflows.kept_kinds import keep_kinds, known_kinds
from lesionstudio.workflows.kinds import explain_picture, look_at_pictures, write_heat_maps, write_table

LABELS = ("brain", "lung", "other")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory, home_of_the_run: None) -> Path:
    """A network that has learned nothing: what it says is of no use, but how it is said can be tested."""
    import torch

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("shelf") / "blank"
    card = fresh_card("blank", LABELS, "sequential-cnn", 32, 0.0)
    nothing = np.zeros((0, 64), np.float32), np.zeros(0, np.int64)
    Classifier(build_classifier(card), card, *nothing).save(folder)
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    dice = np.random.default_rng(1)
    for n in range(3):
        Image.fromarray(dice.integers(0, 256, (50, 70), dtype=np.uint8)).save(tmp_path / f"p{n}.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "p0.png").read_bytes()[:200])
    return [tmp_path / f"p{n}.png" for n in range(3)]


def sources(paths: list[Path]) -> list[dict[str, Any]]:
    return [find_scan(path).source.to_json(None) for path in paths]


def test_each_picture_gets_its_answer_and_each_is_reported(classifier: Path, pictures: list[Path]) -> None:
    heard: list[Progress] = []
    answers = look_at_pictures(sources(pictures), str(classifier), heard.append)
    assert [set(answer["probabilities"]) for answer in answers] == [set(LABELS)] * 3
    assert all(answer["class"] == max(LABELS, key=answer["probabilities"].__getitem__) for answer in answers)
    assert [round(one.fraction or 0, 2) for one in heard] == [0.33, 0.67, 1.0]


def test_a_broken_picture_gets_its_sentence_and_the_others_their_answers(
    classifier: Path, pictures: list[Path]
) -> None:
    asked = sources(pictures)
    asked.insert(1, {"format": "raster", "files": [str(pictures[0].with_name("torn.png"))], "part": ""})
    answers = look_at_pictures(asked, str(classifier), silent)
    assert ["error" in answer for answer in answers] == [False, True, False, False]
    assert answers[1]["error"] and answers[1]["hint"]


def test_what_was_said_is_kept_until_the_file_changes(classifier: Path, pictures: list[Path]) -> None:
    answers = look_at_pictures(sources(pictures), str(classifier), silent)
    sha = Classifier.load(classifier).card.sha256
    found = [find_scan(path).source for path in pictures]
    assert known_kinds(found, sha) == answers
    assert known_kinds(found, "another classifier") == [None] * 3
    assert known_kinds(found, sha, 1024.0) == [None] * 3
    os.utime(pictures[1], ns=(1, 1))
    assert [answer is not None for answer in known_kinds(found, sha)] == [True, False, True]


def test_no_name_of_a_file_is_kept_and_a_torn_line_costs_only_itself(pictures: list[Path]) -> None:
    found = [find_scan(path).source for path in pictures]
    keep_kinds([(one, {"class": "lung"}) for one in found], "some")
    (file,) = kept_folder("kinds", 1).iterdir()
    assert "p0" not in file.read_text()
    file.write_text(file.read_text()[:-9])
    assert [answer is not None for answer in known_kinds(found, "some")] == [True, True, False]


def test_why_is_a_map_of_the_pictures_shape_and_the_slices_own_answer(
    classifier: Path, pictures: list[Path], tmp_path: Path
) -> None:
    (source,) = sources(pictures[:1])
    told = explain_picture(source, 0, "lung", str(classifier), str(tmp_path), silent)
    heat = np.load(tmp_path / "heat.npy")
    assert heat.shape == (50, 70) and heat.dtype == np.uint8
    assert sum(told["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_heat_maps_go_into_files_of_their_own_names_and_never_over_others(
    classifier: Path, pictures: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    asked = [{"name": "same", "source": source} for source in sources(pictures[:2])]
    asked.append({"name": "torn", "source": {"format": "raster", "files": [str(tmp_path / "torn.png")], "part": ""}})
    made = write_heat_maps(asked, str(classifier), str(out), silent)
    assert sorted(Path(file).name for file in made["files"]) == ["same.png", "same_2.png"]
    assert np.asarray(Image.open(out / "same.png")).shape == (50, 70, 3)
    assert [one["name"] for one in made["failed"]] == ["torn"]


def test_the_table_has_a_column_a_class_and_no_name_becomes_a_formula(tmp_path: Path) -> None:
    shares = {"brain": 0.7, "lung": 0.2, "other": 0.1}
    answer = {"class": "brain", "probabilities": shares, "unlike_training": True, "slice": 0}
    rows = [("=1+1", answer), ("torn", {"error": "It is empty.", "hint": ""})]
    path = write_table(tmp_path / "t.csv", LABELS, rows)
    one, two = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    assert (one["name"], one["class"], one["confidence"]) == ("'=1+1", "brain", "0.70000")
    assert (one["lung"], one["unlike_training"], two["error"]) == ("0.20000", "yes", "It is empty.")


def test_a_folder_that_holds_no_classifier_is_named(pictures: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ModelProblem):
        look_at_pictures(sources(pictures), str(tmp_path), silent)
