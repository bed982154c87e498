"""The sample study: shipped with the program with its reference masks, worked on as a copy in the user's folder."""

import shutil
from pathlib import Path
from uuid import uuid4

from lesionstudio.errors import ProjectProblem
from lesionstudio.resources import resource
from lesionstudio.settings import data_folder
from lesionstudio.words import _


def sample_study() -> Path:
    """The user's copy of the sample study, made when it is first asked for. Raises ProjectProblem."""
    copy = data_folder() / "Sample study"
    if not copy.is_dir():
        copy_sample(copy)
    return copy


def own_copy(folder: Path) -> Path:
    """The folder itself; the user's copy in place of the shipped sample study, which stays as it is."""
    shipped = {resource("sample").resolve(), resource("sample", "study").resolve()}
    return sample_study() if folder.is_dir() and folder.resolve() in shipped else folder


def reference_mask(item_id: str) -> Path:
    """Where the reference mask of a scan of the sample study lies."""
    return resource("sample", "reference", *item_id.split("/"))


def copy_sample(to: Path) -> None:
    """Copies the shipped sample study; the folder appears whole or not at all. Raises ProjectProblem."""
    shipped, draft = resource("sample", "study"), to.with_name(f".{uuid4().hex[:12]}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(shipped, draft, ignore=shutil.ignore_patterns("lesionstudio", ".*"))
        draft.rename(to)
    except OSError as problem:
        raise ProjectProblem(
            _("The sample study cannot be copied to {folder}.").format(folder=to),
            hint=_("Is there room, and may this folder be written? {reason}").format(reason=problem),
        ) from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)
