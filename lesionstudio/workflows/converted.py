"""How a scan becomes the files of one kind: what they hold, what of it is lost, and writing them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import writing_nifti, writing_tiff
from lesionstudio.imaging.formats.png import write_picture
from lesionstudio.imaging.formats.png_storage import PngStorage, all_values, in_window
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.windowing import Window
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.storage import file_name, make_folders, telling_of_output
from lesionstudio.words import _, number

Target = Literal["png", "tiff", "nifti"]


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what is to be said about them."""

    files: list[Path]
    notes: list[str]


class Conversion(ABC):
    """A scan on its way into one kind of file; `notes` say what is lost."""

    def __init__(self, scan: Scan, window: Window | None) -> None:
        self._scan, self._window = scan, window
        self._storage: PngStorage | None = None if window is None else in_window(scan, window)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is lost, in sentences."""
        return self._storage.notes if self._storage is not None else ()

    @abstractmethod
    def places(self, out: Path, name: str, *, is_picture: bool) -> list[Path]:
        """The files that will be written below `out`; `is_picture`: the scan is a picture of its own, not a volume."""

    @abstractmethod
    def write(self, places: Sequence[Path], out: Path, report: Reporter, name: str) -> Written:
        """Writes them, each whole or not at all; slices that cannot be read are left out and named.

        Raises UnreadableFile where none can be read; ProjectProblem where the disk refuses.
        """

    def facts(self) -> dict[str, Any]:
        """What the answer says of their values."""
        window = self._window
        return {
            "lossless": not self.notes,
            "unit": self._scan.unit or None,
            "offset": None,
            "window": [window.low, window.high] if window else None,
        }

    def _values(self, k: int) -> NDArray[np.generic]:
        values = self._scan.slice(k)
        return values if self._storage is None else self._storage.stored(values)


class ToPng(Conversion):
    """A picture a slice, what its numbers stand for said in text."""

    def __init__(self, scan: Scan, window: Window | None) -> None:
        super().__init__(scan, window)
        self._png = self._storage or all_values(scan)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is lost, in sentences."""
        return self._png.notes

    def places(self, out: Path, name: str, *, is_picture: bool) -> list[Path]:
        """`name.png` for a picture, else `name_0001.png` and so on."""
        names = [name] if is_picture else [f"{name}_{k + 1:04d}" for k in range(self._scan.slices)]
        return [out / file_name(one, ".png") for one in names]

    def write(self, places: Sequence[Path], out: Path, report: Reporter, name: str) -> Written:
        """Writes them, slices that cannot be read left out."""
        steps, files = Steps(report, len(places), name), list[Path]()
        unread: dict[int, UnreadableFile] = {}
        for k, path in enumerate(places):
            try:
                pixels = self._png.stored(self._scan.slice(k))
                make_folders(path.parent, out)
                with telling_of_output(path):
                    write_picture(path, pixels, self._png.meaning.to_texts())
                files.append(path)
            except UnreadableFile as problem:
                unread[k] = problem
            steps.advance()
        if not files:
            raise next(iter(unread.values()))
        text = _("Slice {k} was left out: {reason}")
        return Written(files, [text.format(k=k + 1, reason=why.message) for k, why in unread.items()])

    def facts(self) -> dict[str, Any]:
        """What the files say of their values."""
        meaning = self._png.meaning
        window = meaning.window if meaning.step == 1 else meaning.shown_range
        return {
            "lossless": self._png.is_lossless,
            "unit": meaning.unit or None,
            "offset": meaning.offset,
            "window": [window.low, window.high] if window else None,
        }


class _ToVolume(Conversion):
    """One file a scan, with values of the scan's own kind, or of 8 bits in a window.

    `instead`: wider kinds for those that such files do not know.
    """

    ending = ""
    instead: Mapping[str, np.dtype[Any]] = {"b1": np.dtype(np.uint8)}

    @property
    def _dtype(self) -> np.dtype[Any]:
        dtype = np.dtype(np.uint8) if self._storage is not None else self._scan.dtype
        return self.instead.get(dtype.str[1:], dtype)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is lost: by the window, and of slices that lie unevenly, which these files cannot say."""
        uneven = self._scan.geometry.positions_mm is not None
        lost = (_("The slices lie at uneven distances; the file says one distance for all."),) if uneven else ()
        return (*super().notes, *lost, *self._of_its_kind())

    def _of_its_kind(self) -> tuple[str, ...]:
        """What else this kind of file does not hold."""
        return ()

    def places(self, out: Path, name: str, *, is_picture: bool) -> list[Path]:  # noqa: ARG002 - one file anyhow
        """One file."""
        return [out / file_name(name, self.ending)]

    def write(self, places: Sequence[Path], out: Path, report: Reporter, name: str) -> Written:
        """Writes it, slices that cannot be read black."""
        (path,), notes = places, list[str]()
        make_folders(path.parent, out)
        with telling_of_output(path):
            self._save(path, self._pages(Steps(report, self._scan.slices, name), notes))
        return Written([path], notes)

    @abstractmethod
    def _save(self, path: Path, pages: Iterator[NDArray[Any]]) -> None:
        """Writes the slices, whole or not at all."""

    def _pages(self, steps: Steps, notes: list[str]) -> Iterator[NDArray[Any]]:
        """Slice after slice. Raises UnreadableFile where not one can be read."""
        shape = (*self._scan.geometry.shape[1:], *((3,) if self._colours else ()))
        for k in range(self._scan.slices):
            try:
                page = self._values(k)
                yield page if self._colours or page.ndim == 2 else page[..., 0]
            except UnreadableFile as problem:
                if len(notes) + 1 == self._scan.slices:
                    raise
                text = _("Slice {k} could not be read and is black: {reason}")
                notes.append(text.format(k=number(k + 1), reason=problem.message))
                yield np.zeros(shape, self._dtype)
            steps.advance()

    @property
    def _colours(self) -> bool:
        return self._scan.channels >= 3


class ToTiff(_ToVolume):
    """A stack, packed, with the spacing as ImageJ says it."""

    ending = ".tif"

    def _of_its_kind(self) -> tuple[str, ...]:
        says_nothing = self._scan.geometry.has_spacing and not writing_tiff.holds_spacing(self._dtype)
        return (_("A file of such values does not say how large a voxel is."),) if says_nothing else ()

    def _save(self, path: Path, pages: Iterator[NDArray[Any]]) -> None:
        writing_tiff.write(path, pages, self._dtype, self._scan.geometry, 3 if self._colours else 1)


class ToNifti(_ToVolume):
    """A volume with its place in the patient."""

    ending = ".nii.gz"
    instead = {"b1": np.dtype(np.uint8), "f2": np.dtype(np.float32)}

    def _save(self, path: Path, pages: Iterator[NDArray[Any]]) -> None:
        scan = self._scan
        volume = np.empty((*scan.geometry.shape, *((3,) if self._colours else ())), self._dtype)
        for k, page in enumerate(pages):
            volume[k] = page
        writing_nifti.write(path, volume, scan.geometry, None if self._storage is not None else scan.window)


TARGETS: Mapping[Target, Callable[[Scan, Window | None], Conversion]] = {
    "png": ToPng,
    "tiff": ToTiff,
    "nifti": ToNifti,
}
