"""How smooth the window is while a model learns: gaps between ticks of a 1 ms timer, at rest and beside the learning.

The real window turns a slice every 16 ms; the real compute process learns along at full speed, with the priority it
gives itself (nice 10), at nice 19, in Linux's idle class and in its batch class. All phases in turn, --rounds times, so
that whatever else the machine does hits all of them. Processor time of the compute process is told too: a class in
which it starves is no choice.

    python -m tests.benchmarks.window_while_learning [--seconds 15] [--rounds 2]

Promised: p99 at most 1.3 times that at rest, and no gap over 50 ms more than at rest.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from tests.benchmarks.bench_window import DEAF_MS, Ticks, let_work, make_volume
from tests.benchmarks.feedback import Bench

PROMISED_TIMES, LESSONS = 1.3, 8
CLASSES = ("nice 10", "nice 19", "idle", "batch")


def put_into(process: int, name: str) -> None:
    """Gives all threads of a process this class."""
    for thread in [int(one.name) for one in Path(f"/proc/{process}/task").iterdir()]:
        if name == "idle":
            os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
            continue
        policy = os.SCHED_BATCH if name == "batch" else os.SCHED_OTHER
        os.sched_setscheduler(thread, policy, os.sched_param(0))
        os.setpriority(os.PRIO_PROCESS, thread, 19 if name == "nice 19" else 10)


class Smoothness:
    """A window that turns slices, and the gaps it had in each phase."""

    def __init__(self, folder: Path, seconds: float) -> None:
        from lesionstudio.gui.app import Desk, make_application
        from lesionstudio.gui.main_window import MainWindow
        from lesionstudio.gui.theme import Look
        from lesionstudio.settings import load_settings
        from tests.stand_in import StandIn

        settings = load_settings()
        self.window = MainWindow(Look(make_application(settings), settings.theme))
        self.window.show()
        self.window.look.icons.load()
        self.desk = Desk(self.window, settings, StandIn)
        self.session, self._seconds = self.desk.session, seconds
        self.gaps: dict[str, list[float]] = {}
        self.session.open_folder(folder)
        let_work(lambda: self.session.open is not None and self.session.reading() is None, 60)
        let_work(lambda: False, 5)

    def phase(self, name: str) -> None:
        """Turns slices for a while."""
        ticks = Ticks(self._turn)
        let_work(lambda: False, self._seconds)
        self.gaps.setdefault(name, []).extend(ticks.stop())

    def close(self) -> None:
        self.desk.close()
        self.window.close()

    def _turn(self) -> None:
        assert self.session.scan is not None
        self.session.go_to_slice((self.session.slice_number + 1) % self.session.scan.slices)


def told(gaps: dict[str, list[float]], worked: dict[str, float], per: float) -> None:
    """Prints a line a phase, and which classes keep the promise."""
    rest = np.array(gaps["at rest"])
    for name, values in gaps.items():
        found = np.array(values)
        p99, times = np.percentile(found, 99), np.percentile(found, 99) / np.percentile(rest, 99)
        deaf, at_rest = int((found > DEAF_MS).sum()), int((rest > DEAF_MS).sum())
        verdict = "" if name == "at rest" else "kept" if times <= PROMISED_TIMES and deaf <= at_rest else "NOT kept"
        print(
            f"{name:8s} ticks {len(found):6d}  median {np.median(found):5.2f}  p99 {p99:6.2f} ({times:.2f} x)  "
            f"max {found.max():7.2f} ms  over {DEAF_MS:.0f} ms: {deaf}  "
            f"learning had {worked.get(name, 0.0) / per:.2f} processors  {verdict}"
        )


def measured(bench: Bench, seconds: float, rounds: int, folder: Path) -> None:
    """All phases in turn; the learning is stopped as a whole while the window is at rest."""
    import signal

    for name in bench.to_check()[:LESSONS]:
        bench.check(name)
    bench.learn()
    bench.hear(lambda _message: len(bench.seen) >= 1)
    process = bench.compute.process_id
    assert process is not None
    smooth, worked = Smoothness(folder, seconds), dict[str, float]()
    try:
        for _round in range(rounds):
            os.kill(process, signal.SIGSTOP)
            smooth.phase("at rest")
            os.kill(process, signal.SIGCONT)
            for name in CLASSES:
                put_into(process, name)
                before = bench.worked_s()
                smooth.phase(name)
                worked[name] = worked.get(name, 0.0) + bench.worked_s() - before
    finally:
        os.kill(process, signal.SIGCONT)
        smooth.close()
    bench.stop()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {rounds} rounds of {seconds:.0f} s")
    told(smooth.gaps, worked, seconds * rounds)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=float, default=15.0)
    words.add_argument("--rounds", type=int, default=2)
    asked = words.parse_args()
    place = Path(tempfile.mkdtemp(prefix="lesionstudio-window-"))
    os.environ["LESIONSTUDIO_HOME"] = str(place / "home")
    make_volume(place / "chest", 64)
    bench = Bench(place)
    try:
        measured(bench, asked.seconds, asked.rounds, place / "chest")
    finally:
        bench.close()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
