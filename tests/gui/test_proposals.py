"""A change that waits for an answer, in the real window: shown, accepted with Enter, dropped with Esc."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.gui import making
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.tools import outline
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.imaging.proposal import Proposal
from tests import phantoms
from tests.gui.seats import Hands, hands_on


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("proposals") / "ct"
    phantom = phantoms.ct_phantom(shape=(6, 64, 64))
    phantoms.write_nifti(folder / "chest.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.lock()
    window.afresh()
    return window


def _square(k: int = 0, label: int = 1) -> Proposal:
    return Proposal.of("Wand", Box((k, 20, 20), (k + 1, 30, 30)), np.ones((1, 10, 10), bool), label)


def _show(hands: Hands, proposal: Proposal) -> None:
    hands.desk.parts.proposals.show(proposal)
    QApplication.processEvents()


def _colour(hands: Hands, row: float, column: float) -> tuple[int, int, int]:
    shot, at = hands.picture.grab().toImage(), hands.point(row, column)
    red, green, blue, _alpha = shot.pixelColor(at).getRgb()  # type: ignore[misc]
    return red, green, blue


def test_enter_accepts_what_is_shown_and_only_then_checks_the_slice(hands: Hands) -> None:
    _show(hands, _square())
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 100} and hands.history.undo_title == "Wand"
    assert hands.mask.status(0) == SliceStatus.CORRECTED and hands.session.slice_number == 0
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.status(0) == SliceStatus.CHECKED and hands.session.slice_number == 1


def test_esc_drops_what_is_shown_and_leaves_the_mask_alone(hands: Hands) -> None:
    _show(hands, _square())
    hands.key(Qt.Key.Key_Escape)
    assert not hands.desk.parts.proposals.stands and hands.mask.counts() == {} and hands.history.undo_title == ""


def test_what_is_not_seen_is_not_accepted(hands: Hands) -> None:
    _show(hands, _square())
    hands.do("learn_page")
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {} and not hands.window.actions_by_verb["accept_proposal"].isEnabled()
    hands.do("draw")
    hands.picture.setFocus()
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 100}


def test_the_buttons_are_there_only_while_something_waits(hands: Hands) -> None:
    assert not hands.button("accept_proposal_button").isVisible()
    _show(hands, _square())
    assert hands.button("accept_proposal_button").isVisible() and hands.button("reject_proposal_button").isVisible()
    hands.button("accept_proposal_button").click()
    assert hands.mask.counts() == {1: 100} and not hands.button("accept_proposal_button").isVisible()


def test_the_picture_shows_it_filled_on_its_slice_and_on_no_other(hands: Hands) -> None:
    bare = _colour(hands, 25, 25)
    _show(hands, _square())
    shown = _colour(hands, 25, 25)
    amber = np.array([0xF5, 0xA5, 0x39])
    assert np.abs(np.array(shown) - (0.66 * np.array(bare) + 0.34 * amber)).max() <= 2
    hands.session.go_to_slice(1)
    elsewhere = _colour(hands, 25, 25)
    hands.key(Qt.Key.Key_Escape)
    assert _colour(hands, 25, 25) == elsewhere
    hands.session.go_to_slice(0)
    assert _colour(hands, 25, 25) == bare


def test_what_would_be_taken_away_is_crossed_out_in_red(hands: Hands) -> None:
    hands.paint(0, slice(20, 30), slice(20, 30))
    marked = hands.picture.grab().toImage()
    _show(hands, _square(label=0))
    shot = hands.picture.grab().toImage()
    top, bottom = hands.point(21, 21), hands.point(29, 29)
    inside = [(x, y) for x in range(top.x(), bottom.x()) for y in range(top.y(), bottom.y())]
    red = [at for at in inside if shot.pixelColor(*at).red() - marked.pixelColor(*at).red() > 20
           or shot.pixelColor(*at).blue() - marked.pixelColor(*at).blue() > 20]  # fmt: skip
    assert 0.1 < len(red) / len(inside) < 0.6
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {}


def test_a_change_of_the_mask_drops_what_was_thought_of_before_it(hands: Hands) -> None:
    _show(hands, _square())
    hands.paint(0, slice(1, 3), slice(1, 3))
    assert not hands.desk.parts.proposals.stands
    _show(hands, _square())
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not hands.desk.parts.proposals.stands


def test_of_two_requests_only_the_later_is_shown(hands: Hands) -> None:
    proposals, go_on = hands.desk.parts.proposals, threading.Event()

    def slow() -> Proposal:
        go_on.wait(10)
        return _square(label=2)

    proposals.compute("Wand", slow)
    assert proposals.is_working
    proposals.compute("Wand", _square)
    hands.until(lambda: proposals.stands)
    go_on.set()
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    assert proposals.current is not None and proposals.current.numbers() == (1,)


def test_nothing_to_change_is_said_and_cannot_be_accepted(hands: Hands) -> None:
    proposals = hands.desk.parts.proposals
    proposals.compute("Wand", lambda: None, nothing="Nothing here.")
    hands.until(lambda: not proposals.is_working)
    assert (proposals.stands, proposals.sentence) == (False, "Nothing here.")
    assert not hands.window.actions_by_verb["accept_proposal"].isEnabled()


def test_enter_before_the_proposal_is_found_checks_no_slice(hands: Hands) -> None:
    gate = threading.Event()

    def find() -> Proposal:
        gate.wait(5)
        return _square()

    hands.desk.parts.proposals.compute("Wand", find)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.status(0) == SliceStatus.NEW and hands.session.slice_number == 0
    gate.set()
    hands.until(lambda: hands.desk.parts.proposals.stands)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 100}


class _Mouse(QObject):
    """Something that wants the window's time every millisecond, and how often it had it."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = 0
        self._beat = QTimer(self, interval=1)
        self._beat.timeout.connect(self._answer)
        self._beat.start()

    def _answer(self) -> None:
        self.answered += 1


