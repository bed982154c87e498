"""How drafts fare: written down at the check, kept in the study, shown on the Learn page, each point a way back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from lesionstudio.gui.panels.draft_fares import DraftFaresCard, arms_words, bias_words, signed, strokes_words
from lesionstudio.gui.theme import Look
from lesionstudio.project.fates import Fate, bias_of
from lesionstudio.project.worklist import ItemRecord
from tests import phantoms
from tests.gui.desk import put_model_on_shelf
from tests.gui.seats import Hands, hands_on

Key = Qt.Key


@pytest.fixture
def hands(look: Look, tmp_path: Path) -> Iterator[Hands]:
    put_model_on_shelf()
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(tmp_path / "scans" / "chest.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, tmp_path / "scans") as made:
        made.desk.parts.models.choose_model("stand-in")
        yield made


def drafted_and_checked(hands: Hands, k: int, *, erases: bool) -> Fate:
    """Drafts a slice, erases some of it, and says with Enter that it is right."""
    hands.session.go_to_slice(k)
    hands.key(Key.Key_S)
    hands.until(lambda: hands.mask.has_draft(k))
    if erases:
        hands.do("eraser")
        hands.drag((48, 10), (48, 110))
    hands.key(Key.Key_Return)
    return hands.session.record(hands.session.current_id).fates[k]


def test_a_check_writes_down_how_the_draft_fared(hands: Hands) -> None:
    as_it_was = drafted_and_checked(hands, 6, erases=False)
    assert (as_it_was.dice, as_it_was.strokes, as_it_was.model, as_it_was.unit) == (1.0, 0, "stand-in", "ml")
    assert as_it_was.drafted == as_it_was.final > 0 and as_it_was.come_by == ""
    corrected = drafted_and_checked(hands, 9, erases=True)
    assert 0 < corrected.dice < 1 and corrected.strokes == 1 and corrected.drafted > corrected.final


def test_a_slice_without_a_draft_has_no_fate(hands: Hands) -> None:
    hands.session.go_to_slice(3)
    hands.drag((48, 30), (48, 60))
    hands.key(Key.Key_Return)
    assert hands.session.record(hands.session.current_id).fates == {}


def test_it_is_kept_in_the_study_and_survives_its_way_through_json(hands: Hands) -> None:
    fate = drafted_and_checked(hands, 6, erases=True)
    record = hands.session.record(hands.session.current_id)
    assert ItemRecord.from_json(record.to_json()).fates == {6: fate}
    hands.until(lambda: hands.session.autosave.is_settled)
    project = hands.session.project
    assert project is not None
    saved = next((project.home / "items").glob("*.json")).read_text()
    assert '"fates"' in saved and "stand-in" in saved


def test_the_learn_page_shows_a_point_a_slice_and_a_click_opens_it(hands: Hands) -> None:
    drafted_and_checked(hands, 6, erases=True)
    drafted_and_checked(hands, 9, erases=False)
    hands.do("learn_page")
    card = hands.window.findChild(DraftFaresCard)
    assert card is not None and card.isVisible()
    assert [point.key.k for point in card.dice.points] == [6, 9]
    assert [point.value for point in card.strokes.points] == [1, 0]
    assert [point.key for point in card.seconds.points] == [point.key for point in card.strokes.points]
    told = next(one.text() for one in card.findChildren(QLabel, "draft_bias"))
    assert "more than you" in told
    card.dice.dots.sigClicked.emit(card.dice.dots, [card.dice.dots.points()[0]], None)
    assert hands.window.draw_page.is_drawing and hands.session.slice_number == 6


def test_a_check_taken_back_takes_its_point_back(hands: Hands) -> None:
    drafted_and_checked(hands, 6, erases=False)
    fates = hands.desk.parts.draft_fates
    assert [place.k for place, _fate in fates.all()] == [6]
    while hands.history.undo_title != "Check slice":
        hands.do("undo")
    hands.do("undo")
    assert fates.all() == []


def fate(dice: float = 0.5, drafted: float = 1.0, final: float = 2.0, **more: object) -> Fate:
    return Fate("v1", "2026", dice, drafted, final, "ml", **more)  # type: ignore[arg-type]


def test_the_bias_says_how_much_and_in_which_direction() -> None:
    assert bias_of([]) is None
    bias = bias_of([fate(drafted=1, final=2), fate(drafted=3, final=3)])
    assert bias is not None and bias.mean == -0.5 and bias.share == pytest.approx(-0.2)
    assert "0.50 ml a slice less than you" in bias_words(bias) and "\N{MINUS SIGN}20 %" in bias_words(bias)
    assert bias_words(bias_of([fate(drafted=2, final=2)])) == "Volume: drafts mark as much as you."
    assert signed(3.2) == "+3" and signed(0.2) == "0"


def test_strokes_are_told_once_there_are_enough_and_the_arms_once_there_are_both() -> None:
    fates = [fate(strokes=9 - n) for n in range(9)]
    assert strokes_words(fates[:4]) == ""
    assert strokes_words(fates) == "Strokes a slice: 8.0 at first, 2.0 now."
    assert arms_words(fates) == ""
    both = [fate(0.4, come_by="chosen"), fate(0.6, come_by="chosen"), fate(0.8, come_by="random")]
    assert "0.50 on 2 chosen slices; 0.80 on 1 picked at random" in arms_words(both)
