"""The painting tools in the window: real mouse, pen and keys, and the voxels counted."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lesionstudio.gui.panels.rule_fields import OverChoice
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.tools.brush import Brush
from lesionstudio.imaging.mask import SliceStatus
from tests import phantoms
from tests.gui.seats import LEFT, NONE, Hands, hands_on

K = 8
CORNERS = ((19.5, 9.5), (19.5, 19.5), (29.5, 19.5), (29.5, 9.5))
Kind = QEvent.Type


@pytest.fixture(scope="module")
def seated(qapp: QApplication, look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder: Path = tmp_path_factory.mktemp("scans")
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(folder / "chest.nii.gz", phantom.voxels, phantom.affine)
    with hands_on(look, folder) as hands:
        yield hands


@pytest.fixture
def hands(seated: Hands) -> Hands:
    gate = seated.desk.wiring.toolbox.gate
    seated.lock()
    gate.paint_over("all")
    gate.invert(False)
    gate.turn_on(False)
    for verb in ("brush", "eraser", "lasso", "polygon"):
        seated.kind(verb).keep(**seated.kind(verb).defaults)
    seated.afresh(K)
    seated.desk.wiring.toolbox.set_diameter(9.0)
    seated.picture.fit()
    return seated


def marked(hands: Hands, label: int = 1) -> int:
    return int((hands.mask.labels(K) == label).sum())


def click(hands: Hands, row: float, column: float) -> None:
    hands.press(row, column)
    hands.release(row, column)


def hover(hands: Hands, row: float, column: float) -> None:
    """A move with no button down."""
    at, none = QPointF(hands.point(row, column)), Qt.MouseButton.NoButton
    QApplication.sendEvent(
        hands.picture, QMouseEvent(Kind.MouseMove, at, hands.picture.mapToGlobal(at), none, none, NONE)
    )


def double_click(hands: Hands, row: float, column: float) -> None:
    click(hands, row, column)
    second_click(hands, row, column)


def second_click(hands: Hands, row: float, column: float) -> None:
    """The second press of two quick ones, as the system tells of it, and its release."""
    at = QPointF(hands.point(row, column))
    there = hands.picture.mapToGlobal(at)
    QApplication.sendEvent(hands.picture, QMouseEvent(Kind.MouseButtonDblClick, at, there, LEFT, LEFT, NONE))
    hands.release(row, column)


def use(hands: Hands, verb: str) -> None:
    """Marks with a tool, wherever it is, about the place of CORNERS."""
    hands.do(verb)
    if verb == "lasso":
        hands.drag(*CORNERS)
    elif verb == "polygon":
        for corner in CORNERS:
            click(hands, *corner)
        QTest.keyClick(hands.picture, Qt.Key.Key_Return)
    else:
        hands.drag((25, 10), (25, 20))


# Tools


def test_a_square_brush_and_a_ball_paint_what_they_show(hands: Hands) -> None:
    hands.button("brush_form_square_button").click()
    click(hands, 30, 30)
    assert marked(hands) == 9 and hands.mask.labels(K)[29:32, 29:32].all()
    hands.session.edited(hands.history.undo())
    hands.button("brush_form_ball_button").click()
    hands.desk.wiring.toolbox.set_diameter(22.8)
    click(hands, 30, 30)
    # Slices of 5 mm, voxels of 3 mm: within 11.4, 10.2 and 5.5 mm lie 45, 37 and 9 voxels, none on the third slice.
    counts = [int(hands.mask.labels(k).sum()) for k in range(K - 3, K + 4)]
    assert counts == [0, 9, 37, 45, 37, 9, 0]
    assert hands.history.steps.position == 1


def test_the_diameter_can_be_counted_in_pixels(hands: Hands) -> None:
    hands.kind("brush").keep(in_pixels=True)
    toolbox = hands.desk.wiring.toolbox
    toolbox.set_diameter(5)
    assert toolbox.unit == "px" and hands.field("brush_diameter").text() == "5 px"
    click(hands, 30, 30)
    assert marked(hands) == 21
    hands.kind("brush").keep(in_pixels=False)
    assert toolbox.unit == "mm" and toolbox.diameter == 9.0


def test_a_lasso_fills_erases_and_cuts(hands: Hands) -> None:
    use(hands, "lasso")
    assert marked(hands) == 100 and hands.history.undo_title == "Lasso" and hands.history.steps.position == 1
    hands.paint(K, slice(20, 25), slice(10, 20), label=2)
    hands.button("lasso_mode_cut_button").click()
    use(hands, "lasso")
    assert (marked(hands), marked(hands, 2)) == (0, 50)
    hands.button("lasso_mode_erase_button").click()
    use(hands, "lasso")
    assert marked(hands, 2) == 0 and hands.history.steps.position == 4


def test_the_lasso_is_drawn_while_it_is_drawn(hands: Hands) -> None:
    hands.do("lasso")
    before = hands.picture.grab().toImage()
    hands.press(*CORNERS[0])
    for corner in CORNERS[1:]:
        hands.move(*corner)
    QApplication.processEvents()
    at, scale = hands.point(24.5, 19.5), before.devicePixelRatio()
    drawn = hands.picture.grab().toImage().pixelColor(round(at.x() * scale), round(at.y() * scale))
    assert drawn.lightness() > before.pixelColor(round(at.x() * scale), round(at.y() * scale)).lightness() + 60
    QTest.keyClick(hands.picture, Qt.Key.Key_Escape)
    hands.release(*CORNERS[3])
    assert marked(hands) == 0 and hands.history.undo_title == ""


def test_a_lasso_over_slices_marks_as_many_on_each_in_one_step(hands: Hands) -> None:
    hands.do("lasso")
    hands.type("lasso_slices", "2")
    use(hands, "lasso")
    assert [int(hands.mask.labels(k).sum()) for k in range(K - 3, K + 4)] == [0, 100, 100, 100, 100, 100, 0]
    assert hands.history.steps.position == 1 and hands.mask.status(K + 2) == SliceStatus.CORRECTED


def test_enter_closes_a_polygon_and_does_not_check_the_slice(hands: Hands) -> None:
    use(hands, "polygon")
    assert marked(hands) == 100 and hands.history.undo_title == "Polygon"
    assert hands.session.slice_number == K and hands.mask.status(K) == SliceStatus.CORRECTED


def test_a_double_click_closes_a_polygon(hands: Hands) -> None:
    hands.do("polygon")
    for corner in CORNERS[:3]:
        click(hands, *corner)
    double_click(hands, *CORNERS[3])
    assert marked(hands) == 100 and hands.history.steps.position == 1


def test_corners_of_a_polygon_are_moved_taken_away_and_dropped(hands: Hands) -> None:
    hands.do("polygon")
    for corner in (*CORNERS[:3], (40, 40), (45, 45)):
        click(hands, *corner)
    QTest.keyClick(hands.picture, Qt.Key.Key_Backspace)
    hands.drag((40, 40), (35, 30), CORNERS[3])
    QTest.keyClick(hands.picture, Qt.Key.Key_Enter)
    assert marked(hands) == 100
    for corner in CORNERS:
        click(hands, *corner)
    QTest.keyClick(hands.picture, Qt.Key.Key_Escape)
    QTest.keyClick(hands.picture, Qt.Key.Key_Escape)
    assert hands.history.steps.position == 1


def test_a_polygon_survives_another_label_and_the_wheel_but_marks_its_own_slice(hands: Hands) -> None:
    hands.do("polygon")
    for corner in CORNERS:
        click(hands, *corner)
    hands.desk.parts.marking.choose_label(2)
    hands.session.go_to_slice(K + 1)
    QTest.keyClick(hands.picture, Qt.Key.Key_Return)
    assert marked(hands, 2) == 100 and not hands.mask.labels(K + 1).any()
    hands.desk.parts.marking.choose_label(1)


# Double click


def outline(hands: Hands, *, gap: bool) -> None:
    hands.drag((20, 20), (20, 40), (40, 40), (40, 20), (28 if gap else 20, 20))


def test_a_double_click_fills_a_closed_outline_with_any_painting_tool(hands: Hands) -> None:
    outline(hands, gap=False)
    around = marked(hands)
    for verb in ("brush", "lasso", "polygon"):
        hands.do(verb)
        double_click(hands, 30, 30)
        assert marked(hands) == around + 17 * 17 and hands.history.undo_title == "Fill outline", verb
        assert hands.history.steps.position == 2
        hands.session.edited(hands.history.undo())
        assert marked(hands) == around


def test_an_open_outline_is_not_filled_and_the_pointer_says_so(hands: Hands) -> None:
    outline(hands, gap=True)
    before = hands.mask.labels(K).copy()
    double_click(hands, 30, 30)
    assert np.array_equal(hands.mask.labels(K), before) and hands.history.steps.position == 1
    cursor = hands.picture._cursor
    assert cursor is not None and cursor.sign.said == "The outline is open: nothing filled."
    hover(hands, 30, 50)
    assert hands.picture._cursor is not None and hands.picture._cursor.sign.said == ""


def test_two_quick_strokes_from_one_place_are_two_strokes(hands: Hands) -> None:
    hands.drag((30, 30), (30, 45))
    at = QPointF(hands.point(30, 30))
    there = hands.picture.mapToGlobal(at)
    QApplication.sendEvent(hands.picture, QMouseEvent(Kind.MouseButtonDblClick, at, there, LEFT, LEFT, NONE))
    hands.move(45, 30)
    hands.release(45, 30)
    assert hands.history.steps.position == 2 and hands.history.undo_title == "Brush"


# Rules


@pytest.mark.parametrize("verb", ["brush", "eraser", "lasso", "polygon"])
def test_a_locked_label_is_touched_by_no_tool(hands: Hands, verb: str) -> None:
    hands.paint(K, slice(20, 30), slice(10, 20), label=2)
    hands.lock(2)
    use(hands, verb)
    assert marked(hands, 2) == 100
    for mode in ("erase", "cut"):
        if verb in ("lasso", "polygon"):
            hands.kind(verb).keep(mode=mode)
            use(hands, verb)
    assert marked(hands, 2) == 100
    hands.lock(1)
    before = marked(hands)
    use(hands, "brush")
    assert marked(hands) == before


@pytest.mark.parametrize("verb", ["brush", "lasso", "polygon"])
def test_only_background_and_only_one_label_hold_for_every_tool(hands: Hands, verb: str) -> None:
    over = hands.window.findChild(OverChoice, "paint_over")
    assert over is not None
    hands.paint(K, slice(20, 30), slice(10, 14), label=2)
    over.activated.emit(1)
    use(hands, verb)
    assert marked(hands, 2) == 40 and marked(hands) > 0
    hands.session.edited(hands.history.undo())
    over.activated.emit(3)
    use(hands, verb)
    assert 0 < marked(hands) <= 40 and marked(hands) + marked(hands, 2) == 40


@pytest.mark.parametrize("verb", ["brush", "lasso", "polygon"])
def test_only_values_in_the_range_are_painted_by_every_tool(hands: Hands, verb: str) -> None:
    scan = hands.session.scan
    assert scan is not None
    values = scan.slice(K)
    hands.desk.wiring.toolbox.gate.set_range(phantoms.LUNG_HU - 10, phantoms.LUNG_HU + 10)
    use(hands, verb)
    painted = hands.mask.labels(K) > 0
    assert painted.any() and (values[painted] == phantoms.LUNG_HU).all()


def test_the_wheel_over_the_list_of_what_is_painted_over_changes_nothing(hands: Hands) -> None:
    over = hands.window.draw_page.options_bar.over
    at, none = QPointF(10, 10), Qt.MouseButton.NoButton
    turn = QWheelEvent(
        at, over.mapToGlobal(at), QPoint(), QPoint(0, -120), none, NONE, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(over, turn)
    assert over.currentIndex() == 0 and hands.desk.wiring.toolbox.gate.rules.over == "all"


def test_the_range_is_typed_inverted_and_turned_on_and_off_by_its_key(hands: Hands) -> None:
    gate = hands.desk.wiring.toolbox.gate
    QTest.keyClick(hands.picture, Qt.Key.Key_Q)
    assert gate.rules.gate_on and hands.history.rules is gate.rules
    hands.type("value_range_low", "-900")
    hands.type("value_range_high", "-800")
    hands.button("value_range_invert_button").click()
    assert (gate.rules.low, gate.rules.high, gate.rules.inverted) == (-900, -800, True)
    QTest.keyClick(hands.picture, Qt.Key.Key_Q)
    assert not gate.rules.gate_on and not hands.field("value_range_low").isEnabled()
    assert hands.session.study_settings["value_ranges"]["HU"] == [-900, -800, True]


def test_the_range_is_taken_from_the_picture_and_the_tool_comes_back(hands: Hands) -> None:
    gate, history = hands.desk.wiring.toolbox.gate, hands.history
    for escapes in (True, False):
        hands.button("value_range_pick_button").click()
        hands.press(30, 30)
        hands.move(34, 34)
        if escapes:
            QTest.keyClick(hands.picture, Qt.Key.Key_Escape)
        hands.release(34, 34)
        assert gate.rules.gate_on is not escapes
    scan = hands.session.scan
    assert scan is not None
    sample = scan.slice(K)[30:35, 30:35]
    assert (gate.rules.low, gate.rules.high) == tuple(np.percentile(sample, (2, 98)).round())
    assert isinstance(hands.picture._tool, Brush) and history.undo_title == ""


def test_the_range_is_off_again_where_values_mean_something_else(hands: Hands) -> None:
    gate, scan = hands.desk.wiring.toolbox.gate, hands.session.scan
    assert scan is not None
    gate.set_range(-900, -800)
    hands.session.scan_opened.emit()
    assert gate.rules.gate_on and (gate.rules.low, gate.rules.high) == (-900, -800)
    scan.unit = ""
    hands.session.scan_opened.emit()
    assert not gate.rules.gate_on and hands.history.rules is gate.rules
    scan.unit = "HU"
    hands.session.scan_opened.emit()
    assert not gate.rules.gate_on and (gate.rules.low, gate.rules.high) == (-900, -800)


def test_the_pointer_says_why_nothing_is_painted_here(hands: Hands) -> None:
    gate = hands.desk.wiring.toolbox.gate
    gate.set_range(-2000, -1500)
    hover(hands, 30, 30)
    cursor, scan = hands.picture._cursor, hands.session.scan
    assert cursor is not None and scan is not None
    value = int(scan.slice(K)[30, 30])
    assert cursor.sign.said.replace("\N{MINUS SIGN}", "-") == f"Outside the value range: {value} HU"
    gate.turn_on(False)
    hands.paint(K, slice(28, 33), slice(28, 33), label=2)
    gate.paint_over("background")
    assert hands.picture._cursor is not None
    assert hands.picture._cursor.sign.said == "Only background is painted over."


# Keys held


def test_alt_and_e_erase_with_every_tool_while_they_are_held(hands: Hands) -> None:
    for verb in ("brush", "lasso"):
        hands.paint(K, slice(15, 35), slice(5, 25))
        hands.do(verb)
        QTest.keyPress(hands.picture, Qt.Key.Key_E)
        if verb == "lasso":
            hands.drag(*CORNERS)
        else:
            hands.drag((25, 10), (25, 20))
        QTest.keyRelease(hands.picture, Qt.Key.Key_E)
        assert marked(hands) < 400 and hands.desk.wiring.toolbox.tool == verb
        hands.afresh(K)


# Pen


def pen(hands: Hands, kind: Kind, row: float, column: float, pressure: float = 0.5, *, eraser: bool = False) -> bool:
    """An event of a pen; returns whether it was taken."""
    types = QPointingDevice.PointerType
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, types.Eraser if eraser else types.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 1,
    )  # fmt: skip
    assert hands.picture.view_state is not None
    at = QPointF(*hands.picture.view_state.to_point(row, column))
    button = Qt.MouseButton.NoButton if kind == Kind.TabletMove else LEFT
    down = Qt.MouseButton.NoButton if kind == Kind.TabletRelease else LEFT
    event = QTabletEvent(
        kind, device, at, hands.picture.mapToGlobal(at), pressure, 0, 0, 0, 0, 0, Qt.KeyboardModifier.NoModifier,
        button, down,
    )  # fmt: skip
    QApplication.sendEvent(hands.picture, event)
    return event.isAccepted()


def pen_stroke(hands: Hands, pressure: float = 0.5, *, eraser: bool = False) -> None:
    pen(hands, Kind.TabletPress, 30, 20, pressure, eraser=eraser)
    for n in range(1, 200):
        assert pen(hands, Kind.TabletMove, 30, 20 + n / 10, pressure, eraser=eraser)
    pen(hands, Kind.TabletRelease, 30, 40, 0, eraser=eraser)


def test_a_pen_draws_one_stroke_and_its_other_end_erases_it(hands: Hands) -> None:
    pen_stroke(hands)
    assert hands.mask.labels(K)[30, 20:41].all() and hands.history.steps.position == 1
    pen_stroke(hands, eraser=True)
    assert marked(hands) == 0 and hands.history.undo_title == "Eraser"
    hands.drag((30, 20), (30, 40))
    assert marked(hands) > 0


def test_how_hard_the_pen_is_pressed_counts_where_that_was_chosen(hands: Hands) -> None:
    hands.desk.wiring.toolbox.set_diameter(30.0)
    amounts = []
    for by_pressure, pressure in ((True, 0.1), (True, 1.0), (False, 0.1)):
        hands.kind("brush").keep(by_pressure=by_pressure)
        pen_stroke(hands, pressure)
        amounts.append(marked(hands))
        hands.session.edited(hands.history.undo())
    assert amounts[0] * 2 < amounts[1] == amounts[2]


def test_a_pen_that_tells_of_itself_too_often_is_not_listened_to(hands: Hands) -> None:
    told: list[object] = []
    hands.picture.painted.connect(told.append)
    pen(hands, Kind.TabletPress, 30, 20)
    for n in range(100):
        pen(hands, Kind.TabletMove, 30, 20 + n / 10000)
    pen(hands, Kind.TabletRelease, 30, 20.01, 0)
    hands.picture.painted.disconnect(told.append)
    assert len(told) <= 2


def test_the_other_buttons_of_a_pen_are_left_to_be_those_of_a_mouse(hands: Hands) -> None:
    at, other = QPointF(50, 50), Qt.MouseButton.RightButton
    event = QTabletEvent(
        Kind.TabletPress, QPointingDevice.primaryPointingDevice(), at, at, 0, 0, 0, 0, 0, 0, NONE, other, other
    )  # fmt: skip
    QApplication.sendEvent(hands.picture, event)
    assert not event.isAccepted() and hands.history.undo_title == ""


# The options bar


def test_options_for_which_there_is_no_room_are_in_the_menu_and_come_back(hands: Hands) -> None:
    bar = hands.window.draw_page.options_bar
    row = bar._row
    many = len(row.in_menu())
    hands.window.resize(1900, 800)
    QApplication.processEvents()
    assert len(row.in_menu()) < many and bar.over not in row.in_menu() and bar.over.isVisible()
    hands.window.resize(1280, 800)
    QApplication.processEvents()
    assert len(row.in_menu()) == many


def test_a_value_range_that_is_on_but_in_the_menu_lights_the_menu(hands: Hands) -> None:
    hands.do("wand")
    bar = hands.window.draw_page.options_bar
    assert bar.range in bar._row.in_menu() and not hands.button("more_options_button").isChecked()
    hands.desk.wiring.toolbox.gate.turn_on(True)
    assert hands.button("more_options_button").isChecked()
    hands.do("brush")
    assert bar.range not in bar._row.in_menu() and not hands.button("more_options_button").isChecked()


def test_options_are_remembered(hands: Hands) -> None:
    toolbox = hands.desk.wiring.toolbox
    hands.kind("lasso").keep(mode="cut", around=3)
    toolbox.set_diameter(13.0)
    assert hands.session.settings.brush_diameter_mm != 13.0
    hands.session.scan_closed.emit()
    kept = hands.session.settings.tools["lasso"]
    assert (kept["mode"], kept["around"]) == ("cut", 3) and hands.session.settings.brush_diameter_mm == 13.0
