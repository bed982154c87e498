"""Run folders: where arrays travel between the window and the compute process, in this user's cache."""

import os
import shutil
import tempfile
import time
from pathlib import Path

from lesionstudio.errors import LesionStudioError
from lesionstudio.settings import cache_folder
from lesionstudio.words import _

_OLD_S = 24 * 3600


def new_run_folder() -> Path:
    """A new empty folder for one job's arrays; the system's place for such things where the cache cannot be written.

    Raises LesionStudioError where neither can.
    """
    home = _home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=home))
    except OSError as problem:
        return _elsewhere(problem)


def remove_run_folder(folder: Path) -> None:
    """Removes one job's arrays; what is still in use goes at the next start."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep_run_folders(older_than_s: float = _OLD_S) -> None:
    """Removes what programs that ended long ago have left."""
    now = time.time()
    for folder in _home().glob("*-*"):
        if now - folder.stat().st_mtime > older_than_s:
            remove_run_folder(folder)


def _elsewhere(why: OSError) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=f"lesionstudio-{os.getpid()}-"))
    except OSError as problem:
        raise LesionStudioError(
            _("There is no place for pictures on their way to the model: {reason}.").format(reason=problem.strerror),
            hint=_("Make room on the disk, or allow writing in {folder}.").format(folder=_home()),
        ) from why


def _home() -> Path:
    return cache_folder() / "runs"
