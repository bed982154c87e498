"""Segmentation: the named segments of another program's mask on a scan's grid, and which wins where they overlap."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.words import _, number

Labels = NDArray[np.uint8]
Cover = NDArray[np.bool_]
Overlap = Literal["smaller", "first", "last"]
"""Which of two segments keeps a voxel that both claim: the one of fewer voxels, the first or the last of the file."""
OVERLAPS: tuple[Overlap, ...] = get_args(Overlap)
MOST_SEGMENTS, _LONGEST_NAME = 255, 200


@dataclass(frozen=True, slots=True)
class Segment:
    """One structure of a mask: its number there (1 to 255), its name, its colour as #RRGGBB; "" where not said."""

    number: int
    name: str = ""
    colour: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Segmentation:
    """Label numbers (slice, row, column) in as many layers as are needed for segments that overlap, with 0 where none.

    `segments` are in the file's order; `notes` say what was guessed and what did not fit.
    """

    layers: tuple[Labels, ...]
    segments: tuple[Segment, ...]
    notes: tuple[str, ...] = ()

    def cover(self, n: int) -> Cover:
        """Where segment n is (slice, row, column)."""
        covers: Cover = np.logical_or.reduce([layer == n for layer in self.layers])
        return covers

    def sizes(self) -> NDArray[np.int64]:
        """Voxels of each number, 0 to 255; those of 0 mean nothing."""
        counts: NDArray[np.int64] = np.zeros(256, np.int64)
        for layer in self.layers:
            for plane in layer:
                counts += np.bincount(plane.ravel(), minlength=256)
        return counts

    def clashes(self) -> frozenset[tuple[int, int]]:
        """The pairs of segments that claim the same voxels, the lower number first."""
        codes = set[int]()
        for one, other in combinations(self.layers, 2):
            for plane, beside in zip(one, other):
                both = (plane > 0) & (beside > 0)
                codes |= set(np.unique(plane[both].astype(np.int64) * 256 + beside[both]).tolist())
        return frozenset((min(divmod(code, 256)), max(divmod(code, 256))) for code in codes)

    def contested(self, table: Mapping[int, int] | None = None) -> int:
        """How many voxels two segments claim, of those that the table (number -> label) gives different labels."""
        if len(self.layers) < 2:
            return 0
        chosen, found = _table(table), 0
        for planes in zip(*self.layers):
            labels = [chosen[plane] for plane in planes]
            first, clash = labels[0], np.zeros(labels[0].shape, bool)
            for other in labels[1:]:
                clash |= (first > 0) & (other > 0) & (first != other)
                first = np.where(first > 0, first, other)
            found += int(np.count_nonzero(clash))
        return found

    def labels(self, wins: Overlap = "smaller", table: Mapping[int, int] | None = None) -> Labels:
        """One label a voxel (slice, row, column): the segments' own numbers, or those of a table; 0 leaves out."""
        chosen = _table(table)
        if len(self.layers) == 1:
            return np.asarray(chosen[self.layers[0]])
        ranks = self._ranks(wins, chosen)
        merged = np.zeros_like(self.layers[0])
        for k, planes in enumerate(zip(*self.layers)):
            best = np.zeros(planes[0].shape, np.uint8)
            for plane in planes:
                rank = ranks[plane]
                wins_here = rank > best
                merged[k][wins_here] = chosen[plane[wins_here]]
                best[wins_here] = rank[wins_here]
        return merged

    def _ranks(self, wins: Overlap, chosen: Labels) -> Labels:
        """For each number how strong it is where it overlaps others: higher wins; 0 is left out."""
        order = [segment.number for segment in self.segments if chosen[segment.number]]
        if wins == "first":
            order.reverse()
        elif wins == "smaller":
            sizes = self.sizes()
            order.sort(key=lambda n: -int(sizes[n]))
        ranks = np.zeros(256, np.uint8)
        for rank, n in enumerate(order, 1):
            ranks[n] = rank
        return ranks


