"""The arms that learn from the same corrections: ours, RootPainter's trainer, and training once at the end."""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from lesionstudio.imaging.specks import without_specks
from lesionstudio.learning.checkpoints import read_checkpoint, save_checkpoint
from lesionstudio.learning.examples import Example
from lesionstudio.learning.finetuning import begun_network
from lesionstudio.learning.going_on import Learner
from lesionstudio.learning.hardware import precision_for
from lesionstudio.learning.inference import Predictor
from lesionstudio.learning.resizing import Frame
from lesionstudio.learning.torch_engine import TorchEngine
from lesionstudio.learning.torchvision_guard import segmentation_models
from lesionstudio.model_card import ModelCard
from tests.benchmarks.to_correct import ToCorrect

Cover = NDArray[np.bool_]
BATCH, BORDER, LARGEST_PATCH, PATCH_STEP = 8, 72, 572, 16


@dataclass(frozen=True, slots=True)
class Terms:
    """Processor seconds a correction, the same for RootPainter's long run, and where RootPainter is installed."""

    budget: float
    peer_budget: float
    peer: Path | None


class Arm(Protocol):
    """One way to learn from corrections: how many it had, processor seconds and steps so far."""

    @property
    def corrected(self) -> int: ...

    @property
    def seconds(self) -> float: ...

    @property
    def steps(self) -> int: ...

    def correct(self, example: Example) -> None: ...

    def marks(self, pictures: Sequence[Example]) -> list[Cover]: ...

    def close(self) -> None: ...


class Ours:
    """The program's learner."""

    def __init__(self, todo: ToCorrect, terms: Terms, seed: int, place: Path, share: float = 1.0) -> None:
        self._todo, self._file = todo, place / "learner.safetensors"
        network = begun_network(todo.card, todo.lent, new=True, seed=seed)
        self._learner = Learner(
            todo.card, network, (True,), new=True, seed=seed, budget_s=share * terms.budget, clock=time.process_time
        )
        self.corrected = 0
        if self._file.is_file():
            tensors, facts = read_checkpoint(self._file)
            self._learner.restore(tensors, facts["learner"])
            for example in todo.order[: facts["corrected"]]:
                self._learner.add(example.id, example)
            self.corrected = facts["corrected"]

    @property
    def seconds(self) -> float:
        return self._learner.seconds

    @property
    def steps(self) -> int:
        return self._learner.steps

    def correct(self, example: Example) -> None:
        self._learner.add(example.id, example)
        while self._learner.is_hungry:
            self._learner.step()
        self.corrected += 1

    def marks(self, pictures: Sequence[Example]) -> list[Cover]:
        facts = {"learner": self._learner.facts(), "corrected": self.corrected}
        save_checkpoint(self._file, self._learner.state(), facts)
        return drafts(self._learner.averaged, self._todo.card, pictures)

    def close(self) -> None:
        """Nothing is left open."""


class Once:
    """As tutorials do it, when the last correction is there: a new network for each number of slices."""

    def __init__(self, todo: ToCorrect, terms: Terms, seed: int, _place: Path) -> None:
        self._budget, self._seed, self._planes = terms.budget, seed, len(todo.order[0].pixels)
        self._slices: list[Example] = []
        self.corrected, self.seconds, self.steps = 0, 0.0, 0

    def correct(self, example: Example) -> None:
        self._slices.append(example)
        self.corrected += 1

    def marks(self, pictures: Sequence[Example]) -> list[Cover]:
        network = self._trained()
        return [marked(network.eval(), one) for one in pictures]

    def close(self) -> None:
        """Nothing is left open."""

    def _trained(self) -> nn.Module:
        torch.manual_seed(self._seed)
        smp = segmentation_models()
        network: nn.Module = smp.Unet("resnet34", encoder_weights=None, in_channels=self._planes, classes=1)
        adam, loss = torch.optim.Adam(network.parameters(), 1e-4), smp.losses.DiceLoss("binary", from_logits=True)
        rng, began, self.steps = np.random.default_rng(self._seed), time.process_time(), 0
        network.train()
        shapes = _same_size(self._slices)
        while time.process_time() - began < self._budget * self.corrected:
            order = rng.permutation(len(shapes))
            for start in range(0, len(order), BATCH):
                chosen = [shapes[n] for n in order[start : start + BATCH]]
                pixels = torch.from_numpy(np.stack([one.pixels for one in chosen]))
                target = torch.from_numpy(np.stack([one.marks[None] > 0 for one in chosen])).float()
                adam.zero_grad()
                loss(network(pixels), target).backward()
                adam.step()
                self.steps += 1
        self.seconds = time.process_time() - began
        return network


