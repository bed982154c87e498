"""Where the masks and probabilities of one segmented scan go, and writing them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import Drawn, FoundScan, write_mask
from lesionstudio.imaging.formats.mask_kinds import ENDINGS, MaskFormat
from lesionstudio.imaging.formats.png import write_grey
from lesionstudio.imaging.formats.source import Values
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LABEL_COLOURS
from lesionstudio.project.storage import file_name, make_folders, telling_of_output
from lesionstudio.words import _
from lesionstudio.workflows.export_files import IndexRow, position_text, spacing_text

_OF_PROBABILITIES: dict[MaskFormat, MaskFormat] = {"seg-nrrd": "nrrd", "dicom-seg": "nifti"}
"""Kinds of file that hold segments only: probabilities beside them are of a plain kind."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """The files of one scan below `out`: a PNG a slice, or one volume. `name` begins them, folders before "/".

    `alias`: what a DICOM-SEG calls the patient; None: as the scan does. `hides_source`: the index does not say which
    files were read.
    """

    out: Path
    name: str
    found: FoundScan
    geometry: Geometry
    format: MaskFormat
    values: Values
    labels: tuple[str, ...]
    alias: str | None = ""
    hides_source: bool = False

    def check_free(self) -> None:
        """Raises LesionStudioError where a file is there already, before any work is done."""
        for k in range(self.geometry.shape[0] if self.format == "png" else 1):
            path = self._path(self.out, k, "", self.format)
            parts = path.parent.glob(f"{path.name.removesuffix(self._ending)}_*{self._ending}")
            there = next(parts, None) if self.values == "per-label" else path
            if there is not None and there.exists():
                raise LesionStudioError(
                    _("{path} is there already.").format(path=there), hint=_("--overwrite replaces it.")
                )

    def write_masks(self, labels: Pixels, slices: Sequence[int], model: str) -> tuple[list[Path], list[IndexRow]]:
        """Writes labels (slice, row, column) of these slices; gives the files and what the index says of them."""
        files: list[Path] = []
        rows: list[IndexRow] = []
        for path, grid, ks in self._files(self.out, slices):
            written = self._write(path, labels[ks] if self.format == "png" else labels, grid, model)
            files += written
            rows += [self._row(file, k, labels[k], model) for file in written for k in ks]
        return files, rows

    def write_probabilities(self, likely: Pixels, slices: Sequence[int]) -> list[Path]:
        """Writes probabilities in 255ths (label, slice, row, column) into a folder of their own, a file a label."""
        files: list[Path] = []
        for name, volume in zip(self.labels, likely):
            ending = f"_{name}" if len(self.labels) > 1 else ""
            plain = _OF_PROBABILITIES.get(self.format, self.format)
            for path, grid, ks in self._files(self.out / "probabilities", slices, ending, plain):
                with telling_of_output(path):
                    if self.format == "png":
                        write_grey(path, volume[ks[0]])
                    else:
                        write_mask(path, volume, grid, values="index")
                files.append(path)
        return files

    @property
    def _ending(self) -> str:
        return ENDINGS[self.format]

    def _files(
        self, folder: Path, slices: Sequence[int], ending: str = "", format: MaskFormat | None = None
    ) -> Iterable[tuple[Path, Geometry, list[int]]]:
        """Each file, the grid it is on, and the slices in it."""
        one_slice = Geometry.pixels((1, *self.geometry.shape[1:]))
        plan = [(k, one_slice, [k]) for k in slices] if self.format == "png" else [(0, self.geometry, list(slices))]
        for k, grid, ks in plan:
            path = self._path(folder, k, ending, format or self.format)
            make_folders(path.parent, self.out)
            yield path, grid, ks

    def _path(self, folder: Path, k: int, ending: str, format: MaskFormat) -> Path:
        is_one = self.format != "png" or (self.geometry.shape[0] == 1 and self.found.kind == "image")
        name = self.name if is_one else f"{self.name}_{k + 1:04d}"
        return folder / file_name(name + ending.replace("/", "_"), ENDINGS[format])

    def _write(self, path: Path, labels: Pixels, grid: Geometry, model: str) -> tuple[Path, ...]:
        names = dict(enumerate(self.labels, 1))
        colours = {number: LABEL_COLOURS[(number - 1) % len(LABEL_COLOURS)] for number in names}
        with telling_of_output(path):
            drawn = Drawn(self.found.source, self.alias, model, by_itself=True)
            return write_mask(path, labels, grid, values=self.values, colours=colours, names=names, drawn=drawn)

    def _row(self, file: Path, k: int, labels: Pixels, model: str) -> IndexRow:
        present = [name for number, name in enumerate(self.labels, 1) if (labels == number).any()]
        return IndexRow(
            file=file.relative_to(self.out).as_posix(),
            source=self.name if self.hides_source else self._source(k),
            slice=k + 1,
            position_mm=position_text(self.geometry, k),
            spacing_mm=spacing_text(self.geometry),
            status="draft",
            origin="",
            model=model,
            labels="; ".join(present),
        )

    def _source(self, k: int) -> str:
        sources = self.found.source.files
        return sources[k if len(sources) == self.geometry.shape[0] else 0].as_posix()
