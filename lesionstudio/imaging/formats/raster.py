"""PNG, JPEG, BMP, WebP and JPEG 2000: pictures of one slice, without a place in a patient."""

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import apart
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.formats.png_text import Meaning, meaning_of
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _, ngettext

if TYPE_CHECKING:
    from PIL.Image import Image

PILLOW_FORMATS = ("PNG", "JPEG", "BMP", "DIB", "WEBP", "JPEG2000")
_DEEP_COLOUR_PNG = (2, 4, 6)
_EXIF_ORIENTATION = 0x0112
_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "LA": 2, "I": 4, "F": 4, "I;16": 2}


@dataclass(frozen=True, slots=True)
class RasterHeader:
    """What a header says: rows and columns as they are shown, Pillow's name for the pixels, perhaps a modality."""

    rows: int
    columns: int
    mode: str
    modality: str = ""

    @property
    def claimed_bytes(self) -> int:
        """How large the pixels will be, about."""
        return self.rows * self.columns * _BYTES_A_PIXEL.get(self.mode, 4)


def read_header(path: Path) -> RasterHeader:
    """Size and kind of a picture, nothing decoded. Raises what Pillow raises."""
    if _is_webp(path):  # of all headers the only one that is read in C
        return RasterHeader(**apart.decoded("picture_header", {"path": str(path.absolute())})[1])
    return RasterHeader(**facts_here(path))


def facts_here(path: Path) -> dict[str, Any]:
    """What makes a RasterHeader, found in this process."""
    with _opened(path) as image:
        width, height = image.size
        turned = int(image.getexif().get(_EXIF_ORIENTATION, 1) or 1) >= 5
        meaning = meaning_of(image.info) if image.format == "PNG" else None
        rows, columns = (width, height) if turned else (height, width)
        modality = meaning.modality if meaning else ""
        return {"rows": rows, "columns": columns, "mode": image.mode, "modality": modality}


def read(path: Path) -> Scan:
    """The picture as a scan of one slice: (rows, columns), or (rows, columns, 3) where it has colours.

    Colour files whose channels are equal are grey, unless there is only one value in them. Transparency is dropped,
    EXIF orientation is applied. A PNG that says what its numbers stand for (png_text.py) has those values again.
    """
    header = read_header(path)
    pixels, notes = stored_pixels(path, header)
    shown, more = shown_pixels(pixels)
    facts: dict[str, Any] = {"name": path.stem, "notes": (*notes, *more), "value_range": _value_range(shown.dtype)}
    meaning = None if _is_webp(path) else _meaning(path)
    if meaning is None:
        return Scan.of_array(shown[np.newaxis], **facts)
    return _with_meaning(shown, meaning, facts)


def stored_pixels(path: Path, header: RasterHeader | None = None) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Pixels (rows, columns[, channels]) as stored, palettes and unusual colours as RGB; and what is to be said."""
    claimed = (header or read_header(path)).claimed_bytes
    pixels, facts = apart.decoded("picture", {"path": str(path.absolute())}, claimed_bytes=claimed)
    return pixels, _frame_note(facts["frames"])


def palette_indices(path: Path) -> NDArray[np.uint8] | None:
    """The indices (rows, columns) of a picture with a palette, None of any other."""
    header = read_header(path)
    if header.mode != "P":
        return None
    arguments = {"path": str(path.absolute()), "as_indices": True}
    return apart.decoded("picture", arguments, claimed_bytes=header.claimed_bytes)[0]


def decode_here(path: Path, as_indices: bool) -> tuple[NDArray[np.generic], dict[str, Any]]:
    """The pixels of stored_pixels or palette_indices, decoded in this process; and how many pictures the file holds."""
    with _opened(path) as image:
        facts = {"frames": int(getattr(image, "n_frames", 1))}
        if _is_beyond_pillow(path, image.format):
            return _upright(_decode_with_imagecodecs(path, image.format), image), facts
        image.load()
        upright = _upright_image(image)
        return np.array(upright) if as_indices else _to_array(upright), facts


def shown_pixels(pixels: NDArray[np.generic]) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Pixels without their transparency, and without colour where there is none; and what is to be said."""
    notes: tuple[str, ...] = ()
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        alpha = pixels[..., -1]
        if alpha.min() != alpha.max():
            notes = (_("The picture is partly transparent; that is ignored."),)
        pixels = pixels[..., :-1]
    if pixels.ndim == 3 and (pixels.shape[2] == 1 or (pixels.min() != pixels.max() and _is_grey(pixels))):
        pixels = pixels[..., 0]
    return np.ascontiguousarray(pixels), notes


def _meaning(path: Path) -> Meaning | None:
    with _opened(path) as image:
        return meaning_of(image.info) if image.format == "PNG" else None


