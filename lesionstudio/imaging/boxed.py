"""Segment in a box: what of a picture a model looks at for a box that a person drew, and its answer in place."""

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.model_card import ModelCard
from lesionstudio.words import _

Floats = NDArray[np.float32]
Window = tuple[slice, slice]
"""Rows and columns."""
PixelBox = tuple[int, int, int, int]
"""First row and column, and those after the last."""

_AROUND, _CONTEXT, _LEAST = 1.5, 64, 256


def window_for(card: ModelCard, box: PixelBox | None, shape: tuple[int, ...]) -> Window | None:
    """The part of a picture (rows, columns) that the network sees for a box; None where it sees the whole.

    A model made from crops sees a square around the box, as large as those it was made from, or half as large again as
    the box where that is more. One that sees pictures at their own scale sees the box with something around it. All
    others see the whole picture: they know its parts by where they lie in it, and its size by the whole.
    """
    if box is None:
        return None
    high, wide = box[2] - box[0], box[3] - box[1]
    if card.view == "crop":
        side = max(card.crop_side, round(_AROUND * max(high, wide)))
        return _span(box[0], box[2], side, shape[0]), _span(box[1], box[3], side, shape[1])
    if card.long_side[1] or card.chest is not None:
        return None
    rows, columns = (max(length + 2 * _CONTEXT, _LEAST) for length in (high, wide))
    return _span(box[0], box[2], rows, shape[0]), _span(box[1], box[3], columns, shape[1])


def placed(probabilities: Floats, window: Window | None, box: PixelBox, shape: tuple[int, ...]) -> Floats:
    """Probabilities (label, slice, row, column) of the window, put into the whole picture; 0 beside the box."""
    whole = np.zeros((*probabilities.shape[:2], *shape), np.float32)
    whole[..., *(window or (slice(None), slice(None)))] = probabilities
    kept = np.zeros_like(whole)
    inside = (..., slice(box[0], box[2]), slice(box[1], box[3]))
    kept[inside] = whole[inside]
    return kept


def check_box(box: PixelBox | None, shape: tuple[int, ...]) -> None:
    """Raises LesionStudioError for a box that does not lie in a picture of so many rows and columns."""
    rows, columns = shape
    top, left, bottom, right = box or (0, 0, rows, columns)
    if not (0 <= top < bottom <= rows and 0 <= left < right <= columns):
        raise LesionStudioError(
            _("The box {box} does not lie in a picture of {rows} rows and {columns} columns.").format(
                box=box, rows=rows, columns=columns
            ),
            hint=_("Give the first row and column, then those after the last."),
        )


def _span(first: int, after: int, length: int, most: int) -> slice:
    """So long a stretch with this one in its middle, moved into the picture; all of it where it is no longer."""
    length = min(length, most)
    start = min(max((first + after - length) // 2, 0), most - length)
    return slice(start, start + length)
