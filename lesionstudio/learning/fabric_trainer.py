"""FabricTrainer: the steps of a run. Lightning Fabric sees to the device, the precision and several processes."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lesionstudio.errors import LesionStudioError, OutOfMemory
from lesionstudio.learning.batches import Batches
from lesionstudio.learning.checkpoints import under
from lesionstudio.learning.hardware import FABRIC_PRECISION, Hardware, is_out_of_memory
from lesionstudio.learning.judging import counted
from lesionstudio.learning.losses import loss_named
from lesionstudio.learning.training import moved_average
from lesionstudio.model_card import ModelCard
from lesionstudio.recipe import Recipe
from lesionstudio.words import _

Beat = Callable[[], None]

_MOST_GRADIENT, _LOST_IN_A_ROW = 5.0, 20
_WARM_UP, _RISE = 0.04, 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Pupil:
    """What learns: a network, the card of what it sees, which labels are taught, whether its encoder learned before."""

    network: nn.Module
    card: ModelCard
    taught: tuple[bool, ...]
    knows: bool = False


class FabricTrainer:
    """Learns batch by batch. `fabric` is given where several processes share the work, each with its part of a batch.

    After each step `network` is as it is, `averaged` the running average of its weights. `notes` say what had to be
    made do with.
    """

    def __init__(
        self,
        pupil: Pupil,
        batches: Batches,
        recipe: Recipe,
        hardware: Hardware,
        averaged: nn.Module,
        fabric: Any = None,
    ) -> None:
        self.recipe, self.hardware, self.notes = recipe, hardware, list[str]()
        self.network, self.averaged, self.steps = pupil.network, averaged, 0
        self.averaged.load_state_dict(self.network.state_dict())
        self._pupil, self._batches, self._shared = pupil, batches, fabric
        self._loss, self._lost = loss_named(recipe.loss), 0
        self._rests = pupil.knows and recipe.resting > 0
        self._optimizer = self._made_optimizer()
        self._set_up()
        self.forget()

    def step(self, fraction: float, beat: Beat = lambda: None) -> float:
        """One step at this point of the run (0 to 1); gives the loss. Makes do with less where memory is short."""
        self._wake(fraction)
        for group in self._optimizer.param_groups:
            group["lr"] = group["own"] * pace(fraction, self.recipe.schedule)
        while True:
            try:
                loss = self._learned(beat)
            except (RuntimeError, MemoryError) as problem:
                if not is_out_of_memory(problem):
                    raise
                self._make_do(problem)
            else:
                self.steps += 1
                moved_average(self.averaged, self.network, self.recipe.averaging, self.steps)
                return loss

    def seen(self) -> tuple[float, Tensor, int]:
        """Since `forget`: the mean loss, (true positives, false positives, false negatives) at one half, pixels."""
        return self._loss_sum / max(self._seen_steps, 1), self._counts.cpu(), self._pixels

    def forget(self) -> None:
        """Begins to count anew."""
        self._loss_sum, self._seen_steps, self._pixels = 0.0, 0, 0
        self._counts = torch.zeros(3, dtype=torch.int64)

    def state(self) -> dict[str, Tensor]:
        """All that a checkpoint keeps of it, by name."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"averaged.{name}": value for name, value in self.averaged.state_dict().items()}
        for place, state in self._optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{place}.{name}": value for name, value in state.items()}
        return tensors

    def restore(self, tensors: dict[str, Tensor], steps: int) -> None:
        """Goes on where `state` was taken, after so many steps."""
        self.network.load_state_dict(under("network.", tensors))
        self.averaged.load_state_dict(under("averaged.", tensors))
        weights = [one for group in self._optimizer.param_groups for one in group["params"]]
        states: dict[int, dict[str, Tensor]] = {}
        for name, value in under("optimizer.", tensors).items():
            place, entry = name.split(".", 1)
            states.setdefault(int(place), {})[entry] = _laid_out_as(value, weights[int(place)])
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": states, "param_groups": groups})
        self.steps = steps

    def _learned(self, beat: Beat) -> float:
        """One batch learned, whole or in pieces; the weights are left alone where its gradients are no numbers."""
        torch.manual_seed(self.recipe.seed * 1_000_003 + self.steps)
        pixels, target = self._batches.of(self._places(), self.hardware.device)
        taught = torch.tensor(self._pupil.taught, device=target.device)
        self._make_ready()
        self._optimizer.zero_grad(set_to_none=True)
        loss, counts, piece = 0.0, torch.zeros(3, dtype=torch.int64), self.hardware.piece
        for start in range(0, len(pixels), piece):
            part = slice(start, start + piece)
            is_last = start + piece >= len(pixels)
            with self._fabric.no_backward_sync(self._forward, enabled=not is_last):
                logits = self._forward(pixels[part])
                beat()
                found = self._loss(logits.float()[:, taught], target[part][:, taught], self._over_processes)
                value = found * (len(logits) / len(pixels))
                self._fabric.backward(value)
            beat()
            loss += float(value.detach())
            counts += counted(logits.detach().float(), target[part], (0.5,)).sum((0, 1, 2)).cpu()
        self._take_step()
        self._remember(loss, counts, target.numel())
        return loss

    def _over_processes(self, sums: Tensor) -> Tensor:
        """The sums of all processes; gradients of this one's count as often as they are going to be averaged."""
        count: int = self._fabric.world_size
        if count == 1:
            return sums
        total: Tensor = self._fabric.all_reduce(sums.detach().clone(), reduce_op="sum")
        own = sums * count
        return own + (total - own).detach()

    def _take_step(self) -> None:
        norm = self._fabric.clip_gradients(
            self._forward, self._wrapped, max_norm=_MOST_GRADIENT, error_if_nonfinite=False
        )
        is_number = math.isfinite(float(norm)) or self.hardware.precision == "fp16"
        self._lost = 0 if is_number else self._lost + 1
        if is_number:
            self._wrapped.step()
        elif self._lost >= _LOST_IN_A_ROW:
            raise LesionStudioError(
                _("The training came apart: its loss is no number any more."),
                hint=_("Take a smaller learning rate, or fp32 as the precision."),
            )

    def _remember(self, loss: float, counts: Tensor, pixels: int) -> None:
        self._loss_sum, self._seen_steps = self._loss_sum + loss, self._seen_steps + 1
        self._counts, self._pixels = self._counts + counts, self._pixels + pixels

    def _places(self) -> Sequence[int]:
        """The numbers of the patches of this step; of several processes each takes its part."""
        batch, rank, count = self.recipe.batch, self._fabric.global_rank, self._fabric.world_size
        own = batch // count
        return range(self.steps * batch + rank * own, self.steps * batch + (rank + 1) * own)

    def _make_ready(self) -> None:
        """Puts the network into the mode it learns in; normalisation that rests keeps what it divides by."""
        self.network.train()
        resting = [self.network] if self.recipe.norms == "keep" else [self._encoder()] if self._rests else []
        for part in resting:
            for module in part.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()

    def _wake(self, fraction: float) -> None:
        """Lets the encoder learn too once it has rested enough."""
        if self._rests and fraction >= self.recipe.resting:
            self._rests = False
            self._set_up()

    def _make_do(self, problem: BaseException) -> None:
        """Goes on with less. Raises OutOfMemory where nothing less is left, and where processes must do the same."""
        self._optimizer.zero_grad(set_to_none=True)
        found = self.hardware.smaller(self.recipe.batch) if self._fabric.world_size == 1 else None
        if found is None:
            raise OutOfMemory(
                _("There is not enough memory to train this network."),
                hint=_("Take a smaller size, a smaller batch or a smaller encoder, or close other programs."),
            ) from problem
        before, (self.hardware, note) = self.hardware, found
        self.notes.append(note)
        if before.device == "cuda":
            torch.cuda.empty_cache()
        if (before.device, before.precision) != (self.hardware.device, self.hardware.precision):
            self._set_up()

    def _encoder(self) -> nn.Module:
        return self.network.get_submodule("encoder")

    def _made_optimizer(self) -> torch.optim.Optimizer:
        """The encoder learns more slowly where it knows something already."""
        inner = {id(weights) for weights in self._encoder().parameters()}
        parts: tuple[list[nn.Parameter], list[nn.Parameter]] = ([], [])
        for weights in self.network.parameters():
            parts[id(weights) in inner].append(weights)
        rate = self.recipe.learning_rate
        rates = (rate, rate * (self.recipe.encoder_rate if self._pupil.knows else 1.0))
        groups = [{"params": part, "lr": own, "own": own} for part, own in zip(parts, rates)]
        fused = self.hardware.precision != "fp16"
        return torch.optim.AdamW(groups, rate, weight_decay=self.recipe.weight_decay, fused=fused)

    def _set_up(self) -> None:
        """Puts network and optimizer where they compute; done again when device, precision or what rests changes."""
        self._encoder().requires_grad_(not self._rests)
        self._fabric = self._shared or fabric_for(self.hardware)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._forward, self._wrapped = self._fabric.setup(self.network, self._optimizer)
        self.averaged.to(self.hardware.device).eval()
        for state in self._optimizer.state.values():
            state |= {name: value.to(self.hardware.device) for name, value in state.items() if value.ndim}