def _with_meaning(pixels: NDArray[np.generic], meaning: Meaning, facts: dict[str, Any]) -> Scan:
    """The scan with the values that its stored numbers stand for, as far as they can be believed."""
    is_hu = meaning.unit == "HU"
    facts["modality"] = meaning.modality
    if meaning.value_range is not None and pixels.dtype == np.uint16:
        facts["value_range"] = meaning.value_range
    if meaning.offset is not None and pixels.dtype == np.uint16:
        pixels = _values(pixels, meaning.offset, meaning.step)
        facts |= {"unit": "HU" if is_hu else "", "window": meaning.window, "value_range": meaning.value_range}
    elif meaning.offset is None and pixels.dtype == np.uint8 and is_hu:
        facts["value_window"] = meaning.window
    geometry = Geometry.pixels((1, *pixels.shape[:2]))
    if meaning.spacing_mm and meaning.size == pixels.shape[:2]:
        geometry = replace(geometry, affine=np.diag([*meaning.spacing_mm, 1.0]), has_spacing=True)
    return Scan.of_array(pixels[np.newaxis], geometry, **facts)


def _values(stored: NDArray[np.generic], offset: float, step: float) -> NDArray[np.generic]:
    """stored * step - offset, in whole numbers where that is possible."""
    if step != 1 or offset != int(offset):
        return stored.astype(np.float32) * np.float32(step) - np.float32(offset)
    values = stored.astype(np.int32) - int(offset)
    fits = int(values.min()) >= -0x8000 and int(values.max()) <= 0x7FFF
    return values.astype(np.int16) if fits else values


def _is_webp(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"RIFF"


def _opened(path: Path) -> "Image":
    from PIL import Image

    try:
        image = Image.open(path, formats=PILLOW_FORMATS)
    except Image.DecompressionBombError as error:
        message = _("{what} claims to be larger than any picture that can be opened.").format(what=path.name)
        hint = _("If the picture really is that large, cut it into smaller files first.")
        raise UnreadableFile(message, hint=hint) from error
    width, height = image.size
    try:
        guard((1, height, width, _BYTES_A_PIXEL.get(image.mode, 4)), np.uint8, path.name, path.stat().st_size)
    except UnreadableFile:
        image.close()
        raise
    return image


def _frame_note(frames: int) -> tuple[str, ...]:
    if frames < 2:
        return ()
    return (ngettext("The file holds {n} picture.", "The file holds {n} pictures; only the first is shown.", frames),)


def _is_beyond_pillow(path: Path, kind: str | None) -> bool:
    """JPEG 2000, of which Pillow reads less, and 16-bit PNG with colour or transparency, which it cuts to 8 bits."""
    if kind != "PNG":
        return kind == "JPEG2000"
    with path.open("rb") as file:
        head = file.read(26)
    depth, colour = struct.unpack(">BB", head[24:26])
    return bool(depth == 16 and colour in _DEEP_COLOUR_PNG)


def _decode_with_imagecodecs(path: Path, kind: str | None) -> NDArray[np.generic]:
    import imagecodecs

    decode = imagecodecs.png_decode if kind == "PNG" else imagecodecs.jpeg2k_decode
    return np.asarray(decode(path.read_bytes()))


def _upright_image(image: "Image") -> "Image":
    from PIL import ImageOps

    if image.mode in ("I;16B", "I;16N", "I;16L"):
        return image
    return ImageOps.exif_transpose(image) or image


def _upright(pixels: NDArray[np.generic], image: "Image") -> NDArray[np.generic]:
    """Turns an array as the picture's EXIF orientation says."""
    orientation = int(image.getexif().get(_EXIF_ORIENTATION, 1) or 1)
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    flip_rows, flip_columns = orientation in (3, 4, 7, 8), orientation in (2, 3, 6, 7)
    return pixels[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def _to_array(image: "Image") -> NDArray[np.generic]:
    mode = image.mode
    if mode == "1":
        return np.asarray(image).astype(np.uint8) * np.uint8(255)
    if mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if mode in ("L", "I", "F", "RGB", "RGBA", "LA"):
        return np.asarray(image)
    return np.asarray(image.convert("RGBA" if mode in ("PA", "RGBa") or _has_transparency(image) else "RGB"))


def _has_transparency(image: Any) -> bool:
    return image.mode == "P" and "transparency" in image.info


def _is_grey(pixels: NDArray[np.generic]) -> bool:
    first = pixels[..., 0]
    return all(np.array_equal(first, pixels[..., c]) for c in range(1, pixels.shape[2]))


def _value_range(dtype: np.dtype[Any]) -> tuple[float, float] | None:
    if dtype.kind != "u":
        return None
    return 0.0, float(np.iinfo(dtype).max)
