"""How large a picture may be: checked against what a file's header claims, before anything is decoded."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from lesionstudio.errors import UnreadableFile
from lesionstudio.settings import load_settings, settings_path
from lesionstudio.words import _, number, size

MOST_SLICES_OF_FULL_SIZE = 32
UNSUSPICIOUS_BYTES = 128 << 20
MOST_EXPANSION = 1200
"""Deflate and LZW shrink nothing by more than about this factor."""
SUSPICIOUS_EXPANSION = 400
"""Scans shrink 2 to 30 times, masks more; gigabytes that shrank so much are zeros meant to fill the memory."""
_GIB = 1 << 30


def guard(shape: Sequence[int], dtype: DTypeLike, what: str, file_bytes: int | None = None) -> None:
    """Lets (slices, rows, columns[, channels]) of this dtype pass. Raises UnreadableFile where that is absurd.

    `what` names the file. With `file_bytes` a small file that claims to hold a huge picture is refused as well.
    """
    lengths = [int(length) for length in shape]
    if not lengths or min(lengths) < 1:
        raise UnreadableFile(_("{what} holds no pixels.").format(what=what), hint=_("The file may be damaged."))
    total = np.dtype(dtype).itemsize
    for length in lengths:
        total *= length
    most = most_bytes_a_slice()
    if total > MOST_SLICES_OF_FULL_SIZE * most or total // lengths[0] > most:
        raise too_large(what, lengths, total)
    if file_bytes is not None and total > max(UNSUSPICIOUS_BYTES, MOST_EXPANSION * file_bytes):
        raise too_large(what, lengths, total)
    if file_bytes is not None and total > max(most, SUSPICIOUS_EXPANSION * file_bytes):
        raise too_large(what, lengths, total)


def guard_memory(needed_bytes: int) -> None:
    """Raises MemoryError where what has to be held at once is more than is free, as far as the system tells."""
    free = _free_bytes()
    if free is not None and needed_bytes > free:
        raise MemoryError


def most_bytes_a_slice() -> int:
    """The limit in the person's settings."""
    path = settings_path()
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _limit_in(path, changed)


@lru_cache(maxsize=1)
def _limit_in(path: Path, _changed: int) -> int:
    return int(load_settings(path).largest_picture_gigabytes * _GIB)


def _free_bytes() -> int | None:
    """Memory that programs can still have (proc(5)); None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)


def too_large(what: str, lengths: list[int], total: int) -> UnreadableFile:
    """What is said of a file that claims to hold so much."""
    message = _("{what} claims to hold {size} values, {gigabytes} GB: more than can be opened.")
    return UnreadableFile(
        message.format(what=what, size=size(*lengths), gigabytes=number(total / 1e9, 1)),
        hint=_("If the picture really is that large, cut it into smaller files first, or raise the limit in Settings."),
    )
