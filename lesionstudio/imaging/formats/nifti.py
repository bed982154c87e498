"""NIfTI-1 and -2 (.nii, .nii.gz, .hdr/.img) and MGH: volumes with an affine, read through nibabel's header."""

import gzip
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import hounsfield
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.formats.nifti_axes import display_order, is_sound
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Geometry, StoredGrid
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _, number

Voxels = NDArray[Any]
_SAMPLE_BYTES = 4 << 20
_MM_A_UNIT = {"meter": 1000.0, "micron": 0.001}


@dataclass(frozen=True, eq=False)
class NiftiHeader:
    """What a file says of its volumes: geometry in display order, how many there are, how values are scaled."""

    path: Path
    geometry: Geometry
    stored: StoredGrid
    volumes: int
    channels: int
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float

    @property
    def is_scaled(self) -> bool:
        """Whether stored values have to be turned into real ones."""
        return (self.slope, self.intercept) != (1.0, 0.0)

    @property
    def shown_dtype(self) -> np.dtype[Any]:
        """The dtype of the values that slices have."""
        if self.channels > 1:
            return np.dtype(np.uint8)
        if self.dtype.kind == "c" or self.dtype == np.float16 or (self.is_scaled and not self._stays_whole):
            return np.dtype(np.float32)
        return _smallest_integer(self) if self.is_scaled else self.dtype.newbyteorder("=")

    @property
    def _stays_whole(self) -> bool:
        return self.dtype.kind in "iu" and self.slope.is_integer() and self.intercept.is_integer()


class NiftiSlices:
    """The slices of one volume: of an uncompressed file each on its own, of a compressed one all at the first."""

    def __init__(self, header: NiftiHeader, volume: int) -> None:
        self._header, self._volume, self._lock = header, volume, Lock()
        self._unpacked: Voxels | None = None

    def read(self, k: int) -> Voxels:
        """Slice k in real values."""
        header = self._header
        if not _is_packed(header.path):
            return np.array(_shown(header.stored.from_stored(_mapped(header, self._volume))[k], header))
        with self._lock:
            if self._unpacked is None:
                self._unpacked = header.stored.from_stored(_unpacked(header, self._volume))
        return np.array(_shown(self._unpacked[k], header))


def read_header(path: Path) -> NiftiHeader:
    """The header alone. Raises UnreadableFile, and what nibabel raises."""
    import nibabel

    image: Any = nibabel.load(path)
    proxy = image.dataobj
    shape, dtype = tuple(int(n) for n in proxy.shape), np.dtype(proxy.dtype)
    if len(shape) < 2 or len(shape) > 7 or not hasattr(proxy, "offset"):
        raise UnreadableFile(_("{name} holds no volume that can be shown.").format(name=path.name))
    file = Path(image.file_map["image"].filename)
    _guard(path, file, shape, dtype)
    columns, rows, slices = (*shape, 1)[:3]
    stored = display_order(np.asarray(image.affine, np.float64), (columns, rows, slices), _is_placed(image))
    return NiftiHeader(
        path=file,
        geometry=_geometry(stored, image),
        stored=stored,
        volumes=int(np.prod(shape[3:], dtype=np.int64)),
        channels=len(dtype.names) if dtype.names else 1,
        dtype=dtype,
        offset=int(proxy.offset),
        slope=_number(proxy.slope, 1.0),
        intercept=_number(proxy.inter, 0.0),
    )


def read(path: Path, part: str = "") -> Scan:
    """A volume as a scan in display order; `part` "v2" means the third volume of a 4-D file."""
    header = read_header(path)
    volume = int(part[1:]) if part else 0
    if not 0 <= volume < header.volumes:
        raise UnreadableFile(_("{name} has no part {part}.").format(name=path.name, part=part))
    is_ct = header.channels == 1 and header.dtype.kind in "if" and hounsfield.look_like_hu(_some_slices(header, volume))
    return Scan(
        header.geometry,
        NiftiSlices(header, volume),
        dtype=header.shown_dtype,
        modality="CT" if is_ct else "",
        unit="HU" if is_ct else "",
        channels=min(header.channels, 3),
        colour=header.channels >= 3,
        name=_stem(path),
        notes=_notes(header, volume, is_ct),
        value_range=(0.0, 255.0) if header.channels > 1 else None,
    )


