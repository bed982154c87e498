"""Ruler and angle in the real window: drawn with the mouse, kept with the scan, usable in each of three views."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.theme import Look
from lesionstudio.imaging.rulers import Ruler
from lesionstudio.project.storage import read_json
from tests import phantoms
from tests.gui.seats import LEFT, NONE, Hands, hands_on


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("rulers") / "ct"
    phantom = phantoms.ct_phantom(shape=(12, 64, 64))
    for name in ("a", "b"):
        phantoms.write_nifti(folder / f"{name}.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Hands:
    window.afresh()
    window.desk.parts.rulers.remove_all()
    return window


def drawn(hands: Hands) -> list[Ruler]:
    return list(hands.desk.parts.rulers.rulers.values())


def hover(hands: Hands, row: float, column: float) -> None:
    QTest.mouseMove(hands.picture, hands.point(row, column))
    QApplication.processEvents()


def test_a_drag_is_a_length_that_stays_on_its_slice_and_marks_nothing(hands: Hands) -> None:
    hands.session.go_to_slice(4)
    hands.key(Qt.Key.Key_M)
    hands.drag((10, 10), (20, 10), (40, 10))
    (ruler,) = drawn(hands)
    _step, down, _across = hands.session.scan.geometry.spacing_mm
    assert ruler.length(hands.session.scan.geometry) == pytest.approx(30 * down, abs=0.5 * down)
    assert {point[0] for point in ruler.points} == {4}
    assert hands.mask.counts() == {} and hands.history.undo_title == ""


def spread(hands: Hands, row: float, column: float) -> int:
    """How much the grey changes across a few points of the screen beside a place."""
    shot, spot = hands.picture.grab().toImage(), hands.point(row, column)
    ratio = hands.picture.devicePixelRatio()
    at = QPoint(round(spot.x() * ratio), round(spot.y() * ratio))
    greys = [shot.pixelColor(at.x() + dx, at.y()).lightness() for dx in range(-3, 4)]
    return max(greys) - min(greys)


def test_it_is_drawn_whatever_tool_is_in_the_hand_on_its_slice_and_no_other(hands: Hands) -> None:
    hands.do("fit")
    assert spread(hands, 25, 20) < 20
    hands.do("ruler")
    hands.drag((10, 20), (40, 20))
    hands.do("brush")
    assert spread(hands, 25, 20) > 100
    hands.session.go_to_slice(1)
    QApplication.processEvents()
    assert spread(hands, 25, 20) < 20


def test_two_clicks_do_what_a_drag_does(hands: Hands) -> None:
    hands.do("ruler")
    for place in ((10, 10), (10, 30)):
        hands.press(*place)
        hands.release(*place)
    (ruler,) = drawn(hands)
    assert abs(ruler.points[1][2] - ruler.points[0][2] - 20) < 0.6


def test_an_end_is_dragged_elsewhere_and_esc_puts_it_back(hands: Hands) -> None:
    hands.do("ruler")
    hands.drag((10, 10), (40, 10))
    hands.drag((40, 10), (40, 30))
    (ruler,) = drawn(hands)
    assert abs(ruler.points[1][2] - 30) < 0.6 and abs(ruler.points[0][1] - 10) < 0.6
    hands.press(40, 30)
    hands.move(50, 50)
    assert abs(drawn(hands)[0].points[1][1] - 50) < 0.6
    hands.key(Qt.Key.Key_Escape)
    assert drawn(hands) == [ruler]
    hands.release(50, 50)
    assert drawn(hands) == [ruler]


def test_delete_takes_the_one_under_the_pointer_away_and_the_button_all(hands: Hands) -> None:
    hands.do("ruler")
    hands.drag((10, 10), (40, 10))
    hands.drag((10, 30), (40, 30))
    hands.drag((10, 50), (40, 50))
    hover(hands, 40, 30)
    hands.key(Qt.Key.Key_Delete)
    assert [round(ruler.points[0][2]) for ruler in drawn(hands)] == [10, 50]
    hands.button("ruler_remove_button").click()
    assert drawn(hands) == [] and not hands.button("ruler_remove_button").isEnabled()


def test_undo_takes_back_what_was_drawn_moved_or_removed_while_the_ruler_is_in_the_hand(hands: Hands) -> None:
    hands.paint(0, slice(5, 8), slice(5, 8))
    hands.do("ruler")
    hands.drag((10, 10), (40, 10))
    first = drawn(hands)
    hands.drag((40, 10), (40, 30))
    hands.button("ruler_remove_button").click()
    hands.do("undo")
    assert abs(drawn(hands)[0].points[1][2] - 30) < 0.6
    hands.do("undo")
    assert drawn(hands) == first and hands.mask.counts() == {1: 9}
    hands.do("brush")
    hands.do("undo")
    assert drawn(hands) == first and hands.mask.counts() == {}


def test_an_angle_is_one_arm_dragged_and_the_other_end_clicked(hands: Hands) -> None:
    hands.do("angle")
    hands.drag((10, 20), (40, 20))
    assert drawn(hands) == []
    hands.press(40, 50)
    hands.release(40, 50)
    (angle,) = drawn(hands)
    assert angle.degrees(hands.session.scan.geometry) == pytest.approx(90, abs=1.5)


def test_esc_forgets_an_angle_half_drawn(hands: Hands) -> None:
    hands.do("angle")
    hands.drag((10, 20), (40, 20))
    hands.key(Qt.Key.Key_Escape)
    hands.press(40, 50)
    hands.release(40, 50)
    assert drawn(hands) == []


def test_they_are_written_down_and_come_back_with_their_scan(hands: Hands) -> None:
    hands.do("ruler")
    hands.drag((10, 10), (40, 10))
    kept, session = drawn(hands), hands.session
    first = session.current_id
    session.next_item()
    hands.until(lambda: session.current_id != first)
    assert drawn(hands) == []
    session.open_item(first)
    hands.until(lambda: session.current_id == first)
    assert drawn(hands) == kept
    hands.until(lambda: session.autosave.is_settled and hands.desk.parts.runner.is_idle)
    (file,) = (f for f in (session.folder / "lesionstudio" / "items").iterdir() if "rulers" in f.read_text())
    assert np.allclose(read_json(file)["rulers"][0], kept[0].points, atol=1e-3)


def test_a_length_drawn_on_a_coronal_picture_is_seen_there_only(hands: Hands) -> None:
    hands.do("three_views")
    hands.do("ruler")
    scan = hands.desk.wiring._scan
    assert scan is not None
    coronal = next(wiring for wiring in scan.three.wirings if wiring.plane.axes[0] == 1)
    view = coronal.view
    start, end = (
        QPoint(round(x), round(y)) for x, y in (view.view_state.to_point(2, 20), view.view_state.to_point(9, 20))
    )
    QTest.mouseMove(view, start)
    QTest.mousePress(view, LEFT, NONE, start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, NONE, end)
    (ruler,) = drawn(hands)
    step = hands.session.scan.geometry.spacing_mm[0]
    assert ruler.length(hands.session.scan.geometry) == pytest.approx(7 * step, abs=0.6 * step)
    assert len(view._rulers) == 1 and len(scan.three.wirings[0].view._rulers) == 0
    hands.do("one_view")
