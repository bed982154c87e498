"""The panels: what they show of plain values, and what they ask for when a person acts."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QProgressBar, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.banners import Banners
from lesionstudio.gui.panels.display import DisplayPanel
from lesionstudio.gui.panels.job_bar import JobBar, time_left
from lesionstudio.gui.panels.labels import LabelsPanel
from lesionstudio.gui.panels.options_bar import OptionsBar
from lesionstudio.gui.panels.scan_headings import Heading, Row, keys_above, with_headings
from lesionstudio.gui.panels.segment import CheckPanel, SegmentPanel
from lesionstudio.gui.panels.status_bar import StatusBar
from lesionstudio.gui.panels.top_bar import TopBar
from lesionstudio.gui.panels.worklist import FOLDED, WIDTH, Worklist
from lesionstudio.gui.start_page import RecentCard, StartPage
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import DraftView, ItemView, JobView, ModelView, Notice, Reading, RecentView, SavedState
from lesionstudio.imaging.labels import LABEL_COLOURS, LabelSet
from lesionstudio.imaging.windowing import Window

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def item(name: str, status: str = "new", **facts: object) -> ItemView:
    return ItemView(id=name, name=name, facts="axial, 40 slices", status=status, **facts)  # type: ignore[arg-type]


def text(parent: QWidget, name: str) -> str:
    found = parent.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def button(parent: QWidget, name: str) -> QPushButton | QToolButton:
    found = parent.findChild(QPushButton, name) or parent.findChild(QToolButton, name)
    assert found is not None, name
    return found


def shown(part: QWidget) -> bool:
    return not part.isHidden()


# The scan list


@pytest.fixture
def worklist(qtbot: QtBot, look: Look, actions: Actions) -> Worklist:
    made = Worklist(look, actions)
    qtbot.addWidget(made)
    made.resize(WIDTH, 700)
    made.show()
    return made


def rows(worklist: Worklist) -> list[str]:
    model = worklist.list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_the_filter_leaves_scans_whose_name_holds_what_is_typed(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.show_items([item("CT 004"), item("CT 031"), item("MR 031")])
    qtbot.keyClicks(worklist.filter, "ct 0")
    assert rows(worklist) == ["CT 004", "CT 031"]
    qtbot.keyClick(worklist.filter, Qt.Key.Key_Escape)
    assert len(rows(worklist)) == 3


def test_to_do_and_drafts_are_counted_and_shown_alone(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.show_items(
        [item("a", "checked"), item("b", "draft"), item("c"), item("d", "unreadable", error="ends early")]
    )
    assert button(worklist, "which_to_do_button").text() == "To do 2"
    qtbot.mouseClick(button(worklist, "which_drafts_button"), LEFT)
    assert rows(worklist) == ["b"]


def test_scans_stand_under_their_patient_and_study_in_the_order_they_came() -> None:
    views = [
        item("a", patient="x", study="Chest"),
        item("b", patient="y", study="Chest"),
        item("c", patient="x", study="Chest"),
        item("scout", patient="x", study="Chest", last=True),
    ]
    assert named(with_headings(views)) == [
        "Patient 1, Chest (2)", "a", "c", "Patient 2, Chest (1)", "b", "Not for marking (1)", "  Patient 1, Chest (1)",
        "scout",
    ]  # fmt: skip


def named(rows: list[Row]) -> list[str]:
    """What stands in the list: headings with how many scans they have, by their level, and the scans' ids."""
    return [f"{'  ' * row.level}{row.text} ({row.scans})" if isinstance(row, Heading) else row.id for row in rows]


def test_a_patient_with_several_studies_is_a_branch_of_branches_and_each_folds() -> None:
    views = [
        item("a", patient="x", study="2020"),
        item("b", patient="x", study="2021"),
        item("c", patient="x", study="2020"),
        item("d", patient="y", study="2020"),
    ]
    patient, first, _a, _c, second, *_rest = with_headings(views)
    assert named(with_headings(views)) == [
        "Patient 1 (3)", "  2020 (2)", "a", "c", "  2021 (1)", "b", "Patient 2, 2020 (1)", "d",
    ]  # fmt: skip
    assert isinstance(patient, Heading) and isinstance(first, Heading) and isinstance(second, Heading)
    assert named(with_headings(views, {first.key})) == [
        "Patient 1 (3)", "  2020 (2)", "  2021 (1)", "b", "Patient 2, 2020 (1)", "d",
    ]  # fmt: skip
    assert named(with_headings(views, {patient.key, second.key})) == ["Patient 1 (3)", "Patient 2, 2020 (1)", "d"]
    assert keys_above(views, "b") == [patient.key, second.key]


