"""The report of a small judgement: what stands on it, that it needs nothing else, and that it is whole."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lesionstudio import words
from lesionstudio.metrics.cases import score_case
from lesionstudio.metrics.curves import Probabilities
from lesionstudio.metrics.summary import summary
from lesionstudio.report.facts import ReportFacts, Sample
from lesionstudio.report.page import page, write_page
from lesionstudio.report.pictures import AGREED, FALSE, LABELS, MISSED, _rgb, _with_errors
from lesionstudio.report.score_sections import _by_label, cases_section, tiles
from lesionstudio.resources import resource

NAMES = ("Ground-glass", "Effusion <b>")


class _Reader(HTMLParser):
    """Text, images and whatever points outside of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.images: list[str] = []
        self.outside: list[str] = []
        self.tables = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tables += tag == "table"
        for name, value in attrs:
            if name in ("src", "href") and value:
                (self.images if value.startswith("data:") else self.outside).append(value)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def facts() -> ReportFacts:
    """Three cases of two patients and two labels, the second case wholly missed."""
    rng, cases = np.random.default_rng(0), []
    for n in range(3):
        wanted = np.zeros((1, 20, 20), np.uint8)
        wanted[0, 2 : 8 + n, 2:9], wanted[0, 14:, 14:] = 1, 2
        marked = np.where(rng.random(wanted.shape) < 0.9, wanted, 0) if n != 1 else np.zeros_like(wanted)
        cases.append(score_case(f"case{n}", f"p{n // 2}", marked.astype(np.uint8), wanted, NAMES, (5, 1, 1)))
    chances = Probabilities.of(rng.random(400).astype(np.float32), rng.random(400) < 0.3)
    curve = {
        "precision_recall": chances.precision_recall(),
        "roc": chances.roc(),
        "reliability": chances.reliability(),
        "average_precision": chances.average_precision(),
        "area_under_roc": chances.area_under_roc(),
        "calibration_error": chances.calibration_error(),
    }
    scores = summary(cases) | {"curves": dict.fromkeys(NAMES, curve), "threshold": 0.5, "part": "test", "opened": 2}
    scores["readers"] = {"readers": 4, "cases": 2, "dice": 0.744}
    shares = {"loss": 0.5, "f1": 0.6, "precision": 0.6, "recall": 0.6, "iou": 0.4, "accuracy": 0.9}
    rows = [{"epoch": n, "step": 10 * n, "minutes": n, "train": shares, "val": shares} for n in (1, 2, 3)]
    rule = {"kind": "window", "low": -1350, "high": 150, "out_low": 0, "out_high": 1, "unit": "HU"}
    card: dict[str, Any] = {
        "id": "m", "title": "My <i>model</i>", "labels": NAMES, "architecture": "unet", "encoder": "resnet18",
        "long_side": (0, 0), "licence": "CC0", "data": "mine", "inputs": [{"rule": rule, "channel": -1}], "parent": "",
        "training": {
            "steps": 30, "seed": 4, "goal": "miss-less", "ended": "Nothing got better.", "curve": rows,
            "best": {"step": 20, "score": 0.6}, "recipe": {"loss": "dice+bce", "size": 224},
        },
    }  # fmt: skip
    layers = {"layers": [{"name": "conv1", "type": "Conv2d", "output_shape": [1, 8, 256, 256], "parameters": 80}]}
    picture, mask = rng.integers(0, 255, (20, 20), np.uint8), np.eye(20, dtype=np.uint8)
    part = {
        "files": 3, "slices": 3, "groups": 2, "empty": 0, "sizes": [[20, 20, 3]], "spacings_mm": [[5, 1, 1, 3]],
        "marked_percent": 12.5, "slices_with": {"1": 3}, "percent_of": {"1": 12.5},
        "lesions": {"1": [42.0, 49.0, 56.0]},
        "intensities": {"edges": [0, 1, 2], "shares": [0.5, 0.5]},
    }  # fmt: skip
    return ReportFacts(
        scores=scores,
        card=card,
        part="test",
        made="2026-01-01 10:00",
        layers=layers | {"trainable": 80, "running_statistics": 0, "total": 80},
        data={"parts": {"test": part}, "near_duplicates": [["a.png", "b.png"]], "unpaired": ["c.png"]},
        worst=(Sample("case1", picture, mask, np.zeros_like(mask), "Dice 0.00"),),
        usual=(Sample("case0", np.dstack([picture] * 3), mask, mask, "Dice 0.90"),),
        contact=(Sample("case2", picture, mask),),
        environment={"Python": "3.11"},
        again=("lesionstudio train --data d", "lesionstudio evaluate --model m --data d --part test"),
    )


