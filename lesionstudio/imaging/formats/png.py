"""Writing PNG: masks without any library, so that they are small and quick to write; pictures with texts in them."""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.labels import LABEL_COLOURS

_GREY, _PALETTE = 0, 3
_HEAD_BYTES = 8 + 25
"""The signature, and the chunk IHDR that comes first in every PNG."""


def write_grey(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Writes (rows, columns) as 8-bit grey, whole or not at all."""
    _write(path, pixels, _GREY, b"")


def write_palette(path: Path, indices: NDArray[np.uint8], colours: Mapping[int, str]) -> None:
    """Writes (rows, columns) whose values are label numbers, each shown in its colour ("#rrggbb"); 0 is black."""
    entries = np.zeros((256, 3), np.uint8)
    for number in range(1, 256):
        entries[number] = _rgb(colours.get(number) or LABEL_COLOURS[(number - 1) % len(LABEL_COLOURS)])
    _write(path, indices, _PALETTE, _chunk(b"PLTE", entries.tobytes()))


def write_picture(path: Path, pixels: NDArray[np.generic], texts: Mapping[str, str]) -> None:
    """Writes (rows, columns) or (rows, columns, 3) of 8 or 16 bits, whole or not at all; `texts` become tEXt chunks."""
    import imagecodecs

    content = bytes(imagecodecs.png_encode(np.ascontiguousarray(pixels)))
    said = [_chunk(b"tEXt", f"{keyword}\0{text}".encode("latin-1", "replace")) for keyword, text in texts.items()]
    with whole_file(path) as draft:
        draft.write_bytes(content[:_HEAD_BYTES] + b"".join(said) + content[_HEAD_BYTES:])


def _write(path: Path, pixels: NDArray[np.uint8], kind: int, palette: bytes) -> None:
    """PNG specification, sections 5 and 9: no filter; runs alone compress a mask best."""
    rows, columns = pixels.shape
    lines = np.zeros((rows, columns + 1), np.uint8)
    lines[:, 1:] = pixels
    packer = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    packed = packer.compress(lines.tobytes()) + packer.flush()
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + head + palette + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    with whole_file(path) as draft:
        draft.write_bytes(content)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
