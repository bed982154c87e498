"""Training a classifier: rounds of varied pictures, the best weights by validation loss, then calibration."""

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lesionstudio.learning.classifier_input import Grey, seen
from lesionstudio.learning.classifier_networks import SEQUENTIAL, ClassifierNetwork, build_classifier, start_backbone
from lesionstudio.learning.classifier_variation import varied
from lesionstudio.learning.hardware import Hardware
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.words import _, number

_ROUND, _WARM_UP, _ALONE, _SMALLER_UNTIL, _SIDE_STEP = 960, 0.05, 0.1, 0.65, 16


@dataclass(frozen=True, slots=True)
class ClassifierRecipe:
    """How a classifier is trained. `minutes` 0: until `rounds` or until `patience` rounds brought nothing.

    A round is every picture once, at most 960 of them. Over layers that were lent the last one learns alone for a
    tenth of the run; then all do, the lent ones at `lent_rate` times the rate; with 0 they stay as they are. `vary`
    off shows pictures as they are, which is for comparison.
    """

    architecture: str = "resnet10-half"
    side: int = 96
    rounds: int = 40
    minutes: float = 0.0
    patience: int = 15
    batch: int = 48
    rate: float = 2e-3
    lent_rate: float = 0.05
    decay: float = 0.02
    dropout: float = 0.2
    smoothing: float = 0.05
    vary: bool = True
    seed: int = 0
    device: str = "cpu"
    precision: str = "auto"


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A picture as training keeps it, the place of its class among the labels, and the group it belongs to."""

    picture: Grey
    label: int
    group: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The network with its best weights, in eval mode, and how it came about, round by round."""

    network: ClassifierNetwork
    curve: list[dict[str, float]] = field(default_factory=list)
    best: int = 0
    ended: str = ""


