"""Three views across each other, in the real window: what is seen, what the crosshair does, what is painted where."""

import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import scipy.ndimage
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from lesionstudio.gui.crosshair import Crosshair
from lesionstudio.gui.panels.lesion_table import LesionTable
from lesionstudio.gui.panels.views_field import ViewsField
from lesionstudio.gui.scan_wiring import ScanWiring
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.plane_view import PLANE_COLOURS, PlaneView
from lesionstudio.gui.viewer.view_grid import ViewEdge
from lesionstudio.imaging.mask import DraftSource
from lesionstudio.imaging.scan import SliceSource
from tests import phantoms
from tests.gui.seats import LEFT, NONE, Hands, hands_on

SHAPE, SPACING = (20, 60, 80), (5.0, 2.0, 3.0)
MIDDLE = (10, 30, 40)
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


class Views:
    """A person before three views."""

    def __init__(self, hands: Hands, wiring: ScanWiring) -> None:
        self.hands, self._wiring = hands, wiring
        self.axial, self.coronal, self.sagittal = hands.window.draw_page.views.views

    @property
    def crosshair(self) -> Crosshair:
        return self._wiring.crosshair

    def point(self, view: PlaneView, row: float, column: float) -> QPoint:
        assert view.view_state is not None
        x, y = view.view_state.to_point(row, column)
        return QPoint(round(x), round(y))

    def drag(self, view: PlaneView, *places: tuple[float, float], keys: Qt.KeyboardModifier = NONE) -> None:
        points = [self.point(view, *place) for place in places]
        QTest.mouseMove(view, points[0])
        QTest.mousePress(view, LEFT, keys, points[0])
        for point in points[1:]:
            self.move(view, point, keys, LEFT)
        QTest.mouseRelease(view, LEFT, keys, points[-1])
        QApplication.processEvents()

    def move(
        self,
        view: PlaneView,
        point: QPoint,
        keys: Qt.KeyboardModifier,
        down: Qt.MouseButton = Qt.MouseButton.NoButton,
    ) -> None:
        at = QPointF(point)
        event = QMouseEvent(QEvent.Type.MouseMove, at, view.mapToGlobal(at), Qt.MouseButton.NoButton, down, keys)
        QApplication.sendEvent(view, event)

    def wheel(self, view: PlaneView, notches: int) -> None:
        at = QPointF(view.rect().center())
        turn, phase = QPoint(0, 120 * notches), Qt.ScrollPhase.NoScrollPhase
        button = Qt.MouseButton.NoButton
        event = QWheelEvent(at, view.mapToGlobal(at), QPoint(), turn, button, NONE, phase, False)
        QApplication.sendEvent(view, event)

    def colour(self, view: PlaneView, point: QPoint) -> str:
        shot = view.grab().toImage()
        return str(QColor(shot.pixelColor(point)).name()).upper()

    def edge(self, view: PlaneView) -> ViewEdge:
        pane = view.parentWidget()
        assert pane is not None
        found = pane.findChild(ViewEdge)
        assert found is not None
        return found

    def shown(self) -> list[bool]:
        return [view.isVisible() for view in (self.axial, self.coronal, self.sagittal)]


