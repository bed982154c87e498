"""What the machine must bring, and how the person is told."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from installer import system

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux")


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian without python3-venv and without libEGL."""
    monkeypatch.setattr(system, "_can_make_venvs", lambda: False)
    monkeypatch.setattr(system, "_loads", lambda name: name != "libEGL.so.1")
    monkeypatch.setattr(system.shutil, "which", lambda name: "/usr/bin/apt-get")


def test_an_ordinary_user_gets_the_one_command_to_type(lacking: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as told:
        system.bring_what_is_missing()
    assert "sudo apt-get install -y --no-install-recommends python3-venv libegl1" in str(told.value)


def test_root_on_debian_gets_the_packages_installed(lacking: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        monkeypatch.setattr(system, "_can_make_venvs", lambda: True)
        monkeypatch.setattr(system, "_loads", lambda name: True)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(system.subprocess, "run", run)
    system.bring_what_is_missing()
    assert ran[0][:2] == ["apt-get", "update"]
    assert ran[1][-2:] == ["python3-venv", "libegl1"]


def test_another_linux_is_told_the_libraries(lacking: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"libEGL\.so\.1"):
        system.bring_what_is_missing()


@pytest.mark.parametrize("display", ["", ":987", "localhost:987.0"])
def test_a_display_that_does_not_answer_is_none(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", display)
    assert not system.has_display()


def test_a_wayland_display_that_answers_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert system.has_display()


def test_the_drivers_cuda_version_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho '| NVIDIA-SMI 550.1  Driver Version: 550.1  CUDA Version: 12.4 |'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert system.cuda_of_driver() == (12, 4)
