"""Masks at rest: for each layer a 2-D index PNG, or a volume with the scan's affine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging import disk
from lesionstudio.imaging.geometry import Geometry, Index
from lesionstudio.imaging.mask import LAYERS, Layer, Mask, MaskSnapshot, Pixels
from lesionstudio.project.storage import file_name, make_folders, telling_what_fails
from lesionstudio.project.worklist import ItemRecord

FOLDERS: Mapping[Layer, str] = {
    "labels": "masks",
    "origin": "origin",
    "draft": "drafts",
    "draft_probability": "drafts/probability",
}
PICTURE, VOLUME = ".png", ".nii.gz"


class MaskFiles:
    """Where a study's masks are kept. A layer without a single mark has no file."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._last_item = ""
        self._written: dict[Layer, dict[int, Pixels]] = {}

    def load(self, item_id: str, geometry: Geometry, record: ItemRecord) -> Mask:
        """The saved mask on the grid it was saved on; an empty one where nothing was saved.

        Raises UnreadableFile when a file is damaged, GridMismatch when it does not fit.
        """
        layers: dict[Layer, dict[int, Pixels]] = {
            layer: dict(_marked_slices(self._read(item_id, layer, geometry))) for layer in LAYERS
        }
        statuses = np.array(record.statuses, np.uint8)
        return Mask.restore(MaskSnapshot(geometry.shape, layers, statuses, record.draft, makers=record.makers))

    def save(self, item_id: str, snapshot: MaskSnapshot, geometry: Geometry, colours: dict[int, str]) -> None:
        """Writes the layers that changed since they were last written. Raises ProjectProblem when the disk refuses."""
        if item_id != self._last_item:
            self._last_item, self._written = item_id, {}
        for layer in LAYERS:
            slices = snapshot.layers[layer]
            if not (_same_pixels(self._written.get(layer), slices) and self._stands(item_id, layer, snapshot)):
                self._write(item_id, layer, snapshot, geometry, colours if layer in ("labels", "draft") else {})
                self._written[layer] = dict(slices)

    def _stands(self, item_id: str, layer: Layer, snapshot: MaskSnapshot) -> bool:
        """Whether the file that was written is still there: a folder can vanish, and come back older than it went."""
        is_marked = any(pixels.any() for pixels in snapshot.layers[layer].values())
        return (self.path(item_id, layer) is not None) == is_marked

    def path(self, item_id: str, layer: Layer) -> Path | None:
        """The file a layer of an item is kept in; None where it has no mark."""
        found = (path for path in self._paths(item_id, layer) if path.exists())
        return next(found, None)

    def _read(self, item_id: str, layer: Layer, geometry: Geometry) -> Pixels:
        from lesionstudio.imaging.formats import read_mask

        for path in self._paths(item_id, layer):
            try:
                if path.exists():
                    return read_mask(path, geometry, exact=True)
            except UnreadableFile:
                if path.exists():
                    raise  # else it was taken away meanwhile: its last mark was erased
        return np.zeros((0, 0, 0), np.uint8)

    def _write(
        self, item_id: str, layer: Layer, snapshot: MaskSnapshot, geometry: Geometry, colours: dict[int, str]
    ) -> None:
        from lesionstudio.imaging.formats import write_mask

        picture, volume = self._paths(item_id, layer)
        path, other = (picture, volume) if snapshot.shape[0] == 1 else (volume, picture)
        with telling_what_fails(path):
            if any(pixels.any() for pixels in snapshot.layers[layer].values()):
                make_folders(path.parent, self._home)
                write_mask(path, snapshot.volume(layer), geometry, values="index", colours=colours)
            else:
                disk.remove(path)
            disk.remove(other)

    def _paths(self, item_id: str, layer: Layer) -> tuple[Path, Path]:
        folder = self._home / FOLDERS[layer]
        return folder / file_name(item_id, PICTURE), folder / file_name(item_id, VOLUME)


def moved_mask(mask: Mask, places: Sequence[int | None], shape: Index) -> Mask:
    """The mask for a scan whose slice n was slice places[n] when it was drawn; None where it is new."""
    before, new_place = mask.snapshot(), {old: n for n, old in enumerate(places) if old is not None}
    layers: dict[Layer, dict[int, Pixels]] = {
        layer: {new_place[k]: pixels for k, pixels in slices.items() if k in new_place}
        for layer, slices in before.layers.items()
    }
    statuses = np.array([0 if old is None else before.statuses[old] for old in places], np.uint8)
    makers = {new_place[k]: maker for k, maker in before.makers.items() if k in new_place}
    return Mask.restore(replace(before, shape=shape, layers=layers, statuses=statuses, makers=makers))


def _marked_slices(volume: Pixels) -> Iterator[tuple[int, Pixels]]:
    """Slices that hold a mark, with their numbers."""
    return ((k, pixels) for k, pixels in enumerate(volume) if pixels.any())


def _same_pixels(written: dict[int, Pixels] | None, slices: dict[int, Pixels]) -> bool:
    """Whether these are the very arrays that were written; a slice that is painted on becomes another array."""
    if written is None or written.keys() != slices.keys():
        return False
    return all(written[k] is pixels for k, pixels in slices.items())
