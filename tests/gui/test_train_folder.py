"""Train from a folder in the real window: the data looked at, what the network sees, curves, stop, go on, keep."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.gui import trainer as trainer_room
from lesionstudio.gui.data_words import data_lines
from lesionstudio.gui.dialogs.train_sheet import TrainSheet
from lesionstudio.gui.judged import Subject
from lesionstudio.gui.panels.training import training_words
from lesionstudio.gui.theme import Look
from lesionstudio.gui.trainer import Trainer, Training, unfinished
from lesionstudio.gui.training_order import TrainingOrder, new_folder
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, write_card
from lesionstudio.progress import Progress, Reporter
from lesionstudio.recipe import Recipe, changed
from lesionstudio.workflows.train_here import plain_changes
from tests.gui.seats import LEFT, Hands, hands_on
from tests.stand_in import StandIn, bright_is_lesion
from tests.studies import SQUARE, make_study, scene


def row(minutes: float, dice: float) -> dict[str, Any]:
    """A row of the curve, as learning/course.py has it: Dice on validation only."""
    shares = {"loss": 1 - dice, "f1": dice, "precision": dice, "recall": dice, "iou": dice, "accuracy": 0.9}
    return {"minutes": minutes, "step": 1, "train": shares, "val": {**shares, "dice": dice}}


class Course:
    """What train answers: a first round, then it waits; `go` lets it end."""

    def __init__(self) -> None:
        self.go, self.asked = threading.Event(), list[dict[str, Any]]()

    def train(self, *, report: Reporter, **arguments: Any) -> dict[str, Any]:
        self.asked.append(arguments)
        curve = [row(1.0, 0.5)] if not arguments["resume"] else []
        report(Progress(0.5, "Training, loss 0.5", 60.0, {"curve": curve}))
        (Path(arguments["out"]) / "checkpoint.safetensors").write_bytes(b"")
        while not self.go.wait(0.2):
            report(Progress(0.5, "Training, loss 0.5", 60.0))
        out = Path(arguments["out"])
        weights = (2).to_bytes(8, "little") + b"{}"
        (out / "weights.safetensors").write_bytes(weights)
        rule = ModelInput(IntensityRule("window", 0, 255))
        sha256 = hashlib.sha256(weights).hexdigest()
        write_card(ModelCard(out.name, out.name, ("Lesion",), (rule,), sha256=sha256), out)
        facts = {"curve": [row(1.0, 0.5), row(2.0, 0.75)], "ended": "It ended because the 2 minutes were over."}
        facts["split"] = {"by": "part"}
        return {"model": out.name, "folder": str(out), "training": facts, "scores": {"dice": 0.75}}


def shown(*, out: str, report: Reporter, **_rest: object) -> dict[str, Any]:
    """What training_preview answers."""
    pixels, marks = scene(0, (SQUARE,))
    one = {"original": pixels, "seen": pixels, "changed": pixels}
    np.savez_compressed(Path(out) / "0.npz", **one, marks=marks, seen_marks=marks, changed_marks=marks)
    return {"pictures": [{"name": "p0", "file": "0.npz"}]}


COURSE = Course()


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("study") / "scans"
    make_study(folder, 2).close()
    verbs = {"segment_scan": bright_is_lesion, "train": COURSE.train, "training_preview": shown}
    verbs["folder_results"] = lambda **_asked: {"page": ""}
    with hands_on(look, folder, labels=1, compute=lambda listener: StandIn(listener, verbs)) as made:
        yield made
        COURSE.go.set()
        made.desk.parts.trainer.cancel()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place, rows = tmp_path_factory.mktemp("data"), ["file,split"]
    for n, part in enumerate(("train", "train", "val")):
        for kind, pixels in zip(("images", "masks"), scene(n, (SQUARE,))):
            (place / kind).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(place / kind / f"p{n}.png")
        rows.append(f"p{n}.png,{part}")
    (place / "split.csv").write_text("\n".join(rows), encoding="utf-8")
    return place


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(trainer_room, "data_folder", lambda: tmp_path)
    return tmp_path


def trainer(hands: Hands) -> Trainer:
    return hands.desk.parts.trainer


def said(hands: Hands, name: str) -> str:
    found = hands.window.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def open_sheet(hands: Hands, data: Path) -> TrainSheet:
    """The sheet with the data folder typed in and looked at."""
    hands.do("train_folder")
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, TrainSheet)
    assert not sheet._train.isEnabled()
    field = sheet._paths["data"]
    field.setFocus()
    QTest.keyClicks(field, str(data))
    QTest.keyClick(field, Qt.Key.Key_Return)
    hands.until(lambda: sheet._train.isEnabled())
    return sheet


def test_the_data_are_looked_at_before_anything_is_trained(hands: Hands, data: Path) -> None:
    sheet = open_sheet(hands, data)
    lines = {n: sheet.findChild(QLabel, f"data_line_{n}").text() for n in range(2)}  # type: ignore[union-attr]
    assert lines == {0: "3 files", 1: "training 2, validation 1"}
    assert sheet.data.values.drawing is not None and sheet.data.sizes.drawing is not None
    QTest.mouseClick(sheet._which._buttons["seen"], LEFT)
    hands.until(lambda: sheet._pages.currentWidget() is sheet.seen)
    assert sheet.seen._stamps[0][2].toolTip() == "p0"
    sheet.reject()


def test_a_training_shows_its_curve_is_stopped_gone_on_with_and_added(hands: Hands, data: Path) -> None:
    COURSE.go.clear()
    COURSE.asked.clear()
    sheet = open_sheet(hands, data)
    QTest.mouseClick(sheet._goal._buttons["miss-less"], LEFT)
    QTest.mouseClick(sheet._train, LEFT)
    running = trainer(hands)
    hands.until(lambda: running.training is not None and bool(running.training.rows))
    assert COURSE.asked[0]["changes"]["goal"] == "miss-less" and COURSE.asked[0]["data"] == str(data)
    assert hands.window.draw_page.beside is not None
    card = hands.window.draw_page.beside.training  # type: ignore[union-attr]
    assert [line.name for line in card.measure.drawing.lines] == ["validation"]
    assert [line.name for line in card.loss.drawing.lines] == ["validation", "training"]
    assert [type(one).__name__ for one in card.loss._plot.listDataItems()] == ["ScatterPlotItem"] * 2, "one row is seen"
    assert "Best Dice on validation so far 0.50" in said(hands, "training_words")
    QTest.mouseClick(hands.button("stop_training_button"), LEFT)
    assert running.training is not None and running.training.state == "stopped"
    assert "Stopped after 1.0 min" in said(hands, "training_words")
    QTest.mouseClick(hands.button("go_on_training_button"), LEFT)
    COURSE.go.set()
    hands.until(lambda: running.training is not None and running.training.state == "done")
    assert COURSE.asked[1]["resume"] is True and COURSE.asked[1]["changes"]["minutes"] == 30
    assert "2 minutes were over" in said(hands, "training_words") and len(card.loss.drawing.lines[0].points) == 2
    QTest.mouseClick(hands.button("add_trained_button"), LEFT)
    hands.until(lambda: running.training is not None and running.training.state == "added")
    assert any(model.folder.name.endswith("-1") for model in hands.desk.parts.models.models)
    QTest.mouseClick(hands.button("results_of_training_button"), LEFT)
    judging = hands.desk.parts.judging
    hands.until(lambda: judging.subject == Subject("folder", str(data), "val") and not judging.is_running)
    assert judging.model is not None and judging.model.id == running.training.model
    hands.do("learn_page")
    QTest.mouseClick(hands.button("forget_training_button"), LEFT)
    assert running.training is None


def test_what_was_reached_before_stopping_becomes_a_model_without_more_training(hands: Hands, data: Path) -> None:
    COURSE.go.clear()
    COURSE.asked.clear()
    running = trainer(hands)
    running.start(TrainingOrder(data=str(data)))
    hands.until(lambda: running.training is not None and bool(running.training.rows))
    running.cancel()
    COURSE.go.set()
    running.keep()
    hands.until(lambda: running.training is not None and running.training.state == "done")
    assert COURSE.asked[1]["changes"]["minutes"] == pytest.approx(0.99)
    assert running.training is not None and running.training.ended == "You stopped it."
    running.forget()


def test_a_training_that_was_too_short_says_so(tmp_path: Path) -> None:
    training = Training(TrainingOrder(), tmp_path, "done", rows=[row(1.0, 0.0)], ended="It ended.")
    assert "give it more minutes" in training_words(training)
    training.rows.append(row(2.0, 0.5))
    assert "give it more minutes" not in training_words(training)


def test_after_its_end_a_training_says_the_dice_of_the_weights_that_were_kept(tmp_path: Path) -> None:
    """The best row is of few pictures, the score of all that was held out."""
    training = Training(TrainingOrder(), tmp_path, "done", rows=[row(1.0, 0.7)], ended="It ended.")
    assert "so far 0.70" in training_words(training)
    training.scores = {"dice": 0.64}
    assert training_words(training) == "It ended. Dice on validation 0.64."


def test_a_training_that_the_end_of_the_program_stopped_is_offered_again(home: Path, data: Path) -> None:
    order = TrainingOrder(data=str(data), goal="invent-less")
    folder = new_folder(home / "trainings", "My data, 2")
    assert folder.name == "My-data-2-1" and new_folder(home / "trainings", "My data, 2").name == "My-data-2-2"
    order.write(folder)
    assert unfinished(home / "trainings") is None
    (folder / "checkpoint.safetensors").write_bytes(b"")
    assert unfinished(home / "trainings") == (order, folder)


def test_an_order_says_to_the_recipe_what_was_chosen() -> None:
    plain = changed(Recipe(), plain_changes(TrainingOrder(long_side=256, minutes=5).changes("mine")))
    assert (plain.long_side, plain.minutes, plain.encoder, plain.card) == ((256, 256), 5, "resnet34", {"title": "mine"})
    baseline = changed(Recipe(), plain_changes(TrainingOrder(encoder="unet-baseline").changes()))
    assert baseline.architecture == "unet-baseline"
    lent = TrainingOrder(start="encoder", model="/models/a")
    assert lent.changes()["encoder_weights"] == "/models/a" and lent.model_from == ""
    assert TrainingOrder(start="from", model="/models/a").model_from == "/models/a"


def test_the_lines_of_the_data_page_count_what_is_there() -> None:
    part = {
        "files": 2, "slices": 4, "groups": 2, "empty": 1, "sizes": [[20, 30, 4]], "spacings_mm": [[5.0, 0.5, 0.5, 2]],
        "percent_of": {"1": 2.0}, "lesions": {"1": [10.0, 20.0, 30.0]},
    }  # fmt: skip
    lines = dict(data_lines({"parts": {"": part}, "labels": [1]}))
    assert lines["Pictures"] == "2 files, 4 slices" and lines["Size"] == "30 × 20"
    assert lines["Spacing"] == "0.50 × 0.50 mm" and lines["Without a mark"] == "1 of 4 slices"
    assert lines["Marked"] == "2.00 % of the pixels" and lines["Lesions in a slice"].startswith(
        "3, half of them under 20"
    )
