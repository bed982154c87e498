"""Kept marks: what a model marked on judged slices and what was wanted there, in files for whoever shows them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.metrics.cases import Case

Marks = NDArray[np.uint8]


class MarksKeeper:
    """Writes one small file a case into a run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._count = folder, 0

    def keep(self, marked: Marks, wanted: Marks) -> str:
        """Writes the labels marked and wanted on one slice (row, column each); gives the file's name."""
        name = f"marks_{self._count:05d}.npz"
        self._count += 1
        np.savez_compressed(self.folder / name, marked=marked, wanted=wanted)
        return name


def amounts(case: "Case") -> dict[str, Any]:
    """How much of a case was missed and how much invented, in voxels, and a voxel's ml (None without a spacing)."""
    counts = case.pooled
    return {
        "missed_voxels": counts.false_negatives,
        "invented_voxels": counts.false_positives,
        "voxel_ml": case.voxel_ml,
    }


def read_marks(path: Path) -> tuple[Marks, Marks]:
    """The labels marked and wanted on the slice of a case, (row, column) each. Raises UnreadableFile once removed."""
    try:
        with np.load(path) as kept:
            return kept["marked"], kept["wanted"]
    except FileNotFoundError as problem:
        words = _("What was measured is no longer there.")
        raise UnreadableFile(words, hint=_("Measure again.")) from problem
