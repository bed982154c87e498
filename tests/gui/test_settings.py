"""Settings: opened, chosen and left with keys and clicks in the real window; each one has an effect."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from lesionstudio.errors import ModelProblem
from lesionstudio.gui.app import Desk, start_again
from lesionstudio.gui.dialogs.settings_sheet import SettingsSheet
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.theme import Look, Tokens
from lesionstudio.gui.thumbnails import FORM
from lesionstudio.gui.warm_up import WarmUp
from lesionstudio.project.worklist import Role
from lesionstudio.settings import Settings, cache_folder, kept_folder, load_settings, settings_path
from tests import phantoms
from tests.stand_in import StandIn, bright_is_lesion

LEFT, WAIT_MS = Qt.MouseButton.LeftButton, 10_000


class Person:
    """Somebody who opens the settings with Ctrl+, and clicks."""

    def __init__(self, bot: QtBot, window: MainWindow, desk: Desk) -> None:
        self.bot, self.window, self.desk, self.session = bot, window, desk, desk.session

    @property
    def sheet(self) -> SettingsSheet:
        return next(one for one in self.window.findChildren(SettingsSheet) if one.isVisible())

    def open_settings(self) -> None:
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
        self.bot.keyClick(self.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: any(one.isActiveWindow() for one in self.window.findChildren(SettingsSheet)))

    def part(self, kind: type[Any], name: str) -> Any:
        found = self.sheet.findChild(kind, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        button = self.part(QAbstractButton, name)
        assert button.isEnabled() and button.isVisible(), name
        self.bot.mouseClick(button, LEFT)

    def words(self, name: str) -> str:
        return str(self.part(QLabel, name).text())

    def type_memory(self, typed: str) -> None:
        field = self.part(QLineEdit, "undo_megabytes")
        self.bot.mouseClick(field, LEFT)
        field.selectAll()
        self.bot.keyClicks(field, typed)
        self.bot.keyClick(field, Qt.Key.Key_Tab)

    def open(self, folder: Path) -> None:
        self.session.open_folder(folder)
        self.until(lambda: self.session.open is not None and self.session.reading() is None)

    def until(self, true: Any) -> None:
        self.bot.waitUntil(true, timeout=WAIT_MS)


def answers_devices(wanted: str, **_rest: object) -> dict[str, Any]:
    """A computer with a graphics card."""
    return {"device": "cuda" if wanted == "auto" else wanted, "usable": ["cuda", "cpu"], "why": f"Asked for {wanted}."}


@pytest.fixture
def compute() -> list[StandIn]:
    return []


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication, compute: list[StandIn]) -> Iterator[Person]:
    look = Look(qapp, "dark")
    look.icons.load()
    window = MainWindow(look)

    def start(listener: Any) -> StandIn:
        compute.append(StandIn(listener, {"segment_scan": bright_is_lesion, "devices": answers_devices}))
        return compute[0]

    desk = Desk(window, Settings(), start)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield Person(qtbot, window, desk)
    for sheet in window.findChildren(SettingsSheet):
        sheet.close()
    desk.session.close_folder()
    qtbot.waitUntil(lambda: desk.parts.runner.is_idle, timeout=WAIT_MS)
    desk.close()
    window.close()
    look.use("dark")
    window.deleteLater()


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    phantoms.write_dicom(tmp_path / "ct", phantoms.ct_phantom((20, 64, 64)))
    return tmp_path / "ct"


def saved(person: Person) -> dict[str, Any]:
    person.until(lambda: person.desk.parts.runner.is_idle)
    loaded: dict[str, Any] = json.loads(settings_path().read_text(encoding="utf-8"))
    return loaded


def test_a_theme_is_worn_at_once_and_next_time(person: Person) -> None:
    person.open_settings()
    person.click("theme_light_button")
    assert person.window.look.tokens == Tokens.of("light")
    person.click("theme_dim_button")
    assert person.window.look.tokens.text1 == "#C4CAD2" and person.words("theme_hint").startswith("Dark, with dimmer")
    assert "#C4CAD2" in QApplication.instance().styleSheet()  # type: ignore[union-attr]
    assert saved(person)["theme"] == "dim" and load_settings().theme == "dim"


def test_left_and_right_can_be_shown_as_neurologists_are_used_to(person: Person, ct: Path) -> None:
    person.open(ct)
    person.open_settings()
    person.click("sides_neurological_button")
    scan = person.window.draw_page.picture.scan
    assert scan is not None and scan.geometry.edge_letters() == ("A", "R", "P", "L")
    assert saved(person)["neurological"] is True and load_settings().neurological
    person.click("sides_radiological_button")
    assert saved(person)["neurological"] is False


def test_a_language_is_kept_for_the_next_start_and_the_sheet_says_so(person: Person) -> None:
    person.open_settings()
    assert not person.part(QAbstractButton, "restart_button").isVisible()
    person.click("language_fr_button")
    assert saved(person)["language"] == "fr"
    assert "Counts from the next start." in [label.text() for label in person.sheet.findChildren(QLabel)]
    assert person.part(QAbstractButton, "restart_button").isVisible()
    person.click("language_auto_button")
    assert not person.part(QAbstractButton, "restart_button").isVisible()


def test_the_next_start_can_be_now_with_the_same_folder(person: Person, ct: Path) -> None:
    person.open(ct)
    person.open_settings()
    person.click("language_fr_button")
    person.click("restart_button")
    assert not person.window.isVisible() and person.session.folder is None
    assert person.desk.wiring.verbs.preferences.again == [str(ct)]


def test_a_window_that_must_stay_does_not_start_again(person: Person) -> None:
    person.window.may_close = lambda: False
    person.open_settings()
    person.click("language_fr_button")
    person.click("restart_button")
    assert person.window.isVisible() and person.desk.wiring.verbs.preferences.again is None


def test_starting_again_runs_this_program_with_these_words(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda *words: started.append(words))
    start_again(["/scans"])
    assert started == [(sys.executable, ["-m", "lesionstudio", "/scans"])]


def test_the_device_says_what_it_comes_to_and_why(person: Person, compute: list[StandIn]) -> None:
    person.open_settings()
    person.until(lambda: person.words("device_hint") == "Graphics card (cuda). Asked for auto.")
    person.click("device_cpu_button")
    person.until(lambda: person.words("device_hint") == "CPU, 2 cores. Asked for cpu.".replace("2 cores", _cores()))
    assert person.session.settings.device == "cpu" and compute[0].submitted[-1] == ("devices", {"wanted": "cpu"}, True)


def _cores() -> str:
    from lesionstudio.gui.warm_up import device_words

    return device_words("cpu").removeprefix("CPU, ")


def test_a_graphics_card_that_is_not_there_cannot_be_chosen_and_the_reason_stands_below(person: Person) -> None:
    person.open_settings()
    person.until(lambda: "Asked" in person.words("device_hint"))
    person.sheet.show_devices(("cpu",), "CPU, 2 cores. The installed PyTorch sees no GPU.")
    assert not person.part(QAbstractButton, "device_cuda_button").isEnabled()
    assert "sees no GPU" in person.words("device_hint")


def test_a_graphics_card_chosen_once_that_is_gone_is_said_and_the_best_there_is_computes(
    person: Person, ct: Path, compute: list[StandIn]
) -> None:
    def gone(*, device: str, **_rest: object) -> dict[str, Any]:
        if device == "cuda":
            raise ModelProblem("This computer has no cuda device.")
        return {"device": "cpu"}

    def looked(**_rest: object) -> dict[str, Any]:
        return {"device": "cpu", "usable": ["cpu"], "why": "This computer has no cuda device."}

    person.open(ct)
    parts = person.desk.parts
    WarmUp(person.session, parts.models, parts.lane, person.window)
    parts.models.models_changed.emit()
    person.until(lambda: bool(compute))
    compute[0]._verbs = {**compute[0]._verbs, "warm_up": gone, "devices": looked}
    person.session.apply_settings(replace(person.session.settings, device="cuda"))
    person.until(lambda: person.session.settings.device == "auto")
    told = person.window.draw_page.banners_on_screen.notices
    assert "The graphics card is not there: the processor computes now." in [one.title for one in told]


def test_the_next_segment_runs_on_the_device_chosen(person: Person, ct: Path, compute: list[StandIn]) -> None:
    person.open(ct)
    person.open_settings()
    person.click("device_cpu_button")
    person.click("settings_done_button")
    person.desk.parts.models.segment_slice()
    person.until(lambda: any(verb == "segment_scan" for verb, _arguments, _urgent in compute[0].submitted))
    assert [given["device"] for verb, given, _urgent in compute[0].submitted if verb == "segment_scan"] == ["cpu"]


def test_slices_are_set_aside_only_while_that_is_switched_on(person: Person, ct: Path) -> None:
    person.session.apply_settings(Settings(hold_out_slices=False))
    person.open(ct)
    assert Role.HELD_OUT not in person.session.record(person.session.current_id).roles
    person.open_settings()
    assert "too kind" in person.words("hold_out_hint")
    person.click("hold_out_slices")
    held_out = person.session.held_out_unchecked(person.session.current_id)
    assert held_out and "tells whether a new version is better" in person.words("hold_out_hint")
    person.click("hold_out_slices")
    assert person.session.held_out_unchecked(person.session.current_id) == frozenset()
    roles = person.session.record(person.session.current_id).roles
    assert {k for k, role in enumerate(roles) if role == Role.HELD_OUT} == held_out


def test_the_memory_for_undo_bounds_the_open_history(person: Person, ct: Path) -> None:
    person.open(ct)
    person.open_settings()
    person.type_memory("120")
    assert person.session.history is not None and person.session.history.steps.limit_bytes == 120 << 20
    assert saved(person)["undo_megabytes"] == 120


def test_a_wrong_number_is_named_with_what_is_allowed_and_keeps_the_sheet_open(person: Person) -> None:
    person.open_settings()
    person.type_memory("9")
    assert person.words("undo_fault") == "Type a number between 50 and 4000."
    assert person.part(QLineEdit, "undo_megabytes").property("wrong") == "true"
    person.click("settings_done_button")
    assert person.sheet.isVisible() and person.session.settings.undo_megabytes == 300
    person.type_memory("400")
    assert person.words("undo_fault") == "" and person.session.settings.undo_megabytes == 400
    person.click("settings_done_button")
    assert not any(one.isVisible() for one in person.window.findChildren(SettingsSheet))


def test_the_largest_slice_that_is_opened_is_chosen(person: Person) -> None:
    person.open_settings()
    field = person.part(QLineEdit, "largest_picture_gigabytes")
    for typed, kept in (("900", 2.0), ("7.5", 7.5)):
        field.setFocus()
        field.selectAll()
        person.bot.keyClicks(field, typed)
        person.bot.keyClick(field, Qt.Key.Key_Return)
        assert person.session.settings.largest_picture_gigabytes == kept
        assert bool(person.words("largest_fault")) == (typed == "900")
    assert saved(person)["largest_picture_gigabytes"] == 7.5


def test_the_folders_are_named_and_the_small_pictures_can_be_cleared(person: Person, ct: Path) -> None:
    person.open(ct)
    thumbnails = kept_folder("thumbnails", FORM)
    person.until(lambda: any(thumbnails.glob("*.png")))
    person.open_settings()
    person.until(lambda: person.words("kept_pictures").startswith("1 small picture"))
    assert person.words("study_place") == str(ct / "lesionstudio") and person.words("cache_place") == str(
        cache_folder()
    )
    assert person.words("privacy") == "Your scans stay on this computer and are never changed."
    person.click("clear_thumbnails_button")
    person.until(lambda: person.words("kept_pictures") == "No small pictures of scans are kept.")
    assert not any(thumbnails.glob("*.png"))
    assert not person.part(QAbstractButton, "clear_thumbnails_button").isEnabled()


def test_what_is_chosen_does_not_undo_what_changed_elsewhere_meanwhile(person: Person) -> None:
    person.open_settings()
    person.session.apply_settings(Settings(brush_diameter_mm=21.0))
    person.click("theme_light_button")
    assert person.session.settings == Settings(brush_diameter_mm=21.0, theme="light")


def test_a_late_answer_finds_no_sheet_and_does_no_harm(person: Person, compute: list[StandIn]) -> None:
    compute[0].let_go.clear()
    person.open_settings()
    person.bot.keyClick(person.sheet, Qt.Key.Key_Escape)
    person.until(lambda: not person.window.findChildren(SettingsSheet))
    compute[0].let_go.set()
    person.open_settings()
    person.until(lambda: "Asked for auto" in person.words("device_hint"))


def test_every_choice_is_reached_by_tab_in_reading_order(person: Person) -> None:
    person.open_settings()
    person.until(lambda: person.part(QAbstractButton, "clear_thumbnails_button").isVisible())
    stops, first = [], QApplication.focusWidget()
    for _turn in range(40):
        person.bot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        stop = QApplication.focusWidget()
        assert stop is not None and stop.accessibleName(), stop
        stops.append(stop)
        if stop is first:
            break
    names = [stop.objectName() for stop in stops]
    wanted = "language_auto_button theme_dark_button device_auto_button hold_out_slices undo_megabytes show_data_button"
    assert [name for name in names if name in wanted.split()] == wanted.split()
    assert {"close_sheet_button", "settings_done_button", "show_cache_button"} <= set(names)


def test_every_row_says_its_name_to_a_screen_reader(person: Person) -> None:
    person.open_settings()
    for name in ("language", "theme", "device", "hold_out_slices", "undo_megabytes", "largest_picture_gigabytes"):
        assert person.part(QWidget, name).accessibleName(), name
