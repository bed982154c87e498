"""A second start: real processes meet, or do not; and what arrives is opened in the window that is there."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from lesionstudio.gui import second_start
from lesionstudio.gui.arrivals import Arrivals
from lesionstudio.gui.second_start import Door, door_address
from lesionstudio.gui.theme import Look
from lesionstudio.settings import settings_path
from tests import phantoms
from tests.gui.seats import Hands, hands_on

ROOT = Path(__file__).resolve().parents[2]
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="Unix kills and files")
HOLDER = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from lesionstudio.gui.second_start import Door
app = QCoreApplication([])
door = Door()
assert not door.hand_over([])
door.arrived.connect(lambda places, token: print(*places, token, flush=True))
door.open()
while door._lock.isLocked(): pass
print("open", flush=True)
app.exec()
"""


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path: those of sockets may not be long."""
    with tempfile.TemporaryDirectory(prefix="ls") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.fixture
def holder() -> Iterator["subprocess.Popen[str]"]:
    """Another process with a window, as far as a second start can tell."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert _line(process) == "open"
    yield process
    process.kill()
    process.communicate()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_what_a_second_start_was_to_open_goes_to_the_first(
    holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "leave-42")
    assert Door().hand_over([Path("/scans/Zoé Müller/CT 1")])
    assert _line(holder) == "/scans/Zoé Müller/CT 1 leave-42"


def test_another_home_and_another_screen_do_not_meet_it(
    holder: "subprocess.Popen[str]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("DISPLAY", ":77")
        other_screen = Door()
        assert not other_screen.hand_over([])
        other_screen.close()
    monkeypatch.setenv("LESIONSTUDIO_HOME", str(tmp_path))
    other_home = Door()
    assert not other_home.hand_over([])
    other_home.close()


@UNIX
def test_a_first_window_that_was_killed_is_survived(
    holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    holder.kill()
    holder.wait()
    assert Path(door_address() or "").exists()  # what it left behind
    heir = subprocess.Popen([sys.executable, "-c", HOLDER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert _line(heir) == "open"
        assert Door().hand_over([Path("/next")])
        assert _line(heir) == "/next"
    finally:
        heir.kill()
        heir.communicate()


@UNIX
def test_a_window_that_does_not_answer_keeps_nobody_from_working(
    holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_start, "_ANSWER_S", 0.2)
    holder.send_signal(signal.SIGSTOP)
    door = Door()
    assert not door.hand_over([Path("/next")])
    door.close()


@UNIX
def test_a_meeting_place_that_others_may_enter_is_not_used(runtime: Path) -> None:
    (runtime / "lesionstudio").mkdir()
    (runtime / "lesionstudio").chmod(0o777)
    assert door_address() is None
    door = Door()
    assert not door.hand_over([])
    door.open()
    door.close()


@UNIX
def test_the_program_itself_started_twice_is_one_window(tmp_path: Path, home: Path) -> None:
    for name in ("A", "B é"):
        (tmp_path / name).mkdir()
        phantoms.write_png(tmp_path / name / "p.png", phantoms.picture_phantom())
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = [sys.executable, "-m", "lesionstudio"]
    first = subprocess.Popen([*start, str(tmp_path / "A")], env=surroundings)
    try:
        _wait_for_recent(tmp_path / "A")
        second = subprocess.run([*start, "p.png"], cwd=tmp_path / "B é", env=surroundings, timeout=60, check=False)
        assert second.returncode == 0 and first.poll() is None
        _wait_for_recent(tmp_path / "B é")
    finally:
        first.kill()
        first.wait()


def _wait_for_recent(folder: Path, most_s: float = 60.0) -> None:
    """Until the window wrote down that this folder is open."""
    began = time.monotonic()
    while time.monotonic() - began < most_s:
        recent = json.loads(settings_path().read_text())["recent"] if settings_path().is_file() else []
        if recent[:1] == [str(folder)]:
            return
        time.sleep(0.05)
    raise AssertionError(f"{folder} was not opened")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two pictures."""
    folder = tmp_path_factory.mktemp("two")
    for name in ("a.png", "b.png"):
        phantoms.write_png(folder / name, phantoms.picture_phantom())
    return folder


@pytest.fixture(scope="module")
def hands(look: Look, two: Path) -> Iterator[Hands]:
    with hands_on(look, two) as made:
        yield made


def test_a_file_of_the_study_that_is_open_is_shown_there_and_undo_is_kept(hands: Hands, two: Path) -> None:
    arrivals, project = Arrivals(hands.window, hands.desk), hands.session.project
    hands.window.showMinimized()
    arrivals.take([two / "b.png"])
    hands.until(lambda: hands.session.open is not None and hands.session.open.item.source.files == (two / "b.png",))
    assert hands.session.project is project
    assert not hands.window.isMinimized()


def test_another_folder_waits_for_the_sheet_that_is_open(hands: Hands, tmp_path: Path) -> None:
    phantoms.write_png(tmp_path / "c.png", phantoms.picture_phantom())
    arrivals = Arrivals(hands.window, hands.desk)
    hands.do("shortcuts")
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, QDialog)
    before = hands.session.folder
    arrivals.take([tmp_path / "c.png"])
    QTest.qWait(120)
    assert hands.session.folder == before
    sheet.reject()
    hands.until(lambda: hands.session.folder == tmp_path)


def test_a_file_that_macos_hands_over_before_the_window_is_ready_is_not_lost() -> None:
    script = (
        "from pathlib import Path\n"
        "from PySide6.QtGui import QFileOpenEvent\n"
        "from lesionstudio.gui.arrivals import Application\n"
        "app = Application(); told = []\n"
        "app.file_wanted.connect(lambda: told.append(1))\n"
        "app.sendEvent(app, QFileOpenEvent('/scans/a b.dcm'))\n"
        "print(told, app.take_files(), app.take_files())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == f"[1] {[Path('/scans/a b.dcm')]} []", done.stderr
