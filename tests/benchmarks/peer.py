"""Train against a plain peer: how much of the peer's time ours needs to reach the peer's final validation Dice.

The peer is what tutorials do: smp U-Net with ResNet34, Adam with 1e-4, Dice loss, fp32, no augmentation, pictures as
they are. Both sides see the same pictures, are judged on the same validation part in the same way (mean Dice of the
pictures with a mark, at the threshold that suits each best), and run in one process, some steps in turn, so that other
work on the machine disturbs both. What counts is processor time of this process while it learns; looking at the
validation part is not counted.

    python -m tests.benchmarks.peer [--set lidc|brain] [--minutes 10] [--seed 0] [--json FILE]

`--minutes` are processor minutes of the peer; ours stops at a third of them, which is what was promised. With --json
the run goes on where an earlier one ended: the curves are kept there, the weights beside it.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from lesionstudio.imaging.pairs import pairs_of_data
from lesionstudio.learning.checkpoints import read_checkpoint, save_checkpoint
from lesionstudio.learning.course import Course
from lesionstudio.learning.examples import Example
from lesionstudio.learning.fabric_trainer import FabricTrainer
from lesionstudio.learning.folder_run import Order, course_for, settled
from lesionstudio.learning.judging import THRESHOLDS, Judge
from lesionstudio.learning.losses import loss_named
from lesionstudio.learning.torchvision_guard import segmentation_models
from lesionstudio.progress import silent
from lesionstudio.recipe import Recipe
from lesionstudio.workflows.training_set import Question, TrainingSet, training_set

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = {"lidc": ("lung_lidc", "", 8), "brain": ("brain_lgg", "1", 2)}
PROMISED, BATCH, LOOKS, LOOKED_AT = 1 / 3, 8, 20, 64


class Side(Protocol):
    """One of the two: learns a batch, shows its network."""

    def step(self, fraction: float) -> None: ...

    @property
    def network(self) -> torch.nn.Module: ...

    def state(self) -> dict[str, torch.Tensor]: ...

    def restore(self, tensors: dict[str, torch.Tensor], steps: int) -> None: ...


class Peer:
    """As tutorials do it: epochs in random order, Adam, Dice loss over the batch, float32."""

    def __init__(self, examples: list[Example], labels: int, seed: int) -> None:
        torch.manual_seed(seed)
        smp = segmentation_models()
        planes = len(examples[0].pixels)
        self.network: torch.nn.Module = smp.Unet("resnet34", encoder_weights=None, in_channels=planes, classes=labels)
        self._loss = smp.losses.DiceLoss("binary" if labels == 1 else "multilabel", from_logits=True)
        self._adam = torch.optim.Adam(self.network.parameters(), 1e-4)
        self._examples, self._labels, self._seed, self._steps = examples, labels, seed, 0

    def step(self, _fraction: float) -> None:
        count = len(self._examples) // BATCH
        order = np.random.default_rng((self._seed, self._steps // count)).permutation(len(self._examples))
        chosen = [self._examples[n] for n in order[self._steps % count * BATCH :][:BATCH]]
        pixels = torch.from_numpy(np.stack([one.pixels for one in chosen]))
        marks = np.stack([[one.marks == n for n in range(1, self._labels + 1)] for one in chosen])
        self.network.train()
        self._adam.zero_grad()
        self._loss(self.network(pixels), torch.from_numpy(marks).float()).backward()
        self._adam.step()
        self._steps += 1

    def state(self) -> dict[str, torch.Tensor]:
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        for place, its in self._adam.state_dict()["state"].items():
            tensors |= {f"adam.{place}.{name}": value for name, value in its.items()}
        return tensors

    def restore(self, tensors: dict[str, torch.Tensor], steps: int) -> None:
        self.network.load_state_dict({n[8:]: value for n, value in tensors.items() if n.startswith("network.")})
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in tensors.items():
            if name.startswith("adam."):
                _adam, place, entry = name.split(".")
                states.setdefault(int(place), {})[entry] = value
        groups = self._adam.state_dict()["param_groups"]
        self._adam.load_state_dict({"state": states, "param_groups": groups})
        self._steps = steps


class Ours:
    """`lesionstudio train` as it is without options."""

    def __init__(self, course: Course) -> None:
        self._trainer: FabricTrainer = course.trainer

    def step(self, fraction: float) -> None:
        self._trainer.step(fraction)

    @property
    def network(self) -> torch.nn.Module:
        return self._trainer.averaged

    def state(self) -> dict[str, torch.Tensor]:
        return self._trainer.state()

    def restore(self, tensors: dict[str, torch.Tensor], steps: int) -> None:
        self._trainer.restore(tensors, steps)


@dataclass(slots=True)
class Runner:
    """One side with its clock and curve: [processor minutes, steps, Dice]."""

    name: str
    side: Side
    minutes: float
    judge: Judge
    steps: int = 0
    seconds: float = 0.0
    curve: list[list[float]] = field(default_factory=list)

    @property
    def fraction(self) -> float:
        return min(self.seconds / 60 / self.minutes, 1.0)

    def go_on(self, until: float) -> None:
        """Learns until this share of its time is over, then looks."""
        while self.fraction < until:
            began = time.process_time()
            self.side.step(self.fraction)
            self.seconds += time.process_time() - began
            self.steps += 1
        self.curve.append([round(self.seconds / 60, 3), self.steps, round(self.dice(self.judge), 4)])

    def dice(self, judge: Judge) -> float:
        self.side.network.eval()
        *_rest, seen = judge.look(self.side.network, "cpu", None)
        assert seen is not None
        return max(seen.dice(threshold) for threshold in THRESHOLDS)


def data_of(name: str, seed: int) -> tuple[TrainingSet, Recipe]:
    """The pictures of a set, and the recipe that ours has for them."""
    folder, channels, orientations = SETS[name]
    plan = Recipe(seed=seed, orientations=orientations)
    found = training_set(pairs_of_data(DATA / folder), plan, name, Question(channels), silent)
    sizes = [(one.marks.shape[0], one.marks.shape[1]) for one in found.learned]
    return found, settled(plan, sizes)


def resumed(runner: Runner, kept: dict[str, Any], file: Path | None) -> None:
    """Puts a side where an earlier run left it."""
    if file is None or runner.name not in kept:
        return
    saved = kept[runner.name]
    tensors, _facts = read_checkpoint(file.with_suffix(f".{runner.name}.safetensors"))
    runner.side.restore(tensors, saved["steps"])
    runner.steps, runner.seconds, runner.curve = saved["steps"], saved["seconds"], saved["curve"]


def keep(runners: list[Runner], facts: dict[str, Any], file: Path | None) -> None:
    if file is None:
        return
    for one in runners:
        save_checkpoint(file.with_suffix(f".{one.name}.safetensors"), one.side.state(), {})
        facts[one.name] = {"steps": one.steps, "seconds": one.seconds, "curve": one.curve}
    file.write_text(json.dumps(facts, indent=1), encoding="utf-8")


def compare(name: str, minutes: float, seed: int, file: Path | None) -> dict[str, Any]:
    """Runs both sides in turn; gives their curves and when ours reached what the peer had at its end."""
    found, plan = data_of(name, seed)
    card = replace(found.card, long_side=plan.long_side)
    judge = Judge(found.held_out, plan.long_side, len(card.labels), loss_named("dice"))
    few = judge.some(LOOKED_AT)
    order = Order(found.learned, found.held_out, card, plan, Path(os.devnull).parent)
    ours = Runner("ours", Ours(course_for(order)), minutes * PROMISED, few)
    peer = Runner("peer", Peer(found.learned, len(card.labels), seed), minutes, few)
    facts: dict[str, Any] = {"set": name, "minutes": minutes, "seed": seed}
    kept = json.loads(file.read_text(encoding="utf-8")) if file and file.is_file() else {}
    if {key: kept.get(key) for key in facts} == facts:
        for one in (ours, peer):
            resumed(one, kept, file)
    for look in range(len(peer.curve) + 1, LOOKS + 1):
        for one in (ours, peer):
            if len(one.curve) < look:
                one.go_on(look / LOOKS)
                print(f"{name} {one.name}: {one.curve[-1]}", flush=True)
        keep([ours, peer], facts, file)
    facts |= _verdict(ours, peer, judge)
    keep([ours, peer], facts, file)
    return facts


def _verdict(ours: Runner, peer: Runner, judge: Judge) -> dict[str, Any]:
    """The goal is the peer's last Dice on the pictures looked at; `whole` is Dice on the whole validation part."""
    goal = peer.curve[-1][2]
    reached = next((minutes for minutes, _steps, dice in ours.curve if dice >= goal), None)
    whole = {one.name: round(one.dice(judge), 4) for one in (ours, peer)}
    share = None if reached is None else round(reached / peer.curve[-1][0], 3)
    return {"goal": goal, "reached_minutes": reached, "ratio": share, "whole": whole}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", choices=list(SETS), action="append")
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    for name in asked.set or list(SETS):
        file = asked.json and asked.json.with_name(f"{asked.json.stem}_{name}.json")
        made = compare(name, asked.minutes, asked.seed, file)
        ratio = "not reached" if made["ratio"] is None else f"reached after {made['ratio']:.2f} of its time"
        verdict = "kept" if made["ratio"] is not None and made["ratio"] <= PROMISED + 1e-3 else "NOT kept"
        print(f"{name}: peer {made['goal']:.3f}, {ratio}; whole part {made['whole']}; promise {verdict}")


if __name__ == "__main__":
    main()
