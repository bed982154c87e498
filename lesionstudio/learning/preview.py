"""What a network will see of a picture: at its own scale, and once more as training changes it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionstudio.learning.augment import scaled_to
from lesionstudio.learning.batches import PictureBatches
from lesionstudio.learning.examples import Example
from lesionstudio.learning.folder_run import settled
from lesionstudio.recipe import Recipe

Floats = NDArray[np.float32]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Pixels (channels, rows, columns) and label numbers (rows, columns), as they are and as training changes them."""

    pixels: Floats
    marks: Marks
    changed: Floats
    changed_marks: Marks


def seen_by_network(example: Example, recipe: Recipe, labels: int, number: int) -> Seen:
    """The example as the network of this recipe sees it; `number` names the patch that chance makes of it."""
    plan = settled(recipe, [(example.marks.shape[0], example.marks.shape[1])])
    low, high = plan.long_side
    longest = max(example.marks.shape)
    wanted = min(max(longest, low), high) if high else longest
    pixels, marks = example.pixels, example.marks
    if wanted != longest:
        pixels, marks = scaled_to(pixels, marks, wanted)
    scaled = replace(example, pixels=pixels, marks=marks)
    batch, target = PictureBatches([scaled], plan, labels).of([number], "cpu")
    numbers = np.arange(1, labels + 1, dtype=np.uint8)[:, None, None]
    changed_marks = (target[0].numpy().astype(np.uint8) * numbers).max(0)
    return Seen(pixels, marks, np.ascontiguousarray(batch[0].numpy()), changed_marks)
