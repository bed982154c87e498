"""Choosing a model by what it is for, its card one click away, and how sure it must be before it marks."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QSlider, QWidget

from lesionstudio.gui.dialogs.model_sheet import ModelSheet
from lesionstudio.gui.sureness import points_of
from lesionstudio.gui.theme import Look
from lesionstudio.model_card import Failure, ModelCard, write_card
from lesionstudio.resources import resource
from lesionstudio.settings import data_folder
from tests import phantoms
from tests.gui.seats import Hands, hands_on
from tests.stand_in import StandIn, bright_is_lesion
from tests.tiny_model import tiny_card

POINTS = [
    {
        "threshold": cut,
        "lesions": 50,
        "missed": missed,
        "invented": invented,
        "slices": 40,
        "recall": 0.8,
        "precision": 0.7,
    }
    for cut, missed, invented in ((0.3, 2, 60), (0.5, 10, 2), (0.8, 25, 0))
]
SHOWN = "thumb.png"

stand_ins: list[StandIn] = []


def made(listener: object) -> StandIn:
    stand_ins.append(StandIn(listener, {"segment_scan": bright_is_lesion}))  # type: ignore[arg-type]
    return stand_ins[-1]


def tried(**facts: object) -> ModelCard:
    """The card of a model that was tried out at three thresholds."""
    scores: dict[str, object] = {"dice": 0.8, "ci95_dice": [0.7, 0.9], "cases": 40, "part": "test", "operating": POINTS}
    scores["calibration"] = {"Lesion": {"error": 0.05, "reliability": [[0.1, 0.05, 900.0], [0.8, 0.9, 100.0]]}}
    failures = (Failure("Marks the top of the liver.", SHOWN),)
    return tiny_card(id="tried", title="Lung nodules, CT", scores=scores, failures=failures, thumbnail=SHOWN, **facts)


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    shelf = data_folder() / "models" / "tried"
    shelf.mkdir(parents=True)
    write_card(tried(), shelf)
    shutil.copyfile(resource("sample", "study", "pictures", "chest_1.png"), shelf / SHOWN)
    folder = tmp_path_factory.mktemp("models") / "ct"
    phantom = phantoms.ct_phantom(shape=(12, 64, 64))
    phantoms.write_nifti(folder / "a.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder, compute=made) as hands:
        hands.desk.parts.models.look_again()
        yield hands
    shutil.rmtree(shelf)


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.afresh(5)
    window.session.study_settings.pop("thresholds", None)
    window.desk.parts.models.choose_model("tried")
    return window


def slider(hands: Hands) -> QSlider:
    found = hands.window.findChild(QSlider, "sureness")
    assert found is not None
    return found


def words(hands: Hands) -> str:
    found = hands.window.findChild(QLabel, "sureness_words")
    assert found is not None
    return found.text()


def sheet() -> ModelSheet:
    QApplication.processEvents()
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, ModelSheet) and one.isVisible())


def test_the_slider_stands_at_the_cards_threshold_and_says_what_to_expect_there(hands: Hands) -> None:
    assert slider(hands).isVisible() and slider(hands).value() == 1
    assert words(hands) == "Misses about 2 of 10 lesions, 1 false mark in 20 slices."


def test_a_key_moves_it_and_the_next_draft_is_asked_for_there(hands: Hands) -> None:
    slider(hands).setFocus()
    QTest.keyClick(slider(hands), Qt.Key.Key_Right)
    assert words(hands) == "Misses about 5 of 10 lesions, no false mark in 40 slices."
    hands.do("segment_slice")
    hands.until(lambda: not hands.desk.parts.models.is_busy)
    asked = [one[1] for one in stand_ins[-1].submitted if one[2]]
    assert asked[-1]["threshold"] == 0.8


def test_a_double_click_brings_the_cards_own_back_and_nothing_is_kept(hands: Hands) -> None:
    slider(hands).setValue(0)
    assert hands.session.study_settings["thresholds"] == {"tried": 0.3}
    QTest.mouseDClick(slider(hands), Qt.MouseButton.LeftButton)
    assert slider(hands).value() == 1 and hands.session.study_settings["thresholds"] == {}


def test_a_model_that_nobody_tried_out_has_no_slider(hands: Hands) -> None:
    hands.desk.parts.models.choose_model("lung-lesions")
    has_points = bool(points_of(_card("lung-lesions")))
    assert slider(hands).isVisible() == has_points


def test_beside_an_open_draft_it_is_one_line_and_says_the_rest_at_the_pointer(hands: Hands) -> None:
    hands.do("segment_slice")
    card, learn = (hands.window.draw_page.segment.findChild(QWidget, name) for name in ("draft_card", "learn_button"))
    hands.until(lambda: card.isVisible() and not hands.desk.parts.models.is_busy)  # type: ignore[union-attr]
    QApplication.processEvents()
    answers = [hands.button(name).geometry() for name in ("accept_button", "reject_button")]
    assert all(card.rect().contains(one) for one in answers) and learn is not None  # type: ignore[union-attr]
    assert not hands.window.findChild(QLabel, "sureness_words").isVisible()  # type: ignore[union-attr]
    assert slider(hands).toolTip() == "Misses about 2 of 10 lesions, 1 false mark in 20 slices."


def test_the_card_is_one_click_away_with_its_scores_failures_and_pictures(hands: Hands) -> None:
    assert hands.desk.parts.models.model_in_use.id == "tried"  # type: ignore[union-attr]
    hands.button("about_model_button").click()
    shown = sheet()
    said = " ".join(label.text() for label in shown.findChildren(QLabel))
    for sentence in ("Dice 0.800 (0.700 to 0.900)", "never used for learning", "Marks the top of the liver."):
        assert sentence in said
    pictures = shown.findChildren(QLabel, "model_picture")
    curve = shown.findChild(QWidget, "reliability")
    assert curve is not None and curve.toolTip() == "10 % → 5 %\n80 % → 90 %"
    assert len(pictures) == 2 and all(not one.pixmap().isNull() for one in pictures)
    shown.close()


def test_another_one_is_chosen_there_by_its_name(hands: Hands) -> None:
    hands.button("about_model_button").click()
    shown = sheet()
    names = shown.findChild(QListWidget, "models")
    assert names is not None
    texts = [names.item(n).text().split("\n")[0] for n in range(names.count())]
    names.setCurrentRow(texts.index("Lung lesions, CT"))
    QTest.keyClick(names, Qt.Key.Key_Return)
    hands.until(lambda: hands.desk.parts.models.model_in_use.id == "lung-lesions")  # type: ignore[union-attr]


def test_points_that_find_nothing_are_no_choice_and_without_the_cards_own_there_is_none() -> None:
    dead = {**POINTS[2], "threshold": 0.9, "recall": 0.0}
    card = tried()
    with_dead = tiny_card(scores={"operating": [*POINTS, dead]})
    assert (
        [one.threshold for one in points_of(with_dead)] == [0.3, 0.5, 0.8] == [one.threshold for one in points_of(card)]
    )
    assert points_of(tiny_card(threshold=0.42, scores={"operating": POINTS})) == ()


def test_areas_are_counted_where_lesions_cannot_be() -> None:
    card = tiny_card(marks="borders", scores={"operating": POINTS})
    assert points_of(card)[0].words == "misses 20 % of the area, 30 % of its marks are wrong"


def _card(name: str) -> ModelCard:
    from lesionstudio.model_card import read_card

    folder: Path = resource("models", name)
    assert json.loads((folder / "card.json").read_text(encoding="utf-8"))["id"] == name
    return read_card(folder)


def test_few_lesions_are_counted_one_by_one_and_many_false_marks_by_the_slice() -> None:
    few = {**POINTS[0], "lesions": 7, "missed": 3, "invented": 60}
    (point, _second) = points_of(tiny_card(scores={"operating": [few, POINTS[1]]}))
    assert point.words == "misses 3 of 7 lesions, 1.5 false marks a slice"
