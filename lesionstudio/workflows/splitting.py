"""Splitting off what a run is judged by, where the data name no validation part: whole groups, or a block of slices."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lesionstudio.errors import NotEnoughExamples
from lesionstudio.project.dealing import Load, of_groups
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.learning.examples import Example

ONE_IN, FEWEST_GROUPS, _NEIGHBOUR_FROM = 5, 5, 20


@dataclass(frozen=True, slots=True)
class Held:
    """How the pictures held out were told apart: by the data's part, by group, or as a block in the order of names."""

    by: Literal["part", "group", "block", "nothing"]
    groups: frozenset[str] = frozenset()
    block: tuple[int, int] = (0, 0)
    learned: int = 0
    held_out: int = 0

    def parted(self, examples: Sequence["Example"]) -> tuple[list["Example"], list["Example"]]:
        """What is learned from, what is held out; a block's neighbours are neither where there are pictures enough."""
        if self.by == "nothing":
            return list(examples), []
        if self.by == "group":
            apart = [example for example in examples if example.group in self.groups]
            return [example for example in examples if example.group not in self.groups], apart
        start, stop = self.block
        edges = (start - 1, stop) if len(examples) >= _NEIGHBOUR_FROM else ()
        rest = [one for n, one in enumerate(examples) if not start <= n < stop and n not in edges]
        return rest, list(examples[start:stop])

    def facts(self) -> dict[str, Any]:
        """For the card: by what, and how many pictures in each."""
        return {name: value for name, value in asdict(self).items() if name in ("by", "learned", "held_out")}


def split_off(examples: Sequence["Example"], seed: int) -> Held:
    """About one picture in five, by seed: whole groups, of every load of marks; a block where there are few groups.

    Raises NotEnoughExamples where there is one picture only.
    """
    if len(examples) < 2:
        raise NotEnoughExamples(
            _("There is one picture only: nothing would be left to judge by."),
            hint=_("Give at least two pictures with masks."),
        )
    groups = {example.group for example in examples}
    if FEWEST_GROUPS <= len(groups) < len(examples):
        return Held("group", groups=_held_groups(examples, seed))
    return Held("block", block=_usual_block(examples, seed))


def _held_groups(examples: Sequence["Example"], seed: int) -> frozenset[str]:
    """Groups of every load of marks, as `split` deals them."""
    loads = [Load(one.id, one.group, np.count_nonzero(one.marks) / one.marks.size) for one in examples]
    parts = of_groups(loads, (ONE_IN - 1, 1, 0), seed)
    return frozenset(one.group for one in examples if parts[one.id] == "val")


def _usual_block(examples: Sequence["Example"], seed: int) -> tuple[int, int]:
    """A block of the pictures in their order that has about the marks of all; among the most usual ones by seed."""
    loads = np.array([np.count_nonzero(one.marks) / one.marks.size for one in examples])
    length = max(1, round(len(loads) / ONE_IN))
    sums = np.convolve(loads, np.ones(length), "valid") / length
    usual = np.argsort(np.abs(sums - loads.mean()), kind="stable")[: max(1, len(sums) // ONE_IN)]
    start = int(usual[np.random.default_rng((seed, 6)).integers(len(usual))])
    return start, start + length


def written_split(path: Path, learned: Sequence["Example"], held_out: Sequence["Example"]) -> None:
    """A split CSV: file, slice (from 0), split, group. `evaluate --split` reads it where a file is one slice."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "slice", "split", "group"))
        for part, examples in (("train", learned), ("val", held_out)):
            table.writerows([*one.id.rsplit(":", 1), part, one.group] for one in examples)
