"""evaluate and compare on four pictures and two tiny models that mark about half of each."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from lesionstudio.cli import run
from lesionstudio.errors import NotEnoughExamples
from lesionstudio.imaging.pairs import pair_folders
from lesionstudio.model_card import IntensityRule, ModelInput
from lesionstudio.project.openings import openings
from lesionstudio.workflows.compare import compare
from lesionstudio.workflows.evaluate import evaluate
from lesionstudio.workflows.judging import Judge, labels_of
from lesionstudio.workflows.readers import between_readers
from tests.tiny_model import save_tiny_model, tiny_card

PICTURES = 4
BYTES = (ModelInput(IntensityRule("window", 0.0, 255.0)),)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pictures 48 x 40 of three patients: two of part val, two of part test, the last without a mark."""
    folder, rng, rows = tmp_path_factory.mktemp("data"), np.random.default_rng(0), ["id,split,patient"]
    for n in range(PICTURES):
        marks = np.zeros((48, 40), np.uint8)
        marks[8 : 8 + 8 * (n < PICTURES - 1), 8 : 20 + n] = 255
        for kind, pixels in (("images", rng.integers(0, 255, marks.shape, np.uint8)), ("masks", marks)):
            (folder / kind).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(folder / kind / f"p{n}.png")
        rows.append(f"p{n},{'val' if n < 2 else 'test'},{n // 2}{n % 3}")
    (folder / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same weights twice: the second is surer before it marks."""
    folder = tmp_path_factory.mktemp("models")
    save_tiny_model(folder / "eager", tiny_card(id="eager", inputs=BYTES))
    save_tiny_model(folder / "shy", tiny_card(id="shy", inputs=BYTES, threshold=0.9))
    return folder / "eager", folder / "shy"


@pytest.fixture(scope="module")
def judged(data: Path, models: tuple[Path, Path]) -> dict[str, Any]:
    return evaluate(str(models[0]), data=data)


def test_the_curves_go_through_the_point_that_the_threshold_gives(judged: dict[str, Any]) -> None:
    counts = np.array(judged["confusion"]["counts"])
    recall, precision = counts[1, 1] / counts[1].sum(), counts[1, 1] / counts[:, 1].sum()
    curve = np.array(judged["curves"]["Lesion"]["precision_recall"])
    at = curve[abs(curve[:, 2] - judged["threshold"]).argmin()]
    assert (at[0], at[1]) == pytest.approx((recall, precision), abs=0.02)
    assert counts.sum() == PICTURES * 48 * 40
    assert judged["curves"]["Lesion"]["area_under_roc"] == pytest.approx(0.5, abs=0.1)
    json.dumps(judged, allow_nan=False)


def test_each_case_says_its_lesions_and_on_which_slice_it_is_worst(judged: dict[str, Any]) -> None:
    first = judged["cases"][0]
    assert (first["worst_slice"], first["lesions"]["found"], first["lesions"]["missed"]) == (0, 1, 0)
    assert first["specificity"] == pytest.approx(1 - (first["voxels"] - 96 * first["recall"]) / (48 * 40 - 96))
    assert judged["opened"] is None


def test_each_look_at_a_test_part_is_written_down_without_the_names_of_its_cases(
    data: Path, models: tuple[Path, Path], home: Path
) -> None:
    assert evaluate(str(models[0]), data=data, part="val")["opened"] is None
    assert not openings()
    assert evaluate(str(models[0]), data=data, part="test")["opened"] == 1
    assert compare(str(models[0]), str(models[1]), data=data, part="test")["opened"] == 3
    assert [one["model"] for one in openings()] == ["eager", "eager", "shy"]
    assert "p2" not in (home / "data" / "test_openings.json").read_text(encoding="utf-8")


def test_a_model_against_itself_differs_nowhere(data: Path, models: tuple[Path, Path]) -> None:
    found = compare(str(models[0]), str(models[0]), data=data)
    assert found["difference"]["dice"] == {"mean": 0, "ci95": (0, 0), "better": 0, "worse": 0, "equal": 3}


def test_two_models_are_compared_case_by_case(data: Path, models: tuple[Path, Path], judged: dict[str, Any]) -> None:
    found = compare(str(models[0]), str(models[1]), data=data)
    assert [case["a"] for case in found["cases"]] == [case["dice"] for case in judged["cases"]]
    gains = [case["b"] - case["a"] for case in found["cases"][:3]]
    assert found["difference"]["dice"]["mean"] == pytest.approx(np.mean(gains))
    assert found["difference"]["recall"]["worse"] == 3
    assert (found["a"]["threshold"], found["b"]["threshold"]) == (0.5, 0.9)


def test_the_command_line_prints_both_models_and_the_interval(
    data: Path, models: tuple[Path, Path], capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    words = ["compare", "--a", str(models[0]), "--b", str(models[1]), "--data", str(data), "--part", "test", "--json"]
    assert run(words, lambda project, screenshot: None) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["part"], found["opened"], len(found["cases"])) == ("test", 2, 2)


def test_a_part_that_is_empty_is_a_sentence(data: Path, models: tuple[Path, Path]) -> None:
    with pytest.raises(NotEnoughExamples, match="train"):
        evaluate(str(models[0]), data=data, part="train")


def test_the_report_shows_the_worst_case_first_and_how_to_repeat_it(
    data: Path, models: tuple[Path, Path], tmp_path: Path
) -> None:
    found = evaluate(str(models[0]), data=data, part="val", page=tmp_path / "new" / "r.html")
    written = (tmp_path / "new" / "r.html").read_text(encoding="utf-8")
    worst = min(found["cases"], key=lambda case: case["dice"])["id"]
    assert written.index(f"<strong>{worst}</strong>") == written.index("<strong>p")
    assert f"lesionstudio evaluate --model eager --data {data.name} --part val --threshold 0.5" in written
    assert str(data) not in written
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["r.html"]


def test_where_several_readers_drew_their_agreement_is_the_ceiling(tmp_path: Path) -> None:
    """Of three, two agree wholly and the third with neither: Dice 1, 0, 0. What one alone marked does not count."""
    marks = {name: np.zeros((8, 8), np.uint8) for name in ("left", "right", "nothing")}
    marks["left"][:, :4], marks["right"][:, 4:] = 255, 255
    drawn = {"a": ("left", "left", "right"), "b": ("nothing", "nothing", "left")}
    for name, by in drawn.items():
        places = [tmp_path / "images", tmp_path / "masks", *(tmp_path / "readers" / str(n) for n in range(3))]
        for place, kind in zip(places, ("left", "left", *by)):
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(marks[kind]).save(place / f"{name}.png")
    pairs = pair_folders(tmp_path / "images", tmp_path / "masks").pairs
    assert between_readers(pairs) == {"readers": 3, "cases": 1, "dice": pytest.approx(1 / 3)}
    shutil.rmtree(tmp_path / "readers" / "2")
    shutil.rmtree(tmp_path / "readers" / "1")
    assert between_readers(pairs) is None


def test_a_membrane_model_is_judged_by_the_cells_it_parts_too(data: Path, tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "borders", tiny_card(id="borders", inputs=BYTES, marks="borders", threshold=0.55))
    found = evaluate(str(tmp_path / "borders"), data=data, page=tmp_path / "page.html")
    membrane = json.loads(json.dumps(found))["membrane"]
    assert membrane["sections"] == PICTURES and membrane["threshold"] == 0.55
    at = {cut: (rand, info) for cut, rand, info in membrane["by_threshold"]}
    assert at[0.55] == pytest.approx((membrane["v_rand"], membrane["v_info"]))
    best = membrane["best"]["v_rand"]
    assert best["value"] == max(rand for rand, _info in at.values()) == at[best["threshold"]][0]
    assert "V-Rand" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_pieces_smaller_than_the_card_says_are_dropped_as_segment_drops_them(
    data: Path, models: tuple[Path, Path], tmp_path: Path
) -> None:
    save_tiny_model(tmp_path / "tidy", tiny_card(id="tidy", inputs=BYTES, smallest=40))
    pair = pair_folders(data / "images", data / "masks").pairs[0]
    before, after = (labels_of(Judge(one).asked(pair).kept(0.5), 0.5)[0] for one in (models[0], tmp_path / "tidy"))
    sizes = np.unique(ndimage.label(before, np.ones((3, 3)))[0], return_counts=True)[1]
    left = np.unique(ndimage.label(after, np.ones((3, 3)))[0], return_counts=True)[1]
    assert sorted(left[1:]) == sorted(n for n in sizes[1:] if n >= 40)
    assert len(left) < len(sizes)
