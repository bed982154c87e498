"""What one DICOM file says about itself, read without its pixels."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats.dicom_elements import TAGS, Head, read_head
from lesionstudio.imaging.formats.dicom_patience import DEFLATED, HEADER_S, MOST_FRAMES, Watched, check_inflated
from lesionstudio.imaging.formats.limits import too_large
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import _

IMPLICIT, EXPLICIT, BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
_PIXEL_GROUP = (b"\xe0\x7f", b"\x7f\xe0")
_FLOAT_PIXELS = (b"\x08\x00", b"\x00\x08", b"\x09\x00", b"\x00\x09")
_LONG_TYPES = (b"OB", b"OW", b"OF", b"OD", b"UN")
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_B_VALUES = ((0x0018, 0x9087), (0x0019, 0x100C), (0x0043, 0x1039), (0x2001, 0x1003))
_MOST_FRAMES_A_BYTE, _BYTES_A_SECOND = 8, 50 << 20
_GE_B_VALUE = (0x0043, 0x1039)


class NoPicture(UnreadableFile):
    """A sound DICOM file that holds something else: a report, a plan, a directory, a mask."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One DICOM file with pixels. Positions and directions are the file's own, LPS mm; () where it has none.

    `patient` is what the file says and goes no further than a hash of it; `echo_ms`, `b_value`, `time`, `acquisition`
    and `trigger_ms` are "" where the file has none; `spacing` is (row, column) in mm, `at_detector` where it was not
    corrected for magnification. `plain_at` is where plain little-endian grey pixels start in the file, 0 where they
    have to be decoded.
    """

    path: Path
    sop_uid: str
    sop_class: str
    series_uid: str
    study_uid: str
    frame_uid: str
    patient: str
    study: str
    modality: str
    description: str
    series_number: str
    image_type: tuple[str, ...]
    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    signed: bool
    syntax: str
    orientation: tuple[float, ...]
    position: tuple[float, ...]
    spacing: tuple[float, ...]
    at_detector: bool
    thickness: float
    between: float
    number: int
    echo_ms: str
    b_value: str
    time: str
    acquisition: str
    trigger_ms: str
    slope: float
    intercept: float
    rescaled: bool
    rescale_type: str
    window: Window | None
    burned_in: bool
    lossy: bool
    has_floats: bool
    plain_at: int


def read_instance(path: Path) -> Instance:
    """The header of a DICOM file. Raises NoPicture where it holds none, and what pydicom raises.

    A search and the opening that follows ask for the same headers; while a file stays as it is, it is read once.
    """
    known = path.stat()
    return _read_once(path, known.st_size, known.st_mtime_ns)


@lru_cache(maxsize=20_000)
def _read_once(path: Path, size: int, _changed_ns: int) -> Instance:
    with path.open("rb", buffering=0) as file:
        head = read_head(file)
    header, element, plain_at = (head, head.pixels, value_at(head)) if head is not None else _by_pydicom(path)
    has_pixels = header_syntax(header) == DEFLATED or element[:2] in _PIXEL_GROUP
    sop_class = _text(header, "SOPClassUID")
    if sop_class in _SEGMENTATIONS:
        message = _("{name} is a mask (DICOM segmentation), not a picture.")
        raise NoPicture(message.format(name=path.name), hint=_("Open the series it was drawn on."))
    rows, columns = _whole(header, "Rows"), _whole(header, "Columns")
    if not has_pixels or rows < 1 or columns < 1:
        message = _("{name} is a DICOM file without a picture.")
        raise NoPicture(message.format(name=path.name), hint=_("Reports, plans and directories have none."))
    instance = _instance(path, header, sop_class, plain_at, has_floats=element[2:4] in _FLOAT_PIXELS)
    if instance.frames > min(MOST_FRAMES, _MOST_FRAMES_A_BYTE * size):
        raise too_large(path.name, [instance.frames, rows, columns], instance.frames * rows * columns)
    return instance


def value_at(head: Head) -> int:
    """Where the pixels start in the file."""
    return head.pixels_at + (12 if head.pixels[4:6] in _LONG_TYPES else 8)


def _by_pydicom(path: Path) -> tuple[Any, bytes, int]:
    """The same, for files without preamble, in big endian, deflated, or with mistakes."""
    with path.open("rb") as file:
        header = read_tags(file, list(TAGS))
        return header, *_pixel_element(file)


def read_tags(file: BinaryIO, wanted: list[Any]) -> Any:
    """The wanted elements; afterwards the file stands at its pixels. A missing preamble or file header is forgiven."""
    import pydicom
    from pydicom import config

    config.settings.reading_validation_mode = config.IGNORE
    check_inflated(file)
    with Watched(file, HEADER_S + file.seek(0, 2) / _BYTES_A_SECOND) as watched:
        file.seek(0)
        return pydicom.dcmread(watched, stop_before_pixels=True, force=True, specific_tags=wanted)


def _pixel_element(file: BinaryIO) -> tuple[bytes, int]:
    """The tag that the file stands at, and where that element's value starts (PS3.5 section 7.1)."""
    start = file.tell()
    head = file.read(8)
    return head[:4], start + (12 if head[4:6] in _LONG_TYPES else 8)


