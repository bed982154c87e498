"""What ImageJ and OME write into a TIFF file about the size of a pixel."""

import re
from typing import Any

_MM = {
    "nm": 1e-6, "um": 1e-3, "µm": 1e-3, "μm": 1e-3, "\\u00b5m": 1e-3, "micron": 1e-3, "microns": 1e-3,
    "micrometer": 1e-3, "mm": 1.0, "millimeter": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4, "in": 25.4,
    "nanometer": 1e-6, "å": 1e-7, "pm": 1e-9,
}  # fmt: skip
_PIXELS_TAG = re.compile(r"<(?:\w+:)?Pixels\b[^>]*>")

Spacing = tuple[float, float, float]


def spacing_of(tiff: Any) -> Spacing | None:
    """(slice, row, column) in mm, or None where the file does not say: dots per inch of a scanner do not count."""
    if tiff.is_ome and tiff.ome_metadata:
        return ome_spacing(str(tiff.ome_metadata))
    if tiff.is_imagej and tiff.imagej_metadata:
        return _imagej_spacing(tiff)
    return None


def ome_spacing(xml: str) -> Spacing | None:
    """The physical size of a voxel in an OME document; the slice distance is 1 mm where it is not given."""
    found = _PIXELS_TAG.search(xml)
    if not found:
        return None
    sizes = {axis: _ome_length(found.group(), axis) for axis in "XYZ"}
    if sizes["X"] is None or sizes["Y"] is None:
        return None
    return sizes["Z"] or 1.0, sizes["Y"], sizes["X"]


def _ome_length(tag: str, axis: str) -> float | None:
    length = re.search(rf'\bPhysicalSize{axis}="([^"]*)"', tag)
    unit = re.search(rf'\bPhysicalSize{axis}Unit="([^"]*)"', tag)
    return _positive(length.group(1), unit.group(1) if unit else "µm") if length else None


def _imagej_spacing(tiff: Any) -> Spacing | None:
    metadata = tiff.imagej_metadata
    unit, tags = str(metadata.get("unit", "")), tiff.pages[0].tags
    column, row = (_per_pixel(tags.get(name), unit) for name in ("XResolution", "YResolution"))
    if column is None or row is None:
        return None
    return _positive(metadata.get("spacing", 0), unit) or 1.0, row, column


def _per_pixel(tag: Any, unit: str) -> float | None:
    if tag is None or not tag.value or not tag.value[0]:
        return None
    return _positive(tag.value[1] / tag.value[0], unit)


def _positive(length: Any, unit: str) -> float | None:
    try:
        in_mm = float(length) * _MM.get(unit.strip().lower(), 0.0)
    except ValueError:
        return None
    return in_mm if 0 < in_mm < 1e6 else None
