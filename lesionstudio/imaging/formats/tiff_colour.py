"""How the stored values of a TIFF page are shown: inverted, through its palette, or as red, green and blue."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.words import _

WHITE_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR, CIELAB = 0, 2, 3, 5, 6, 8
_JPEG = (6, 7)


def is_colour(page: Any) -> bool:
    """Whether the page is shown with three channels."""
    if page.photometric == PALETTE:
        return page.samplesperpixel <= 2 and not _palette_is_grey(page)
    return int(page.samplesperpixel) >= 3 and page.photometric != CIELAB


def shown(pixels: NDArray[Any], page: Any) -> NDArray[Any]:
    """(rows, columns) or (rows, columns, 3) of the stored values (rows, columns[, channels])."""
    if page.photometric == PALETTE:
        return np.ascontiguousarray(_through_palette(pixels if pixels.ndim == 2 else pixels[..., 0], page))
    if page.photometric == SEPARATED and pixels.ndim == 3 and pixels.shape[2] >= 4:
        return _cmyk_to_rgb(pixels)
    pixels = _as_plain(pixels)
    if page.photometric == WHITE_IS_ZERO and pixels.dtype.kind in "u":
        pixels = pixels.dtype.type(_highest(page)) - pixels
    if page.photometric == YCBCR and page.compression not in _JPEG and pixels.ndim == 3:
        return _ycbcr_to_rgb(pixels)
    if pixels.ndim == 3:
        pixels = pixels[..., :3] if is_colour(page) else pixels[..., 0]
    return np.ascontiguousarray(pixels)


def shown_dtype(page: Any) -> np.dtype[Any]:
    """The dtype that shown gives."""
    if page.photometric == PALETTE or page.dtype == np.bool_:
        return np.dtype(np.uint8)
    return np.dtype(np.float32 if page.dtype == np.float16 else page.dtype.newbyteorder("="))


def value_range(page: Any) -> tuple[float, float] | None:
    """The full range that the stored integers could have; None for floats."""
    dtype = shown_dtype(page)
    if dtype.kind == "i":
        return float(np.iinfo(dtype).min), float(np.iinfo(dtype).max)
    if page.photometric == PALETTE:
        return 0.0, 255.0
    return (0.0, float(_highest(page))) if dtype.kind == "u" else None


def notes(page: Any) -> tuple[str, ...]:
    """What is to be said about how the page is shown."""
    if page.photometric == CIELAB:
        return (_("The picture is in Lab colours; only its lightness is shown."),)
    if page.photometric not in (SEPARATED,) and int(page.samplesperpixel) > 4:
        return (_("The picture has {n} channels; the first three are shown.").format(n=page.samplesperpixel),)
    return ()


def _as_plain(pixels: NDArray[Any]) -> NDArray[Any]:
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype == np.float16:
        return pixels.astype(np.float32)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _highest(page: Any) -> int:
    bits = page.bitspersample if isinstance(page.bitspersample, int) else page.bitspersample[0]
    return 255 if bits == 1 else (1 << int(bits)) - 1


def _palette(page: Any) -> NDArray[np.uint8]:
    """(entries, 3); some writers store 8 bits where the standard has 16."""
    entries = np.asarray(page.colormap, np.uint16).reshape(3, -1).T
    return (entries >> 8 if entries.max(initial=0) > 255 else entries).astype(np.uint8)


def _palette_is_grey(page: Any) -> bool:
    entries = _palette(page)
    return bool((entries == entries[:, :1]).all())


def _through_palette(indices: NDArray[Any], page: Any) -> NDArray[np.uint8]:
    entries = _palette(page)
    places = np.minimum(indices.astype(np.intp), len(entries) - 1)
    return entries[places, 0] if _palette_is_grey(page) else entries[places]


def _cmyk_to_rgb(pixels: NDArray[Any]) -> NDArray[Any]:
    highest = float(np.iinfo(pixels.dtype).max) if pixels.dtype.kind in "ui" else 1.0
    ink = pixels[..., :4].astype(np.float32) / highest
    return ((1 - ink[..., :3]) * (1 - ink[..., 3:]) * highest).astype(pixels.dtype)


def _ycbcr_to_rgb(pixels: NDArray[Any]) -> NDArray[Any]:
    """ITU-R BT.601, full range, as TIFF 6.0 section 21 gives it."""
    luma, blue, red = (pixels[..., c].astype(np.float32) for c in range(3))
    blue, red = blue - 128, red - 128
    channels = (luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue)
    return np.asarray(np.clip(np.stack(channels, axis=-1), 0, 255).round(), pixels.dtype)
