"""Masks at rest: for each layer a 2-D index PNG, or a volume with the scan's affine."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from lesionstudio.imaging.geometry import Geometry
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
Places = Sequence[int | None]


class MaskFiles:
    """Where a study's masks are kept. A layer without a single mark has no file."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._last_item = ""
        self._written: dict[Layer, dict[int, Pixels]] = {}

    def load(
        self, item_id: str, geometry: Geometry, record: ItemRecord, saved_on: tuple[Geometry, Places] | None = None
    ) -> Mask:
        """The saved mask on the scan's grid; an empty one where nothing was saved.

        `saved_on`: the grid it was saved on where that differs, and for each slice of the scan its slice there. Raises
        UnreadableFile when a file is damaged, GridMismatch when it does not fit.
        """
        grid, places = saved_on or (geometry, range(geometry.shape[0]))
        layers: dict[Layer, dict[int, Pixels]] = {
            layer: dict(_marked_slices(self._read(item_id, layer, grid), places)) for layer in LAYERS
        }
        statuses = np.array(record.statuses, np.uint8)
        return Mask.restore(MaskSnapshot(geometry.shape, layers, statuses, record.draft))

    def save(self, item_id: str, snapshot: MaskSnapshot, geometry: Geometry, colours: dict[int, str]) -> None:
        """Writes the layers that changed since they were last written. Raises ProjectProblem when the disk refuses."""
        if item_id != self._last_item:
            self._last_item, self._written = item_id, {}
        for layer in LAYERS:
            slices = snapshot.layers[layer]
            if not _same_pixels(self._written.get(layer), slices):
                self._write(item_id, layer, snapshot, geometry, colours if layer in ("labels", "draft") else {})
                self._written[layer] = dict(slices)

    def path(self, item_id: str, layer: Layer) -> Path | None:
        """The file a layer of an item is kept in; None where it has no mark."""
        found = (path for path in self._paths(item_id, layer) if path.exists())
        return next(found, None)

    def _read(self, item_id: str, layer: Layer, geometry: Geometry) -> Pixels:
        from lesionstudio.imaging.formats import read_mask

        path = self.path(item_id, layer)
        return np.zeros((0, 0, 0), np.uint8) if path is None else read_mask(path, geometry, exact=True)

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
                path.unlink(missing_ok=True)
            other.unlink(missing_ok=True)

    def _paths(self, item_id: str, layer: Layer) -> tuple[Path, Path]:
        folder = self._home / FOLDERS[layer]
        return folder / file_name(item_id, PICTURE), folder / file_name(item_id, VOLUME)


def _marked_slices(volume: Pixels, places: Places) -> Iterator[tuple[int, Pixels]]:
    """Slices that hold a mark, with the number they have in the scan."""
    for k, old in enumerate(places):
        if old is not None and old < len(volume) and volume[old].any():
            yield k, volume[old]


def _same_pixels(written: dict[int, Pixels] | None, slices: dict[int, Pixels]) -> bool:
    """Whether these are the very arrays that were written; a slice that is painted on becomes another array."""
    if written is None or written.keys() != slices.keys():
        return False
    return all(written[k] is pixels for k, pixels in slices.items())
