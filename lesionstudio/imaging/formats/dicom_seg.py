"""DICOM segmentations: binary, fractional and label maps; each frame goes where it says it lies, whatever its order."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats.dicom_patience import ALL_OF_IT_S, Watched, check_inflated
from lesionstudio.imaging.formats.laying import Laying, Plate
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.geometry import LPS_TO_RAS, Geometry
from lesionstudio.imaging.segments import MOST_SEGMENTS, Layers, Segment, Segmentation, plain_name
from lesionstudio.words import _, ngettext, number

LABELMAP_CLASS = "1.2.840.10008.5.1.4.1.1.66.7"
CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", LABELMAP_CLASS)
_PER_FRAME = "PerFrameFunctionalGroupsSequence"
_HALF = 0.5


@dataclass(frozen=True, eq=False, slots=True)
class _Frame:
    """A frame: its segment (None in a label map), and where it lies."""

    segment: int | None
    plate: Plate | None


def read(path: Path, geometry: Geometry) -> Segmentation:
    """The segments on the scan's grid; those of a radiograph, which lies nowhere in a patient, pixel by pixel.

    Raises UnreadableFile, GridMismatch, and what pydicom raises.
    """
    dataset = opened(path)
    segments, numbers = _segments(dataset)
    notes = list[str]()
    rows, columns = (int(dataset.get(key) or 0) for key in ("Rows", "Columns"))
    is_flat = not geometry.has_orientation and geometry.shape == (1, rows, columns)
    layers, laying = Layers(geometry.shape), None if is_flat else Laying(geometry)
    homeless = max(int(dataset.get("NumberOfFrames") or 0) - len(dataset.get(_PER_FRAME) or ()), 0)
    for frame, pixels in zip(_frames(dataset, path, is_flat=is_flat), _pixels(dataset, path, notes)):
        for segment, marked in _marks(pixels, frame.segment):
            n = numbers.get(segment)
            if n is not None and laying is not None and frame.plate is not None:
                laying.lay(marked, n, frame.plate)
            elif n is not None:
                layers.mark(marked[np.newaxis], n, (slice(None),))
            else:
                homeless += 1
    notes += _left_out(homeless)
    return layers.finished(segments, notes) if laying is None else laying.finished(segments, notes)


def _left_out(frames: int) -> list[str]:
    """What is said of frames that cannot be laid anywhere, or are of a segment that the file does not name."""
    words = ngettext(
        "{n} frame does not say where it lies, or of which segment it is, and is left out.",
        "{n} frames do not say where they lie, or of which segment they are, and are left out.",
        frames,
    )
    return [words.format(n=number(frames))] if frames else []


def segments(path: Path) -> tuple[Segment, ...]:
    """What the file's segments are called, without its pixels."""
    return _segments(opened(path, without_pixels=True))[0]


@dataclass(frozen=True, eq=False, slots=True)
class Planes:
    """Rows and columns, where each frame lies, and how far apart the file says they are."""

    shape: tuple[int, int]
    plates: tuple[Plate, ...]
    apart_mm: float


def planes(path: Path) -> Planes:
    """What a segmentation says of its frames; without the pixels. Raises UnreadableFile."""
    dataset = opened(path, without_pixels=True)
    found = tuple(frame.plate for frame in _frames(dataset, path, is_flat=False) if frame.plate is not None)
    groups = [next(iter(dataset.get(key) or ()), None) for key in ("SharedFunctionalGroupsSequence", _PER_FRAME)]
    measures = [item for group in groups if group is not None for item in group.get("PixelMeasuresSequence") or ()]
    said = [one.get(key) for one in measures for key in ("SpacingBetweenSlices", "SliceThickness") if one.get(key)]
    return Planes(
        (int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)), found, float(said[0] if said else 1)
    )


def opened(path: Path, *, without_pixels: bool = False) -> Any:
    """The whole file as pydicom reads it, what is written against the rules too. Raises what pydicom raises."""
    import pydicom
    from pydicom import config

    config.settings.reading_validation_mode = config.IGNORE
    with path.open("rb") as file:
        check_inflated(file)
        with Watched(file, ALL_OF_IT_S) as watched:
            return pydicom.dcmread(watched, force=True, stop_before_pixels=without_pixels)