def train_network(
    card: ModelCard,
    lessons: Sequence[Lesson],
    held_out: Sequence[Lesson],
    recipe: ClassifierRecipe,
    start: dict[str, Tensor] | None = None,
    report: Reporter = silent,
) -> Trained:
    """Trains the card's network on the lessons; `held_out` chooses its weights. `start`: tensors to begin with."""
    torch.manual_seed(recipe.seed)
    network = build_classifier(card)
    if start:
        start_backbone(network, start)
    else:
        recipe = replace(recipe, lent_rate=1.0)
    hardware = Hardware.of(recipe.device, recipe.precision, recipe.batch)
    network.to(device=hardware.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return _Course(network, lessons, held_out, recipe, hardware, report).run()


class _Course:
    """One run: what it learns from, how far it is, and the best weights so far."""

    def __init__(
        self,
        network: ClassifierNetwork,
        lessons: Sequence[Lesson],
        held_out: Sequence[Lesson],
        recipe: ClassifierRecipe,
        hardware: Hardware,
        report: Reporter,
    ) -> None:
        self.network, self.lessons, self.held_out = network, lessons, held_out
        self.recipe, self.hardware, self.report = recipe, hardware, report
        self.dice = np.random.default_rng(recipe.seed)
        self.draws = shares(lessons)
        self.steps = max(1, -(-min(len(lessons), _ROUND) // recipe.batch))
        self.began, self.done = time.monotonic(), 0
        self.optimizer = torch.optim.AdamW(_groups(network, recipe))
        self.curve: list[dict[str, float]] = []
        self.best: dict[str, Tensor] = {}

    @property
    def share(self) -> float:
        """How much of the run is over, by rounds or by minutes, whichever is further."""
        by_time = (time.monotonic() - self.began) / (60 * self.recipe.minutes) if self.recipe.minutes else 0.0
        return min(1.0, max(by_time, self.done / (self.steps * self.recipe.rounds)))

    def run(self) -> Trained:
        """Round after round, until the time, the rounds or the patience end."""
        ended = ""
        with ThreadPoolExecutor(1) as ahead:
            while not ended:
                loss = self._round(ahead)
                self._judge(loss)
                ended = self._reason_to_end()
        self.network.load_state_dict(self.best)
        best = int(np.argmin([entry["val_loss"] for entry in self.curve]))
        return Trained(self.network.cpu().eval(), self.curve, best, ended)

    def _reason_to_end(self) -> str:
        losses = [entry["val_loss"] for entry in self.curve]
        if self.share >= 1.0:
            return "minutes" if self.recipe.minutes and self.done < self.steps * self.recipe.rounds else "rounds"
        return "patience" if len(losses) - 1 - int(np.argmin(losses)) >= self.recipe.patience else ""

    def _round(self, ahead: ThreadPoolExecutor) -> float:
        """One round; gives its mean loss. The next batch is made ready while this one is computed."""
        lent = self.recipe.lent_rate
        alone = lent == 0 or (lent < 1 and (not self.curve or self.share < _ALONE))
        self.network.learn(body=not alone)
        total = 0.0
        coming = ahead.submit(self._batch, self._side())
        for step in range(self.steps):
            pictures, labels = coming.result()
            if step + 1 < self.steps:
                coming = ahead.submit(self._batch, self._side())
            total += self._step(pictures, labels)
            self.done += 1
            self.report(Progress(self.share, _("Training")))
        return total / self.steps

    def _batch(self, side: int) -> tuple[Tensor, Tensor]:
        chosen = self.dice.choice(len(self.lessons), self.recipe.batch, p=self.draws)
        shown = [self._shown(self.lessons[place].picture, side) for place in chosen]
        labels = torch.tensor([self.lessons[place].label for place in chosen])
        return torch.from_numpy(np.stack(shown))[:, None], labels

    def _shown(self, picture: Grey, side: int) -> NDArray[np.float32]:
        return varied(picture, side, self.dice) if self.recipe.vary else seen(picture, side)

    def _side(self) -> int:
        """Smaller pictures at first: twice as quick, and coarse things are learned first anyway."""
        side = self.recipe.side
        if self.recipe.architecture == SEQUENTIAL or self.share > _SMALLER_UNTIL:
            return side
        return max(2 * _SIDE_STEP, round(side * 3 / 4 / _SIDE_STEP) * _SIDE_STEP)

    def _step(self, pictures: Tensor, labels: Tensor) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = group["rate"] * _cosine(self.share)
        logits = self._logits(pictures)
        smoothing = self.recipe.smoothing
        loss = nn.functional.cross_entropy(logits, labels.to(logits.device), label_smoothing=smoothing)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        return float(loss.detach())

    def _logits(self, pictures: Tensor) -> Tensor:
        moved = pictures.to(self.hardware.device).contiguous(memory_format=torch.channels_last)
        short = self.hardware.short
        with torch.autocast(self.hardware.device, short or torch.bfloat16, enabled=short is not None):
            logits = self.network(moved)[:, : self.network.classes]
        return torch.as_tensor(logits.float())

    @torch.inference_mode()
    def _judge(self, loss: float) -> None:
        """Adds a round to the curve and keeps its weights where they are the best so far."""
        self.network.eval()
        weights = torch.tensor(shares(self.held_out), dtype=torch.float32)
        losses, right = [], []
        for batch in batches(self.held_out, 64):
            pictures = torch.from_numpy(np.stack([seen(one.picture, self.recipe.side) for one in batch]))[:, None]
            logits, labels = self._logits(pictures).cpu(), torch.tensor([one.label for one in batch])
            losses.append(nn.functional.cross_entropy(logits, labels, reduction="none"))
            right.append((logits.argmax(1) == labels).float())
        val_loss, accuracy = (float((torch.cat(one) * weights).sum()) for one in (losses, right))
        if not self.curve or val_loss < min(entry["val_loss"] for entry in self.curve):
            self.best = {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}
        entry = {"train_loss": loss, "val_loss": val_loss, "val_accuracy": accuracy}
        self.curve.append({name: round(value, 5) for name, value in entry.items()})
        text = _("Round {n}: {accuracy} of the validation pictures right")
        message = text.format(n=len(self.curve), accuracy=number(accuracy, 3))
        self.report(Progress(self.share, message, partial={"curve": self.curve}))


def shares(lessons: Sequence[Lesson]) -> NDArray[np.float64]:
    """How often each lesson is drawn: each class as often as any other; they add up to 1.

    Within a class a group counts as the root of its size: sixty slices of a patient tell more than one, not sixty times
    as much. A lesson without a group is one by itself.
    """
    sizes = Counter(lesson.group for lesson in lessons)
    weights = np.array([sizes[lesson.group] ** -0.5 if lesson.group else 1.0 for lesson in lessons], np.float64)
    labels = np.array([lesson.label for lesson in lessons])
    for label in np.unique(labels):
        weights[labels == label] /= weights[labels == label].sum()
    return np.asarray(weights / weights.sum())


def batches(lessons: Sequence[Lesson], size: int) -> Iterator[Sequence[Lesson]]:
    """The lessons in order, so many at a time."""
    for start in range(0, len(lessons), size):
        yield lessons[start : start + size]


def _cosine(share: float) -> float:
    if share < _WARM_UP:
        return 0.1 + 0.9 * share / _WARM_UP
    return max(0.003, 0.5 * (1 + math.cos(math.pi * (share - _WARM_UP) / (1 - _WARM_UP))))


def _groups(network: ClassifierNetwork, recipe: ClassifierRecipe) -> list[dict[str, Any]]:
    """Weight decay for what multiplies, none for biases and norms; the body at its own rate."""
    last = {id(value) for value in network.last_layer().parameters()}
    made: dict[tuple[bool, bool], list[Tensor]] = {}
    for value in network.parameters():
        made.setdefault((id(value) in last, value.ndim > 1), []).append(value)
    return [
        {
            "params": values,
            "weight_decay": recipe.decay if wide else 0.0,
            "rate": recipe.rate * (1.0 if is_last else recipe.lent_rate),
        }
        for (is_last, wide), values in made.items()
    ]
