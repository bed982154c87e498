"""Where a study lies: beside its scans, or in the user's data folder where that place cannot be written."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging import disk
from lesionstudio.project.storage import ProjectLock, read_json
from lesionstudio.settings import data_folder
from lesionstudio.words import _

VERSION = 1
HOME_NAME, STUDY_NAME, LOCK_NAME = "lesionstudio", "project.json", "lock"
# What a program that was killed before it wrote project.json may have left.
_OURS = frozenset({LOCK_NAME, "items", "masks", "origin", "drafts", "journal", "states", "models"})


@dataclass(frozen=True, eq=False, slots=True)
class Home:
    """A study's two folders, what project.json said, and the lock or the sentence why there is none."""

    scans: Path
    folder: Path
    saved: dict[str, Any]
    read_only: str
    lock: ProjectLock | None


def open_home(folder: Path, *, write: bool) -> Home:
    """Finds (with `write`: makes, and locks) the study of a folder of scans, or of the `lesionstudio` folder in it.

    Raises ProjectProblem when the folder is not there, or its project.json is damaged.
    """
    scans, home = find_home(folder, write=write)
    saved = read_json(home / STUDY_NAME)
    if int(saved.get("version", VERSION)) > VERSION:
        newer = _("A newer version of LesionStudio made this study; here it can only be looked at.")
        return Home(scans, home, saved, newer, None)
    lock = _lock(home) if write else _("Opened to read.")
    if isinstance(lock, str):
        return Home(scans, home, saved, lock, None)
    return Home(scans, home, saved, "", lock)


def find_home(folder: Path, *, write: bool) -> tuple[Path, Path]:
    """The folder of scans, and the folder in which their study is or will be kept."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise ProjectProblem(
            _("There is no folder {folder}.").format(folder=folder),
            hint=_("Was it moved, or is its drive not connected?"),
        )
    if (folder / STUDY_NAME).is_file():
        return Path(read_json(folder / STUDY_NAME).get("scans", folder.parent)), folder
    inside, elsewhere = folder / HOME_NAME, _home_elsewhere(folder)
    for home in (inside, elsewhere):
        if (home / STUDY_NAME).is_file():
            return folder, home
    if not write:
        return folder, inside
    return folder, inside if _can_make(inside) else _made(elsewhere)


def _home_elsewhere(folder: Path) -> Path:
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
    return data_folder() / "studies" / name


def _can_make(inside: Path) -> bool:
    """Whether a study can be kept here: the place can be written, and is not somebody else's folder of that name."""
    try:
        disk.make_folder(inside)
        disk.flush_folder(inside.parent)
        others = {entry.name for entry in inside.iterdir() if not entry.name.startswith(".")} - _OURS
        (inside / LOCK_NAME).touch()
    except OSError:
        return False
    if others:
        (inside / LOCK_NAME).unlink(missing_ok=True)
    return not others


def _made(home: Path) -> Path:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ProjectProblem(
            _("A study can be kept neither beside these scans nor in {folder}.").format(folder=home.parent),
            hint=_("Allow writing in one of the two. {reason}").format(reason=problem.strerror or problem),
        ) from problem
    return home


def _lock(home: Path) -> ProjectLock | str:
    try:
        return ProjectLock.take(home / LOCK_NAME)
    except OSError as problem:
        text = _("This study cannot be written ({reason}); here it can only be looked at.")
        return text.format(reason=problem.strerror or problem)
