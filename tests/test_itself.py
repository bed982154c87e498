"""How the program starts itself: from source by Python, installed by its own name, wherever it lies."""

import os
import sys
from pathlib import Path

import pytest

from lesionstudio import itself
from lesionstudio.compute.process import compute_command
from lesionstudio.words import language

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "Läsionen Studio" / "lesionstudio"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    return program


def test_from_source_python_runs_the_package() -> None:
    assert itself.start_command("_read") == [sys.executable, "-m", "lesionstudio", "_read"]
    assert itself.child_environment(A="b")["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)


def test_an_installed_program_starts_itself(installed: Path) -> None:
    assert itself.start_command("_read") == [str(installed), "_read"]
    assert compute_command() == [str(installed), "_compute", language()]
    assert itself.fresh_start_command("/scans") == [str(installed), "/scans"]


def test_an_installed_program_gets_no_path_of_python(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert "PYTHONPATH" not in itself.child_environment()


def test_on_windows_the_twin_that_may_talk_is_started(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed.parent.mkdir()
    twin = installed.with_name("lesionstudio-console.exe")
    twin.touch()
    assert itself.start_command("_read")[0] == str(installed)
    monkeypatch.setattr(sys, "platform", "win32")
    assert itself.start_command("_read") == [str(twin), "_read"]
    assert itself.fresh_start_command() == [str(installed)]


def test_an_appimage_is_started_anew_by_its_file(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPIMAGE", "/home/me/LesionStudio.AppImage")
    assert itself.fresh_start_command("/scans") == ["/home/me/LesionStudio.AppImage", "/scans"]
    assert itself.start_command("_compute")[0] == str(installed)
