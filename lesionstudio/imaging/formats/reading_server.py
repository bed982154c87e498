"""The reader process's loop: a question, an answer, until the input ends."""

import contextlib
import faulthandler
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import reading_tasks
from lesionstudio.imaging.formats.reading_process import backwards
from lesionstudio.resources import resource
from lesionstudio.words import language, use_language

_MOST_S = 900.0
"""Whoever asked watches the time; where that program is gone, a decoder that never ends is ended by this."""


def serve() -> None:
    """Answers what comes through stdin, through stdout. What libraries print goes nowhere."""
    requests, answers = own_pipes()
    with contextlib.suppress(OSError):
        while line := requests.readline():
            question = json.loads(line)
            payload = requests.read(question["bytes"])
            faulthandler.dump_traceback_later(_MOST_S, exit=True, file=sys.stderr)
            _answer(question, payload, answers)
            faulthandler.cancel_dump_traceback_later()


def own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Where questions come from and answers go to; from now on nothing else can write there."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdout = sys.stderr = os.fdopen(os.dup(nowhere), "w")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    return requests, answers


def speak(named: str) -> None:
    """What is said to a person from now on is said in this language."""
    if named != language():
        use_language(named, resource("translations"))


def _answer(question: dict[str, Any], payload: bytes, answers: BinaryIO) -> None:
    speak(question["language"])
    _keep_within(question["most_bytes"])
    kept = [np.empty(0, np.uint8)]

    def decode() -> dict[str, Any]:
        with np.errstate(all="ignore"):
            decoded, facts = reading_tasks.carried_out(question["task"], question["arguments"], payload)
        kept[0] = np.ascontiguousarray(decoded)
        return facts

    facts = attempted(decode)
    head = {"shape": kept[0].shape, "dtype": kept[0].dtype.str, "facts": facts}
    answers.write(json.dumps(head).encode() + b"\n")
    _hand_over(kept, answers)
    answers.flush()


def _hand_over(kept: list[NDArray[Any]], answers: BinaryIO) -> None:
    """Writes the one array there, piece by piece from its end, and gives each piece's memory back at once.

    So a very large picture is not in memory twice, here and where it goes. The list holds the only reference to it:
    numpy shortens no array that somebody else keeps, and then it stays whole.
    """
    owner = kept[0].base
    if isinstance(owner, np.ndarray) and owner.nbytes == kept[0].nbytes and owner.flags.c_contiguous:
        kept[0] = owner  # the same memory, in another shape
    del owner
    for start, end in backwards(kept[0].nbytes):
        answers.write(kept[0].reshape(-1).view(np.uint8)[start:end].data)
        with contextlib.suppress(ValueError):
            kept[0].resize(start // kept[0].itemsize)


def attempted(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the work gives; or its failure as facts, for whoever asked from another process."""
    try:
        return work()
    except Exception as problem:
        return _told(problem)


def _told(problem: Exception) -> dict[str, str]:
    """A failure as facts: its kind and what it says."""
    if isinstance(problem, LesionStudioError):
        return {"failure": type(problem).__name__, "message": problem.message, "hint": problem.hint}
    return {"failure": type(problem).__name__, "message": str(problem) or type(problem).__name__}


def _keep_within(more_bytes: int) -> None:
    """Lets a task take this much more memory than there is now; where the system can, as Linux does."""
    try:
        import resource as limits

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * limits.getpagesize() + more_bytes
        limits.setrlimit(limits.RLIMIT_AS, (most, limits.getrlimit(limits.RLIMIT_AS)[1]))
    except (ImportError, OSError, ValueError):
        return
