"""Laying marks on a scan's voxels by their places in the patient, and saying what does not fit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch
from lesionstudio.imaging.formats.limits import UNSUSPICIOUS_BYTES
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.segments import Cover, Layers, Segment, Segmentation
from lesionstudio.words import _, number, size

Vector = NDArray[np.float64]
Voxels = NDArray[Any]
Block = tuple[Any, ...]
_MOST_SCANS = 16
_TOLERANCE = 0.3
"""How far, in voxels, the last pixel of a row may drift from the scan's, and a slice lie from the scan's nearest."""


@dataclass(frozen=True, eq=False, slots=True)
class Plate:
    """Where a plane of pixels lies: its first pixel, and the way to the next row and column, in RAS+ mm."""

    origin: Vector
    row_step: Vector
    column_step: Vector

    def affine(self) -> NDArray[np.float64]:
        """From (plane, row, column, 1) to mm, of a volume of this plane alone."""
        across = np.cross(self.row_step, self.column_step)
        affine = np.eye(4)
        affine[:3] = np.stack([across, self.row_step, self.column_step, self.origin], axis=1)
        return affine


class Laying:
    """Takes marks plane by plane, in any order; counts those that the scan has no voxel for.

    Raises GridMismatch for a scan that does not say where it lies in the patient.
    """

    def __init__(self, geometry: Geometry) -> None:
        if not geometry.has_orientation:
            message = _("This mask lies by places in the patient, and the scan does not say where it lies.")
            raise GridMismatch(message, hint=_("Open the series that the mask was drawn on."))
        self._geometry, self._layers = geometry, Layers(geometry.shape)
        self._laid = self._lost = 0

    def lay(self, marked: Cover, n: int, plate: Plate) -> None:
        """Marks pixels (row, column) of a plane as of segment n. Raises GridMismatch where their sizes differ."""
        all_marks = int(np.count_nonzero(marked))
        if not all_marks:
            return
        fit = self.fit((1, *marked.shape), plate.affine())
        self.mark(fit.of(marked[np.newaxis]), n, fit.places, all_marks)

    def mark(self, marked: Cover, n: int, where: Block, all_marks: int) -> None:
        """Marks a block of the scan as of segment n; `all_marks` of what was to be marked."""
        marks = int(np.count_nonzero(marked))
        self._laid, self._lost = self._laid + marks, self._lost + all_marks - marks
        if marks:
            self._layers.mark(marked, n, where)

    def fit(self, shape: tuple[int, ...], affine: NDArray[np.float64]) -> "Fit":
        """Where the voxels of a volume lie. Raises GridMismatch where they are of another size than the scan's."""
        order = _axes(shape, affine, self._geometry)
        kept, places = [np.zeros(0, np.int64)] * 3, [np.zeros(0, np.int64)] * 3
        for axis, scan_axis in enumerate(order):
            along = affine[:3, 3] + np.arange(shape[axis])[:, np.newaxis] * affine[:3, axis]
            found = self.to_index(along)[:, scan_axis]
            nearest = np.floor(found + 0.5).astype(np.int64)
            fits = (nearest >= 0) & (nearest < self._geometry.shape[scan_axis])
            if scan_axis == 0 and self._geometry.shape[0] > 1:
                fits &= np.abs(found - nearest) <= _TOLERANCE
            kept[scan_axis], places[scan_axis] = np.flatnonzero(fits), nearest[fits]
        return Fit((order.index(0), order.index(1), order.index(2)), _block(kept), _block(places))

    def to_index(self, mm: Vector) -> Vector:
        """Fractional voxel indices (point, 3); beyond the ends of an uneven stack too, where no slice is."""
        geometry = self._geometry
        if geometry.positions_mm is None:
            return geometry.to_index(mm)
        inverse, ends = np.linalg.inv(geometry.affine), np.array(geometry.positions_mm)
        places: Vector = np.asarray(mm) @ inverse[:3, :3].T + inverse[:3, 3]
        step = geometry.spacing_mm[0]
        known = np.concatenate([[ends[0] - step], ends, [ends[-1] + step]])
        places[:, 0] = np.interp(places[:, 0] * step, known, np.arange(-1, len(ends) + 1))
        return places

    def finished(self, segments: Sequence[Segment], notes: Sequence[str] = ()) -> Segmentation:
        """What was laid. Raises GridMismatch where nothing of what was marked lies on the scan."""
        if self._lost and not self._laid:
            raise elsewhere()
        return self._layers.finished(segments, [*notes, *lost_notes(self._lost, self._lost + self._laid)])


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """How a volume lies on a scan: its axes in the scan's order, its block that the scan has, and where that goes."""

    ways: tuple[int, int, int]
    kept: Block
    places: Block

    def of(self, values: Voxels) -> Voxels:
        """The values that the scan has a voxel for, in its order."""
        part: Voxels = values.transpose(self.ways)[self.kept]
        return part


