"""Undo and the history in the real window: real keys, real strokes, real clicks in the list."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lesionstudio.gui.app import Desk
from lesionstudio.gui.history_rows import HistoryRow
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.panels.history_panel import HistoryList, HistoryPanel
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.mask import Mask, SliceStatus
from lesionstudio.settings import Settings
from tests import phantoms
from tests.gui.test_window import LEFT, Seat, seat
from tests.stand_in import StandIn

__all__ = ["seat"]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(tmp_path / "scans" / "chest.nii.gz", phantom.voxels, phantom.affine)
    return tmp_path / "scans"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for n in range(2):
        phantoms.write_png(tmp_path / "pictures" / f"p{n}.png", phantoms.picture_phantom())
    return tmp_path / "pictures"


def stroke(seat: Seat, dx: int = 0) -> None:
    """One stroke of the mouse about the middle of the picture."""
    middle = seat.picture.rect().center() + QPoint(dx, 0)
    seat.bot.mousePress(seat.picture, LEFT, pos=middle)
    seat.bot.mouseMove(seat.picture, middle + QPoint(12, 5))
    seat.bot.mouseRelease(seat.picture, LEFT, pos=middle + QPoint(12, 5))


def mask_of(seat: Seat) -> Mask:
    assert seat.session.mask is not None
    return seat.session.mask


def panel(seat: Seat) -> HistoryPanel:
    found = seat.window.findChild(HistoryPanel)
    assert found is not None
    return found


def open_history(seat: Seat) -> HistoryPanel:
    seat.press(Qt.Key.Key_H, CTRL)
    seat.until(lambda: panel(seat).isVisible() and panel(seat).steps.hasFocus())
    return panel(seat)


def click_row(seat: Seat, n: int, among: HistoryList | None = None) -> None:
    shown = among or panel(seat).steps
    place = shown.visualRect(shown.model().index(n, 0)).center()
    seat.bot.mouseClick(shown.viewport(), LEFT, pos=place)


def said(rows: tuple[HistoryRow, ...]) -> list[str]:
    marks = {True: "> ", False: ""}
    return [marks[row.current] + row.title + (" (undone)" if row.undone else "") for row in rows if row.kind == "step"]


def test_ctrl_z_and_ctrl_shift_z_go_over_slices_and_tools(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    stroke(seat)
    seat.press(Qt.Key.Key_PageDown)
    seat.press(Qt.Key.Key_PageDown)
    stroke(seat)
    seat.press(Qt.Key.Key_Return)
    assert seat.session.slice_number == 3 and mask_of(seat).status(2) == SliceStatus.CHECKED
    assert seat.button("undo_button").toolTip().startswith("Undo Check slice  Ctrl+Z")
    seat.press(Qt.Key.Key_Z, CTRL)
    assert seat.session.slice_number == 2 and mask_of(seat).status(2) == SliceStatus.CORRECTED
    seat.press(Qt.Key.Key_Z, CTRL)
    assert not mask_of(seat).marked(2) and mask_of(seat).marked(0)
    seat.press(Qt.Key.Key_Z, CTRL)
    assert seat.session.slice_number == 0 and not mask_of(seat).marked(0)
    assert not seat.button("undo_button").isEnabled()
    for _n in range(3):
        seat.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert seat.session.slice_number == 2 and mask_of(seat).status(2) == SliceStatus.CHECKED
    assert seat.button("redo_button").toolTip().startswith("Redo  Ctrl+Shift+Z")


def test_ctrl_h_lists_the_steps_newest_first_and_a_click_jumps(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    states = [mask_of(seat).volume("labels")]
    for dx in (0, -40, 40):
        stroke(seat, dx)
        states.append(mask_of(seat).volume("labels"))
        seat.press(Qt.Key.Key_PageDown)
    shown = open_history(seat)
    assert said(shown.steps.rows) == ["> Brush", "Brush", "Brush", "As opened"]
    detail = shown.steps.model().index(1, 0).data(Qt.ItemDataRole.UserRole + 1)
    assert detail.startswith("Slice 2   ")
    click_row(seat, 2)
    assert said(shown.steps.rows) == ["Brush (undone)", "Brush (undone)", "> Brush", "As opened"]
    assert (mask_of(seat).volume("labels") == states[1]).all() and seat.session.slice_number == 1
    click_row(seat, 3)
    assert not mask_of(seat).volume("labels").any()
    click_row(seat, 0)
    assert (mask_of(seat).volume("labels") == states[3]).all() and seat.session.slice_number == 2


def test_the_list_is_worked_with_keys_and_escape_gives_them_back_to_the_picture(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    stroke(seat)
    stroke(seat, 40)
    shown = open_history(seat)
    assert seat.button("history_button").isChecked()
    seat.press(Qt.Key.Key_Down)
    seat.press(Qt.Key.Key_Return)
    assert said(shown.steps.rows) == ["Brush (undone)", "> Brush", "As opened"]
    seat.press(Qt.Key.Key_Z, CTRL)
    assert said(shown.steps.rows) == ["Brush (undone)", "Brush (undone)", "> As opened"]
    seat.press(Qt.Key.Key_Escape)
    assert not shown.isVisible() and seat.picture.hasFocus() and not seat.button("history_button").isChecked()
    seat.click("history_button")
    assert shown.isVisible()
    seat.press(Qt.Key.Key_H, CTRL)
    assert not shown.isVisible()


def test_clicks_and_the_wheel_over_the_list_do_nothing_to_the_picture(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    shown = open_history(seat)
    for place in (QPoint(20, 12), QPoint(shown.width() // 2, shown.height() - 4)):
        seat.bot.mouseClick(shown, LEFT, pos=place)
    at, nothing = QPointF(40, 40), QPoint(0, 0)
    turn = QWheelEvent(
        at, shown.steps.mapToGlobal(at), nothing, QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(shown.steps.viewport(), turn)
    assert seat.session.slice_number == 0 and not mask_of(seat).volume("labels").any()


def test_painting_goes_on_while_the_list_is_open_and_forgets_what_was_undone(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    stroke(seat)
    stroke(seat, 40)
    shown = open_history(seat)
    seat.press(Qt.Key.Key_Z, CTRL)
    stroke(seat, -60)
    assert said(shown.steps.rows) == ["> Brush", "Brush", "As opened"]


def test_news_stand_beside_the_list_and_never_on_it(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    shown = open_history(seat)
    few = shown.height()
    seat.session.tell(
        Notice("warning", "Import masks cannot be taken back: p1 changed since.", "x " * 60, "Undo", "undo")
    )
    banners = seat.window.draw_page.banners
    place = shown.mapTo(seat.window, QPoint(0, 0))
    right = banners.mapTo(seat.window, QPoint(banners.width(), 0)).x()
    assert banners.isVisible() and right <= place.x()
    for dx in (-150, -100, -50, 0):
        stroke(seat, dx)
    assert shown.height() == few + 4 * 32 and shown.mapTo(seat.window, QPoint(0, 0)) == place
    seat.press(Qt.Key.Key_H, CTRL)
    assert banners.width() > seat.picture.width() - 40


def test_leaving_a_scan_keeps_a_state_that_a_click_brings_back_and_undo_takes_back(seat: Seat, pictures: Path) -> None:
    seat.open(pictures)
    stroke(seat)
    kept = mask_of(seat).volume("labels")
    first = seat.session.current_id
    seat.session.next_item()
    seat.until(lambda: seat.session.current_id != first)
    seat.session.previous_item()
    seat.until(lambda: seat.session.current_id == first and bool(seat.desk.parts.saved_states.states))
    stroke(seat, 60)
    painted = mask_of(seat).volume("labels")
    shown = open_history(seat)
    seat.until(lambda: shown.states.rows[0].kind == "state")
    click_row(seat, 0, shown.states)
    seat.until(lambda: seat.session.history is not None and seat.session.history.undo_title == "Earlier state")
    assert (mask_of(seat).volume("labels") == kept).all() and not (painted == kept).all()
    seat.press(Qt.Key.Key_Z, CTRL)
    assert (mask_of(seat).volume("labels") == painted).all()
    seat.until(lambda: shown.states.rows[0].title == "Before: Earlier state")


def test_a_scan_on_which_nothing_was_done_keeps_no_state(seat: Seat, pictures: Path) -> None:
    seat.open(pictures)
    first = seat.session.current_id
    seat.session.next_item()
    seat.until(lambda: seat.session.current_id != first)
    seat.until(lambda: seat.desk.parts.runner.is_idle)
    assert seat.session.project is not None and seat.session.project.states.of(first) == ()


def test_a_state_of_the_last_work_is_kept_when_the_window_closes(qtbot: QtBot, look: Look, volume: Path) -> None:
    window = MainWindow(look)
    desk = Desk(window, Settings(hold_out_slices=False), StandIn)
    window.show()
    window.activateWindow()
    sitting = Seat(qtbot, window, desk)
    sitting.open(volume)
    stroke(sitting)
    project = sitting.session.project
    assert project is not None
    window.close()
    qtbot.waitUntil(lambda: desk.parts.runner.is_idle, timeout=10_000)
    (state,) = project.states.of(next(iter(project.items)))
    assert state.marked == 1 and np.any(project.states.read(state).layers["labels"][0])
    desk.close()
    window.deleteLater()


def test_a_deleted_label_is_in_the_list_of_every_scan(seat: Seat, pictures: Path) -> None:
    seat.open(pictures)
    seat.desk.parts.marking.add_label("Effusion")
    seat.desk.parts.marking.delete_label(2)
    first = seat.session.current_id
    seat.session.next_item()
    seat.until(lambda: seat.session.current_id != first)
    shown = open_history(seat)
    (n,) = (n for n, row in enumerate(shown.steps.rows) if row.kind == "study")
    assert shown.steps.rows[n].title == "Delete label Effusion" and shown.steps.rows[n - 1].title == "Whole study"
    click_row(seat, n)
    assert [label.name for label in seat.session.labels] == ["Lesion", "Effusion"]
    assert said(shown.steps.rows) == ["> Take back: Delete label Effusion", "As opened"]


def test_a_long_history_is_listed_without_waiting(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    history = seat.session.history
    assert history is not None
    for n in range(1200):
        change = history.stroke("Brush")
        change.paint(n % 4, 20, 20, np.ones((3, 3), bool), 1 + n // 4 % 2)
        change.commit()
    shown = open_history(seat)
    assert len(said(shown.steps.rows)) == len(history.steps) + 1 and len(history.steps) > 1000
    assert shown.steps.currentIndex().row() == 0
    seat.press(Qt.Key.Key_End)
    assert shown.steps.viewport().rect().intersects(shown.steps.visualRect(shown.steps.currentIndex()))
