"""How large a picture may be: checked against what a file's header claims, before anything is decoded."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from lesionstudio.errors import UnreadableFile
from lesionstudio.words import _, number, size

MOST_BYTES_A_SLICE = 2 << 30
MOST_BYTES = 64 << 30
UNSUSPICIOUS_BYTES = 128 << 20
MOST_EXPANSION = 1200
"""Deflate and LZW shrink nothing by more than about this factor."""


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
    if total > MOST_BYTES or total // lengths[0] > MOST_BYTES_A_SLICE:
        raise _too_large(what, lengths, total)
    if file_bytes is not None and total > max(UNSUSPICIOUS_BYTES, MOST_EXPANSION * file_bytes):
        raise _too_large(what, lengths, total)


def _too_large(what: str, lengths: list[int], total: int) -> UnreadableFile:
    message = _("{what} claims to hold {size} values, {gigabytes} GB: more than can be opened.")
    return UnreadableFile(
        message.format(what=what, size=size(*lengths), gigabytes=number(total / 1e9, 1)),
        hint=_("If the picture really is that large, cut it into smaller files first."),
    )
