"""Makes .venv with the pinned packages, once; a stamp in it says what was installed, so a second start is quick."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

from installer import source, system
from lesionstudio.words import _

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "installer" / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "lesionstudio-installed.json"


def make_ready(device: str = "auto", *, for_tests: bool = False, for_builds: bool = False) -> Path:
    """Sees to it that .venv holds what LesionStudio (its tests, its packages) need, and returns its Python.

    `device` is "auto", "cpu" or "cuda"; "auto" keeps what was installed before. Ends the program with a sentence
    where the person has to do something.
    """
    system.bring_what_is_missing()
    stamp = _read_stamp()
    if device == "auto":
        device = stamp.get("device") or ("cuda" if system.cuda_of_driver() else "cpu")
    parts = ["run", *["test"] * for_tests, *["build"] * for_builds]
    prints = {part: fingerprint(part, device) for part in parts}
    if any(stamp.get(part) != prints[part] for part in parts):
        _make_venv()
        _install(device, requirements(for_tests=for_tests, for_builds=for_builds))
        _write_stamp({**stamp, **prints, "device": device})
    return venv_python()


def venv_python() -> Path:
    """The Python inside .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(part: str, device: str) -> str:
    """Changes with the pinned set, the project's requirements, the device and the version of Python."""
    seen = hashlib.sha256(f"{part} {device} {sys.version_info[:2]} {ROOT}".encode())
    seen.update(CONSTRAINTS.read_bytes())
    seen.update(PROJECT.read_bytes())
    return seen.hexdigest()


def requirements(*, for_tests: bool, for_builds: bool = False) -> list[str]:
    """What pyproject.toml asks for, with the tools of tests and of packages where they are wanted.

    The tests freeze the program too, so they need what builds it.
    """
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extra: dict[str, list[str]] = project["optional-dependencies"]
    tools = [*extra["test"] * for_tests, *extra["build"] * (for_tests or for_builds)]
    return [*project["dependencies"], *tools]


def _read_stamp() -> dict[str, str]:
    """What is installed; nothing when .venv is missing, broken or half made."""
    try:
        saved = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) and venv_python().exists() else {}


def _write_stamp(stamp: dict[str, str]) -> None:
    draft = STAMP.with_suffix(".tmp")
    draft.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    draft.replace(STAMP)


def _make_venv() -> None:
    """Keeps a .venv of this version of Python, makes any other anew."""
    if _version_of_venv() == f"{sys.version_info[0]}.{sys.version_info[1]}":
        STAMP.unlink(missing_ok=True)
        return
    print(_("Making {folder}").format(folder=VENV), flush=True)
    try:
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(VENV)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise SystemExit(_("{folder} cannot be made: {why}").format(folder=VENV, why=problem)) from problem


def _version_of_venv() -> str:
    """Major and minor version of the Python in .venv; "" when there is none that starts with pip."""
    ask = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([venv_python(), "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _install(device: str, wanted: list[str]) -> None:
    torch = source.pinned(CONSTRAINTS.read_text(encoding="utf-8"), "torch")
    settings = source.pip_settings(venv_python())
    chosen = source.choose_source(device, system.cuda_of_driver(), torch, settings, source.fetch_page)
    print(chosen.sentence(), flush=True)
    _check_room(source.GIGABYTES[chosen.brings][1])
    _pip("-c", str(CONSTRAINTS), *chosen.options, *chosen.requirements, *wanted)
    _put_on_path()


def _check_room(gigabytes: float) -> None:
    """Ends with a sentence when a first installation cannot fit on the disk."""
    free = shutil.disk_usage(VENV).free / 1e9
    if free < gigabytes and not STAMP.exists() and not any(VENV.glob("**/torch/version.py")):
        text = _("{free:.1f} GB are free in {folder}; {needed} GB are needed.")
        raise SystemExit(text.format(free=free, folder=VENV, needed=gigabytes))


def _pip(*words: str) -> None:
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *words]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit(_("The packages could not be installed; the reason stands above. Start again to go on."))


def _put_on_path() -> None:
    """Lets .venv's Python import LesionStudio from this clone, and gives it the command `lesionstudio`."""
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))
    (packages / "lesionstudio.pth").write_text(f"{ROOT}\n", encoding="locale")
    if os.name == "nt":
        (VENV / "Scripts" / "lesionstudio.cmd").write_text('@"%~dp0python.exe" -m lesionstudio %*\n', encoding="ascii")
        return
    command = VENV / "bin" / "lesionstudio"
    command.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m lesionstudio "$@"\n', encoding="ascii")
    command.chmod(0o755)
