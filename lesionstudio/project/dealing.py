"""Dealing pictures out to train, val and test: whole groups of every load of marks, or blocks of neighbours."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from lesionstudio.imaging.formats.names import natural_key
from lesionstudio.imaging.pairs import PARTS

_STRATUM, _GAP_FROM = 3, 20


@dataclass(frozen=True, slots=True)
class Load:
    """A picture by its id, the group that must stay together, and the share of it that is marked."""

    id: str
    group: str
    marked: float


def of_groups(loads: Sequence[Load], shares: Sequence[float], seed: int) -> dict[str, str]:
    """The part of each picture by its id; pictures of one group are in one part.

    Groups are dealt from the least marked to the most, three at a time in an order by seed; each goes to the part that
    lacks most of its share of the pictures dealt so far. So parts have about the same mixture of loads.
    """
    sizes: dict[str, int] = {}
    marked: dict[str, float] = {}
    for load in loads:
        sizes[load.group] = sizes.get(load.group, 0) + 1
        marked[load.group] = marked.get(load.group, 0.0) + load.marked
    order = sorted(sizes, key=lambda group: (marked[group] / sizes[group], group))
    dice, seen = random.Random(f"split {seed}"), 0
    held, parts = dict.fromkeys(PARTS, 0), dict[str, str]()
    wanted = {part: share / sum(shares) for part, share in zip(PARTS, shares) if share > 0}
    for start in range(0, len(order), _STRATUM):
        stratum = order[start : start + _STRATUM]
        for group in dice.sample(stratum, len(stratum)):
            seen += sizes[group]
            lacks = {part: share * seen - held[part] for part, share in wanted.items()}
            parts[group] = max(lacks, key=lambda part: lacks[part])
            held[parts[group]] += sizes[group]
    _fill_empty(parts, sizes, list(wanted))
    return {load.id: parts[load.group] for load in loads}


def _fill_empty(parts: dict[str, str], sizes: dict[str, int], wanted: Sequence[str]) -> None:
    """Gives each part that is wanted at least one group: the smallest of the part that has most groups."""
    for part in (part for part in wanted if part not in parts.values()):
        owners = list(parts.values())
        richest = max(wanted, key=owners.count)
        parts[min((group for group in parts if parts[group] == richest), key=lambda group: sizes[group])] = part


def in_blocks(loads: Sequence[Load], shares: Sequence[float]) -> dict[str, str]:
    """The part of each picture by its id: train, val, test one after the other in the natural order of names.

    Where there are 20 pictures and more, one is left out ("") between two parts: neighbouring sections resemble each
    other.
    """
    order = sorted(loads, key=lambda load: natural_key(load.id))
    total, start, parts = sum(shares), 0.0, dict[str, str]()
    for part, share in zip(PARTS, shares):
        stop = start + share / total * len(order)
        block = order[round(start) : round(stop)]
        parts |= {load.id: part for load in block}
        if block and start and len(order) >= _GAP_FROM:
            parts[block[0].id] = ""
        start = stop
    return parts
