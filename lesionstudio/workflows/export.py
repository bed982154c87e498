"""export: writes a study's judged masks as files that other programs read, with an index of what each one is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lesionstudio.errors import GridMismatch, ProjectProblem, UnreadableFile
from lesionstudio.imaging.formats.names import stem
from lesionstudio.imaging.formats.png import write_picture
from lesionstudio.imaging.formats.png_storage import in_window
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.mask import Mask, Pixels, SliceStatus
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window, first_preset, preset_window, to_grey
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.project import Project
from lesionstudio.project.storage import file_name, make_folders, telling_what_fails
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _
from lesionstudio.workflows.export_files import IndexRow, Names, base_names, read_index, write_index

Format = Literal["png", "nifti", "tiff"]
Values = Literal["auto", "binary", "index", "per-label"]
JUDGED = frozenset({SliceStatus.CHECKED, SliceStatus.CORRECTED})
ENDINGS: dict[str, str] = {"png": ".png", "nifti": ".nii.gz", "tiff": ".tif"}


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to export from which study, and how. `items`: ids; None means all of them."""

    project: Path
    out: Path
    format: Format = "png"
    values: Values = "auto"
    names: Names = "original"
    only_checked: bool = False
    unchecked_black: bool = False
    images: bool = False
    overwrite: bool = False
    items: tuple[str, ...] | None = None


@dataclass(slots=True)
class Exported:
    """What an export has done so far; paths are absolute. `kept`: files that were there already."""

    files: list[Path] = field(default_factory=list)
    images: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    rows: list[IndexRow] = field(default_factory=list)
    slices: int = 0

    def to_json(self, index: Path) -> dict[str, Any]:
        """The plain values a caller gets."""
        paths = {name: [str(path) for path in getattr(self, name)] for name in ("files", "images", "kept")}
        return {**paths, "index": str(index), "slices": self.slices, "failed": self.failed}


def export_masks(order: ExportOrder, report: Reporter = silent) -> dict[str, Any]:
    """Writes checked slices and, unless only those are wanted, corrected ones; never an open draft, never an original.

    A scan that cannot be read now is named under "failed" and the others go on. Raises ProjectProblem when there is no
    study, nothing may be written at `out`, or an original would be overwritten.
    """
    project = Project.open(order.project, write=False)
    try:
        export = _Export(replace(order, out=order.out.absolute()), project)
        return export.run(report)
    finally:
        project.close()


def slices_to_export(
    statuses: Iterable[int], *, only_checked: bool = False, unchecked_black: bool = False
) -> tuple[int, ...]:
    """The slices of an item that an export writes: those a human has judged, or all of them."""
    wanted = JUDGED - {SliceStatus.CORRECTED} if only_checked else JUDGED
    return tuple(k for k, status in enumerate(statuses) if unchecked_black or status in wanted)


