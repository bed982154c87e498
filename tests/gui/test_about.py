"""About: opened from the menu of a real window; what is copied for a report holds no name of a scan or a patient."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit

from lesionstudio import __version__, resources
from lesionstudio.gui.app import last_resort
from lesionstudio.gui.dialogs.about_sheet import AboutSheet
from lesionstudio.gui.log import start_log
from lesionstudio.gui.theme import Look
from lesionstudio.settings import data_folder, log_file
from lesionstudio.workflows import about, commit
from tests import phantoms
from tests.gui.seats import Hands, hands_on

PATIENT = "Meier Anna 1950"


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("study") / PATIENT
    folder.mkdir()
    phantoms.write_png(folder / f"{PATIENT}.png", phantoms.picture_phantom())
    with hands_on(look, folder) as made:
        yield made


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """No test writes on into the log of the one before."""
    yield
    log = logging.getLogger("lesionstudio")
    for one in list(log.handlers):
        log.removeHandler(one)
        one.close()


@pytest.fixture
def sheet(hands: Hands) -> AboutSheet:
    hands.do("about")
    return next(one for one in hands.window.findChildren(AboutSheet) if one.isVisible())


def press(sheet: AboutSheet, name: str) -> None:
    button = sheet.findChild(QAbstractButton, name)
    assert button is not None and button.isVisible(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def words(sheet: AboutSheet, name: str) -> str:
    found = sheet.findChild(QLabel, name)
    assert found is not None, name
    return str(found.text())


def test_it_says_version_commit_folders_and_whose_work_is_in_it(hands: Hands, sheet: AboutSheet) -> None:
    assert words(sheet, "about_version").startswith(f"Version {__version__}")
    assert commit.commit() in words(sheet, "about_version")
    assert words(sheet, "about_data_place") == str(data_folder())
    assert words(sheet, "about_log_place") == str(log_file().parent)
    others = sheet.findChild(QPlainTextEdit, "others_licences")
    assert others is not None
    hands.until(lambda: "PySide6" in others.toPlainText())
    assert any(line.startswith("numpy ") and "BSD" in line for line in others.toPlainText().splitlines())


def test_the_report_is_copied_and_names_nobody(hands: Hands, sheet: AboutSheet) -> None:
    start_log()
    press(sheet, "copy_report_button")
    told = QGuiApplication.clipboard().text()
    assert told.startswith(f"LesionStudio {__version__}") and "torch" in told and "screens" in told
    assert not any(part in told for part in PATIENT.split())
    assert words(sheet, "report_hint") == "Copied. Paste it into your message."


def test_a_folder_that_is_not_there_yet_shows_the_one_around_it(
    sheet: AboutSheet, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    sheet.place_wanted.emit(home / "log" / "deeper")
    assert Path(shown[0].toLocalFile()) == home


def test_a_mistake_is_written_down_without_its_words(look: Look, capsys: pytest.CaptureFixture[str]) -> None:
    start_log()
    try:
        raise ValueError(f"/scans/{PATIENT}/1.dcm")
    except ValueError as mistake:
        last_resort(look)(ValueError, mistake, mistake.__traceback__)
    written = log_file().read_text(encoding="utf-8")
    assert "ValueError at test_about.py:" in written and "Meier" not in written
    capsys.readouterr()


def test_an_installed_program_says_what_was_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "zlib.txt").write_text("zlib terms")
    entries = [{"name": "zlib", "version": "1.3", "licence": "Zlib", "file": "zlib.txt"}]
    (tmp_path / "licences.json").write_text(json.dumps(entries))
    (tmp_path / "build.json").write_text(json.dumps({"commit": "0123456789abcdef", "built": "2026-11-22"}))
    for module in (about, commit):
        monkeypatch.setattr(module, "resource", lambda *parts: tmp_path.joinpath(*parts))
    assert about.licences() == [about.Licence("zlib", "1.3", "Zlib", tmp_path / "licences" / "zlib.txt")]
    assert commit.commit() == "0123456789ab"


def test_the_shipped_resources_are_found_in_a_frozen_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(resources.sys, "_MEIPASS", str(tmp_path), raising=False)
    resources.resources_folder.cache_clear()
    try:
        assert resources.resource("icons") == tmp_path / "resources" / "icons"
    finally:
        resources.resources_folder.cache_clear()
