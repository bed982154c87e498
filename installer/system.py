"""What the machine itself must bring: Python's venv, the libraries Qt loads, a display, an NVIDIA driver."""

import ctypes
import importlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from lesionstudio.screen import LIBRARIES
from lesionstudio.words import _


def bring_what_is_missing() -> None:
    """Installs missing system packages as root on Debian; elsewhere ends with the one command to type."""
    packages, libraries = missing_packages()
    if not packages:
        return
    if not shutil.which("apt-get"):
        missing = ", ".join(libraries) or "venv"
        raise SystemExit(
            _("This system lacks: {missing}. Install the packages that hold them.").format(missing=missing)
        )
    command = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if os.geteuid() != 0:
        raise SystemExit(
            _("This system lacks a few packages. Type this, then start again:\n  sudo {command}").format(
                command=command
            )
        )
    print(_("Installing from Debian: {packages}").format(packages=" ".join(packages)), flush=True)
    _apt_get(packages)
    still, _libraries = missing_packages()
    if still:
        raise SystemExit(_("Still missing after apt-get: {packages}").format(packages=" ".join(still)))


def missing_packages() -> tuple[list[str], list[str]]:
    """The Debian packages that are missing, and the libraries among them by file name; nothing off Linux."""
    if not sys.platform.startswith("linux"):
        return [], []
    libraries = [name for name in LIBRARIES if not _loads(name)]
    venv = [] if _can_make_venvs() else ["python3-venv"]
    return venv + [LIBRARIES[name][0] for name in libraries], libraries


def has_display() -> bool:
    """Whether a window can be shown: always on Windows and macOS, on Linux when a display answers."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and _answers(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/run"), wayland))):
        return True
    place = re.fullmatch(r"(?:unix|([^:/]*)):(\d+)(?:\.\d+)?", x11 or "")
    if not place:
        return bool(x11)
    if place[1]:
        return _answers((place[1], 6000 + int(place[2])))
    path = f"/tmp/.X11-unix/X{place[2]}"
    return _answers(path) or _answers("\0" + path)


def cuda_of_driver() -> tuple[int, int] | None:
    """The newest CUDA version that this machine's NVIDIA driver runs; None where there is no such driver."""
    program = shutil.which("nvidia-smi")
    if sys.platform == "darwin" or not program:
        return None
    try:
        said = subprocess.run([program], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"CUDA Version:\s*(\d+)\.(\d+)", said)
    return (int(version[1]), int(version[2])) if version else None


def _can_make_venvs() -> bool:
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _apt_get(packages: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=quiet, stdin=subprocess.DEVNULL, check=False)
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    if subprocess.run(install, env=quiet, stdin=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit(_("apt-get could not install: {packages}").format(packages=" ".join(packages)))


def _answers(address: str | tuple[str, int]) -> bool:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(1.0)
        try:
            line.connect(address)
        except OSError:
            return False
    return True