def test_a_branch_folds_by_click_and_by_key_and_unfolds_when_its_scan_is_opened(
    qtbot: QtBot, worklist: Worklist
) -> None:
    worklist.show_items([item("a", patient="x"), item("b", patient="x"), item("c", patient="y")])
    assert rows(worklist) == ["Patient 1", "a", "b", "Patient 2", "c"]
    place = worklist.list.visualRect(worklist.list.model().index(0, 0)).center()
    qtbot.mouseClick(worklist.list.viewport(), LEFT, pos=place)
    assert rows(worklist) == ["Patient 1", "Patient 2", "c"]
    worklist.show_current("c")
    worklist.show_items([item("a", patient="x"), item("b", patient="x"), item("c", patient="y")])
    assert rows(worklist) == ["Patient 1", "Patient 2", "c"]
    worklist.show_current("b")
    assert rows(worklist) == ["Patient 1", "a", "b", "Patient 2", "c"]
    worklist.list.setCurrentIndex(worklist.list.model().index(3, 0))
    qtbot.keyClick(worklist.list, Qt.Key.Key_Left)
    assert rows(worklist) == ["Patient 1", "a", "b", "Patient 2"]
    qtbot.keyClick(worklist.list, Qt.Key.Key_Right)
    assert rows(worklist) == ["Patient 1", "a", "b", "Patient 2", "c"]


def test_one_patient_needs_no_heading() -> None:
    views = [item("a", patient="x"), item("b", patient="x")]
    assert with_headings(views) == views


def test_a_click_opens_a_scan_and_enter_does_too(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.show_items([item("a"), item("b")])
    view = worklist.list
    place = view.visualRect(view.model().index(1, 0)).center()
    with qtbot.waitSignal(worklist.item_wanted) as clicked:
        qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    assert clicked.args == ["b"]
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up)
    with qtbot.waitSignal(worklist.item_wanted) as entered:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert entered.args == ["a"]


def test_more_scans_leave_the_list_where_it_is_scrolled(worklist: Worklist) -> None:
    many = [item(f"CT {n:03d}") for n in range(60)]
    worklist.show_items(many)
    worklist.list.verticalScrollBar().setValue(900)
    worklist.show_items([*many, item("CT 060")])
    assert worklist.list.verticalScrollBar().value() == 900 and len(rows(worklist)) == 61


def of_patients(numbers: Iterable[int]) -> list[ItemView]:
    """Two scans of each of these patients."""
    return [item(f"CT {n:03d} {k}", patient=f"p{n}") for n in numbers for k in (1, 2)]


