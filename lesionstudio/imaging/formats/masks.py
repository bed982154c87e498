"""Masks in: whatever another program drew becomes label numbers on the scan's grid."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import GridMismatch, UnreadableFile
from lesionstudio.imaging.formats import raster, segment_files, tiff, volumes
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.laying import check_fit, elsewhere, taken_over
from lesionstudio.imaging.formats.names import natural_key
from lesionstudio.imaging.formats.volume_file import VolumeFile
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.segments import Overlap, Segmentation, overlap_note
from lesionstudio.words import _, number

Labels = NDArray[np.uint8]
Voxels = NDArray[Any]
_MOST = 255
_NEAR_END, _MOSTLY = 32, 0.9
_SAME_GRID = 0.1


@dataclass(frozen=True, eq=False)
class StoredMask:
    """Values (slice, row, column) as another program stored them. `is_index`: the file says they are label numbers."""

    values: Voxels
    is_index: bool = False


def read(
    path: Path, on: Scan | Geometry, structure: int | None, notes: list[str], overlap: Overlap = "smaller"
) -> Labels:
    """Label numbers (slice, row, column) on the scan's grid; what was guessed is said in `notes`.

    `structure` 0 or 255 says which end of a two-valued mask is the structure; 255 if not given. `overlap`: which of the
    segments that claim a voxel keeps it. Raises GridMismatch with both sizes, UnreadableFile.
    """
    segmentation = segment_files.read(path, on)
    if segmentation is not None:
        return flattened(segmentation, overlap, notes)
    geometry = on.geometry if isinstance(on, Scan) else on
    stored = _load(path, geometry, notes)
    check_fit(stored.values.shape, geometry.shape)
    return to_labels(stored, structure, notes, path.name)


def flattened(segmentation: Segmentation, overlap: Overlap, notes: list[str]) -> Labels:
    """The segments' numbers, one a voxel; what was decided is said in `notes`."""
    contested = segmentation.contested()
    notes += [*segmentation.notes, *([overlap_note(contested, overlap)] if contested else [])]
    return segmentation.labels(overlap)


def read_exactly(path: Path, geometry: Geometry) -> Labels:
    """The numbers of a mask this program wrote (slice, row, column), none of them guessed at."""
    stored = _load(path, geometry, [])
    check_fit(stored.values.shape, geometry.shape)
    return stored.values.astype(np.uint8)


def read_values(path: Path, geometry: Geometry, notes: list[str]) -> Labels:
    """The values (slice, row, column) as another program stored them, as whole numbers to 255, in the scan's order.

    Nothing is said of what they mean, nor whether they fit the scan. Raises UnreadableFile, GridMismatch where the mask
    lies elsewhere in the patient.
    """
    return _whole_values(_load(path, geometry, notes).values, notes, path.name)


def to_labels(stored: StoredMask, structure: int | None, notes: list[str], name: str) -> Labels:
    """0/255, 1-bit, label numbers, probabilities or anti-aliased greys as label numbers."""
    return _whole_labels(_whole_values(stored.values, notes, name), stored.is_index, structure, notes)


def _load(path: Path, geometry: Geometry, notes: list[str]) -> StoredMask:
    if path.is_dir():
        return _load_folder(path)
    kind = format_of(path)
    if kind == "raster":
        return _load_raster(path)
    if kind == "tiff":
        return StoredMask(_one_channel(tiff.read_mask(path), path.name))
    if kind in volumes.FORMATS:
        return StoredMask(_on_grid(*volumes.read_stored(path, kind), geometry, notes), is_index=True)
    message = _("{name} is not a mask of a kind that is read.").format(name=path.name)
    raise UnreadableFile(message, hint=_("PNG, BMP, TIFF, NIfTI, NRRD, MetaImage, DICOM and Amira masks are read."))


def _load_folder(folder: Path) -> StoredMask:
    """One file a slice, in the order of their numbers."""
    files = sorted((f for f in folder.iterdir() if not f.name.startswith(".")), key=lambda f: natural_key(f.name))
    pictures = [_load_raster(file) for file in files if format_of(file) == "raster"]
    if not pictures or len({picture.values.shape for picture in pictures}) > 1:
        message = _("The pictures in {folder} are not all of one size.").format(folder=folder.name)
        raise UnreadableFile(message, hint=_("A folder of masks holds one picture a slice."))
    values = np.concatenate([picture.values for picture in pictures])
    return StoredMask(values, all(picture.is_index for picture in pictures))


def _load_raster(path: Path) -> StoredMask:
    indices = raster.palette_indices(path)
    if indices is not None:
        return StoredMask(indices[np.newaxis], is_index=True)
    pixels, _notes = raster.stored_pixels(path)
    return StoredMask(_one_channel(pixels[np.newaxis], path.name))


def _one_channel(values: Voxels, name: str) -> Voxels:
    """Drops transparency and equal channels of (slice, row, column, channel)."""
    if values.ndim == 3:
        return values
    colours = values[..., : 3 if values.shape[3] >= 3 else 1]
    if (colours != colours[..., :1]).any():
        message = _("{name} is in colour; which colour is which label cannot be told.").format(name=name)
        raise UnreadableFile(message, hint=_("Save the mask in grey, or as a PNG with a palette."))
    return colours[..., 0]


