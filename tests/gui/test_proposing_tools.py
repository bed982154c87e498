"""Clean up, combine and threshold in the real window: chosen by key, shown, accepted with Enter as one named step."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.theme import Look
from lesionstudio.gui.tools.kind import ToolKind
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.gui.widgets.range_slider import RangeSlider
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.imaging.proposal import Proposal
from tests import phantoms
from tests.gui.seats import LEFT, NONE, Hands, hands_on

SHAPE = (6, 64, 64)
# Slices 2.5 mm apart, voxels of 1 mm: grey rises by 10 a column.
AFFINE = np.array([[0, 0, -1, 30], [0, -1, 0, 30], [-2.5, 0, 0, 10], [0, 0, 0, 1]], float)


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("proposing") / "ct"
    ramp = np.broadcast_to(np.arange(64, dtype=np.int16) * 10, SHAPE)
    phantoms.write_nifti(folder / "ramp.nii.gz", np.ascontiguousarray(ramp), AFFINE)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.lock()
    window.history.rules = PaintRules()
    window.afresh()
    window.desk.parts.marking.choose_label(1)
    for kind in window.desk.wiring.toolbox.kinds.values():
        kind.values.update(kind.defaults)
    return window


def kind(hands: Hands) -> ToolKind:
    return hands.desk.wiring.toolbox.kind


def choose(hands: Hands, name: str, words: str) -> None:
    """Chooses an entry of a list in the options bar, with the keys."""
    pick = hands.window.findChild(Pick, name)
    assert pick is not None
    at = pick.findText(words)
    assert at >= 0, [pick.itemText(n) for n in range(pick.count())]
    pick.setCurrentIndex(at)
    pick.activated.emit(at)


def shown(hands: Hands) -> Proposal:
    """What is proposed once nothing is being found any more."""
    proposals = hands.desk.parts.proposals
    hands.until(lambda: not proposals.is_working and not kind(hands)._soon.isActive() and proposals.current is not None)
    assert proposals.current is not None
    return proposals.current


def said(hands: Hands) -> str:
    """Why nothing is proposed."""
    proposals = hands.desk.parts.proposals
    hands.until(lambda: not proposals.is_working and not kind(hands)._soon.isActive() and proposals.sentence != "")
    return proposals.sentence


def labels(hands: Hands) -> NDArray[np.uint8]:
    return hands.mask.volume("labels")


def two_islands(hands: Hands) -> None:
    hands.paint(1, slice(10, 20), slice(10, 20))
    hands.paint(1, slice(40, 42), slice(40, 42))


# Clean up


def test_c_shows_which_islands_would_go_and_enter_removes_them_as_one_step(hands: Hands) -> None:
    two_islands(hands)
    hands.key(Qt.Key.Key_C)
    assert shown(hands).voxels == 4 and np.count_nonzero(labels(hands)) == 104
    hands.key(Qt.Key.Key_Return)
    assert np.count_nonzero(labels(hands)) == 100
    assert hands.history.undo_title == "Remove islands under 20 mm³"
    hands.do("undo")
    assert np.count_nonzero(labels(hands)) == 104


def test_what_was_answered_does_not_come_back_by_itself_but_by_its_button(hands: Hands) -> None:
    hands.paint(1, slice(10, 20), slice(10, 20))
    hands.do("clean_up")
    choose(hands, "clean_up_action", "Grow")
    shown(hands)
    hands.key(Qt.Key.Key_Return)
    QApplication.processEvents()
    assert not hands.desk.parts.proposals.stands and not kind(hands)._soon.isActive()
    first = np.count_nonzero(labels(hands))
    hands.button("clean_up_preview_button").click()
    assert shown(hands).voxels > 40 and np.count_nonzero(labels(hands)) == first


def test_grow_by_mm_counts_slices_too_in_3d_and_not_on_each_slice(hands: Hands) -> None:
    hands.paint(2, slice(30, 31), slice(30, 31))
    hands.do("clean_up")
    choose(hands, "clean_up_action", "Grow")
    hands.type("clean_up_amount", "2.5")
    assert shown(hands).voxels == 20 + 2
    choose(hands, "clean_up_scope", "Each slice")
    hands.until(lambda: shown(hands).voxels == 20)
    hands.key(Qt.Key.Key_Return)
    assert hands.history.undo_title == "Grow by 2.5 mm" and np.count_nonzero(labels(hands)[2]) == 21


def test_this_slice_follows_the_slice_on_screen(hands: Hands) -> None:
    for k in (1, 2):
        hands.paint(k, slice(10, 16 + k), slice(10, 16 + k))
        hands.paint(k, slice(12, 13), slice(12, 13), label=0)
    hands.session.go_to_slice(1)
    hands.do("clean_up")
    choose(hands, "clean_up_action", "Fill holes")
    choose(hands, "clean_up_scope", "This slice")
    assert shown(hands).slices == (1,)
    hands.session.go_to_slice(2)
    hands.until(lambda: shown(hands).slices == (2,))


def test_a_click_says_which_piece_is_kept(hands: Hands) -> None:
    two_islands(hands)
    hands.session.go_to_slice(1)
    hands.do("clean_up")
    choose(hands, "clean_up_action", "Keep one I click")
    assert said(hands) == "Click the piece to keep."
    hands.press(41, 41)
    hands.release(41, 41)
    assert shown(hands).voxels == 100
    hands.key(Qt.Key.Key_Return)
    assert np.count_nonzero(labels(hands)) == 4 and hands.history.undo_title == "Keep this one"


def test_touching_pieces_are_split_into_another_label(hands: Hands) -> None:
    hands.paint(0, slice(10, 22), slice(10, 22))
    hands.paint(0, slice(15, 17), slice(22, 26))
    hands.paint(0, slice(11, 21), slice(26, 36))
    hands.do("clean_up")
    choose(hands, "clean_up_action", "Split touching")
    choose(hands, "clean_up_scope", "This slice")
    choose(hands, "clean_up_into", hands.session.labels.by_number(2).name)
    shown(hands)
    hands.key(Qt.Key.Key_Return)
    counted = hands.mask.counts()
    assert sum(counted.values()) == 144 + 8 + 100 and 100 <= counted[2] <= 108
    assert hands.history.undo_title == "Split where thinner than 5 mm"


def test_a_locked_label_is_not_cleaned_and_others_of_all_are(hands: Hands) -> None:
    two_islands(hands)
    hands.paint(3, slice(5, 6), slice(5, 6), label=2)
    hands.lock(1)
    hands.do("clean_up")
    assert said(hands) == "This label is locked."
    choose(hands, "clean_up_labels", "All labels")
    assert shown(hands).voxels == 1
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 104}


def test_the_preview_shows_only_what_the_paint_rules_allow(hands: Hands) -> None:
    hands.paint(1, slice(20, 30), slice(20, 30))
    hands.history.rules = PaintRules(low=0, high=200, gate_on=True)
    hands.do("clean_up")
    choose(hands, "clean_up_action", "Grow")
    choose(hands, "clean_up_scope", "Each slice")
    proposed = shown(hands)
    columns = np.nonzero(proposed.where)[2] + proposed.box.start[2]
    assert columns.max() == 20 and proposed.voxels == 10 + 2
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 112}


def test_only_background_is_grown_into_and_islands_are_taken_away_all_the_same(hands: Hands) -> None:
    two_islands(hands)
    hands.history.rules = PaintRules(over="background")
    hands.do("clean_up")
    shown(hands)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 100}


def test_another_tool_in_the_hand_takes_the_proposal_away(hands: Hands) -> None:
    two_islands(hands)
    hands.do("clean_up")
    shown(hands)
    hands.do("brush")
    assert not hands.desk.parts.proposals.stands


# Combine


def ring_around_a_square(hands: Hands) -> None:
    hands.paint(1, slice(10, 30), slice(10, 30), label=2)
    hands.paint(1, slice(15, 20), slice(15, 20), label=1)
    hands.paint(1, slice(50, 52), slice(50, 52), label=1)


def test_u_takes_the_other_label_in(hands: Hands) -> None:
    ring_around_a_square(hands)
    hands.key(Qt.Key.Key_U)
    assert shown(hands).voxels == 375
    hands.key(Qt.Key.Key_Return)
    one, other = (hands.session.labels.by_number(n).name for n in (1, 2))
    assert hands.mask.counts() == {1: 404} and hands.history.undo_title == f"{one} takes {other} in"


@pytest.mark.parametrize(("words", "left"), [("without", 4), ("only within", 25)])
def test_what_the_other_encloses_is_taken_away_or_kept(hands: Hands, words: str, left: int) -> None:
    ring_around_a_square(hands)
    hands.do("combine")
    choose(hands, "combine_operation", words)
    choose(hands, "combine_scope", "Each slice")
    hands.until(lambda: shown(hands).voxels == 29 - left)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: left, 2: 375}


def test_without_margin_and_inside_it_says_why_nothing_would_change(hands: Hands) -> None:
    ring_around_a_square(hands)
    hands.do("combine")
    choose(hands, "combine_operation", "without")
    hands.button("combine_encloses").setChecked(False)
    hands.until(lambda: "one label" in said(hands))


def test_a_locked_label_is_not_taken_in(hands: Hands) -> None:
    ring_around_a_square(hands)
    hands.lock(2)
    hands.do("combine")
    assert said(hands) == "That would change nothing."


# Threshold


def test_t_marks_every_voxel_of_the_range_and_the_range_is_typed(hands: Hands) -> None:
    hands.key(Qt.Key.Key_T)
    hands.type("threshold_high", "600")
    hands.type("threshold_low", "500")
    hands.until(lambda: shown(hands).voxels == 6 * 64 * 11)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 6 * 64 * 11} and hands.history.undo_title == "Threshold 500 to 600"
    assert set(np.nonzero(labels(hands))[2]) == set(range(50, 61))


def test_a_knob_of_the_slider_moves_one_end(hands: Hands) -> None:
    hands.do("threshold")
    shown(hands)
    slider = hands.window.findChild(RangeSlider, "threshold_slider")
    low, high = kind(hands)._range(hands.session.scan)  # type: ignore[attr-defined]
    start = QPoint(round(slider._x(low)), 14)
    QTest.mousePress(slider, LEFT, NONE, start)
    QTest.mouseMove(slider, start - QPoint(20, 0))
    QTest.mouseRelease(slider, LEFT, NONE, start - QPoint(20, 0))
    lower, same = kind(hands)._range(hands.session.scan)  # type: ignore[attr-defined]
    assert lower < low and same == high


def test_a_drag_over_the_picture_takes_its_values(hands: Hands) -> None:
    hands.do("threshold")
    hands.drag((10, 30), (20, 40))
    assert kind(hands)._range(hands.session.scan) == (300, 400)  # type: ignore[attr-defined]
    hands.until(lambda: shown(hands).voxels == 6 * 64 * 11)
    assert hands.mask.counts() == {}


def test_only_this_slice_and_inside_a_label(hands: Hands) -> None:
    hands.paint(0, slice(10, 20), slice(30, 50), label=2)
    hands.paint(1, slice(10, 20), slice(30, 50), label=2)
    hands.do("threshold")
    hands.type("threshold_high", "400")
    hands.type("threshold_low", "300")
    choose(hands, "threshold_inside", f"In {hands.session.labels.by_number(2).name}")
    choose(hands, "threshold_scope", "This slice")
    hands.until(lambda: shown(hands).voxels == 110)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 110, 2: 290}


def test_threshold_keeps_locked_labels_and_paints_over_nothing_where_only_background_may(hands: Hands) -> None:
    hands.paint(0, slice(0, 64), slice(30, 31), label=2)
    hands.lock(2)
    hands.do("threshold")
    hands.type("threshold_high", "310")
    hands.type("threshold_low", "300")
    hands.until(lambda: shown(hands).voxels == 6 * 64 * 2 - 64)
    hands.lock()
    hands.history.rules = PaintRules(over="background")
    hands.button("threshold_preview_button").click()
    hands.until(lambda: shown(hands).voxels == 6 * 64 * 2 - 64)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: 6 * 64 * 2 - 64, 2: 64}


def test_a_scan_without_such_values_gets_the_bright_half_of_its_window(hands: Hands) -> None:
    hands.do("threshold")
    kind(hands).values.update(low=9000.0, high=9500.0)
    low, high = kind(hands)._range(hands.session.scan)  # type: ignore[attr-defined]
    assert low == round(hands.session.window.level) and high > low


def test_esc_drops_the_preview_of_each_tool_that_shows_one_and_enter_then_checks(hands: Hands) -> None:
    hands.paint(0, slice(10, 20), slice(30, 50), label=2)
    hands.paint(0, slice(40, 41), slice(40, 41))
    counts = hands.mask.counts()
    for verb in ("threshold", "combine"):
        hands.do(verb)
        shown(hands)
        hands.picture.setFocus()
        hands.key(Qt.Key.Key_Escape)
        assert not hands.desk.parts.proposals.stands, verb
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == counts and hands.mask.status(0) == SliceStatus.CHECKED
