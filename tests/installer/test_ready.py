"""Two commands on a fresh machine: what a second start costs, and what makes the set be installed again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installer import ready, system

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A .venv elsewhere whose installation is only written down."""
    monkeypatch.setattr(ready, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(ready, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(system, "bring_what_is_missing", lambda: None)
    monkeypatch.setattr(system, "cuda_of_driver", lambda: None)
    return tmp_path


@pytest.fixture
def installed(clone: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would have been installed, in order: device and number of requirements."""
    done: list[tuple[str, int]] = []

    def make_venv() -> None:
        ready.venv_python().parent.mkdir(parents=True, exist_ok=True)
        ready.venv_python().touch()

    monkeypatch.setattr(ready, "_make_venv", make_venv)
    monkeypatch.setattr(ready, "_install", lambda device, wanted: done.append((device, len(wanted))))
    return done


def test_a_second_start_installs_nothing(installed: list[tuple[str, int]]) -> None:
    ready.make_ready()
    ready.make_ready()
    assert len(installed) == 1


def test_the_tests_tools_come_with_the_first_test_and_serve_every_later_run(installed: list[tuple[str, int]]) -> None:
    ready.make_ready()
    ready.make_ready(for_tests=True)
    ready.make_ready()
    ready.make_ready(for_tests=True)
    (_, few), (_, more) = installed
    assert more > few


def test_a_changed_constraint_installs_again(
    installed: list[tuple[str, int]], clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.make_ready()
    changed = clone / "constraints.txt"
    changed.write_text(ready.CONSTRAINTS.read_text() + "numpy==9.9\n")
    monkeypatch.setattr(ready, "CONSTRAINTS", changed)
    ready.make_ready()
    assert len(installed) == 2


def test_a_device_once_chosen_is_kept_until_another_is_named(installed: list[tuple[str, int]]) -> None:
    ready.make_ready("cuda")
    ready.make_ready("auto")
    ready.make_ready("cpu")
    assert [device for device, _ in installed] == ["cuda", "cpu"]


def test_a_venv_that_was_deleted_is_made_again(installed: list[tuple[str, int]]) -> None:
    ready.make_ready()
    ready.venv_python().unlink()
    ready.make_ready()
    assert len(installed) == 2


def test_a_failed_installation_leaves_no_stamp(
    installed: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(device: str, wanted: list[str]) -> None:
        raise SystemExit("no network")

    monkeypatch.setattr(ready, "_install", fail)
    with pytest.raises(SystemExit):
        ready.make_ready()
    assert not ready.STAMP.exists()


def test_every_requirement_is_pinned() -> None:
    pins = {line.split("==")[0].lower().replace("_", "-") for line in ready.CONSTRAINTS.read_text().splitlines()}
    names = {wanted.split(">")[0].split("=")[0].strip().lower() for wanted in ready.requirements(for_tests=True)}
    assert names <= pins


def test_without_any_package_the_installer_loads_in_well_under_a_second() -> None:
    began = _spent_s()
    for script in ("run.py", "test.py"):
        command = [sys.executable, "-S", "-E", str(ROOT / "installer" / script), "--help"]
        assert subprocess.run(command, capture_output=True, check=True).stdout
    assert _spent_s() - began < 2.0


def _spent_s() -> float:
    """Processor seconds of all children that have ended: another program at work does not count."""
    times = os.times()
    return times.children_user + times.children_system


def test_an_old_python_is_told_what_is_needed() -> None:
    pretend = (
        "import sys, runpy; sys.version_info = (3, 9, 2); sys.argv = ['run.py']; runpy.run_path({!r}, run_name='x')"
    )
    script = pretend.format(str(ROOT / "installer" / "run.py"))
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip() == "LesionStudio needs Python 3.11 or newer; this is Python 3.9."


def test_the_first_start_speaks_the_language_of_the_system() -> None:
    for script, said in (
        ("run.py", "lance LesionStudio"),
        ("test.py", "lance les tests"),
        ("build.py", "Construit un paquet"),
    ):
        command = [sys.executable, str(ROOT / "installer" / script), "--help"]
        french = {**os.environ, "LANGUAGE": "", "LC_ALL": "fr_FR.UTF-8", "PYTHONUTF8": "1"}
        told = subprocess.run(command, env=french, capture_output=True, check=True, encoding="utf-8").stdout
        assert said in told
