"""Which slices are set aside to measure a model on: whole patients, every fifth picture, or blocks of slices.

Dealt once, when a scan joins the study, and never dealt again, so that what was learned from is never measured on.
The one way back is to learn from: the first block in which a person marks something is released for good.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]

FEWEST_SLICES = 10
MOST_HELD_OUT = 20
ONE_IN = 5
_FIRST_PATIENTS = 2
_LONGEST_BLOCK = 5


@dataclass(frozen=True, slots=True)
class Share:
    """Half-open ranges of an item's slices: those held out, and their neighbours, which serve neither purpose."""

    held_out: Ranges = ()
    between: Ranges = ()

    @property
    def slices_held_out(self) -> int:
        """How many slices are held out."""
        return sum(stop - start for start, stop in self.held_out)

    def holds(self, k: int) -> bool:
        """Whether slice k is held out."""
        return any(start <= k < stop for start, stop in self.held_out)

    def without(self, k: int) -> "Share":
        """With the block of slice k, and the neighbours it needed, free to learn from; the other blocks stay."""
        kept = tuple(block for block in self.held_out if not block[0] <= k < block[1])
        edges = {edge for start, stop in kept for edge in (start - 1, stop)}
        return Share(kept, tuple(one for one in self.between if one[0] in edges))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of the study, in the order of joining. `share` is None while it is not dealt."""

    id: str
    patient: str
    slices: int
    share: Share | None = None


def deal_roles(items: Sequence[Candidate], seed: int) -> dict[str, Share]:
    """The share of each item that has none yet; nothing is held out in a study of fewer than 10 slices.

    With 5 or more patients every fifth patient is held out, never the first two; else blocks of slices of a volume and
    every fifth picture, never the first. About one slice in five, at most about 20.
    """
    fresh = [item for item in items if item.share is None]
    if sum(item.slices for item in items) < FEWEST_SLICES:
        return {item.id: Share() for item in fresh}
    patients = list(dict.fromkeys(item.patient for item in items if item.patient))
    by_patient = len(patients) >= ONE_IN
    left = MOST_HELD_OUT - sum(item.share.slices_held_out for item in items if item.share)
    dealt: dict[str, Share] = {}
    if by_patient:
        dealt = _by_patient(items, patients, seed, left)
        left -= sum(share.slices_held_out for share in dealt.values())
    rest = [item for item in items if not (by_patient and item.patient)]
    return dealt | _by_item(rest, seed, left)


def _by_patient(items: Sequence[Candidate], patients: list[str], seed: int, left: int) -> dict[str, Share]:
    """Whole patients; one who has scans in the study already keeps the role they have."""
    place = _FIRST_PATIENTS + seed % (ONE_IN - _FIRST_PATIENTS)
    dealt: dict[str, Share] = {}
    by_patient: dict[str, list[Candidate]] = {}
    for item in items:
        by_patient.setdefault(item.patient, []).append(item)
    for number, patient in enumerate(patients):
        theirs = by_patient[patient]
        before = [item.share for item in theirs if item.share is not None]
        chosen = bool(before and before[0].held_out) if before else number % ONE_IN == place and left > 0
        for item in theirs:
            if item.share is None:
                dealt[item.id] = Share(((0, item.slices),) if chosen else ())
                left -= dealt[item.id].slices_held_out
    return dealt


def _by_item(items: Sequence[Candidate], seed: int, left: int) -> dict[str, Share]:
    """Blocks of slices of long items, every fifth of the short ones."""
    place, short, dealt = 1 + seed % (ONE_IN - 1), 0, {}
    for item in items:
        is_short = item.slices < FEWEST_SLICES
        if item.share is None:
            whole = Share(((0, item.slices),) if short % ONE_IN == place and left > 0 else ())
            share = whole if is_short else _blocks(item, seed, left)
            dealt[item.id] = share
            left -= share.slices_held_out
        short += is_short
    return dealt


def _blocks(item: Candidate, seed: int, left: int) -> Share:
    """Blocks of a volume, one of every five block lengths, spread over it, never its first."""
    length = max(1, min(_LONGEST_BLOCK, item.slices // FEWEST_SLICES))
    dice = random.Random(f"{seed} {item.id}")
    starts = [
        begin + dice.randint(length, (ONE_IN - 1) * length - 1)
        for begin in range(0, item.slices - ONE_IN * length + 1, ONE_IN * length)
    ]
    starts = _spread(starts, max(left, 0) // length)
    held_out = tuple((start, start + length) for start in starts)
    edges = {k for start, stop in held_out for k in (start - 1, stop) if 0 <= k < item.slices}
    between = tuple((k, k + 1) for k in sorted(edges))
    return Share(held_out, between)


def _spread(starts: list[int], most: int) -> list[int]:
    """At most so many of the places, evenly spread."""
    if len(starts) <= most:
        return starts
    return [starts[i * len(starts) // most] for i in range(most)]
