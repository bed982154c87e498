"""Small verbs for the real compute process: they wait, fail, print and die on demand."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from lesionstudio.errors import ModelProblem
from lesionstudio.progress import Progress, Reporter

_HERE = "tests.compute.fake_verbs"
_NAMES = ("echo", "count", "stubborn", "refuse", "stumble", "die", "chatter", "unspeakable")
VERBS = {name: f"{_HERE}:{name}" for name in _NAMES}


def echo(value: Any, report: Reporter) -> Any:
    """Gives back what it got."""
    return value


def count(until: Path | str, report: Reporter) -> int:
    """Reports a piece of work every 2 ms until a file appears; gives how many pieces it did."""
    done = 0
    while not Path(until).exists():
        time.sleep(0.002)
        done += 1
        report(Progress(None, "counting", partial=done))
    return done


def stubborn(report: Reporter) -> None:
    """Works for an hour and never looks up."""
    time.sleep(3600)


def refuse(report: Reporter) -> None:
    """Fails as a person's mistake does."""
    raise ModelProblem("No model.", hint="Choose one.")


def stumble(report: Reporter) -> None:
    """Fails as a bug does."""
    raise ZeroDivisionError("of course")


def die(report: Reporter) -> None:
    """Ends its process the hard way."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def chatter(report: Reporter) -> list[int]:
    """Prints in every way there is; gives its niceness and whether it could read from stdin."""
    print("print")
    os.write(1, b"fd 1\n")
    os.system("echo a child")
    return [os.nice(0) if hasattr(os, "nice") else 10, len(os.read(0, 10))]


def unspeakable(report: Reporter) -> object:
    """Gives what JSON cannot carry."""
    return object()
