"""Kills a process that paints in the real window, again and again on one study, and looks at what is left each time.

    python -m tests.benchmarks.kill [--kills 200] [--seed 1] [--state FILE]

With --state the run can be broken off and goes on where it was. After each kill: every mask can be read; each is, in
all its layers, what it was after one of the steps; and no step committed more than 1 s before the kill is missing.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.painter import fingerprint, paint_until_killed

PROMISED_S, LONGEST_WAIT_S = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """What one kill left: how many steps there had been, how many of the youngest are missing, and how old those."""

    steps: int
    missing: int
    oldest_missing_s: float
    parts: int


class Killer:
    """Starts painters by forking a process that has imported everything, and kills them. One study, many lives."""

    def __init__(self, study: Path, seed: int) -> None:
        self.study, self.chance = study, random.Random(seed)
        self._log = study.parent / "log.jsonl"
        self._starter = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.kill", "--starter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LESIONSTUDIO_HOME": str(study.parent / "home"), "QT_QPA_PLATFORM": "offscreen"},
            cwd=Path(__file__).parents[2],
        )

    def close(self) -> None:
        """No more."""
        self._starter.communicate()

    def kill_once(self, at_most_s: float) -> Found:
        """Lets a painter live for a random time and looks at what it leaves. Raises AssertionError if it is wrong."""
        self._log.unlink(missing_ok=True)
        painter = self._start()
        self._wait_for_first_step()
        time.sleep(self.chance.uniform(0.0, at_most_s))
        os.kill(painter, signal.SIGKILL)
        killed = time.monotonic()
        assert self._said() == "9", "the painter died before it was killed"
        return look(self.study, self._log, killed)

    def _start(self) -> int:
        self._tell(f"{self.study}\t{self.chance.randrange(1 << 30)}\t{self._log}")
        return int(self._said())

    def _tell(self, line: str) -> None:
        assert self._starter.stdin is not None
        self._starter.stdin.write(line + "\n")
        self._starter.stdin.flush()

    def _said(self) -> str:
        assert self._starter.stdout is not None
        return self._starter.stdout.readline().strip()

    def _wait_for_first_step(self) -> None:
        end = time.monotonic() + LONGEST_WAIT_S
        while not (self._log.exists() and self._log.stat().st_size):
            assert time.monotonic() < end, "the painter never began"
            time.sleep(0.005)


def look(study: Path, log: Path, killed: float) -> Found:
    """What is left in a study of the steps in this log. Raises AssertionError where a mask or a step is wrong."""
    from lesionstudio.project.project import Project

    lines = [json.loads(line) for line in log.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    project = Project.open(study, write=False)
    steps = missing = parts = 0
    oldest = 0.0
    for item_id in project.items:
        of_item = [line for line in lines if line["item"] == item_id]
        late = of_item[_place_of(project, item_id, of_item) + 1 :]
        steps, missing = steps + len(of_item), missing + len(late)
        parts += sum(one["part"] for one in of_item)
        oldest = max([oldest, *(killed - line["t"] for line in late)])
    project.close()
    assert oldest < PROMISED_S, f"a step was {oldest:.2f} s old and is missing"
    return Found(steps, missing, oldest, parts)


def _place_of(project: "Project", item_id: str, lines: list[dict[str, object]]) -> int:  # type: ignore[name-defined]  # noqa: F821
    """The last step after which the mask was what it is now; fails when it never was."""
    from lesionstudio.imaging.formats import read_scan

    scan = read_scan(project.items[item_id].source)
    mask = project.load_mask(item_id, scan.geometry, scan.slice_ids)
    whole, layers = fingerprint(mask), fingerprint(mask, with_facts=False)
    same = [n for n, line in enumerate(lines) if line["mask"] == (layers if line["part"] else whole)]
    assert same or not lines, f"{item_id} is not what it was after any of its {len(lines)} steps"
    return same[-1] if same else 0


@contextmanager
def killer(place: Path, seed: int) -> Iterator[Killer]:
    """A study of one small volume and one picture in this place, and who kills those that work on it."""
    from tests import phantoms

    study = place / "study"
    if not study.exists():
        phantom = phantoms.ct_phantom((6, 64, 64), (5.0, 2.0, 2.0))
        phantoms.write_nifti(study / "ct.nii.gz", phantom.voxels, phantom.affine)
        phantoms.write_png(study / "photo.png", phantoms.picture_phantom())
    made = Killer(study, seed)
    try:
        yield made
    finally:
        made.close()


def start_painters() -> None:
    """For each line of the input forks a painter, says its number, and when it is dead, of which signal it died."""
    import cv2
    import nibabel
    import zstandard
    from PySide6 import QtCore, QtTest, QtWidgets

    from lesionstudio.gui import app, main_window, wiring
    from tests import stand_in
    from tests.gui.desk import put_model_on_shelf

    assert all((cv2, nibabel, zstandard, QtCore, QtTest, QtWidgets, app, main_window, wiring, stand_in))
    with suppress(FileExistsError):
        put_model_on_shelf()
    for line in sys.stdin:
        folder, seed, log = line.rstrip("\n").split("\t")
        painter = os.fork()
        if painter == 0:
            os.dup2(2, 1)
            try:
                paint_until_killed(Path(folder), int(seed), Path(log))
            finally:
                os._exit(1)
        print(painter, flush=True)
        print(os.WTERMSIG(os.waitpid(painter, 0)[1]), flush=True)


def main() -> None:
    """Kills so often, or goes on with a run that was broken off, and says what was found."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--kills", type=int, default=200)
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--longest", type=float, default=2.5, help="seconds a painter may live")
    said.add_argument("--state", type=Path)
    said.add_argument("--starter", action="store_true")
    chosen = said.parse_args()
    if chosen.starter:
        start_painters()
        return
    place = chosen.state.with_suffix(".study") if chosen.state else Path(tempfile.mkdtemp())
    done = json.loads(chosen.state.read_text()) if chosen.state and chosen.state.exists() else []
    with killer(place, chosen.seed + len(done)) as one:
        while len(done) < chosen.kills:
            found = one.kill_once(chosen.longest)
            done.append([found.steps, found.missing, found.oldest_missing_s, found.parts])
            if chosen.state:
                chosen.state.write_text(json.dumps(done))
            print(f"{len(done)}: {found}", flush=True)
    steps, missing, oldest, parts = zip(*done)
    print(
        f"{len(done)} kills, {sum(steps)} steps ({sum(parts)} parts of strokes): every mask readable and right; "
        f"{sum(missing)} steps not on the disk yet, the oldest {max(oldest) * 1000:.0f} ms before the kill"
    )


if __name__ == "__main__":
    main()
