"""The sheets: what they offer, what they ask for, how they are left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QMainWindow, QPlainTextEdit
from pytestqt.qtbot import QtBot

from lesionstudio.gui.actions import action_table
from lesionstudio.gui.app import last_resort
from lesionstudio.gui.dialogs.export_sheet import ExportSheet
from lesionstudio.gui.dialogs.import_masks import ImportSheet
from lesionstudio.gui.dialogs.label_mapping import NEW, MappingSheet
from lesionstudio.gui.dialogs.shortcuts import ShortcutsSheet
from lesionstudio.gui.import_plan import ImportPlan
from lesionstudio.gui.messages import CrashSheet, ask_then, trace_text
from lesionstudio.gui.scan_facts import ScanFacts
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import ExportChoice, ExportOffer, ExportPart
from lesionstudio.gui.widgets.sheet import Sheet
from lesionstudio.imaging.found_masks import FoundMask, Matched
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask_values import Census

LEFT = Qt.MouseButton.LeftButton
PARTS = (
    ExportPart("checked", "12 checked", 12, 564, "CT_031", 47),
    ExportPart("marked", "20 with marks", 20, 700, "CT_031", 47),
    ExportPart("this", "Only CT 031", 1, 47, "CT_031", 47),
)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QMainWindow]:
    made = QMainWindow()
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    yield made


def press(qtbot: QtBot, sheet: Sheet, name: str) -> None:
    found = sheet.findChild(QAbstractButton, name)
    assert found is not None, name
    found.click()


def words(sheet: Sheet, name: str) -> str:
    found = sheet.findChild(QLabel, name) or sheet.findChild(QAbstractButton, name)
    assert found is not None, name
    return found.text()


def export_sheet(window: QMainWindow, look: Look, tmp_path: Path, labels: int = 1) -> ExportSheet:
    sheet = ExportSheet(window, look, ExportOffer(PARTS, tmp_path / "export", ("CT 020", "CT 025"), labels))
    sheet.open()
    return sheet


def test_the_sheet_says_how_many_files_it_will_write(
    qtbot: QtBot, window: QMainWindow, look: Look, tmp_path: Path
) -> None:
    sheet = export_sheet(window, look, tmp_path)
    assert words(sheet, "export_files_button") == "Export 564 files"
    assert words(sheet, "export_total") == "12 scans, 564 files. Originals are never touched."
    assert words(sheet, "export_names") == "CT_031_0001.png … CT_031_0047.png"
    press(qtbot, sheet, "export_images")
    assert sheet.files == 1128
    press(qtbot, sheet, "export_format_nifti_button")
    assert sheet.files == 12 + 564 and words(sheet, "export_names") == "CT_031.nii.gz"
    press(qtbot, sheet, "export_which_this_button")
    press(qtbot, sheet, "export_images")
    assert words(sheet, "export_files_button") == "Export 1 file"


def test_each_label_its_own_file_multiplies_the_masks(
    qtbot: QtBot, window: QMainWindow, look: Look, tmp_path: Path
) -> None:
    sheet = export_sheet(window, look, tmp_path, labels=3)
    assert sheet.choice.values == "index"
    press(qtbot, sheet, "export_values_per-label")
    assert sheet.files == 3 * 564


def test_what_is_chosen_is_asked_for_once(qtbot: QtBot, window: QMainWindow, look: Look, tmp_path: Path) -> None:
    sheet = export_sheet(window, look, tmp_path)
    press(qtbot, sheet, "export_which_marked_button")
    press(qtbot, sheet, "export_exists_replace")
    with qtbot.waitSignal(sheet.export_wanted) as said:
        press(qtbot, sheet, "export_files_button")
    assert said.args == [ExportChoice(tmp_path / "export", "png", "auto", "marked", overwrite=True)]
    assert not sheet.isVisible()


def test_open_drafts_are_named_as_left_out(qtbot: QtBot, window: QMainWindow, look: Look, tmp_path: Path) -> None:
    sheet = export_sheet(window, look, tmp_path)
    said = [label.text() for label in sheet.findChildren(QLabel)]
    assert "CT 020 and CT 025 hold drafts nobody has accepted. Drafts are not exported." in said


def test_nothing_to_export_is_said_and_cannot_be_pressed(
    qtbot: QtBot, window: QMainWindow, look: Look, tmp_path: Path
) -> None:
    nothing = ExportOffer((ExportPart("checked", "0 checked", 0, 0),), tmp_path)
    sheet = ExportSheet(window, look, nothing)
    qtbot.addWidget(sheet)
    go = sheet.findChild(QAbstractButton, "export_files_button")
    assert go is not None and not go.isEnabled()
    assert words(sheet, "export_total") == "Nothing is marked there yet: check a slice first."


def test_esc_exports_nothing(qtbot: QtBot, window: QMainWindow, look: Look, tmp_path: Path) -> None:
    sheet = export_sheet(window, look, tmp_path)
    with qtbot.assertNotEmitted(sheet.export_wanted):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_only_the_ticked_masks_are_imported(qtbot: QtBot, window: QMainWindow, look: Look) -> None:
    plan = ImportPlan([ScanFacts("a", "CT 004", (1, 4, 4)), ScanFacts("b", "CT 010", (1, 4, 4))], LabelSet.first())
    plan.take(Matched((FoundMask.of(Path("/m/a.png")), FoundMask.of(Path("/m/b.png"))), ("a", "b")))
    for n in range(2):
        plan.heard(n, Census((1, 4, 4), (0, 255), 0.2))
    sheet = ImportSheet(window, look, plan)
    sheet.open()
    with qtbot.waitSignal(sheet.table.tick_wanted) as said:
        sheet.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    assert said.args == [0, False]
    plan.off = {0}
    sheet.show_answers()
    assert words(sheet, "import_files_button") == "Import 1 mask" and list(plan.wishes({1: 1})) == ["b"]
    with qtbot.waitSignal(sheet.import_wanted):
        press(qtbot, sheet, "import_files_button")


def test_typing_leaves_the_shortcuts_that_fit(qtbot: QtBot, window: QMainWindow, look: Look) -> None:
    sheet = ShortcutsSheet(window, look)
    sheet.open()
    assert len(sheet.shown) > 40
    qtbot.keyClicks(sheet.search, "eras")
    assert sheet.shown == ["Erase while held", "Erase while held", "Eraser"]
    sheet.search.clear()
    qtbot.keyClicks(sheet.search, "ctrl+,")
    assert sheet.shown == ["Settings"]
    qtbot.keyClicks(sheet.search, "xyz")
    none = sheet.findChild(QLabel, "no_shortcut")
    assert none is not None and none.isVisible() and sheet.shown == []
    qtbot.keyClick(sheet.search, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_every_key_of_the_table_is_on_the_page(window: QMainWindow, look: Look) -> None:
    sheet = ShortcutsSheet(window, look)
    left_out = [
        spec.text for spec in action_table() if spec.keys and not spec.group and not spec.verb.startswith(_BY_GESTURE)
    ]
    assert left_out == []
    assert {spec.text for spec in action_table() if spec.keys and spec.group} <= set(sheet.shown)


_BY_GESTURE = ("preset_", "choose_label_")


def test_a_model_s_marks_are_mapped_by_name_or_become_new_labels(qtbot: QtBot, window: QMainWindow, look: Look) -> None:
    labels = LabelSet().add("Nodule").add("effusion")
    sheet = MappingSheet(window, look, ("Effusion", "Consolidation"), labels)
    sheet.open()
    with qtbot.waitSignal(sheet.answered) as said:
        press(qtbot, sheet, "go_on_button")
    assert said.args == [{1: 2, 2: NEW}]


def test_a_mistake_reaches_the_person_and_the_window_stays(
    qtbot: QtBot, window: QMainWindow, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.__excepthook__", lambda *_error: None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    error = KeyError("a bug")
    last_resort(look)(type(error), error, None)
    sheet = window.findChild(CrashSheet)
    assert sheet is not None and sheet.isVisible() and window.isVisible()
    sheet.reject()


def test_a_question_does_it_only_on_yes(qtbot: QtBot, window: QMainWindow, look: Look) -> None:
    done: list[int] = []
    for answer, expected in (("no_button", 0), ("yes_button", 1)):
        ask_then(window, look, "Check 31 slices?", "Those you have seen.", "Check 31 slices", lambda: done.append(1))
        sheet = next(one for one in window.findChildren(Sheet) if one.isVisible())
        press(qtbot, sheet, answer)
        assert len(done) == expected


def test_a_mistake_of_the_program_shows_its_trace_to_copy(qtbot: QtBot, window: QMainWindow, look: Look) -> None:
    try:
        raise ZeroDivisionError("two by nothing")
    except ZeroDivisionError as error:
        trace = trace_text(type(error), error, error.__traceback__)
    sheet = CrashSheet(window, look, trace)
    sheet.open()
    box = sheet.findChild(QPlainTextEdit, "crash_trace")
    assert box is not None and "ZeroDivisionError: two by nothing" in box.toPlainText()
    assert box.toPlainText().startswith("LesionStudio ")
    press(qtbot, sheet, "go_on_button")
    assert not sheet.isVisible()