class RootPainter:
    """RootPainter's trainer in a process of its own; patches as small as show a picture whole, else its usual ones."""

    def __init__(self, todo: ToCorrect, terms: Terms, seed: int, place: Path, *, short: bool = False) -> None:
        assert terms.peer is not None, "name the virtual environment that RootPainter is installed in: --peer"
        self._budget, self._place = terms.budget if short else terms.peer_budget, place
        for name in ("ds", "ta", "held", "marks"):
            (place / name).mkdir(exist_ok=True)
        self.corrected = len(list((place / "ta").glob("*.png")))
        script = Path(__file__).with_name("root_painter_side.py")
        longest = max(max(one.marks.shape) for one in todo.order)
        self._side = subprocess.Popen(
            [terms.peer / "bin" / "python", script, place, str(patch_for(longest)), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        said = self._said()
        self.seconds, self.steps = said["seconds"], int(said["steps"])

    def correct(self, example: Example) -> None:
        name = f"{self.corrected:03d}.png"
        _grey(example).save(self._place / "ds" / name)
        _annotation(example).save(self._place / "ta" / "draft.tmp", "png")
        (self._place / "ta" / "draft.tmp").rename(self._place / "ta" / name)
        said = self._ask({"learn": self._budget})
        self.seconds, self.steps = self.seconds + said["seconds"], self.steps + int(said["steps"])
        self.corrected += 1

    def marks(self, pictures: Sequence[Example]) -> list[Cover]:
        names = [str(self._place / "held" / f"{n:03d}.png") for n in range(len(pictures))]
        for name, one in zip(names, pictures):
            _grey(one).save(name)
        self._ask({"segment": names, "to": str(self._place / "marks")})
        return [np.load(self._place / "marks" / f"{Path(name).stem}.npy") for name in names]

    def close(self) -> None:
        self._side.communicate()

    def _ask(self, what: dict[str, Any]) -> dict[str, float]:
        assert self._side.stdin is not None
        self._side.stdin.write(json.dumps(what) + "\n")
        self._side.stdin.flush()
        return self._said()

    def _said(self) -> dict[str, float]:
        assert self._side.stdout is not None
        line = self._side.stdout.readline()
        assert line, "RootPainter's process ended"
        return dict(json.loads(line))


ARMS: dict[str, Callable[[ToCorrect, Terms, int, Path], Arm]] = {
    "ours": Ours,
    "half": partial(Ours, share=0.5),
    "once": Once,
    "rp-short": partial(RootPainter, short=True),
    "rp": RootPainter,
}


def drafts(network: nn.Module, card: ModelCard, pictures: Sequence[Example]) -> list[Cover]:
    """What a network that learns would mark, as the program drafts with it: by its card, in the quick precision."""
    engine = TorchEngine(network, card.channels, "cpu", precision_for("cpu"))
    predictor = Predictor(card, engine)
    found = [predictor.predict(one.pixels[None])[:, 0] for one in pictures]
    return [np.asarray(without_specks(one, card.threshold, card)[0] >= card.threshold) for one in found]


@torch.no_grad()
def marked(network: nn.Module, one: Example) -> Cover:
    """What a network marks that sees pictures as they are, in float32."""
    frame = Frame.of((one.marks.shape[0], one.marks.shape[1]), (0, 0))
    pixels = torch.from_numpy(frame.to_network(one.pixels))[None].contiguous(memory_format=torch.channels_last)
    return np.asarray(frame.to_picture(network(pixels).sigmoid().numpy()[0])[0] > 0.5)


def patch_for(longest: int) -> int:
    """The smallest patch of RootPainter whose answer covers a picture; its usual one where none does."""
    sizes = [LARGEST_PATCH - PATCH_STEP * n for n in range(31)]
    return min((size for size in sizes if size - BORDER >= longest), default=LARGEST_PATCH)


def _same_size(slices: Sequence[Example]) -> list[Example]:
    """Pictures and marks of one size, a multiple of 32, for batches; as they are where they have it already."""
    import cv2

    rows, columns = (-(-max(one.marks.shape[n] for one in slices) // 32) * 32 for n in (0, 1))
    if all(one.marks.shape == (rows, columns) for one in slices):
        return list(slices)
    return [
        replace(
            one,
            pixels=np.stack([cv2.resize(plane, (columns, rows)) for plane in one.pixels]),
            marks=cv2.resize(one.marks, (columns, rows), interpolation=cv2.INTER_NEAREST),
        )
        for one in slices
    ]


def _grey(one: Example) -> Image.Image:
    low, high = float(one.pixels.min()), float(one.pixels.max())
    grey = (one.pixels[0] - low) / max(high - low, 1e-6) * 255
    return Image.fromarray(grey.round().astype(np.uint8)).convert("RGB")


def _annotation(one: Example) -> Image.Image:
    """Red where it is marked, green elsewhere."""
    colours = np.zeros((*one.marks.shape, 4), np.uint8)
    colours[one.marks > 0], colours[one.marks == 0] = (255, 0, 0, 180), (0, 255, 0, 180)
    return Image.fromarray(colours)