def taken_over(values: Voxels, affine: NDArray[np.float64], geometry: Geometry) -> tuple[Voxels, list[str]]:
    """A volume of marks (any three axes), lying as its affine to RAS+ mm says, on the scan's grid; 0 where it has none.

    Axes may be exchanged or turned round, slices be missing on either side: each voxel goes where its place says. What
    is lost by that is said. Raises GridMismatch where the voxels differ in size, or nothing marked lies on the scan.
    """
    fit = Laying(geometry).fit(values.shape, affine)
    inside, taken = fit.of(values), np.zeros(geometry.shape, values.dtype)
    taken[fit.places] = inside
    all_marks, marks = int(np.count_nonzero(values)), int(np.count_nonzero(inside))
    if all_marks and not marks:
        raise elsewhere()
    return taken, lost_notes(all_marks - marks, all_marks)


def _axes(shape: tuple[int, ...], affine: NDArray[np.float64], geometry: Geometry) -> list[int]:
    """The scan's axis that each axis of the volume runs along."""
    steps = np.linalg.inv(geometry.affine[:3, :3]) @ affine[:3, :3]
    order, free = [0, 0, 0], [0, 1, 2]
    for axis in sorted(range(3), key=lambda one: -shape[one]):  # across a single plane any axis that is left will do
        order[axis] = max(free, key=lambda one: abs(float(steps[one, axis])))
        free.remove(order[axis])
    drift = np.abs(np.abs(steps) - (np.arange(3)[:, np.newaxis] == order)) * (np.array(shape) - 1)
    for axis, scan_axis in enumerate(order):
        if scan_axis == 0:  # slices are matched one by one
            drift[0, axis] = 0
    if drift.max() > _TOLERANCE:
        raise _other_voxels([affine[:3, axis] for axis in range(3) if shape[axis] > 1], geometry)
    return order


def _block(numbers: Sequence[NDArray[np.int64]]) -> Block:
    """An index of these slices, rows and columns: of plain slices where they follow on each other, which is quick."""
    runs = [_run(one) for one in numbers]
    return tuple(run for run in runs if run is not None) if None not in runs else np.ix_(*numbers)


def _run(numbers: NDArray[np.int64]) -> slice | None:
    if len(numbers) < 2:
        return slice(int(numbers[0]), int(numbers[0]) + 1) if len(numbers) else slice(0)
    step = int(numbers[1] - numbers[0])
    if abs(step) != 1 or (np.diff(numbers) != step).any():
        return None
    end = int(numbers[-1]) + step
    return slice(int(numbers[0]), None if end < 0 else end, step)


def lost_notes(lost: int, total: int) -> list[str]:
    """What is said of marks that the scan has no voxel for."""
    if not lost:
        return []
    text = _("{share} % of the marks have no voxel in this scan and are left out.")
    return [text.format(share=number(100 * lost / total, 1))]


def check_share(mask: Sequence[int], scan: Geometry) -> None:
    """Lets a mask pass that may lie on the scan, before it is decoded; raises GridMismatch for one far too large."""
    voxels = math.prod(mask)
    if voxels > max(UNSUSPICIOUS_BYTES, _MOST_SCANS * math.prod(scan.shape)):
        check_fit(tuple(mask)[-3:], scan.shape)


def check_fit(mask: tuple[int, ...], scan: tuple[int, ...]) -> None:
    """Lets a mask of the scan's size pass, else raises GridMismatch with both."""
    if tuple(mask) == tuple(scan):
        return
    if mask[1:] != scan[1:] or (mask[0] == 1) != (scan[0] == 1):
        text = _("This mask does not fit the scan. The mask has {mask} pixels, the scan {scan}. Nothing was changed.")
        sizes = (written_size(mask, scan), written_size(scan, mask))
    else:
        text = _("This mask does not fit the scan. The mask has {mask} slices, the scan {scan}. Nothing was changed.")
        sizes = (number(mask[0]), number(scan[0]))
    hint = _("Was it drawn on another series? Open that scan instead.")
    raise GridMismatch(text.format(mask=sizes[0], scan=sizes[1]), hint=hint)


def elsewhere() -> GridMismatch:
    """The marks lie where the scan has no voxel."""
    message = _("This mask does not fit the scan: it lies elsewhere in the patient. Nothing was changed.")
    return GridMismatch(message, hint=_("Was it drawn on another series? Open that scan instead."))


def _other_voxels(steps: Sequence[Vector], geometry: Geometry) -> GridMismatch:
    lengths = [float(np.linalg.norm(step)) for step in steps]
    message = _("The mask's pixels do not fall on the scan's: they are {mask} mm, the scan's voxels {scan} mm.")
    sizes = " × ".join(number(one, 2) for one in lengths), " × ".join(number(one, 2) for one in geometry.spacing_mm)
    hint = _("Was it drawn on another series? If not, resample it to this one in the program it came from.")
    return GridMismatch(message.format(mask=sizes[0], scan=sizes[1]), hint=hint)


def written_size(shape: tuple[int, ...], other: tuple[int, ...]) -> str:
    """Columns × rows, and slices where either has several."""
    flat = shape[0] == 1 and other[0] == 1
    return size(shape[2], shape[1]) if flat else size(shape[2], shape[1], shape[0])
