"""ScreenHand: a screen of its own (Xvfb), and real mouse and key events on it from outside of the program (xdotool)."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

SIZE = (1280, 800)
STEP_S = 0.05
REST_S = 3.0


class NotSeen(AssertionError):
    """What was waited for did not happen."""


class ScreenHand:
    """Eyes and hands at a window; it knows nothing of the program but where its picture is."""

    def __init__(self, number: int) -> None:
        self.display = f":{number}"
        width, height = SIZE
        command = ["Xvfb", self.display, "-screen", "0", f"{width}x{height}x24", "-ac", "-nolisten", "tcp"]
        self._server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        until(lambda: Path(f"/tmp/.X11-unix/X{number}").exists(), 20, "the screen")

    def close(self) -> None:
        """No more screen."""
        self._server.terminate()
        self._server.wait()

    def windows(self, name: str) -> int:
        """How many windows with this in their titles can be seen."""
        return len(self._do("search", "--onlyvisible", "--name", name).stdout.split())

    def focus(self, name: str) -> None:
        """Gives the keys back to this window after a sheet has closed: on this screen no window manager does."""
        self._do("search", "--name", name, "windowfocus")

    def press(self, *keys: str) -> None:
        """Presses keys, each by its name in X: "s", "Return", "ctrl+e"."""
        for key in keys:
            self._do("key", key)

    def drag(self, start: tuple[int, int], end: tuple[int, int], steps: int = 8) -> None:
        """Drags with the left button, in steps as a hand does."""
        self._do("mousemove", str(start[0]), str(start[1]), "mousedown", "1")
        for n in range(1, steps + 1):
            x, y = (round(a + (b - a) * n / steps) for a, b in zip(start, end, strict=True))
            self._do("mousemove", str(x), str(y))
            time.sleep(STEP_S)
        self._do("mouseup", "1")

    def photograph(self, file: Path) -> None:
        """Writes what is on the screen as PNG, once it has come to rest."""
        time.sleep(REST_S)
        told = {**os.environ, "DISPLAY": self.display}
        subprocess.run(["import", "-window", "root", str(file)], env=told, check=True)

    def _do(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        told = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(["xdotool", *words], env=told, capture_output=True, check=False)


def until(true: Callable[[], object], at_most_s: float, what: str) -> float:
    """Waits until it is true and returns the seconds that took. Raises NotSeen."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > at_most_s:
            raise NotSeen(f"{what}: not within {at_most_s:.0f} s")
        time.sleep(STEP_S)
    return time.monotonic() - start