def _large(hands: Hands) -> Proposal:
    """All of the scan: more than is made in one go."""
    shape = hands.mask.shape
    return Proposal.of("Threshold", Box.whole(shape), np.ones(shape, bool), 1)


@pytest.fixture
def piecemeal(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Every slice a piece."""
    monkeypatch.setattr(making, "_AT_LEAST", 0)
    monkeypatch.setattr(making, "_PIECE_S", 0.0)
    return hands


def test_while_a_large_change_is_made_the_window_answers_and_nothing_else_is_changed(piecemeal: Hands) -> None:
    hands, mouse = piecemeal, _Mouse()
    _show(hands, _large(hands))
    hands.key(Qt.Key.Key_Return)
    proposals = hands.desk.parts.proposals
    assert proposals.is_making and hands.history.is_open and hands.history.undo_title == ""
    hands.key(Qt.Key.Key_Return)  # Neither made twice nor the slice checked.
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.drag((10, 10), (20, 20))
    hands.desk.parts.marking.delete_label(2)
    hands.until(lambda: not proposals.is_making)
    assert hands.session.labels.by_number(2) is not None
    assert mouse.answered > 2
    assert hands.mask.counts() == {1: 6 * 64 * 64} and hands.history.steps.position == 1
    assert hands.mask.status(0) == SliceStatus.CORRECTED and not proposals.stands
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hands.mask.counts() == {} and hands.history.redo_title == "Threshold"


def test_what_is_being_made_is_said_and_cannot_be_answered(piecemeal: Hands) -> None:
    hands = piecemeal
    _show(hands, _large(hands))
    hands.button("accept_proposal_button").click()
    assert not hands.button("accept_proposal_button").isVisible()
    assert "Working" in [said.text() for said in hands.window.status_bar.findChildren(QLabel)]
    hands.until(lambda: not hands.desk.parts.proposals.is_making)


def test_a_large_lasso_is_one_step_made_piece_by_piece(piecemeal: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    hands = piecemeal
    hands.do("lasso")
    hands.drag((20, 20), (20, 40), (40, 40), (40, 20))
    at_once = hands.mask.labels(0).copy()
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    monkeypatch.setattr(outline, "LARGE", 0)
    hands.drag((20, 20), (20, 40), (40, 40), (40, 20))
    hands.until(lambda: not hands.desk.parts.proposals.is_making)
    assert (hands.mask.labels(0) == at_once).all() and at_once.any()
    assert hands.history.undo_title == "Lasso" and hands.history.steps.position == 1


def test_closing_the_scan_makes_the_rest_first_and_it_is_kept(piecemeal: Hands) -> None:
    hands = piecemeal
    folder = hands.session.project.folder  # type: ignore[union-attr]
    _show(hands, _large(hands))
    hands.key(Qt.Key.Key_Return)
    assert hands.desk.parts.proposals.is_making
    hands.session.close_folder()
    assert not hands.desk.parts.proposals.is_making
    hands.open(folder)
    assert hands.mask.counts() == {1: 6 * 64 * 64}  # This one comes last: nothing takes it back.
