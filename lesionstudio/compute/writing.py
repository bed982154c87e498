"""Telling the compute process something without waiting until it listens."""

import subprocess
from queue import SimpleQueue
from threading import Thread


class Writer:
    """Writes lines to a process, in their order, on a thread of its own.

    A pipe holds some 64 KB, and a process that imports torch reads nothing for seconds: whoever wrote to it himself
    would stand still that long. What is said to a process that died is lost.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = Thread(target=self._write, name="compute writer", daemon=True)
        self._thread.start()

    def say(self, line: bytes) -> None:
        """Queues a line."""
        self._lines.put(line)

    def end(self, patience_s: float) -> bool:
        """Writes what is queued and ends; gives whether that was done within some seconds."""
        self._lines.put(None)
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _write(self) -> None:
        assert self._process.stdin is not None
        while (line := self._lines.get()) is not None:
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except (OSError, ValueError):
                return
