"""Pieces: rectangles of a mask before and after a change, found small and kept compressed."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lesionstudio.imaging.geometry import EMPTY_BOX, Box
from lesionstudio.imaging.mask import Layer, Pixels


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of one slice of one layer."""

    layer: Layer
    k: int
    row: int
    column: int
    rows: int
    columns: int

    @property
    def region(self) -> tuple[slice, slice]:
        """The rectangle as an index into the slice."""
        return slice(self.row, self.row + self.rows), slice(self.column, self.column + self.columns)

    @property
    def box(self) -> Box:
        """The rectangle as a block of voxels."""
        return Box((self.k, self.row, self.column), (self.k + 1, self.row + self.rows, self.column + self.columns))


@dataclass(frozen=True, slots=True)
class Pieces:
    """Rectangles with their voxels before and after, one after the other, compressed with zstd."""

    places: tuple[Piece, ...]
    before: bytes
    after: bytes

    @property
    def box(self) -> Box:
        """The smallest block that holds them all."""
        box = EMPTY_BOX
        for place in self.places:
            box = box.union(place.box)
        return box


def changed_piece(layer: Layer, k: int, row: int, column: int, old: Pixels, new: Pixels) -> Piece | None:
    """The smallest rectangle, from (row, column) on, in which two tiles differ; None where they do not."""
    differs = old != new
    rows = np.flatnonzero(differs.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(differs.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return Piece(layer, k, row + top, column + left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1)


@lru_cache(maxsize=1)
def _zstd() -> tuple[Any, Any]:
    import zstandard

    return zstandard.ZstdCompressor(level=1), zstandard.ZstdDecompressor()


def compressed(parts: list[bytes]) -> bytes:
    """The parts, joined, under zstd level 1."""
    packed: bytes = _zstd()[0].compress(b"".join(parts))
    return packed


def expanded(packed: bytes) -> bytes:
    """What compressed() joined."""
    voxels: bytes = _zstd()[1].decompress(packed)
    return voxels
