"""What a window needs of the system: said in a sentence with packages to install, before Qt would end the program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lesionstudio import screen
from lesionstudio.screen import LIBRARIES, Trouble, platforms, trouble_with_screen

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's libraries")


def test_the_missing_library_is_named_with_debians_package(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = ("libqxcb.so", "libxcb-cursor.so.0", "libGL.so.1")
    real = screen._loaded
    monkeypatch.setattr(screen, "_loaded", lambda name: "no such file" if name.endswith(lacking) else real(name))
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "apt-get" else None)
    trouble = trouble_with_screen("xcb")
    assert trouble is not None
    problem = trouble.problem()
    assert problem.message == "No window can be shown: this system lacks libGL.so.1, libxcb-cursor.so.0."
    assert problem.hint == "Type this, then start again: sudo apt-get install libgl1 libxcb-cursor0"


def test_fedora_has_its_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "dnf" else None)
    trouble = Trouble(("libxcb-xkb.so.1", "libxcb-sync.so.1", "libxcb-cursor.so.0"))
    assert trouble.problem().hint.endswith("sudo dnf install libxcb xcb-util-cursor")


def test_a_system_with_neither_is_told_both_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert Trouble(("libEGL.so.1",)).problem().hint.endswith("Debian calls them libegl1; Fedora libglvnd-egl.")


def test_a_way_that_works_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_loaded", lambda name: "no such file" if "wayland" in name else "")
    monkeypatch.setattr(screen, "_answers", lambda: True)
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("DISPLAY", ":0")
    assert platforms(os.environ) == ("wayland", "xcb")
    assert trouble_with_screen() is None


@pytest.mark.parametrize(
    ("display", "sentence"),
    [("", "There is no screen to show the window on."), (":987", "The screen :987 does not answer.")],
)
def test_the_program_without_a_screen_ends_with_a_sentence(display: str, sentence: str) -> None:
    without = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    surroundings = {name: value for name, value in os.environ.items() if name not in without}
    started = [sys.executable, "-m", "lesionstudio"]
    if display:
        surroundings["DISPLAY"] = display
    done = subprocess.run(
        started, cwd=ROOT, env={**surroundings, "PATH": ""}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == sentence
    assert "ssh -X" in done.stderr


def test_every_library_that_the_plugin_loads_has_its_packages() -> None:
    plugin = screen._plugin("libqxcb.so")
    assert plugin is not None and shutil.which("ldd")
    said = subprocess.run(["ldd", plugin], capture_output=True, text=True, check=True).stdout
    needed = {line.split()[0] for line in said.splitlines() if "/Qt/lib/" not in line and "=>" in line}
    assert {name for name in needed if name.startswith(("libxcb", "libGL.", "libEGL", "libxkb"))} <= set(LIBRARIES)
