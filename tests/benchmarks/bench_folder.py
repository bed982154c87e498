"""A folder of 300 DICOM series in 60,000 files, opened in the window: first picture, whole list, how deaf it is.

    python -m tests.benchmarks.bench_folder [--series 300] [--slices 200] [--in FOLDER]

Two cases: a folder for each series, and all files in one folder with the series mixed. Printed for each: seconds from
"open" to the first picture and to the complete list, and the gaps between ticks of a 1 ms timer meanwhile, beside
those of the same window at rest in the same run. Of a gap the window's own work is told apart from what its thread
waited for a processor that other programs had (Linux: proc(5), schedstat). The gap without that is what a machine that
does nothing else would show, or more: it may have waited for another of its threads that waited for a processor; the
last line takes the longest such waiting away, too. With --in the files are made there, and found by the next run.
"""

import argparse
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import get_native_id

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from tests.benchmarks.bench_window import DEAF_MS, Ticks, let_work, told
from tests.benchmarks.make_studies import make_studies

FIRST_PICTURE_S = 2.0
OWN_MS = 25.0
"""No piece of work on the window's thread takes longer of a processor."""


class Shares(Ticks):
    """Ticks that also say how much of each gap was this thread's own work, and how much it waited for a processor.

    What it costs to find that out is no part of a gap: of the window it is none.
    """

    def __init__(self) -> None:
        self.own_ms: list[float] = []
        self.waited_ms: list[float] = []
        self.others_ms: list[float] = []
        self._here, self._waits = str(get_native_id()), Waits()
        self._waited, self._own = self._waits.ms(), time.thread_time()
        super().__init__(lambda: None)

    def _tick(self) -> None:
        own = time.thread_time()
        super()._tick()
        before, self._waited = self._waited, self._waits.ms()
        grown = {thread: ms - before.get(thread, 0.0) for thread, ms in self._waited.items()}
        self.own_ms.append((own - self._own) * 1000)
        self.waited_ms.append(grown.pop(self._here, 0.0))
        self.others_ms.append(max(grown.values(), default=0.0))
        self._own, self._last = time.thread_time(), time.perf_counter()

    def tell(self, phase: str) -> None:
        """Prints two lines; no more ticks come."""
        told(phase, self.stop())
        own, alone = np.array(self.own_ms), np.array(self.gaps_ms) - np.array(self.waited_ms)
        surely = np.maximum(own, alone - np.array(self.others_ms))
        for what, ms, limit in (
            ("own work", own, OWN_MS),
            ("gap without waiting for a processor", alone, DEAF_MS),
            ("... nor for a thread that waits for one", surely, DEAF_MS),
        ):
            print(f"  {what}: at most {ms.max():.1f} ms, over {limit:.0f} ms: {int((ms > limit).sum())}", flush=True)


class Waits:
    """How long each thread of this process has waited for a processor; nothing where the system does not tell."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}

    def ms(self) -> dict[str, float]:
        """Milliseconds since each began, by its number."""
        waited = {}
        with suppress(OSError):
            for thread in (one.name for one in Path("/proc/self/task").iterdir()):
                with suppress(OSError, IndexError):
                    file = self._files.get(thread) or os.open(f"/proc/self/task/{thread}/schedstat", os.O_RDONLY)
                    self._files[thread] = file
                    waited[thread] = int(os.pread(file, 80, 0).split()[1]) / 1e6
        return waited


def main() -> None:
    """Makes the folders where they are not there, and measures both."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--series", type=int, default=300)
    words.add_argument("--slices", type=int, default=200)
    words.add_argument("--in", dest="place", type=Path)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["LESIONSTUDIO_HOME"] = str(Path(temporary) / "home")
        place = chosen.place or Path(temporary)
        folders = {"a folder a series": place / "folders", "all in one folder": place / "flat"}
        for folder in folders.values():
            if not folder.is_dir():
                make_studies(folder, chosen.series, chosen.slices, flat=folder.name == "flat")
        measure(folders)


def measure(folders: dict[str, Path]) -> None:
    """Opens each folder in one window and prints."""
    from lesionstudio.gui.app import Desk, make_application
    from lesionstudio.gui.garbage import Garbage
    from lesionstudio.gui.main_window import MainWindow
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import load_settings

    settings = load_settings()
    app = make_application(settings)
    window = MainWindow(Look(app, settings.theme))
    window.show()
    window.look.icons.load()
    desk, garbage = Desk(window, settings), Garbage(window)
    garbage.spare_while(lambda: desk.session.reading() is not None)
    let_work(lambda: False, 8)
    ticks = Shares()
    let_work(lambda: False, 8)
    ticks.tell("at rest")
    for case, folder in folders.items():
        ticks = Shares()
        began = time.monotonic()
        desk.session.open_folder(folder)
        let_work(lambda: desk.session.folder == folder and desk.session.open is not None, 60)  # noqa: B023 - at once
        first_s = time.monotonic() - began
        let_work(lambda: desk.session.reading() is None, 600)
        list_s = time.monotonic() - began
        let_work(lambda: False, 5)
        ticks.tell(case)
        files = sum(len(item.source.files) for item in desk.session.known_items.values())
        kept = "kept" if first_s <= FIRST_PICTURE_S else "NOT KEPT"
        found = f"{len(desk.session.items)} series of {files} files after {list_s:.1f} s"
        print(f"  first picture after {first_s:.2f} s ({kept}), {found}", flush=True)
    desk.close()
    window.close()
    garbage.stop()


if __name__ == "__main__":
    main()
