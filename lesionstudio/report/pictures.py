"""Pictures of a report: slices with their masks and errors, as JPEG inside the page."""

import base64
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.report.facts import Grey, Sample

LABELS = ("#F5A539", "#A082FB", "#137C5F", "#975595", "#48B19B", "#E8230F", "#E2BEFE", "#ABE5AE")
MISSED, FALSE, AGREED = "#FFB000", "#C65BF0", "#3FB7A2"
_LONG_SIDE, _CONTACT_SIDE = 300, 150
_FILL = {MISSED: 0.62, FALSE: 0.55, AGREED: 0.3}

Colours = NDArray[np.float32]


def rows_of(sample: Sample) -> list[str]:
    """Original, truth, prediction and error of a slice, as data URIs."""
    picture, wanted, marked = _fitted(sample, _LONG_SIDE)
    return [
        data_uri(picture),
        data_uri(_with_labels(picture, wanted)),
        data_uri(_with_labels(picture, marked)),
        data_uri(_with_errors(picture, wanted, marked)),
    ]


def contact_of(sample: Sample) -> str:
    """A small picture with the mask it came with."""
    picture, wanted, _marked = _fitted(sample, _CONTACT_SIDE)
    return data_uri(_with_labels(picture, wanted))


def fitted_uri(picture: Grey) -> str:
    """A picture (rows, columns) or (rows, columns, 3) at the size a page shows it."""
    image = Image.fromarray(picture).convert("RGB")
    factor = _LONG_SIDE / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return data_uri(np.asarray(image.resize(size, Image.Resampling.LANCZOS)))


def data_uri(pixels: Grey) -> str:
    """An image (rows, columns, 3) as a JPEG that a page can hold: a third of a PNG's size, outlines still sharp."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=88, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _fitted(sample: Sample, side: int) -> tuple[Grey, Grey, Grey]:
    """Picture in colour and both masks, with this long side; the aspect stays."""
    picture = Image.fromarray(sample.picture).convert("RGB")
    factor = side / max(picture.size)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    marked = sample.marked if sample.marked is not None else np.zeros_like(sample.wanted)
    masks = [np.asarray(Image.fromarray(one).resize(size, Image.Resampling.NEAREST)) for one in (sample.wanted, marked)]
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS)), masks[0], masks[1]


def _with_labels(picture: Grey, labels: Grey) -> Grey:
    """Each label filled at 30 % and outlined in its colour."""
    shown = picture.astype(np.float32)
    for n in (int(n) for n in np.unique(labels) if n):
        _paint(shown, labels == n, _rgb(LABELS[(n - 1) % len(LABELS)]), 0.3)
    return shown.round().astype(np.uint8)


def _with_errors(picture: Grey, wanted: Grey, marked: Grey) -> Grey:
    """Missed and false marks and what both agree on; a wrong label is missed."""
    shown = picture.astype(np.float32)
    agreed = (wanted > 0) & (wanted == marked)
    for cover, colour in (
        (agreed, AGREED),
        ((wanted > 0) & ~agreed, MISSED),
        ((marked > 0) & (wanted == 0), FALSE),
    ):
        _paint(shown, cover, _rgb(colour), _FILL[colour])
    return shown.round().astype(np.uint8)


def _paint(shown: Colours, cover: NDArray[np.bool_], colour: Colours, fill: float) -> None:
    shown[cover] = (1 - fill) * shown[cover] + fill * colour
    shown[_edge(cover)] = colour


def _edge(cover: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Covered pixels with an uncovered neighbour above, below or beside."""
    inner, padded = cover.copy(), np.pad(cover, 1)
    for rows, columns in ((0, 1), (2, 1), (1, 0), (1, 2)):
        inner &= padded[rows : rows + cover.shape[0], columns : columns + cover.shape[1]]
    return cover & ~inner


def _rgb(colour: str) -> Colours:
    return np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)], np.float32)
