"""The picture under real mouse, wheel and key events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lesionstudio.gui.viewer.slice_view import SliceView
from lesionstudio.gui.viewer.tools.brush import Brush
from lesionstudio.gui.viewer.view_state import Pointer
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.formats import find_scans, read_mask, read_scan
from lesionstudio.imaging.geometry import Box, Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import DraftSource, Mask
from lesionstudio.imaging.scan import ArraySource, Scan
from lesionstudio.imaging.windowing import Window

SHAPE = (12, 100, 120)
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip


@dataclass(eq=False)
class Bench:
    """A picture wired as in the window, and what it asked for."""

    view: SliceView
    mask: Mask
    history: EditHistory
    scan: Scan
    slices: list[int] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    pointers: list[Pointer | None] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    picked: list[int] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    ended: list[Box] = field(default_factory=list)

    def point(self, row: float, column: float) -> QPoint:
        assert self.view.view_state is not None
        x, y = self.view.view_state.to_point(row, column)
        return QPoint(round(x), round(y))

    def hover(self, row: float, column: float) -> None:
        QTest.mouseMove(self.view, self.point(row, column))
        QApplication.processEvents()

    def move(self, row: float, column: float, keys: Qt.KeyboardModifier) -> None:
        """A move with keys and the left button held, which QTest has no words for."""
        at = QPointF(self.point(row, column))
        event = QMouseEvent(QEvent.Type.MouseMove, at, self.view.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, keys)
        QApplication.sendEvent(self.view, event)

    def press(self, row: float, column: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        self.hover(row, column)
        QTest.mousePress(self.view, button, keys, self.point(row, column))

    def release(
        self, row: float, column: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE
    ) -> None:
        QTest.mouseRelease(self.view, button, keys, self.point(row, column))
        QApplication.processEvents()

    def drag(self, *places: tuple[float, float], button: Qt.MouseButton = LEFT) -> None:
        self.press(*places[0], button=button)
        for place in places[1:]:
            self.hover(*place)
        self.release(*places[-1], button=button)

    def wheel(self, delta: int, keys: Qt.KeyboardModifier = NONE, row: float = 50, column: float = 60) -> None:
        at = QPointF(self.point(row, column))
        turn = QPoint(delta, 0) if keys & ALT else QPoint(0, delta)
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(at, self.view.mapToGlobal(at), QPoint(), turn, Qt.MouseButton.NoButton, keys, phase, False)
        QApplication.sendEvent(self.view, event)

    def seen(self) -> QImage:
        QApplication.processEvents()
        return self.view.grab().toImage()

    def colour(self, row: float, column: float) -> QColor:
        shot, at = self.seen(), self.point(row, column)
        scale = shot.devicePixelRatio()
        return shot.pixelColor(int(at.x() * scale), int(at.y() * scale))


def bench_of(qtbot: QtBot, scan: Scan, labels: LabelSet) -> Bench:
    mask = Mask(scan.geometry.shape)
    view = SliceView()
    here = Bench(view, mask, EditHistory(mask), scan)
    for signal, heard in (
        (view.slice_wanted, here.slices), (view.window_dragged, here.windows), (view.pointer_moved, here.pointers),
        (view.diameter_wanted, here.steps), (view.label_picked, here.picked), (view.tool_wanted, here.tools),
        (view.stroke_ended, here.ended),
    ):  # fmt: skip
        signal.connect(heard.append)
    for signal in (view.painted, view.stroke_ended):
        signal.connect(view.refresh)
    view.slice_wanted.connect(view.set_slice)
    view.window_dragged.connect(view.set_window)
    qtbot.addWidget(view)
    view.resize(500, 440)
    view.set_labels(labels)
    view.set_scan(scan, mask)
    view.set_tool(Brush(here.history, 1, 9.0, scan.geometry))
    view.show()
    qtbot.waitExposed(view)
    view.setFocus()
    QApplication.processEvents()
    return here


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    values = np.full(SHAPE, -600, np.int16)
    geometry = Geometry.from_axes(SHAPE, (0, 0, 0), (0, 0, -5), (0, -1, 0), (-1, 0, 0))
    scan = Scan.of_array(values, geometry, modality="CT", unit="HU", name="Phantom")
    here = bench_of(qtbot, scan, LabelSet.first().add("Edema"))
    here.view.set_window(Window(1500, -600))
    yield here


def draft_on(bench: Bench, k: int = 0) -> None:
    draft = np.zeros((1, *SHAPE[1:]), np.uint8)
    draft[0, 20:60, 30:70] = 1
    bench.history.put_draft(draft, draft * 200, DraftSource("m", 0.5, ""), "Segment", first_slice=k)
    bench.view.refresh(Box.of_slice(SHAPE, k))


# Strokes


def test_a_drag_paints_where_the_mouse_went_in_one_undo_step(bench: Bench) -> None:
    bench.drag((50, 20), (50, 100))
    marked = bench.mask.labels(0)
    assert marked[50, 20:101].all() and marked[47:54, 60].all() and not marked[44, :].any()
    assert bench.history.undo_title == "Brush" and len(bench.ended) == 1
    bench.view.refresh(bench.history.undo())
    assert not bench.mask.labels(0).any()


@pytest.mark.parametrize("zoom", [0.6, 1.0, 2.7, 11.0])
def test_the_voxel_under_the_pointer_is_the_one_painted_at_any_zoom(bench: Bench, zoom: float) -> None:
    view = bench.view.view_state
    assert view is not None
    bench.view.show_part(view.at_zoom(zoom))
    bench.view.set_tool(Brush(bench.history, 1, 1.0, bench.scan.geometry))
    bench.press(50, 60)
    bench.release(50, 60)
    told = bench.pointers[-1]
    assert told is not None
    assert np.argwhere(bench.mask.labels(0)).tolist() == [[told.row, told.column]]
    assert abs(told.row - 50) <= 1 and abs(told.column - 60) <= 1


def test_paint_is_seen_at_once_and_only_where_it_is(bench: Bench) -> None:
    bench.hover(90, 10)
    before = bench.colour(50, 60)
    bench.drag((50, 40), (50, 80))
    bench.hover(90, 10)
    after, beside = bench.colour(50, 60), bench.colour(80, 60)
    assert before == beside
    assert after.red() - after.blue() > 40


def test_escape_takes_the_stroke_back_and_the_drag_is_over(bench: Bench) -> None:
    bench.press(50, 20)
    bench.hover(50, 90)
    assert bench.mask.labels(0).any()
    QTest.keyClick(bench.view, Qt.Key.Key_Escape)
    bench.hover(70, 90)
    bench.release(70, 90)
    assert not bench.mask.labels(0).any() and bench.history.undo_title == ""


def test_alt_erases_while_it_is_held(bench: Bench) -> None:
    bench.drag((50, 20), (50, 100))
    bench.press(50, 50, keys=ALT)
    bench.release(50, 50, keys=ALT)
    assert not bench.mask.labels(0)[50, 50] and bench.mask.labels(0)[50, 30]
    assert bench.history.undo_title == "Eraser"


def test_e_pressed_during_a_stroke_erases_the_rest_of_it(bench: Bench) -> None:
    bench.drag((50, 20), (50, 100))
    bench.press(70, 20)
    QTest.keyPress(bench.view, Qt.Key.Key_E)
    bench.hover(50, 60)
    QTest.keyRelease(bench.view, Qt.Key.Key_E)
    bench.release(50, 60)
    assert not bench.mask.labels(0)[50, 60] and bench.tools == []


def test_e_held_erases_with_the_tool_in_the_hand_and_takes_no_other(bench: Bench) -> None:
    bench.drag((50, 20), (50, 100))
    QTest.keyPress(bench.view, Qt.Key.Key_E)
    bench.drag((50, 40), (50, 60))
    QTest.keyRelease(bench.view, Qt.Key.Key_E)
    assert not bench.mask.labels(0)[50, 50] and bench.mask.labels(0)[50, 25] and bench.tools == []


def test_e_tapped_takes_the_eraser(bench: Bench) -> None:
    QTest.keyClick(bench.view, Qt.Key.Key_E)
    assert bench.tools == ["eraser"]


def test_shift_draws_a_straight_line(bench: Bench) -> None:
    bench.press(50, 20)
    for row, column in ((80, 50), (20, 70), (50, 100)):
        bench.move(row, column, SHIFT)
        assert bench.mask.labels(0)[50].sum() < 12
    bench.release(50, 100, keys=SHIFT)
    assert bench.mask.labels(0)[50, 20:101].all() and not bench.mask.labels(0)[80].any()


def test_ctrl_and_click_picks_the_label_under_the_pointer_and_paints_nothing(bench: Bench) -> None:
    bench.view.set_tool(Brush(bench.history, 2, 9.0, bench.scan.geometry))
    bench.drag((50, 40), (50, 60))
    step = bench.history.undo_title, bench.mask.labels(0).sum()
    bench.press(50, 50, keys=CTRL)
    bench.release(50, 50, keys=CTRL)
    assert bench.picked == [2] and (bench.history.undo_title, bench.mask.labels(0).sum()) == step


def test_a_locked_label_is_neither_painted_nor_is_a_step_made(bench: Bench) -> None:
    bench.view.set_labels(LabelSet.first().changed(1, locked=True))
    bench.drag((50, 20), (50, 100))
    assert not bench.mask.labels(0).any() and bench.history.undo_title == "" and bench.ended == []


def test_a_tool_changed_during_a_stroke_counts_from_the_next_one(bench: Bench) -> None:
    bench.press(50, 20)
    bench.view.set_tool(Brush(bench.history, 2, 9.0, bench.scan.geometry))
    bench.hover(50, 40)
    bench.release(50, 40)
    bench.drag((80, 20), (80, 40))
    assert set(np.unique(bench.mask.labels(0)[50])) == {0, 1} and bench.mask.labels(0)[80, 30] == 2


def test_closing_the_scan_during_a_stroke_takes_it_back(bench: Bench) -> None:
    bench.press(50, 20)
    bench.hover(50, 60)
    bench.view.set_scan(None, None)
    assert not bench.mask.labels(0).any() and not bench.history.is_open
    assert bench.seen().pixelColor(250, 220).name() == "#08090b"


# Wheel, pan, zoom, window


def test_the_wheel_turns_slices_down_to_the_feet_and_stops_at_the_ends(bench: Bench) -> None:
    bench.wheel(-120)
    bench.wheel(-240)
    bench.wheel(120)
    assert bench.slices == [1, 3, 2]
    bench.wheel(1200)
    bench.wheel(120)
    assert bench.slices == [1, 3, 2, 0]


def test_small_turns_of_a_touchpad_add_up_to_a_slice(bench: Bench) -> None:
    for _turn in range(7):
        bench.wheel(-30)
    assert bench.slices == [1]


def test_the_wheel_turns_slices_during_a_stroke_and_the_stroke_goes_on(bench: Bench) -> None:
    bench.press(50, 20)
    bench.wheel(-120)
    bench.hover(50, 60)
    bench.release(50, 60)
    assert bench.mask.labels(0)[50, 20] and bench.mask.labels(1)[50, 60] and not bench.mask.labels(1)[50, 40]


def test_shift_and_wheel_ask_for_another_diameter(bench: Bench) -> None:
    bench.wheel(120, SHIFT)
    bench.wheel(-240, SHIFT)
    assert bench.steps == [1.0, -2.0] and bench.slices == []


def test_ctrl_and_wheel_zoom_and_the_voxel_under_the_pointer_stays(bench: Bench) -> None:
    before = bench.point(20, 30)
    bench.wheel(240, CTRL, 20, 30)
    view = bench.view.view_state
    assert view is not None and view.to_point(20, 30) == pytest.approx((before.x(), before.y()), abs=1.5)
    assert bench.slices == []


@pytest.mark.parametrize("with_space", [False, True])
def test_the_middle_button_or_space_moves_the_picture(bench: Bench, with_space: bool) -> None:
    start, button = bench.point(50, 60), LEFT if with_space else MIDDLE
    if with_space:
        QTest.keyPress(bench.view, Qt.Key.Key_Space)
    QTest.mouseMove(bench.view, start)
    QTest.mousePress(bench.view, button, NONE, start)
    QTest.mouseMove(bench.view, start + QPoint(40, -25))
    QTest.mouseRelease(bench.view, button, NONE, start + QPoint(40, -25))
    assert bench.point(50, 60) == start + QPoint(40, -25)
    assert not bench.mask.labels(0).any()


def test_a_right_drag_changes_the_window_and_a_right_click_asks_for_the_menu(qtbot: QtBot, bench: Bench) -> None:
    at = QPoint(200, 200)
    QTest.mousePress(bench.view, RIGHT, NONE, at)
    QTest.mouseMove(bench.view, at + QPoint(150, 0))
    QTest.mouseRelease(bench.view, RIGHT, NONE, at + QPoint(150, 0))
    assert bench.windows[-1].width == pytest.approx(3000) and bench.windows[-1].level == pytest.approx(-600)
    with qtbot.waitSignal(bench.view.menu_wanted):
        QTest.mouseClick(bench.view, RIGHT, NONE, at)


def test_fit_follows_the_size_of_the_window_and_one_to_one_does_not(bench: Bench) -> None:
    bench.view.resize(300, 300)
    QApplication.processEvents()
    view = bench.view.view_state
    assert view is not None and view.zoom == pytest.approx((300 - 40) / 120)
    bench.view.one_to_one()
    bench.view.resize(400, 400)
    QApplication.processEvents()
    view = bench.view.view_state
    assert view is not None and view.zoom == pytest.approx(1.0)


# What is shown


def test_x_hides_the_mask_while_it_is_held(bench: Bench) -> None:
    bench.drag((50, 20), (50, 100))
    bench.hover(90, 10)
    marked = bench.colour(50, 60)
    QTest.keyPress(bench.view, Qt.Key.Key_X)
    hidden = bench.colour(50, 60)
    QTest.keyRelease(bench.view, Qt.Key.Key_X)
    assert hidden.red() == hidden.blue() and bench.colour(50, 60) == marked != hidden


def test_a_draft_lesion_lights_up_under_the_pointer_and_says_what_it_is(bench: Bench) -> None:
    draft_on(bench)
    bench.view.set_tool(None)
    bench.hover(90, 10)
    away = [bench.colour(40, column) for column in range(45, 60)]
    bench.hover(40, 35)
    over = [bench.colour(40, column) for column in range(45, 60)]
    assert len({colour.name() for colour in away}) > 1 and len({colour.name() for colour in over}) == 1
    assert bench.view._hover.lines == ["Draft lesion, 8.0 ml", "A accepts this one"]
    bench.hover(90, 10)
    assert [bench.colour(40, column) for column in range(45, 60)] == away


def test_an_answered_draft_is_no_longer_lit(bench: Bench) -> None:
    draft_on(bench)
    bench.view.set_tool(None)
    bench.hover(40, 35)
    bench.view.refresh(bench.history.accept("Accept lesion"))
    assert bench.view._hover.lesion is None
    bench.hover(90, 10)
    fill = bench.colour(40, 50)
    assert fill == bench.colour(40, 60) and fill.red() > fill.blue() + 40


def test_the_pointer_says_slice_and_voxel_and_none_when_it_leaves(bench: Bench) -> None:
    bench.hover(30, 40)
    assert bench.pointers[-1] == Pointer(0, 30, 40, True)
    bench.view.set_slice(4)
    assert bench.pointers[-1] == Pointer(4, 30, 40, True)


def test_the_brush_is_drawn_in_its_true_size(bench: Bench) -> None:
    bench.view.set_tool(Brush(bench.history, 1, 30.0, bench.scan.geometry))
    bench.hover(50, 60)
    cursor, view = bench.view._cursor, bench.view.view_state
    assert cursor is not None and view is not None
    assert cursor.sign.half_width == pytest.approx(15 * view.zoom) and cursor.sign.text == "30 mm"
    ring = bench.colour(50, 60 + 15)
    assert ring.lightness() > 180


def test_the_cursor_says_at_once_what_a_held_key_means(bench: Bench) -> None:
    heard: list[str] = []
    bench.view.held_changed.connect(heard.append)
    bench.hover(50, 60)
    for key, kind in ((Qt.Key.Key_Alt, "erase"), (Qt.Key.Key_Control, "pick")):
        QTest.keyPress(bench.view, key)
        assert bench.view._cursor is not None and bench.view._cursor.sign.kind == kind
        QTest.keyRelease(bench.view, key)
        assert bench.view._cursor.sign.kind == "paint"
    assert heard == ["erase", "", "pick", ""]


def test_a_locked_label_crosses_the_cursor_out_and_says_why(bench: Bench) -> None:
    bench.hover(50, 60)
    bench.view.set_labels(LabelSet.first().changed(1, locked=True))
    assert bench.view._cursor is not None and bench.view._cursor.sign.refused == "Lesion is locked."
    bench.view.set_refusal("Opened for looking only.")
    assert bench.view._cursor.sign.refused == "Opened for looking only."


def test_a_slice_that_cannot_be_read_is_a_sentence_in_the_picture(bench: Bench) -> None:
    from lesionstudio.errors import UnreadableFile

    class Broken(ArraySource):
        def read(self, k: int) -> np.ndarray:
            if k == 1:
                raise UnreadableFile("The file ends too early.")
            return super().read(k)

    values = np.zeros(SHAPE, np.int16)
    scan = Scan(Geometry.pixels(SHAPE), Broken(values), dtype=np.int16)
    bench.view.set_scan(scan, bench.mask)
    bench.view.set_slice(1)
    bench.seen()
    bench.hover(50, 60)
    assert bench.view._picture.problem == "The file ends too early."
    bench.view.set_slice(2)
    bench.seen()
    assert bench.view._picture.problem == ""


def test_a_real_lesion_is_painted_over_a_real_scan(qtbot: QtBot, shared_data: Path) -> None:
    folder = shared_data / "chest_ct" / "LUNG1-002"
    scan = read_scan(next(iter(find_scans(folder / "dicom"))).source)
    bench = bench_of(qtbot, scan, LabelSet.first())
    reference = read_mask(folder / "mask_GTV-1.nii.gz", scan.geometry)
    k = int(reference.reshape(len(reference), -1).sum(axis=1).argmax())
    bench.view.set_slice(k)
    bench.view.set_window(Window(1500, -600), "Lung")
    row, column = np.argwhere(reference[k]).mean(axis=0)
    bench.drag((row, column - 15), (row, column + 15))
    painted = bench.mask.labels(k) > 0
    assert (painted & (reference[k] > 0)).sum() == painted.sum() > 200
    bench.hover(5, 5)
    tissue, other = bench.colour(row, column), bench.colour(row + 30, column)
    assert tissue.red() - tissue.blue() > 30 > other.red() - other.blue()