def _segments(dataset: Any) -> tuple[tuple[Segment, ...], dict[int, int]]:
    """The segments numbered from 1 to 255, and the number here of each number there. What is background is left out."""
    found: list[Segment] = []
    numbers: dict[int, int] = {}
    entries = [(int(item.SegmentNumber), item) for item in dataset.get("SegmentSequence") or ()]
    entries = [(n, item) for n, item in entries if n > 0]
    keep = all(n <= MOST_SEGMENTS for n, _item in entries)
    for place, (n, item) in enumerate(entries[:MOST_SEGMENTS], 1):
        numbers[n] = n if keep else place
        name = plain_name(item.get("SegmentLabel") or item.get("SegmentDescription"))
        found.append(Segment(numbers[n], name, _colour(item.get("RecommendedDisplayCIELabValue"))))
    return tuple(found), numbers


def _colour(stored: Any) -> str:
    """#RRGGBB of a CIELab colour in 16 bits (PS3.3 C.10.7.1.1)."""
    try:
        lightness, a, b = (float(value) / 65535 for value in stored)
    except (TypeError, ValueError):
        return ""
    import cv2

    lab = np.array([[[lightness * 100, a * 255 - 128, b * 255 - 128]]], np.float32)
    rgb = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)[0, 0]
    return "#" + "".join(f"{round(float(value) * 255):02X}" for value in rgb)


def _frames(dataset: Any, path: Path, *, is_flat: bool) -> Iterator[_Frame]:
    """The frames in the file's order; flat ones lie nowhere."""
    shared = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), None)
    has_numbers = str(dataset.get("SegmentationType")) != "LABELMAP"
    for own in dataset.get(_PER_FRAME) or ():
        try:
            segment = int(_macro(own, shared, "SegmentIdentification").ReferencedSegmentNumber) if has_numbers else None
            yield _Frame(segment, None if is_flat else _plate(own, shared))
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
    along_row, along_column = orientation[:3] * LPS_TO_RAS, orientation[3:] * LPS_TO_RAS
    return Plate(position * LPS_TO_RAS, along_column * spacing[0], along_row * spacing[1])


def _numbers(values: Any, count: int) -> NDArray[np.float64]:
    numbers = np.array([float(value) for value in values])
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ValueError(values)
    return numbers


def _marks(pixels: NDArray[Any], segment: int | None) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """The segments of a frame and where they are."""
    if segment is not None:
        yield segment, pixels > 0
        return
    for n in np.flatnonzero(np.bincount(pixels.ravel())):
        if n:
            yield int(n), pixels == n


def _pixels(dataset: Any, path: Path, notes: list[str]) -> Iterator[NDArray[Any]]:
    """Values (row, column) of each frame: label numbers, or 1 where a segment is, of fractions from a half on.

    Asked for more frames than there are it raises UnreadableFile.
    """
    is_fractional = str(dataset.get("SegmentationType")) == "FRACTIONAL"
    most = int(dataset.get("MaximumFractionalValue") or 255)
    for stored in _decoded(dataset, path):
        if is_fractional and not notes and ((stored > 0) & (stored < most)).any():
            notes.append(_("The mask has shares of a voxel; from a half on they count as marked."))
        yield ((stored >= most * _HALF) & (stored > 0)).astype(np.uint8) if is_fractional else stored
    raise UnreadableFile(_("{name} is cut off.").format(name=path.name), hint=_("Copy it once more."))


def _decoded(dataset: Any, path: Path) -> Iterator[NDArray[Any]]:
    """The frames, of a packed file one after the other; single bits are unpacked across the borders of frames."""
    from pydicom.pixels import iter_pixels

    from lesionstudio.imaging.formats import dicom_codecs

    frames, rows, columns = (int(dataset.get(key) or 0) for key in ("NumberOfFrames", "Rows", "Columns"))
    if not frames:
        return
    bits, size = int(dataset.get("BitsAllocated") or 1), path.stat().st_size
    guard((frames, rows, columns), np.uint16 if bits > 8 else np.uint8, path.name, size * (8 if bits == 1 else 1))
    if "PhotometricInterpretation" in dataset and dataset.PhotometricInterpretation == "PALETTE COLOR":
        dataset.PhotometricInterpretation = "MONOCHROME2"  # the numbers are wanted, not their colours
    dicom_codecs.register()
    if str(getattr(dataset.file_meta, "TransferSyntaxUID", "")) in dicom_codecs.SYNTAXES:
        yield from iter_pixels(dataset, decoding_plugin=dicom_codecs.LABEL)
    else:
        yield from np.asarray(dataset.pixel_array).reshape(-1, rows, columns)
