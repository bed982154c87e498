"""Decoding apart: decoders written in C run in reader processes, whose death costs a sentence and never a stroke.

A few readers are started when they are first needed, kept, and replaced when one dies. In a process that is apart
itself (a reader, the compute process) everything is decoded at once, where it is asked for.
"""

import atexit
import builtins
import os
import time
from collections.abc import Callable, Mapping
from functools import cache
from threading import Condition, Event, Thread
from typing import Any

from numpy.typing import NDArray

from lesionstudio import errors
from lesionstudio.errors import LesionStudioError, UnreadableFile
from lesionstudio.imaging.formats.reading_process import HERE, Answer, ReaderDied, ReadingProcess
from lesionstudio.words import _

_MOST_READERS = 4
_LOOK_EVERY_S = 0.2
_LIMIT_S = 4.0
_BYTES_A_SECOND = 20e6
_SPARE_BYTES, _TIMES_CLAIMED = 512 << 20, 6  # openjpeg alone holds four bytes a sample


class DecoderFailed(ValueError):
    """What a decoder said of a file that it does not read."""


def is_apart() -> bool:
    """Whether this process decodes in others."""
    return HERE not in os.environ


def decoded(
    task: str, arguments: Mapping[str, Any], payload: bytes = b"", *, claimed_bytes: int = 0
) -> tuple[NDArray[Any], dict[str, Any]]:
    """What a task of reading_tasks gives, here or apart: an array and facts.

    `claimed_bytes`: how large the pixels are by their header; what needs much more memory or time is ended.
    Raises what the task raises, UnreadableFile where the decoder crashed or never ended.
    """
    if not is_apart():
        from lesionstudio.imaging.formats import reading_tasks

        return reading_tasks.carried_out(task, arguments, payload)
    question = {"task": task, "arguments": dict(arguments), "most_bytes": _SPARE_BYTES + _TIMES_CLAIMED * claimed_bytes}
    pixels, facts = _readers(os.getpid()).ask(question, payload, _LIMIT_S + claimed_bytes / _BYTES_A_SECOND)
    if "failure" in facts:
        raise failure_of(facts)
    return pixels, facts


def start_early() -> None:
    """Starts the first reader beside what the caller does now, so that the first picture does not wait for it."""
    if is_apart():
        Thread(target=_readers(os.getpid()).start_one, name="first reader", daemon=True).start()


def process_ids() -> list[int]:
    """The numbers of this process and of its readers."""
    return [os.getpid(), *_readers(os.getpid()).process_ids]


class Readers:
    """The reader processes of this process."""

    def __init__(self, most: int, start: Callable[[], ReadingProcess] = ReadingProcess) -> None:
        self._most, self._start = most, start
        self._all: list[ReadingProcess] = []
        self._idle: list[ReadingProcess] = []
        self._news, self._work = Condition(), Event()
        self._watching: Thread | None = None
        self._is_closed = False

    @property
    def process_ids(self) -> list[int]:
        """The numbers of those that live."""
        return [reader.process_id for reader in self._all if reader.is_alive]

    def ask(self, question: Mapping[str, Any], payload: bytes, limit_s: float) -> Answer:
        """What one reader answers. Raises UnreadableFile where it died of the question."""
        reader = self._taken()
        self._work.set()
        try:
            return reader.ask(question, payload, limit_s)
        except ReaderDied as error:
            raise _stopped(error) from error
        finally:
            with self._news:
                self._idle.append(reader)
                self._news.notify()

    def start_one(self) -> None:
        """Starts a reader where there is none."""
        with self._news:
            if not self._all and not self._is_closed:
                self._idle.append(self._started())

    def close(self) -> None:
        """Ends all of them."""
        with self._news:
            self._is_closed = True
            closing, self._all, self._idle = self._all, [], []
        self._work.set()
        for reader in closing:
            reader.close()

    def _taken(self) -> ReadingProcess:
        """An idle reader that lives, else a new one, else the first that becomes idle."""
        with self._news:
            while True:
                while self._idle:
                    reader = self._idle.pop()
                    if reader.is_alive:
                        return reader
                    self._all.remove(reader)
                    reader.close()
                if len(self._all) < self._most:
                    return self._started()
                self._news.wait()

    def _started(self) -> ReadingProcess:
        if self._watching is None:
            self._watching = Thread(target=self._watch, name="readers", daemon=True)
            self._watching.start()
        reader = self._start()
        self._all.append(reader)
        return reader

    def _watch(self) -> None:
        """The watching thread: looks now and then at readers that are at work, and sleeps while none is."""
        while not self._is_closed:
            self._work.clear()
            at_work = [reader for reader in tuple(self._all) if reader.end_if_stuck()]
            if at_work:
                time.sleep(_LOOK_EVERY_S)
            else:
                self._work.wait()


@cache
def _readers(process_id: int) -> Readers:
    """The readers of this process; a forked one gets its own."""
    readers = Readers(max(2, min(os.cpu_count() or 1, _MOST_READERS)))
    atexit.register(lambda: readers.close() if os.getpid() == process_id else None)
    return readers


def _stopped(death: ReaderDied) -> UnreadableFile:
    how = str(death)
    if not how:
        message = _("This file takes too long to decode.")
    else:
        message = _("This file made its decoder crash ({how}).").format(how=how)
    hint = _("Nothing else was lost. Copy it once more, or save it anew in the program it came from.")
    return UnreadableFile(message, hint=hint)


def failure_of(facts: Mapping[str, Any]) -> Exception:
    """The exception that a reader tells of."""
    kind = getattr(errors, facts["failure"], None)
    if isinstance(kind, type) and issubclass(kind, LesionStudioError):
        return kind(facts["message"], hint=facts["hint"])
    plain = getattr(builtins, facts["failure"], None)
    if isinstance(plain, type) and issubclass(plain, Exception) and not issubclass(plain, UnicodeError):
        return plain(facts["message"])
    return DecoderFailed(facts["message"])
