"""Judging a network while it learns: its marks on pictures of known truth, at many thresholds at once.

`GOALS` say what a good score is: F1 (balanced), F2 (a missed pixel weighs more), F0.5 (a false one does).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lesionstudio.errors import OutOfMemory
from lesionstudio.learning.examples import Example
from lesionstudio.learning.hardware import Hardware, is_out_of_memory
from lesionstudio.learning.losses import Loss
from lesionstudio.learning.resizing import Frame
from lesionstudio.metrics.agreement import Agreement
from lesionstudio.words import _

GOALS = {"balanced": 1.0, "miss-less": 2.0, "invent-less": 0.5}
THRESHOLDS = tuple(round(0.05 * n, 2) for n in range(2, 19))
_MOST_PIXELS = 8 * 256 * 256

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in one look: the loss, the pooled counts at one half, and the counts of each picture.

    `counts` (pictures, labels, thresholds, 3): true positives, false positives, false negatives.
    """

    loss: float
    pixels: int
    counts: Counts

    def row(self, threshold: float = 0.5) -> dict[str, float]:
        """Loss and pooled shares, as a curve has them."""
        counts = self.counts[:, :, THRESHOLDS.index(threshold)].sum((0, 1))
        return {"loss": round(self.loss, 5), **shares(counts, self.pixels)}

    def dice(self, threshold: float = 0.5) -> float:
        """The mean over the labels of the mean Dice of the pictures that have them; 0 where none has one."""
        return float(self._by_threshold(1.0, pooled=False)[THRESHOLDS.index(threshold)])

    def best(self, goal: str) -> tuple[float, float]:
        """The score for a goal and the threshold that gives it.

        The score is half the mean F of the pictures with a mark, half the F of all pixels together, each label counting
        the same: the first gives each picture its say, the second sees what is marked where nothing should be.
        """
        beta = GOALS[goal]
        scores = (self._by_threshold(beta, pooled=False) + self._by_threshold(beta, pooled=True)) / 2
        middle = np.argsort(np.abs(np.array(THRESHOLDS) - 0.5), kind="stable")
        place = int(middle[np.argmax(np.round(scores[middle], 4))])
        return float(scores[place]), THRESHOLDS[place]

    def _by_threshold(self, beta: float, *, pooled: bool) -> NDArray[np.float64]:
        counts = self.counts.sum(0, keepdims=True) if pooled else self.counts
        true, false, missed = (counts[..., n].astype(np.float64) for n in range(3))
        marked = (true + missed)[..., 0] > 0
        if not marked.any():
            return np.zeros(len(THRESHOLDS))
        weight = beta * beta
        f = (1 + weight) * true / np.maximum((1 + weight) * true + weight * missed + false, 1)
        there = marked.any(0)
        each = (f * marked[..., None]).sum(0)[there] / marked.sum(0)[there, None]
        mean: NDArray[np.float64] = each.mean(0)
        return mean


def shares(counts: NDArray[np.int64], pixels: int) -> dict[str, float]:
    """F1, precision, recall, IoU and accuracy of (true positives, false positives, false negatives) of so many."""
    true, false, missed = (int(one) for one in counts)
    found = Agreement(true, false, missed, pixels - true - false - missed)
    names = {"f1": "dice", "precision": "precision", "recall": "recall", "iou": "iou", "accuracy": "accuracy"}
    return {name: round(getattr(found, source), 5) for name, source in names.items()}


