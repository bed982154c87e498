"""Pieces: rectangles of a mask before and after a change, found small and kept compressed."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Index
from lesionstudio.imaging.mask import LAYERS, Layer, Mask, Pixels

_NUMBERS, _SIX = np.dtype("<i4"), struct.Struct("<6i")
_OBJECT_BYTES = 160


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
    """Rectangles with their voxels before and after, one after the other, each of the two compressed with zstd.

    `index`: for each rectangle six little-endian 32-bit whole numbers: layer (its place in mask.LAYERS), slice, first
    row, first column, rows, columns.
    """

    index: bytes
    before: bytes
    after: bytes

    @classmethod
    def of(cls, places: Sequence[Piece], before: Sequence[bytes], after: Sequence[bytes]) -> "Pieces":
        """These rectangles with the voxels of each, row by row."""
        rows = [_SIX.pack(LAYERS.index(p.layer), p.k, p.row, p.column, p.rows, p.columns) for p in places]
        return cls(b"".join(rows), compressed(before), compressed(after))

    @property
    def places(self) -> list[Piece]:
        """The rectangles, in order."""
        return [Piece(LAYERS[layer], *where) for layer, *where in self._rows().tolist()]

    @property
    def bytes_used(self) -> int:
        """What they cost in memory, roughly."""
        return len(self.index) + len(self.before) + len(self.after) + _OBJECT_BYTES

    def slices(self) -> set[int]:
        """The slices in which anything changed."""
        return set(self._rows()[:, 1].tolist())

    def fit(self, shape: Index) -> bool:
        """Whether every rectangle lies inside a grid of this shape."""
        layer, k, row, column, rows, columns = self._rows().T
        inside = (layer < len(LAYERS)) & (k < shape[0]) & (row + rows <= shape[1]) & (column + columns <= shape[2])
        return bool(inside.all() and (self._rows() >= 0).all())

    def write(self, mask: Mask, *, back: bool) -> None:
        """Puts the voxels into the mask: those before the change, or those after it."""
        for place, pixels in self.voxels(back=back):
            mask.writable(place.layer, place.k)[place.region] = pixels

    def voxels(self, *, back: bool) -> Iterator[tuple[Piece, Pixels]]:
        """Each rectangle with its voxels (row, column) before or after."""
        voxels, at = np.frombuffer(expanded(self.before if back else self.after), np.uint8), 0
        for place in self.places:
            n = place.rows * place.columns
            yield place, voxels[at : at + n].reshape(place.rows, place.columns)
            at += n

    def _rows(self) -> NDArray[np.int32]:
        return np.frombuffer(self.index, _NUMBERS).reshape(-1, 6)


def changed_piece(layer: Layer, k: int, row: int, column: int, old: Pixels, new: Pixels) -> Piece | None:
    """The smallest rectangle, from (row, column) on, in which two tiles differ; None where they do not."""
    differs = old != new
    rows = np.logical_or.reduce(differs, axis=1).tobytes()
    top = rows.find(1)
    if top < 0:
        return None
    columns = np.logical_or.reduce(differs, axis=0).tobytes()
    left, bottom, right = columns.find(1), rows.rfind(1) + 1, columns.rfind(1) + 1
    return Piece(layer, k, row + top, column + left, bottom - top, right - left)


def box_of(places: Sequence[Piece]) -> Box:
    """The smallest block that holds all of them; an empty one for none."""
    if not places:
        return EMPTY_BOX
    start = min(p.k for p in places), min(p.row for p in places), min(p.column for p in places)
    stop = max(p.k + 1 for p in places), max(p.row + p.rows for p in places), max(p.column + p.columns for p in places)
    return Box(start, stop)


@lru_cache(maxsize=1)
def _zstd() -> tuple[Any, Any]:
    import zstandard

    return zstandard.ZstdCompressor(level=1), zstandard.ZstdDecompressor()


def compressed(parts: Sequence[bytes]) -> bytes:
    """The parts, joined, under zstd level 1."""
    # What zstandard returns holds as much memory as the parts did; a copy holds as much as it says.
    return bytes(memoryview(_zstd()[0].compress(b"".join(parts))))


def expanded(packed: bytes) -> bytes:
    """What compressed() joined. Raises ValueError when it is damaged."""
    import zstandard

    try:
        voxels: bytes = _zstd()[1].decompress(packed)
    except zstandard.ZstdError as problem:
        raise ValueError(str(problem)) from problem
    return voxels
