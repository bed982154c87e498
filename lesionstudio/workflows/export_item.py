"""ExportedItem: one scan of a study on its way out: its rows in the index, its pictures, its lesions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lesionstudio.imaging.formats import Drawn
from lesionstudio.imaging.formats.png_storage import in_window
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.marked import Marked
from lesionstudio.imaging.mask import Mask, Pixels
from lesionstudio.imaging.paint_rules import values_of
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, first_preset, preset_window, to_grey
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem
from lesionstudio.workflows.export_files import IndexRow, Names, is_hidden

Lesions = dict[str, Any]


@dataclass(frozen=True, eq=False)
class ExportedItem:
    """A scan being exported, with all that is known of it."""

    item: WorkItem
    scan: Scan
    mask: Mask
    project: Project
    names: Names
    alias: str

    def row(self, k: int, labels: tuple[Label, ...]) -> IndexRow:
        """What the index says of slice k, the file it goes to excepted."""
        return IndexRow.of(self._told_source(k), self.scan.geometry, self.mask, k, labels, self._seconds(k))

    @property
    def is_hidden(self) -> bool:
        """Whether files of it say nothing of whose it is."""
        return is_hidden(self.item, self.names)

    def drawn(self, rows: Iterable[IndexRow]) -> Drawn:
        """What a DICOM-SEG says of the scan and of who made the marks in these rows."""
        models = sorted({row.model for row in rows if row.model})
        alias = self.alias if self.is_hidden or self.names == "auto" else None
        return Drawn(self.item.source, alias, "; ".join(models))

    def lesions(self, labels: Sequence[Label], slices: Iterable[int], masked: Callable[[int], Pixels]) -> list[Lesions]:
        """A row for each lesion that `masked`, the labels written of a slice, marks in these slices."""
        names = {label.number: label.name for label in labels}
        marked = np.zeros(self.scan.geometry.shape, np.uint8)
        for k in slices:
            marked[k] = masked(k)
        from lesionstudio.metrics.lesions import measured
        from lesionstudio.workflows.measure import row

        found = measured(Marked.of(marked), self.scan.geometry, values_of(self.scan))
        return [{"scan": self.alias, **row(lesion, self.scan.geometry, names)} for lesion in found]

    def _told_source(self, k: int) -> str:
        return self.alias if self.is_hidden else self._source(k)

    def _seconds(self, k: int) -> float:
        return self.project.record(self.item.id).seconds.get(k, 0.0)

    def _source(self, k: int) -> str:
        files = self.item.source.files
        source = files[k] if len(files) == self.scan.slices else files[0]
        inside = source.relative_to(self.project.folder) if source.is_relative_to(self.project.folder) else source
        return inside.as_posix()

    def picture(self, k: int) -> Pixels:
        """Slice k as 8-bit grey or RGB, in the window shown."""
        values = self.scan.slice(k)
        if self.scan.colour and values.ndim == 3:
            values = values[..., :3]
            return values.astype(np.uint8) if values.dtype == np.uint8 else to_grey(values, self._window)
        return to_grey(values if values.ndim == 2 else values[..., 0], self._window)

    def texts(self) -> dict[str, str]:
        """What an exported picture says of its greys: which HU they stand for, and how large a pixel is."""
        return {} if self.scan.colour else in_window(self.scan, self._window).meaning.to_texts()

    @cached_property
    def _window(self) -> Window:
        kind = self.scan.unit or self.scan.modality or "picture"
        kept = self.project.settings.get("windows", {}).get(kind)
        preset = str(kept[2]) if kept else first_preset(self.scan)
        if preset:
            return preset_window(self.scan, preset, self.scan.slices // 2)
        return Window(float(kept[0]), float(kept[1]))
