"""Convert in the window: files dropped on its sheet become other files, and what is lost or held back is said."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from lesionstudio.errors import ProjectProblem
from lesionstudio.gui.app import Desk as Program
from lesionstudio.gui.converting import Converting
from lesionstudio.gui.dialogs.convert_sheet import ConvertSheet
from lesionstudio.gui.dialogs.export_sheet import ExportSheet
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import ConvertChoice, ExportChoice, ExportOffer, ExportPart
from lesionstudio.project.project import Project
from lesionstudio.settings import Settings
from tests import phantoms
from tests.dicom_study import dicom_study
from tests.gui import desk as desks

COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QMainWindow]:
    made = QMainWindow()
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    yield made


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[desks.Desk]:
    with desks.desk(qtbot) as made:
        yield made


def stack(folder: Path) -> Path:
    pages = np.random.default_rng(2).integers(0, 65535, (11, 6, 7)).astype(np.uint16)
    return phantoms.write_tiff_stack(folder / "brain.tif", pages)


def button(sheet: Any, name: str) -> QAbstractButton:
    found = sheet.findChild(QAbstractButton, name)
    assert found is not None, name
    return found


def drop(sheet: ConvertSheet, *paths: Path) -> None:
    told = QMimeData()
    told.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QApplication.sendEvent(sheet.area, QDragEnterEvent(QPoint(9, 9), COPY, told, LEFT, NO_KEYS))
    QApplication.sendEvent(sheet.area, QDropEvent(QPointF(9, 9), COPY, told, LEFT, NO_KEYS))


def convert(desk: desks.Desk, choice: ConvertChoice) -> None:
    converting = Converting(desk.session)
    shown = list[object]()
    converting.job_changed.connect(shown.append)
    converting.convert(choice)
    desk.until(lambda: bool(shown) and shown[-1] is None)


def test_what_is_dropped_on_the_sheet_is_what_it_asks_for(
    qtbot: QtBot, window: QMainWindow, look: Look, tmp_path: Path
) -> None:
    sheet = ConvertSheet(window, look, "")
    sheet.open()
    go, why = button(sheet, "convert_files_button"), sheet.findChild(QLabel, "convert_why")
    assert why is not None and not go.isEnabled() and why.text() == "Drop or choose files first."
    drop(sheet, tmp_path / "a.tif", tmp_path / "b.tif")
    button(sheet, "convert_to_tiff_button").click()
    button(sheet, "convert_window_lung_button").click()
    button(sheet, "convert_exists_replace").click()
    with qtbot.waitSignal(sheet.convert_wanted) as said:
        go.click()
    both = (tmp_path / "a.tif", tmp_path / "b.tif")
    beside = tmp_path.with_name(f"{tmp_path.name} converted")
    assert said.args == [ConvertChoice(both, beside, "tiff", "lung", overwrite=True)]
    assert not sheet.isVisible()


def test_a_folder_that_was_typed_stays_when_other_files_come(window: QMainWindow, look: Look, tmp_path: Path) -> None:
    sheet = ConvertSheet(window, look, "")
    drop(sheet, tmp_path / "a.tif")
    field = sheet.findChild(QLineEdit, "convert_folder")
    assert field is not None
    field.setText(str(tmp_path / "mine"))
    field.textEdited.emit(field.text())
    drop(sheet, tmp_path / "sub" / "b.tif")
    assert sheet.choice.out == tmp_path / "mine" and sheet.choice.paths == (tmp_path / "sub" / "b.tif",)


def test_a_stack_goes_to_slices_and_back_without_a_study_open(desk: desks.Desk, tmp_path: Path) -> None:
    source = stack(tmp_path / "in")
    convert(desk, ConvertChoice((source,), tmp_path / "slices"))
    assert [one.title for one in desk.notices] == ["11 files written."]
    assert desk.notices[0].action == "show_in_folder" and desk.notices[0].payload == str(tmp_path / "slices")
    convert(desk, ConvertChoice((tmp_path / "slices",), tmp_path / "back", "tiff"))
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "back" / "brain.tif"), tifffile.imread(source))
    assert desk.notices[1].text == "11 numbered pictures were joined, brain_0001.png to brain_0011.png."


def test_what_is_there_already_is_said_without_words_of_the_command_line(desk: desks.Desk, tmp_path: Path) -> None:
    choice = ConvertChoice((stack(tmp_path / "in"),), tmp_path / "out", "tiff")
    convert(desk, choice)
    convert(desk, choice)
    assert "is there already" in desk.notices[-1].title and desk.notices[-1].kind == "warning"
    assert not any("--" in one.title + one.text for one in desk.notices)


def test_the_menu_opens_the_sheet_before_any_folder(qtbot: QtBot, look: Look) -> None:
    window = MainWindow(look)
    qtbot.addWidget(window)
    window.show()
    program = Program(window, Settings(), desks.StandIn)  # type: ignore[arg-type]
    try:
        assert window.actions_by_verb["convert"].isEnabled()
        window.actions_by_verb.trigger("convert")
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, ConvertSheet)
        sheet.reject()
    finally:
        window.close()
        program.close()


def test_an_export_says_what_was_held_back_and_what_could_not_be_written(desk: desks.Desk, tmp_path: Path) -> None:
    def tell(dataset: Any, _k: int) -> None:
        dataset.BurnedInAnnotation = "YES"

    study, _item_id, _labels = dicom_study(tmp_path / "scans", tell)
    desk.open(study)
    shown = list[object]()
    desk.exporting.job_changed.connect(shown.append)
    choice = ExportChoice(tmp_path / "out", "dicom-seg", which="marked", images=True)
    desk.exporting.export(choice)
    desk.until(lambda: bool(shown) and shown[-1] is None)
    titles = [one.title for one in desk.notices]
    assert titles == [
        "A DICOM-SEG refers to a DICOM series, and this scan is none.",
        "1 scan has text burned in.",
        "1 file exported.",
    ]
    assert [path.name for path in (tmp_path / "out").rglob("*.dcm")] == ["CT 001.dcm"]


def test_what_cannot_be_saved_is_not_exported(
    desk: desks.Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_what: object) -> None:
        raise ProjectProblem("The disk is full: chest was not saved.") from OSError(errno.ENOSPC, "full")

    phantoms.write_png(tmp_path / "scans/a.png", phantoms.picture_phantom(24, 24, 4))
    desk.open(tmp_path / "scans")
    monkeypatch.setattr(Project, "save_mask", full)
    desk.paint(5, 5)
    shown = list[object]()
    desk.exporting.job_changed.connect(shown.append)
    desk.exporting.export(ExportChoice(tmp_path / "out", "png", which="this"))
    desk.until(lambda: bool(shown) and shown[-1] is None)
    assert [one.title for one in desk.notices] == ["Nothing was exported: what is open could not be saved."]
    assert "disk is full" in desk.notices[0].text.lower() and not (tmp_path / "out").exists()


def test_an_export_that_is_cancelled_while_it_saves_lets_the_next_one_begin(desk: desks.Desk, tmp_path: Path) -> None:
    phantoms.write_png(tmp_path / "scans/a.png", phantoms.picture_phantom(24, 24, 4))
    desk.open(tmp_path / "scans")
    desk.paint(5, 5)
    shown = list[object]()
    desk.exporting.job_changed.connect(shown.append)
    choice = ExportChoice(tmp_path / "out", "png", which="this")
    desk.exporting.export(choice)
    desk.exporting.cancel()
    assert shown[-1] is None
    desk.exporting.export(choice)
    desk.until(lambda: shown[-1] is None and desk.runner.is_idle)
    assert (tmp_path / "out").is_dir()


def test_names_of_exported_files_are_shown_as_they_will_be(window: QMainWindow, look: Look, tmp_path: Path) -> None:
    part = ExportPart("checked", "1 checked", 1, 3, "CT 001", 6, "CT 001", "77aa00bb")
    sheet = ExportSheet(window, look, ExportOffer((part,), tmp_path, has_dicom=True))
    names = sheet.findChild(QLabel, "export_names")
    assert names is not None and names.text() == "CT 001_0001.png … CT 001_0006.png"
    button(sheet, "export_called_hash").click()
    button(sheet, "export_format_dicom-seg_button").click()
    assert names.text() == "77aa00bb.dcm" and sheet.choice.names == "hash" and sheet.choice.format == "dicom-seg"
    button(sheet, "export_called_original").click()
    assert names.text().startswith("Files say whose they are")
    button(sheet, "export_lesions").click()
    assert sheet.files == 2 and sheet.choice.lesions and not sheet.choice.burned_in


def test_without_dicom_there_is_no_dicom_segmentation(window: QMainWindow, look: Look, tmp_path: Path) -> None:
    sheet = ExportSheet(window, look, ExportOffer((ExportPart("checked", "1 checked", 1, 1, "a"),), tmp_path))
    assert not button(sheet, "export_format_dicom-seg_button").isEnabled()
    said = [label.text() for label in sheet.findChildren(QLabel)]
    assert "no DICOM is marked here" in said
