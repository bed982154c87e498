"""Anything, in any order: learn while I work, paint, segment, undo, check, cancel, at random in the real window.

    python -m tests.benchmarks.anything [--minutes 10] [--seed 1] [--stand-in] [--keep FOLDER]

Everything is used once before memory is looked at: what a page or a verb brings with it (scipy alone is 30 MiB) comes
once and is no growth. At the end: memory in use by window and compute process has grown by less than 5 % from the
second third of the run to the last, no thread and no process is left, no mistake came up, and every mask on the disk
is, in all its layers, what it was after its last step. The proof are ten minutes. One minute judges the window alone,
the compute process is still coming up then. --stand-in takes the tests' stand-in for it, which learns and segments
without a network.
"""

import argparse
import ctypes
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from tests.benchmarks.painter import Painter, fingerprint

MOST_GROWTH, PICTURES, LEAVING_S, COMES_UP_S = 0.05, 8, 10.0, 120.0
WORK = {
    "undo": 6,
    "redo": 3,
    "segment_slice": 4,
    "segment_scan": 1,
    "accept": 3,
    "reject": 1,
    "check_slice": 3,
    "learn_along": 1,
    "learn": 1,
    "cancel_job": 2,
    "page": 1,
}
PAGES = ("draw", "learn_page", "results_page", "draw")
ONCE = ("segment_slice", "accept", "undo", "redo", "learn_page", "results_page", "draw", "learn", "learn_along")


class Anyone(Painter):
    """Hands that do anything until the time is over."""

    def work_for(self, folder: Path, seconds: float, look: "Memory") -> None:
        """Opens the folder, works, and comes to rest."""
        self.session.open_folder(folder)
        self.wait(lambda: self.session.open is not None and self.session.reading() is None)
        assert self.session.can_edit, self.session.saved.text
        self.write_down_steps()
        self.use_everything_once()
        began = time.monotonic()
        while (gone := time.monotonic() - began) < seconds:
            self.chance.choices((self.stroke, self.key, self.turn, self.other_scan), (12, 8, 3, 1))[0]()
            look.at(gone / seconds)
        self.trigger("draw")
        if self.window.actions_by_verb["learn_along"].isChecked():
            self.trigger("learn_along")
        self.trigger("cancel_job")

    def use_everything_once(self) -> None:
        """So that what comes later came before; what is shown is painted, and a draft has come."""
        self.stroke()
        for verb in ONCE:
            self.trigger(verb)
            end = time.monotonic() + COMES_UP_S
            if verb == "segment_slice":
                self.wait(lambda end=end: not self.desk.parts.models.is_busy or time.monotonic() > end)
        self.trigger("cancel_job")
        for item in list(self.session.items)[::3]:
            self.session.open_item(item.id)
            self.wait(lambda: self.session.reading() is None)

    def key(self) -> None:
        """One of the menu's entries."""
        verb = self.chance.choices(list(WORK), list(WORK.values()))[0]
        self.trigger(self.chance.choice(PAGES) if verb == "page" else verb)

    def trigger(self, verb: str) -> None:
        """Does what an entry does, where it may be done now."""
        if self.window.actions_by_verb[verb].isEnabled():
            self.window.actions_by_verb.trigger(verb)
        self.breathe()

    def stroke(self) -> None:
        """Painting is done on the page of drawing."""
        if self.window.draw_page.picture.isVisible():
            super().stroke()
        else:
            self.trigger("draw")