def _is_plain(header: Any) -> bool:
    """Whether the pixels can be taken from the file as they are: little endian, grey, a whole number of bytes."""
    is_grey = _whole(header, "SamplesPerPixel") < 2 and _text(header, "PhotometricInterpretation")[:10] == "MONOCHROME"
    is_whole = (_whole(header, "BitsAllocated") or 16) in (8, 16)
    return is_grey and is_whole and header_syntax(header) in (IMPLICIT, EXPLICIT)


def header_syntax(header: Any) -> str:
    """The transfer syntax; where the file header lacks it, the one its elements were read with."""
    if isinstance(header, Head):
        return header.syntax
    stated = str(getattr(header, "file_meta", {}).get("TransferSyntaxUID", "") or "")
    if stated:
        return stated
    implicit, little = header.original_encoding
    return IMPLICIT if implicit or implicit is None else EXPLICIT if little else BIG_ENDIAN


def _instance(path: Path, header: Any, sop_class: str, plain_at: int, *, has_floats: bool) -> Instance:
    spacing, at_detector = _spacing(header)
    identity = (_text(header, "PatientID"), _text(header, "PatientName").rstrip("="))
    lossy = _text(header, "LossyImageCompression") == "01"
    return Instance(
        path=path,
        sop_uid=_text(header, "SOPInstanceUID"),
        sop_class=sop_class,
        series_uid=_text(header, "SeriesInstanceUID"),
        study_uid=_text(header, "StudyInstanceUID"),
        frame_uid=_text(header, "FrameOfReferenceUID"),
        patient="\n".join(identity).strip(),
        study=_without_names(_study(header), identity),
        modality=_text(header, "Modality"),
        description=_without_names(_text(header, "SeriesDescription"), identity),
        series_number=_text(header, "SeriesNumber"),
        image_type=tuple(str(part).strip("\0 ") for part in _many(header, "ImageType")),
        rows=_whole(header, "Rows"),
        columns=_whole(header, "Columns"),
        frames=max(_whole(header, "NumberOfFrames"), 1),
        samples=max(_whole(header, "SamplesPerPixel"), 1),
        photometric=_text(header, "PhotometricInterpretation"),
        bits_allocated=_whole(header, "BitsAllocated") or 16,
        bits_stored=_whole(header, "BitsStored") or _whole(header, "BitsAllocated") or 16,
        signed=_whole(header, "PixelRepresentation") == 1,
        syntax=header_syntax(header),
        orientation=_numbers(header, "ImageOrientationPatient", 6),
        position=_numbers(header, "ImagePositionPatient", 3),
        spacing=spacing,
        at_detector=at_detector,
        thickness=_one(header, "SliceThickness", 0.0),
        between=abs(_one(header, "SpacingBetweenSlices", 0.0)),
        number=_whole(header, "InstanceNumber"),
        echo_ms=_text(header, "EchoTime") or _text(header, "EchoNumbers"),
        b_value=_b_value(header),
        time=_text(header, "TemporalPositionIdentifier"),
        acquisition=_text(header, "AcquisitionNumber"),
        trigger_ms=_text(header, "TriggerTime"),
        slope=_one(header, "RescaleSlope", 1.0) or 1.0,
        intercept=_one(header, "RescaleIntercept", 0.0),
        rescaled=bool(_many(header, "RescaleIntercept")),
        rescale_type=_text(header, "RescaleType"),
        window=window_of(header),
        burned_in=_text(header, "BurnedInAnnotation") == "YES",
        lossy=lossy,
        has_floats=has_floats,
        plain_at=plain_at if not has_floats and _is_plain(header) else 0,
    )


