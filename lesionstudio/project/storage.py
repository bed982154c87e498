"""How a study is kept on disk: whole files or none, one writer at a time, names that every system can store."""

import errno
import hashlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging import disk
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.words import _

_FORBIDDEN = frozenset('<>:"|?*\\%') | {chr(code) for code in range(32)}
_LONGEST_NAME = 180
_LOCKED_BYTE = 1 << 30


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file whole or not at all. Raises ProjectProblem when the disk refuses."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole or not at all. Raises ProjectProblem when the disk refuses."""
    with telling_what_fails(path), whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; {} when there is no such file. Raises ProjectProblem when it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise damaged(path) from problem
    if not isinstance(content, dict):
        raise damaged(path)
    return content


@contextmanager
def telling_what_fails(path: Path) -> Iterator[None]:
    """Turns what a disk raises in the block into a ProjectProblem that says what happened to `path`."""
    try:
        yield
    except OSError as problem:
        raise problem_of(problem, path) from problem


@contextmanager
def telling_of_output(path: Path) -> Iterator[None]:
    """The same for files that a person asked for once, and that nobody tries to write again."""
    try:
        yield
    except OSError as problem:
        told = problem_of(problem, path)
        told.hint = _("Put that right and start again; the files written before it are whole.")
        raise told from problem


def problem_of(problem: OSError, path: Path) -> ProjectProblem:
    """The sentence for what a disk said while `path` was written."""
    if problem.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        text, hint = _("The disk is full: {path} was not saved."), _("Make room; it is tried again.")
        reason = _("the disk is full")
    elif problem.errno == errno.ENOENT:
        text, hint = (
            _("The folder of {path} is gone."),
            _("Connect the drive, or put the folder back; it is tried again."),
        )
        reason = _("the folder is gone")
    elif problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        text, hint = _("{path} may not be written."), _("Allow writing in this folder; it is tried again.")
        reason = _("the folder may not be written")
    else:
        text = _("{path} was not saved: {reason}.")
        hint = _("The change is kept and tried again.")
        reason = str(problem.strerror or problem)
    told = ProjectProblem(text.format(path=path, reason=problem.strerror or problem), hint=hint)
    told.reason = reason
    return told


def make_folders(folder: Path, home: Path) -> None:
    """Makes folders inside a study's home, and never the home itself: a drive that is gone must not be made up.

    Raises ProjectProblem when the disk refuses.
    """
    if folder != home and not folder.is_dir():
        make_folders(folder.parent, home)
        with telling_what_fails(folder):
            disk.make_folder(folder)
            disk.flush_folder(folder.parent)


def file_name(item_id: str, ending: str) -> Path:
    """The relative path under which a file about an item is kept: its id, in letters every system can store."""
    parts = [_storable(part) for part in item_id.split("/") if part]
    return Path(*parts[:-1], parts[-1] + ending)


def _storable(part: str) -> str:
    if part in (".", ".."):
        return part.replace(".", "%2E")
    safe = "".join(f"%{ord(sign):02X}" if sign in _FORBIDDEN else sign for sign in part)
    if len(safe.encode()) <= _LONGEST_NAME:
        return safe
    return (
        safe.encode()[: _LONGEST_NAME // 2].decode(errors="ignore")
        + "-"
        + hashlib.sha256(part.encode()).hexdigest()[:16]
    )


def damaged(path: Path) -> ProjectProblem:
    """What is said of a file of the study that makes no sense."""
    return ProjectProblem(
        _("{path} is damaged and cannot be read.").format(path=path),
        hint=_("Put back a copy of it, or move it away to begin anew; the masks beside it stay as they are."),
    )


class ProjectLock:
    """Says that one program writes a study. The system itself lets go of it when that program dies."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> "ProjectLock | str":
        """The lock; or, where another program has it, the sentence that says who. Raises OSError."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _lock(handle):
                return _sentence(os.read(handle, 4096))
            os.ftruncate(handle, 0)
            os.write(handle, _signature())
        except BaseException:
            os.close(handle)
            raise
        return cls(handle)

    def release(self) -> None:
        """Lets the next program write."""
        if self._handle >= 0:
            with suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1


def _lock(handle: int) -> bool:
    """Whether the file is now ours. A file system that knows no locks counts as ours."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.lseek(handle, 0, os.SEEK_SET)
        return problem.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def _signature() -> bytes:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode()


def _sentence(signature: bytes) -> str:
    try:
        holder = json.loads(signature)
        holder["since"] = datetime.fromisoformat(holder["since"]).astimezone().strftime("%Y-%m-%d %H:%M")
        where = _("process {pid} on {host}, since {since}").format(**holder)
    except (ValueError, KeyError, TypeError):
        where = _("another program")
    return _("This study is open elsewhere ({where}); here it can only be looked at.").format(where=where)