@dataclass(slots=True)
class Memory:
    """Bytes in use by this process and its compute process, at points of the run from 0 to 1.

    A compute process that has just begun, as it does after a cancel that was not answered in time, still comes up: it
    is 0 until then, and points of 0 are not looked at.
    """

    compute: Any
    points: list[tuple[float, int, int]] = field(default_factory=list)
    born: dict[int, float] = field(default_factory=dict)

    def at(self, share: float) -> None:
        """One look, at most a hundred in a run."""
        if not self.points or share - self.points[-1][0] >= 0.01:
            process, now = getattr(self.compute, "process_id", None), time.monotonic()
            is_up = process is not None and now - self.born.setdefault(process, now) >= COMES_UP_S
            compute = resident(process) if process is not None and is_up else 0
            self.points.append((share, resident(os.getpid()) - lying_free(), compute))

    def growth(self, which: int) -> float:
        """By which share the median of the last third is more than that of the second."""
        parts = [
            sorted(point[which] for point in self.points if low <= point[0] < low + 1 / 3 and point[which])
            for low in (1 / 3, 2 / 3)
        ]
        before, after = (part[len(part) // 2] if part else 0 for part in parts)
        return after / before - 1 if before and after else 0.0


def resident(process: int) -> int:
    """Bytes of memory a process holds; 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


class MallocInfo(ctypes.Structure):
    """What glibc's mallinfo2 gives; `fordblks` is what it holds and nobody uses."""

    _fields_ = [(f"before_{n}", ctypes.c_size_t) for n in range(8)] + [
        ("fordblks", ctypes.c_size_t),
        ("keepcost", ctypes.c_size_t),
    ]


def lying_free() -> int:
    """Bytes that this process gave back to malloc, which keeps them for what comes next; 0 where it does not say."""
    asked = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if asked is None:
        return 0
    asked.restype = MallocInfo
    return int(asked().fordblks)


def children() -> list[str]:
    """Processes this one has started that are there still, dead or alive."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            words = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found.append(words or f"zombie {child}")
    return found


def lost(folder: Path, log: Path) -> list[str]:
    """The items whose mask on the disk is not what it was after its last whole step.

    Another scan may come up in the middle of a stroke: what was painted of it so far is kept, or all of it taken back.
    """
    from lesionstudio.imaging.formats import read_scan
    from lesionstudio.project.project import Project

    last: dict[str, dict[bool, str]] = {}
    for line in log.read_text(encoding="ascii").splitlines():
        step = json.loads(line)
        before = last.get(step["item"], {}) if step["part"] else {}
        last[step["item"]] = {**before, step["part"]: step["mask"]}
    project, wrong = Project.open(folder, write=False), []
    for item_id, wanted in last.items():
        scan = read_scan(project.items[item_id].source)
        mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
        if all(fingerprint(mask, with_facts=not is_part) != print_ for is_part, print_ in wanted.items()):
            wrong.append(item_id)
    project.close()
    return wrong


def made_study(place: Path) -> Path:
    """Pictures of which some are checked, and a small volume."""
    from tests import phantoms, studies

    folder = place / "study"
    studies.checked_study(folder, PICTURES)
    phantom = phantoms.ct_phantom((6, 64, 64), (5.0, 2.0, 2.0))
    phantoms.write_nifti(folder / "ct.nii.gz", phantom.voxels, phantom.affine)
    return folder


def anything(place: Path, seconds: float, seed: int, *, stands_in: bool) -> list[str]:
    """Works for so long in a study of its own; what is wrong afterwards, as sentences."""
    os.environ["LESIONSTUDIO_HOME"] = str(place / "home")
    from lesionstudio.compute.worker import LocalCompute
    from lesionstudio.gui.app import Desk, make_application
    from lesionstudio.gui.main_window import MainWindow
    from lesionstudio.gui.theme import Look
    from lesionstudio.settings import Settings
    from tests.gui.desk import put_model_on_shelf
    from tests.stand_in import StandIn

    folder, log, mistakes = made_study(place), place / "steps.jsonl", list[str]()
    if stands_in:
        put_model_on_shelf()
    sys.excepthook = lambda kind, error, _where: mistakes.append(f"{kind.__name__}: {error}")
    threads = set(threading.enumerate())
    application = make_application(Settings(hold_out_slices=False))
    window = MainWindow(Look(application, "dark"))
    window.look.icons.load()
    computes: list[Any] = []

    def start(listener: Any) -> Any:
        computes.append(StandIn(listener) if stands_in else LocalCompute(listener))
        return computes[0]

    desk = Desk(window, Settings(hold_out_slices=False), start)
    window.show()
    memory = Memory(computes[0])
    hands = Anyone(desk, window, random.Random(seed), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    hands.work_for(folder, seconds, memory)
    desk.close()
    window.close()
    return mistakes + left_over(threads) + grown(memory, seconds) + [f"lost: {item}" for item in lost(folder, log)]


def left_over(threads: set[threading.Thread]) -> list[str]:
    """Threads and processes that are there some seconds after the window was closed; readers end with this process."""
    end = time.monotonic() + LEAVING_S
    while time.monotonic() < end:
        left = [f"thread: {one.name}" for one in set(threading.enumerate()) - threads if one.is_alive()]
        left += [f"process: {one}" for one in children() if " _read" not in one]
        if not left:
            break
        time.sleep(0.05)
    return left


def grown(memory: Memory, seconds: float) -> list[str]:
    """Says where memory grew by more than was promised; and how much there is, on the way.

    Some seconds are too few to say anything, and the compute process, which loads torch, comes up for two minutes.
    """
    names = ("", "window", "compute process")
    print(f"the compute process was started {len(memory.born)} times")
    for which in (1, 2):
        held = memory.points[-1][which] / 2**20
        print(f"{names[which]}: {held:.0f} MiB at the end, growth {memory.growth(which):+.1%}", flush=True)
    judged = [which for which, least_s in ((1, 60.0), (2, 300.0)) if seconds >= least_s]
    return [f"memory of the {names[which]} grew" for which in judged if memory.growth(which) > MOST_GROWTH]


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--minutes", type=float, default=10.0)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--stand-in", action="store_true")
    words.add_argument("--keep", type=Path)
    asked = words.parse_args()
    place = asked.keep or Path(tempfile.mkdtemp(prefix="lesionstudio-anything-"))
    place.mkdir(parents=True, exist_ok=True)
    wrong = anything(place, asked.minutes * 60, asked.seed, stands_in=asked.stand_in)
    steps = len((place / "steps.jsonl").read_text(encoding="ascii").splitlines())
    print(f"{asked.minutes:g} minutes, {steps} steps: " + ("all well" if not wrong else "; ".join(wrong)))
    if not asked.keep:
        shutil.rmtree(place, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