def read_stored(path: Path) -> tuple[NiftiHeader, Voxels]:
    """The first volume in the file's own axes (i, j, k), in real values."""
    header = read_header(path)
    voxels = _unpacked(header, 0) if _is_packed(header.path) else _mapped(header, 0)
    return header, np.asarray(_shown(voxels, header))


def write(path: Path, labels: NDArray[np.uint8], geometry: Geometry) -> None:
    """Writes labels (slice, row, column) whole or not at all, in the grid of the file the scan came from.

    A scan that came from no such file is written as (column, row, slice); one without a place in the patient gets no
    form code, so that nobody reads an orientation into it.
    """
    import nibabel

    stored = geometry.stored or StoredGrid((2, 1, 0), (False, False, False), labels.shape[::-1], _ijk(geometry))
    image: Any = nibabel.Nifti1Image(stored.to_stored(labels), stored.affine)
    code = 1 if geometry.has_orientation else 0
    image.set_qform(stored.affine, code)
    image.set_sform(stored.affine, code)
    image.header.set_xyzt_units(_unit_of(geometry, stored))
    with whole_file(path) as draft:
        image.to_filename(draft)


def _geometry(stored: StoredGrid, image: Any) -> Geometry:
    """The grid as displayed: the file's affine with its axes reordered and turned round."""
    shape = tuple(stored.shape[axis] for axis in stored.order)
    turn = np.zeros((4, 4))
    turn[3, 3] = 1.0
    for shown, (axis, flip) in enumerate(zip(stored.order, stored.flips)):
        turn[axis, shown] = -1.0 if flip else 1.0
        turn[axis, 3] = stored.shape[axis] - 1 if flip else 0.0
    placed = _is_placed(image) and is_sound(stored.affine)
    affine = stored.affine @ turn if placed else _unplaced_affine(image, stored.order)
    affine = np.diag([*[_mm_a_unit(image)] * 3, 1.0]) @ affine
    geometry = Geometry((shape[0], shape[1], shape[2]), affine, stored=stored, has_orientation=placed)
    return replace(geometry, has_spacing=min(geometry.spacing_mm) > 0)


def _mm_a_unit(image: Any) -> float:
    """Millimetres of the unit that the header names; 1 where it names none."""
    units = getattr(image.header, "get_xyzt_units", None)
    return _MM_A_UNIT.get(units()[0], 1.0) if units else 1.0


def _unit_of(geometry: Geometry, stored: StoredGrid) -> str:
    """The unit that the file the scan came from counts in."""
    if not geometry.has_spacing:
        return "unknown"
    lengths = np.sort(np.linalg.norm(stored.affine[:3, :3], axis=0)), np.sort(geometry.spacing_mm)
    return next((unit for unit, mm in _MM_A_UNIT.items() if np.allclose(lengths[0] * mm, lengths[1])), "mm")


def _unplaced_affine(image: Any, order: tuple[int, int, int]) -> NDArray[np.float64]:
    zooms = [float(z) for z in (*image.header.get_zooms()[:3], 1.0, 1.0)]
    return np.diag([*(zooms[axis] or 1.0 for axis in order), 1.0])


def _is_placed(image: Any) -> bool:
    """Whether the file says where it lies in the patient; formats without form codes always do."""
    header = image.header
    if "sform_code" not in getattr(header, "keys", list)():
        return True
    return bool(header["sform_code"] > 0 or header["qform_code"] > 0)