def window_of(header: Any) -> Window | None:
    """The first window a dataset names, or None."""
    width, level = _one(header, "WindowWidth", 0.0), _one(header, "WindowCenter", math.nan)
    return Window(width, level) if width > 0 and math.isfinite(level) else None


def _study(header: Any) -> str:
    date, description = _text(header, "StudyDate"), _text(header, "StudyDescription")
    written = f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 and date.isdigit() else ""
    return " ".join(part for part in (written, description) if part)


@lru_cache(maxsize=1000)
def _without_names(text: str, identity: tuple[str, ...]) -> str:
    """The text without the patient's name and number, which some sites write into descriptions."""
    for name in sorted((part for whole in identity for part in (whole, *whole.split("^"))), key=len, reverse=True):
        if len(name) > 2:
            text = re.sub(rf"_*{re.escape(name)}_*", "", text, flags=re.IGNORECASE)
    return " ".join(text.split())


def _spacing(header: Any) -> tuple[tuple[float, ...], bool]:
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        spacing = _numbers(header, keyword, 2)
        if spacing and min(spacing) > 0:
            return spacing, keyword == "ImagerPixelSpacing"
    return (), False


def _b_value(header: Any) -> str:
    """The diffusion b-value, also where only GE, Siemens or Philips keep it; GE adds multiples of 10^5 to mark it."""
    for tag in _B_VALUES:
        element = header.get(tag)
        value = element.value if element is not None else None
        if isinstance(value, bytes):
            value = value.decode("ascii", "ignore").strip("\0 ").split("\\")
        first = value[0] if value and not isinstance(value, (str, int, float)) else value
        if first in (None, ""):
            continue
        try:
            number = float(str(first))
        except ValueError:
            continue
        return f"{number % 100_000 if tag == _GE_B_VALUE else number:g}"
    return ""


def _many(header: Any, keyword: str) -> list[Any]:
    try:
        value = header.get(keyword)
    except (ValueError, TypeError, OverflowError):  # a number that is none; pydicom converts when asked
        return []
    if value is None or value == "":
        return []
    if hasattr(value, "family_name"):  # a person's name can be iterated over, letter by letter
        return [str(value)]
    return list(value) if hasattr(value, "__iter__") and not isinstance(value, (str, bytes)) else [value]


def _text(header: Any, keyword: str) -> str:
    values = _many(header, keyword)
    return str(values[0]).strip("\0 ") if values else ""


def _whole(header: Any, keyword: str) -> int:
    return int(_one(header, keyword, 0.0))


def _one(header: Any, keyword: str, default: float) -> float:
    values = _many(header, keyword)
    try:
        number = float(values[0]) if values else default
    except (ValueError, TypeError):
        return default
    return number if math.isfinite(number) else default


def _numbers(header: Any, keyword: str, count: int) -> tuple[float, ...]:
    """Exactly so many finite numbers, or ()."""
    try:
        numbers = tuple(float(value) for value in _many(header, keyword))
    except (ValueError, TypeError):
        return ()
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else ()
