"""training_preview: what a network would see of some pictures, in files, for the window."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.progress import Reporter
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.recipe import Recipe, changed
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.preview import Preview, preview
from lesionstudio.workflows.train_here import path_of, plain_changes
from lesionstudio.workflows.training_set import Question

_SHOWN = 3


def training_preview(
    images: str,
    masks: str,
    split: str,
    data: str,
    model_from: str,
    changes: dict[str, Any],
    out: str,
    report: Reporter,
) -> dict[str, Any]:
    """Writes n.npz into the folder `out` for each of up to three slices from all over the data.

    Each holds "original", "seen" and "changed", uint8 (row, column), and "marks", "seen_marks", "changed_marks", label
    numbers (row, column). Gives {"pictures": [{"name", "file"}]}. Raises LesionStudioError.
    """
    places = Places(path_of(images), path_of(masks), path_of(split), path_of(data))
    plan = changed(Recipe(), plain_changes(changes))
    if model_from:
        start = ModelShelf().find(model_from).card
        plan = replace(plan, card={"inputs": [asdict(one) for one in start.inputs]})
        plan = replace(plan, long_side=start.long_side if start.long_side[1] else plan.long_side)
    shown = preview(places, plan, Question(), count=_SHOWN, times=1, report=report)
    return {"pictures": [_written(one, Path(out) / f"{n}.npz") for n, one in enumerate(shown)]}


def _written(one: Preview, path: Path) -> dict[str, str]:
    seen, augmented = one.seen, one.augmented[0]
    np.savez_compressed(
        path,
        original=one.original,
        marks=one.marks,
        seen=_grey(seen.planes, seen.planes),
        seen_marks=seen.marks,
        changed=_grey(augmented.planes, seen.planes),
        changed_marks=augmented.marks,
    )
    return {"name": one.name, "file": path.name}


def _grey(planes: NDArray[np.float32], reach_of: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The middle plane as 8-bit grey, from the least to the greatest value of these planes."""
    low, high = float(reach_of.min()), float(reach_of.max())
    share = (planes[len(planes) // 2] - low) / max(high - low, 1e-6)
    grey: NDArray[np.uint8] = (np.clip(share, 0, 1) * 255).astype(np.uint8)
    return grey
