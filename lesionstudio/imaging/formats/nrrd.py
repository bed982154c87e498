"""NRRD (.nrrd, .nhdr): volumes with an affine, the header parsed by pynrrd; the format of 3D Slicer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import volume_file
from lesionstudio.imaging.formats.companions import voxels_beside
from lesionstudio.imaging.formats.nifti_axes import placed_grid
from lesionstudio.imaging.formats.unpacking import Packing
from lesionstudio.imaging.formats.volume_file import VolumeFile
from lesionstudio.words import _

_MOST_HEADER_BYTES = 4 << 20
_PACKINGS: dict[str, Packing] = {
    "raw": "", "gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2", "zstd": "zstd",
}  # fmt: skip
_COLOURS = ("rgb-color", "rgba-color", "3-color", "4-color")
_IN_SPACE = ("domain", "space")
_MM = {"mm": 1.0, "millimeter": 1.0, "millimeters": 1.0, "cm": 10.0, "m": 1000.0, "meter": 1000.0,
       "um": 1e-3, "µm": 1e-3, "micron": 1e-3, "microns": 1e-3, "micrometer": 1e-3, "nm": 1e-6}  # fmt: skip
_TO_RAS = {
    "right-anterior-superior": (1, 1, 1), "ras": (1, 1, 1),
    "left-anterior-superior": (-1, 1, 1), "las": (-1, 1, 1),
    "left-posterior-superior": (-1, -1, 1), "lps": (-1, -1, 1),
}  # fmt: skip


def read_header(path: Path) -> VolumeFile:
    """The header alone; what it says beside is in `texts`. Raises UnreadableFile, and what pynrrd raises."""
    lines, header_bytes = _header_lines(path)
    fields = _parsed(lines)
    packing = _packing(fields, path)
    dims, dtype = tuple(int(n) for n in fields["sizes"]), _dtype(fields, path)
    named = str(fields.get("data file", fields.get("datafile", "")))
    file = voxels_beside(path, named) if named else path
    volume_file.check_size(path, file, dims, dtype)
    spatial, channel_axis = _axes(fields, dims)
    a, b, c = ((*dims, 1, 1)[axis] if axis < len(dims) else 1 for axis in spatial)
    affine, spacing, is_placed = _place(fields, spatial)
    geometry, stored = placed_grid(affine, (a, b, c), is_placed, spacing, _mm_a_unit(fields))
    content_at = 0 if named else header_bytes
    content_at, offset = _skipped(fields, file, content_at, packing, int(np.prod(dims)) * dtype.itemsize)
    return VolumeFile(
        path=file,
        geometry=geometry,
        stored=stored,
        dims=dims,
        dtype=dtype,
        offset=offset,
        packing=packing,
        packed_at=content_at,
        spatial=spatial,
        channel_axis=channel_axis,
        texts=_texts(lines),
    )


def _header_lines(path: Path) -> tuple[list[str], int]:
    """The header's lines, and how many bytes it takes. An empty line ends it; a detached one ends with its file."""
    lines: list[str] = []
    count = 0
    with path.open("rb") as file:
        while count < _MOST_HEADER_BYTES:
            line = file.readline(_MOST_HEADER_BYTES)
            count += len(line)
            if not line.strip():
                return lines, count
            lines.append(line.decode("utf-8", "replace"))
    raise UnreadableFile(_("{name} holds no volume that can be shown.").format(name=path.name))


def _parsed(lines: list[str]) -> Mapping[str, Any]:
    import nrrd

    fields: dict[str, Any] = nrrd.read_header(_once_each(lines))
    missing = [name for name in ("type", "dimension", "sizes", "encoding") if name not in fields]
    if missing or len(fields["sizes"]) != fields["dimension"] or not 2 <= fields["dimension"] <= 16:
        raise ValueError(f"the header lacks {', '.join(missing) or 'sizes that fit its dimension'}")
    return fields


def _once_each(lines: list[str]) -> list[str]:
    """Without comments, and without fields that come a second time."""
    kept: dict[str, str] = {}
    for line in lines:
        if not line.startswith("#"):
            kept.setdefault(line.partition(":")[0].strip(), line)
    return list(kept.values())


def _texts(lines: list[str]) -> dict[str, str]:
    pairs = [line.strip().partition(":=") for line in lines if ":=" in line and not line.startswith("#")]
    return {key.strip(): text.strip() for key, _sign, text in pairs}


def _packing(fields: Mapping[str, Any], path: Path) -> Packing:
    encoding = str(fields["encoding"]).lower()
    if encoding not in _PACKINGS:
        message = _("{name} is encoded as {encoding}, which is not read.")
        raise UnreadableFile(
            message.format(name=path.name, encoding=encoding[:20]),
            hint=_("Save it as raw or gzip, as most programs do."),
        )
    return _PACKINGS[encoding]