def joined(files: Sequence[Segmentation]) -> Segmentation:
    """The segments of several files on one grid. A name that comes twice gets the file's place behind it: Lesion (2).

    The file's own name is kept out of it: it may name a patient. A number that is taken already becomes the next free
    one. Raises UnreadableFile beyond 255 segments.
    """
    numbers = [[int(n) for n in np.flatnonzero(one.sizes()) if n] for one in files]
    if sum(map(len, numbers)) > MOST_SEGMENTS:
        message = _("Together these files have {n} segments, and a mask holds {most}.")
        raise UnreadableFile(
            message.format(n=sum(map(len, numbers)), most=MOST_SEGMENTS), hint=_("Import them one after the other.")
        )
    free = dict.fromkeys(range(1, MOST_SEGMENTS + 1))
    layers, segments, notes = list[Labels](), list[tuple[int, Segment]](), list[str]()
    for file, (one, used) in enumerate(zip(files, numbers), 1):
        table = _numbered(used, free)
        layers += [_table(table)[layer] for layer in one.layers]
        known = {segment.number: segment for segment in one.segments}
        named = [known.get(n) or Segment(n) for n in sorted(used, key=lambda n: _place(n, one))]
        segments += [(file, replace(segment, number=table[segment.number])) for segment in named]
        notes += one.notes
    return Segmentation(tuple(layers), _told_apart(segments), tuple(dict.fromkeys(notes)))


def _numbered(used: Sequence[int], free: dict[int, None]) -> dict[int, int]:
    """A number for each that is used: its own where that is free; takes them away."""
    table = {n: n for n in used if n in free}
    for n in table:
        del free[n]
    for n in used:
        if n not in table:
            table[n] = next(iter(free))
            del free[table[n]]
    return table


def _place(n: int, one: Segmentation) -> tuple[int, int]:
    """Where the file names a segment; those it does not name come last."""
    named = [segment.number for segment in one.segments]
    return (named.index(n) if n in named else len(named), n)


def _told_apart(segments: Sequence[tuple[int, Segment]]) -> tuple[Segment, ...]:
    """The segments, with the place of the file behind a name that comes more than once."""
    times = Counter(segment.name.casefold() for _file, segment in segments if segment.name)
    return tuple(
        replace(one, name=f"{one.name} ({file})") if times[one.name.casefold()] > 1 else one for file, one in segments
    )


def plain_name(text: object) -> str:
    """A name out of a file as a label may be called: on one line, without signs that cannot be seen."""
    seen = "".join(sign if sign.isprintable() else " " for sign in str(text or ""))
    return " ".join(seen.split())[:_LONGEST_NAME]


class Layers:
    """Layers in the making: each mark goes to the first one that is free there."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self._shape = shape
        self._layers: list[Labels] = [np.zeros(shape, np.uint8)]

    def mark(self, marked: Cover, n: int, where: tuple[Any, ...]) -> None:
        """Marks voxels of a block, which `where` is the index of, as of segment n."""
        if not any(_is_marked(layer, marked, n, where) for layer in self._layers):
            self._layers.append(np.zeros(self._shape, np.uint8))
            _is_marked(self._layers[-1], marked, n, where)

    def finished(self, segments: Sequence[Segment], notes: Sequence[str] = ()) -> Segmentation:
        """What came of it."""
        return Segmentation(tuple(self._layers), tuple(segments), tuple(notes))


def _is_marked(layer: Labels, marked: Cover, n: int, where: tuple[Any, ...]) -> bool:
    """Whether the layer was free for these marks; then they are on it now."""
    block = layer[where]
    claimed = block[marked]
    if not ((claimed == 0) | (claimed == n)).all():
        return False
    block[marked] = n
    layer[where] = block
    return True


def overlap_note(contested: int, wins: Overlap) -> str:
    """What is said where segments overlap and nobody was asked."""
    ways = {
        "smaller": _("the smaller segment keeps them"),
        "first": _("the first segment of the file keeps them"),
        "last": _("the last segment of the file keeps them"),
    }
    words = _("Segments overlap in {n} voxels: {way}.")
    return words.format(n=number(contested), way=ways[wins])


def _table(table: Mapping[int, int] | None) -> Labels:
    if table is None:
        return np.arange(256, dtype=np.uint8)
    chosen = np.zeros(256, np.uint8)
    for n, label in table.items():
        chosen[n] = max(label, 0)
    return chosen
