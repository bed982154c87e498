"""MetaImage (.mha, .mhd with .raw or .zraw): volumes with an affine; the format of ITK and elastix.

Read here from the format's description (itk.org/Wiki/ITK/MetaIO/Documentation): no library reads it without ITK.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import volume_file
from lesionstudio.imaging.formats.companions import voxels_beside
from lesionstudio.imaging.formats.nifti_axes import placed_grid
from lesionstudio.imaging.formats.volume_file import VolumeFile
from lesionstudio.words import _

_MOST_LINE, _MOST_LINES = 1 << 16, 1000
_TYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_UINT": "u4",
    "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}  # fmt: skip
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_MANY = "_ARRAY"

Fields = Mapping[str, str]


def read_header(path: Path) -> VolumeFile:
    """The header alone. Raises UnreadableFile, and ValueError or KeyError where it is damaged."""
    fields, header_bytes = _fields(path)
    lengths = tuple(int(n) for n in fields["DimSize"].split())
    channels = int(fields.get("ElementNumberOfChannels", 1))
    if not 2 <= len(lengths) <= 7 or len(lengths) != int(fields["NDims"]) or not 1 <= channels <= 100:
        raise ValueError("DimSize does not fit NDims")
    dims, dtype = ((channels, *lengths) if channels > 1 else lengths), _dtype(fields, path)
    is_local = fields["ElementDataFile"].upper() == "LOCAL"
    file = path if is_local else _voxel_file(fields["ElementDataFile"], path)
    volume_file.check_size(path, file, dims, dtype)
    is_packed = _is_true(fields, "CompressedData")
    at = _voxels_at(fields, file, header_bytes if is_local else 0, int(np.prod(dims)) * dtype.itemsize, is_packed)
    first = 1 if channels > 1 else 0
    rows_columns_slices = (*lengths, 1)[:3]
    affine, spacing = _affine(fields, len(lengths))
    is_placed = len(lengths) >= 3
    geometry, stored = placed_grid(
        affine, (rows_columns_slices[0], rows_columns_slices[1], rows_columns_slices[2]), is_placed, spacing
    )
    return VolumeFile(
        path=file,
        geometry=geometry,
        stored=stored,
        dims=dims,
        dtype=dtype,
        offset=0 if is_packed else at,
        packing="zlib" if is_packed else "",
        packed_at=at if is_packed else 0,
        spatial=(first, first + 1, first + 2),
        channel_axis=0 if channels in (3, 4) and dtype.itemsize <= 2 else None,
    )


def _fields(path: Path) -> tuple[dict[str, str], int]:
    """The header's fields, and how many bytes it takes; ElementDataFile is its last one."""
    fields: dict[str, str] = {}
    with path.open("rb") as file:
        for _line in range(_MOST_LINES):
            line = file.readline(_MOST_LINE).decode("utf-8", "replace")
            key, sign, text = line.partition("=")
            if not sign:
                break
            fields[key.strip()] = text.strip()
            if key.strip() == "ElementDataFile":
                return fields, file.tell()
    raise UnreadableFile(_("{name} holds no volume that can be shown.").format(name=path.name))


def _dtype(fields: Fields, path: Path) -> np.dtype[Any]:
    code = _TYPES.get(fields["ElementType"].upper().removesuffix(_MANY))
    if code is None or not _is_true(fields, "BinaryData", default=True):
        message = _("{name} is encoded as {encoding}, which is not read.")
        kind = fields["ElementType"][:20] if code is None else "ASCII"
        hint = _("Save it as raw or gzip, as most programs do.")
        raise UnreadableFile(message.format(name=path.name, encoding=kind), hint=hint)
    big = _is_true(fields, "BinaryDataByteOrderMSB") or _is_true(fields, "ElementByteOrderMSB")
    return np.dtype(code).newbyteorder(">" if big else "<")


def _voxel_file(named: str, path: Path) -> Path:
    if named.upper().startswith("LIST") or "%" in named:
        message = _("The slices of {name} lie in many files. That is not read.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Save it as one file (.mha)."))
    return voxels_beside(path, named)


def _voxels_at(fields: Fields, file: Path, after_header: int, voxel_bytes: int, is_packed: bool) -> int:
    """Where the voxels start: a HeaderSize of -1 means that they end with the file."""
    size = int(fields.get("HeaderSize", 0))
    if size == -1 and not is_packed:
        return max(file.stat().st_size - voxel_bytes, 0)
    return size if size > 0 else after_header


def _affine(fields: Fields, count: int) -> tuple[NDArray[np.float64], list[float]]:
    """Affine to RAS+ of the first three axes, and their spacing; MetaImage counts in LPS."""
    spacing = _numbers(fields, ("ElementSpacing", "ElementSize"), [1.0] * count)
    turn = np.array(_numbers(fields, ("TransformMatrix", "Rotation", "Orientation"), list(np.eye(count).ravel())))
    origin = _numbers(fields, ("Offset", "Position", "Origin"), [0.0] * count)
    if len(spacing) != count or len(turn) != count * count or len(origin) != count:
        raise ValueError("TransformMatrix, Offset or ElementSpacing does not fit NDims")
    used = min(count, 3)
    affine = np.eye(4)
    affine[:used, :used] = turn.reshape(count, count)[:used, :used].T * np.array(spacing[:used])
    affine[:used, 3] = origin[:used]
    has_spacing = "ElementSpacing" in fields or "ElementSize" in fields
    lengths = [*(abs(length) for length in spacing[:used]), 1.0][:3] if has_spacing else [0.0] * 3
    return _LPS_TO_RAS @ affine, lengths


def _numbers(fields: Fields, names: tuple[str, ...], default: list[float]) -> list[float]:
    text = next((fields[name] for name in names if name in fields), None)
    return default if text is None else [float(part) for part in text.split()]


def _is_true(fields: Fields, name: str, default: bool = False) -> bool:
    return fields[name].strip().lower() in ("true", "1") if name in fields else default
