"""Interpolate in the real window: keys painted with the mouse, the gap shown at once and filled in one step."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt

from lesionstudio.gui.theme import Look
from lesionstudio.imaging.paint_rules import PaintRules
from tests import phantoms
from tests.gui.seats import Hands, hands_on

PHANTOM = phantoms.ct_phantom(shape=(12, 64, 64))
SQUARE = slice(20, 30)


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("interpolate") / "ct"
    phantoms.write_nifti(folder / "chest.nii.gz", PHANTOM.voxels, PHANTOM.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.lock()
    window.history.rules = PaintRules()
    window.desk.parts.marking.choose_label(1)
    window.kind("interpolate").keep(axis=0, all_labels=False, most=20.0)
    window.afresh()
    return window


def _shown(hands: Hands) -> None:
    hands.until(lambda: hands.desk.parts.proposals.stands)


def _said(hands: Hands) -> str:
    proposals = hands.desk.parts.proposals
    hands.until(lambda: not proposals.is_working and bool(proposals.sentence))
    return proposals.sentence


def test_squares_painted_on_two_slices_with_the_mouse_are_joined_with_the_key_i_and_enter(hands: Hands) -> None:
    for k in (2, 6):
        hands.session.go_to_slice(k)
        hands.drag((24.5, 22), (24.5, 30))
    painted = [int((hands.mask.labels(k) == 1).sum()) for k in (2, 6)]
    assert painted[0] == painted[1] > 0
    hands.key(Qt.Key.Key_I)
    _shown(hands)
    assert hands.mask.counts() == {1: sum(painted)} and hands.desk.parts.proposals.current.slices == (3, 4, 5)
    hands.key(Qt.Key.Key_Return)
    assert [int((hands.mask.labels(k) == 1).sum()) for k in range(12)] == [0, 0, *[painted[0]] * 5, 0, 0, 0, 0, 0]
    assert all(np.array_equal(hands.mask.labels(k), hands.mask.labels(2)) for k in (3, 4, 5))
    assert hands.history.undo_title == "Interpolate"
    hands.do("undo")
    assert hands.mask.counts() == {1: sum(painted)}


def test_coronal_pictures_are_joined_along_rows(hands: Hands) -> None:
    for k in range(4, 8):
        for row in (20, 25):
            hands.paint(k, slice(row, row + 1), slice(30, 40))
    hands.kind("interpolate").keep(axis=1)
    hands.do("interpolate")
    _shown(hands)
    hands.button("accept_proposal_button").click()
    assert hands.mask.counts() == {1: 4 * 6 * 10} and (hands.mask.labels(5)[20:26, 30:40] == 1).all()


def test_without_a_gap_it_says_what_is_needed(hands: Hands) -> None:
    hands.paint(3, SQUARE, SQUARE)
    hands.do("interpolate")
    assert "two pictures" in _said(hands) and not hands.desk.parts.proposals.stands


def test_wide_gaps_and_checked_empty_slices_stay_as_they_are(hands: Hands) -> None:
    hands.paint(0, SQUARE, SQUARE)
    hands.paint(6, SQUARE, SQUARE)
    hands.kind("interpolate").keep(most=4.0)
    hands.do("interpolate")
    assert "two pictures" in _said(hands)
    hands.type("interpolate_most", "0")
    _shown(hands)
    hands.desk.parts.proposals.reject()
    hands.session.go_to_slice(3)
    hands.do("check_slice")
    hands.button("interpolate_preview_button").click()
    assert "two pictures" in _said(hands)


def test_another_label_is_shown_as_soon_as_it_is_chosen_and_all_labels_together(hands: Hands) -> None:
    for k in (1, 5):
        hands.paint(k, SQUARE, slice(10, 20))
        hands.paint(k, SQUARE, slice(40, 50), label=2)
    hands.do("interpolate")
    _shown(hands)
    assert hands.desk.parts.proposals.current.numbers() == (1,)
    hands.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    hands.until(lambda: hands.desk.parts.proposals.stands and hands.desk.parts.proposals.current.numbers() == (2,))
    hands.kind("interpolate").keep(all_labels=True)
    hands.until(lambda: hands.desk.parts.proposals.stands and hands.desk.parts.proposals.current.numbers() == (1, 2))
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 500, 2: 500}


def test_locked_labels_and_the_paint_rules_hold(hands: Hands) -> None:
    for k in (1, 5):
        hands.paint(k, SQUARE, SQUARE)
    hands.paint(3, slice(20, 22), slice(20, 30), label=2)
    hands.lock(2)
    hands.do("interpolate")
    _shown(hands)
    assert hands.desk.parts.proposals.current.voxels == 280
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 480, 2: 20}
    hands.do("undo")
    hands.desk.wiring.toolbox.gate.set_range(5000.0, 6000.0)
    hands.desk.wiring.toolbox.gate.turn_on(True)
    hands.button("interpolate_preview_button").click()
    hands.until(lambda: not hands.desk.parts.proposals.is_working)
    assert not hands.desk.parts.proposals.stands
    hands.desk.wiring.toolbox.gate.turn_on(False)


def test_taking_another_tool_drops_the_preview(hands: Hands) -> None:
    for k in (1, 5):
        hands.paint(k, SQUARE, SQUARE)
    hands.do("interpolate")
    _shown(hands)
    hands.do("brush")
    assert not hands.desk.parts.proposals.stands and hands.mask.counts() == {1: 200}
