"""From nothing: an oracle corrects slice by slice; held-out Dice against corrected slices and processor minutes.

Arms, one after the other, on one thread; what counts is processor time of the process that learns, so that other work
on the machine does not:
  ours      the program's learner, --budget seconds a correction
  half      the same with half of that
  rp        root-painter-trainer from PyPI, its own network and recipe, --peer-budget seconds a correction
  rp-short  the same with --budget
  once      the tutorial recipe (smp U-Net with ResNet34, Adam 1e-4, Dice loss, fp32, no augmentation), trained once at
            the end on the same slices for all of --budget times their number

    python -m tests.benchmarks.from_nothing --json FILE [--set lung_lidc] [--arms ours,once] [--seeds 0,1,2]
        [--at 5,10,20] [--budget 60] [--peer-budget 180] [--peer VENV] [--lend MODEL | --alone]

RootPainter (GPL) runs from an environment of its own: python3 -m venv VENV; VENV/bin/pip install root-painter-trainer.
A new model begins with the weights of the starter model, as Learn does; in the lung sets, which that one learned from,
with random ones. --lend names another model to begin with, one that did not learn from the sets; --alone: none.
A run that was broken off goes on: each figure is in the JSON as soon as it is known, the weights lie beside it.
"""

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

from lesionstudio.learning.processor import processor_name
from tests.benchmarks.correcting_arms import ARMS, Arm, Terms
from tests.benchmarks.to_correct import SETS, ToCorrect, mean_dice, to_correct

CLAIMED_SETS, CLAIMED_SHARE = 3, 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """What is run: where figures are kept, after how many corrections is measured, which arms, on which terms."""

    file: Path
    at: tuple[int, ...]
    arms: tuple[str, ...]
    terms: Terms
    lend: Path | None
    alone: bool


def run(asked: Asked, name: str, seed: int) -> None:
    """All arms of one set and seed, as far as they are not measured yet."""
    todo = to_correct(name, seed, max(asked.at), asked.lend, alone=asked.alone)
    for arm in asked.arms:
        kept = read(asked.file)
        points = kept.setdefault(name, {}).setdefault(str(seed), {}).setdefault(arm, [])
        done = {point["slices"] for point in points}
        if done < set(asked.at):
            place = asked.file.with_suffix("") / f"{name}-{seed}-{arm}"
            place.mkdir(parents=True, exist_ok=True)
            measure(asked, todo, ARMS[arm](todo, asked.terms, seed, place), (name, str(seed), arm), done)


def measure(asked: Asked, todo: ToCorrect, arm: Arm, where: tuple[str, str, str], done: set[int]) -> None:
    """Corrects slice by slice, from where the arm stands, and looks when so many are corrected."""
    try:
        for count, example in enumerate(todo.order, 1):
            if count > arm.corrected:
                arm.correct(example)
            if count in asked.at and count not in done:
                point = point_of(arm, todo, count)
                note(asked.file, where, point)
                print(*where, json.dumps(point), flush=True)
    finally:
        arm.close()


def point_of(arm: Arm, todo: ToCorrect, count: int) -> dict[str, Any]:
    """What is known when so many are corrected."""
    began = time.monotonic()
    each, together = mean_dice(arm.marks(todo.held_out), todo.held_out)
    return {
        "slices": count,
        "dice": round(each, 4),
        "dice_all": round(together, 4),
        "minutes": round(arm.seconds / 60, 2),
        "steps": arm.steps,
        "measured": len(todo.held_out),
        "looked_s": round(time.monotonic() - began, 1),
        "load": round(os.getloadavg()[0], 1),
        "begins": todo.lent.name if todo.lent else "random weights",
    }


def read(file: Path) -> dict[str, Any]:
    """The figures so far."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def note(file: Path, where: tuple[str, str, str], point: dict[str, Any]) -> None:
    """Keeps one more figure."""
    kept = read(file)
    name, seed, arm = where
    kept.setdefault("machine", f"{processor_name() or platform.processor()}, one thread, torch {torch.__version__}")
    points = kept.setdefault(name, {}).setdefault(seed, {}).setdefault(arm, [])
    points.append(point)
    points.sort(key=lambda one: one["slices"])
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    draft.replace(file)


def table(kept: dict[str, Any], at: tuple[int, ...]) -> None:
    """Prints what there is: the mean over seeds, per set and number of corrections, and what was promised."""
    for count in at:
        ahead = []
        for name in [one for one in SETS if one in kept]:
            means = {arm: mean for arm in ARMS if (mean := seeds_mean(kept[name], arm, count)) is not None}
            others = [dice for arm, dice in means.items() if arm in ("rp", "rp-short", "once")]
            if "ours" in means and others:
                ahead.append(means["ours"] > max(others))
            shown = "  ".join(f"{arm} {dice:.3f}" for arm, dice in means.items())
            print(f"{count:3d} slices  {name:12s} {shown}  ({len(kept[name])} seeds)")
        if ahead:
            verdict = "kept" if sum(ahead) >= CLAIMED_SETS else "NOT kept" if len(ahead) == len(SETS) else "unfinished"
            print(f"{count:3d} slices  ahead of all others on {sum(ahead)} of {len(ahead)} sets: {verdict}")
    for name in [one for one in SETS if one in kept]:
        compute(kept[name], name, max(at))


def compute(seeds: dict[str, Any], name: str, last: int) -> None:
    """Prints the share of RootPainter's minutes after which ours had its last Dice."""
    goal = seeds_mean(seeds, "rp-short", last)
    if goal is None:
        return
    theirs = max(point["minutes"] for arms in seeds.values() for point in arms.get("rp-short", []))
    reached = [
        point["minutes"]
        for arm in ("ours", "half")
        for point in next(iter(seeds.values())).get(arm, [])
        if (seeds_mean(seeds, arm, point["slices"]) or 0.0) >= goal
    ]
    share = min(reached) / theirs if reached else None
    said = "never" if share is None else f"after {share:.2f} of its processor time"
    verdict = "kept" if share is not None and share <= CLAIMED_SHARE else "NOT kept"
    print(f"{name}: RootPainter's {goal:.3f} at {last} slices (short budget) is reached {said}: {verdict}")


def seeds_mean(seeds: dict[str, Any], arm: str, count: int) -> float | None:
    """The mean Dice of an arm over the seeds that have it."""
    found = [point["dice"] for arms in seeds.values() for point in arms.get(arm, []) if point["slices"] == count]
    return sum(found) / len(found) if found else None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", type=Path, required=True)
    options.add_argument("--set", choices=SETS, action="append")
    options.add_argument("--arms", default="")
    options.add_argument("--seeds", default="0")
    options.add_argument("--at", default="5,10,20")
    options.add_argument("--budget", type=float, default=60.0)
    options.add_argument("--peer-budget", type=float, default=180.0)
    options.add_argument("--peer", type=Path)
    options.add_argument("--lend", type=Path)
    options.add_argument("--alone", action="store_true")
    options.add_argument("--only-table", action="store_true")
    given = options.parse_args()
    torch.set_num_threads(1)
    arms = tuple(given.arms.split(",")) if given.arms else tuple(one for one in ARMS if given.peer or "rp" not in one)
    at = tuple(int(one) for one in given.at.split(","))
    terms = Terms(given.budget, given.peer_budget, given.peer)
    asked = Asked(given.json.absolute(), at, arms, terms, given.lend, given.alone)
    for name in () if given.only_table else given.set or SETS:
        for seed in [int(one) for one in given.seeds.split(",")]:
            run(asked, name, seed)
    table(read(asked.file), at)


if __name__ == "__main__":
    main()
