"""What is left of a proposal where locked labels and the paint rules hold: the preview shows what will be done."""

from collections.abc import Iterable

import numpy as np

from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.paint_rules import PaintRules, Values
from lesionstudio.imaging.proposal import Proposal


def permitted(
    found: Proposal | None,
    marked: Marked,
    rules: PaintRules,
    values: Values | None = None,
    locked: Iterable[int] = (),
) -> Proposal | None:
    """The proposal without voxels that may not be changed or are so already; None where nothing is left."""
    held = np.zeros(256, bool)
    held[list(locked)] = True
    if found is None:
        return None
    there, region = marked.block(found.box), found.box.slices()[1:]
    where = found.where & (there != found.labels)
    if held.any():
        where &= ~held[there] & ~held[found.labels]
    for i in np.flatnonzero(where.any(axis=(1, 2))) if rules.limits else ():
        shown = values(found.box.start[0] + int(i))[region] if values is not None and rules.gate_on else None
        allowed = np.zeros(where[i].shape, bool)
        for number in np.unique(found.labels[i][where[i]]):
            own = where[i] & (found.labels[i] == number)
            allowed |= rules.allowed(own, there[i], shown, int(number))
        where[i] = allowed
    return Proposal(found.title, found.box, found.labels, where) if where.any() else None
