"""How long the window is deaf while it works: gaps between ticks of a 1 ms timer, against the same window at rest.

    python -m tests.benchmarks.bench_window [--pictures 2000] [--slices 64] [--model lung-lesions]

Three phases in one run: at rest (scrolling), while a folder of many pictures is opened, and while Segment runs in the
real compute process and its drafts come in. Printed for each: median, p99 and largest gap, and gaps over 50 ms.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer

DEAF_MS, WAKES_MS = 50.0, 5


class Ticks:
    """A timer of 1 ms that writes down how late each tick is, and turns a slice every 16 ms."""

    def __init__(self, turn: Callable[[], None]) -> None:
        self.gaps_ms: list[float] = []
        self._turn, self._last, self._turned = turn, time.perf_counter(), 0.0
        self._timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps_ms.append((now - self._last) * 1000)
        self._last = now
        if now - self._turned > 0.016:
            self._turned = now
            self._turn()

    def stop(self) -> list[float]:
        """The gaps so far; no more come."""
        self._timer.stop()
        return self.gaps_ms


def let_work(until: Callable[[], bool], at_most_s: float) -> bool:
    """Runs the event loop until this holds; whether it did. In between it sleeps, as a window's loop does."""
    end, wakes = time.monotonic() + at_most_s, QTimer(interval=WAKES_MS)
    wakes.start()
    while not until() and time.monotonic() < end:
        # Not with a longest time: Qt looks without waiting then, and a window that holds a processor is none.
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return until()


def told(phase: str, gaps_ms: list[float]) -> None:
    """Prints one line."""
    gaps = np.sort(gaps_ms)
    deaf = int((gaps > DEAF_MS).sum())
    print(
        f"{phase:28s} ticks {len(gaps):6d}  median {np.median(gaps):6.2f}  p99 {np.percentile(gaps, 99):7.2f}  "
        f"max {gaps[-1]:8.2f} ms  over {DEAF_MS:.0f} ms: {deaf}",
        flush=True,
    )


def make_pictures(folder: Path, n: int) -> None:
    """Writes n small pictures."""
    from PIL import Image

    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    for k in range(n):
        Image.fromarray(rng.integers(0, 255, (256, 256), np.uint8)).save(folder / f"p{k:04d}.png", compress_level=1)


def make_volume(folder: Path, slices: int) -> None:
    """Writes one CT of 512 x 512 pixels a slice: the tests' phantom."""
    from tests import phantoms

    phantom = phantoms.ct_phantom((slices, 512, 512), (2.0, 0.4, 0.4))
    phantoms.write_dicom(folder, phantom)


def main() -> None:
    """Runs the three phases."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--pictures", type=int, default=2000)
    words.add_argument("--slices", type=int, default=64)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["LESIONSTUDIO_HOME"] = str(Path(place) / "home")
        make_pictures(Path(place) / "pictures", chosen.pictures)
        make_volume(Path(place) / "chest", chosen.slices)
        measure(Path(place) / "pictures", Path(place) / "chest")


def measure(pictures: Path, chest: Path) -> None:
    """Opens, scrolls, segments, and prints."""
    from lesionstudio.gui.app import Desk, make_application
    from lesionstudio.gui.main_window import MainWindow
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import load_settings

    settings = load_settings()
    app = make_application(settings)
    window = MainWindow(Look(app, settings.theme))
    window.show()
    window.look.icons.load()
    desk = Desk(window, settings)
    session, models = desk.session, desk.parts.models

    def turn() -> None:
        if session.open is not None and session.scan is not None:
            session.go_to_slice((session.slice_number + 1) % session.scan.slices)

    session.open_folder(chest)
    let_work(lambda: session.open is not None and session.reading() is None, 60)
    let_work(lambda: False, 20)
    ticks = Ticks(turn)
    let_work(lambda: False, 5)
    told("at rest, scrolling", ticks.stop())
    ticks = Ticks(turn)
    began = time.monotonic()
    models.segment_scan()
    let_work(lambda: not models.is_busy, 300)
    told(f"Segment ({time.monotonic() - began:.1f} s)", ticks.stop())
    ticks = Ticks(turn)
    began = time.monotonic()
    session.open_folder(pictures)
    let_work(lambda: session.folder == pictures and session.open is not None, 60)
    first_s = time.monotonic() - began
    let_work(lambda: session.reading() is None, 120)
    found_s = time.monotonic() - began
    let_work(lambda: False, 5)
    told(f"{len(session.items)} pictures", ticks.stop())
    print(f"first picture after {first_s:.2f} s, all found after {found_s:.2f} s")
    desk.close()
    window.close()


if __name__ == "__main__":
    main()
