"""Writing NIfTI-1: labels or pictures in the grid of the file they came from, with its affine to the last bit."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Geometry, StoredGrid
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import _, number

_MM_A_UNIT = {"meter": 1000.0, "micron": 0.001}
_MOST = 32767
_RGB = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])


def write(path: Path, voxels: NDArray[Any], geometry: Geometry, window: Window | None = None) -> None:
    """Writes (slice, row, column), or 8-bit colour with three channels behind, whole or not at all.

    In the grid of the NIfTI file the scan came from; a scan that came from no such file is written as (column, row,
    slice). One without a place in the patient gets no form code, so that nobody reads an orientation into it. `window`:
    what viewers show first. Raises OSError, LesionStudioError for what the format cannot hold.
    """
    import nibabel

    _check_size(voxels.shape[:3])
    volume = _coloured(voxels) if voxels.ndim == 4 else voxels
    stored = geometry.stored or StoredGrid((2, 1, 0), (False, False, False), _back(volume.shape), _ijk(geometry))
    image: Any = nibabel.Nifti1Image(stored.to_stored(volume), stored.affine, dtype=volume.dtype)
    _place(image, stored.affine, 1 if geometry.has_orientation else 0)
    image.header.set_xyzt_units(_unit_of(geometry, stored))
    if window is not None:
        image.header["cal_min"], image.header["cal_max"] = window.low, window.high
    with whole_file(path) as draft:
        image.to_filename(draft)


def _place(image: Any, affine: NDArray[np.float64], code: int) -> None:
    """Says the affine both ways, or by the quaternion alone where only that has it exactly: numbers have 32 bits."""
    image.set_qform(affine, code)
    image.set_sform(affine, code)
    exact = np.array_equal(image.header.get_sform(), affine)
    if code and not exact and np.array_equal(image.header.get_qform(), affine):
        image.set_sform(None, 0)


def _check_size(shape: tuple[int, ...]) -> None:
    if max(shape) > _MOST:
        text = _("NIfTI holds at most {most} voxels a side; here it is {n}.")
        raise LesionStudioError(text.format(most=number(_MOST), n=number(max(shape))), hint=_("Choose TIFF, or PNG."))


def _coloured(voxels: NDArray[Any]) -> NDArray[Any]:
    """(slice, row, column, channel) as voxels of three bytes."""
    if voxels.dtype != np.uint8 or voxels.shape[3] < 3:
        raise LesionStudioError(
            _("NIfTI holds no colours of more than 8 bits."), hint=_("Choose TIFF, or PNG, which hold them.")
        )
    return np.ascontiguousarray(voxels[..., :3]).view(_RGB)[..., 0]


def _unit_of(geometry: Geometry, stored: StoredGrid) -> str:
    """The unit that the file the scan came from counts in."""
    if not geometry.has_spacing:
        return "unknown"
    lengths = np.sort(np.linalg.norm(stored.affine[:3, :3], axis=0)), np.sort(geometry.spacing_mm)
    return next((unit for unit, mm in _MM_A_UNIT.items() if np.allclose(lengths[0] * mm, lengths[1])), "mm")


def _ijk(geometry: Geometry) -> NDArray[np.float64]:
    """The affine of (column, row, slice) instead of (slice, row, column)."""
    return geometry.affine[:, [2, 1, 0, 3]]


def _back(shape: tuple[int, ...]) -> tuple[int, int, int]:
    return shape[2], shape[1], shape[0]
