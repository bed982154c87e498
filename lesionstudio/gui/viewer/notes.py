"""What the notes on the picture say, and how long the scale bar is. Numbers and words, nothing is drawn here."""

from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.geometry import LETTERS, Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window
from lesionstudio.words import TIMES, _, number, size, unit_name

_BAR_MOST = 120.0


def name_lines(scan: Scan) -> list[str]:
    """What is shown: its name, its plane, and for a picture its size."""
    rows, columns = scan.geometry.shape[1:]
    planes = {"axial": _("axial"), "coronal": _("coronal"), "sagittal": _("sagittal"), "oblique": _("oblique")}
    several = _("volume {k} of {n}").format(k=scan.volume_number + 1, n=scan.volumes) if scan.volumes > 1 else ""
    facts = [part for part in (scan.modality, planes.get(scan.geometry.plane, ""), several) if part]
    return [line for line in (scan.name, ", ".join(facts) or size(columns, rows)) if line]


def slice_line(geometry: Geometry, k: int) -> list[str]:
    """Which slice of how many."""
    return [_("Slice {k} of {n}").format(k=k + 1, n=geometry.shape[0])] if geometry.shape[0] > 1 else []


def slice_lines(geometry: Geometry, k: int) -> list[str]:
    """Which slice of how many, and where it lies in the patient."""
    lines = slice_line(geometry, k)
    if not lines:
        return []
    if geometry.has_orientation and geometry.has_spacing:
        axis = max(range(3), key=lambda i: abs(float(geometry.normal[i])))
        mm = geometry.slice_position_mm(k)
        place = f"{LETTERS[axis][int(mm >= 0)]} {number(abs(mm), 1)} mm"
        lines.append(_("{place}, every {step} mm").format(place=place, step=number(geometry.spacing_mm[0], 1)))
    return lines


def view_lines(window: Window, window_name: str, zoom: float, value: str) -> list[str]:
    """Window, zoom, and the value under the pointer."""
    digits = 0 if window.width >= 20 else 2
    width, level = number(window.width, digits), number(window.level, digits)
    shown = _("W {width}  L {level}").format(width=width, level=level)
    zoomed = _("Zoom {zoom}").format(zoom=f"{number(zoom, 1 if zoom >= 0.95 else 2)}{TIMES}")
    return [f"{shown}  {window_name}" if window_name else shown, zoomed, value]


def value_text(scan: Scan, value: NDArray[np.generic]) -> str:
    """The value of a voxel with its unit; the channels of a colour picture."""
    digits = 0 if scan.dtype.kind in "iub" else 2
    channels = [number(float(one), digits) for one in np.atleast_1d(value)[:3]]
    return f"{channels[0]} {unit_name(scan.unit)}" if scan.unit else "  ".join(channels)


def scale_bar(view: ViewState, geometry: Geometry) -> tuple[float, str]:
    """Length of the scale bar in points, 1, 2 or 5 of some unit, and what it says; pixels where there is no spacing."""
    points = view.across / view.screen.dots_per_point / geometry.spacing_mm[2]
    step = 10.0 ** floor(log10(_BAR_MOST / points))
    length = next(n * step for n in (5.0, 2.0, 1.0) if n * step * points <= _BAR_MOST)
    if not geometry.has_spacing:
        length = max(length, 1.0)
        return length * points, _("{n} px").format(n=number(length))
    return length * points, _length_text(length)


def _length_text(mm: float) -> str:
    for unit, factor in (("cm", 0.1), ("mm", 1.0), ("\N{MICRO SIGN}m", 1e3)):
        if mm * factor >= 0.999:
            return f"{number(mm * factor)} {unit}"
    return f"{number(mm * 1e6)} nm"
