"""What a reader process can be asked: the calls into decoders written in C; each gives an array, and facts."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Answer = tuple[NDArray[Any], dict[str, Any]]
CODECS = ("jpeg2k_decode", "jpegls_decode", "jpeg8_decode", "dicomrle_decode")


def carried_out(task: str, arguments: Mapping[str, Any], payload: bytes) -> Answer:
    """The task's answer. Raises KeyError for an unknown one, and what its decoder raises."""
    return _TASKS[task](payload, **arguments)


def _codec(payload: bytes, name: str, **options: Any) -> Answer:
    """What a decoder of imagecodecs makes of the bytes."""
    import imagecodecs

    if name not in CODECS:
        raise KeyError(name)
    if "dtype" in options:
        options["dtype"] = np.dtype(options["dtype"])
    decoded = getattr(imagecodecs, name)(payload, **options)
    pixels = np.frombuffer(decoded, np.uint8) if isinstance(decoded, bytes | bytearray) else np.asarray(decoded)
    return pixels, {}


def _picture(_payload: bytes, path: str, as_indices: bool = False) -> Answer:
    """A PNG, JPEG, BMP, WebP or JPEG 2000 as stored."""
    from lesionstudio.imaging.formats import raster

    return raster.decode_here(Path(path), as_indices)


def _picture_header(_payload: bytes, path: str) -> Answer:
    from lesionstudio.imaging.formats import raster

    return np.empty(0, np.uint8), raster.facts_here(Path(path))


def _frame(_payload: bytes, path: str, frame: int, photometric: str) -> Answer:
    """A frame of a DICOM file."""
    from lesionstudio.imaging.formats import dicom_pixels

    return dicom_pixels.frame_here(Path(path), frame, photometric), {}


def _page(_payload: bytes, path: str, group: int, page: int) -> Answer:
    """A page of a TIFF file as tifffile decodes it."""
    status = Path(path).stat()
    decode = _opened_tiff(path, status.st_mtime_ns, status.st_size)
    return decode(group, page), {}


@lru_cache(maxsize=2)
def _opened_tiff(path: str, _changed: int, _size: int) -> Callable[[int, int], NDArray[Any]]:
    """The last files stay known: going through thousands of page headers again for each page would take long."""
    from lesionstudio.imaging.formats import tiff

    header = tiff.read_header(Path(path))
    pages = [tiff.TiffPages(header, group) for group in header.groups]
    return lambda group, page: pages[group].decode_here(page)


_TASKS: Mapping[str, Callable[..., Answer]] = {
    "codec": _codec,
    "picture": _picture,
    "picture_header": _picture_header,
    "frame": _frame,
    "page": _page,
}
