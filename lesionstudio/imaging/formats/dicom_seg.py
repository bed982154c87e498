"""DICOM segmentations: binary, fractional and label maps; each frame goes where it says it lies, whatever its order."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats.laying import Laying, Plate
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.segments import MOST_SEGMENTS, Segment, Segmentation
from lesionstudio.words import _

LABELMAP_CLASS = "1.2.840.10008.5.1.4.1.1.66.7"
CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", LABELMAP_CLASS)
_HALF = 0.5
_TO_RAS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, eq=False, slots=True)
class _Frame:
    """A frame: its number in the file, its segment (None in a label map), and where it lies."""

    n: int
    segment: int | None
    plate: Plate


def read(path: Path, geometry: Geometry) -> Segmentation:
    """The segments on the scan's grid. Raises UnreadableFile, GridMismatch, and what pydicom raises."""
    dataset = _opened(path)
    segments, numbers = _segments(dataset)
    notes = list[str]()
    pixels = _pixels(dataset, path, notes)
    if not geometry.has_orientation and geometry.shape == (1, *pixels.shape[1:]):
        return Segmentation(_on_picture(dataset, pixels, numbers), segments, tuple(notes))
    laying = Laying(geometry)
    for frame in _frames(dataset, path):
        for segment, marked in _marks(pixels[frame.n], frame):
            number = numbers.get(segment)
            if number is not None:
                laying.lay(marked, number, frame.plate)
    return laying.finished(segments, notes)


def _on_picture(dataset: Any, pixels: NDArray[Any], numbers: dict[int, int]) -> tuple[NDArray[np.uint8], ...]:
    """A layer a segment of a picture that lies nowhere in a patient, as a radiograph: pixel belongs to pixel."""
    layers = {number: np.zeros((1, *pixels.shape[1:]), np.uint8) for number in numbers.values()}
    shared = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), None)
    has_numbers = str(dataset.get("SegmentationType")) != "LABELMAP"
    for n, own in enumerate(dataset.get("PerFrameFunctionalGroupsSequence") or ()):
        segment = int(_macro(own, shared, "SegmentIdentification").ReferencedSegmentNumber) if has_numbers else None
        for found, marked in _marks(pixels[n], _Frame(n, segment, Plate(*np.eye(3)))):
            if found in numbers:
                layers[numbers[found]][0][marked] = numbers[found]
    return tuple(layers.values()) or (np.zeros((1, *pixels.shape[1:]), np.uint8),)


def segments(path: Path) -> tuple[Segment, ...]:
    """What the file's segments are called, without its pixels."""
    return _segments(_opened(path, without_pixels=True))[0]


def _opened(path: Path, *, without_pixels: bool = False) -> Any:
    import pydicom
    from pydicom import config

    config.settings.reading_validation_mode = config.IGNORE
    return pydicom.dcmread(path, force=True, stop_before_pixels=without_pixels)


def _segments(dataset: Any) -> tuple[tuple[Segment, ...], dict[int, int]]:
    """The segments numbered from 1 to 255, and the number here of each number there. What is background is left out."""
    found: list[Segment] = []
    numbers: dict[int, int] = {}
    entries = [(int(item.SegmentNumber), item) for item in dataset.get("SegmentSequence") or ()]
    entries = [(n, item) for n, item in entries if n > 0]
    keep = all(n <= MOST_SEGMENTS for n, _item in entries)
    for place, (n, item) in enumerate(entries[:MOST_SEGMENTS], 1):
        numbers[n] = n if keep else place
        name = " ".join(str(item.get("SegmentLabel") or item.get("SegmentDescription") or "").split())
        found.append(Segment(numbers[n], name, _colour(item.get("RecommendedDisplayCIELabValue"))))
    return tuple(found), numbers


def _colour(stored: Any) -> str:
    """#RRGGBB of a CIELab colour in 16 bits (PS3.3 C.10.7.1.1)."""
    try:
        lightness, a, b = (float(value) / 65535 for value in stored)
    except (TypeError, ValueError):
        return ""
    from skimage.color import lab2rgb

    rgb = lab2rgb(np.array([[[lightness * 100, a * 255 - 128, b * 255 - 128]]]))[0, 0]
    return "#" + "".join(f"{round(float(value) * 255):02X}" for value in rgb)


