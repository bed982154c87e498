"""Segmentations of 3D Slicer (.seg.nrrd): layers of label numbers, with segments' names and colours in the header."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import nrrd, volume_file
from lesionstudio.imaging.formats.laying import check_fit, check_share, taken_over
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.segments import MOST_SEGMENTS, Segment, Segmentation, plain_name
from lesionstudio.words import _

_KEY = re.compile(r"^Segment(\d{1,4})_(LabelValue|Layer|Name|Color)$")
_Keys = dict[str, str]


def has_segments(texts: Mapping[str, str]) -> bool:
    """Whether a NRRD header tells of segments."""
    return any(_KEY.match(key) for key in texts)


def segments(path: Path) -> tuple[Segment, ...]:
    """What the file's segments are called, without its voxels."""
    return tuple(segment for segment, _layer, _value in _segments(nrrd.read_header(path).texts))


def read(path: Path, geometry: Geometry) -> Segmentation:
    """The segments on the scan's grid, laid by their places in the patient. Raises UnreadableFile, GridMismatch."""
    header = nrrd.read_header(path)
    known, notes = _segments(header.texts), list[str]()
    check_share(header.geometry.shape, geometry)
    layers = []
    for n, stored in enumerate(volume_file.all_stored_values(header)):
        numbers = _numbered(stored, n, known, path)
        values = header.stored.from_stored(numbers)
        if _on_same_slices(header.geometry, geometry):
            pass
        elif geometry.has_orientation and header.geometry.has_orientation:
            values, notes = taken_over(values, header.geometry.affine, geometry)
        elif numbers.shape[::-1] == geometry.shape:  # a picture's own order: 3D Slicer gives every file a place
            values = numbers.transpose(2, 1, 0)
        check_fit(values.shape, geometry.shape)
        layers.append(np.ascontiguousarray(values, np.uint8))
    return Segmentation(tuple(layers), tuple(segment for segment, _layer, _value in known), tuple(notes))


def _on_same_slices(mask: Geometry, scan: Geometry) -> bool:
    """Whether slice belongs to slice where the scan's lie unevenly: a file has one distance for all of them."""
    uneven = scan.positions_mm is not None and mask.has_orientation
    return uneven and mask.shape == scan.shape and np.allclose(mask.affine, scan.affine, rtol=1e-5, atol=1e-4)


def _segments(texts: Mapping[str, str]) -> list[tuple[Segment, int, int]]:
    """Each segment with its layer and its value there; of several layers that use one value, later ones get another."""
    told: dict[int, _Keys] = {}
    for key, text in texts.items():
        if match := _KEY.match(key):
            told.setdefault(int(match[1]), {})[match[2]] = text
    found: list[tuple[Segment, int, int]] = []
    values = [_whole(told[n].get("LabelValue"), n + 1) for n in sorted(told)]
    spare = (n for n in range(1, MOST_SEGMENTS + 1) if n not in values)
    taken = set[int]()
    for n, value in zip(sorted(told), values):
        number = value if 0 < value <= MOST_SEGMENTS and value not in taken else next(spare, 0)
        taken.add(number)
        if number:
            segment = Segment(number, plain_name(told[n].get("Name")), _colour(told[n].get("Color", "")))
            found.append((segment, _whole(told[n].get("Layer"), 0), value))
    return found


def _numbered(stored: NDArray[Any], layer: int, known: list[tuple[Segment, int, int]], path: Path) -> NDArray[np.uint8]:
    """A layer's values as the numbers of its segments. What the header does not tell of keeps its value."""
    values = np.asarray(stored)
    if values.dtype.kind not in "iub" or (values.size and (values.min() < 0 or values.max() > 65535)):
        message = _("{name} does not hold whole label numbers.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Is it a picture and not a mask?"))
    table = np.arange(65536)
    for segment, its_layer, value in known:
        if its_layer == layer:
            table[value] = segment.number
    if values.size and table[int(values.min()) : int(values.max()) + 1].max() > MOST_SEGMENTS:
        message = _("{name} has more segments than the {most} that fit.")
        raise UnreadableFile(message.format(name=path.name, most=MOST_SEGMENTS), hint=_("Save fewer at a time."))
    if values.dtype == np.uint8 and (table[:256] == np.arange(256)).all():
        return values
    return np.asarray(table.astype(np.uint8)[values])


def _colour(text: str) -> str:
    """#RRGGBB of three shares of 1."""
    try:
        shares = [round(255 * min(max(float(part), 0.0), 1.0)) for part in text.split()]
    except (ValueError, OverflowError):
        return ""
    return "#" + "".join(f"{share:02X}" for share in shares) if len(shares) == 3 else ""


def _whole(text: str | None, default: int) -> int:
    try:
        return min(max(int(text or ""), 0), 65535)
    except ValueError:
        return default
