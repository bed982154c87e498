"""evaluate --settle and --onto-card: what is chosen on pictures of known truth, and what a card keeps of it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lesionstudio.cli import run
from lesionstudio.errors import LesionStudioError
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, read_card
from lesionstudio.workflows.card_words import card_lines
from lesionstudio.workflows.evaluate import evaluate
from lesionstudio.workflows.settle import SIZES, best_of
from tests.tiny_model import save_tiny_model, tiny_card

BYTES = (ModelInput(IntensityRule("window", 0.0, 255.0)),)
CUTS = (0.3, 0.5, 0.7)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures 48 x 40 of three patients, the last without a mark; two each of the parts train, val and test."""
    folder, rng, rows = tmp_path_factory.mktemp("data"), np.random.default_rng(0), ["id,split,patient"]
    for n in range(6):
        marks = np.zeros((48, 40), np.uint8)
        marks[8 : 8 + 12 * (n < 5), 8 : 20 + n] = 255
        for kind, pixels in (("images", rng.integers(0, 255, marks.shape, np.uint8)), ("masks", marks)):
            (folder / kind).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(folder / kind / f"p{n}.png")
        rows.append(f"p{n},{('train', 'val', 'test')[n // 2]},Anna{n // 2}")
    (folder / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def carded(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], ModelCard]:
    """A model settled and judged on everything, its answer and its card."""
    folder = save_tiny_model(tmp_path_factory.mktemp("models") / "one", tiny_card(id="one", inputs=BYTES))
    found = evaluate(str(folder), data=data, settle=True, onto_card=True, nothing_there=[data / "images"])
    return folder, json.loads(json.dumps(found)), read_card(folder)


def test_the_best_threshold_and_size_are_those_counted_by_hand() -> None:
    counts = np.zeros((1, len(CUTS), len(SIZES), 3), np.int64)
    counts[0, :, :, 2] = 10
    counts[0, 1] = (8, 4, 2)
    counts[0, 1, SIZES.index(16)] = (8, 0, 2)
    chosen = best_of(counts, 1.0, CUTS)
    assert (chosen.threshold, chosen.smallest) == (0.5, 16)
    assert chosen.score == pytest.approx(16 / 18)


def test_a_size_that_gains_next_to_nothing_is_not_chosen() -> None:
    counts = np.zeros((1, len(CUTS), len(SIZES), 3), np.int64)
    counts[...] = (10_000, 100, 100)
    counts[0, :, SIZES.index(4)] = (10_000, 99, 100)
    assert best_of(counts, 1.0, CUTS).smallest == 0


def test_what_was_settled_stands_on_the_card_and_is_used(carded: tuple[Path, dict[str, Any], ModelCard]) -> None:
    _folder, found, card = carded
    assert card.training["settled"]["threshold"] == card.threshold == found["threshold"]
    assert card.training["settled"]["smallest"] == card.smallest


def test_the_test_part_never_chooses(data: Path, carded: tuple[Path, dict[str, Any], ModelCard]) -> None:
    with pytest.raises(LesionStudioError, match="never chooses"):
        evaluate(str(carded[0]), data=data, part="test", settle=True)


def test_the_card_keeps_scores_intervals_calibration_and_the_worst_cases_in_numbers_without_a_picture(
    carded: tuple[Path, dict[str, Any], ModelCard],
) -> None:
    folder, found, card = carded
    scores = card.scores
    assert scores["dice"] == pytest.approx(found["mean"]["dice"], abs=1e-4)
    assert scores["ci95"]["dice"] == pytest.approx(found["ci95"]["dice"], abs=1e-4)
    error = found["curves"]["Lesion"]["calibration_error"]
    assert scores["calibration"]["Lesion"]["error"] == pytest.approx(error, abs=1e-4)
    assert scores["empty"]["cases"] == 1 and scores["by_patient"]["patients"] == 3
    worst = sorted(case["dice"] for case in found["cases"] if case["reference_voxels"])[:3]
    assert [one["dice"] for one in scores["worst"]] == pytest.approx(worst, abs=1e-4)
    assert all(one["missed"] <= one["wanted"] for one in scores["worst"])
    assert not card.pictures and not [*folder.glob("*.jpg"), *folder.glob("*.png")]
    assert dict(card_lines(card))["Worst cases"].count("px to mark") == 3


def test_the_points_of_the_card_are_what_evaluate_finds_at_those_thresholds(
    data: Path, carded: tuple[Path, dict[str, Any], ModelCard]
) -> None:
    folder, _found, card = carded
    point = next(one for one in card.scores["operating"] if one["threshold"] == 0.6)
    again = evaluate(str(folder), data=data, threshold=0.6)
    assert point["missed"] == again["lesions"]["missed"] and point["invented"] == again["lesions"]["invented"]
    assert point["slices"] == 6 and point["lesions"] == 5


def test_no_name_of_a_case_or_patient_stands_on_the_card(carded: tuple[Path, dict[str, Any], ModelCard]) -> None:
    words = (carded[0] / "card.json").read_text(encoding="utf-8")
    assert "Anna" not in words and '"p0' not in words


def test_what_it_marks_where_nothing_is_stands_on_the_card_in_pixels(
    carded: tuple[Path, dict[str, Any], ModelCard],
) -> None:
    _folder, found, card = carded
    marked = [one["marked_px"] for one in found["nothing_there"]]
    assert card.scores["nothing_there"]["marked_px"] == sorted(marked, reverse=True)
    assert card.scores["nothing_there"]["scans"] == 6


def test_the_command_line_settles_and_writes_too(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = save_tiny_model(tmp_path / "two", tiny_card(id="two", inputs=BYTES, threshold=0.95))
    words = ["evaluate", "--model", str(folder), "--data", str(data), "--part", "val", "--settle", "--onto-card"]
    assert run(words, show_demo=lambda _project, _screenshot: None) == 0
    assert "The card says so now." in "".join(capsys.readouterr())
    assert read_card(folder).threshold < 0.95
