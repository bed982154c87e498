"""What training makes small. Logits and targets are (batch, labels, rows, columns)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from lesionstudio.errors import ModelProblem
from lesionstudio.words import _

Term = Callable[[Tensor, Tensor], Tensor]
"""One loss: logits and targets -> its value for each picture and label, (batch, labels)."""

FOCUS = 2.0
FALSE_MARKS, MISSED = 0.3, 0.7
"""How much Tversky's loss weighs false and missed pixels: it would rather mark too much."""

_SMOOTH, _EMPTY_SHARE = 1.0, 0.01


@dataclass(frozen=True, slots=True)
class Loss:
    """The sum of some terms: the mean over all pictures and labels, so that every plane counts the same.

    A batch cut into pieces of one size has the mean of theirs. Finite, with finite gradients, for any batch.
    """

    terms: tuple[Term, ...]

    def __call__(self, logits: Tensor, target: Tensor) -> Tensor:
        """One number for a batch."""
        return torch.stack([term(logits, target).mean() for term in self.terms]).sum()


def loss_named(name: str) -> Loss:
    """The loss of that name, or the sum of several: "dice+bce". Raises ModelProblem for one nobody knows."""
    names = [one.strip() for one in name.lower().split("+")]
    for one in names:
        if one not in LOSSES:
            raise ModelProblem(
                _("There is no loss called {name}.").format(name=one or name),
                hint=_("Known are: {names}, and sums such as {sum}.").format(names=", ".join(LOSSES), sum="dice+bce"),
            )
    return Loss(tuple(LOSSES[one] for one in names))


def binary_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean over the pixels of each plane, each label by itself."""
    return functional.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((2, 3))


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Of the labels and the background against each other (softmax), the background's logit being 0.

    A label is then likelier than the background where its own logit is above 0: as it is for a sigmoid, and the
    likeliest of the labels is the one that Segment draws. With one label the same as binary_cross_entropy.
    """
    every = torch.cat([torch.zeros_like(logits[:, :1]), logits], 1)
    which = torch.where(target.amax(1) > 0, target.argmax(1) + 1, 0)
    return functional.cross_entropy(every, which, reduction="none").mean((1, 2))[:, None].expand(-1, logits.shape[1])


def focal(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy that counts pixels the less the surer they are right: times (1 - p) squared (Lin et al., 2017)."""
    each = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    wrong = (target - logits.sigmoid()).abs()
    return (wrong**FOCUS * each).mean((2, 3))


def soft_dice(logits: Tensor, target: Tensor) -> Tensor:
    """1 - Dice of the probabilities; where nothing is to be marked, what the false marks deserve: see _false_marks."""
    probability = logits.sigmoid()
    both, size = (probability * target).sum((2, 3)), (probability + target).sum((2, 3))
    return torch.where(_is_empty(target), _false_marks(probability), 1 - (2 * both + _SMOOTH) / (size + _SMOOTH))


def tversky(logits: Tensor, target: Tensor) -> Tensor:
    """As soft_dice, but a missed pixel counts more than a false one (Salehi et al., 2017, equation 3)."""
    probability = logits.sigmoid()
    both = (probability * target).sum((2, 3))
    false, missed = probability.sum((2, 3)) - both, target.sum((2, 3)) - both
    index = (both + _SMOOTH) / (both + FALSE_MARKS * false + MISSED * missed + _SMOOTH)
    return torch.where(_is_empty(target), _false_marks(probability), 1 - index)


def _is_empty(target: Tensor) -> Tensor:
    return target.amax((2, 3)) == 0


def _false_marks(probability: Tensor) -> Tensor:
    """0 where nothing is marked, one half where a hundredth of the plane is, towards 1 beyond.

    Dice itself jumps to 1 with the first false pixel and then has next to no gradient.
    """
    marked = probability.mean((2, 3))
    return marked / (marked + _EMPTY_SHARE)


LOSSES: dict[str, Term] = {
    "dice": soft_dice,
    "bce": binary_cross_entropy,
    "ce": cross_entropy,
    "focal": focal,
    "tversky": tversky,
}


def taught_dice_and_cross_entropy(logits: Tensor, target: Tensor, taught: Tensor, batch: Tensor) -> Tensor:
    """What some pictures add to Dice and cross-entropy of a batch, over the labels that are taught.

    `taught`: for each label whether it counts; the others get no gradient. `batch`: the targets of the whole batch, so
    that the sum over its pieces is the same however it is cut. Dice is asked of planes with a mark. 0 where nothing
    is taught.
    """
    counts = taught.to(logits.dtype)
    planes = counts.sum().clamp(min=1) * len(batch)
    each = functional.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((2, 3))
    probability = logits.sigmoid()
    both, size = (probability * target).sum((2, 3)), (probability + target).sum((2, 3))
    present = (target.sum((2, 3)) > 0) * counts
    presents = ((batch.sum((2, 3)) > 0) * counts).sum().clamp(min=1)
    dice = (2 * both + 1) / (size + 1)
    return (each * counts).sum() / planes + ((1 - dice) * present).sum() / presents


def told_by_teacher(logits: Tensor, said: Tensor, asked: Tensor) -> Tensor:
    """Mean cross-entropy against the probabilities a teacher said, over the labels that are asked for."""
    return functional.binary_cross_entropy_with_logits(logits[:, asked], said[:, asked])