def _on_grid(header: VolumeFile, stored: Voxels, geometry: Geometry, notes: list[str]) -> Voxels:
    """The file's voxels (i, j, k) in the scan's order, by their places in the patient where both have them."""
    shown = header.stored.from_stored(stored)
    if not (geometry.has_orientation and header.geometry.has_orientation):
        return shown
    fitted = shown if geometry.positions_mm is not None else _turned(header, stored, geometry)
    if fitted.shape == geometry.shape or fitted.shape[1:] != geometry.shape[1:]:  # slices alone may be missing
        return fitted
    try:
        taken, lost = taken_over(shown, header.geometry.affine, geometry)
    except GridMismatch:  # the sizes are said instead
        return fitted
    notes += lost
    return taken


def _turned(header: VolumeFile, stored: Voxels, geometry: Geometry) -> Voxels:
    """The voxels with their axes as the scan has them; as displayed where the two grids differ in more than that."""
    to_file = np.linalg.inv(header.stored.affine) @ geometry.affine
    steps = np.round(to_file[:3, :3])
    is_turned = sorted(np.abs(steps).sum(axis=0)) == [1, 1, 1] and sorted(np.abs(steps).sum(axis=1)) == [1, 1, 1]
    reach = np.abs(to_file[:3, :3] - steps) @ (np.array(geometry.shape) - 1)
    if not is_turned or reach.max() > _SAME_GRID * max(geometry.shape):
        return header.stored.from_stored(stored)
    order = [int(np.flatnonzero(steps[:, axis])[0]) for axis in range(3)]
    turned = stored.transpose(order)
    flips = tuple(slice(None, None, -1 if steps[order[axis], axis] < 0 else 1) for axis in range(3))
    fitted = turned[flips]
    if fitted.shape == geometry.shape:
        _check_place(to_file, order, flips, geometry)
    return fitted


def _check_place(to_file: NDArray[np.float64], order: list[int], flips: tuple[slice, ...], geometry: Geometry) -> None:
    """A mask of the right size that lies elsewhere in the patient was drawn on another scan."""
    for axis in range(3):
        place = to_file[order[axis], 3]
        expected = geometry.shape[axis] - 1 if flips[axis].step == -1 else 0
        if abs(place - expected) > 0.5:
            raise elsewhere()


def _whole_numbers(values: Voxels, notes: list[str]) -> Voxels:
    """Label numbers that were stored as floats; probabilities are cut at a half."""
    finite = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    rounded = np.round(finite)
    if np.abs(finite - rounded).max(initial=0.0) < 1e-3:
        return rounded.astype(np.int64)
    top = 1.0 if finite.max() <= 1.0 else float(finite.max())
    text = _("The mask has values in between; from {half} on they count as marked.")
    notes.append(text.format(half=number(top / 2, 2)))
    return (finite >= top / 2).astype(np.uint8)


def _whole_values(values: Voxels, notes: list[str], name: str) -> Voxels:
    """Values as whole numbers from 0 to 255; white of any depth is 255. Raises UnreadableFile for anything else."""
    if values.dtype.kind == "f":
        values = _whole_numbers(values, notes)
    if values.dtype == np.bool_:
        values = values.astype(np.uint8)
    low, high = int(values.min()), int(values.max())
    if high > _MOST and low >= 0 and _has_two_values(values):
        return np.asarray(values != 0, np.uint8) * np.uint8(_MOST)
    if low < 0 or high > _MOST:
        message = _("{name} has values from {low} to {high}; label numbers go from 0 to {most}.")
        raise UnreadableFile(
            message.format(name=name, low=number(low), high=number(high), most=_MOST),
            hint=_("Is it a picture and not a mask?"),
        )
    return values.astype(np.uint8)


def _whole_labels(values: Voxels, is_index: bool, structure: int | None, notes: list[str]) -> Labels:
    if _has_two_values(values) and (structure is not None or not is_index or int(values.max()) == _MOST):
        return _two_valued(values, structure)
    if not is_index and _is_smoothed(values):
        text = _("The mask has {n} grey values; from 128 on they count as marked.")
        notes.append(text.format(n=number(len(np.unique(values)))))
        return np.asarray(values < 128 if structure == 0 else values >= 128, np.uint8)
    return values.astype(np.uint8)


def _two_valued(values: Voxels, structure: int | None) -> Labels:
    """1 where the structure is. A small single value is a label number and stays one."""
    high = int(values.max())
    if structure == 0:
        return np.asarray(values == 0, np.uint8)
    is_label = structure is None and 0 < high < 64
    return np.asarray(values != 0, np.uint8) * np.uint8(high if is_label else 1)


def _has_two_values(values: Voxels) -> bool:
    high = values.max()
    return bool(((values == 0) | (values == high)).all())


def _is_smoothed(values: Voxels) -> bool:
    """Whether these are an edge's greys between 0 and 255, not numbers of labels."""
    if values.dtype != np.uint8 or int(values.max()) < 256 - _NEAR_END:
        return False
    at_top = values >= 256 - _NEAR_END
    at_ends = at_top | (values < _NEAR_END)
    return bool(at_ends.mean() >= _MOSTLY and at_top.sum() * 2 >= (values >= _NEAR_END).sum())
