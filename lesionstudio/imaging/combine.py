"""Two labels joined: A takes B in, loses what lies in B, or keeps only that.

A voxel has one label, so two labels never share one: subtracting and intersecting mean B together with what it
encloses, or B made wider by some mm.
"""

from dataclasses import dataclass
from typing import Literal

from lesionstudio.imaging.cleanup import changes
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.morphology import Cover, Spacing, filled, grown, reach
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.progress import Reporter, silent

Operation = Literal["union", "subtract", "intersect"]


@dataclass(frozen=True, slots=True)
class Combination:
    """Label `a` becomes a op b. B is taken with what it encloses, and wider by `margin` (mm; voxels without a spacing).

    `slices`: only these, each by itself; None: all. `in_3d` says how "encloses" and `margin` are meant.
    """

    a: int
    operation: Operation
    b: int
    margin: float = 0.0
    encloses: bool = False
    slices: range | None = None
    in_3d: bool = False
    locked: frozenset[int] = frozenset()


def combined(
    marked: Marked, spacing: Spacing, wish: Combination, title: str, report: Reporter = silent
) -> Proposal | None:
    """What the operation would change; None where it changes nothing. What is locked stays."""
    box = _box(marked, spacing, wish)
    if wish.a == wish.b or box.is_empty:
        return None
    before = marked.block(box)
    own, other = before == wish.a, _other(before == wish.b, spacing, wish, report)
    after = before.copy()
    if wish.operation == "union":
        after[other & ((before == 0) | (before == wish.b))] = wish.a
    else:
        after[own & (other if wish.operation == "subtract" else ~other)] = 0
    return changes(title, box, before, after, wish.locked)


def _other(cover: Cover, spacing: Spacing, wish: Combination, report: Reporter) -> Cover:
    if wish.encloses:
        cover = filled(cover, in_3d=wish.in_3d)
    return grown(cover, wish.margin, spacing, in_3d=wish.in_3d, report=report) if wish.margin > 0 else cover


def _box(marked: Marked, spacing: Spacing, wish: Combination) -> Box:
    """Both labels, and as far as the margin reaches."""
    box = marked.box((wish.a, wish.b), wish.slices)
    if box.is_empty:
        return box
    away = reach(wish.margin, spacing, in_3d=wish.in_3d)
    start = tuple(a - n for a, n in zip(box.start, away))
    stop = tuple(b + n for b, n in zip(box.stop, away))
    first, last = (wish.slices.start, wish.slices.stop) if wish.slices is not None else (0, marked.shape[0])
    return Box(start, stop).intersect(Box((first, 0, 0), (last, *marked.shape[1:])))  # type: ignore[arg-type]
