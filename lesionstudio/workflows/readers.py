"""readers: how well people agree with each other, where the masks of several lie beside the reference masks.

They lie in a folder `readers` beside the folder of masks, a folder a reader, each with files named like the masks.
What they agree by is the ceiling of what can be asked of a model.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.imaging.formats import read_mask, read_scan
from lesionstudio.imaging.pairs import Pair
from lesionstudio.metrics.agreement import Agreement

FOLDER = "readers"


def between_readers(
    pairs: Sequence[Pair], structure: int | None = None, beat: Callable[[], object] = lambda: None
) -> dict[str, Any] | None:
    """{"readers", "cases", "dice"}: how many readers, of how many cases, and their Dice; None where none are given.

    Dice is the mean over the cases that two of them marked, of each the mean over every two readers who both marked
    something, whatever label: how well they draw the same, not how often they see the same. `beat` is called after
    each case. Raises UnreadableFile, GridMismatch.
    """
    most, found = 0, list[float]()
    for pair in pairs:
        files = _files_of(pair)
        most = max(most, len(files))
        if len(files) < 2:
            continue
        scan = read_scan(pair.image)
        every = [read_mask(file, scan, structure=structure) > 0 for file in files]
        marked = [marks for marks in every if marks.any()]
        if len(marked) > 1:
            found.append(float(np.mean([Agreement.of(*two).dice for two in combinations(marked, 2)])))
        beat()
    return {"readers": most, "cases": len(found), "dice": float(np.mean(found))} if found else None


def _files_of(pair: Pair) -> list[Path]:
    """This case's mask by each reader."""
    folder = pair.mask.parent.parent / FOLDER
    return [file for reader in sorted(folder.glob("*/")) if (file := reader / pair.mask.name).is_file()]
