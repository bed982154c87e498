"""Volumes in one file, whatever its format: NIfTI and MGH, NRRD, MetaImage."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from lesionstudio.imaging.formats import metaimage, nifti, nrrd, volume_file
from lesionstudio.imaging.formats.source import Format
from lesionstudio.imaging.formats.volume_file import VolumeFile
from lesionstudio.imaging.scan import Scan

_HEADERS: Mapping[Format, Callable[[Path], VolumeFile]] = {
    "nifti": nifti.read_header,
    "nrrd": nrrd.read_header,
    "metaimage": metaimage.read_header,
}
FORMATS = tuple(_HEADERS)


def read_header(path: Path, kind: Format) -> VolumeFile:
    """The header alone. Raises UnreadableFile, and what the format's reader raises."""
    return _HEADERS[kind](path)


def read(path: Path, kind: Format, part: str = "") -> Scan:
    """A volume as a scan in display order; `part` "v2" means the third volume of a 4-D file."""
    return volume_file.scan_of(read_header(path, kind), path, part)


def read_stored(path: Path, kind: Format) -> tuple[VolumeFile, NDArray[Any]]:
    """The first volume in the file's own axes (i, j, k), in real values."""
    header = read_header(path, kind)
    return header, volume_file.stored_values(header)
