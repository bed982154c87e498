"""What long benchmarks share: verbs of the command line in processes of their own, with their processor time."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
KEPT = Path(tempfile.gettempdir()) / "lesionstudio-runs"
_LOOK_S = 2.0


class TimeIsUp(Exception):
    """The hour to stop at has come; what was done is kept."""


class VerbFailed(Exception):
    """A verb ended with an error, which is in its log."""


@dataclass(frozen=True, slots=True)
class Hour:
    """When to stop: a moment of time.time(), or None for never."""

    at: float | None

    @classmethod
    def of(cls, text: str) -> "Hour":
        """The next time that a clock shows HH:MM; never for an empty text."""
        if not text:
            return cls(None)
        wanted = datetime.strptime(text, "%H:%M")
        now = datetime.now()
        moment = now.replace(hour=wanted.hour, minute=wanted.minute, second=0)
        return cls((moment if moment > now else moment + timedelta(days=1)).timestamp())

    @property
    def is_past(self) -> bool:
        return self.at is not None and time.time() >= self.at


class Kept:
    """What is known of some runs: a JSON file that is whole at any moment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def of(self, name: str) -> dict[str, Any]:
        """What is known of one run, to be written into."""
        facts: dict[str, Any] = self.facts.setdefault(name, {})
        return facts

    def keep(self) -> None:
        draft = self._path.with_suffix(".tmp")
        draft.write_text(json.dumps(self.facts, indent=1), encoding="utf-8")
        draft.replace(self._path)


def run_verb(words: Sequence[str], log: Path, facts: dict[str, Any], kept: Kept, until: Hour) -> None:
    """Runs `lesionstudio WORDS` and adds its processor minutes to facts["minutes"], kept while it runs.

    Raises TimeIsUp, after it was asked to stop and has, and VerbFailed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    before, asked_to_stop = float(facts.get("minutes", 0.0)), False
    with log.open("a", encoding="utf-8") as book:
        book.write(f"$ lesionstudio {' '.join(words)}\n")
        book.flush()
        command = [sys.executable, "-m", "lesionstudio", *words]
        process = psutil.Popen(command, cwd=ROOT, stdout=book, stderr=subprocess.STDOUT, env=_alone())
        while (code := process.poll()) is None:
            facts["minutes"] = round(before + _minutes_of(process, facts.get("minutes", 0.0) - before), 3)
            kept.keep()
            if until.is_past and not asked_to_stop:
                process.send_signal(signal.SIGINT)
                asked_to_stop = True
            time.sleep(_LOOK_S)
    if asked_to_stop:
        raise TimeIsUp(words[0])
    if code:
        raise VerbFailed(f"{words[0]} ended with {code}: see {log}")


def listen_to_interrupts() -> None:
    """Lets the processes begun here be interrupted, also where this one was begun in the background of a shell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _alone() -> dict[str, str]:
    """One thread, so that processor time and time are the same on an idle machine."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


def _minutes_of(process: psutil.Popen, known: float) -> float:
    """The processor minutes of a process so far; what was known where it has just ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return known
    return max(known, float(times.user + times.system) / 60)
