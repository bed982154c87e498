"""A DICOM series as a scan: geometry from LPS to RAS, real values from stored ones, a slice at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import dicom_series
from lesionstudio.imaging.formats.dicom_frames import frames_of
from lesionstudio.imaging.formats.dicom_header import Instance, read_instance
from lesionstudio.imaging.formats.dicom_pixels import in_strips, inverted_sum, is_colour, is_inverted, read_frame
from lesionstudio.imaging.formats.dicom_series import Series
from lesionstudio.imaging.formats.limits import guard
from lesionstudio.imaging.formats.source import hashed
from lesionstudio.imaging.geometry import LPS_TO_RAS, Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import _, ngettext

_EVEN = 0.02


@dataclass(frozen=True, slots=True)
class Place:
    """Where one slice is read: a frame of a file, its own rescaling included."""

    instance: Instance
    frame: int = 0


class DicomSlices:
    """The slices of a series; each file is read when its slice is looked at."""

    def __init__(self, places: Sequence[Place], dtype: np.dtype[Any]) -> None:
        self._places, self._dtype = tuple(places), dtype

    def read(self, k: int) -> NDArray[Any]:
        """Slice k in real values (HU for CT), or (rows, columns, 3) in colour."""
        place = self._places[k]
        stored = read_frame(place.instance, place.frame)
        return stored if is_colour(place.instance) else _real(stored, place.instance, self._dtype)


def read(files: Sequence[Path], part: str = "") -> Scan:
    """The scan that these files make, in display order; `part` "v2" means the third one of a multi-frame file.

    Raises UnreadableFile where the files make several scans or none.
    """
    series = dicom_series.group(read_instance(file) for file in files)
    if len(series) != 1:
        text = ngettext("The files make {n} scan.", "The files make {n} scans, not one.", len(series))
        raise UnreadableFile(text, hint=_("Open the folder to see all of them."))
    return scan_of(series[0], part)


def scan_of(series: Series, part: str = "") -> Scan:
    """The scan of a series that is grouped and sorted."""
    places, notes = _places(series, part)
    first = places[0].instance
    geometry = _geometry([place.instance for place in places])
    dtype = _real_dtype([place.instance for place in places])
    guard((*geometry.shape, 3 if is_colour(first) else 1), dtype, first.path.name)
    return Scan(
        geometry,
        DicomSlices(places, dtype),
        dtype=dtype,
        modality=first.modality,
        unit=_unit(first),
        channels=3 if is_colour(first) else 1,
        colour=is_colour(first),
        window=_window(first),
        name=series.name,
        study=first.study,
        frame=hashed(first.frame_uid, length=16),
        notes=tuple(dict.fromkeys((*series.notes, *notes))),
        value_range=_value_range(first, dtype),
        side_by_side=not first.plain_at,
        slice_ids=tuple(hashed(f"{place.instance.sop_uid}/{place.frame}", length=16) for place in places),
    )


def _places(series: Series, part: str) -> tuple[list[Place], tuple[str, ...]]:
    """One place a slice; the frames of a multi-frame file are sorted as files of a series are."""
    first = series.first
    if len(series.instances) > 1 or first.frames == 1:
        return [Place(instance) for instance in series.instances], ()
    volumes = frames_of(first)
    chosen = int(part[1:]) if part else 0
    if not 0 <= chosen < len(volumes):
        raise UnreadableFile(_("{name} has no part {part}.").format(name=first.path.name, part=part))
    notes: tuple[str, ...] = ()
    if len(volumes) > 1:
        notes = (_("The file holds {n} volumes; this is one of them.").format(n=len(volumes)),)
    volume = volumes[chosen]
    return [Place(frame, frame.number - 1) for frame in volume.instances], (*notes, *volume.notes)


def _geometry(slices: Sequence[Instance]) -> Geometry:
    first = slices[0]
    shape = (len(slices), first.rows, first.columns)
    normal = dicom_series.display_normal(first)
    row_mm, column_mm = first.spacing or (1.0, 1.0)
    step_mm = first.between or first.thickness or 1.0
    if normal is None:
        affine = np.diag([step_mm if first.spacing else 1.0, row_mm, column_mm, 1.0])
        return replace(Geometry.pixels(shape), affine=affine, has_spacing=bool(first.spacing))
    step, positions = _slice_step(slices, normal, step_mm)
    along_row, along_column = np.array(first.orientation[:3]), np.array(first.orientation[3:])
    geometry = Geometry.from_axes(
        shape,
        np.array(first.position) * LPS_TO_RAS,
        step * LPS_TO_RAS,
        along_column * row_mm * LPS_TO_RAS,
        along_row * column_mm * LPS_TO_RAS,
    )
    return replace(geometry, positions_mm=positions, has_spacing=bool(first.spacing))


def _slice_step(
    slices: Sequence[Instance], normal: NDArray[np.float64], default_mm: float
) -> tuple[NDArray[np.float64], tuple[float, ...] | None]:
    """The vector from a slice to the next in LPS, sheared where the gantry was tilted; and the places if uneven."""
    places = dicom_series.places_mm(slices)
    if places is None or len(slices) < 2 or places[-1] - places[0] < 1e-6:
        return normal * default_mm, None
    steps, extent = np.diff(places), float(places[-1] - places[0])
    way = np.subtract(slices[-1].position, slices[0].position) / extent
    mean = extent / len(steps)
    if np.abs(places - places[0] - mean * np.arange(len(places))).max() <= _EVEN * mean:
        return way * mean, None
    usual = float(np.median(steps[steps > 1e-3]))
    stretch = float(np.linalg.norm(way))
    return way * usual, tuple(float(place) for place in (places - places[0]) * stretch)


def _real(stored: NDArray[Any], instance: Instance, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Rescaled values; what does not fit into 16 bits, as padding may not, becomes the lowest or highest value."""
    slope, intercept = instance.slope, instance.intercept
    if dtype.kind != "f" and (slope, intercept) == (1.0, 0.0):
        return stored.astype(dtype, copy=False)
    is_wide = dtype == np.int16 and instance.bits_stored >= 16
    number = np.float32 if dtype.kind == "f" else np.int32 if is_wide else dtype.type

    def real(some: NDArray[Any]) -> NDArray[Any]:
        values = some.astype(number) * number(slope) + number(intercept)
        return np.clip(values, -32768, 32767) if is_wide else values

    return in_strips(stored, dtype, real)