class _Export:
    """One export under way."""

    def __init__(self, order: ExportOrder, project: Project) -> None:
        self._order, self._project, self._done = order, project, Exported()
        self._labels = project.labels.shown()
        self._names = base_names(project, order.names)
        self._masks = order.out / "masks" if order.images else order.out

    def run(self, report: Reporter) -> dict[str, Any]:
        """Goes through the items; what is written is indexed even when the work is cancelled or fails."""
        self._check_places()
        wanted = list(self._wanted())
        steps = Steps(report, sum(slices for _item, slices in wanted), _("Exporting"))
        index = self._order.out / "index.csv"
        if not wanted:
            return self._done.to_json(index)
        self._make_folder(self._order.out)
        known = read_index(index)
        try:
            for item, expected in wanted:
                self._export_item(item, expected, steps)
        finally:
            write_index(index, known, self._done.rows)
        return self._done.to_json(index)

    def _wanted(self) -> Iterator[tuple[WorkItem, int]]:
        """The items that have something to export, and how many slices each writes."""
        for item in self._project.items.values():
            if self._order.items is None or item.id in self._order.items:
                slices = len(self._slices(self._project.record(item.id).statuses))
                if slices:
                    yield item, slices

    def _slices(self, statuses: Iterable[int]) -> tuple[int, ...]:
        return slices_to_export(
            statuses, only_checked=self._order.only_checked, unchecked_black=self._order.unchecked_black
        )

    def _export_item(self, item: WorkItem, expected: int, steps: Steps) -> None:
        try:
            scan = self._project.read_scan(item)
            mask = self._project.load_mask(item.id, scan.geometry, scan.slice_ids)
        except (UnreadableFile, GridMismatch) as problem:
            self._done.failed.append({"id": item.id, "error": problem.message, "hint": problem.hint})
            steps.advance(expected)
            return
        one = _Item(item, scan, mask, self._project, "" if self._order.names == "original" else self._names[item.id])
        slices = self._slices(mask.statuses)
        if self._order.format == "png":
            self._export_slices(one, slices, steps)
        else:
            self._export_volume(one, slices)
            steps.advance(expected)
        if self._order.images:
            self._export_images(one, slices)
        self._done.slices += len(slices)

    def _export_slices(self, one: "_Item", slices: tuple[int, ...], steps: Steps) -> None:
        grid = Geometry.pixels((1, *one.scan.geometry.shape[1:]))
        for k in slices:
            for ending, pixels, values in self._layers(self._exported_labels(one.mask, k)[None]):
                path = self._masks / file_name(self._slice_name(one.item, k) + ending, ".png")
                self._write(path, pixels, grid, values, one.row(k, self._labels))
            steps.advance(message=one.item.name)

    def _export_volume(self, one: "_Item", slices: tuple[int, ...]) -> None:
        volume = np.zeros(one.scan.geometry.shape, np.uint8)
        for k in slices:
            volume[k] = self._exported_labels(one.mask, k)
        for ending, pixels, values in self._layers(volume):
            path = self._masks / file_name(self._names[one.item.id] + ending, ENDINGS[self._order.format])
            self._write(path, pixels, one.scan.geometry, values, *(one.row(k, self._labels) for k in slices))

    def _export_images(self, one: "_Item", slices: tuple[int, ...]) -> None:
        for k in slices:
            path = self._order.out / "images" / file_name(self._slice_name(one.item, k), ".png")
            if self._may_write(path):
                self._make_folder(path.parent)
                _write_picture(path, one.picture(k), one.texts())
                self._done.images.append(path)

    def _layers(self, labels: Pixels) -> Iterator[tuple[str, Pixels, Values]]:
        """What becomes a file each: what its name gets, its pixels, and how they are written."""
        values = self._order.values
        if values == "auto":
            values = "binary" if len(self._labels) == 1 and self._order.format == "png" else "index"
        if values != "per-label":
            yield "", labels, values
            return
        for label in self._labels:
            yield f"_{label.name}".replace("/", "_"), (labels == label.number).astype(np.uint8), "binary"

    def _write(self, path: Path, labels: Pixels, grid: Geometry, values: Values, *rows: IndexRow) -> None:
        from lesionstudio.imaging.formats import write_mask

        if not self._may_write(path):
            return
        self._make_folder(path.parent)
        with telling_what_fails(path):
            write_mask(
                path, labels, grid, values=values, colours={label.number: label.colour for label in self._labels}
            )
        self._done.files.append(path)
        name = path.relative_to(self._order.out).as_posix()
        self._done.rows.extend(replace(row, file=name) for row in rows)

    def _may_write(self, path: Path) -> bool:
        """Refuses to touch an original, and leaves a file that is there already unless told otherwise."""
        if path.resolve() in self._originals:
            raise ProjectProblem(
                _("{path} is one of the scans; originals are never overwritten.").format(path=path),
                hint=_("Export into a folder of its own."),
            )
        if path.exists() and not self._order.overwrite:
            self._done.kept.append(path)
            return False
        return True

    @cached_property
    def _originals(self) -> frozenset[Path]:
        sources = (source for item in self._project.items.values() for source in item.series.values())
        return frozenset(path.resolve() for source in sources for path in source.files)

    def _check_places(self) -> None:
        out, home = self._order.out.resolve(), self._project.home.resolve()
        if not self._project.items:
            raise ProjectProblem(
                _("There is no study in {folder}.").format(folder=self._order.project),
                hint=_("Open the folder in the window and check a slice first."),
            )
        if out == self._project.folder.resolve() or out.is_relative_to(home):
            raise ProjectProblem(
                _("Masks cannot be exported to {out}: the scans or their study lie there.").format(out=self._order.out),
                hint=_("Export into a folder of its own."),
            )

    def _make_folder(self, folder: Path) -> None:
        with telling_what_fails(folder):
            self._order.out.mkdir(parents=True, exist_ok=True)
        make_folders(folder, self._order.out)

    def _slice_name(self, item: WorkItem, k: int) -> str:
        name = self._names[item.id]
        if item.source.format == "stack" and self._order.names == "original":
            return f"{name.rpartition('/')[0]}/{stem(item.source.files[k].name)}".lstrip("/")
        return name if item.kind == "image" and item.shape[0] == 1 else f"{name}_{k + 1:04d}"

    def _exported_labels(self, mask: Mask, k: int) -> Pixels:
        """The labels of slice k without those that were deleted; nothing where nobody has judged them."""
        table = np.zeros(256, np.uint8)
        if slices_to_export([mask.status(k)], only_checked=self._order.only_checked):
            for label in self._labels:
                table[label.number] = label.number
        return table[mask.labels(k)]


@dataclass(frozen=True, eq=False)
class _Item:
    """A scan being exported, with all that is known of it."""

    item: WorkItem
    scan: Scan
    mask: Mask
    project: Project
    alias: str

    def row(self, k: int, labels: tuple[Label, ...]) -> IndexRow:
        """What the index says of slice k, the file it goes to excepted."""
        return IndexRow.of(self.alias or self._source(k), self.scan.geometry, self.mask, k, labels, self._seconds(k))

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


def _write_picture(path: Path, pixels: Pixels, texts: dict[str, str]) -> None:
    """Writes grey (rows, columns) or RGB (rows, columns, 3) as PNG."""
    with telling_what_fails(path):
        write_picture(path, pixels, texts)
