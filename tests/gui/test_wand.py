"""The magic wand in the real window, with the mouse; voxels counted against a ball of known voxels."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.tools import wand as wand_tool
from lesionstudio.imaging.paint_rules import PaintRules
from tests import phantoms
from tests.gui.seats import ALT, Hands, hands_on

PHANTOM = phantoms.ct_phantom(shape=(10, 64, 64))
PLACE = tuple(int(n) for n in np.round(np.argwhere(PHANTOM.lesion).mean(axis=0)))
K, ROW, COLUMN = PLACE
ON_SLICE, IN_ALL = int(PHANTOM.lesion[K].sum()), int(PHANTOM.lesion.sum())


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("wand") / "ct"
    phantoms.write_nifti(folder / "chest.nii.gz", PHANTOM.voxels, PHANTOM.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.lock()
    window.history.rules = PaintRules()
    window.afresh(K)
    window.do("wand")
    window.kind("wand").keep(tolerance_hu=10.0, is_3d=False, connected=True, within=0.0)
    return window


def _drawn(hands: Hands) -> None:
    for _turn in range(3):
        QApplication.processEvents()


def test_a_press_shows_what_letting_go_marks_in_one_step(hands: Hands) -> None:
    hands.press(ROW, COLUMN)
    _drawn(hands)
    shown = hands.picture.preview
    assert shown is not None and shown.voxels == ON_SLICE and hands.mask.counts() == {}
    hands.release(ROW, COLUMN)
    _drawn(hands)
    assert hands.mask.counts() == {1: ON_SLICE} and hands.history.undo_title == "Magic wand"
    assert np.array_equal(hands.mask.labels(K), PHANTOM.lesion[K]) and hands.picture.preview is None
    hands.do("undo")
    assert hands.mask.counts() == {}


def test_in_three_dimensions_it_marks_the_whole_ball(hands: Hands) -> None:
    hands.button("wand_depth_volume_button").click()
    hands.drag((ROW, COLUMN))
    assert np.array_equal(hands.mask.volume("labels"), PHANTOM.lesion) and len(PHANTOM.lesion.any(axis=(1, 2))) == 10
    hands.do("undo")
    assert hands.mask.counts() == {}


def test_dragging_changes_the_tolerance_live_and_the_field_keeps_it(hands: Hands) -> None:
    hands.kind("wand").keep(tolerance_hu=500.0)
    hands.press(ROW, COLUMN)
    _drawn(hands)
    first = hands.picture.preview
    hands.move(ROW, COLUMN + 30)
    _drawn(hands)
    wider = hands.picture.preview
    assert first is not None and wider is not None and wider.voxels > first.voxels
    text = hands.picture._tool.sketch.texts[0][1]  # type: ignore[union-attr]
    assert text.startswith("±") and "HU" in text
    hands.release(ROW, COLUMN + 30)
    tolerance = hands.kind("wand").values["tolerance_hu"]
    width = hands.session.window.width
    assert tolerance == pytest.approx(500 + 30 / 64 * width, abs=0.03 * width)
    assert sum(hands.mask.counts().values()) == wider.voxels
    assert hands.field("wand_tolerance").text() == f"{tolerance:.0f} HU"


def test_a_typed_tolerance_and_a_distance_hold(hands: Hands) -> None:
    hands.type("wand_tolerance", "2000")
    hands.type("wand_within", "9")
    hands.drag((ROW, COLUMN))
    row, column = np.mgrid[:64, :64]
    disc = ((row - ROW) * 3.0) ** 2 + ((column - COLUMN) * 3.0) ** 2 <= 81
    assert np.array_equal(hands.mask.labels(K) > 0, disc)


def test_everywhere_takes_what_does_not_touch(hands: Hands) -> None:
    hands.button("wand_reach_everywhere_button").click()
    body = int((PHANTOM.voxels[K] == phantoms.LUNG_HU).sum())
    row, column = (int(n) for n in np.argwhere(PHANTOM.voxels[K] == phantoms.LUNG_HU)[0])
    hands.drag((row, column))
    assert hands.mask.counts() == {1: body}


def test_alt_takes_marks_away_and_esc_leaves_everything(hands: Hands) -> None:
    hands.paint(K, slice(0, 64), slice(0, 64))
    hands.drag((ROW, COLUMN), held=ALT)
    assert hands.mask.counts() == {1: 64 * 64 - ON_SLICE}
    assert not hands.mask.labels(K)[PHANTOM.lesion[K] > 0].any()
    hands.press(ROW, COLUMN)
    hands.key(Qt.Key.Key_Escape)
    hands.release(ROW, COLUMN)
    assert hands.mask.counts() == {1: 64 * 64 - ON_SLICE}


def test_a_locked_label_stays_under_the_wand(hands: Hands) -> None:
    hands.paint(K, slice(ROW, ROW + 2), slice(COLUMN - 2, COLUMN), label=2)
    hands.lock(2)
    hands.press(ROW, COLUMN + 1)
    _drawn(hands)
    assert hands.picture.preview is not None and hands.picture.preview.voxels == ON_SLICE - 4
    hands.release(ROW, COLUMN + 1)
    assert hands.mask.counts() == {1: ON_SLICE - 4, 2: 4}


def test_the_paint_rules_hold_under_the_wand(hands: Hands) -> None:
    hands.paint(K, slice(ROW, ROW + 2), slice(COLUMN - 2, COLUMN), label=2)
    hands.history.rules = PaintRules(over="background")
    hands.drag((ROW, COLUMN + 1))
    assert hands.mask.counts() == {1: ON_SLICE - 4, 2: 4}
    hands.do("undo")
    hands.history.rules = PaintRules(low=-200, high=0, gate_on=True)
    hands.drag((ROW, COLUMN + 1))
    assert hands.mask.counts() == {2: 4}


def test_a_region_too_large_to_follow_is_found_in_the_background_and_waits(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wand_tool, "MOST_LIVE", 100)
    hands.kind("wand").keep(is_3d=True)
    hands.drag((ROW, COLUMN))
    proposals = hands.desk.parts.proposals
    hands.until(lambda: proposals.stands)
    assert hands.mask.counts() == {} and proposals.current is not None and proposals.current.voxels == IN_ALL
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: IN_ALL} and hands.history.undo_title == "Magic wand"


def test_a_drag_ends_though_the_options_were_shown_anew_meanwhile(hands: Hands) -> None:
    hands.press(ROW, COLUMN)
    hands.desk.wiring.toolbox.refresh()
    hands.release(ROW, COLUMN)
    _drawn(hands)
    assert hands.mask.counts() == {1: ON_SLICE}
    assert hands.picture.preview is None and not hands.picture._tool.is_down  # type: ignore[union-attr]


def test_a_press_beside_the_picture_does_nothing(hands: Hands) -> None:
    hands.press(ROW, COLUMN)
    hands.release(ROW, COLUMN)
    hands.do("undo")
    at = QPoint(2, 2)
    hands.move_to(at)
    hands.picture.set_preview(None)
    hands.drag((-3, -3))
    assert hands.mask.counts() == {}