@pytest.fixture(scope="module")
def window(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("three") / "scans"
    phantom = phantoms.ct_phantom(shape=SHAPE, spacing_mm=SPACING)
    phantoms.write_nifti(folder / "chest.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands
        hands.until(lambda: not hands.desk.wiring.toolbox._later.isActive())


@pytest.fixture
def views(window: Hands) -> Views:
    window.lock()
    window.afresh(10)
    wiring = window.desk.wiring.scan
    assert wiring is not None
    wiring.three.show_three(True)
    window.until(lambda: window.desk.parts.runner.is_idle)
    grid = window.window.draw_page.views
    grid.enlarge(None)
    grid.fit()
    wiring.crosshair.go_to(MIDDLE)
    window.desk.wiring.toolbox.set_diameter(9.0)
    QApplication.processEvents()
    return Views(window, wiring)


def test_one_button_shows_three_views_and_folds_the_panel_and_the_other_goes_back(views: Views) -> None:
    page = views.hands.window.draw_page
    assert views.shown() == [True, True, True] and not page.slice_map.isVisible()
    assert page.right_panel.width() < 60 and page.views.findChild(ViewsField).isVisible()  # type: ignore[union-attr]
    QTest.mouseClick(views.hands.button("one_view_button"), LEFT)
    assert views.shown() == [True, False, False] and page.slice_map.isVisible() and page.right_panel.width() > 200
    QTest.keyClick(views.axial, Qt.Key.Key_V)
    assert views.shown() == [True, True, True]
    QTest.keyClick(views.axial, Qt.Key.Key_V)
    assert views.shown() == [True, False, False]


def test_the_letters_are_those_of_the_planes(views: Views) -> None:
    letters = [view._notes._letters for view in (views.axial, views.coronal, views.sagittal)]
    assert letters == [("A", "L", "P", "R"), ("S", "L", "I", "R"), ("S", "P", "I", "A")]


def test_pictures_have_true_proportions_and_one_scale(views: Views) -> None:
    states = [view.view_state for view in (views.axial, views.coronal, views.sagittal)]
    per_mm = [(s.down / down, s.across / across) for s, (down, across) in zip(states, ((2, 3), (5, 3), (5, 2)))]  # type: ignore[union-attr]
    assert np.allclose(per_mm, per_mm[0][0])
    views.axial.show_part(states[0].zoomed(2.0, 100, 100))  # type: ignore[union-attr]
    assert np.allclose([view.scale for view in (views.coronal, views.sagittal)], views.axial.scale)


def test_voxels_lie_where_the_planes_cut_the_volume(views: Views) -> None:
    voxels = views.hands.session.scan.volume()  # type: ignore[union-attr]
    assert np.array_equal(views.coronal._scan.slice(25), voxels[:, 25])  # type: ignore[union-attr]
    assert np.array_equal(views.sagittal._scan.slice(33), voxels[:, :, 33])  # type: ignore[union-attr]
    assert (views.coronal.slice_number, views.sagittal.slice_number) == (30, 40)


def test_the_wheel_changes_the_slice_of_the_view_it_is_turned_over(views: Views) -> None:
    views.wheel(views.coronal, -2)
    assert views.crosshair.place == (10, 32, 40) and views.coronal.slice_number == 32
    views.wheel(views.sagittal, 3)
    assert views.crosshair.place == (10, 32, 37)
    views.wheel(views.axial, -1)
    assert views.crosshair.place == (11, 32, 37) and views.hands.session.slice_number == 11


def test_the_keys_step_through_the_view_in_use(views: Views) -> None:
    views.axial.setFocus()
    QTest.mouseMove(views.sagittal, QPoint(50, 50))
    views.sagittal.entered.emit()
    assert views.sagittal.hasFocus()
    QTest.keyClick(views.sagittal, Qt.Key.Key_PageDown)
    QTest.keyClick(views.sagittal, Qt.Key.Key_PageDown, SHIFT)
    assert views.crosshair.place == (10, 30, 51)


def test_with_shift_the_crosshair_follows_the_pointer_and_the_other_views_show_that_place(views: Views) -> None:
    views.move(views.coronal, views.point(views.coronal, 4, 62), SHIFT)
    assert views.crosshair.place == (4, 30, 62)
    assert (views.hands.session.slice_number, views.sagittal.slice_number) == (4, 62)
    views.move(views.sagittal, views.point(views.sagittal, 7, 12), NONE)
    assert views.crosshair.place == (4, 30, 62)
    QTest.mouseClick(views.sagittal, Qt.MouseButton.MiddleButton, NONE, views.point(views.sagittal, 7, 12))
    assert views.crosshair.place == (7, 12, 62)


def test_a_line_has_the_colour_of_the_view_it_stands_for(views: Views) -> None:
    across, down = views.point(views.coronal, 10, 40).y(), views.point(views.coronal, 10, 40).x()
    assert views.colour(views.coronal, QPoint(40, across)) == PLANE_COLOURS["axial"]
    assert views.colour(views.coronal, QPoint(down, 60)) == PLANE_COLOURS["sagittal"]
    QTest.mouseClick(views.hands.button("crosshair_switch"), LEFT)
    assert views.colour(views.coronal, QPoint(40, across)) != PLANE_COLOURS["axial"]
    QTest.mouseClick(views.hands.button("crosshair_switch"), LEFT)
    shot = views.edge(views.sagittal).grab().toImage()
    assert QColor(shot.pixelColor(30, 1)).name().upper() == PLANE_COLOURS["sagittal"]


def test_a_turned_view_is_crossed_and_painted_where_it_is_seen(views: Views) -> None:
    views.hands.do("turn_shown")
    try:
        # Turned clockwise: what was row r lies in the column that is r from the right, what was column c in row c.
        views.move(views.axial, views.point(views.axial, 50, 59 - 12), SHIFT)
        assert views.crosshair.place == (10, 12, 50)
        across = views.point(views.axial, 50, 40).y()
        assert views.colour(views.axial, QPoint(30, across)) == PLANE_COLOURS["sagittal"]
        views.drag(views.axial, (20, 59 - 40))
        assert views.hands.mask.labels(10)[40, 20] == 1 and views.hands.mask.counts()[1] < 20
    finally:
        views.hands.do("as_in_file")


def test_a_double_click_on_its_edge_enlarges_a_view_and_another_brings_all_back(views: Views) -> None:
    small = views.coronal.width()
    views.axial.setFocus()
    QTest.mouseDClick(views.edge(views.coronal), LEFT)
    QApplication.processEvents()
    assert views.shown() == [False, True, False] and views.coronal.width() > 1.9 * small
    assert views.coronal.hasFocus()
    assert not views.hands.window.actions_by_verb["check_slice"].isEnabled(), "the slice is not on screen"
    QTest.mouseDClick(views.edge(views.coronal), LEFT)
    QApplication.processEvents()
    assert views.shown() == [True, True, True] and views.coronal.width() == small
    assert views.hands.window.actions_by_verb["check_slice"].isEnabled()


def test_what_is_painted_in_the_coronal_view_lies_in_the_mask_as_one_step(views: Views) -> None:
    views.drag(views.coronal, (10, 40))
    marked = views.hands.mask.volume("labels")
    # A disc of 9 mm on rows of 5 mm and columns of 3 mm: a voxel and its neighbours left and right.
    assert marked.sum() == 3 and marked[10, 30, 39:42].all()
    assert len(views.hands.history.steps) == 1 and views.hands.history.undo_title == "Brush"
    views.hands.do("undo")
    assert not views.hands.mask.volume("labels").any()


def test_a_stroke_in_the_sagittal_view_is_seen_at_once_in_all_three(views: Views) -> None:
    before = [views.colour(view, views.point(view, *at)) for view, at in _crossings(views)]
    points = [views.point(views.sagittal, 10, column) for column in (24, 30, 36)]
    views.hands.do("brush")
    QTest.mouseMove(views.sagittal, points[0])
    QTest.mousePress(views.sagittal, LEFT, NONE, points[0])
    for point in points[1:]:
        views.move(views.sagittal, point, NONE, LEFT)
    QApplication.processEvents()
    during = [views.colour(view, views.point(view, *at)) for view, at in _crossings(views)]
    assert views.hands.history.is_open and all(a != b for a, b in zip(before, during))
    QTest.mouseRelease(views.sagittal, LEFT, NONE, points[-1])
    marked = views.hands.mask.volume("labels")
    assert marked[10, 24:37, 40].all() and set(np.argwhere(marked)[:, 2]) == {40}
    assert len(views.hands.history.steps) == 1


def _crossings(views: Views) -> list[tuple[PlaneView, tuple[float, float]]]:
    """A place beside the lines that a stroke along rows 24 to 36 covers, in each view."""
    return [(views.axial, (26, 40.4)), (views.coronal, (10.3, 40.4)), (views.sagittal, (10.3, 26))]


def test_erasing_in_a_view_and_locked_labels_hold_across_slices(views: Views) -> None:
    views.hands.paint(10, slice(20, 40), slice(30, 50), label=2)
    views.hands.paint(11, slice(20, 40), slice(30, 50), label=1)
    views.hands.lock(2)
    views.hands.desk.wiring.toolbox.set_diameter(30.0)
    views.drag(views.coronal, (10, 36), (10, 44), keys=ALT)
    marked = views.hands.mask.volume("labels")
    assert (marked[10, 20:40, 30:50] == 2).all()
    assert not marked[11, 30, 36:45].any() and marked[11, 29, 36:45].all()


def test_abandoning_a_stroke_across_slices_puts_everything_back(views: Views) -> None:
    point = views.point(views.coronal, 10, 40)
    QTest.mousePress(views.coronal, LEFT, NONE, point)
    assert views.hands.mask.volume("labels").any()
    QTest.keyClick(views.coronal, Qt.Key.Key_Escape)
    QTest.mouseRelease(views.coronal, LEFT, NONE, point)
    assert not views.hands.mask.volume("labels").any() and views.hands.history.steps.position == 0


def test_the_status_bar_reads_the_voxel_under_the_pointer_of_any_view(views: Views) -> None:
    views.move(views.sagittal, views.point(views.sagittal, 6, 21), NONE)
    cell = views.hands.window.status_bar.findChild(QLabel, "status_voxel")
    assert cell is not None and cell.text() == "Slice 7, row 22, column 41"


def test_window_opacity_and_hiding_hold_in_all_views(views: Views) -> None:
    session = views.hands.session
    session.choose_preset("bone")
    assert {view._window for view in (views.axial, views.coronal, views.sagittal)} == {session.window}
    QTest.keyPress(views.axial, Qt.Key.Key_X)
    assert [view.marks_hidden for view in (views.axial, views.coronal, views.sagittal)] == [True, True, True]
    QTest.keyRelease(views.axial, Qt.Key.Key_X)
    assert not any(view.marks_hidden for view in (views.axial, views.coronal, views.sagittal))


def test_a_draft_is_seen_across_slices_and_the_lesion_under_the_pointer_is_the_one_accepted(views: Views) -> None:
    draft = np.zeros((3, *SHAPE[1:]), np.uint8)
    draft[:, 28:33, 38:43] = 1
    draft[:, 28:33, 60:63] = 1
    history = views.hands.history
    history.put_draft(draft, draft * 255, DraftSource("m", 0.5, ""), "Draft", first_slice=9)
    views.hands.session.edited(history.steps.last_done.box)  # type: ignore[union-attr]
    QApplication.processEvents()
    QTest.mouseMove(views.coronal, views.point(views.coronal, 9, 45))
    QTest.mouseMove(views.coronal, views.point(views.coronal, 10, 40))
    QApplication.processEvents()
    assert views.coronal._hover.lesion is not None
    views.hands.until(views.hands.window.actions_by_verb["accept"].isEnabled)
    views.hands.do("accept")
    marked = views.hands.mask.volume("labels")
    assert marked.sum() == 15 and marked[9:12, 30, 38:43].all()
    views.hands.do("undo")
    assert not views.hands.mask.volume("labels").any()


def test_undo_goes_to_the_slice_of_the_step(views: Views) -> None:
    views.drag(views.coronal, (10, 40))
    views.crosshair.go_to((2, 5, 5))
    views.hands.do("undo")
    assert views.hands.session.slice_number == 10


def test_a_picture_of_one_slice_has_one_view_and_the_button_says_why(views: Views, tmp_path: Path) -> None:
    hands = views.hands
    folder = hands.session.folder
    assert folder is not None
    phantoms.write_png(tmp_path / "single" / "a.png", phantoms.picture_phantom())
    hands.open(tmp_path / "single")
    try:
        assert views.shown() == [True, False, False]
        button = hands.button("three_views_button")
        assert not button.isEnabled() and "one slice" in button.toolTip()
    finally:
        hands.open(folder)
    assert views.shown() == [True, True, True]


def test_a_lasso_in_the_sagittal_view_fills_its_outline_on_that_plane(views: Views) -> None:
    views.hands.do("lasso")
    outline = [(5, 15), (5, 35), (14, 35), (14, 15), (5, 15)]
    views.drag(views.sagittal, *outline)
    marked = views.hands.mask.volume("labels")
    assert marked[6:14, 16:35, 40].all() and set(np.argwhere(marked)[:, 2]) == {40}
    assert len(views.hands.history.steps) == 1


def test_a_polygon_in_the_coronal_view_is_closed_with_enter(views: Views) -> None:
    views.hands.do("polygon")
    for corner in [(5, 20), (5, 50), (14, 50), (14, 20)]:
        QTest.mouseClick(views.coronal, LEFT, NONE, views.point(views.coronal, *corner))
    views.coronal.setFocus()
    QTest.keyClick(views.coronal, Qt.Key.Key_Return)
    marked = views.hands.mask.volume("labels")
    assert marked[6:14, 30, 21:50].all() and set(np.argwhere(marked)[:, 1]) == {30}


def test_a_wand_in_the_coronal_view_takes_what_is_alike_on_that_plane(views: Views) -> None:
    voxels = views.hands.session.scan.volume()  # type: ignore[union-attr]
    k, column = (int(at[0]) for at in np.nonzero(voxels[:, 30] == phantoms.BODY_HU))
    views.hands.do("wand")
    QTest.mouseMove(views.coronal, views.point(views.coronal, k, column))
    QTest.mouseClick(views.coronal, LEFT, NONE, views.point(views.coronal, k, column))
    marked = views.hands.mask.volume("labels")
    pieces, _count = scipy.ndimage.label(voxels[:, 30] == phantoms.BODY_HU)
    assert set(np.argwhere(marked)[:, 1]) == {30}
    assert np.array_equal(marked[:, 30] > 0, pieces == pieces[k, column])


def test_a_double_click_fills_a_closed_outline_in_the_coronal_view(views: Views) -> None:
    views.hands.do("brush")
    views.hands.paint(4, slice(30, 31), slice(30, 50))
    views.hands.paint(14, slice(30, 31), slice(30, 50))
    for k in range(5, 14):
        views.hands.paint(k, slice(30, 31), slice(30, 31))
        views.hands.paint(k, slice(30, 31), slice(49, 50))
    at = views.point(views.coronal, 9, 40)
    QTest.mouseClick(views.coronal, LEFT, NONE, at)
    QTest.mouseDClick(views.coronal, LEFT, NONE, at)
    assert views.hands.mask.volume("labels")[4:15, 30, 30:50].all()


def test_a_click_in_the_table_of_lesions_takes_all_views_there(views: Views) -> None:
    views.hands.paint(15, slice(10, 13), slice(60, 63))
    table = views.hands.window.findChild(LesionTable)
    assert table is not None
    views.hands.until(lambda: len(table.rows) == 1)
    row = table.view.visualRect(table.view.model().index(0, 0)).center()
    QTest.mouseClick(table.view.viewport(), LEFT, NONE, row)
    assert views.crosshair.place == (15, 11, 61)


def test_what_is_kept_for_three_views_goes_with_the_scan(views: Views) -> None:
    folder, kept = views.hands.session.folder, views._wiring.three._cuts
    assert folder is not None and kept is not None
    still_there = weakref.ref(kept)
    del kept
    views.hands.session.close_folder()
    assert still_there() is None
    views.hands.open(folder)


def test_slices_that_are_not_read_yet_are_dark_and_nobody_waits_for_them(views: Views) -> None:
    hands, may_read = views.hands, threading.Event()

    class Slow:
        def __init__(self, source: SliceSource) -> None:
            self._source = source

        def read(self, k: int) -> np.ndarray:
            if threading.current_thread() is not threading.main_thread():
                assert may_read.wait(10)
            return self._source.read(k)

    def slow_down() -> None:
        hands.session.scan.read_through(Slow)  # type: ignore[union-attr]

    folder = hands.session.folder
    assert folder is not None
    views._wiring.three.show_three(False)
    hands.session.close_folder()
    hands.session.scan_opened.connect(slow_down)
    hands.open(folder)
    hands.session.scan_opened.disconnect(slow_down)
    scan = hands.session.scan
    assert scan is not None
    read = [k for k in range(scan.slices) if scan.is_read(k)]
    views._wiring.three.show_three(True)
    hands.until(lambda: bool(views.coronal._scan.slice(30)[read].any()))  # type: ignore[union-attr]
    missing = [k for k in range(scan.slices) if k not in read]
    seen = views.coronal._scan.slice(30)  # type: ignore[union-attr]
    assert missing and (seen[missing] == seen[missing[0], 0]).all()
    may_read.set()
    hands.until(lambda: hands.desk.parts.runner.is_idle)
    assert np.array_equal(views.coronal._scan.slice(30), scan.volume()[:, 30])  # type: ignore[union-attr]


def test_seeds_sown_in_the_coronal_view_grow_and_the_preview_is_seen_and_accepted_there(views: Views) -> None:
    voxels = views.hands.session.scan.volume()  # type: ignore[union-attr]
    k, column = (int(at[0]) for at in np.nonzero(voxels[:, 30] == phantoms.BODY_HU))
    views.hands.do("seeds")
    views.drag(views.coronal, (k, column))
    proposals = views.hands.desk.parts.proposals
    views.hands.until(lambda: not proposals.is_working)
    assert proposals.current is not None and proposals.current.on(k) is not None
    views.coronal.setFocus()
    QTest.keyClick(views.coronal, Qt.Key.Key_Return)
    assert views.hands.mask.labels(k)[30, column] == 1 and views.hands.history.steps.position == 1


def test_a_ruler_drawn_in_the_sagittal_view_measures_in_mm_and_marks_nothing(views: Views) -> None:
    views.hands.do("ruler")
    views.drag(views.sagittal, (5, 10), (5, 30))
    (ruler,) = views.hands.desk.parts.rulers.rulers.values()
    scan = views.hands.session.scan
    assert scan is not None
    length, unit = ruler.words(scan.geometry).split()
    assert float(length) == pytest.approx(40, abs=0.5) and unit == "mm"
    assert {round(point[2]) for point in ruler.points} == {40}
    assert not views.hands.mask.volume("labels").any()
    views.hands.desk.parts.rulers.remove_all()
