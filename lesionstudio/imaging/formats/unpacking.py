"""Unpacking the voxels of a compressed volume: never more than its header says there are."""

import bz2
import gzip
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lesionstudio.errors import UnreadableFile
from lesionstudio.words import _

Packing = Literal["", "gzip", "zlib", "bzip2", "zstd"]


def packing_of(path: Path) -> Packing:
    """How a file is packed, told by its first bytes. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        return "gzip"
    if start[:3] == b"BZh":
        return "bzip2"
    return "zstd" if start == b"\x28\xb5\x2f\xfd" else ""


def unpacked(path: Path, packing: Packing, at: int, needed: int, *, is_whole: bool) -> Any:
    """The first `needed` bytes of what is packed in the file from `at` on.

    `is_whole`: there is probably nothing more in it; then libdeflate unpacks it, several times quicker than zlib.
    Raises UnreadableFile where there is less, and what the unpacker raises.
    """
    content = _at_once(path, packing, at, needed) if is_whole and packing in ("gzip", "zlib") else b""
    if len(content) < needed:
        content = _step_by_step(path, packing, at, needed)
    if len(content) < needed:
        raise UnreadableFile(_("{name} is cut off.").format(name=path.name), hint=_("Copy it once more."))
    return content


def _at_once(path: Path, packing: Packing, at: int, needed: int) -> Any:
    """Nothing where there are several members, bytes behind the voxels, or damage: zlib can tell."""
    import imagecodecs

    packed: Any = np.fromfile(path, np.uint8, offset=at)
    content = np.empty(needed, np.uint8).data
    try:
        if packing == "gzip":
            return imagecodecs.gzip_decode(packed, out=content)
        return imagecodecs.deflate_decode(packed, out=content)
    except (imagecodecs.GzipError, imagecodecs.DeflateError):
        return b""


def _step_by_step(path: Path, packing: Packing, at: int, needed: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        if packing == "gzip":
            with gzip.open(file) as unzipped:
                return unzipped.read(needed)
        if packing == "bzip2":
            with bz2.open(file) as unzipped:
                return unzipped.read(needed)
        if packing == "zstd":
            import zstandard

            return bytes(zstandard.ZstdDecompressor().stream_reader(file).read(needed))
        return zlib.decompressobj().decompress(file.read(), needed)
