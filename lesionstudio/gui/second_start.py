"""A second start: what it was to open goes to the window that is there already, which comes to the front.

Windows meet that belong to one person, one home of the program, one version and one screen. Nothing of it is a
network's: it is a file of this user on Unix, a pipe of this user on Windows (multiprocessing.connection, no pickle).
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCryptographicHash, QDir, QLockFile, QObject, Signal

from lesionstudio import __version__
from lesionstudio.settings import config_folder

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_ANSWER_S, _LOCK_MS, _MOST_BYTES, _MOST_PLACES = 5.0, 5000, 1 << 20, 200
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "SESSIONNAME")
_TOKEN = "XDG_ACTIVATION_TOKEN"


class Door(QObject):
    """Says `arrived(places, token)`: what a second start wants opened, and its leave to come to the front (Wayland)."""

    arrived = Signal(list, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._address = door_address()
        self._lock: QLockFile | None = None
        self._is_closed, self._taken = Event(), Event()
        self._listener: Thread | None = None
        self.arrived.connect(self._was_taken)

    def hand_over(self, places: Sequence[Path]) -> bool:
        """Whether a window took the places: then this start is done. Else this is the window that the next one asks.

        Two that start at once take turns: the first keeps the turn until `open`.
        """
        if self._address is None:
            return False
        lock = QLockFile(f"{_turns_file(self._address)}.lock")
        lock.setStaleLockTime(0)
        if not lock.tryLock(_LOCK_MS):
            self._address = None
            return False
        if _may_be_there(self._address) and _was_taken_there(self._address, places):
            lock.unlock()
            return True
        self._lock = lock
        return False

    def open(self) -> None:
        """Listens from now on, on a thread of its own."""
        if self._address is not None and self._lock is not None:
            self._listener = Thread(target=self._listen, args=(self._address, self._lock), name="door", daemon=True)
            self._listener.start()

    def close(self) -> None:
        """Listens no more."""
        self._is_closed.set()
        self._taken.set()
        if self._listener is None and self._lock is not None:
            self._lock.unlock()
        if self._listener is not None and self._address is not None:
            from multiprocessing.connection import Client

            with suppress(OSError, EOFError):
                Client(self._address).close()
            self._listener.join(_ANSWER_S)

    def _listen(self, address: str, lock: QLockFile) -> None:
        from multiprocessing.connection import Listener

        try:
            with suppress(OSError):
                Path(address).unlink()  # of a window that was killed: nobody answers there, or it would have been asked
            listener = Listener(address, backlog=8)
        except OSError:  # Then the next start has a window of its own.
            return
        finally:
            lock.unlock()
        with listener, suppress(OSError):
            while not self._is_closed.is_set():
                with listener.accept() as asker, suppress(EOFError, ValueError, KeyError, TypeError):
                    self._hear(asker)

    def _hear(self, asker: "Connection[Any, Any]") -> None:
        if self._is_closed.is_set() or not asker.poll(_ANSWER_S):
            return
        said = json.loads(asker.recv_bytes(_MOST_BYTES))
        self._taken.clear()
        self.arrived.emit([Path(str(place)) for place in said["places"]], str(said["token"]))
        if self._taken.wait(_ANSWER_S) and not self._is_closed.is_set():
            asker.send_bytes(b"taken")

    def _was_taken(self) -> None:
        self._taken.set()


def door_address() -> str | None:
    """Where the windows meet that this start belongs to; None where there is no place of this user's alone."""
    marks = [__version__, os.path.abspath(config_folder()), *(os.environ.get(name, "") for name in _SCREENS)]  # noqa: PTH100
    digest = QCryptographicHash.hash("\n".join(marks).encode(), QCryptographicHash.Algorithm.Sha256)
    name = bytes(digest.toHex().data()[:20]).decode()
    if sys.platform == "win32":
        return rf"\\.\pipe\lesionstudio-{os.environ.get('USERNAME', '')}-{name}"
    folder = _own_folder()
    return str(folder / name) if folder is not None else None


def _own_folder() -> Path | None:
    """A folder that only this user may enter, for the time of this session; not in the home: its path may be long."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(given) / "lesionstudio" if given else Path(QDir.tempPath()) / f"lesionstudio-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
    except OSError:
        return None
    is_own = facts.st_uid == os.getuid() and not facts.st_mode & 0o077 and not folder.is_symlink()
    return folder if is_own else None


def _turns_file(address: str) -> str:
    return address if sys.platform != "win32" else str(Path(QDir.tempPath()) / address.rpartition("\\")[2])


def _may_be_there(address: str) -> bool:
    """Whether it is worth asking: what asks is imported only then."""
    return sys.platform == "win32" or Path(address).exists()


def _was_taken_there(address: str, places: Sequence[Path]) -> bool:
    from multiprocessing.connection import Client

    said = {"places": [str(place) for place in places[:_MOST_PLACES]], "token": os.environ.get(_TOKEN, "")}
    try:
        with Client(address) as door:
            _let_it_come_forward()
            door.send_bytes(json.dumps(said).encode())
            return door.poll(_ANSWER_S) and door.recv_bytes(_MOST_BYTES) == b"taken"
    except (OSError, EOFError):
        return False


def _let_it_come_forward() -> None:
    """Windows lets only the program in front give way to another one (AllowSetForegroundWindow, ASFW_ANY)."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
