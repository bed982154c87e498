"""Wand, seeds and interpolation where three views stand side by side: in any plane, marks land in the file's grid."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.tools import wand as wand_tool
from lesionstudio.imaging.planes import three_planes
from tests import phantoms
from tests.gui.seats import Hands, hands_on

PHANTOM = phantoms.ct_phantom(shape=(14, 60, 64))
K, ROW, COLUMN = (int(n) for n in np.round(np.argwhere(PHANTOM.lesion).mean(axis=0)))


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("across") / "ct"
    noise = np.random.default_rng(4).normal(0, 20, PHANTOM.voxels.shape)
    phantoms.write_nifti(folder / "chest.nii.gz", (PHANTOM.voxels + noise).astype(np.int16), PHANTOM.affine)
    with hands_on(look, folder) as hands:
        hands.do("three_views")
        hands.until(lambda: all(view.isVisible() for view in hands.window.draw_page.views.views))
        yield hands


@pytest.fixture(params=[1, 2], ids=["coronal", "sagittal"])
def hands(window: Hands, request: pytest.FixtureRequest) -> Hands:
    window.on = None
    window.afresh(K)
    assert window.desk.wiring.scan is not None
    window.desk.wiring.scan.crosshair.go_to((K, ROW, COLUMN))
    window.on = window.window.draw_page.views.views[request.param]
    return window


def _middle(hands: Hands) -> tuple[float, float]:
    """Where the ball's middle lies in the view."""
    assert hands.session.scan is not None
    geometry, views = hands.session.scan.geometry, hands.window.draw_page.views.views
    plane = three_planes(geometry)[views.index(hands.picture)]  # type: ignore[arg-type]
    return plane.from_voxel((K, ROW, COLUMN), geometry.shape)[1:]


def _dice(labels: NDArray[np.uint8]) -> float:
    found, truth = labels == 1, PHANTOM.lesion > 0
    return float(2 * (found & truth).sum() / (found.sum() + truth.sum()))


def test_the_wand_marks_a_plane_across_the_slices_or_the_whole_ball(hands: Hands) -> None:
    hands.do("wand")
    hands.kind("wand").keep(tolerance_hu=200.0, is_3d=False, connected=True, within=0.0)
    hands.drag(_middle(hands))
    across = 1 if hands.picture is hands.window.draw_page.views.views[1] else 2
    flat = np.zeros(PHANTOM.lesion.shape, np.uint8)
    here = tuple((slice(None), ROW, COLUMN)[a] if a == across else slice(None) for a in range(3))
    flat[here] = PHANTOM.lesion[here]
    assert np.array_equal(hands.mask.volume("labels"), flat)
    hands.do("undo")
    hands.kind("wand").keep(is_3d=True)
    hands.drag(_middle(hands))
    assert np.array_equal(hands.mask.volume("labels"), PHANTOM.lesion)


def test_what_is_too_large_to_follow_waits_in_every_view(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wand_tool, "MOST_LIVE", 50)
    hands.do("wand")
    hands.kind("wand").keep(tolerance_hu=200.0, is_3d=True, connected=True, within=0.0)
    hands.drag(_middle(hands))
    hands.until(lambda: hands.desk.parts.proposals.stands)
    hands.key(Qt.Key.Key_Return)
    assert np.array_equal(hands.mask.volume("labels"), PHANTOM.lesion)


def test_a_seed_in_any_view_grows_the_ball_and_backspace_there_takes_it_back(hands: Hands) -> None:
    hands.do("seeds")
    hands.kind("seeds").keep(sows="label", is_3d=True, margin_mm=20.0)
    row, column = _middle(hands)
    hands.drag((row, column - 2), (row, column + 2))
    proposals = hands.desk.parts.proposals
    hands.until(lambda: proposals.stands)
    hands.picture.setFocus()
    hands.key(Qt.Key.Key_Backspace)
    assert not proposals.stands
    hands.drag((row, column - 2), (row, column + 2))
    hands.until(lambda: proposals.stands)
    hands.key(Qt.Key.Key_Return)
    assert _dice(hands.mask.volume("labels")) >= 0.95
