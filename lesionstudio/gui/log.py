"""The log: what went wrong, in a file of this person. No name of a scan, a folder or a patient is ever written."""

import logging
import platform
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import PurePath
from types import TracebackType

from lesionstudio import __version__
from lesionstudio.settings import log_file

_NAME, _MOST_BYTES = "lesionstudio", 500_000
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Writer(RotatingFileHandler):
    """Two files of half a megabyte."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: a disk that is full is told elsewhere."""


def start_log() -> None:
    """Writes warnings down from now on, and that the program started. Where the disk refuses there is no log."""
    from lesionstudio.workflows.commit import commit

    log = logging.getLogger(_NAME)
    if any(isinstance(one, _Writer) for one in log.handlers):
        return
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        writer = _Writer(log_file(), maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return
    writer.setFormatter(logging.Formatter(_FORM))
    log.addHandler(writer)
    log.setLevel(logging.INFO)
    log.info("LesionStudio %s %s on %s", __version__, commit(), platform.platform())


def write_mistake(kind: type[BaseException], where: TracebackType | None) -> None:
    """Writes down where a mistake of the program happened; not its words, which may hold a name."""
    steps = traceback.extract_tb(where)
    lines = (f"{PurePath(one.filename).name}:{one.lineno} in {one.name}" for one in steps)
    logging.getLogger(_NAME).error("%s at %s", kind.__name__, " > ".join(lines))