@pytest.fixture(scope="module")
def read(facts: ReportFacts) -> _Reader:
    reader = _Reader()
    reader.feed(page(facts))
    return reader


@pytest.fixture
def in_french() -> Iterator[None]:
    words.use_language("fr", resource("translations"))
    yield
    words.use_language("en", resource("translations"))


def test_the_page_needs_nothing_from_outside(read: _Reader, facts: ReportFacts) -> None:
    assert read.outside == []
    assert "url(" not in page(facts) and "<script" not in page(facts)
    assert len(read.images) == 2 * 4 + 1 + 1 + 2 + 1 + 1 + 1 + 2


def test_it_says_the_figures_that_were_measured(read: _Reader, facts: ReportFacts) -> None:
    text = " ".join(read.text)
    assert f"{facts.scores['mean']['dice']:.3f}" in text
    assert "case1" in text and "Nothing got better." in text and "lesionstudio train --data d" in text
    assert "a.png = b.png" in text and "c.png" in text
    assert "opened 2 times" in text
    assert "Marked only by the model: 0. Only in the truth: 1." in text
    assert "Miss less: F2 on validation" in text
    assert "Dice between 4 readers 0.744 2 cases that two drew in" in text
    assert "less than the truth" in text and "more than the truth" not in text


def test_worst_cases_come_before_every_other_case(facts: ReportFacts) -> None:
    written = page(facts)
    assert written.index("case1") < written.index("case0")
    order = re.findall(r"<tr><td>(case\d)</td>", written)
    assert order[0] == "case1"


def test_of_several_labels_it_says_colours_cases_and_how_they_are_averaged(facts: ReportFacts) -> None:
    written = page(facts)
    assert written.count(f'style="background: {LABELS[0]}"></span>Ground-glass') == 3  # worst cases, usual ones, data
    assert "the mean of all is that of the labels" in written and "all pixels together</span>" not in written
    table = _by_label(facts.scores)[0]
    assert table.rows[0][:2] == ("Ground-glass", "3")
    alone = {**facts.scores, "labels": {"Ground-glass": facts.scores["labels"]["Ground-glass"]}}
    assert _by_label(alone) == [] and tiles(alone)[1]["range"] == "all pixels together"


def test_names_from_files_are_never_taken_for_html(facts: ReportFacts) -> None:
    written = page(facts)
    assert "<i>model" not in written and "&lt;i&gt;model" in written
    assert "Effusion <b>" not in written


def test_it_speaks_french(facts: ReportFacts, in_french: None) -> None:
    written = page(facts)
    assert '<html lang="fr">' in written
    assert "Worst cases first" not in written and "Precision and recall" not in written


def test_a_model_without_a_history_and_data_not_looked_at_leave_sections_out(facts: ReportFacts) -> None:
    bare = replace(facts, card={**facts.card, "training": {}}, data=None, layers={}, worst=(), usual=(), contact=())
    assert "Recipe" not in page(bare) and "Worst cases" not in page(bare)


def test_missed_false_and_agreed_pixels_have_their_colours() -> None:
    wanted, marked = np.zeros((3, 9), np.uint8), np.zeros((3, 9), np.uint8)
    wanted[1, 1], marked[1, 4], wanted[1, 7], marked[1, 7] = 1, 1, 1, 1
    shown = _with_errors(np.zeros((3, 9, 3), np.uint8), wanted, marked)
    for column, colour in ((1, MISSED), (4, FALSE), (7, AGREED)):
        assert shown[1, column].tolist() == _rgb(colour).tolist()


def test_it_is_written_as_one_file(facts: ReportFacts, tmp_path: Path) -> None:
    write_page(facts, tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_patients_without_a_lesion_stand_behind_those_with_one(facts: ReportFacts) -> None:
    one = {"cases": 2, "dice": 0.4, "iou": 0.3, "pooled_dice": 0.4, "pooled_iou": 0.3}
    healthy = {**one, "dice": None, "iou": None, "pooled_dice": 0.0, "pooled_iou": 0.0}
    patients = {"healthy": healthy, "better": {**one, "pooled_dice": 0.9}, "worse": one}
    made = cases_section({**facts.scores, "cases": [*facts.scores["cases"]] * 2, "by_patient": patients})
    assert [row[0] for row in made.tables[1].rows] == ["worse", "better", "healthy"]
    assert made.tables[1].rows[0][1:] == ("2", "0.400", "0.300", "0.400", "0.300")
