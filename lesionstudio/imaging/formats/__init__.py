"""Reading and writing scans and masks, one module a format; they and their decoders are imported on first use.

`find_scans` searches a folder, `read_scan` opens what it found, `read_mask` and `write_mask` carry labels. Whatever a
decoder raises leaves this room as UnreadableFile, and what it warns about is dropped: the readers themselves say in
Scan.notes what a person should know.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, UnreadableFile
from lesionstudio.imaging.formats.mask_kinds import Drawn
from lesionstudio.imaging.formats.references import References
from lesionstudio.imaging.formats.segment_files import MaskFacts
from lesionstudio.imaging.formats.source import FoundScan, ScanSource, Values
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask_values import Turn
from lesionstudio.imaging.scan import Scan, SliceSource, WholeSource
from lesionstudio.imaging.segments import Overlap, Segment, Segmentation
from lesionstudio.progress import Cancelled, Reporter, silent
from lesionstudio.words import _

__all__ = ["Drawn", "FoundScan", "ScanSource", "facts_of_mask", "find_masks", "find_scan", "find_scans",
           "fitting_values", "grid_of_masks", "mask_values", "patient_number", "read_mask", "read_scan",
           "read_segments", "segments_in", "series_of_mask", "uids_of", "write_mask"]  # fmt: skip

_LOGGERS = ("PIL", "pydicom", "nibabel", "nibabel.global", "tifffile")
_CHATTY = r"(PIL|pydicom|nibabel|tifffile|imagecodecs|numpy|lesionstudio\.imaging\.formats)\b"


def find_scans(
    folder: Path,
    report: Reporter = silent,
    *,
    salt: str = "",
    early: Callable[[FoundScan], None] | None = None,
    files: int | None = None,
) -> Iterator[FoundScan]:
    """Every scan below the folder, as soon as it is known; what cannot be read comes too, with the reason.

    Pictures come one by one, DICOM series when everything has been read, for their files may lie in several folders;
    `early` is told of a series, perhaps several times, as far as it is known before. Series that are no diagnostic
    pictures are marked `last`. Masks (`*_mask.*`, folders `masks*` and `labels*`) and the program's own folders are
    passed over. `files`: about how many there are, for whoever has counted them.
    """
    if not folder.is_dir():
        raise UnreadableFile(
            _("There is no folder {name}.").format(name=folder.name), hint=_("Was it moved or renamed?")
        )
    from lesionstudio.imaging.formats import search

    yield from search.scans_in(folder, report, salt, _guarded, early, files)


def find_scan(path: Path, *, salt: str = "") -> FoundScan:
    """The scan that a file is, or that the DICOM series is which it belongs to. Raises UnreadableFile."""
    from lesionstudio.imaging.formats import opening

    with decoding(path):
        return opening.find(path, salt, _guarded)


def find_masks(folder: Path, found: Sequence[FoundScan]) -> dict[str, Path]:
    """The mask beside each scan that has one, by the scan's id: same name, perhaps with _mask, _label or _seg."""
    from lesionstudio.imaging.formats import search

    return search.masks_beside(folder, found)


def read_scan(what: Path | ScanSource) -> Scan:
    """The scan in a file, in the series a DICOM file belongs to, in a folder of one series, or that a search found.

    Headers are read now, slices when they are looked at. Raises UnreadableFile, also from Scan.slice.
    """
    from lesionstudio.imaging.formats import opening

    path = what if isinstance(what, Path) else what.files[0]
    with decoding(path):
        scan = opening.open_path(what, _guarded) if isinstance(what, Path) else opening.open_source(what)
    scan.read_through(lambda source: _Guarded(source, path))
    return scan


def read_mask(
    path: Path,
    on: Scan | Geometry,
    *,
    structure: int | None = None,
    notes: list[str] | None = None,
    exact: bool = False,
    overlap: Overlap = "smaller",
) -> NDArray[np.uint8]:
    """Label numbers (slice, row, column) on the scan's grid from a file, or from a folder of one picture a slice.

    0/255 becomes 0/1, label numbers stay; greys are cut at half, and said so in `notes`. `structure` 0 means that 0 is
    the structure and 255 the background; `exact` takes the numbers as they are stored; `overlap` says which of two
    segments keeps a voxel that both claim. Raises GridMismatch with both sizes, UnreadableFile.
    """
    from lesionstudio.imaging.formats import masks

    with decoding(path):
        if exact:
            return masks.read_exactly(path, on.geometry if isinstance(on, Scan) else on)
        return masks.read(path, on, structure, notes if notes is not None else [], overlap)


def read_segments(path: Path, on: Scan | Geometry) -> Segmentation | None:
    """The named segments of a DICOM-SEG, an RTSTRUCT, a .seg.nrrd or an Amira label field, on the scan's grid.

    They may overlap. With the scan also says which references lead nowhere. None for a mask of another kind. Raises
    UnreadableFile, GridMismatch.
    """
    from lesionstudio.imaging.formats import segment_files

    with decoding(path):
        return segment_files.read(path, on)


def segments_in(path: Path) -> tuple[Segment, ...]:
    """What the segments of such a file are called, without its voxels; none of a mask of another kind."""
    from lesionstudio.imaging.formats import segment_files

    with decoding(path):
        return segment_files.segments(path)


def grid_of_masks(*paths: Path) -> Geometry:
    """A grid on which these masks can be compared without their scan; that of the first that has one of its own.

    Raises UnreadableFile, GridMismatch.
    """
    from lesionstudio.imaging.formats import segment_grids

    with decoding(paths[0]):
        return segment_grids.grid_of(paths, lambda path: read_scan(path).geometry)


