"""A grid for masks that are looked at without the scan they were drawn on: that of their file, or of their frames."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch, UnreadableFile
from lesionstudio.imaging.formats import amira, dicom_seg, segment_files
from lesionstudio.imaging.formats.laying import Plate
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.words import _

_ONE_PLACE_MM, _UNEVEN = 0.01, 0.1
_MOST_SLICES = 4000


def grid_of(paths: Sequence[Path], of_volume: Callable[[Path], Geometry]) -> Geometry:
    """The grid of the first file that has one of its own, else one that holds the frames of all DICOM segmentations.

    Slices on which none has a frame are there too where the others tell how far slices lie apart. Raises UnreadableFile
    where contours are all there is, GridMismatch where frames lie crosswise.
    """
    kinds = {path: segment_files.kind_of(path) for path in paths}
    for path, kind in kinds.items():
        if kind not in ("dicom-seg", "rtstruct"):
            return amira.geometry(path) if kind == "amira" else of_volume(path)
    frames = [path for path, kind in kinds.items() if kind == "dicom-seg"]
    if frames:
        return _of_frames(frames)
    message = _("{name} holds contours, which lie on no grid of their own.").format(name=paths[0].name)
    raise UnreadableFile(message, hint=_("Import them on their series and export masks; those can be compared."))


def _of_frames(paths: Sequence[Path]) -> Geometry:
    found = [dicom_seg.planes(path) for path in paths]
    plates = [plate for one in found for plate in one.plates]
    shapes = {one.shape for one in found}
    if len(shapes) > 1:
        raise _other_series(_("The pictures of these masks are not all of one size."))
    if not plates:
        return Geometry.pixels((1, *shapes.pop()))
    return _stack(plates, shapes.pop(), found[0].apart_mm)


def _stack(plates: Sequence[Plate], shape: tuple[int, int], apart_mm: float) -> Geometry:
    """The planes in their order along the normal, with those between them that are missing."""
    first = plates[0]
    normal = np.cross(first.row_step, first.column_step)
    normal /= np.linalg.norm(normal)
    if any(_drift(plate, first, shape) > 0.5 for plate in plates):
        raise _other_series(_("The pictures of these masks lie crosswise."))
    ordered = list(_each_place(sorted(plates, key=lambda plate: float(plate.origin @ normal)), normal))
    gaps = [float((other.origin - one.origin) @ normal) for one, other in pairwise(ordered)]
    step = min(gaps, default=apart_mm)
    count = round(sum(gaps) / step) + 1
    way = (ordered[-1].origin - ordered[0].origin) / (count - 1) if count > 1 else normal * step
    steps = ordered[0].origin, way, first.row_step, first.column_step
    if count <= _MOST_SLICES and all(abs(gap / step - round(gap / step)) <= _UNEVEN for gap in gaps):
        return Geometry.from_axes((count, *shape), *steps)
    way = (ordered[-1].origin - ordered[0].origin) / max(len(ordered) - 1, 1)
    uneven = Geometry.from_axes((len(ordered), *shape), ordered[0].origin, way, first.row_step, first.column_step)
    return replace(uneven, positions_mm=tuple(float(place) for place in np.cumsum([0.0, *gaps])))


def _each_place(plates: Sequence[Plate], normal: NDArray[np.float64]) -> Iterator[Plate]:
    """One of those that lie at one place; several segments have a frame each there."""
    last: float | None = None
    for plate in plates:
        place = float(plate.origin @ normal)
        if last is None or place - last > _ONE_PLACE_MM:
            yield plate
            last = place


def _drift(plate: Plate, first: Plate, shape: tuple[int, int]) -> float:
    """How far, in pixels, the far corner of one plane is from where it would be if the planes were parallel."""
    apart = (plate.row_step - first.row_step) * shape[0] + (plate.column_step - first.column_step) * shape[1]
    return float(np.linalg.norm(apart)) / max(float(np.linalg.norm(first.row_step)), 1e-9)


def _other_series(message: str) -> GridMismatch:
    return GridMismatch(message, hint=_("Were they drawn on the same series?"))
