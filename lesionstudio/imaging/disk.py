"""The few things ever done to a disk when work is kept. Tests put a recording, a full or a slow disk in their place.

Call them as `disk.flush(path)`, never by a name of your own, so that what stands here is what happens. What was written
is on the disk for sure only once it was flushed; that a file has a name, only once its folder was.
"""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path


def append(path: Path, content: bytes, at: int) -> None:
    """Writes content into a file from byte `at` on, which ends the file, and flushes it; 0 makes the file.

    Raises FileNotFoundError when the file no longer holds what was written before `at`, else OSError.
    """
    flags = os.O_RDWR | getattr(os, "O_BINARY", 0) | (os.O_CREAT if at == 0 else 0)
    handle = os.open(path, flags, 0o644)
    try:
        if os.fstat(handle).st_size < at:
            raise FileNotFoundError(errno.ENOENT, "cut short by another program", str(path))
        os.ftruncate(handle, at)
        os.lseek(handle, at, os.SEEK_SET)
        _write_all(handle, content)
        _sync(handle)
    finally:
        os.close(handle)


def flush(path: Path) -> None:
    """Returns when the file's content would outlive a power cut. Raises OSError."""
    with path.open("rb+") as written:
        _sync(written.fileno())


def flush_folder(folder: Path) -> None:
    """Makes names given and taken in a folder outlive a power cut, where the system lets a folder be flushed."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def replace(draft: Path, path: Path) -> None:
    """Gives a file the name of another, which is no more. Raises OSError."""
    draft.replace(path)


def remove(path: Path) -> None:
    """Takes a file away, if it is there. Raises OSError."""
    path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Makes a folder in one that is there. Raises OSError."""
    folder.mkdir(exist_ok=True)


def _sync(handle: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        # There fsync stops at the disk's own memory, which a power cut empties.
        with suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def _write_all(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
