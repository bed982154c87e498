"""training_preview: what a network would see of some pictures before it is trained: original, input, augmented."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import NotEnoughExamples
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.pairs import Pair
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.recipe import Recipe, changed
from lesionstudio.words import _
from lesionstudio.workflows.labelled import Places, read_pair
from lesionstudio.workflows.report import shown_slice
from lesionstudio.workflows.train_here import path_of, plain_changes
from lesionstudio.workflows.training_set import inputs_for

SHOWN, LOOKED_AT = 3, 24
Floats = NDArray[np.float32]
Marks = NDArray[np.uint8]


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
    """Writes n.npz into the folder `out` for each of up to three slices with marks, from all over the data.

    Each holds "original", "seen" and "changed", uint8 (row, column[, 3]), and "marks", "seen_marks", "changed_marks",
    label numbers (row, column). Gives {"pictures": [{"name", "file"}], "rule": the intensity rule in words}. Raises
    NotEnoughExamples, UnreadableFile, GridMismatch.
    """
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.preview import seen_by_network

    places = Places(path_of(images), path_of(masks), path_of(split), path_of(data))
    plan, start = changed(Recipe(), plain_changes(changes)), None
    if model_from:
        start = ModelShelf().find(model_from).card
        plan = changed(plan, {"long_side": start.long_side if start.long_side[1] else plan.long_side})
    shown: list[dict[str, str]] = []
    inputs = start.inputs if start is not None else ()
    for pair, scan, marks, k in _with_marks(places, report):
        inputs = inputs or inputs_for(scan, "", plan.intensity, plan.neighbours)
        example = Example(pair.id, network_inputs(scan, k, inputs), marks[k])
        found = seen_by_network(example, plan, max(int(marks[k].max()), 1), len(shown))
        file = f"{len(shown)}.npz"
        np.savez_compressed(
            Path(out) / file,
            original=shown_slice(scan, k),
            marks=marks[k],
            seen=_grey(found.pixels, found.pixels),
            seen_marks=found.marks,
            changed=_grey(found.changed, found.pixels),
            changed_marks=found.changed_marks,
        )
        shown.append({"name": pair.id, "file": file})
    if not shown:
        raise NotEnoughExamples(_("None of the masks looked at has a mark."), hint=_("Check the folder of masks."))
    return {"pictures": shown, "rule": inputs[0].rule.how}


def _with_marks(places: Places, report: Reporter) -> Iterator[tuple[Pair, Scan, Marks, int]]:
    """Some pairs with marks, each with its slice of most; looks at no more than a few."""
    pairs = places.pairs(silent).pairs
    order = np.linspace(0, len(pairs) - 1, min(len(pairs), LOOKED_AT)).round().astype(int)
    steps, found = Steps(report, SHOWN, _("Reading")), 0
    # In leaps: neighbours resemble each other.
    for place in sorted(np.unique(order).tolist(), key=lambda n: n * 7 % len(pairs)):
        scan, marks = read_pair(pairs[place], None)
        if marks.any():
            found += 1
            yield pairs[place], scan, marks, int(np.count_nonzero(marks, axis=(1, 2)).argmax())
            steps.advance()
        if found == SHOWN:
            return


def _grey(pixels: Floats, reach_of: Floats) -> NDArray[np.uint8]:
    """The first channel as 8-bit grey, from the least to the greatest value of these pixels."""
    low, high = float(reach_of.min()), float(reach_of.max())
    share = (pixels[0] - low) / max(high - low, 1e-6)
    grey: NDArray[np.uint8] = (np.clip(share, 0, 1) * 255).astype(np.uint8)
    return grey
