"""measure: the lesions of a mask in mm, ml and intensity, one row each, and the same rows as CSV."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import read_mask, read_scan, segments_in
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.imaging.segments import Overlap
from lesionstudio.metrics.lesions import Lesion, measured
from lesionstudio.progress import Reporter, silent
from lesionstudio.words import _


def measure(
    path: Path, mask: Path, *, csv_to: Path | None = None, overlap: Overlap = "smaller", report: Reporter = silent
) -> dict[str, Any]:
    """The lesions that a mask marks in a scan, as CLI.md says, the largest first: {lesions, unit, warnings}.

    `overlap`: which of two segments keeps a voxel that both claim; `unit`: that of the mean values, "HU" or "". Where
    the mask's file names its segments, so does each row. Raises UnreadableFile, GridMismatch; LesionStudioError where
    the CSV cannot be written.
    """
    scan, notes = read_scan(path), list[str]()
    labels = read_mask(mask, scan, notes=notes, overlap=overlap)
    found = measured(Marked.of(labels), scan.geometry, values_of(scan), report=report)
    names = {segment.number: segment.name for segment in segments_in(mask)}
    lesions = [row(lesion, scan.geometry, names or None) for lesion in found]
    if not scan.geometry.has_spacing:
        notes.append(_("The file gives no spacing: lengths and areas are in pixels."))
    if csv_to is not None:
        write_csv(csv_to, lesions)
    return {"lesions": lesions, "unit": scan.unit, "warnings": notes}


def row(lesion: Lesion, geometry: Geometry, names: Mapping[int, str] | None = None) -> dict[str, Any]:
    """One lesion as JSON and CSV have it: mm where the scan has a spacing, else the same in pixels and mm null.

    `slices` counts them; the first and the last are numbered from 1, as on the screen.
    """
    in_mm = geometry.has_spacing
    first, last = lesion.slices
    named = {} if names is None else {"name": names.get(lesion.label, "")}
    area, long_axis, short_axis = (round(x, 2) for x in (lesion.area, lesion.long_axis, lesion.short_axis))
    return {
        "label": lesion.label,
        **named,
        "area_mm2": area if in_mm else None,
        "volume_ml": None if lesion.volume_ml is None else round(lesion.volume_ml, 4),
        "long_axis_mm": long_axis if in_mm else None,
        "short_axis_mm": short_axis if in_mm else None,
        "mean": None if lesion.mean is None else round(lesion.mean, 2),
        "slices": last - first + 1,
        "centre_mm": [round(float(x), 2) for x in geometry.to_mm(lesion.centre)] if in_mm else None,
        "first_slice": first + 1,
        "last_slice": last + 1,
        "voxels": lesion.voxels,
        "area_px": None if in_mm else area,
        "long_axis_px": None if in_mm else long_axis,
        "short_axis_px": None if in_mm else short_axis,
    }


def write_csv(path: Path, lesions: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows under their names, whole or not at all; a place has three columns. Raises LesionStudioError."""
    try:
        with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            rows = [_flat(lesion) for lesion in lesions]
            writer = csv.DictWriter(file, list(rows[0]) if rows else _HEADS)
            writer.writeheader()
            writer.writerows(rows)
    except OSError as problem:
        raise LesionStudioError(
            _("{path} cannot be written: {reason}.").format(path=path, reason=problem.strerror)
        ) from problem


_PLACE = ("centre_r_mm", "centre_a_mm", "centre_s_mm")


def _flat(lesion: Mapping[str, Any]) -> dict[str, Any]:
    """The place, in RAS+ mm, as three columns."""
    flat: dict[str, Any] = {}
    for name, value in lesion.items():
        flat |= dict(zip(_PLACE, value or ("", "", ""))) if name == "centre_mm" else {name: value}
    return flat


_HEADS = ["label", "area_mm2", "volume_ml", "long_axis_mm", "short_axis_mm", "mean", "slices", *_PLACE,
          "first_slice", "last_slice", "voxels", "area_px", "long_axis_px", "short_axis_px"]  # fmt: skip
