"""The steps of Learn: patches made one by one, in small pieces, averaged weights. Runs from a folder: see course.py."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lesionstudio.errors import NotEnoughExamples
from lesionstudio.learning.augment import make_patch
from lesionstudio.learning.examples import Example
from lesionstudio.learning.hardware import precision_for
from lesionstudio.learning.losses import loss_named
from lesionstudio.learning.networks import build_network
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Progress, Reporter
from lesionstudio.recipe import Recipe
from lesionstudio.words import _, number

_WARM_UP = 0.04

Beat = Callable[[], None]
"""Called between the pieces of a step, so that whoever waits need not wait for a whole one. May raise Cancelled."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What a finished run can say of itself."""

    steps: int
    epochs: float
    minutes: float
    device: str
    precision: str
    loss: float


class Trainer:
    """One run of a recipe on examples: step by step, so that whoever waits can look in between.

    `start` is a network to begin with, `taught` says which labels are learned; None: all are.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        card: ModelCard,
        recipe: Recipe,
        device: str = "cpu",
        start: nn.Module | None = None,
        taught: Sequence[bool] | None = None,
    ) -> None:
        if not examples:
            raise NotEnoughExamples(
                _("There is nothing to train on."), hint=_("Give pictures with masks, and check the split's names.")
            )
        torch.manual_seed(recipe.seed)
        self.card, self.recipe, self.device = card, recipe, device
        self.steps, self.seconds, self.loss_average = 0, 0.0, 0.0
        self._examples, self._loss = list(examples), loss_named(recipe.loss)
        self._piece = recipe.batch
        self._taught = torch.tensor([True] * len(card.labels) if taught is None else list(taught), device=device)
        self.network = build_network(card)
        if start is not None:
            self.network.load_state_dict(start.state_dict())
        self.network = self.network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged = build_network(card)
        self.averaged.load_state_dict(self.network.state_dict())
        self.averaged.to(device).eval()
        self.precision = "bf16" if precision_for(device) == "bf16" else "fp32"
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
        self._drawing = ThreadPoolExecutor(1)
        self._next = self._drawing.submit(self._draw, 0)

    @property
    def total_steps(self) -> int:
        """How many steps the recipe's epochs are: each epoch shows as many patches as there are examples."""
        return max(1, round(self.recipe.epochs * len(self._examples) / self.recipe.batch))

    @property
    def fraction(self) -> float:
        """How much of the run is done, by steps or by the minutes it may take, whichever is further."""
        done = self.steps / self.total_steps
        return max(done, self.seconds / 60 / self.recipe.minutes) if self.recipe.minutes else done

    def step(self, beat: Beat = lambda: None) -> float:
        """One step on one batch; gives its loss."""
        began = time.monotonic()
        pixels, target = self._next.result()
        self._next = self._drawing.submit(self._draw, self.steps + 1)
        for group in self._optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * _pace(self.fraction)
        self._make_ready()
        self._optimizer.zero_grad(set_to_none=True)
        value = sum(self._learn_piece(piece, pixels, target, beat) for piece in self._pieces(len(pixels)))
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._optimizer.step()
        self.steps += 1
        moved_average(self.averaged, self.network, self.recipe.averaging, self.steps)
        self.loss_average = value if self.steps == 1 else self._smoothed(value)
        self.seconds += time.monotonic() - began
        return value

    def go(self, report: Reporter, message: str) -> Iterator[None]:
        """Steps until the recipe is done, reporting within each; stops for a moment after every step."""
        while self.fraction < 1:
            self.step(lambda: report(self.progress(message)))
            report(self.progress(message))
            yield

    def close(self) -> None:
        """Draws no more patches; to be called when a run has ended, however it did."""
        self._drawing.shutdown(cancel_futures=True)

    def progress(self, message: str = "") -> Progress:
        """How far the run is; `message` may name its {loss}, which is known from the first step on."""
        if not self.steps:
            return Progress(0.0, _("Beginning"))
        done = min(self.fraction, 1.0)
        left_s = self.seconds / done * (1 - done) if self.steps > 3 else None
        return Progress(done, message.format(loss=number(self.loss_average, 3)), left_s)

    def _make_ready(self) -> None:
        """Puts the network into the mode it learns in."""
        self.network.train()

    def _pieces(self, count: int) -> Iterator[slice]:
        """The batch in pieces that are computed one after the other."""
        return (slice(start, start + self._piece) for start in range(0, count, self._piece))

    def _learn_piece(self, piece: slice, pixels: Tensor, target: Tensor, beat: Beat) -> float:
        """Adds the gradients of a part of the batch; gives its part of the loss."""
        with torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16"):
            logits = self.network(pixels[piece])
        beat()
        loss = self._loss_of(logits.float(), piece, pixels, target)
        loss.backward()  # type: ignore[no-untyped-call]
        beat()
        return float(loss.detach())

    def _loss_of(self, logits: Tensor, piece: slice, pixels: Tensor, target: Tensor) -> Tensor:
        """What these pictures of the batch (pixels, target) add to its loss."""
        kept = self._taught
        return self._loss(logits[:, kept], target[piece][:, kept]) * (len(logits) / len(pixels))

    def _smoothed(self, value: float) -> float:
        return 0.98 * self.loss_average + 0.02 * value

    def finished(self) -> TrainingRun:
        """The facts of the run so far."""
        epochs = self.steps * self.recipe.batch / len(self._examples)
        return TrainingRun(
            self.steps,
            round(epochs, 1),
            round(self.seconds / 60, 1),
            self.device,
            self.precision,
            round(self.loss_average, 4),
        )

    def _draw(self, step: int) -> tuple[Tensor, Tensor]:
        """The batch of one step; the same for the same seed and step, however often a run was interrupted."""
        recipe, count = self.recipe, len(self._examples)
        patches = []
        for place in range(step * recipe.batch, (step + 1) * recipe.batch):
            epoch, at = divmod(place, count)
            order = np.random.default_rng((recipe.seed, epoch)).permutation(count)
            rng = np.random.default_rng((recipe.seed, 1, place))
            patches.append(make_patch(self._examples[order[at]], recipe, len(self.card.labels), rng))
        pixels = torch.from_numpy(np.stack([patch.pixels for patch in patches]))
        target = torch.from_numpy(np.stack([patch.target for patch in patches]))
        return pixels.to(self.device, memory_format=torch.channels_last), target.to(self.device)


@torch.no_grad()
def moved_average(averaged: nn.Module, network: nn.Module, usual: float, steps: int) -> None:
    """Moves averaged weights a little towards the present ones; faster in the first steps.

    What BatchNorm divides by is taken over as it is: it is an average already, and one of an average lags so far behind
    the weights that a third of what a young network knows is lost (measured on lung_lidc after 300 steps).
    """
    share = 1 - min(usual, (1 + steps) / (10 + steps))
    for mean, weights in zip(averaged.parameters(), network.parameters()):
        mean.lerp_(weights, share)
    for kept, statistics in zip(averaged.buffers(), network.buffers()):
        kept.copy_(statistics)


def _pace(fraction: float) -> float:
    """The learning rate's share at this point of the run: a short rise, then a half cosine down to 1 %."""
    if fraction < _WARM_UP:
        return 0.05 + 0.95 * fraction / _WARM_UP
    return 0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * (fraction - _WARM_UP) / (1 - _WARM_UP))))
