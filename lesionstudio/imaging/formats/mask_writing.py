"""Masks out: label numbers on a scan's grid as files of whatever kind is asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import png, writing_nifti, writing_nrrd, writing_tiff
from lesionstudio.imaging.formats.mask_kinds import ENDINGS, Drawn
from lesionstudio.imaging.formats.names import stem
from lesionstudio.imaging.formats.source import Values
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LABEL_COLOURS
from lesionstudio.words import _

Labels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Legend:
    """How labels are written, what they are called and coloured ("#rrggbb"), and what they were drawn on."""

    values: Values = "auto"
    colours: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    drawn: Drawn | None = None

    def binary(self, name: str, colour: str) -> "Legend":
        """The same for a mask of which everything marked is one label."""
        return Legend("binary", {1: colour}, {1: name}, self.drawn)

    def merged(self) -> "Legend":
        """The same for a mask in which everything marked is 1: called as the only label is, where there is but one."""
        only = next(iter(self.names)) if len(self.names) == 1 else 0
        return self.binary(self.names.get(only) or _("Marked"), self.colours.get(only, ""))

    def named(self, labels: Labels) -> tuple[dict[int, str], dict[int, str]]:
        """Names and colours of every label that has a name or is in the mask; of one merged label its own."""
        numbers = {int(n) for n in np.unique(labels) if n} | set(self.names)
        names = {n: self.names.get(n) or _("Label {n}").format(n=n) for n in sorted(numbers or {1})}
        return names, {n: self.colours.get(n) or LABEL_COLOURS[(n - 1) % len(LABEL_COLOURS)] for n in names}


def write(path: Path, labels: Labels, geometry: Geometry, legend: Legend) -> tuple[Path, ...]:
    """Writes labels (slice, row, column) by the ending of path, each file whole or not at all; says which files.

    Raises OSError; LesionStudioError where this kind of file does not go with the scan.
    """
    if legend.values == "per-label":
        numbers = sorted(legend.colours) or [int(n) for n in np.unique(labels) if n]
        parts = [_part_path(path, legend.names.get(n, str(n))) for n in numbers]
        ones = [legend.binary(legend.names.get(n, ""), legend.colours.get(n, "")) for n in numbers]
        written = [
            write(part, np.asarray(labels == n, np.uint8), geometry, one) for part, n, one in zip(parts, numbers, ones)
        ]
        return tuple(file for files in written for file in files)
    if path.name.lower().endswith(".png"):
        _write_png(path, labels, legend)
    else:
        _write_volume(path, labels, geometry, legend)
    return (path,)


def _write_volume(path: Path, labels: Labels, geometry: Geometry, legend: Legend) -> None:
    ending = path.name.lower()
    merged = np.asarray(labels > 0, np.uint8) if legend.values == "binary" else labels
    if ending.endswith((".nii", ".nii.gz")):
        writing_nifti.write(path, merged, geometry)
    elif ending.endswith((".tif", ".tiff")):
        pages = labels * np.uint8(255) if _as_binary(labels, legend) else labels
        writing_tiff.write(path, iter(pages), pages.dtype, geometry)
    elif ending.endswith((".seg.nrrd", ".dcm")):
        _write_segments(path, merged, geometry, legend)
    elif ending.endswith(".nrrd"):
        writing_nrrd.write(path, *writing_nrrd.right_handed(merged, geometry))
    else:
        message = _("Masks are not written as {ending} files.").format(ending=path.suffix)
        raise LesionStudioError(message, hint=_("Choose one of {endings}.").format(endings=", ".join(ENDINGS.values())))


def _write_segments(path: Path, labels: Labels, geometry: Geometry, legend: Legend) -> None:
    """Kinds of file that know segments by name and colour."""
    names, colours = (legend.merged() if legend.values == "binary" else legend).named(labels)
    if path.name.lower().endswith(".dcm"):
        from lesionstudio.imaging.formats import writing_dicom_seg

        writing_dicom_seg.write(path, labels, names, colours, legend.drawn)
    else:
        from lesionstudio.imaging.formats import writing_seg_nrrd

        writing_seg_nrrd.write(path, labels, geometry, names, colours)


def _as_binary(labels: Labels, legend: Legend) -> bool:
    """Whether marked pixels are written as 255: asked for, or `auto` in a study of one label."""
    if legend.values == "auto":
        return max(legend.colours, default=1) <= 1 and int(labels.max(initial=0)) <= 1
    return legend.values == "binary"


def _write_png(path: Path, labels: Labels, legend: Legend) -> None:
    if labels.shape[0] != 1:
        raise ValueError(f"a PNG holds one slice, not {labels.shape[0]}")
    if _as_binary(labels, legend):
        png.write_grey(path, (labels[0] > 0).astype(np.uint8) * np.uint8(255))
    else:
        png.write_palette(path, labels[0], legend.colours)


def _part_path(path: Path, label: str) -> Path:
    """The file of one label: name_label.png. Nothing in a label's name becomes a path."""
    safe = re.sub(r"[^\w .()-]+", "_", label).strip(" .") or "label"
    ending = next((end for end in ENDINGS.values() if path.name.lower().endswith(end) and end.count(".") > 1), "")
    base = path.name[: -len(ending)] if ending else stem(path.name)
    return path.with_name(f"{base}_{safe[:60]}{path.name[len(base) :]}")
