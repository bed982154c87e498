"""Fine-tuning: a model learns from a dozen checked slices, while other work goes on on the same machine.

The averages and spreads that BatchNorm divides by stay as they are, so that batches can be cut as small as the machine
needs; a new model takes them from its pictures once, before it begins. Averaged weights, strong augmentation and a
short run keep it from learning its few pictures by heart. Outputs of labels that nobody marked are held to what the
model said before (Li and Hoiem, Learning without Forgetting, 2016).
"""

import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from lesionstudio.learning.examples import Example
from lesionstudio.learning.losses import taught_dice_and_cross_entropy, told_by_teacher
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import begin_from, build_network, forget_labels
from lesionstudio.learning.training import Beat, Trainer
from lesionstudio.model_card import ModelCard
from lesionstudio.recipe import Recipe

STEPS, MOST_STEPS, FEWEST_STEPS = 300, 900, 160
"""Usual number of steps; the most, for many examples; the fewest, on a slow machine, unless half an hour is over."""

_STEPS_AN_EXAMPLE, _USUAL_EXAMPLES = 10, 12
_USUAL_S, _MOST_S = 330.0, 1800.0
_UNENDING = 10**9
_MEASURED_STEPS = 5
_PIECE_S, _BACKWARD_SHARE = 0.3, 0.7
_LOOKS = 6
_SIZE, _BATCH, _RATE, _AVERAGING = 192, 8, 1e-3, 0.98


class FineTuner(Trainer):
    """One run on checked slices: `start` is the network to begin with, `taught` the outputs that have marks.

    A model that is `new` gets its BatchNorm statistics from the pictures first. With 0 minutes it plans its own steps,
    by the number of examples and by how quick this machine turns out to be.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        card: ModelCard,
        start: nn.Module,
        taught: Sequence[bool],
        *,
        new: bool = False,
        minutes: float = 0.0,
        device: str = "cpu",
        seed: int = 0,
    ) -> None:
        super().__init__(examples, card, _recipe(card, minutes, seed), device, start, taught=taught)
        self._teacher = None if all(taught) else _still(start, device)
        self._new, self._planned = new, _UNENDING if minutes else steps_for(len(examples))
        self._piece, self._patch_s, self._step_s = 1, float("inf"), float("inf")

    @property
    def total_steps(self) -> int:
        """How many steps are planned; the time decides where minutes are given."""
        return self._planned

    def step(self, beat: Beat = lambda: None) -> float:
        """One step on one batch; gives its loss."""
        if self._new and self.steps == 0:
            self._measure_pictures(beat)
        began = time.monotonic()
        value = super().step(beat)
        self._step_s = min(self._step_s, time.monotonic() - began)
        if self.steps == _MEASURED_STEPS and not self.recipe.minutes:
            self._planned = steps_within(self._planned, self._step_s)
        return value

    @torch.no_grad()
    def _measure_pictures(self, beat: Beat) -> None:
        """Takes the averages and spreads that BatchNorm divides by from the first batches."""
        norms = _norms(self.network)
        before = [norm.momentum for norm in norms]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None
        self.network.train()
        for look in range(_LOOKS):
            pixels, _target = self._draw(look)
            with torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16"):
                self.network(pixels)
            beat()
        for norm, momentum in zip(norms, before):
            norm.momentum = momentum
        self.averaged.load_state_dict(self.network.state_dict())

    def _make_ready(self) -> None:
        self.network.train()
        for norm in _norms(self.network):
            norm.eval()

    def _learn_piece(self, piece: slice, pixels: Tensor, target: Tensor, beat: Beat) -> float:
        """As any run does; and finds out how large the pieces may be on this machine."""
        began, count = time.monotonic(), len(pixels[piece])
        value = super()._learn_piece(piece, pixels, target, beat)
        if self.steps < _MEASURED_STEPS:
            self._patch_s = min(self._patch_s, (time.monotonic() - began) / count)
            if self.steps:
                self._piece = self.pieces_of(self._patch_s)
        return value

    def pieces_of(self, patch_s: float) -> int:
        """How many patches one piece may have, where one takes so long, forward and backward together."""
        return min(max(1, int(_PIECE_S / (_BACKWARD_SHARE * patch_s))), self.recipe.batch)

    def _loss_of(self, logits: Tensor, piece: slice, pixels: Tensor, target: Tensor) -> Tensor:
        loss = taught_dice_and_cross_entropy(logits, target[piece], self._taught, target)
        if self._teacher is None:
            return loss
        with torch.no_grad(), torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16"):
            said = self._teacher(pixels[piece]).float().sigmoid()
        return loss + told_by_teacher(logits, said, ~self._taught) * (len(logits) / len(pixels))

    def _smoothed(self, value: float) -> float:
        return 0.9 * self.loss_average + 0.1 * value


def begun_network(card: ModelCard, weights: Path | None, *, new: bool, seed: int) -> nn.Module:
    """The card's network with the weights in a model's folder as far as they fit, else random ones.

    A `new` model takes over nothing of what the other's outputs mean. Raises ModelProblem for damaged weights.
    """
    torch.manual_seed(seed)
    network = build_network(card)
    if weights is not None:
        begin_from(network, SegmentationModel.load(weights).network.state_dict())
    if new:
        forget_labels(network)
    return network


def steps_for(examples: int) -> int:
    """How many steps so many examples are worth."""
    return min(STEPS + _STEPS_AN_EXAMPLE * max(0, examples - _USUAL_EXAMPLES), MOST_STEPS)


def steps_within(wanted: int, step_s: float) -> int:
    """As many of the wanted steps as some minutes allow where each takes step_s; never more than half an hour."""
    patient = max(FEWEST_STEPS, int(_USUAL_S / step_s))
    return max(1, min(wanted, patient, int(_MOST_S / step_s)))


def _recipe(card: ModelCard, minutes: float, seed: int) -> Recipe:
    return Recipe(
        architecture=card.architecture,
        encoder=card.encoder,
        network=card.network,
        size=_SIZE,
        batch=_BATCH,
        minutes=minutes,
        learning_rate=_RATE,
        averaging=_AVERAGING,
        long_side=card.long_side if card.long_side[1] else (1, 10**6),
        scales=(0.7, 1.4),
        threshold=card.threshold,
        seed=seed,
    )


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def _still(network: nn.Module, device: str) -> nn.Module:
    """The network as it is, to be asked and never changed."""
    there = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    assert isinstance(there, nn.Module)
    return there.eval().requires_grad_(False)
