"""Segment with a model that was made for something else: a sentence and a way out, once, and nothing waits for it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest
from PySide6.QtTest import QTest

from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.doubts import unlike_sentence
from lesionstudio.model_card import IntensityRule, ModelInput
from lesionstudio.progress import Progress, Reporter
from tests.gui import kind_teller
from tests.gui.seats import LEFT, Hands, hands_on
from tests.gui.test_classify_page import VERBS, draw
from tests.stand_in import StandIn, bright_is_lesion


def doubting(*, model: str, report: Reporter, **asked: Any) -> dict[str, Any]:
    """What is bright is lesion; the model for few things doubts whatever it is shown."""
    if Path(model).name == "for-few":
        report(Progress(0.0, partial={"doubts": [unlike_sentence()], "hu_offset_guess": None}))
    return bright_is_lesion(report=report, **asked)


OURS = {**VERBS, "segment_scan": doubting}


@pytest.fixture
def hands(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    """A bright picture (a lung), a dark and a coloured one (brains), a middle and an even one; models for both organs.

    What a picture shows is known to nobody yet. No starter model is there.
    """
    monkeypatch.setattr("lesionstudio.project.shelf.resource", lambda *parts: tmp_path / "nothing shipped")
    kind_teller.put_on_shelf()
    for name, region, modality in (("for-lungs", "lung", "CT"), ("for-brains", "brain", "MR")):
        kind_teller.put_on_shelf(name, task="segmentation", region=region, modality=modality)
    for name, grey in (("bright", 200), ("dark", 40), ("middle", 130)):
        draw(tmp_path / "scans", name, grey)
    draw(tmp_path / "scans", "even", 60, even=True)
    dark = cv2.imread(str(tmp_path / "scans" / "dark.png"))
    dark[12:18, 12:18, 1] += 30
    cv2.imwrite(str(tmp_path / "scans" / "coloured.png"), dark)
    with hands_on(look, tmp_path / "scans", labels=1, compute=lambda listener: StandIn(listener, OURS)) as made:
        made.session.apply_settings(replace(made.session.settings, drafts_ahead=False))
        made.desk.parts.models.choose_model("for-lungs")
        made.desk.parts.models._keep_table("for-lungs", {1: 1, 2: 1, 3: 1})
        made.desk.parts.models._keep_table("for-brains", {1: 1, 2: 1, 3: 1})
        yield made


def open_item(hands: Hands, item: str) -> None:
    hands.session.open_item(item)
    hands.until(lambda: hands.session.current_id == item)


def said(hands: Hands) -> list[Notice]:
    return hands.window.draw_page.banners.notices


def segment(hands: Hands, verb: str = "segment_slice") -> None:
    hands.do(verb)
    classifying, models = hands.desk.parts.classifying, hands.desk.parts.models
    hands.until(lambda: not models.is_busy and not classifying.running)


def submitted(hands: Hands) -> list[str]:
    compute = hands.desk.parts.lane._compute
    assert isinstance(compute, StandIn)
    return [verb for verb, _arguments, _urgent in compute.submitted]


def test_a_brain_under_a_model_for_lungs_is_named_and_the_fitting_model_is_one_click_away(hands: Hands) -> None:
    open_item(hands, "dark.png")
    segment(hands)
    assert hands.session.draft is not None, "the draft did not wait for an answer"
    told = said(hands)[0]
    assert told.title == "This looks like a picture of a brain; the model was made for chest CT."
    assert told.action_text == "Use for-brains instead"
    QTest.mouseClick(hands.button("banner_use_fitting_model_button"), LEFT)
    hands.until(lambda: submitted(hands).count("segment_scan") == 2 and not hands.desk.parts.models.is_busy)
    in_use = hands.desk.parts.models.model_in_use
    assert in_use is not None and in_use.id == "for-brains"
    assert said(hands) == []


def test_the_question_never_goes_before_the_draft(hands: Hands) -> None:
    open_item(hands, "dark.png")
    segment(hands)
    assert submitted(hands) == ["segment_scan", "look_at_pictures"]


def test_it_is_said_once_a_scan_and_model(hands: Hands) -> None:
    open_item(hands, "dark.png")
    segment(hands)
    QTest.mouseClick(hands.button("banner_keep_model_button"), LEFT)
    assert said(hands) == []
    segment(hands)
    segment(hands)
    assert said(hands) == []
    assert hands.session.study_settings["misfits_told"] == {"for-lungs": ["dark.png"]}


def test_nothing_is_said_of_a_scan_that_fits(hands: Hands) -> None:
    open_item(hands, "bright.png")
    segment(hands)
    assert said(hands) == []


def test_something_else_gets_a_sentence_but_no_model(hands: Hands) -> None:
    open_item(hands, "middle.png")
    segment(hands)
    told = said(hands)[0]
    assert told.title.startswith("This looks like neither brain nor lung") and not told.action
    open_item(hands, "even.png")
    segment(hands)
    assert said(hands)[0].title.startswith("This is unlike anything")


def use_from_shelf(hands: Hands, name: str) -> None:
    """Puts a model for three labels on the shelf, chooses it, and opens a dark picture."""
    kind_teller.put_on_shelf(name, task="segmentation")
    models = hands.desk.parts.models
    models.look_again()
    models.choose_model(name)
    models._keep_table(name, {1: 1, 2: 1, 3: 1})
    open_item(hands, "dark.png")


def test_all_scans_get_one_sentence_together(hands: Hands) -> None:
    segment(hands, "segment_all")
    hands.until(lambda: bool(said(hands)))
    titles = [one.title for one in said(hands) if one.kind == "warning"]
    assert titles == ["4 scans do not look like what the model was made for."]


def test_a_model_that_does_not_say_what_it_was_made_for_is_never_doubted(hands: Hands) -> None:
    use_from_shelf(hands, "for-all")
    segment(hands)
    assert said(hands) == [] and "look_at_pictures" not in submitted(hands)


def test_what_a_model_doubts_is_said_before_its_draft_is_there(hands: Hands) -> None:
    use_from_shelf(hands, "for-few")
    drafts: list[bool] = []
    hands.desk.parts.models._segmenter.doubted.connect(lambda *_said: drafts.append(bool(hands.mask.draft(0).any())))
    segment(hands)
    assert drafts == [False] and hands.mask.draft(0).any()
    assert [one.title for one in said(hands)] == [unlike_sentence()]


def test_of_two_models_for_brains_the_one_for_as_many_channels_is_offered(hands: Hands) -> None:
    takes_three = tuple(ModelInput(IntensityRule("zscore", -1.0, 4.5), channel) for channel in range(3))
    kind_teller.put_on_shelf("of-three", task="segmentation", region="brain", modality="MR", inputs=takes_three)
    hands.desk.parts.models.look_again()
    open_item(hands, "dark.png")
    segment(hands)
    assert said(hands)[0].action_text == "Use for-brains instead"
    open_item(hands, "coloured.png")
    segment(hands)
    assert said(hands)[0].action_text == "Use of-three instead"
