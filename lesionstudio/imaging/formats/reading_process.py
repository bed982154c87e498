"""One reader process: a child that decodes, so that a decoder which crashes or never ends takes nothing else along.

It is asked in JSON, one line a question, and answers with a line and the pixels, through its pipes: pictures never
touch the disk on their way. The end of its input ends it.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.compute.process import close_input, how_it_ended
from lesionstudio.itself import child_environment, start_command
from lesionstudio.words import language

COMMAND = "_read"
HERE = "LESIONSTUDIO_DECODE_HERE"
"""Set in processes that are apart themselves: what they decode they decode at once."""

_SMALL = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_PIPE_BYTES = 1 << 20
PIECE = 32 << 20
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_WAIT_S = 1.0
_PATIENCE = 4.0
"""How many times longer than its limit a question may take on a machine that is busy with other things."""

Answer = tuple[NDArray[Any], dict[str, Any]]


class ReaderDied(Exception):
    """The reader process ended while it was asked: says how, nothing where it took too long and was ended."""


class ReadingProcess:
    """Asked by one thread at a time; another one calls `end_if_stuck` now and then."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            start_command(COMMAND),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(**_SMALL, **{HERE: "1"}),
            creationflags=NO_WINDOW,
            start_new_session=True,  # Ctrl+C is not for it, and Linux shares the processor by sessions
        )
        for pipe in (self._process.stdin, self._process.stdout):
            widen(pipe)
        self._asked = 0
        self._limit_s = 0.0
        self._is_stuck = False
        self._seen: tuple[int, float, float | None] = (0, 0.0, None)

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Its number."""
        return self._process.pid

    def ask(self, question: Mapping[str, Any], payload: bytes, limit_s: float) -> Answer:
        """What the question gives: an array, and facts. Raises ReaderDied; a failure there comes back as facts."""
        self._asked += 1
        self._limit_s = limit_s
        try:
            return self._exchange({**question, "bytes": len(payload), "language": language()}, payload)
        except (OSError, ValueError, EOFError) as error:
            self._process.kill()
            code = self._process.wait()
            raise ReaderDied("" if self._is_stuck else how_it_ended(code)) from error
        finally:
            self._limit_s = 0.0

    def end_if_stuck(self) -> bool:
        """Ends it where a question takes longer than its limit; gives whether it is at work.

        What counts is its own time, where the system tells it: a machine may keep it waiting.
        """
        asked, limit_s = self._asked, self._limit_s
        if not limit_s:
            return False
        has_worked_s, now = worked_s(self._process.pid), time.monotonic()
        if self._seen[0] != asked:
            self._seen = (asked, now, has_worked_s)
            return True
        waited_s, before_s = now - self._seen[1], self._seen[2]
        is_over = has_worked_s is not None and before_s is not None and has_worked_s - before_s > limit_s
        if (is_over or waited_s > _PATIENCE * limit_s) and self._asked == asked and self._limit_s:
            self._is_stuck = True
            self._process.kill()
        return True

    def close(self) -> None:
        """Ends the process."""
        close_input(self._process)
        try:
            self._process.wait(_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _exchange(self, question: dict[str, Any], payload: bytes) -> Answer:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None and answers is not None
        requests.write(json.dumps(question).encode() + b"\n" + payload)
        requests.flush()
        line = answers.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        answer = json.loads(line)
        pixels: NDArray[Any] = np.empty(tuple(answer["shape"]), np.dtype(answer["dtype"]))
        octets = pixels.reshape(-1).view(np.uint8)
        for start, end in backwards(pixels.nbytes):
            if answers.readinto(octets[start:end]) < end - start:  # type: ignore[attr-defined]
                raise EOFError
        return pixels, answer["facts"]


def backwards(octets: int) -> Iterator[tuple[int, int]]:
    """Start and end of each piece in which a picture of so many bytes travels, the last piece first."""
    for start in range((octets - 1) // PIECE * PIECE, -1, -PIECE):
        yield start, min(start + PIECE, octets)


def widen(pipe: IO[bytes] | None) -> None:
    """Lets a whole slice lie in the pipe, so that neither side waits for the other; where the system can (fcntl(2))."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)  # type: ignore[arg-type]


def worked_s(process_id: int) -> float | None:
    """Seconds of a processor that the process has had so far, None where the system does not tell (proc(5))."""
    try:
        facts = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
