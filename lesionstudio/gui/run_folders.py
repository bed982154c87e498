"""Run folders: where arrays travel between the window and the compute process, in this user's cache."""

import os
import shutil
import tempfile
import time
from pathlib import Path

from lesionstudio.settings import cache_folder

_OLD_S = 24 * 3600


def new_run_folder() -> Path:
    """A new empty folder for one job's arrays."""
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=home))


def remove_run_folder(folder: Path) -> None:
    """Removes one job's arrays; what is still in use goes at the next start."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep_run_folders(older_than_s: float = _OLD_S) -> None:
    """Removes what programs that ended long ago have left."""
    now = time.time()
    for folder in _home().glob("*-*"):
        if now - folder.stat().st_mtime > older_than_s:
            remove_run_folder(folder)


def _home() -> Path:
    return cache_folder() / "runs"