def test_rows_that_come_between_leave_those_on_screen_where_they_are(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.show_items(of_patients(range(0, 60, 2)))
    view, resets = worklist.list, list[bool]()
    view.model().modelReset.connect(lambda: resets.append(True))
    view.verticalScrollBar().setValue(900)
    place = view.viewport().rect().center()
    before = view.indexAt(QPoint(place.x(), 1))
    view.verticalScrollBar().setValue(900 + view.visualRect(before).bottom() + 10)  # from a heading to a scan
    before = view.indexAt(QPoint(place.x(), 1))
    name, top = before.data(), view.visualRect(before).top()
    worklist.show_items(of_patients(range(60)))
    after = view.indexAt(QPoint(place.x(), 1))
    assert (after.data(), view.visualRect(after).top()) == (name, top) and not resets
    assert rows(worklist)[:6] == ["Patient 1", "CT 000 1", "CT 000 2", "Patient 2", "CT 001 1", "CT 001 2"]
    worklist.show_items(of_patients(range(30, 60)))
    assert len(rows(worklist)) == 90 and not resets


def test_the_row_gone_to_by_keys_keeps_the_keys_while_rows_come(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.show_items(of_patients(range(0, 10, 2)))
    worklist.show_current("CT 000 1")
    worklist.activateWindow()
    worklist.list.setFocus()
    for _step in range(4):
        qtbot.keyClick(worklist.list, Qt.Key.Key_Down)
    here = worklist.list.currentIndex().data()
    worklist.show_items(of_patients(range(10)))
    assert worklist.list.currentIndex().data() == here != "CT 000 1"


def test_how_far_a_search_is_is_painted_with_the_window_and_not_at_once(worklist: Worklist) -> None:
    painted: list[bool] = []
    worklist.show_items([item("a")])
    worklist.show_reading(Reading(1, 690))
    QApplication.processEvents()
    worklist.list.itemDelegate().paint = lambda *_told: painted.append(True)  # type: ignore[method-assign]
    worklist.list.viewport().update()
    worklist.show_reading(Reading(214, 690))
    assert not painted
    bar = worklist.findChild(QProgressBar)
    assert bar is not None and (bar.value(), bar.maximum(), bar.updatesEnabled()) == (214, 690, True)


def test_an_unreadable_file_is_one_row_with_its_reason(worklist: Worklist) -> None:
    worklist.show_items([item("broken", "unreadable", error="File ends too early")])
    tip = worklist.list.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "File ends too early" in tip and "Cannot be read" in tip
    assert not worklist.list.grab().isNull()


def test_the_foot_counts_checked_and_held_out(worklist: Worklist) -> None:
    worklist.show_items([item("a", "checked", held_out=True), item("b", "draft"), item("c")])
    assert text(worklist, "checked_total") == "1 of 3 checked" and text(worklist, "held_out_total") == "1 held out"


def test_a_search_says_how_far_it_is_and_that_work_can_start(worklist: Worklist) -> None:
    worklist.show_items([item("a")])
    worklist.show_reading(Reading(214, 690))
    assert text(worklist, "reading_text") == "214 of 690 files read. You can start already."
    worklist.show_reading(None)
    label = worklist.findChild(QLabel, "reading_text")
    assert label is not None and label.isHidden()


def test_grey_shapes_stand_in_for_rows_that_come_late(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.show_items([])
    worklist.show_reading(Reading(3, 0))
    assert not worklist.skeleton_is_shown
    qtbot.waitUntil(lambda: worklist.skeleton_is_shown)
    worklist.show_items([item("a")])
    assert not worklist.skeleton_is_shown


def test_folded_it_keeps_only_the_pictures(worklist: Worklist) -> None:
    worklist.show_items([item("a")])
    worklist.show_picture("a", QImage(8, 8, QImage.Format.Format_Grayscale8))
    worklist.fold(True)
    assert worklist.width() == FOLDED and worklist.filter.isHidden()
    worklist.fold(False)
    assert worklist.width() == WIDTH and shown(worklist.filter)


# Window, labels, segment


def test_width_and_level_ask_for_a_window(qtbot: QtBot, look: Look, actions: Actions) -> None:
    panel = DisplayPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_window(Window(1500, -600), "Lung")
    field = panel.findChild(QLineEdit, "window_level")
    assert field is not None and text(panel, "window_preset") == "Lung"
    with qtbot.waitSignal(panel.window_wanted) as said:
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, "-400")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert said.args == [Window(1500, -400)]


def test_presets_that_a_scan_has_not_are_not_shown(qtbot: QtBot, look: Look, actions: Actions) -> None:
    panel = DisplayPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_presets(["Auto", "Full"], 1)
    assert button(panel, "preset_1_button").text() == "1  Auto" and button(panel, "preset_1_button").isChecked()
    assert button(panel, "preset_3_button").isHidden()


def test_opacity_is_said_in_percent_and_asked_for_as_a_share(qtbot: QtBot, look: Look, actions: Actions) -> None:
    panel = DisplayPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_opacity(0.35)
    assert text(panel, "opacity_text") == "35 %"
    slider = panel.findChild(QWidget, "opacity")
    with qtbot.waitSignal(panel.opacity_wanted) as said:
        slider.setValue(50)  # type: ignore[union-attr]
    assert said.args == [0.5]


@pytest.fixture
def labels(qtbot: QtBot, look: Look, actions: Actions) -> Iterator[LabelsPanel]:
    panel = LabelsPanel(look, actions)
    qtbot.addWidget(panel)
    panel.resize(280, 200)
    panel.show_labels(LabelSet().add("Ground-glass").add("Consolidation"), 1)
    panel.show()
    yield panel


def row(panel: LabelsPanel, number: int) -> QWidget:
    found = panel.findChild(QWidget, f"label_{number}")
    assert found is not None
    return found


def test_a_click_on_a_label_chooses_it_and_only_the_one_in_use_is_lit(qtbot: QtBot, labels: LabelsPanel) -> None:
    assert row(labels, 1).property("current") == "true" and row(labels, 2).property("current") == "false"
    with qtbot.waitSignal(labels.label_wanted) as said:
        qtbot.mouseClick(row(labels, 2), LEFT, pos=QPoint(100, 16))
    assert said.args == [2]


def test_a_double_click_renames_and_esc_keeps_the_old_name(qtbot: QtBot, labels: LabelsPanel) -> None:
    qtbot.mouseDClick(row(labels, 2), LEFT, pos=QPoint(100, 16))
    field = row(labels, 2).findChild(QLineEdit, "label_2_name")
    assert field is not None and field.isVisible()
    with qtbot.waitSignal(labels.rename_wanted) as said:
        qtbot.keyClicks(field, "Effusion")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert said.args == [2, "Effusion"]
    labels.rename(2)
    with qtbot.assertNotEmitted(labels.rename_wanted):
        qtbot.keyClicks(field, "Nothing")
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()


def test_eye_and_lock_ask_for_the_opposite(qtbot: QtBot, labels: LabelsPanel) -> None:
    with qtbot.waitSignal(labels.visible_wanted) as seen:
        qtbot.mouseClick(button(labels, "label_1_visible_button"), LEFT)
    with qtbot.waitSignal(labels.locked_wanted) as locked:
        qtbot.mouseClick(button(labels, "label_1_locked_button"), LEFT)
    assert seen.args == [1, False] and locked.args == [1, True]


def test_deleting_asks_in_the_row_and_says_what_would_go(qtbot: QtBot, labels: LabelsPanel) -> None:
    labels.show_amounts({2: "10 ml"})
    row(labels, 2).setFocus()
    qtbot.keyClick(row(labels, 2), Qt.Key.Key_Delete)
    with qtbot.assertNotEmitted(labels.delete_wanted):
        qtbot.mouseClick(button(labels, "keep_label_2_button"), LEFT)
    qtbot.keyClick(row(labels, 2), Qt.Key.Key_Delete)
    with qtbot.waitSignal(labels.delete_wanted) as said:
        qtbot.mouseClick(button(labels, "delete_label_2_button"), LEFT)
    assert said.args == [2]


def test_the_last_label_cannot_be_deleted(qtbot: QtBot, labels: LabelsPanel) -> None:
    labels.show_labels(LabelSet().add("Lesion"), 1)
    row(labels, 1).setFocus()
    qtbot.keyClick(row(labels, 1), Qt.Key.Key_Delete)
    assert not button(labels, "delete_label_1_button").isVisible()


def test_a_label_is_painted_in_its_colour(labels: LabelsPanel) -> None:
    swatch = button(labels, "label_2_colour_button").grab().toImage()
    assert swatch.pixelColor(swatch.width() // 2, swatch.height() // 2) == QColor(LABEL_COLOURS[1])


MODEL = ModelView("lung", Path("/models/lung"), "Lung v3", "Dice 0.71 held out", "Research use only.")


def test_the_model_line_says_name_measure_and_what_it_may_be_used_for(
    qtbot: QtBot, look: Look, actions: Actions
) -> None:
    panel = SegmentPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_models([MODEL], "lung")
    assert text(panel, "model_title") == "Lung v3" and text(panel, "model_line") == "Dice 0.71 held out"
    assert text(panel, "model_notice") == "Research use only."
    assert button(panel, "choose_model_folder_button").isHidden()


def test_without_a_model_the_reason_and_the_way_out_stand_there(qtbot: QtBot, look: Look, actions: Actions) -> None:
    panel = SegmentPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_models([], "")
    panel.show_reason("Choose a model first.")
    assert text(panel, "segment_reason") == "Choose a model first."
    with qtbot.waitSignal(panel.model_folder_wanted):
        qtbot.mouseClick(button(panel, "choose_model_folder_button"), LEFT)


def test_the_draft_card_counts_lesions_and_other_slices(qtbot: QtBot, look: Look, actions: Actions) -> None:
    panel = SegmentPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_scans(24, is_volume=True)
    panel.show_draft(DraftView(5, "12.6 ml", 3))
    assert text(panel, "draft_text") == "Draft: 5 lesions, 12.6 ml"
    assert button(panel, "accept_scan_button").text() == "Accept all on 3 slices"
    panel.show_draft(DraftView(0, "0 ml", 2))
    assert text(panel, "draft_text") == "Draft on 2 other slices"
    panel.show_draft(None)
    card = panel.findChild(QWidget, "draft_card")
    assert card is not None and card.isHidden()


def test_a_picture_has_no_button_for_the_scan(qtbot: QtBot, look: Look, actions: Actions) -> None:
    panel = SegmentPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_scans(1, is_volume=False)
    assert button(panel, "segment_scan_button").isHidden() and button(panel, "segment_all_button").isHidden()


def test_the_slice_says_its_status(qtbot: QtBot, look: Look, actions: Actions) -> None:
    panel = CheckPanel(look, actions)
    qtbot.addWidget(panel)
    panel.show_status("checked", is_volume=True)
    sign = panel.findChild(QLabel, "slice_status")
    assert sign is not None and sign.accessibleName() == "This slice: Checked"


# Bars


def test_time_left_is_said_as_people_say_it() -> None:
    assert [time_left(s) for s in (None, 0.2, 42, 83, 700)] == [
        "working", "1 s left", "42 s left", "1 min 20 s left", "about 12 min left",
    ]  # fmt: skip


def test_the_job_bar_is_there_only_while_a_job_runs(qtbot: QtBot, look: Look, actions: Actions) -> None:
    bar = JobBar(look, actions)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_job(JobView("segment", "Segmenting this scan", 0.5, 83, 2))
    assert shown(bar) and text(bar, "jobs_waiting") == "2 waiting" and text(bar, "job_time_left") == "1 min 20 s left"
    bar.show_job(None)
    assert bar.isHidden()


def test_trouble_with_saving_is_said_in_words(qtbot: QtBot, look: Look, actions: Actions) -> None:
    bar = TopBar(look, actions)
    qtbot.addWidget(bar)
    bar.show_folder("ct_covid")
    bar.show_saved(SavedState("failed", "Not saved: disk full, trying again"))
    assert text(bar, "saved_state") == "Not saved: disk full, trying again"
    label = bar.findChild(QLabel, "saved_state")
    assert label is not None and label.property("role") == "warn"


def test_a_long_trouble_moves_no_tab_and_a_study_to_look_at_says_so_in_few_words(
    qtbot: QtBot, look: Look, actions: Actions
) -> None:
    bar = TopBar(look, actions)
    qtbot.addWidget(bar)
    bar.resize(1280, 48)
    bar.show_folder("ct_covid")
    bar.show()
    bar.show_saved(SavedState("saved", "Saved"))
    qtbot.waitUntil(lambda: bar.pages.x() > 0)
    before = bar.pages.x()
    bar.show_saved(SavedState("failed", "Not saved: " + "a very long reason " * 20))
    QApplication.processEvents()
    assert bar.pages.x() == before
    bar.show_saved(SavedState("read_only", "This study is open elsewhere (process 3 on ward, since 2026-11-21 18:15)."))
    assert text(bar, "saved_state") == "Open for looking only"


def test_the_start_page_has_no_undo_and_no_export(qtbot: QtBot, look: Look, actions: Actions) -> None:
    bar = TopBar(look, actions)
    qtbot.addWidget(bar)
    assert all(
        button(bar, name).isHidden() for name in ("undo_button", "redo_button", "export_button", "folder_button")
    )
    bar.show_folder("ct_covid")
    assert all(shown(button(bar, name)) for name in ("undo_button", "redo_button", "export_button", "folder_button"))


def test_the_slider_and_the_field_ask_for_the_same_diameter(qtbot: QtBot, look: Look, actions: Actions) -> None:
    bar = OptionsBar(look, actions)
    qtbot.addWidget(bar)
    bar.show_diameter(8, "mm", 0.5, 100)
    field = bar.findChild(QLineEdit, "brush_diameter")
    slider = bar.findChild(QWidget, "brush_diameter_slider")
    assert field is not None and field.text() == "8.0 mm"
    with qtbot.waitSignal(bar.diameter_wanted) as said:
        slider.setValue(100)  # type: ignore[union-attr]
    assert said.args == pytest.approx([100])
    with qtbot.assertNotEmitted(bar.diameter_wanted):
        bar.show_diameter(20, "mm", 0.5, 100)


def test_cells_without_a_text_take_no_room(qtbot: QtBot, look: Look) -> None:
    bar = StatusBar(look)
    qtbot.addWidget(bar)
    bar.show_cells(voxel="Row 3, column 4", device="CPU, 2 cores")
    labels = {name: bar.findChild(QLabel, f"status_{name}") for name in ("voxel", "value", "device")}
    assert [bool(cell and shown(cell)) for cell in labels.values()] == [True, False, True]
    bar.show_cells(voxel="")
    assert text(bar, "status_device") == "CPU, 2 cores"


# Banners


@pytest.fixture
def banners(qtbot: QtBot, look: Look) -> Iterator[Banners]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(688, 600)
    host.show()
    yield Banners(look, host)


def test_two_banners_are_shown_and_the_rest_is_counted(qtbot: QtBot, banners: Banners) -> None:
    for n in range(4):
        banners.show_notice(Notice("error", f"Trouble {n}"))
    assert [notice.title for notice in banners.notices] == ["Trouble 3", "Trouble 2", "Trouble 1", "Trouble 0"]
    more = button(banners, "more_banners_button")
    assert more.text() == "2 more" and shown(more)
    qtbot.mouseClick(more, LEFT)
    assert more.text() == "Show fewer"


def test_the_same_trouble_is_told_once(banners: Banners) -> None:
    banners.show_notice(Notice("error", "Not saved", "disk full"))
    banners.show_notice(Notice("error", "Not saved", "folder gone"))
    assert [notice.text for notice in banners.notices] == ["folder gone"]


def test_a_banner_is_answered_once_and_goes(qtbot: QtBot, banners: Banners) -> None:
    banners.show_notice(Notice("info", "18 masks found", "", "Import", "import_masks"))
    with qtbot.waitSignal(banners.action_wanted) as said:
        qtbot.mouseClick(button(banners, "banner_import_masks_button"), LEFT)
    assert said.args[0].action == "import_masks" and banners.notices == []
    assert not banners.dismiss_top()


def test_details_open_under_the_sentence(qtbot: QtBot, banners: Banners) -> None:
    banners.show_notice(Notice("error", "The compute process stopped", details="exit code -9"))
    before = banners.height()
    qtbot.mouseClick(button(banners, "banner_details_button"), LEFT)
    assert banners.height() > before + 80


# Start page


def test_a_recent_folder_opens_by_click_and_a_missing_one_says_so(qtbot: QtBot, look: Look, actions: Actions) -> None:
    page = StartPage(look, actions)
    qtbot.addWidget(page)
    here, gone = Path("/data/ct"), Path("/media/usb/liver")
    page.show_recent([RecentView(here, "ct", "24 scans", share_checked=0.5), RecentView(gone, "liver", missing=True)])
    first, second = page.findChildren(RecentCard)
    with qtbot.waitSignal(page.folder_wanted) as said:
        qtbot.mouseClick(first, LEFT)
    assert said.args == [here]
    with qtbot.assertNotEmitted(page.folder_wanted):
        qtbot.mouseClick(second, LEFT)
    with qtbot.waitSignal(page.forget_wanted) as forgotten:
        qtbot.mouseClick(button(second, "forget_folder_button"), LEFT)
    assert forgotten.args == [gone]
