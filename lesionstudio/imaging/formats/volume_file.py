"""Volumes whose voxels lie in one file as one array, first axis fastest: what NIfTI, MGH, NRRD and MetaImage share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import hounsfield
from lesionstudio.imaging.formats.limits import guard, guard_memory
from lesionstudio.imaging.formats.unpacking import Packing, unpacked
from lesionstudio.imaging.geometry import Geometry, StoredGrid
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _, number

Voxels = NDArray[Any]
_SAMPLE_BYTES, _MOST_BEFORE_VOXELS = 4 << 20, 64 << 20


@dataclass(frozen=True, eq=False)
class VolumeFile:
    """What a file says of its volumes: geometry in display order, how the array lies in it, how values are scaled.

    `dims` are the lengths of the array's axes, fastest first; `spatial` names the three that lie in the patient (an
    index past the end is an axis of length 1), `channel_axis` the one of colours, the others run over volumes.
    `packed_at` is where the packed content starts in the file, `offset` where the voxels start in the content.
    """

    path: Path
    geometry: Geometry
    stored: StoredGrid
    dims: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int
    slope: float = 1.0
    intercept: float = 0.0
    packing: Packing = ""
    packed_at: int = 0
    spatial: tuple[int, int, int] = (0, 1, 2)
    channel_axis: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    """What the header says beside, as it is written there (key:=text of a NRRD): 3D Slicer's segments."""

    @property
    def channels(self) -> int:
        """How many values a voxel has."""
        if self.channel_axis is not None:
            return self.dims[self.channel_axis]
        return len(self.dtype.names) if self.dtype.names else 1

    @property
    def volumes(self) -> int:
        """How many volumes the array holds."""
        return int(np.prod([self.dims[axis] for axis in self._outer], dtype=np.int64))

    @property
    def is_scaled(self) -> bool:
        """Whether stored values have to be turned into real ones."""
        return (self.slope, self.intercept) != (1.0, 0.0)

    @property
    def shown_dtype(self) -> np.dtype[Any]:
        """The dtype of the values that slices have."""
        if self.dtype.names:
            return np.dtype(np.uint8)
        if self.dtype.kind == "c" or self.dtype == np.float16 or (self.is_scaled and not self._stays_whole):
            return np.dtype(np.float32)
        return _smallest_integer(self) if self.is_scaled else self.dtype.newbyteorder("=")

    @property
    def volume_bytes(self) -> int:
        """Bytes of one volume."""
        return int(np.prod(self.dims, dtype=np.int64)) // max(self.volumes, 1) * self.dtype.itemsize

    def bytes_to_read(self, volume: int) -> int:
        """How much content has to be there for a volume: all of it where volumes lie woven into each other."""
        in_turn = self.spatial == (0, 1, 2) and self.channel_axis is None
        return self.offset + self.volume_bytes * (volume + 1 if in_turn else self.volumes)

    def volume_of(self, content: Voxels, volume: int) -> Voxels:
        """A view (i, j, k[, channel]) of one volume of the flat array."""
        in_turn = self.spatial == (0, 1, 2) and self.channel_axis is None
        if in_turn:
            count = self.volume_bytes // self.dtype.itemsize
            return content[volume * count : (volume + 1) * count].reshape(self.stored.shape, order="F")
        whole = content.reshape((*self.dims, *(1,) * (3 - len(self.dims))), order="F")
        channel = () if self.channel_axis is None else (self.channel_axis,)
        turned = whole.transpose((*self._outer, *self.spatial, *channel))
        lengths = [self.dims[axis] for axis in self._outer]
        view: Voxels = turned[tuple(int(n) for n in np.unravel_index(volume, lengths))] if lengths else turned
        return view

    @property
    def _outer(self) -> tuple[int, ...]:
        """The axes that run over volumes, the slowest first."""
        inner = (*self.spatial, self.channel_axis)
        return tuple(axis for axis in reversed(range(len(self.dims))) if axis not in inner)

    @property
    def _stays_whole(self) -> bool:
        return self.dtype.kind in "iu" and self.slope.is_integer() and self.intercept.is_integer()