def _guard(path: Path, file: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if not file.is_file():
        message = _("The voxels of {name} are missing: there is no {file}.").format(name=path.name, file=file.name)
        raise UnreadableFile(message, hint=_("Put both files in one folder."))
    volumes = shape[2:] or (1,)
    guard((int(np.prod(volumes, dtype=np.float64)), *shape[:2]), dtype, path.name, file.stat().st_size)


def _mapped(header: NiftiHeader, volume: int) -> Voxels:
    """One volume (i, j, k) of an uncompressed file, on the disk until it is looked at."""
    offset = header.offset + volume * _volume_bytes(header)
    return np.memmap(header.path, header.dtype, "r", offset, header.stored.shape, "F")


def _unpacked(header: NiftiHeader, volume: int) -> Voxels:
    """One volume (i, j, k) of a gzip file."""
    start = header.offset + volume * _volume_bytes(header)
    content = _unzip(header, start + _volume_bytes(header))
    count = int(np.prod(header.stored.shape))
    return np.frombuffer(content, header.dtype, count, start).reshape(header.stored.shape, order="F")


def _unzip(header: NiftiHeader, needed: int) -> Any:
    """The first `needed` bytes: by libdeflate where one member holds just one volume, as usual, else by zlib."""
    import imagecodecs

    if header.volumes == 1:
        try:
            content = imagecodecs.gzip_decode(header.path.read_bytes(), out=needed)
        except imagecodecs.GzipError:  # several members, bytes behind the volume, or damage: zlib can tell
            content = b""
        if len(content) >= needed:
            return content
    with gzip.open(header.path) as file:
        content = file.read(needed)
    if len(content) < needed:
        raise UnreadableFile(_("{name} is cut off.").format(name=header.path.name), hint=_("Copy it once more."))
    return content


def _some_slices(header: NiftiHeader, volume: int) -> Voxels:
    """Real values of some slices: the middle one of a plain file, what is quick to unpack of a compressed one."""
    if not _is_packed(header.path):
        return _shown(np.asarray(_mapped(header, volume)[..., header.stored.shape[2] // 2]), header)
    itemsize = header.dtype.itemsize
    with gzip.open(header.path) as file:
        content = file.read(header.offset + min(_SAMPLE_BYTES, _volume_bytes(header)) // itemsize * itemsize)
    return _shown(np.frombuffer(content[header.offset :], header.dtype), header)


def _volume_bytes(header: NiftiHeader) -> int:
    return int(np.prod(header.stored.shape, dtype=np.int64)) * header.dtype.itemsize


def _shown(stored: Voxels, header: NiftiHeader) -> Voxels:
    """Real values of stored ones: scaled, complex numbers by their size, colours as three channels."""
    if header.channels > 1:
        names = header.dtype.names or ()
        return np.stack([stored[name] for name in names[:3]], axis=-1)
    if stored.dtype.kind == "c":
        stored = np.abs(stored)
    if not header.is_scaled:
        return stored.astype(header.shown_dtype, copy=False)
    if header.shown_dtype.kind == "f":
        return np.asarray(stored * np.float64(header.slope) + header.intercept, header.shown_dtype)
    whole = header.shown_dtype.type
    return np.asarray(stored.astype(header.shown_dtype) * whole(header.slope) + whole(header.intercept))


def _smallest_integer(header: NiftiHeader) -> np.dtype[Any]:
    stored = np.iinfo(header.dtype)
    ends = sorted(int(end * header.slope + header.intercept) for end in (int(stored.min), int(stored.max)))
    for dtype in (np.int16, np.int32, np.int64):
        if np.iinfo(dtype).min <= ends[0] and ends[1] <= np.iinfo(dtype).max:
            return np.dtype(dtype)
    return np.dtype(np.float64)


def _notes(header: NiftiHeader, volume: int, is_ct: bool) -> tuple[str, ...]:
    notes = []
    if header.volumes > 1:
        text = _("Volume {number} of {total} in this file.")
        notes.append(text.format(number=number(volume + 1), total=number(header.volumes)))
    if is_ct:
        notes.append(hounsfield.said())
    if header.dtype.kind == "c":
        notes.append(_("The values are complex numbers; their size is shown."))
    return tuple(notes)


def _ijk(geometry: Geometry) -> NDArray[np.float64]:
    """The affine of (column, row, slice) instead of (slice, row, column)."""
    return geometry.affine[:, [2, 1, 0, 3]]


def _number(value: Any, default: float) -> float:
    return default if value is None or not np.isfinite(value) else float(value)


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() in (".gz", ".mgz", ".bz2", ".zst")


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name
