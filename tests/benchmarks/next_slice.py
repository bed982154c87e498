"""The list of what to look at next against random order: held-out Dice after the same number of corrections.

Both arms correct the same first slices in the order of the set; then each takes from the same pool, the one what
learning/uncertainty.py chooses by the learner's own doubts, the other by chance, and both learn for --budget processor
seconds a correction. Choosing costs time that is told but not counted. `list` is the list as the window shows it, with
its random fifth; `chosen` the same without.

    python -m tests.benchmarks.next_slice --json FILE [--set em_isbi2012] [--seeds 0,1,2] [--corrections 10]
        [--first 3] [--pool 40] [--budget 20]

A run that was broken off goes on with the next arm.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from lesionstudio.learning.examples import Example
from lesionstudio.learning.finetuning import begun_network
from lesionstudio.learning.going_on import Learner
from lesionstudio.learning.inference import Predictor
from lesionstudio.learning.torch_engine import TorchEngine
from lesionstudio.learning.uncertainty import RANDOM_EVERY, choose, doubt_of, flipped
from tests.benchmarks.correcting_arms import drafts
from tests.benchmarks.from_nothing import note, read, seeds_mean
from tests.benchmarks.to_correct import SETS, ToCorrect, mean_dice, to_correct

ARMS = ("chosen", "list", "random")


def chosen(arm: str, learner: Learner, pool: list[Example], seed: int) -> Example:
    """The next slice to correct, by this arm."""
    if arm == "random":
        return pool[int(np.random.default_rng((seed, len(pool))).integers(len(pool)))]
    precision = "bf16" if learner.hardware.precision == "bf16" else "fp32"
    predictor = Predictor(learner.card, TorchEngine(learner.averaged, learner.card.channels, "cpu", precision))
    doubts = [
        doubt_of(flipped(predictor, one.pixels), learner.card.threshold, one.group, n) for n, one in enumerate(pool)
    ]
    # One slice at a time is asked for: the random fifth is drawn here as the list draws it.
    is_by_chance = arm == "list" and len(pool) % RANDOM_EVERY == 0
    return (
        chosen("random", learner, pool, seed)
        if is_by_chance
        else pool[choose(doubts, 1, random_every=0)[0].doubt.slice]
    )


def run(todo: ToCorrect, arm: str, seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Corrects and learns; gives the figures at the end."""
    network = begun_network(todo.card, todo.lent, new=True, seed=seed)
    learner = Learner(todo.card, network, (True,), new=True, seed=seed, budget_s=asked.budget, clock=time.process_time)
    pool, choosing = list(todo.order[asked.first :]), 0.0
    for count in range(asked.corrections):
        began = time.process_time()
        one = todo.order[count] if count < asked.first else chosen(arm, learner, pool, seed)
        choosing += time.process_time() - began
        pool = [other for other in pool if other is not one]
        learner.add(one.id, one)
        while learner.is_hungry:
            learner.step()
    each, together = mean_dice(drafts(learner.averaged, todo.card, todo.held_out), todo.held_out)
    facts = {"slices": asked.corrections, "dice": round(each, 4), "dice_all": round(together, 4)}
    return {**facts, "minutes": round(learner.seconds / 60, 2), "choosing_minutes": round(choosing / 60, 2)}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--json", type=Path, required=True)
    words.add_argument("--set", choices=SETS, action="append")
    words.add_argument("--seeds", default="0")
    words.add_argument("--corrections", type=int, default=10)
    words.add_argument("--first", type=int, default=3)
    words.add_argument("--pool", type=int, default=40)
    words.add_argument("--budget", type=float, default=20.0)
    asked = words.parse_args()
    torch.set_num_threads(1)
    for name in asked.set or SETS:
        for seed in [int(one) for one in asked.seeds.split(",")]:
            todo = to_correct(name, seed, asked.first + asked.pool)
            for arm in ARMS:
                if not read(asked.json).get(name, {}).get(str(seed), {}).get(arm):
                    point = run(todo, arm, seed, asked)
                    note(asked.json, (name, str(seed), arm), point)
                    print(name, seed, arm, point, flush=True)
    told(read(asked.json), asked.corrections)


def told(kept: dict[str, Any], count: int) -> None:
    """Prints a line a set: the means over the seeds, and whether choosing was no worse than chance."""
    for name in [one for one in SETS if one in kept]:
        means = {arm: seeds_mean(kept[name], arm, count) for arm in ARMS}
        shown = "  ".join(f"{arm} {dice:.3f}" for arm, dice in means.items() if dice is not None)
        listed, chance = means["list"], means["random"]
        verdict = "" if listed is None or chance is None else "no worse" if listed >= chance else "WORSE"
        print(f"{name:12s} after {count} corrections: {shown}  ({len(kept[name])} seeds) {verdict}")


if __name__ == "__main__":
    main()
