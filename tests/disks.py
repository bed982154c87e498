"""Disks that fail: one that knows what a power cut would have left, one that is full now and then, one that is slow.

They stand in place of lesionstudio.imaging.disk, under everything the program ever keeps of a study.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lesionstudio.imaging import disk

CALLS = ("append", "flush", "flush_folder", "replace", "remove", "make_folder")
really: dict[str, Callable[..., Any]] = {name: getattr(disk, name) for name in CALLS}


@contextmanager
def instead(calls: dict[str, Callable[..., Any]]) -> Iterator[None]:
    """These calls in place of the disk's own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, call in calls.items():
            patch.setattr(disk, name, call)
        yield


class PowerCut:
    """Knows at any moment what a power cut would leave of a folder, in the worst case and in a torn one.

    Content counts when its file was flushed, a name (given, changed or taken) when its folder was: what POSIX promises.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[Path, int] = {}
        self._sure: dict[int, bytes] = {}
        self._next = 0
        self.after_each: Callable[[str], None] = lambda _call: None
        for number, path in enumerate(folder.rglob("*"), 1):
            self._names[path] = self._next = number
            self._sure[number] = b"/" if path.is_dir() else path.read_bytes()
        self._sure_names = dict(self._names)

    def calls(self) -> dict[str, Callable[..., Any]]:
        """What the disk does, seen by this one."""
        return {name: lambda *args, name=name: self._do(name, *args) for name in CALLS}

    def rebuild(self, place: Path, *, torn: bool) -> None:
        """Writes what would be left into a new folder. `torn`: names hold, and half of what was not flushed stands."""
        names = self._names if torn else self._sure_names
        place.mkdir(parents=True)
        for path, number in sorted(names.items()):
            between = [parent for parent in path.parents if parent.is_relative_to(self._folder)]
            if any(parent not in names for parent in between if parent != self._folder):
                continue
            to = place / path.relative_to(self._folder)
            if path.is_dir() or self._sure.get(number) == b"/":
                to.mkdir(exist_ok=True)
            else:
                to.write_bytes(self._content(path, number, torn=torn))

    def _content(self, path: Path, number: int, *, torn: bool) -> bytes:
        sure = self._sure.get(number, b"")
        if not torn or not path.is_file():
            return sure
        now = path.read_bytes()
        return now if now == sure else now[: len(sure) + max(len(now) - len(sure), 0) // 2]

    def _do(self, name: str, *args: Any) -> None:
        really[name](*args)
        if args[0].is_relative_to(self._folder):
            getattr(self, "_" + name)(*args)
            self.after_each(name)
            if name == "append":
                self._flush(args[0])
                self.after_each("flush")

    def _known(self, path: Path) -> int:
        if path not in self._names:
            self._next += 1
            self._names[path] = self._next
        return self._names[path]

    def _append(self, path: Path, _content: bytes, _at: int) -> None:
        self._known(path)

    def _flush(self, path: Path) -> None:
        self._sure[self._known(path)] = path.read_bytes()

    def _replace(self, draft: Path, path: Path) -> None:
        self._names[path] = self._names.pop(draft)

    def _remove(self, path: Path) -> None:
        self._names.pop(path, None)

    def _make_folder(self, folder: Path) -> None:
        self._sure[self._known(folder)] = b"/"

    def _flush_folder(self, folder: Path) -> None:
        for path in [path for path in self._sure_names if path.parent == folder and path not in self._names]:
            del self._sure_names[path]
        self._sure_names |= {path: number for path, number in self._names.items() if path.parent == folder}


class Full:
    """A disk that has no room at the n-th call from now (from 0), and for `times` calls, then has some again.

    With another code it refuses for another reason.
    """

    def __init__(self, at: int, times: int = 1, code: int = errno.ENOSPC) -> None:
        self._at, self._times, self._code = at, times, code
        self.asked = 0

    def calls(self) -> dict[str, Callable[..., Any]]:
        """What the disk does until it is full, and again later."""
        return {name: lambda *args, name=name: self._do(name, *args) for name in CALLS}

    @property
    def was_full(self) -> bool:
        """Whether anybody has noticed."""
        return self.asked > self._at

    def _do(self, name: str, *args: Any) -> None:
        self.asked += 1
        if not self._at < self.asked <= self._at + self._times:
            really[name](*args)
            return
        if name == "append":
            path, content, at = args
            really[name](path, content[: len(content) // 2], at)
        raise OSError(self._code, os.strerror(self._code))


def slow(wait_s: float) -> dict[str, Callable[..., Any]]:
    """A disk far away: each call takes so long."""

    def later(name: str, *args: Any) -> None:
        time.sleep(wait_s)
        really[name](*args)

    return {name: lambda *args, name=name: later(name, *args) for name in CALLS}