class VolumeSlices:
    """The slices of one volume: each on its own where it lies in one piece in a plain file, else all at the first."""

    def __init__(self, header: VolumeFile, volume: int) -> None:
        self._header, self._volume, self._lock = header, volume, Lock()
        self._whole: list[Voxels] | None = None

    def read(self, k: int) -> Voxels:
        """Slice k in real values."""
        header = self._header
        planes = self._planes_of_file(k) if _lies_in_slices(header) else [part[k] for part in self._parts()]
        values = [np.ascontiguousarray(shown(plane, header)) for plane in planes]
        return values[0] if header.channels == 1 else np.stack(values, axis=-1)

    def whole(self) -> Voxels | None:
        """All slices, where they are unpacked at once and shown as they are stored."""
        header = self._header
        if _lies_in_slices(header) or header.channels > 1 or header.is_scaled or header.dtype != header.shown_dtype:
            return None
        return self._parts()[0]

    def _planes_of_file(self, k: int) -> list[Voxels]:
        header = self._header
        stored_k = header.stored.shape[2] - 1 - k if header.stored.flips[0] else k
        slab = _slab(header, self._volume, stored_k)
        return [header.stored.from_stored(part)[0] for part in _parts(slab, header)[:3]]

    def _parts(self) -> list[Voxels]:
        """The channels of the whole volume as displayed, turned round at once: quicker than slice by slice."""
        with self._lock:
            if self._whole is None:
                parts = _parts(_voxels(self._header, self._volume), self._header)[:3]
                self._whole = [self._header.stored.turned(part) for part in parts]
            return self._whole


def scan_of(header: VolumeFile, path: Path, part: str = "") -> Scan:
    """A volume as a scan in display order; `part` "v2" means the third volume. Raises UnreadableFile."""
    volume = int(part[1:]) if part else 0
    if not 0 <= volume < header.volumes:
        raise UnreadableFile(_("{name} has no part {part}.").format(name=path.name, part=part))
    is_ct = header.channels == 1 and header.dtype.kind in "if" and hounsfield.look_like_hu(_some_slices(header, volume))
    return Scan(
        header.geometry,
        VolumeSlices(header, volume),
        dtype=header.shown_dtype,
        modality="CT" if is_ct else "",
        unit="HU" if is_ct else "",
        channels=min(header.channels, 3),
        colour=header.channels >= 3,
        name=_name(path),
        notes=_notes(header, volume, is_ct),
        volumes=header.volumes,
        volume_number=volume,
        value_range=(0.0, 255.0) if header.channels > 1 and header.shown_dtype == np.uint8 else None,
    )


def stored_values(header: VolumeFile, volume: int = 0) -> Voxels:
    """A volume in the file's own axes (i, j, k), in real values; the first channel of several."""
    return np.asarray(shown(_parts(_voxels(header, volume), header)[0], header))


def all_stored_values(header: VolumeFile) -> list[Voxels]:
    """Every volume as stored_values has it, in the file's order; a compressed file is unpacked once."""
    if not header.packing:
        return [stored_values(header, volume) for volume in range(header.volumes)]
    needed = header.bytes_to_read(header.volumes - 1)
    guard_memory(needed)
    content = _unpacked(header, needed, is_whole=True)
    values = np.frombuffer(content, header.dtype, offset=header.offset)
    return [np.asarray(shown(_parts(header.volume_of(values, n), header)[0], header)) for n in range(header.volumes)]


