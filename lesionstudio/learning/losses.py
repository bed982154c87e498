"""What training makes small. Logits and targets are (batch, labels, rows, columns)."""

from collections.abc import Callable

import torch.nn.functional as functional
from torch import Tensor

from lesionstudio.errors import ModelProblem
from lesionstudio.words import _

Loss = Callable[[Tensor, Tensor], Tensor]


def loss_named(name: str) -> Loss:
    """The loss of that name. Raises ModelProblem for one nobody knows."""
    if name not in LOSSES:
        raise ModelProblem(
            _("There is no loss called {name}.").format(name=name),
            hint=_("Known are: {names}.").format(names=", ".join(LOSSES)),
        )
    return LOSSES[name]


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean binary cross-entropy of every pixel; works where there is no lesion."""
    return functional.binary_cross_entropy_with_logits(logits, target)


def soft_dice(logits: Tensor, target: Tensor) -> Tensor:
    """1 - Dice of the probabilities, by picture and label, over those with a lesion; 0 where none has one.

    Pictures without a lesion are left out, because Dice says nothing of their false marks: use a partner loss.
    """
    probability = logits.sigmoid()
    both = (probability * target).sum((2, 3))
    size = (probability + target).sum((2, 3))
    present = (target.sum((2, 3)) > 0).float()
    dice = (2 * both + 1) / (size + 1)
    return ((1 - dice) * present).sum() / present.sum().clamp(min=1)


def dice_and_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """soft_dice + cross_entropy: the overlap of each lesion, and every pixel."""
    return soft_dice(logits, target) + cross_entropy(logits, target)


LOSSES: dict[str, Loss] = {"dice+bce": dice_and_cross_entropy, "bce": cross_entropy}


def taught_dice_and_cross_entropy(logits: Tensor, target: Tensor, taught: Tensor, batch: Tensor) -> Tensor:
    """What some pictures add to dice_and_cross_entropy of a batch, over the labels that are taught.

    `taught`: for each label whether it counts; the others get no gradient. `batch`: the targets of the whole batch, so
    that the sum over its pieces is the same however it is cut. 0 where nothing is taught.
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
