"""Decoders for pydicom made of imagecodecs: JPEG, JPEG lossless, JPEG-LS, JPEG 2000, HTJ2K and RLE in one library.

Chosen because it decodes every encapsulated transfer syntax of the test files; python-gdcm decodes fewer (no HTJ2K, no
12-bit JPEG, no RLE for pydicom) and the plugin that decodes as many is under the GPL.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import apart
from lesionstudio.words import _

LABEL = "imagecodecs"
JPEG_BASELINE, JPEG_EXTENDED = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS, JPEG_LOSSLESS_SV1 = "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_LS_NEAR = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"
JPEG_2000_LOSSLESS, JPEG_2000 = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
HTJ2K_LOSSLESS, HTJ2K_RPCL, HTJ2K = (f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203))
RLE = "1.2.840.10008.1.2.5"

_DCT = (JPEG_BASELINE, JPEG_EXTENDED, JPEG_LOSSLESS, JPEG_LOSSLESS_SV1)
_WAVELET = (JPEG_2000_LOSSLESS, JPEG_2000, HTJ2K_LOSSLESS, HTJ2K_RPCL, HTJ2K)
SYNTAXES = (*_DCT, JPEG_LS, JPEG_LS_NEAR, *_WAVELET, RLE)
LOSSY = (JPEG_BASELINE, JPEG_EXTENDED, JPEG_LS_NEAR, JPEG_2000, HTJ2K)
"""Syntaxes that usually lose something; a file may still have been kept whole, and says so by its own tag."""

_END_OF_IMAGE, _LAST_BYTES = b"\xff\xd9", 64
"""How a JPEG ends, and how much padding there may be behind."""

DECODER_DEPENDENCIES = dict.fromkeys(SYNTAXES, ("imagecodecs",))


def register() -> None:
    """Makes these decoders known to pydicom, once a process."""
    from pydicom.pixels import get_decoder

    for syntax in SYNTAXES:
        decoder = get_decoder(syntax)
        if LABEL not in decoder.available_plugins:
            decoder.add_plugin(LABEL, (__name__, "decode_frame"))


def is_available(uid: str) -> bool:
    """Whether this module decodes the transfer syntax."""
    return uid in SYNTAXES


def decode_frame(encoded: bytes, runner: Any) -> bytearray:
    """One frame as pydicom wants it: interleaved samples, little endian, as wide as `bits_allocated` is set here."""
    if runner.transfer_syntax == RLE:
        return _decode_rle(encoded, runner)
    pixels = _decode(encoded, runner)
    expected = (runner.rows, runner.columns)
    if pixels.shape[:2] != expected:
        raise ValueError(f"the frame has {pixels.shape[:2]} pixels, the header says {expected}")
    runner.set_option("bits_allocated", pixels.dtype.itemsize * 8)
    if pixels.ndim == 3:
        runner.set_option("planar_configuration", 0)
    return bytearray(np.ascontiguousarray(pixels).astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes())


def _decode(encoded: bytes, runner: Any) -> NDArray[np.generic]:
    syntax = runner.transfer_syntax
    if syntax in _WAVELET:
        return _decode_wavelet(encoded, runner)
    if syntax in (JPEG_LS, JPEG_LS_NEAR):
        return _apart("jpegls_decode", encoded, runner)
    return _decode_jpeg(encoded, runner)


def _apart(name: str, encoded: bytes, runner: Any, **options: Any) -> NDArray[np.generic]:
    """What a decoder of imagecodecs makes of the frame, in a process of its own."""
    claimed = (
        int(runner.rows) * int(runner.columns) * int(runner.samples_per_pixel) * max(runner.bits_allocated // 8, 1)
    )
    return apart.decoded("codec", {"name": name, **options}, bytes(encoded), claimed_bytes=claimed)[0]


def _decode_wavelet(encoded: bytes, runner: Any) -> NDArray[np.generic]:
    """Values as the codestream has them; its own colour transform comes back as RGB."""
    pixels = _apart("jpeg2k_decode", encoded, runner)
    if str(runner.photometric_interpretation) in ("YBR_ICT", "YBR_RCT"):
        runner.set_option("photometric_interpretation", "RGB")
    return pixels


def _decode_jpeg(encoded: bytes, runner: Any) -> NDArray[np.generic]:
    """Colours are turned into RGB where the file or the codestream's Adobe marker says they are something else."""
    if _END_OF_IMAGE not in encoded[-_LAST_BYTES:]:  # the decoder would fill what is missing with grey, and say nothing
        raise UnreadableFile(_("The picture in this file is cut off."), hint=_("Copy it once more."))
    if runner.samples_per_pixel == 1:
        return _apart("jpeg8_decode", encoded, runner)
    if _is_rgb(encoded, str(runner.photometric_interpretation)):
        return _apart("jpeg8_decode", encoded, runner, colorspace="RGB", outcolorspace="RGB")
    runner.set_option("photometric_interpretation", "RGB")
    return _apart("jpeg8_decode", encoded, runner, colorspace="YCBCR", outcolorspace="RGB")


def _is_rgb(encoded: bytes, photometric: str) -> bool:
    """Whether the codestream holds red, green and blue as they are. An Adobe marker knows better than the header."""
    from pydicom.pixels.utils import _get_jpg_parameters

    adobe = _get_jpg_parameters(encoded).get("app", {}).get(b"\xff\xee", b"")
    if adobe[:5] == b"Adobe" and len(adobe) >= 12:
        return bool(adobe[11] == 0)
    return photometric == "RGB"


def _decode_rle(encoded: bytes, runner: Any) -> bytearray:
    """Segments of most significant bytes first (PS3.5 annex G), as samples side by side in little endian."""
    dtype = np.dtype(f"<u{max(runner.bits_allocated // 8, 1)}")
    shape = (runner.samples_per_pixel, runner.rows, runner.columns)
    planes = _apart("dicomrle_decode", encoded, runner, dtype=dtype.str)
    runner.set_option("planar_configuration", 0)
    if runner.samples_per_pixel == 1:
        return bytearray(planes.data)
    pixels = planes.view(dtype).reshape(shape)
    return bytearray(np.ascontiguousarray(np.moveaxis(pixels, 0, -1)).tobytes())
