"""The program as a process: how it starts itself again, from source or from what an installer put there."""

import os
import sys
from pathlib import Path

_CONSOLE_TWIN = "lesionstudio-console.exe"


def is_installed() -> bool:
    """Whether this is an installer's program rather than Python with a package."""
    return bool(getattr(sys, "frozen", False))


def start_command(*words: str) -> list[str]:
    """What starts this program with these words.

    On Windows the twin that may talk: a program for windows has no pipes there that one can count on.
    """
    if not is_installed():
        return [sys.executable, "-m", "lesionstudio", *words]
    twin = Path(sys.executable).with_name(_CONSOLE_TWIN)
    talks = sys.platform == "win32" and twin.is_file()
    return [str(twin) if talks else sys.executable, *words]


def fresh_start_command(*words: str) -> list[str]:
    """What starts the program anew and outlives this one: an AppImage is gone from its place when it ends."""
    image = os.environ.get("APPIMAGE", "")
    if is_installed() and image:
        return [image, *words]
    return [sys.executable, *words] if is_installed() else start_command(*words)


def child_environment(**more: str) -> dict[str, str]:
    """The surroundings of a process of this program; from source it finds the package from any working folder."""
    kept = {**os.environ, **more}
    if is_installed():
        return kept
    home, given = str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")
    return {**kept, "PYTHONPATH": os.pathsep.join([home, given]) if given else home}
