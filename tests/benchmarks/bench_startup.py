"""From the start of the process until its window is painted, against a bare Qt window of a process with numpy.

Each time is taken in a fresh interpreter, the two in turn. The window is the real one, through the front door; the
clock stops when its first frame is painted, before threads and the compute process start.

    python -m tests.benchmarks.bench_startup [--rounds 9]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.clock import Ratio

ALLOWED = 1.3
ROOT = Path(__file__).resolve().parents[2]

_REPORT = """
import os, sys, time
def done(*_):
    print((time.monotonic() - float(os.environ["BENCH_START"])) * 1000, flush=True)
    os._exit(0)
"""

BARE = (
    _REPORT
    + """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
import numpy
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, done)
app = QApplication([])
window = Window()
window.setCentralWidget(QLabel("bare"))
window.resize(1280, 800)
window.show()
app.exec()
"""
)

OURS = (
    _REPORT
    + """
import lesionstudio.gui.icons as icons
icons.Icons.load = done  # the first thing that happens after the first frame
from lesionstudio.__main__ import main
main([])
"""
)


def painted_ms(script: str, home: str) -> float:
    """Milliseconds from just before the process is started until it says that it has painted."""
    told = {**os.environ, "LESIONSTUDIO_HOME": home, "BENCH_START": repr(time.monotonic())}
    told.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=told, capture_output=True, text=True, timeout=60, check=True
    )
    return float(done.stdout.split()[-1])


def measure(rounds: int) -> Ratio:
    """Both in turn, so often; the first round fills the disk's cache and does not count."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as home:
        for n in range(rounds + 1):
            pair = painted_ms(BARE, home), painted_ms(OURS, home)
            if n:
                bare.append(pair[0])
                ours.append(pair[1])
    return Ratio("painted window", tuple(ours), tuple(bare))


def main() -> None:
    """Prints the ratio and what it is made of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    ratio = measure(parser.parse_args().rounds)
    print(ratio.line(), f"(allowed {ALLOWED}); medians {median(ratio.judged_ms) / median(ratio.floor_ms):.2f}")


if __name__ == "__main__":
    main()