def _real_dtype(slices: Sequence[Instance]) -> np.dtype[Any]:
    """The smallest dtype that holds every real value: integers where all slopes and intercepts are whole.

    HU are 16 bits wide in any case.
    """
    first = slices[0]
    if is_colour(first):
        return np.dtype(np.uint8 if first.bits_allocated <= 8 or first.samples < 3 else f"u{first.bits_allocated // 8}")
    lines = {(instance.slope, instance.intercept) for instance in slices}
    if first.has_floats or not all(a.is_integer() and b.is_integer() for a, b in lines):
        return np.dtype(np.float32)
    if _unit(first) == "HU" and first.bits_stored <= 16 and {a for a, b in lines} == {1.0}:
        return np.dtype(np.int16)
    ends = [stored * a + b for a, b in lines for instance in (first, slices[-1]) for stored in _stored_ends(instance)]
    for dtype in (np.uint8, np.int8, np.int16, np.uint16, np.int32, np.uint32):
        if np.iinfo(dtype).min <= min(ends) and max(ends) <= np.iinfo(dtype).max:
            return np.dtype(dtype)
    return np.dtype(np.float32)


def _stored_ends(instance: Instance) -> tuple[int, int]:
    bits = min(max(instance.bits_stored, 1), 32)
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if instance.signed else (0, (1 << bits) - 1)


def _unit(instance: Instance) -> str:
    """HU for CT that was rescaled to them; "US" means that the writer did not say, and then the intercept tells."""
    if instance.modality != "CT" or not instance.rescaled or instance.samples > 1 or "LOCALIZER" in instance.image_type:
        return ""
    stated = instance.rescale_type.upper()
    unspecified_hu = stated == "US" and instance.intercept <= -1000
    return "HU" if not stated or stated.startswith("H") or unspecified_hu else ""


def _window(instance: Instance) -> Window | None:
    """The file's window; for MONOCHROME1 in the values that are shown."""
    if instance.window is None or not is_inverted(instance):
        return instance.window
    turned = instance.slope * inverted_sum(instance) + 2 * instance.intercept - instance.window.level
    return Window(instance.window.width, turned)


def _value_range(instance: Instance, dtype: np.dtype[Any]) -> tuple[float, float] | None:
    """The full range of plain pictures; None where values mean something physical."""
    if is_colour(instance):
        return 0.0, float(np.iinfo(dtype).max)
    plain = instance.modality not in ("CT", "MR", "PT", "NM") and not instance.rescaled and not instance.signed
    return (0.0, float((1 << instance.bits_stored) - 1)) if plain and dtype.kind == "u" else None
