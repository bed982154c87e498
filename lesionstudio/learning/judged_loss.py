"""What a Learner makes small: Dice and cross-entropy over what a person judged. A target of -1 is nobody's word."""

import torch
import torch.nn.functional as functional
from torch import Tensor

_SMOOTH = 1.0


def judged_loss(logits: Tensor, target: Tensor, taught: Tensor) -> Tensor:
    """Cross-entropy and Dice (half of all pictures together, half of each with a mark) over judged pixels.

    `logits` and `target` (batch, labels, rows, columns), target 1, 0 or -1: not judged; `taught` for each label whether
    it counts. 0, with gradients of 0, where nothing was judged or nothing is taught. See losses.py for why both halves.
    """
    judged = (target >= 0).to(logits.dtype) * taught.to(logits.dtype)[:, None, None]
    wanted = target.clamp(min=0)
    pixels = judged.sum().clamp(min=1)
    entropy = functional.binary_cross_entropy_with_logits(logits, wanted, weight=judged, reduction="sum") / pixels
    probability = logits.sigmoid() * judged
    both, size = (probability * wanted).sum((2, 3)), (probability + wanted * judged).sum((2, 3))
    marked = (wanted * judged).sum((2, 3)) > 0
    return entropy + (_missed(both.sum(0), size.sum(0), marked.any(0)) + _missed(both, size, marked)) / 2


def _missed(both: Tensor, size: Tensor, marked: Tensor) -> Tensor:
    """1 - Dice, the mean over what has a mark; 0 where nothing has."""
    dice = (2 * both + _SMOOTH) / (size + _SMOOTH)
    return torch.where(marked, 1 - dice, 0.0).sum() / marked.sum().clamp(min=1)
