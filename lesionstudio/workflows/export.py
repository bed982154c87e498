"""export: writes a study's judged masks as files that other programs read, with an index of what each one is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import LesionStudioError, ProjectProblem
from lesionstudio.imaging.formats import Drawn
from lesionstudio.imaging.formats.mask_kinds import ENDINGS, MaskFormat
from lesionstudio.imaging.formats.names import stem
from lesionstudio.imaging.formats.png import write_picture
from lesionstudio.imaging.formats.source import Values
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.mask import Mask, Pixels, SliceStatus
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.project import Project
from lesionstudio.project.storage import file_name, make_folders, telling_of_output
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _
from lesionstudio.workflows.export_files import IndexRow, Names, base_names, read_index, write_index
from lesionstudio.workflows.export_item import ExportedItem
from lesionstudio.workflows.held_back import hold_back

JUDGED = frozenset({SliceStatus.CHECKED, SliceStatus.CORRECTED})


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to export from which study, and how. `items`: ids; None means all of them.

    `lesions`: a table of the lesions too; `burned_in`: lets pictures out that have text burned in.
    """

    project: Path
    out: Path
    format: MaskFormat = "png"
    values: Values = "auto"
    names: Names = "auto"
    only_checked: bool = False
    unchecked_black: bool = False
    images: bool = False
    lesions: bool = False
    burned_in: bool = False
    overwrite: bool = False
    items: tuple[str, ...] | None = None


@dataclass(slots=True)
class Exported:
    """What an export has done so far; paths are absolute.

    `kept`: files that were there already; `held_back`: scans whose pictures may name the patient; `names`: what each
    scan is called in files, by id.
    """

    files: list[Path] = field(default_factory=list)
    images: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    held_back: list[dict[str, str]] = field(default_factory=list)
    rows: list[IndexRow] = field(default_factory=list)
    lesions: list[dict[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    slices: int = 0

    def to_json(self, index: Path) -> dict[str, Any]:
        """The plain values a caller gets."""
        paths = {name: [str(path) for path in getattr(self, name)] for name in ("files", "images", "kept")}
        told = {"failed": self.failed, "held_back": self.held_back, "names": self.names}
        return {**paths, "index": str(index), "slices": self.slices, **told}


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
        if self._order.lesions:
            self._write_lesions(self._order.out / "lesions.csv")
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
            one = ExportedItem(item, scan, mask, self._project, self._order.names, self._names[item.id])
            self._export_one(one, expected, steps)
        except ProjectProblem:
            raise
        except LesionStudioError as problem:
            self._done.failed.append({"id": item.id, "error": problem.message, "hint": problem.hint})
            steps.advance(expected)

    def _export_one(self, one: ExportedItem, expected: int, steps: Steps) -> None:
        slices = self._slices(one.mask.statuses)
        self._done.names[one.item.id] = one.alias
        if self._order.format == "png":
            self._export_slices(one, slices, steps)
        else:
            self._export_volume(one, slices)
            steps.advance(expected)
        if self._order.images and self._may_go_out(one):
            self._export_images(one, slices)
        if self._order.lesions:
            self._done.lesions += one.lesions(self._labels, slices, lambda k: self._exported_labels(one.mask, k))
        self._done.slices += len(slices)

    def _may_go_out(self, one: ExportedItem) -> bool:
        """Whether the pictures of a scan may be written; says why not."""
        try:
            if not self._order.burned_in:
                hold_back(one.item.source, one.scan, one.alias)
        except LesionStudioError as problem:
            self._done.held_back.append({"id": one.item.id, "error": problem.message, "hint": problem.hint})
            return False
        return True

    def _export_slices(self, one: ExportedItem, slices: tuple[int, ...], steps: Steps) -> None:
        grid = Geometry.pixels((1, *one.scan.geometry.shape[1:]))
        for k in slices:
            for layer in self._layers(self._exported_labels(one.mask, k)[None]):
                path = self._masks / file_name(self._slice_name(one.item, k) + layer.ending, ".png")
                self._write(path, layer, grid, None, one.row(k, self._labels))
            steps.advance(message=one.item.name)

    def _export_volume(self, one: ExportedItem, slices: tuple[int, ...]) -> None:
        volume = np.zeros(one.scan.geometry.shape, np.uint8)
        for k in slices:
            volume[k] = self._exported_labels(one.mask, k)
        rows = [one.row(k, self._labels) for k in slices]
        for layer in self._layers(volume):
            path = self._masks / file_name(self._names[one.item.id] + layer.ending, ENDINGS[self._order.format])
            self._write(path, layer, one.scan.geometry, one.drawn(rows), *rows)

    def _export_images(self, one: ExportedItem, slices: tuple[int, ...]) -> None:
        for k in slices:
            path = self._order.out / "images" / file_name(self._slice_name(one.item, k), ".png")
            if self._may_write(path):
                self._make_folder(path.parent)
                with telling_of_output(path):
                    write_picture(path, one.picture(k), one.texts())
                self._done.images.append(path)

    def _layers(self, pixels: Pixels) -> Iterator["_Layer"]:
        """What becomes a file each."""
        values = self._order.values
        if values == "auto":
            values = "binary" if len(self._labels) == 1 and self._order.format == "png" else "index"
        if values != "per-label":
            yield _Layer("", pixels, values, self._labels)
            return
        for label in self._labels:
            own = (pixels == label.number).astype(np.uint8)
            yield _Layer(f"_{label.name}".replace("/", "_"), own, "binary", (replace(label, number=1),))

    def _write(self, path: Path, layer: "_Layer", grid: Geometry, drawn: Drawn | None, *rows: IndexRow) -> None:
        from lesionstudio.imaging.formats import write_mask

        if not self._may_write(path):
            return
        self._make_folder(path.parent)
        names = {label.number: label.name for label in layer.labels}
        colours = {label.number: label.colour for label in layer.labels}
        with telling_of_output(path):
            write_mask(path, layer.pixels, grid, values=layer.values, colours=colours, names=names, drawn=drawn)
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

    def _write_lesions(self, path: Path) -> None:
        from lesionstudio.workflows.measure import write_csv

        if self._may_write(path):
            with telling_of_output(path):
                write_csv(path, self._done.lesions)
            self._done.files.append(path)

    def _make_folder(self, folder: Path) -> None:
        with telling_of_output(folder):
            self._order.out.mkdir(parents=True, exist_ok=True)
        make_folders(folder, self._order.out)

    def _slice_name(self, item: WorkItem, k: int) -> str:
        name = self._names[item.id]
        if item.source.format == "stack" and self._order.names in ("auto", "original"):
            return f"{name.rpartition('/')[0]}/{stem(item.source.files[k].name)}".lstrip("/")
        return name if item.kind == "image" and item.shape[0] == 1 else f"{name}_{k + 1:04d}"

    def _exported_labels(self, mask: Mask, k: int) -> Pixels:
        """The labels of slice k without those that were deleted; nothing where nobody has judged them."""
        table = np.zeros(256, np.uint8)
        if slices_to_export([mask.status(k)], only_checked=self._order.only_checked):
            for label in self._labels:
                table[label.number] = label.number
        return table[mask.labels(k)]


@dataclass(frozen=True, eq=False, slots=True)
class _Layer:
    """What becomes one file: what its name gets, its pixels, how they are written, and what their numbers mean."""

    ending: str
    pixels: Pixels
    values: Values
    labels: tuple[Label, ...]
