"""From the start of the process until the window stands on the screen: the frozen program against the same from source.

Each time is taken in a fresh process, the two in turn, in one run. The screen is Xvfb's, whose memory is read while the
program paints: the clock stops when the window's foot is there. Nothing is built into the program for this.

    python3 installer/build.py --only-freeze
    python -m tests.benchmarks.bench_frozen [--program build/dist/lesionstudio/lesionstudio] [--rounds 9]
"""

import argparse
import mmap
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks.clock import Ratio

ALLOWED = 1.5
ROOT = Path(__file__).resolve().parents[2]
FOOT = 20, 790
SIZE = 1280, 800
WAIT_S = 120.0
FROM_SOURCE = (sys.executable, "-m", "lesionstudio")


class Screen:
    """A screen whose points can be read without asking anybody."""

    def __init__(self, display: str, memory: mmap.mmap) -> None:
        self.display = display
        words = struct.unpack(">25I", memory[:100])  # XWDFileHeader, X11/XWDFile.h
        first, self._line, self._memory = words[0] + words[19] * 12, words[12], memory
        self._foot = first + FOOT[1] * self._line + FOOT[0] * 4

    def is_painted(self) -> bool:
        """Whether anything stands at the foot of the window."""
        return any(self._memory[self._foot : self._foot + 3])


@contextmanager
def screen() -> Iterator[Screen]:
    """Such a screen, as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        hearing, said = os.pipe()
        command = ["Xvfb", "-displayfd", str(said), "-fbdir", folder, "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-ac"]
        server = subprocess.Popen(command, pass_fds=[said], stderr=subprocess.DEVNULL)
        os.close(said)
        try:
            with os.fdopen(hearing) as line:
                display = f":{line.readline().strip()}"
            with (Path(folder) / "Xvfb_screen0").open("rb") as file:
                yield Screen(display, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        finally:
            server.terminate()
            server.wait()


def painted_ms(command: Sequence[str], home: str) -> float:
    """Milliseconds from just before the process is started until its window stands on the screen."""
    with screen() as seen:
        told = {**os.environ, "LESIONSTUDIO_HOME": home, "DISPLAY": seen.display, "QT_QPA_PLATFORM": "xcb"}
        start = time.monotonic()
        program = subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not seen.is_painted():
                assert time.monotonic() - start < WAIT_S, f"{command[0]} never painted"
                time.sleep(0.001)
            return (time.monotonic() - start) * 1000
        finally:
            program.kill()
            program.wait()


def measure(program: Path, rounds: int) -> Ratio:
    """Both in turn, so often; the first round fills the disk's cache and does not count."""
    frozen, source = [], []
    with tempfile.TemporaryDirectory() as home:
        for n in range(rounds + 1):
            pair = painted_ms((str(program),), home), painted_ms(FROM_SOURCE, home)
            if n:
                frozen.append(pair[0])
                source.append(pair[1])
    return Ratio("painted window, frozen", tuple(frozen), tuple(source))


def main() -> None:
    """Prints the ratio and what it is made of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "dist" / "lesionstudio" / "lesionstudio")
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    if not shutil.which("Xvfb"):
        sys.exit("This needs Xvfb.")
    ratio = measure(chosen.program.resolve(), chosen.rounds)
    print(ratio.line(), f"(allowed {ALLOWED}); medians {median(ratio.judged_ms) / median(ratio.floor_ms):.2f}")


if __name__ == "__main__":
    main()
