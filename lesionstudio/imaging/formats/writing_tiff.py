"""Writing TIFF stacks: packed, a page a slice, with the spacing said as ImageJ does, or as OME where ImageJ cannot."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Geometry

_IMAGEJ_GREYS = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.int16), np.dtype(np.float32))
_OME_KINDS = ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8")
_MOST_IMAGEJ_BYTES = 3 << 30


def write(
    path: Path, pages: Iterable[NDArray[Any]], dtype: np.dtype[Any], geometry: Geometry, channels: int = 1
) -> None:
    """Writes slices (rows, columns) or (rows, columns, 3) one by one, whole or not at all. Raises OSError.

    8 and 16 bits and 32-bit floats as ImageJ stacks, all its six axes named so that none of length 1 is guessed away;
    other kinds of values, and files of several GB, as OME-TIFF; 64-bit integers and 16-bit floats, which OME has not,
    as plain pages without a spacing.
    """
    import tifffile

    for_imagej = _fits_imagej(geometry, dtype, channels)
    with whole_file(path) as draft:
        tifffile.imwrite(
            draft,
            _of_dtype(pages, dtype),
            shape=_shape(geometry, channels, for_imagej=for_imagej),
            dtype=dtype,
            photometric="rgb" if channels == 3 else "minisblack",
            compression="adobe_deflate",
            **(_imagej(geometry) if for_imagej else _ome(geometry, dtype, channels)),
        )


def holds_spacing(dtype: np.dtype[Any]) -> bool:
    """Whether a file of such values says how large a voxel is."""
    return dtype.str[1:] in _OME_KINDS


def _fits_imagej(geometry: Geometry, dtype: np.dtype[Any], channels: int) -> bool:
    is_known = dtype == np.uint8 if channels == 3 else dtype in _IMAGEJ_GREYS
    return is_known and int(np.prod(geometry.shape, dtype=np.int64)) * channels * dtype.itemsize < _MOST_IMAGEJ_BYTES


def _shape(geometry: Geometry, channels: int, *, for_imagej: bool) -> tuple[int, ...]:
    slices, rows, columns = geometry.shape
    if for_imagej:
        return 1, slices, 1, rows, columns, channels
    return (slices, rows, columns, channels) if channels == 3 else (slices, rows, columns)


def _imagej(geometry: Geometry) -> dict[str, Any]:
    said: dict[str, Any] = {"axes": "TZCYXS"}
    resolution = None
    if geometry.has_spacing:
        slice_mm, row_mm, column_mm = geometry.spacing_mm
        said |= {"spacing": slice_mm, "unit": "mm"}
        resolution = (1 / column_mm, 1 / row_mm)
    return {"imagej": True, "metadata": said, "resolution": resolution}


def _ome(geometry: Geometry, dtype: np.dtype[Any], channels: int) -> dict[str, Any]:
    if not holds_spacing(dtype):
        return {"metadata": None, "bigtiff": True}
    said: dict[str, Any] = {"axes": "ZYXS" if channels == 3 else "ZYX"}
    if geometry.has_spacing:
        for axis, length in zip("ZYX", geometry.spacing_mm):
            said |= {f"PhysicalSize{axis}": length, f"PhysicalSize{axis}Unit": "mm"}
    return {"ome": True, "metadata": said, "bigtiff": True}


def _of_dtype(pages: Iterable[NDArray[Any]], dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    for page in pages:
        yield np.ascontiguousarray(page, dtype)
