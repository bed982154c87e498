"""NIfTI-1 and -2 (.nii, .nii.gz, .hdr/.img) and MGH: volumes with an affine, read through nibabel's header."""

from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import volume_file
from lesionstudio.imaging.formats.companions import voxels_beside
from lesionstudio.imaging.formats.nifti_axes import placed_grid
from lesionstudio.imaging.formats.unpacking import packing_of
from lesionstudio.imaging.formats.volume_file import VolumeFile
from lesionstudio.words import _

_MM_A_UNIT = {"meter": 1000.0, "micron": 0.001}
_UNIT_BITS = 7


def read_header(path: Path) -> VolumeFile:
    """The header alone. Raises UnreadableFile, and what nibabel raises."""
    import nibabel

    image: Any = nibabel.load(path)
    proxy = image.dataobj
    dims, dtype = tuple(int(n) for n in proxy.shape), np.dtype(proxy.dtype)
    if len(dims) < 2 or len(dims) > 7 or not hasattr(proxy, "offset"):
        raise UnreadableFile(_("{name} holds no volume that can be shown.").format(name=path.name))
    file = voxels_beside(path, Path(image.file_map["image"].filename).name)
    volume_file.check_size(path, file, dims, dtype)
    columns, rows, slices = (*dims, 1)[:3]
    zooms = [float(zoom) for zoom in (*image.header.get_zooms()[:3], 1.0, 1.0)]
    affine = np.asarray(image.affine, np.float64)
    geometry, stored = placed_grid(affine, (columns, rows, slices), _is_placed(image), zooms, _mm_a_unit(image))
    return VolumeFile(
        path=file,
        geometry=geometry,
        stored=stored,
        dims=(columns, rows, slices, *dims[3:]),
        dtype=dtype,
        offset=int(proxy.offset),
        slope=_number(proxy.slope, 1.0),
        intercept=_number(proxy.inter, 0.0),
        packing=packing_of(file),
    )


def _mm_a_unit(image: Any) -> float:
    """Millimetres of the unit that the header names; 1 where it names none, or one that nobody knows."""
    if not hasattr(image.header, "get_xyzt_units"):
        return 1.0
    named = {1: "meter", 3: "micron"}.get(int(image.header["xyzt_units"]) & _UNIT_BITS, "")
    return _MM_A_UNIT.get(named, 1.0)


def _is_placed(image: Any) -> bool:
    """Whether the file says where it lies in the patient; formats without form codes always do."""
    header = image.header
    if "sform_code" not in getattr(header, "keys", list)():
        return True
    return bool(header["sform_code"] > 0 or header["qform_code"] > 0)


def _number(value: Any, default: float) -> float:
    return default if value is None or not np.isfinite(value) else float(value)
