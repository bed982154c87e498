"""Other computers: a home that may not be written, two screens of different scale, folders with any letters."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui import run_folders, theme
from lesionstudio.gui.app import last_resort
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Notice
from tests import phantoms
from tests.gui.seats import Hands, hands_on

ROOT = Path(__file__).resolve().parents[2]
ODD = "Röntgen (neu) 'a' 100 % 肺 #1"
TWO_SCREENS = """
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel
from lesionstudio.gui.app import make_application
from lesionstudio.gui.main_window import MainWindow
from lesionstudio.gui.theme import Look
from lesionstudio.settings import Settings
app = make_application(Settings())
window = MainWindow(Look(app))
window.show()
window.look.icons.load()
sign = QLabel(window)
window.look.icons.dress(sign, "brush")
told = []
window.look.changed.connect(lambda: told.append(1))
for at in (0, 1, 0):
    window.windowHandle().setScreen(app.screens()[at])
    window.move(app.screens()[at].geometry().topLeft())
    for _ in range(20): QCoreApplication.processEvents()
    print(window.devicePixelRatioF(), sign.pixmap().devicePixelRatio())
print(len(told))
"""


@pytest.fixture(scope="module")
def hands(look: Look, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("study")
    phantoms.write_png(folder / "p.png", phantoms.picture_phantom())
    with hands_on(look, folder, labels=1) as made:
        yield made


@pytest.fixture
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that nobody can write, not even root: it would lie in a file."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LESIONSTUDIO_HOME", str(tmp_path / "file" / "home"))
    return tmp_path / "file" / "home"


def test_choices_that_cannot_be_kept_count_and_are_told_once(hands: Hands, no_home: Path) -> None:
    told: list[Notice] = []
    hands.session.notice.connect(told.append)
    for opacity in (0.4, 0.5):
        hands.session.apply_settings(replace(hands.session.settings, mask_opacity=opacity))
        hands.until(lambda: hands.desk.parts.runner.is_idle)
    QCoreApplication.processEvents()
    assert hands.session.settings.mask_opacity == 0.5
    assert [(one.kind, one.title) for one in told] == [("warning", "Choices cannot be kept.")]
    assert str(no_home) in told[0].text and "until the window is closed" in told[0].text


def test_pictures_travel_to_the_model_by_another_way(no_home: Path) -> None:
    folder = run_folders.new_run_folder()
    assert folder.is_dir() and not folder.is_relative_to(no_home)
    run_folders.remove_run_folder(folder)


def test_where_nothing_can_be_written_it_is_said(
    look: Look, no_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folders.tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(LesionStudioError, match="There is no place for pictures") as caught:
        run_folders.new_run_folder()
    told: list[Notice] = []
    last_resort(look, told.append)(LesionStudioError, caught.value, None)
    assert told == [Notice("error", caught.value.message, caught.value.hint)]


def test_signs_are_as_sharp_as_the_screen_the_window_is_on(tmp_path: Path) -> None:
    screen = {"y": 0, "width": 1400, "height": 900, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    screens = {"screens": [{"name": "one", "x": 0, **screen}, {"name": "two", "x": 1400, **screen}]}
    (tmp_path / "screens.json").write_text(json.dumps(screens))
    surroundings = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={tmp_path}/screens.json",
        "QT_SCREEN_SCALE_FACTORS": "one=1;two=2",
    }
    said = subprocess.run(
        [sys.executable, "-c", TWO_SCREENS], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )
    assert said.stdout.splitlines() == ["1.0 2.0", "2.0 2.0", "1.0 1.0", "1"], said.stderr


def test_pictures_of_the_style_sheet_are_found_in_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / ODD
    odd.mkdir()
    (odd / "resources").symlink_to(ROOT / "resources", target_is_directory=True)
    monkeypatch.setattr(theme, "resource", lambda *parts: odd.joinpath("resources", *parts))
    assert f'url("{odd.as_posix()}/resources/icons/qss-assets/' in theme.style_sheet("dark")
