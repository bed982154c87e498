"""The pixels of one frame of a DICOM file: as stored, and as the values and colours that are shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import apart, dicom_codecs
from lesionstudio.imaging.formats.dicom_header import Instance, header_syntax, read_tags
from lesionstudio.imaging.formats.dicom_patience import DEFLATED, check_inflated
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.words import _

_PIXEL_TAGS: list[Any] = [
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths", "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData", "SegmentedRedPaletteColorLookupTableData",
    "SegmentedGreenPaletteColorLookupTableData", "SegmentedBluePaletteColorLookupTableData",
]  # fmt: skip
STRIP_VALUES = 1 << 20
_KINDS = {0x7FE00010: "PixelData", 0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData"}


def is_inverted(instance: Instance) -> bool:
    """Whether the file's low values are white."""
    return instance.photometric == "MONOCHROME1"


def is_colour(instance: Instance) -> bool:
    """Whether the frame is shown in colour."""
    return instance.samples >= 3 or instance.photometric == "PALETTE COLOR"


def inverted_sum(instance: Instance) -> int:
    """Lowest plus highest stored value: a stored value of MONOCHROME1 is shown as this minus the value."""
    return -1 if instance.signed else (1 << instance.bits_stored) - 1


def read_frame(instance: Instance, frame: int = 0) -> NDArray[np.generic]:
    """Frame as stored (rows, columns) with MONOCHROME1 turned round, or (rows, columns, 3) in colour."""
    if instance.plain_at:
        return _turned(_plain_frame(instance, frame), instance)
    size = instance.rows * instance.columns * max(instance.samples, 1) * max(instance.bits_allocated // 8, 1)
    arguments = {"path": str(instance.path.absolute()), "frame": frame, "photometric": instance.photometric}
    pixels = apart.decoded("frame", arguments, claimed_bytes=size)[0]
    return pixels if pixels.ndim == 3 else _turned(pixels, instance)


def frame_here(path: Path, frame: int, photometric: str) -> NDArray[np.generic]:
    """A frame that a decoder has to make, decoded in this process: as stored, or (rows, columns, 3) in colour."""
    with path.open("rb") as file:
        header = read_tags(file, _PIXEL_TAGS)
        pixels = stored_frame(file, header, path, frame)
    if photometric == "PALETTE COLOR":
        return _through_palette(pixels, header)
    native = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    return native[..., :3] if native.ndim == 3 else native


def _turned(pixels: NDArray[Any], instance: Instance) -> NDArray[Any]:
    """The values so that high ones are white."""
    if not is_inverted(instance) or pixels.dtype.kind not in "iu":
        return pixels
    whole = np.asarray(inverted_sum(instance))
    return in_strips(pixels, pixels.dtype, lambda some: whole - some.astype(np.int64))


def in_strips(
    values: NDArray[Any], dtype: np.dtype[Any], changed: Callable[[NDArray[Any]], NDArray[Any]]
) -> NDArray[Any]:
    """All values changed, some rows at a time: a large picture must not be in memory again in wider numbers.

    They are used up: where the new ones are as wide they take their place.
    """
    in_place = values.dtype.itemsize == dtype.itemsize and values.flags.owndata and values.flags.writeable
    result = values.view(dtype) if in_place else np.empty(values.shape, dtype)
    rows = max(STRIP_VALUES // max(values[:1].size, 1), 1)
    for top in range(0, len(values), rows):
        result[top : top + rows] = changed(values[top : top + rows])
    return result


def _plain_frame(instance: Instance, frame: int) -> NDArray[Any]:
    """Pixels as they lie in the file, without pydicom: ten times quicker. Bits that mean nothing are cut off."""
    dtype = np.dtype(f"<{'i' if instance.signed else 'u'}{instance.bits_allocated // 8}")
    count = instance.rows * instance.columns
    guard((1, instance.rows, instance.columns), dtype, instance.path.name)
    offset = instance.plain_at + frame * count * dtype.itemsize
    pixels = np.fromfile(instance.path, dtype, count, offset=offset)
    if len(pixels) < count:
        message = _("{name} is cut off.").format(name=instance.path.name)
        raise UnreadableFile(message, hint=_("Copy it once more."))
    unused = instance.bits_allocated - instance.bits_stored
    if 0 < unused < instance.bits_allocated:
        pixels = (pixels << unused) >> unused
    return pixels.reshape(instance.rows, instance.columns)


def stored_frame(file: BinaryIO, header: Any, path: Path, frame: int | None) -> NDArray[np.generic]:
    """The frame's values as decoded (all frames where it is None), YBR as RGB. The file stands at its pixels."""
    from pydicom.pixels import get_decoder
    from pydicom.pixels.utils import as_pixel_options
    from pydicom.uid import UID

    dicom_codecs.register()
    syntax = header_syntax(header)
    if syntax == DEFLATED:
        return _whole_file(path, frame)
    options = as_pixel_options(header, transfer_syntax_uid=UID(syntax), **_kind_of_pixels(file, header))
    _check(path, options)
    plugin = dicom_codecs.LABEL if syntax in dicom_codecs.SYNTAXES else ""
    decoder = get_decoder(syntax)
    return np.asarray(decoder.as_array(file, index=frame, decoding_plugin=plugin, **options)[0])


def _whole_file(path: Path, frame: int | None) -> NDArray[np.generic]:
    """A deflated file cannot be entered in the middle."""
    import pydicom
    from pydicom.pixels import pixel_array

    with path.open("rb") as file:
        check_inflated(file)
        return np.asarray(pixel_array(pydicom.dcmread(file, force=True), index=frame))


def _kind_of_pixels(file: BinaryIO, header: Any) -> dict[str, Any]:
    """Reads the head of the pixel element (PS3.5 section 7.1) and leaves the file at its value."""
    order: Literal["little", "big"] = "big" if header.original_encoding[1] is False else "little"
    head = file.read(8)
    number = (int.from_bytes(head[:2], order) << 16) | int.from_bytes(head[2:4], order)
    if len(head) < 8 or number not in _KINDS:
        raise UnreadableFile(_("The file holds no picture."), hint=_("It may be cut off."))
    vr = head[4:6]
    if vr not in (b"OB", b"OW", b"OF", b"OD", b"UN"):  # implicit, as the file is; not always what its syntax says
        return {"pixel_keyword": _KINDS[number], "pixel_vr": "OW"}
    file.read(4)
    return {"pixel_keyword": _KINDS[number], "pixel_vr": vr.decode()}


def _check(path: Path, options: dict[str, Any]) -> None:
    frames, rows, columns = (int(options.get(key) or 0) for key in ("number_of_frames", "rows", "columns"))
    width = max(int(options.get("bits_allocated") or 8) // 8, 1)
    samples = max(int(options.get("samples_per_pixel") or 1), 1)
    guard((frames, rows, columns, samples), f"u{width}" if width in (1, 2, 4, 8) else "u8", path.name)
    guard((1, rows, columns, samples), np.uint8, path.name, path.stat().st_size)


def _through_palette(indices: NDArray[np.generic], header: Any) -> NDArray[np.uint8]:
    """Colours of the file's own palette; some writers store 8 bits where it has 16."""
    from pydicom.pixels import apply_color_lut

    if header.original_encoding[1] is False:
        _swap_palette(header)
    colours: NDArray[np.integer[Any]] = apply_color_lut(np.array(indices), header)
    return (colours >> 8 if colours.max(initial=0) > 255 else colours).astype(np.uint8)


def _swap_palette(header: Any) -> None:
    """pydicom reads palettes as little endian, also those of big endian files."""
    for element in header:
        if element.VR == "OW" and element.keyword.endswith("PaletteColorLookupTableData"):
            element.value = np.frombuffer(element.value, ">u2").astype("<u2").tobytes()
