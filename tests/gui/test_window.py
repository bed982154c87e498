"""The real window, offscreen, driven by keys, clicks and drops; behind it the session and a crude network."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from lesionstudio.gui.app import Desk
from lesionstudio.gui.dialogs.export_sheet import ExportSheet
from lesionstudio.gui.dialogs.import_masks import ImportSheet
from lesionstudio.gui.dialogs.shortcuts import ShortcutsSheet
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.messages import Question
from lesionstudio.gui.theme import Look
from lesionstudio.gui.viewer.first_use import draw_once
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.settings import Settings
from tests import phantoms
from tests.stand_in import StandIn

VERBS_WITH_BUTTONS = """
undo redo accept reject accept_scan check_slice segment_slice segment_scan export brush eraser check_seen outline_only
hide_mask one_view three_views add_label shortcuts settings
"""
LEFT, WAIT_MS = Qt.MouseButton.LeftButton, 10_000


class Seat:
    """A person before the window."""

    def __init__(self, bot: QtBot, window: MainWindow, desk: Desk) -> None:
        self.bot, self.window, self.desk = bot, window, desk
        self.session = desk.session

    def open(self, folder: Path) -> None:
        """Opens a folder and waits until its first scan is shown and the search is over."""
        self.session.open_folder(folder)
        self.bot.waitUntil(lambda: self.session.open is not None and self.session.reading() is None, timeout=WAIT_MS)
        self.bot.waitUntil(self.picture.hasFocus, timeout=WAIT_MS)

    @property
    def picture(self) -> QWidget:
        return self.window.draw_page.picture

    def button(self, name: str) -> QAbstractButton:
        found = self.window.findChild(QAbstractButton, name)
        assert found is not None, name
        return found

    def field(self, name: str) -> QLineEdit:
        found = self.window.findChild(QLineEdit, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        """Clicks a button that can be clicked."""
        assert self.button(name).isEnabled() and self.button(name).isVisible(), name
        self.bot.mouseClick(self.button(name), LEFT)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Presses a key where the focus is."""
        self.bot.keyClick(QApplication.focusWidget() or self.window, key, held)

    def sheet(self, kind: type[QWidget]) -> QWidget:
        """The sheet that is open."""
        return next(one for one in self.window.findChildren(kind) if one.isVisible())

    def until(self, true: object) -> None:
        """Lets the window work until this holds."""
        self.bot.waitUntil(true, timeout=WAIT_MS)  # type: ignore[arg-type]


@pytest.fixture
def seat(qtbot: QtBot, look: Look) -> Iterator[Seat]:
    window = MainWindow(look)
    desk = Desk(window, Settings(hold_out_slices=False), StandIn)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield Seat(qtbot, window, desk)
    desk.session.close_folder()
    qtbot.waitUntil(lambda: desk.parts.runner.is_idle, timeout=WAIT_MS)
    desk.close()
    window.close()
    window.deleteLater()


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    phantom = phantoms.ct_phantom()
    phantoms.write_nifti(tmp_path / "scans" / "chest.nii.gz", phantom.voxels, phantom.affine)
    return tmp_path / "scans"


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    phantoms.write_dicom(tmp_path / "ct", phantoms.ct_phantom())
    return tmp_path / "ct"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for n in range(3):
        phantoms.write_png(tmp_path / "pictures" / f"p{n}.png", phantoms.picture_phantom())
    return tmp_path / "pictures"


def test_the_window_begins_on_the_start_page_where_nothing_of_a_scan_can_be_done(seat: Seat) -> None:
    assert seat.window.is_on_start_page
    actions = seat.window.actions_by_verb
    off = [verb for verb in actions if not actions[verb].isEnabled()]
    assert {"brush", "segment_slice", "accept", "undo", "export", "preset_1", "close_folder"} <= set(off)
    assert {"open_folder", "open_sample", "settings", "shortcuts", "quit"}.isdisjoint(off)


def test_while_the_start_page_rests_what_joins_a_scan_is_built_and_nobody_sees_it(seat: Seat) -> None:
    assert seat.desk.wiring.scan is None
    draw_once.cache_clear()
    before = seat.window.grab().toImage()
    seat.bot.waitUntil(lambda: seat.desk.wiring.scan is not None, timeout=WAIT_MS)
    assert seat.window.is_on_start_page and seat.window.grab().toImage() == before
    seat.bot.waitUntil(lambda: draw_once.cache_info().currsize == 1, timeout=WAIT_MS)
    allowed = seat.window.actions_by_verb
    assert not any(allowed[verb].isEnabled() for verb in ("brush", "segment_slice", "compare", "mirror_shown"))
    assert seat.window.focusWidget() is seat.window.start_page.first_button


