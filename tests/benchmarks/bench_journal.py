"""What keeping every stroke costs the hand, and how soon it is on the disk: a quick disk, and one of 0.5 s a call.

    python -m tests.benchmarks.bench_journal [--seconds 15] [--slices 40]

Strokes are painted in the real window on a CT of 512 x 512 pixels a slice, one after the other, with a turn of the page
now and then. Printed for each disk: gaps between ticks of a 1 ms timer (how long the window was deaf), and for each
record the time from its commit until it was flushed. The disk is in memory; what it takes is what it is told to take.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from tests.benchmarks.bench_window import Ticks, let_work, make_volume, told
from tests.benchmarks.painter import Painter
from tests.disks import instead, slow


def main() -> None:
    """Both disks, one after the other, in one window."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=15)
    words.add_argument("--slices", type=int, default=40)
    chosen = words.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as place:
        os.environ["LESIONSTUDIO_HOME"] = str(Path(place) / "home")
        make_volume(Path(place) / "chest", chosen.slices)
        measure(Path(place) / "chest", chosen.seconds)


def measure(chest: Path, seconds: float) -> None:
    """Paints for so long on each disk, and prints."""
    from lesionstudio.gui.app import Desk, make_application
    from lesionstudio.gui.main_window import MainWindow
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import Settings
    from tests.stand_in import StandIn

    settings = Settings(hold_out_slices=False)
    window = MainWindow(Look(make_application(settings), "dark"))
    window.look.icons.load()
    desk = Desk(window, settings, StandIn)
    window.show()
    desk.session.open_folder(chest)
    let_work(lambda: desk.session.open is not None and desk.session.reading() is None, 60)
    let_work(lambda: False, 3)
    painter = Painter(desk, window, random.Random(1), os.open(os.devnull, os.O_WRONLY))
    paint(painter, 3, [])
    for name, disk in (("a quick disk", nullcontext()), ("0.5 s a call", instead(slow(0.5)))):
        waits: list[float] = []
        with disk:
            gaps = paint(painter, seconds, waits)
            let_work(lambda: desk.session.autosave.is_settled, 60)
        told(name, gaps)
        flushed = np.sort(waits) * 1000
        print(
            f"{'':28s} {len(waits)} records on the disk after {np.median(flushed):.1f} ms, the latest {flushed[-1]:.0f}"
        )
    window.close()
    let_work(lambda: desk.parts.runner.is_idle, 60)
    desk.close()


def paint(painter: Painter, seconds: float, waits: list[float]) -> list[float]:
    """Strokes and turned pages for so long; the gaps of the window."""
    journal = painter.session.autosave.journal
    undo = time_each(journal, waits)
    ticks, end = Ticks(lambda: None), time.monotonic() + seconds
    while time.monotonic() < end:
        painter.chance.choices((painter.stroke, painter.turn), (6, 1))[0]()
    gaps = ticks.stop()
    let_work(lambda: journal.is_settled, 60)
    undo()
    return gaps


def time_each(journal: Any, waits: list[float]) -> Callable[[], None]:
    """Notes for each record how long it took from its commit to the flush; call what is returned to stop."""
    add, kept = journal._add, journal._project.kept
    keep, since = kept.keep, dict[int, float]()

    def add_and_note(item_id: str, record: Any) -> None:
        since[id(record)] = time.monotonic()
        add(item_id, record)

    def keep_and_note(item_id: str, generation: int, records: list[Any]) -> None:
        keep(item_id, generation, records)
        waits.extend(time.monotonic() - since.pop(id(record)) for record in records if id(record) in since)

    journal._add, kept.keep = add_and_note, keep_and_note

    def stop() -> None:
        journal._add, kept.keep = add, keep

    return stop


if __name__ == "__main__":
    main()
