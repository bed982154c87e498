"""What the status bar and the histogram say of a voxel and of a slice. Plain values, no widgets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import LETTERS, Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _, number, unit_name

BINS = 128
_MOST_COUNTED = 70_000
_HU_SHOWN = (-1100.0, 1600.0)


@dataclass(frozen=True, slots=True)
class Readout:
    """The texts for one voxel; "" where there is nothing to say. `colour` is that of the label on it."""

    voxel: str = ""
    position: str = ""
    value: str = ""
    label: str = ""
    colour: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Histogram:
    """How many values lie in each of the equal steps from low to high."""

    counts: NDArray[np.int64]
    low: float
    high: float


def read_out(scan: Scan, mask: Mask, labels: LabelSet, k: int, row: int, column: int) -> Readout:
    """What there is at a voxel (slice, row, column); all three are said from 1."""
    marked, colour = _label_text(mask, labels, k, row, column)
    return Readout(
        voxel=voxel_text(scan.slices, k, row, column),
        position=position_text(scan.geometry, k, row, column),
        value=_value_text(scan, k, row, column),
        label=marked,
        colour=colour,
    )


def position_text(geometry: Geometry, k: int, row: int, column: int) -> str:
    """Where the voxel lies: "R 58.4  P 31.9  I 142.5 mm"; "" without a spacing and an orientation."""
    if not (geometry.has_orientation and geometry.has_spacing):
        return ""
    place = geometry.to_mm((k, row, column)).tolist()
    parts = [f"{LETTERS[axis][int(mm >= 0)]} {number(abs(mm), 1)}" for axis, mm in enumerate(place)]
    return "  ".join(parts) + " mm"


def histogram(scan: Scan, k: int) -> Histogram:
    """The values of slice k; the mean of its channels for a colour picture, a sample of a large one."""
    values = scan.slice(k)
    step = max(1, int((values.shape[0] * values.shape[1] / _MOST_COUNTED) ** 0.5))
    sample = np.asarray(values[::step, ::step], np.float64)
    sample = sample.mean(axis=2) if sample.ndim == 3 else sample
    sample = sample[np.isfinite(sample)]
    low, high = scan.intensity_range()
    if scan.unit == "HU":
        low, high = max(low, _HU_SHOWN[0]), min(high, _HU_SHOWN[1])
    high = high if high > low else low + 1.0
    counts, _edges = np.histogram(sample, BINS, (low, high))
    return Histogram(counts, low, high)


def voxel_text(slices: int, k: int, row: int, column: int) -> str:
    """Which voxel it is, of a scan of so many slices; all are said from 1."""
    if slices == 1:
        return _("Row {row}, column {column}").format(row=row + 1, column=column + 1)
    return _("Slice {k}, row {row}, column {column}").format(k=k + 1, row=row + 1, column=column + 1)


def _value_text(scan: Scan, k: int, row: int, column: int) -> str:
    value = scan.slice(k)[row, column]
    if scan.channels > 1:
        return " ".join([_("RGB"), *(str(one) for one in np.atleast_1d(value)[:3])])
    digits = 0 if scan.dtype.kind in "iu" else 2
    text = number(float(value), digits)
    return f"{text} {unit_name(scan.unit)}" if scan.unit else _("grey {value}").format(value=text)


def _label_text(mask: Mask, labels: LabelSet, k: int, row: int, column: int) -> tuple[str, str]:
    marked = labels.by_number(int(mask.labels(k)[row, column]))
    if marked is not None:
        return marked.name, marked.colour
    proposed = labels.by_number(int(mask.draft(k)[row, column]))
    if proposed is not None:
        return _("Draft: {name}").format(name=proposed.name), proposed.colour
    return "", ""