class Judge:
    """Looks at pictures as Segment would see them: whole, at the card's size."""

    def __init__(self, examples: Sequence[Example], long_side: tuple[int, int], labels: int, loss: Loss) -> None:
        self._examples, self._labels, self._loss = list(examples), labels, loss
        self._most = _MOST_PIXELS
        self._frames = [Frame.of(one.pixels.shape[1:], long_side) for one in self._examples]

    def __len__(self) -> int:
        return len(self._examples)

    @property
    def pixels(self) -> int:
        """What a network computes for all of them."""
        return sum(frame.padded[0] * frame.padded[1] for frame in self._frames)

    def some(self, most: int) -> "Judge":
        """One that looks at so many of the pictures at most, with and without a mark in their proportion."""
        if len(self) <= most:
            return self
        order = sorted(range(len(self)), key=lambda n: (bool(self._examples[n].marks.any()), n))
        chosen = sorted({order[round((k + 0.5) * len(order) / most - 0.5)] for k in range(most)})
        few = Judge.__new__(Judge)
        few._labels, few._loss, few._most = self._labels, self._loss, self._most
        few._examples, few._frames = [self._examples[n] for n in chosen], [self._frames[n] for n in chosen]
        return few

    def take_fewer(self) -> bool:
        """Looks at half as many pictures at a time from now on; whether that was possible."""
        one = max((frame.padded[0] * frame.padded[1] for frame in self._frames), default=0)
        if self._most <= one:
            return False
        self._most //= 2
        return True

    @torch.inference_mode()
    def look(self, network: torch.nn.Module, device: str, short: torch.dtype | None) -> Iterator["Look | None"]:
        """None after each batch of pictures, so that whoever waits can look in between; last what was seen."""
        counts = np.zeros((len(self), self._labels, len(THRESHOLDS), 3), np.int64)
        total, pixels = 0.0, 0
        for numbers in self._batches():
            with torch.autocast(device, short or torch.bfloat16, enabled=short is not None):
                logits = network(self._pictures(numbers).to(device, memory_format=torch.channels_last))
            target = self._targets(numbers).to(device)
            size = self._frames[numbers[0]].scaled
            logits = logits.float()[:, :, : size[0], : size[1]]
            total += float(self._loss(logits, target)) * len(numbers)
            counts[numbers] = counted(logits, target).cpu().numpy()
            pixels += target.numel()
            yield None
        yield Look(total / max(len(self), 1), pixels, counts)

    def _batches(self) -> Iterator[list[int]]:
        """Pictures of one size together."""
        by_size: dict[tuple[object, object], list[int]] = {}
        for n, frame in enumerate(self._frames):
            by_size.setdefault((frame.scaled, frame.padded), []).append(n)
        for numbers in by_size.values():
            rows, columns = self._frames[numbers[0]].padded
            most = max(1, self._most // (rows * columns))
            for start in range(0, len(numbers), most):
                yield numbers[start : start + most]

    def _pictures(self, numbers: Sequence[int]) -> Tensor:
        shown = [self._frames[n].to_network(self._examples[n].pixels) for n in numbers]
        return torch.from_numpy(np.stack(shown))

    def _targets(self, numbers: Sequence[int]) -> Tensor:
        """At the network's size, so that the shares are of what it was asked."""
        import cv2

        marks = []
        for n in numbers:
            own, size = self._examples[n].marks, self._frames[n].scaled
            marks.append(own if own.shape == size else cv2.resize(own, size[::-1], interpolation=cv2.INTER_NEAREST))
        numbered = torch.arange(1, self._labels + 1, dtype=torch.uint8)[None, :, None, None]
        return (torch.from_numpy(np.stack(marks))[:, None] == numbered).float()


def looked(judge: Judge, network: torch.nn.Module, hardware: Hardware, beat: Callable[[], None]) -> Look:
    """What was seen in one look, in smaller batches where memory is short; `beat` is called after each of them.

    Raises OutOfMemory where not even one picture fits.
    """
    while True:
        found: Look | None = None
        try:
            for seen in judge.look(network, hardware.device, hardware.short):
                found = seen
                beat()
        except (RuntimeError, MemoryError) as problem:
            if not is_out_of_memory(problem):
                raise
            if not judge.take_fewer():
                raise OutOfMemory(
                    _("There is not enough memory to look at the pictures held out."),
                    hint=_("Take a smaller size or a smaller encoder, or close other programs."),
                ) from problem
        else:
            assert found is not None
            return found


def counted(logits: Tensor, target: Tensor, thresholds: Sequence[float] = THRESHOLDS) -> Tensor:
    """(pictures, labels, thresholds, 3): true positives, false positives, false negatives, by the likeliest label.

    As Segment draws: a pixel has the likeliest label, where that reaches the threshold.
    """
    if logits.shape[1] > 1:
        logits = torch.where(logits == logits.amax(1, keepdim=True), logits, float("-inf"))
    cuts = torch.logit(torch.tensor(thresholds, device=logits.device))
    level = torch.bucketize(logits.contiguous(), cuts, right=True)
    true, false = (_reaching(level, there, len(cuts)) for there in (target > 0, target == 0))
    return torch.stack([true, false, (target > 0).sum((2, 3))[..., None] - true], -1)


def _reaching(level: Tensor, there: Tensor, cuts: int) -> Tensor:
    """How many of these pixels reach each threshold: (pictures, labels, thresholds)."""
    planes = level.shape[0] * level.shape[1]
    numbered = level.flatten(2).reshape(planes, -1) + (cuts + 1) * torch.arange(planes, device=level.device)[:, None]
    chosen = numbered[there.reshape(planes, -1)]
    found = torch.bincount(chosen, minlength=planes * (cuts + 1)).reshape(*level.shape[:2], cuts + 1)
    return found.flip(-1).cumsum(-1).flip(-1)[..., 1:]