def facts_of_mask(path: Path, salt: str = "") -> MaskFacts | None:
    """What the header of a file of named segments says; None of a mask of another kind. Raises UnreadableFile."""
    from lesionstudio.imaging.formats import segment_files

    with decoding(path):
        return segment_files.facts(path, salt)


def series_of_mask(path: Path) -> References | None:
    """Which series a DICOM-SEG or RTSTRUCT says it was drawn on; None for a file of another kind, or a damaged one."""
    from lesionstudio.imaging.formats import references, segment_files

    try:
        with decoding(path):
            return references.read(path) if segment_files.kind_of(path) in ("dicom-seg", "rtstruct") else None
    except UnreadableFile:
        return None


def uids_of(path: Path) -> tuple[str, str]:
    """The UIDs of the series a DICOM picture belongs to, and of its frame of reference; "" where it cannot be read."""
    from lesionstudio.imaging.formats.dicom_header import read_instance

    try:
        with decoding(path):
            instance = read_instance(path)
    except UnreadableFile:
        return "", ""
    return instance.series_uid, instance.frame_uid


def mask_values(path: Path, geometry: Geometry | None = None, notes: list[str] | None = None) -> NDArray[np.uint8]:
    """A mask's values (slice, row, column) as whole numbers to 255, as its file has them; white of any depth is 255.

    With the scan's grid they are in its order, where both lie in a patient. Raises UnreadableFile, GridMismatch.
    """
    from lesionstudio.imaging.formats import masks

    with decoding(path):
        return masks.read_values(path, geometry or Geometry.pixels((1, 1, 1)), notes if notes is not None else [])


def fitting_values(path: Path, geometry: Geometry, turn: Turn) -> NDArray[np.uint8]:
    """A mask's values, turned, that have the scan's size. Raises UnreadableFile, GridMismatch with both sizes."""
    from lesionstudio.imaging.formats import laying

    values: NDArray[np.uint8] = turn.apply(mask_values(path, geometry))
    laying.check_fit(values.shape, geometry.shape)
    return values


def patient_number(path: Path) -> str:
    """The patient's number in a DICOM file, or the name where there is none; "" where it says neither."""
    from lesionstudio.imaging.formats.dicom_header import read_instance

    try:
        with decoding(path):
            return next((line for line in read_instance(path).patient.splitlines() if line.strip()), "").strip()
    except UnreadableFile:
        return ""


def write_mask(
    path: Path,
    labels: NDArray[np.uint8],
    geometry: Geometry,
    *,
    values: Values = "auto",
    colours: Mapping[int, str] | None = None,
    names: Mapping[int, str] | None = None,
    drawn: Drawn | None = None,
) -> tuple[Path, ...]:
    """Writes labels (slice, row, column) as .png (one slice), .tif, .nii, .nii.gz, .nrrd, .seg.nrrd or .dcm.

    Returns the files written. `colours` are the study's labels: `auto` writes 0 and 255 where there is one, else label
    numbers; `per-label` one file a label, called by `names`. A .dcm is a DICOM-SEG and refers to the scan it was
    `drawn` on. Each file appears whole or not at all. Raises OSError; LesionStudioError where the kind of file does not
    go with the scan.
    """
    from lesionstudio.imaging.formats import mask_writing

    legend = mask_writing.Legend(values, colours or {}, names or {}, drawn)
    return mask_writing.write(path, labels, geometry, legend)


@contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Inside, whatever a decoder raises becomes UnreadableFile, its cause kept."""
    _quieten()
    try:
        with np.errstate(all="ignore"):
            yield
    except (LesionStudioError, Cancelled):
        raise
    except FileNotFoundError as error:
        message = _("{name} is not there any more.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Was it moved or renamed?")) from error
    except PermissionError as error:
        message = _("{name} may not be read.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Ask for the right to read this file.")) from error
    except MemoryError as error:
        message = _("{name} does not fit into the memory.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Close other programs, or cut it into smaller files.")) from error
    except Exception as error:
        raise _damaged(path, error) from error


class _Guarded:
    """Slices whose decoder may fail at any time."""

    def __init__(self, source: SliceSource, path: Path) -> None:
        self._source, self._path = source, path

    def read(self, k: int) -> NDArray[np.generic]:
        """Slice k. Raises UnreadableFile."""
        with decoding(self._path):
            return self._source.read(k)

    def whole(self) -> NDArray[np.generic] | None:
        """All slices, where the source has them in one array. Raises UnreadableFile."""
        with decoding(self._path):
            return self._source.whole() if isinstance(self._source, WholeSource) else None


def _guarded(path: Path, decode: Callable[[], object]) -> object:
    with decoding(path):
        return decode()


def _quieten() -> None:
    """Drops what decoders warn about and log: names of files and patients are in it. Done again if it was reset."""
    import logging

    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if logger.level <= logging.CRITICAL:  # setting it forgets what all loggers have worked out
            logger.setLevel(logging.CRITICAL + 1)
    if not any(getattr(one[3], "pattern", None) == _CHATTY for one in warnings.filters[:1]):
        warnings.filterwarnings("ignore", module=_CHATTY)


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    if path.is_file() and path.stat().st_size == 0:
        return UnreadableFile(_("{name} is empty.").format(name=path.name), hint=_("Copy it once more."))
    message = _("{name} is damaged, or not the kind of file it seems to be.").format(name=path.name)
    if isinstance(error, (TypeError, LookupError, AttributeError, ArithmeticError, AssertionError)):
        return UnreadableFile(message, hint=_("Copy it once more, or save it anew in the program it came from."))
    told = str(error).replace(str(path), path.name).replace(str(path.absolute()), path.name)
    reason = (told or type(error).__name__).splitlines()[0][:160]
    return UnreadableFile(message, hint=_("The decoder says: {reason}").format(reason=reason))
