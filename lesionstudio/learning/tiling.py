"""Tiles: large pictures cut into overlapping pieces, of which only the middle is kept."""

from collections.abc import Iterator
from dataclasses import dataclass

_Slices = tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Tile:
    """What the network is shown, which part of its answer is kept, and where that belongs: (rows, columns) each."""

    shown: _Slices
    kept: _Slices
    place: _Slices


def tiles(rows: int, columns: int, side: int, margin: int) -> Iterator[Tile]:
    """Pieces of at most side x side whose kept parts cover the picture once; each keeps `margin` off inner edges."""
    for row in _spans(rows, side, margin):
        for column in _spans(columns, side, margin):
            yield Tile((row[0], column[0]), (row[1], column[1]), (row[2], column[2]))


def _spans(length: int, side: int, margin: int) -> list[tuple[slice, slice, slice]]:
    """Shown, kept and place along one axis."""
    if length <= side:
        whole = slice(0, length)
        return [(whole, whole, whole)]
    spans, start = [], 0
    while start < length:
        shown = min(max(start - margin, 0), length - side)
        stop = length if shown + side == length else shown + side - margin
        spans.append((slice(shown, shown + side), slice(start - shown, stop - shown), slice(start, stop)))
        start = stop
    return spans