def fabric_for(hardware: Hardware) -> Any:
    """Fabric for one process."""
    from lightning_fabric import Fabric

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)

    precision: Any = FABRIC_PRECISION[hardware.precision]
    return Fabric(accelerator="gpu" if hardware.device == "cuda" else hardware.device, devices=1, precision=precision)


def pace(fraction: float, schedule: str) -> float:
    """The learning rate's share at this point of a run.

    "cosine": a short rise, then half a cosine down to 1 %. "one-cycle": a quarter of the run up, the rest down to
    next to nothing (Smith, 2018).
    """
    rise, first, last = (_RISE, 0.04, 1e-4) if schedule == "one-cycle" else (_WARM_UP, 0.05, 0.01)
    if fraction < rise:
        share = fraction / rise if schedule != "one-cycle" else 0.5 * (1 - math.cos(math.pi * fraction / rise))
        return first + (1 - first) * share
    done = min((fraction - rise) / (1 - rise), 1.0)
    return last + (1 - last) * 0.5 * (1 + math.cos(math.pi * done))


def _laid_out_as(value: Tensor, weight: Tensor) -> Tensor:
    """The value in the memory order of its weight: the fused optimizer walks through both side by side."""
    return torch.empty_like(weight).copy_(value) if value.shape == weight.shape else value