def _frames(dataset: Any, path: Path) -> Iterator[_Frame]:
    shared = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), None)
    has_numbers = str(dataset.get("SegmentationType")) != "LABELMAP"
    for n, own in enumerate(dataset.get("PerFrameFunctionalGroupsSequence") or ()):
        try:
            segment = int(_macro(own, shared, "SegmentIdentification").ReferencedSegmentNumber) if has_numbers else None
            yield _Frame(n, segment, _plate(own, shared))
        except (AttributeError, TypeError, ValueError, LookupError) as problem:
            message = _("{name} does not say where its pictures lie, or of which segment they are.")
            hint = _("Save the segmentation anew in the program it came from.")
            raise UnreadableFile(message.format(name=path.name), hint=hint) from problem


def _macro(own: Any, shared: Any, name: str) -> Any:
    """The functional group of a frame, else the one all frames share. Raises AttributeError, LookupError."""
    keyword = f"{name}Sequence"
    return next(iter(own.get(keyword) or ()), None) or getattr(shared, keyword)[0]


def _plate(own: Any, shared: Any) -> Plate:
    position = _numbers(_macro(own, shared, "PlanePosition").ImagePositionPatient, 3)
    orientation = _numbers(_macro(own, shared, "PlaneOrientation").ImageOrientationPatient, 6)
    spacing = _numbers(_macro(own, shared, "PixelMeasures").PixelSpacing, 2)
    along_row, along_column = orientation[:3] * _TO_RAS, orientation[3:] * _TO_RAS
    return Plate(position * _TO_RAS, along_column * spacing[0], along_row * spacing[1])


def _numbers(values: Any, count: int) -> NDArray[np.float64]:
    numbers = np.array([float(value) for value in values])
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ValueError(values)
    return numbers


def _marks(pixels: NDArray[Any], frame: _Frame) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """The segments of a frame and where they are."""
    if frame.segment is not None:
        yield frame.segment, pixels > 0
        return
    for n in np.flatnonzero(np.bincount(pixels.ravel())):
        if n:
            yield int(n), pixels == n


def _pixels(dataset: Any, path: Path, notes: list[str]) -> NDArray[Any]:
    """Values (frame, row, column): label numbers, or 1 where a segment is, from half on where it is fractional."""
    frames, rows, columns = (int(dataset.get(key) or 0) for key in ("NumberOfFrames", "Rows", "Columns"))
    if not frames and not dataset.get("PerFrameFunctionalGroupsSequence"):
        return np.zeros((0, rows, columns), np.uint8)
    bits = int(dataset.get("BitsAllocated") or 1)
    guard((frames, rows, columns), np.uint16 if bits > 8 else np.uint8, path.name, 8 * path.stat().st_size)
    stored = _decoded(dataset).reshape(-1, rows, columns)
    if len(stored) < len(dataset.PerFrameFunctionalGroupsSequence):
        message = _("{name} is cut off.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Copy it once more."))
    if str(dataset.get("SegmentationType")) != "FRACTIONAL":
        return stored
    most = int(dataset.get("MaximumFractionalValue") or 255)
    if len(np.unique(stored)) > 2:
        notes.append(_("The mask has shares of a voxel; from a half on they count as marked."))
    return np.asarray(stored >= most * _HALF, np.uint8) & np.asarray(stored > 0, np.uint8)


def _decoded(dataset: Any) -> NDArray[Any]:
    """All frames; single bits are unpacked across the borders of frames."""
    from lesionstudio.imaging.formats import dicom_codecs

    dicom_codecs.register()
    syntax = str(getattr(dataset.file_meta, "TransferSyntaxUID", ""))
    if syntax in dicom_codecs.SYNTAXES:
        with suppress(AttributeError, ValueError):
            dataset.pixel_array_options(decoding_plugin=dicom_codecs.LABEL)
    if "PhotometricInterpretation" in dataset and dataset.PhotometricInterpretation == "PALETTE COLOR":
        dataset.PhotometricInterpretation = "MONOCHROME2"  # the numbers are wanted, not their colours
    return np.asarray(dataset.pixel_array)
