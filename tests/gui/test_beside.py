"""Two series side by side in the real window: linked by position, the mask seen on both, moved by hand and kept."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.gui.beside import Second
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.twin_view import TwinView
from tests.gui.seats import Hands, hands_on
from tests.gui.two_series import mm_a_point, mm_in_the_middle, wheel, write

THICK, FINE = (8, 40, 48), (32, 80, 96)
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    """Of one patient: T1 of 8 mm slices, FLAIR of 2 mm in the same frame, the prior in another; and one of another."""
    folder = tmp_path_factory.mktemp("beside") / "study"
    write(folder / "t1", "T1", THICK, (8.0, 4.0, 4.0), frame="1.2.3")
    write(folder / "flair", "FLAIR", FINE, (2.0, 2.0, 2.0), frame="1.2.3")
    write(folder / "cor", "Coronal", (40, 32, 48), (4.0, 2.0, 4.0), frame="1.2.3", plane="coronal")
    write(folder / "prior", "Prior", THICK, (8.0, 4.0, 4.0), frame="1.2.4")
    write(folder / "other", "Other", THICK, (8.0, 4.0, 4.0), frame="1.2.3", patient="P2")
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(window: Hands) -> Iterator[Hands]:
    open_scan(window, "T1")
    window.afresh(4)
    yield window
    window.desk.parts.beside.close()
    window.session.study_settings.pop("beside_moved", None)
    window.session.study_settings.pop("beside_last", None)
    window.picture.fit()


def id_of(hands: Hands, name: str) -> str:
    return next(item.id for item in hands.session.items if item.name == name)


def open_scan(hands: Hands, name: str) -> None:
    hands.session.open_item(id_of(hands, name))
    hands.until(lambda: hands.session.current_id == id_of(hands, name))
    hands.picture.setFocus()


def beside(hands: Hands, name: str) -> Second:
    hands.desk.parts.beside.show(id_of(hands, name))
    return waited(hands, name)


def waited(hands: Hands, name: str) -> Second:
    shown = hands.desk.parts.beside
    hands.until(lambda: shown.second is not None and shown.second.item.name == name)
    QApplication.processEvents()
    assert shown.second is not None
    return shown.second


def twin(hands: Hands) -> TwinView:
    found = hands.window.findChild(TwinView, "twin_view")
    assert found is not None
    return found


def test_ctrl_d_shows_the_series_of_the_same_study_linked_by_its_frame(hands: Hands) -> None:
    hands.key(Qt.Key.Key_D, CONTROL)
    second = waited(hands, "FLAIR")
    assert (second.how, second.is_linked) == ("frame", True)
    assert twin(hands).isVisible() and twin(hands).width() == pytest.approx(hands.picture.width(), abs=2)
    assert hands.window.findChild(QLabel, "second_series").text() == "FLAIR"  # type: ignore[union-attr]
    hands.key(Qt.Key.Key_D, CONTROL)
    assert not twin(hands).isVisible()


def test_both_show_the_same_millimetres_at_the_same_scale(hands: Hands) -> None:
    beside(hands, "FLAIR")
    wheel(hands.picture, -1)
    wheel(hands.picture, 3, CONTROL)
    apart = np.abs(mm_in_the_middle(hands.picture) - mm_in_the_middle(twin(hands)))
    # In depth at most half a slice of the thin series, in the picture at most a dot.
    assert apart[2] <= 1.0 + 1e-6 and apart[:2].max() <= mm_a_point(hands.picture)
    assert mm_a_point(twin(hands)) == pytest.approx(mm_a_point(hands.picture))


def test_the_wheel_over_the_second_moves_the_first_to_the_nearest_slice(hands: Hands) -> None:
    beside(hands, "FLAIR")
    start = twin(hands).slice_number
    wheel(twin(hands), -1)
    assert (twin(hands).slice_number, hands.session.slice_number) == (start + 1, 4)
    for _notch in range(7):
        wheel(twin(hands), -1)
    assert (twin(hands).slice_number, hands.session.slice_number) == (start + 8, 6)


def test_dragging_and_zooming_the_second_moves_the_first(hands: Hands) -> None:
    beside(hands, "FLAIR")
    view = twin(hands)
    wheel(view, 2, CONTROL)
    QTest.mousePress(view, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
    QTest.mouseMove(view, QPoint(130, 120))
    QTest.mouseRelease(view, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, QPoint(130, 120))
    apart = np.abs(mm_in_the_middle(hands.picture) - mm_in_the_middle(view))[:2]
    assert apart.max() <= 2 * mm_a_point(view)
    assert mm_a_point(view) == pytest.approx(mm_a_point(hands.picture))


def test_what_is_painted_on_the_first_is_seen_on_the_second_voxel_by_voxel(hands: Hands) -> None:
    beside(hands, "FLAIR")
    hands.type("brush_diameter", "30")
    hands.drag((20, 20), (20, 28))
    painted = int(np.count_nonzero(hands.mask.labels(4)))
    assert painted > 50
    shown = twin(hands)._mask
    assert shown is not None
    # A voxel of 8 x 4 x 4 mm is 4 x 2 x 2 of 2 mm.
    counts = [int(np.count_nonzero(shown.labels(k))) for k in range(32)]
    assert counts == [4 * painted if 16 <= k < 20 else 0 for k in range(32)]


def test_a_coronal_series_is_cut_to_look_like_the_axial_one(hands: Hands) -> None:
    second = beside(hands, "Coronal")
    view = twin(hands)
    assert second.scan.geometry.plane == "coronal" and view.scan is not None
    assert view.scan.geometry.plane == "axial" and view.scan.geometry.shape == (32, 40, 48)
    wanted = np.stack([second.scan.slice(n)[view.slice_number] for n in range(40)])
    hands.until(lambda: view.scan is not None and np.array_equal(view.scan.slice(view.slice_number), wanted))
    hands.type("brush_diameter", "30")
    hands.drag((20, 20))
    shown = view._mask
    assert shown is not None
    # Its pictures are 2 mm apart, so each is as the axial slice of 8 mm that it lies in.
    assert [bool(shown.labels(k).any()) for k in range(32)] == [16 <= k < 20 for k in range(32)]
    assert np.array_equal(shown.labels(18), hands.mask.labels(4))


def test_the_second_picture_is_painted_again_soon_after_a_stroke(hands: Hands) -> None:
    beside(hands, "FLAIR")
    hands.type("brush_diameter", "30")
    for row in (5, 20):
        QTest.mouseMove(hands.picture, hands.point(row, 28))
    before = twin(hands).grab().toImage()
    hands.drag((20, 20), (20, 28))
    hands.until(lambda: twin(hands).grab().toImage() != before)
    hands.do("undo")
    hands.until(lambda: twin(hands).grab().toImage() == before)


def test_nothing_is_painted_by_a_click_on_the_second(hands: Hands) -> None:
    beside(hands, "FLAIR")
    QTest.mouseClick(twin(hands), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 200))
    assert hands.mask.counts() == {} and hands.picture.hasFocus()


def test_the_pointer_has_its_twin_at_the_same_millimetres(hands: Hands) -> None:
    beside(hands, "FLAIR")
    QTest.mouseMove(hands.picture, hands.point(10, 12))
    # The middle of voxel 10 of 4 mm lies between voxels 20 and 21 of 2 mm.
    assert twin(hands).twin == pytest.approx((20.5, 24.5))
    view = twin(hands).view_state
    assert view is not None
    x, y = view.to_point(31, 41)
    QTest.mouseMove(twin(hands), QPoint(round(x), round(y)))
    assert hands.picture.twin == pytest.approx((15.25, 20.25))


def test_another_frame_is_not_linked_and_shows_no_mark_where_it_may_not_be(hands: Hands) -> None:
    hands.paint(4, slice(10, 20), slice(10, 20))
    second = beside(hands, "Prior")
    assert (second.how, second.is_linked) == ("other frame", False)
    assert twin(hands)._mask is None
    k = twin(hands).slice_number
    wheel(hands.picture, -1)
    assert twin(hands).slice_number == k


def test_what_is_linked_by_hand_goes_on_together_and_is_kept_for_the_pair(hands: Hands) -> None:
    beside(hands, "Prior")
    hands.session.go_to_slice(2)
    while twin(hands).slice_number != 5:
        wheel(twin(hands), -1 if twin(hands).slice_number < 5 else 1)
    hands.button("link_button").click()
    second = waited(hands, "Prior")
    assert (second.how, second.is_linked, second.link.moved[2]) == ("hand", True, pytest.approx(-24.0))
    hands.session.go_to_slice(3)
    assert twin(hands).slice_number == 6 and twin(hands)._mask is not None
    hands.desk.parts.beside.close()
    assert beside(hands, "Prior").link.moved == second.link.moved
    open_scan(hands, "Prior")
    assert waited(hands, "T1").link.moved[2] == pytest.approx(24.0)


def test_what_was_moved_by_hand_can_be_forgotten(hands: Hands) -> None:
    beside(hands, "FLAIR")
    hands.button("link_button").click()
    wheel(twin(hands), -4)
    hands.button("link_button").click()
    assert waited(hands, "FLAIR").how == "hand"
    hands.button("link_reset_button").click()
    second = waited(hands, "FLAIR")
    assert (second.how, second.link.moved) == ("frame", (0.0, 0.0, 0.0))
    assert hands.session.study_settings["beside_moved"] == {hands.session.current_id: {}}


def test_a_scan_of_another_patient_is_never_linked_by_itself(hands: Hands) -> None:
    second = beside(hands, "Other")
    assert (second.how, second.is_linked) == ("other patient", False)


def test_what_is_told_does_not_lie_over_the_bar_with_which_they_are_linked(hands: Hands) -> None:
    beside(hands, "Other")
    banners, bar = hands.window.draw_page.banners, hands.button("link_button").parentWidget()
    assert banners.isVisible() and bar is not None and banners.y() >= bar.height()
    hands.button("close_beside_button").click()
    assert banners.y() < bar.height()


def test_a_scan_dropped_on_the_picture_is_shown_beside_it(hands: Hands) -> None:
    scans = hands.window.draw_page.worklist.list
    rows = [scans.model().index(n, 0) for n in range(scans.model().rowCount())]
    row = next(row for row in rows if row.data() == "Prior")
    assert scans.dragEnabled() and row.flags() & Qt.ItemFlag.ItemIsDragEnabled
    dragged = scans.model().mimeData([row])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy, stage = Qt.DropAction.CopyAction, hands.window.draw_page.stage
    comes = QDragEnterEvent(QPoint(50, 50), copy, dragged, left, none)
    QApplication.sendEvent(stage, comes)
    assert comes.isAccepted()
    QApplication.sendEvent(stage, QDropEvent(QPointF(50, 50), copy, dragged, left, none))
    waited(hands, "Prior")


def test_opening_the_second_series_swaps_the_two(hands: Hands) -> None:
    beside(hands, "FLAIR")
    open_scan(hands, "FLAIR")
    waited(hands, "T1")


def test_escape_shows_one_series_again(hands: Hands) -> None:
    beside(hands, "FLAIR")
    hands.window.draw_page.banners.clear()
    hands.picture.setFocus()
    hands.key(Qt.Key.Key_Escape)
    assert hands.desk.parts.beside.second is None and not twin(hands).isVisible()


def test_both_are_turned_together(hands: Hands) -> None:
    beside(hands, "FLAIR")
    hands.do("turn_shown")
    try:
        scan, other = hands.picture.scan, twin(hands).scan
        assert scan is not None and other is not None
        assert scan.geometry.edge_letters() == other.geometry.edge_letters() == ("R", "A", "L", "P")
        hands.type("brush_diameter", "30")
        hands.drag((20, 20))
        shown = twin(hands)._mask
        assert shown is not None
        assert int(np.count_nonzero(shown.labels(17))) == 4 * int(np.count_nonzero(hands.mask.labels(4)))
    finally:
        hands.do("as_in_file")


def test_the_second_has_a_window_of_its_own(hands: Hands) -> None:
    beside(hands, "FLAIR")
    before = hands.session.window
    view = twin(hands)
    right = Qt.MouseButton.RightButton
    QTest.mousePress(view, right, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
    QTest.mouseMove(view, QPoint(180, 100))
    QTest.mouseRelease(view, right, Qt.KeyboardModifier.NoModifier, QPoint(180, 100))
    kept = hands.desk.parts.beside.windows[id_of(hands, "FLAIR")]
    assert hands.session.window == before and kept.width > 1.2 * before.width


def test_three_views_and_two_series_take_turns(hands: Hands) -> None:
    beside(hands, "FLAIR")
    hands.do("three_views")
    assert hands.desk.parts.beside.second is None and hands.window.draw_page.views.is_three
    beside(hands, "FLAIR")
    assert not hands.window.draw_page.views.is_three and twin(hands).isVisible()
