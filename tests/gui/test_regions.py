"""Marks inside a lasso copied, moved and mirrored in the real window; nothing is done before Enter."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.pick import Pick
from lesionstudio.imaging.paint_rules import PaintRules
from tests import phantoms
from tests.gui.seats import LEFT, NONE, Hands, hands_on

AROUND = ((8, 8), (8, 22), (22, 22), (22, 8), (8, 8))


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("regions") / "ct"
    phantom = phantoms.ct_phantom(shape=(6, 64, 64))
    phantoms.write_nifti(folder / "chest.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.lock()
    window.history.rules = PaintRules()
    window.afresh(2)
    kind = window.desk.wiring.toolbox.kinds["lasso"]
    kind.values.update(kind.defaults)
    window.paint(2, slice(10, 20), slice(10, 14))
    window.paint(2, slice(12, 14), slice(16, 20), label=2)
    window.do("lasso")
    return window


def choose(hands: Hands, words: str) -> None:
    pick = hands.window.findChild(Pick, "lasso_region")
    assert pick is not None
    pick.setCurrentIndex(pick.findText(words))
    pick.activated.emit(pick.findText(words))


def labels(hands: Hands) -> NDArray[np.uint8]:
    return hands.mask.volume("labels")


def test_marks_are_copied_to_the_next_slices_as_one_named_step(hands: Hands) -> None:
    choose(hands, "Copy on")
    hands.type("lasso_slices", "2")
    hands.drag(*AROUND)
    assert hands.desk.parts.proposals.stands and np.count_nonzero(labels(hands)) == 48
    hands.key(Qt.Key.Key_Return)
    assert [np.count_nonzero(one) for one in labels(hands)] == [0, 0, 48, 48, 48, 0]
    assert hands.history.undo_title == "Copy region to 2 slices"
    hands.do("undo")
    assert np.count_nonzero(labels(hands)) == 48


def test_another_number_of_slices_changes_what_is_shown(hands: Hands) -> None:
    choose(hands, "Copy on")
    hands.drag(*AROUND)
    hands.type("lasso_slices", "-1")
    hands.key(Qt.Key.Key_Return)
    assert [np.count_nonzero(one) for one in labels(hands)] == [0, 48, 48, 0, 0, 0]


def test_marks_are_dragged_elsewhere(hands: Hands) -> None:
    choose(hands, "Move")
    hands.drag(*AROUND)
    assert not hands.desk.parts.proposals.stands
    hands.drag((15, 12), (25, 32), (35, 42))
    assert np.count_nonzero(labels(hands)[2, 30:40, 40:44]) == 0
    hands.drag((35, 42), (36, 42))
    hands.key(Qt.Key.Key_Return)
    done = labels(hands)[2]
    assert (done[31:41, 40:44] == 1).all() and (done[33:35, 46:50] == 2).all() and np.count_nonzero(done) == 48
    assert hands.history.undo_title == "Move region"


def test_esc_drops_the_move_and_the_next_drag_is_a_new_outline(hands: Hands) -> None:
    choose(hands, "Move")
    hands.drag(*AROUND)
    hands.drag((15, 12), (25, 32))
    hands.key(Qt.Key.Key_Escape)
    assert not hands.desk.parts.proposals.stands and np.count_nonzero(labels(hands)) == 48
    hands.drag((40, 40), (40, 50), (50, 50), (50, 40))
    assert hands.desk.parts.proposals.sentence == "Drag the region to its new place."


def test_marks_are_mirrored_to_the_other_side_and_stay(hands: Hands) -> None:
    choose(hands, "To the other side")
    hands.drag(*AROUND)
    hands.key(Qt.Key.Key_Return)
    done = labels(hands)[2]
    assert (done[10:20, 50:54] == 1).all() and (done[12:14, 44:48] == 2).all() and np.count_nonzero(done) == 96


def test_locks_and_paint_rules_hold_for_the_preview_too(hands: Hands) -> None:
    hands.paint(3, slice(10, 12), slice(10, 14), label=2)
    hands.history.rules = PaintRules(over="background")
    hands.lock(2)
    choose(hands, "Copy on")
    hands.drag(*AROUND)
    assert hands.desk.parts.proposals.current.voxels == 40 - 8  # type: ignore[union-attr]
    hands.key(Qt.Key.Key_Return)
    assert np.count_nonzero(labels(hands)[3] == 1) == 32 and np.count_nonzero(labels(hands)[3] == 2) == 8


def test_filling_is_chosen_again_by_its_button(hands: Hands) -> None:
    choose(hands, "Mirror")
    assert not hands.button("lasso_mode_fill_button").isChecked()
    hands.button("lasso_mode_fill_button").click()
    hands.drag(*AROUND)
    assert np.count_nonzero(labels(hands)[2] == 1) > 150


def test_in_the_coronal_view_marks_are_copied_to_the_next_coronal_picture(hands: Hands) -> None:
    hands.do("undo")
    hands.do("undo")
    hands.paint(2, slice(30, 31), slice(20, 26))
    hands.paint(3, slice(30, 31), slice(20, 26))
    hands.do("three_views")
    scan = hands.desk.wiring._scan
    assert scan is not None
    scan.crosshair.go_to((2, 30, 20))
    choose(hands, "Copy on")
    wiring = scan.three.wirings[1]
    view, plane = wiring.view, wiring.plane
    assert plane.axes[0] == 1
    spots = [plane.from_voxel(place, (6, 64, 64))[1:] for place in ((1, 30, 15), (4, 30, 15), (4, 30, 30), (1, 30, 30))]
    points = [QPoint(*map(round, view.view_state.to_point(*spot))) for spot in spots]  # type: ignore[union-attr]
    QTest.mousePress(view, LEFT, NONE, points[0])
    for point in points[1:]:
        QTest.mouseMove(view, point)
    QTest.mouseRelease(view, LEFT, NONE, points[-1])
    hands.desk.parts.proposals.accept()
    hands.do("one_view")
    done = labels(hands)
    assert np.count_nonzero(done[2:4, 30]) == 12 and np.count_nonzero(done) == 24
    assert np.count_nonzero(done[2:4, 29] + done[2:4, 31]) == 12