def check_size(path: Path, file: Path, dims: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Raises UnreadableFile where the header `path` claims more than can be opened, or than `file` can hold."""
    if not file.is_file():
        message = _("The voxels of {name} are missing: there is no {file}.").format(name=path.name, file=file.name)
        raise UnreadableFile(message, hint=_("Put both files in one folder."))
    slices = 1
    for length in dims[2:]:
        slices *= int(length)
    guard((slices, *dims[:2]), dtype, path.name, file.stat().st_size)


def _lies_in_slices(header: VolumeFile) -> bool:
    """Whether each slice that is shown lies in one piece in a file that is not packed."""
    is_in_turn = header.spatial == (0, 1, 2) and header.channel_axis is None
    return is_in_turn and not header.packing and header.stored.order[0] == 2


def _slab(header: VolumeFile, volume: int, k: int) -> Voxels:
    """The file's slice k as (i, j, 1). Read, not mapped: a disk that is pulled out would end a program that maps it."""
    columns, rows, slices = header.stored.shape
    first = (volume * slices + k) * columns * rows
    return _read(header, first, columns * rows).reshape((columns, rows, 1), order="F")


def _voxels(header: VolumeFile, volume: int) -> Voxels:
    """One volume (i, j, k[, channel])."""
    needed = header.bytes_to_read(volume)
    guard_memory(needed)
    if header.packing:
        content = _unpacked(header, needed, is_whole=header.volumes == 1)
        return header.volume_of(np.frombuffer(content, header.dtype, offset=header.offset), volume)
    return header.volume_of(_read(header, 0, (needed - header.offset) // header.dtype.itemsize), volume)


def _unpacked(header: VolumeFile, needed: int, *, is_whole: bool) -> Any:
    """The first bytes of a packed file. Raises UnreadableFile where voxels are said to begin far behind nothing."""
    if header.offset > _MOST_BEFORE_VOXELS:
        message = _("{name} is damaged, or not the kind of file it seems to be.").format(name=header.path.name)
        raise UnreadableFile(message, hint=_("Copy it once more, or save it anew in the program it came from."))
    return unpacked(header.path, header.packing, header.packed_at, needed, is_whole=is_whole)


def _read(header: VolumeFile, first: int, count: int) -> Voxels:
    """So many stored values of a file that is not packed, from one on. Raises UnreadableFile where there are fewer."""
    values = np.fromfile(header.path, header.dtype, count, offset=header.offset + first * header.dtype.itemsize)
    if len(values) < count:
        raise UnreadableFile(_("{name} is cut off.").format(name=header.path.name), hint=_("Copy it once more."))
    return values


def _parts(voxels: Voxels, header: VolumeFile) -> list[Voxels]:
    """The channels of (i, j, k[, channel]), each (i, j, k)."""
    if header.dtype.names:
        return [voxels[name] for name in header.dtype.names]
    if header.channel_axis is not None:
        return [voxels[..., channel] for channel in range(header.channels)]
    return [voxels]


def _some_slices(header: VolumeFile, volume: int) -> Voxels:
    """Real values of some slices: the middle one of a plain file, what is quick to unpack of a compressed one."""
    if _lies_in_slices(header):
        return shown(_slab(header, volume, header.stored.shape[2] // 2), header)
    if not header.packing:
        return shown(_read(header, 0, min(_SAMPLE_BYTES, header.volume_bytes) // header.dtype.itemsize), header)
    itemsize = header.dtype.itemsize
    most = header.offset + min(_SAMPLE_BYTES, header.volume_bytes) // itemsize * itemsize
    content = _unpacked(header, most, is_whole=False)
    return shown(np.frombuffer(content[header.offset :], header.dtype), header)


def shown(stored: Voxels, header: VolumeFile) -> Voxels:
    """Real values of stored ones: scaled, complex numbers by their size."""
    if stored.dtype.kind == "c":
        stored = np.abs(stored)
    if not header.is_scaled:
        return stored.astype(header.shown_dtype, copy=False)
    if header.shown_dtype.kind == "f":
        return np.asarray(stored * np.float64(header.slope) + header.intercept, header.shown_dtype)
    whole = header.shown_dtype.type
    return np.asarray(stored.astype(header.shown_dtype) * whole(header.slope) + whole(header.intercept))


def _smallest_integer(header: VolumeFile) -> np.dtype[Any]:
    stored = np.iinfo(header.dtype)
    ends = sorted(int(end * header.slope + header.intercept) for end in (int(stored.min), int(stored.max)))
    for dtype in (np.int16, np.int32, np.int64):
        if np.iinfo(dtype).min <= ends[0] and ends[1] <= np.iinfo(dtype).max:
            return np.dtype(dtype)
    return np.dtype(np.float64)


def _notes(header: VolumeFile, volume: int, is_ct: bool) -> tuple[str, ...]:
    notes = []
    if header.volumes > 1:
        text = _("Volume {number} of {total} in this file.")
        notes.append(text.format(number=number(volume + 1), total=number(header.volumes)))
    if is_ct:
        notes.append(hounsfield.said())
    if header.dtype.kind == "c":
        notes.append(_("The values are complex numbers; their size is shown."))
    return tuple(notes)


def _name(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name
