"""What a network learns from: pictures as it will see them, and their marks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOT_JUDGED = 255
"""In the marks of an Example: nobody painted, erased or confirmed this pixel, and nothing is learned from it."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One slice: pixels float32 (channels, rows, columns) by the card's IntensityRule, marks uint8 label numbers.

    Pixels of the marks may be NOT_JUDGED where an example is for a Learner (learning/going_on.py).

    `group` names what must never be split between training and measuring: a patient, or near-duplicates.
    """

    id: str
    pixels: NDArray[np.float32]
    marks: NDArray[np.uint8]
    group: str = ""


def leave_out(examples: Sequence[Example], fold: tuple[int, int]) -> tuple[list[Example], list[Example]]:
    """Examples to train on, and those of every n-th group from the k-th on; groups in the order of their names."""
    k, n = fold
    if n < 2:
        return list(examples), []
    groups = sorted({example.group for example in examples}, key=lambda name: (len(name), name))
    held_out = set(groups[k % n :: n])
    return [e for e in examples if e.group not in held_out], [e for e in examples if e.group in held_out]
