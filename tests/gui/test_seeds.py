"""Grow from seeds in the real window: strokes with the mouse, a preview after each, one step at the end."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt

from lesionstudio.gui.theme import Look
from lesionstudio.imaging.paint_rules import PaintRules
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.imaging.seeds import BACKGROUND
from tests import phantoms
from tests.gui.seats import ALT, Hands, hands_on

PHANTOM = phantoms.ct_phantom(shape=(10, 64, 64))
K, ROW, COLUMN = (int(n) for n in np.round(np.argwhere(PHANTOM.lesion).mean(axis=0)))


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("seeds") / "ct"
    noise = np.random.default_rng(4).normal(0, 20, PHANTOM.voxels.shape)
    phantoms.write_nifti(folder / "chest.nii.gz", (PHANTOM.voxels + noise).astype(np.int16), PHANTOM.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.lock()
    window.history.rules = PaintRules()
    window.desk.parts.marking.choose_label(1)
    window.kind("seeds").keep(sows="label", is_3d=True, margin_mm=20.0)
    window.desk.wiring.toolbox.set_diameter(6.0)
    window.afresh(K)
    window.do("seeds")
    return window


def _sow(
    hands: Hands, *places: tuple[float, float], held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    hands.drag(*places, held=held)


def _preview(hands: Hands) -> Proposal:
    proposals = hands.desk.parts.proposals
    hands.until(lambda: not proposals.is_working)
    assert proposals.current is not None
    return proposals.current


def _dice(hands: Hands, proposal: Proposal) -> float:
    found, truth = np.zeros(PHANTOM.lesion.shape, bool), PHANTOM.lesion > 0
    found[proposal.box.slices()] = proposal.labels == 1
    return float(2 * (found & truth).sum() / (found.sum() + truth.sum()))


def test_one_stroke_shows_the_whole_ball_and_enter_makes_it_one_step(hands: Hands) -> None:
    _sow(hands, (ROW, COLUMN - 3), (ROW, COLUMN + 3))
    assert hands.mask.counts() == {}
    proposal = _preview(hands)
    assert _dice(hands, proposal) >= 0.95
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: proposal.voxels} and hands.history.undo_title == "Grow from seeds"
    assert hands.kind("seeds").undo_title == ""
    hands.do("undo")
    assert hands.mask.counts() == {}


def test_seeds_are_seen_in_the_colour_of_their_label_and_are_not_in_the_mask(hands: Hands) -> None:
    before = hands.picture.grab().toImage().pixelColor(hands.point(ROW, COLUMN))
    hands.press(ROW, COLUMN - 3)
    hands.move(ROW, COLUMN + 3)
    seen = hands.picture.grab().toImage().pixelColor(hands.point(ROW, COLUMN))
    assert seen != before and seen.red() > 180 and seen.blue() < 120 and hands.mask.counts() == {}
    hands.release(ROW, COLUMN + 3)
    _preview(hands)
    hands.key(Qt.Key.Key_Escape)
    hands.move_to(hands.point(2, 2))
    assert hands.picture.grab().toImage().pixelColor(hands.point(ROW, COLUMN)) == before


def test_a_stroke_with_alt_or_of_the_background_takes_away_from_the_preview(hands: Hands) -> None:
    _sow(hands, (ROW, COLUMN - 3), (ROW, COLUMN + 3))
    first = _preview(hands).voxels
    _sow(hands, (ROW + 5, COLUMN - 3), (ROW + 5, COLUMN + 3), held=ALT)
    assert _preview(hands).voxels < first
    hands.key(Qt.Key.Key_Backspace)
    assert _preview(hands).voxels == first
    hands.button("seeds_sows_background_button").click()
    _sow(hands, (ROW + 5, COLUMN - 3), (ROW + 5, COLUMN + 3))
    seeds = hands.picture._tool.strokes.labels(K)  # type: ignore[union-attr]
    assert set(np.unique(seeds)) == {0, 1, BACKGROUND} and _preview(hands).voxels < first


def test_undo_takes_seeds_back_one_by_one_and_redo_sows_them_again_before_any_step_of_the_mask(hands: Hands) -> None:
    hands.paint(K, slice(0, 4), slice(0, 4))
    for row in (ROW - 2, ROW + 2):
        _sow(hands, (row, COLUMN - 2), (row, COLUMN + 2))
        _preview(hands)
    assert hands.window.actions_by_verb["undo"].text() == "Undo Seed"
    both = _preview(hands).voxels
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert _preview(hands).voxels == both
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not hands.desk.parts.proposals.stands and hands.mask.counts() == {1: 16}
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hands.mask.counts() == {}


def test_esc_drops_preview_and_seeds_together(hands: Hands) -> None:
    _sow(hands, (ROW, COLUMN - 3), (ROW, COLUMN + 3))
    _preview(hands)
    hands.key(Qt.Key.Key_Escape)
    assert not hands.desk.parts.proposals.stands and hands.kind("seeds").undo_title == ""
    assert not hands.picture._tool.strokes.touched("labels")  # type: ignore[union-attr]


def test_after_an_answer_and_when_taken_up_again_a_stroke_is_one_of_the_label(hands: Hands) -> None:
    hands.button("seeds_sows_background_button").click()
    _sow(hands, (ROW, COLUMN - 3), (ROW, COLUMN + 3))
    hands.key(Qt.Key.Key_Escape)
    assert hands.button("seeds_sows_label_button").isChecked()
    hands.button("seeds_sows_background_button").click()
    hands.do("brush")
    hands.do("seeds")
    assert hands.button("seeds_sows_label_button").isChecked()


def test_on_one_slice_nothing_grows_on_the_others(hands: Hands) -> None:
    hands.button("seeds_depth_slice_button").click()
    _sow(hands, (ROW, COLUMN - 3), (ROW, COLUMN + 3))
    assert _preview(hands).slices == (K,)


def test_two_labels_grow_beside_each_other(hands: Hands) -> None:
    _sow(hands, (ROW, COLUMN - 3), (ROW, COLUMN - 3))
    _preview(hands)
    hands.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert hands.session.label_in_use == 2
    _sow(hands, (ROW, COLUMN + 4), (ROW, COLUMN + 4))
    seeds = hands.picture._tool.strokes.labels(K)  # type: ignore[union-attr]
    assert set(np.unique(seeds)) == {0, 1, 2}
    assert _preview(hands).numbers() == (1, 2)
    hands.key(Qt.Key.Key_Return)
    assert set(hands.mask.counts()) == {1, 2}


def test_locked_labels_and_the_paint_rules_hold(hands: Hands) -> None:
    hands.paint(K, slice(ROW, ROW + 2), slice(COLUMN, COLUMN + 3), label=2)
    hands.lock(2)
    _sow(hands, (ROW - 2, COLUMN - 3), (ROW - 2, COLUMN + 3))
    proposal = _preview(hands)
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: proposal.voxels, 2: 6}
    hands.do("undo")
    hands.lock()
    hands.history.rules = PaintRules(over="background")
    _sow(hands, (ROW - 2, COLUMN - 3), (ROW - 2, COLUMN + 3))
    assert _preview(hands).voxels == proposal.voxels
    hands.key(Qt.Key.Key_Return)
    assert hands.mask.counts() == {1: proposal.voxels, 2: 6}
