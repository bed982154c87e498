"""At work: what is in the middle of learning in this process, by study, so that drafts can be made with it."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lesionstudio.learning.inference import Predictor
    from lesionstudio.workflows.working import Working

LEARNING_NAME = "learning"
"""The folder in a study's home of what is being learned."""

_AT_WORK: "dict[Path, Working]" = {}


def at_work(home: Path) -> "Working | None":
    """What learns in a study, or did a moment ago; None where this process knows of nothing."""
    return _AT_WORK.get(home.resolve())


def put_to_work(working: "Working") -> None:
    """From now on this is what learns in its study; what rests in another is on the disk, and its memory is let go."""
    _AT_WORK.clear()
    _AT_WORK[working.home.resolve()] = working


def forget(home: Path) -> None:
    """Nothing learns in this study any more."""
    _AT_WORK.pop(home.resolve(), None)


def predictor_in(folder: Path) -> "Predictor | None":
    """The weights of this moment, where the folder is that of a study in which something learns."""
    working = at_work(folder.parent) if folder.name == LEARNING_NAME else None
    return working.predictor if working is not None else None