def test_a_folder_shows_its_scans_and_goes_back_to_the_start_page_when_closed(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    assert not seat.window.is_on_start_page and volume.name in seat.window.windowTitle()
    seat.until(lambda: seat.window.draw_page.worklist.list.model().rowCount() == 1)
    seat.press(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert seat.window.is_on_start_page


def test_every_action_has_something_to_do(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    actions = seat.window.actions_by_verb
    idle = [verb for verb in actions if not actions[verb].receivers("2triggered(bool)") and verb not in _BY_TOGGLE]
    assert idle == []


_BY_TOGGLE = {"fold_worklist", "fold_panel"}


def test_every_button_of_a_verb_is_named_after_it_and_says_what_it_is(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    for name in VERBS_WITH_BUTTONS.split():
        button = seat.button(f"{name}_button")
        assert button.accessibleName() and button.accessibleDescription() == button.toolTip() != ""
    for name in ("brush_diameter", "filter", "window_width", "window_level"):
        assert seat.field(name).accessibleName()
    assert seat.picture.objectName() == "slice_view" and seat.window.findChild(QWidget, "opacity") is not None


def test_no_target_is_smaller_than_28(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    buttons = [one for one in seat.window.findChildren(QAbstractButton) if one.isVisible() and one.objectName()]
    small = [one.objectName() for one in buttons if min(one.width(), one.height()) < 28]
    assert len(buttons) > 20 and small == []


def test_no_word_on_a_button_is_cut(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.click("segment_slice_button")
    seat.until(lambda: seat.session.draft is not None and seat.button("accept_button").isVisible())
    for button in seat.window.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.fontMetrics().horizontalAdvance(button.text()) <= button.width(), button.objectName()


def test_letters_typed_into_the_filter_choose_no_tool(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.press(Qt.Key.Key_F)
    assert seat.field("filter").hasFocus()
    seat.bot.keyClicks(seat.field("filter"), "eraser")
    assert seat.field("filter").text() == "eraser" and seat.desk.wiring.toolbox.tool == "brush"
    seat.press(Qt.Key.Key_Escape)
    assert seat.picture.hasFocus() and seat.field("filter").text() == ""


def test_b_and_e_change_tools_and_brackets_the_diameter(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    before = seat.desk.wiring.toolbox.diameter
    seat.press(Qt.Key.Key_BracketRight)
    assert seat.desk.wiring.toolbox.diameter > before
    seat.press(Qt.Key.Key_BracketLeft)
    assert seat.desk.wiring.toolbox.diameter == pytest.approx(before)
    seat.press(Qt.Key.Key_E)
    assert seat.button("eraser_button").isChecked() and seat.desk.wiring.toolbox.tool == "eraser"
    seat.press(Qt.Key.Key_B)
    assert seat.button("brush_button").isChecked() and not seat.button("eraser_button").isChecked()


def test_page_keys_go_through_the_slices(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.press(Qt.Key.Key_PageDown)
    assert seat.session.slice_number == 1
    seat.press(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
    assert seat.session.slice_number == 11
    seat.press(Qt.Key.Key_PageUp)
    assert seat.session.slice_number == 10


def test_a_number_key_takes_a_preset_and_lights_its_button(seat: Seat, ct: Path) -> None:
    seat.open(ct)
    seat.press(Qt.Key.Key_3)
    assert seat.session.preset == "bone" and seat.button("preset_3_button").isChecked()
    assert seat.field("window_width").text() == "1800" and seat.field("window_level").text() == "400"


def test_a_key_of_a_preset_that_the_scan_has_not_does_nothing(seat: Seat, pictures: Path) -> None:
    seat.open(pictures)
    before = seat.session.window
    seat.press(Qt.Key.Key_5)
    assert seat.session.window == before and not seat.window.actions_by_verb["preset_5"].isEnabled()


def test_a_level_typed_in_belongs_to_no_preset(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    field = seat.field("window_level")
    field.setFocus()
    field.selectAll()
    seat.bot.keyClicks(field, "-500")
    seat.press(Qt.Key.Key_Return)
    assert seat.session.window.level == -500 and seat.session.preset == ""
    assert not any(seat.button(f"preset_{n}_button").isChecked() for n in range(1, 7))
    assert seat.session.mask is not None and seat.session.mask.status(0) == SliceStatus.NEW


def test_undo_says_on_its_button_what_it_takes_back(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    assert not seat.button("undo_button").isEnabled()
    seat.click("segment_slice_button")
    seat.until(lambda: seat.button("undo_button").isEnabled())
    assert "Segment slice" in seat.button("undo_button").toolTip()
    seat.click("undo_button")
    seat.until(lambda: seat.button("redo_button").isEnabled())
    assert "Segment slice" in seat.button("redo_button").toolTip() and seat.session.draft is None


def test_a_draft_is_accepted_by_its_button_and_enter_checks_the_slice(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.session.go_to_slice(8)
    seat.click("segment_slice_button")
    seat.until(lambda: seat.button("accept_button").isVisible() and seat.button("accept_button").isEnabled())
    seat.click("accept_button")
    assert seat.session.mask is not None and seat.session.mask.marked(8)
    seat.press(Qt.Key.Key_Return)
    assert seat.session.mask.status(8) == SliceStatus.CHECKED and seat.session.slice_number == 9


def test_a_right_click_on_a_draft_lesion_offers_to_answer_that_one(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.session.go_to_slice(8)
    seat.click("segment_slice_button")
    seat.until(lambda: seat.button("accept_button").isVisible() and seat.button("accept_button").isEnabled())
    assert seat.session.mask is not None
    row, column = (int(n) for n in np.argwhere(seat.session.mask.draft(8))[0])
    seat.desk.wiring.toolbox.point = (8, row, column)
    menu = seat.desk.wiring.verbs.picture_menu()
    accept, reject = menu.actions()[:2]
    assert (accept.text(), reject.text()) == ("Accept", "Reject")
    seat.desk.wiring.toolbox.point = None
    accept.trigger()
    assert seat.session.mask.labels(8)[row, column] == 1
    menu.close()


def test_a_new_label_is_named_at_once(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.click("add_label_button")
    seat.bot.keyClicks(seat.field("label_2_name"), "Effusion")
    seat.press(Qt.Key.Key_Return)
    assert [label.name for label in seat.session.labels] == ["Lesion", "Effusion"]
    assert seat.session.label_in_use == 2 and seat.picture.hasFocus()
    seat.press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert seat.session.label_in_use == 1


def test_tab_goes_to_the_next_scan_and_f8_leaves_the_picture(seat: Seat, pictures: Path) -> None:
    seat.open(pictures)
    first = seat.session.current_id
    seat.press(Qt.Key.Key_Tab)
    seat.until(lambda: seat.session.current_id not in ("", first))
    seat.press(Qt.Key.Key_F8)
    assert not seat.picture.hasFocus() and QApplication.focusWidget() is not None
    seat.press(Qt.Key.Key_Escape)
    assert seat.picture.hasFocus()


def test_a_folder_can_be_dropped_on_any_page(seat: Seat, volume: Path, pictures: Path) -> None:
    for folder in (volume, pictures):
        drop(seat.window, folder)
        seat.until(lambda folder=folder: seat.session.folder == folder and seat.session.open is not None)


def test_esc_dismisses_the_top_banner_and_no_draft(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.click("segment_slice_button")
    seat.until(lambda: seat.session.draft is not None)
    seat.window.draw_page.banners.clear()
    seat.session.tell(Notice("info", "One"))
    seat.session.tell(Notice("info", "Two"))
    seat.press(Qt.Key.Key_Escape)
    assert [notice.title for notice in seat.window.draw_page.banners.notices] == ["One"]
    assert seat.session.draft is not None


def test_trouble_before_a_folder_is_open_is_told_on_the_start_page(seat: Seat, tmp_path: Path) -> None:
    seat.session.open_folder(tmp_path / "gone")
    seat.until(lambda: bool(seat.window.start_page.banners.notices))
    assert seat.window.start_page.banners.isVisible()


def test_masks_beside_the_scans_are_offered_and_imported(seat: Seat, pictures: Path) -> None:
    phantoms.write_mask_png(pictures / "masks" / "p1.png", phantoms.picture_phantom().lesion)
    seat.open(pictures)
    seat.until(lambda: bool(seat.window.draw_page.banners.notices))
    seat.click("banner_import_masks_button")
    sheet = seat.sheet(ImportSheet)
    go = sheet.findChild(QAbstractButton, "import_files_button")
    seat.until(lambda: go is not None and go.isEnabled())
    assert go is not None and go.text() == "Import 1 mask"
    go.click()
    seat.until(lambda: any(item.status == "imported" for item in seat.session.items))


def test_checking_all_seen_names_how_many_first(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    for k in range(3):
        seat.desk.parts.marking.saw(k)
    seat.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    question = seat.sheet(Question)
    assert question.windowTitle() == "Check 3 slices?"
    yes = question.findChild(QAbstractButton, "yes_button")
    assert yes is not None
    yes.click()
    assert seat.session.mask is not None
    assert [seat.session.mask.status(k) for k in range(4)] == [SliceStatus.CHECKED] * 3 + [SliceStatus.NEW]


def test_export_opens_its_sheet_and_writes_what_is_checked(seat: Seat, pictures: Path, tmp_path: Path) -> None:
    seat.open(pictures)
    seat.press(Qt.Key.Key_Return)
    seat.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    sheet = seat.sheet(ExportSheet)
    folder = sheet.findChild(QLineEdit, "export_folder")
    go = sheet.findChild(QAbstractButton, "export_files_button")
    assert folder is not None and go is not None and go.text() == "Export 1 file"
    folder.setText(str(tmp_path / "out"))
    go.click()
    seat.until(lambda: (tmp_path / "out" / "p0.png").is_file() and (tmp_path / "out" / "index.csv").is_file())
    seat.until(lambda: seat.window.job_bar.isHidden())


def test_a_running_job_shows_its_bar_and_cancel_is_answered_at_once(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    compute = _stand_in(seat)
    compute.let_go.clear()
    seat.click("segment_scan_button")
    seat.until(lambda: seat.window.job_bar.isVisible())
    seat.click("cancel_job_button")
    assert seat.window.job_bar.isHidden() and seat.session.draft is None
    compute.let_go.set()


def test_the_scan_list_and_the_panel_fold(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    page = seat.window.draw_page
    seat.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    seat.press(Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert (page.worklist.width(), page.right_panel.width()) == (60, 41)
    seat.click("open_labels_section_button")
    assert page.labels.isVisible()
    seat.click("open_labels_section_button")
    assert not page.labels.isVisible()
    seat.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    seat.press(Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert (page.worklist.width(), page.right_panel.width()) == (240, 280) and page.segment.isVisible()


def test_the_right_panel_needs_no_scrolling_at_800_high(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.window.resize(1280, 800)
    seat.click("segment_scan_button")
    seat.until(lambda: seat.session.draft is not None and seat.button("accept_button").isVisible())
    page = seat.window.draw_page
    bottom = page.check.mapTo(page.right_panel, QPoint(0, page.check.height())).y()
    assert bottom <= page.right_panel.height()
    assert seat.window.minimumSizeHint().width() <= 1280 and seat.window.minimumSizeHint().height() <= 800


def test_shortcuts_open_by_f1_and_close_by_esc(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.press(Qt.Key.Key_F1)
    sheet = seat.sheet(ShortcutsSheet)
    seat.bot.keyClick(sheet, Qt.Key.Key_Escape)
    seat.until(lambda: not sheet.isVisible())


def test_the_mark_opens_a_menu_with_every_action_of_the_table(seat: Seat) -> None:
    whole = seat.window.top_bar.mark_button.menu()
    entries = {action for menu in whole.findChildren(QMenu) + [one.menu() for one in whole.actions()] for action in
               (menu.actions() if isinstance(menu, QMenu) else [])}  # fmt: skip
    actions = seat.window.actions_by_verb
    missing = [verb for verb in actions if actions.specs[verb].menu and actions[verb] not in entries]
    assert missing == []


def test_the_theme_changes_the_whole_window_at_once(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.session.apply_settings(Settings(theme="light"))
    try:
        assert seat.window.look.tokens.bg1 == "#F5F6F8"
        panel = seat.window.draw_page.worklist.grab().toImage()
        assert panel.pixelColor(3, 3).lightness() > 200
    finally:
        seat.session.apply_settings(Settings(theme="dark"))


def test_recent_folders_are_offered_and_forgotten(seat: Seat, volume: Path) -> None:
    seat.open(volume)
    seat.press(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert seat.session.settings.recent == (str(volume),)
    card = seat.window.start_page.findChild(QWidget, "recent_folder")
    assert card is not None and card.accessibleName() == volume.name
    seat.desk.wiring.verbs.forget_folder(volume)
    assert seat.session.settings.recent == ()


def _stand_in(seat: Seat) -> StandIn:
    compute = seat.desk.parts.lane._compute
    assert isinstance(compute, StandIn)
    return compute


def drop(window: MainWindow, folder: Path) -> None:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(folder))])
    copy, no_keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(200, 200), copy, held, LEFT, no_keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), copy, held, LEFT, no_keys))
