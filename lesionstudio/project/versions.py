"""Versions: models that a study made itself. Each appears on the shelf whole or not at all, and none is overwritten."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging import disk
from lesionstudio.model_card import ModelCard, write_card
from lesionstudio.project.storage import ProjectLock, make_folders, problem_of
from lesionstudio.words import _

MODELS_NAME = "models"
_DRAFT, _LOCK = ".learning-", ".lock"
_NUMBERED = re.compile(r"(?P<lineage>.+)-v(?P<number>\d+)")


def version_number(model_id: str) -> int:
    """The number in a version's id "lung-lesions-v3"; 0 for a model that no study made."""
    found = _NUMBERED.fullmatch(model_id)
    return int(found["number"]) if found else 0


def next_version(home: Path) -> int:
    """The number the study's next version gets: one more than any there is."""
    shelf = home / MODELS_NAME
    names = [folder.name for folder in shelf.iterdir()] if shelf.is_dir() else []
    return 1 + max((version_number(name) for name in names), default=0)


@contextmanager
def version_draft(home: Path, wanted_bytes: int = 0) -> Iterator[Path]:
    """A hidden folder on the study's shelf to make a version in. It is gone after the block, unless it was placed.

    Sweeps what killed programs left. Raises ProjectProblem when nothing can be written there, or less than
    `wanted_bytes` is free: better before a training than after it.
    """
    shelf = home / MODELS_NAME
    make_folders(shelf, home)
    _sweep(shelf)
    draft = shelf / f"{_DRAFT}{uuid4().hex[:12]}"
    with telling_of_version(draft):
        refuse_full_disk(shelf, wanted_bytes)
        lock = ProjectLock.take(draft.with_suffix(_LOCK))
        draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if not isinstance(lock, str):
            lock.release()
        with suppress(OSError):
            draft.with_suffix(_LOCK).unlink()


def place_version(draft: Path, card: ModelCard, lineage: str) -> tuple[ModelCard, Path]:
    """Gives the draft its number, its card and its place on the shelf, all at once; gives card and folder.

    `draft` holds weights and licence. Raises ProjectProblem when the disk refuses; then nothing was placed.
    """
    home = draft.parent.parent
    with telling_of_version(draft):
        while True:
            number = next_version(home)
            numbered = replace(card, id=f"{lineage}-v{number}", title=_("Version {n}").format(n=number))
            write_card(numbered, draft)
            for path in draft.iterdir():
                disk.flush(path)
            disk.flush_folder(draft)
            folder = draft.with_name(numbered.id)
            try:
                draft.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
                continue
            disk.flush_folder(draft.parent)
            return numbered, folder


def _sweep(shelf: Path) -> None:
    """Removes drafts whose program is no more: nobody holds their lock."""
    for draft in [path for path in shelf.iterdir() if path.name.startswith(_DRAFT)]:
        with suppress(OSError):
            lock = ProjectLock.take(draft.with_suffix(_LOCK))
            if isinstance(lock, str):
                continue
            shutil.rmtree(draft, ignore_errors=True)
            lock.release()
            draft.with_suffix(_LOCK).unlink(missing_ok=True)


def refuse_full_disk(shelf: Path, wanted_bytes: int) -> None:
    """Raises ProjectProblem where less is free on the disk of this folder."""
    if shutil.disk_usage(shelf).free < wanted_bytes:
        raise ProjectProblem(
            _("There is not enough room on this disk for another version."),
            hint=_("Make room, then press Learn again."),
        )


@contextmanager
def telling_of_version(draft: Path) -> Iterator[None]:
    """What a disk says while a version is made, as a person can act on it."""
    try:
        yield
    except OSError as problem:
        sentence = problem_of(problem, draft.parent).message
        hint = _("The earlier versions are as they were. Mend this, then press Learn again.")
        raise ProjectProblem(sentence, hint=hint) from problem