def _dtype(fields: Mapping[str, Any], path: Path) -> np.dtype[Any]:
    from nrrd import reader

    code = reader._TYPEMAP_NRRD2NUMPY.get(str(fields["type"]))
    if code is None or code == "V":
        raise UnreadableFile(_("{name} holds no volume that can be shown.").format(name=path.name))
    dtype: np.dtype[Any] = np.dtype(code)
    return dtype.newbyteorder(">" if str(fields.get("endian", "")).lower() == "big" else "<")


def _axes(fields: Mapping[str, Any], dims: tuple[int, ...]) -> tuple[tuple[int, int, int], int | None]:
    """The three axes in the patient, and the one of colours: by their directions, else their kinds, else the first."""
    count = len(dims)
    kinds = [str(kind).lower() for kind in fields.get("kinds", ())] or [""] * count
    inside = [axis for axis, way in enumerate(_directions(fields)) if way is not None]
    inside = inside or [axis for axis, kind in enumerate(kinds) if kind in _IN_SPACE]
    inside = inside or [axis for axis, kind in enumerate(kinds) if kind not in (*_COLOURS, "list", "vector")]
    if len(inside) < 2 or max(inside) >= count:
        raise ValueError("fewer than two axes lie in space")
    colours = [axis for axis, kind in enumerate(kinds) if _is_colour(kind, dims[axis], fields)]
    third = inside[2] if len(inside) > 2 else count
    return (inside[0], inside[1], third), colours[0] if colours else None


def _is_colour(kind: str, length: int, fields: Mapping[str, Any]) -> bool:
    """Said to be colours; ITK writes those as vectors of three or four bytes."""
    is_bytes = fields["type"] in ("unsigned char", "uchar", "uint8", "uint8_t")
    return length in (3, 4) and (kind in _COLOURS or (kind == "vector" and is_bytes))


def _directions(fields: Mapping[str, Any]) -> list[NDArray[np.float64] | None]:
    """A vector an axis, None for an axis that does not lie in space."""
    ways = [None if way is None else np.asarray(way, np.float64) for way in fields.get("space directions", ())]
    return [None if way is None or not np.isfinite(way).all() else way for way in ways]


def _place(fields: Mapping[str, Any], spatial: tuple[int, int, int]) -> tuple[NDArray[np.float64], list[float], bool]:
    """Affine to RAS+ of the three axes, their spacing, and whether the affine says where the patient is."""
    ways = _directions(fields)
    vectors = [ways[axis] for axis in spatial if axis < len(ways)]
    plain = [float(n) for n in fields.get("spacings", ())]
    spacing = [plain[axis] if axis < len(plain) else 0.0 for axis in spatial]
    known = [vector for vector in vectors if vector is not None]
    if len(known) < 2 or any(len(vector) != 3 for vector in known):
        lengths = [float(np.linalg.norm(vector)) for vector in known] or spacing
        return np.eye(4), _with_third(lengths), False
    if len(known) == 2:
        normal = np.cross(known[0], known[1])
        known.append(normal / (np.linalg.norm(normal) or 1.0))
    turn = _TO_RAS.get(str(fields.get("space", "")).lower())
    affine = np.eye(4)
    affine[:3, :3] = np.stack(known, axis=1)
    origin = np.asarray(fields.get("space origin", np.zeros(3)), np.float64)
    affine[:3, 3] = origin if origin.shape == (3,) else 0.0
    affine[:3] *= np.array(turn or (1, 1, 1))[:, np.newaxis]
    return affine, [float(np.linalg.norm(way)) for way in known], turn is not None


def _with_third(lengths: list[float]) -> list[float]:
    """Three lengths; a picture's third is 1 where the others are known."""
    known = [length if np.isfinite(length) and length > 0 else 0.0 for length in lengths[:3]]
    known += [0.0] * (3 - len(known))
    if known[0] and known[1] and not known[2]:
        known[2] = 1.0
    return known


def _mm_a_unit(fields: Mapping[str, Any]) -> float:
    units = [str(unit).strip().lower() for unit in (fields.get("space units") or fields.get("units") or ())]
    named = [unit for unit in units if unit in _MM]
    return _MM[named[0]] if named else 1.0


def _skipped(fields: Mapping[str, Any], file: Path, at: int, packing: Packing, voxel_bytes: int) -> tuple[int, int]:
    """Where the content starts in the file and the voxels in the content, after the lines and bytes to be skipped."""
    lines = max(int(fields.get("line skip", fields.get("lineskip", 0))), 0)
    skip = int(fields.get("byte skip", fields.get("byteskip", 0)))
    with file.open("rb") as opened:
        opened.seek(at)
        for _line in range(min(lines, 10_000)):
            opened.readline(_MOST_HEADER_BYTES)
        at = opened.tell()
    if packing:
        return at, max(skip, 0)
    return (at, file.stat().st_size - voxel_bytes) if skip == -1 else (at, at + max(skip, 0))
