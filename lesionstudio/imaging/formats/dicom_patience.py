"""DICOM files that would keep pydicom busy without end: millions of items, a few bytes that inflate to gigabytes."""

import struct
import time
import zlib
from typing import Any, BinaryIO

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats.limits import UNSUSPICIOUS_BYTES
from lesionstudio.words import _

DEFLATED = "1.2.840.10008.1.2.1.99"
HEADER_S, ALL_OF_IT_S = 2.0, 12.0
MOST_FRAMES = 100_000
_MOST_EXPANSION = 50
_START_BYTES, _STEP_BYTES = 4096, 1 << 20
_LOOKS_EVERY = 64
_WIDE_TYPES = (b"OB", b"OW", b"UN", b"UT", b"SQ")


class Watched:
    """A file that is read for so many seconds of this thread's own time at most. Raises UnreadableFile after that.

    Leaving it says so once more: pydicom puts words of its own in the place of what a read raises within a sequence.
    """

    def __init__(self, file: BinaryIO, most_s: float) -> None:
        self._file, self._ends_s, self._reads, self._is_late = file, time.thread_time() + most_s, 0, False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if self._is_late and not isinstance(problem, UnreadableFile):
            raise self._too_long() from problem

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        self._reads += 1
        if self._reads % _LOOKS_EVERY == 0 and time.thread_time() > self._ends_s:
            self._is_late = True
            raise self._too_long()
        return self._file.read(size)

    def _too_long(self) -> UnreadableFile:
        message = _("This file takes too long to decode.")
        return UnreadableFile(message, hint=_("Copy it once more, or save it anew in the program it came from."))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def check_inflated(file: BinaryIO) -> None:
    """Raises UnreadableFile where a deflated file that stands at its start inflates to far more than it can hold."""
    start = file.read(_START_BYTES)
    file.seek(0)
    if DEFLATED.encode() not in start:
        return
    packed, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    file.seek(_end_of_meta(start))
    content = file.read()
    most = max(UNSUSPICIOUS_BYTES, _MOST_EXPANSION * len(content))
    while content and total <= most:
        total += len(packed.decompress(content, _STEP_BYTES))
        content = packed.unconsumed_tail
    file.seek(0)
    if total > most:
        message = _("This file is small, and unpacks to more than a picture is.")
        raise UnreadableFile(message, hint=_("Copy it once more, or save it anew in the program it came from."))


def _end_of_meta(start: bytes) -> int:
    """Where the elements of group 2 end (PS3.10 section 7.1)."""
    at = 132 if start[128:132] == b"DICM" else 0
    while start[at : at + 2] == b"\x02\x00" and at + 12 <= len(start):
        is_wide = start[at + 4 : at + 6] in _WIDE_TYPES
        at += (
            12 + struct.unpack_from("<I", start, at + 8)[0]
            if is_wide
            else 8 + struct.unpack_from("<H", start, at + 6)[0]
        )
    return at
