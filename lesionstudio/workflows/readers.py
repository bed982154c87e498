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

    Dice is the mean over the cases that at least one of them marked, of each the mean over every two readers of whom
    one marked something, whatever label. `beat` is called after each case. Raises UnreadableFile, GridMismatch.
    """
    most, found = 0, list[float]()
    for pair in pairs:
        files = _files_of(pair)
        most = max(most, len(files))
        if len(files) < 2:
            continue
        scan = read_scan(pair.image)
        marks = [read_mask(file, scan, structure=structure) > 0 for file in files]
        pairwise = [Agreement.of(one, other) for one, other in combinations(marks, 2)]
        marked = [both.dice for both in pairwise if not both.both_empty]
        found += [float(np.mean(marked))] if marked else []
        beat()
    return {"readers": most, "cases": len(found), "dice": float(np.mean(found))} if found else None


def _files_of(pair: Pair) -> list[Path]:
    """This case's mask by each reader."""
    folder = pair.mask.parent.parent / FOLDER
    return [file for reader in sorted(folder.glob("*/")) if (file := reader / pair.mask.name).is_file()]
