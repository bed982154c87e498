"""The lesions of the scan on screen as rows of a table, in words. Plain values, no widgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lesionstudio.gui.drafts import amount_text
from lesionstudio.gui.readout import position_text
from lesionstudio.imaging.geometry import Geometry, Index
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.words import TIMES, _, number, unit_name

if TYPE_CHECKING:
    from lesionstudio.metrics.lesions import Lesion

_NONE = float("-inf")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and by what it is sorted."""

    text: str
    rank: float | str


@dataclass(frozen=True, slots=True)
class LesionRow:
    """One lesion. `place`: the voxel (slice, row, column) a click goes to; `tip`: where it is, at length."""

    place: Index
    colour: str
    cells: dict[str, Cell]
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Lesions:
    """All rows; `heads`: the columns that make sense for this scan with their titles; `facts`: how much all are."""

    heads: dict[str, str]
    rows: tuple[LesionRow, ...]
    facts: str = ""


def lesions_shown(found: "Sequence[Lesion]", geometry: Geometry, unit: str, labels: LabelSet) -> Lesions:
    """Rows in the order given; lesions of labels that were deleted are left out. `unit`: that of the mean values."""
    heads = _heads(geometry, unit)
    kept = [one for one in found if labels.by_number(one.label) is not None]
    rows = tuple(_row(one, heads, geometry, labels) for one in kept)
    amount = amount_text(sum(one.voxels for one in kept), geometry)
    return Lesions(heads, rows, _("{n}, {amount} in all").format(n=len(rows), amount=amount))


def _heads(geometry: Geometry, unit: str) -> dict[str, str]:
    in_mm, is_volume = geometry.has_spacing, geometry.shape[0] > 1
    heads = {"label": _("Label"), "area": _("Area mm²") if in_mm else _("Area px")}
    if is_volume and in_mm:
        heads["volume"] = _("Volume ml")
    heads["axes"] = _("Axes mm") if in_mm else _("Axes px")
    heads["mean"] = _("Mean {unit}").format(unit=unit_name(unit)) if unit else _("Mean")
    if is_volume:
        heads["slices"] = _("Slices")
    return heads


def _row(lesion: "Lesion", heads: dict[str, str], geometry: Geometry, labels: LabelSet) -> LesionRow:
    label = labels.by_number(lesion.label)
    name, colour = (label.name, label.colour) if label is not None else ("", "")
    first, last = lesion.slices
    volume, mean = lesion.volume_ml, lesion.mean
    cells = {
        "label": Cell(name, name.casefold()),
        "area": Cell(_figure(lesion.area), lesion.area),
        "volume": Cell("" if volume is None else number(volume, 2 if volume < 10 else 1), volume or 0.0),
        "axes": Cell(_axes(lesion.long_axis, lesion.short_axis), lesion.long_axis),
        "mean": Cell(
            "" if mean is None else number(mean, 0 if abs(mean) >= 10 else 2), _NONE if mean is None else mean
        ),
        "slices": Cell(_slices(first, last), float(first)),
    }
    return LesionRow(lesion.place, colour, {key: cells[key] for key in heads}, _tip(lesion, geometry))


def _figure(length: float) -> str:
    return number(length, 1 if length < 100 else 0)


def _axes(long_axis: float, short_axis: float) -> str:
    digits = 1 if long_axis < 10 else 0
    return f"{number(long_axis, digits)} {TIMES} {number(short_axis, digits)}"


def _slices(first: int, last: int) -> str:
    return str(first + 1) if first == last else _("{first} to {last}").format(first=first + 1, last=last + 1)


def _tip(lesion: "Lesion", geometry: Geometry) -> str:
    """Where its middle is, and what the area and the axes were measured on."""
    k, row, column = (round(at) for at in lesion.centre)
    at_voxel = _("Row {row}, column {column}").format(row=row + 1, column=column + 1)
    place = position_text(geometry, k, row, column) or at_voxel
    if geometry.shape[0] == 1:
        return _("Middle: {place}").format(place=place)
    words = _("Middle: {place}. Area and axes are those of slice {k}, where it is largest.")
    return words.format(place=place, k=lesion.place[0] + 1)
