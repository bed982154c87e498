"""Opening what was asked for: a file, the series a DICOM file belongs to, a folder of one series, or a find."""

from pathlib import Path
from typing import Any

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import dicom, dicom_series, raster, search, stack, tiff, volumes
from lesionstudio.imaging.formats.dicom_header import Instance, read_instance
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.search import Guard
from lesionstudio.imaging.formats.source import Format, FoundScan, ScanSource
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _


def find(path: Path, salt: str, guarded: Guard) -> FoundScan:
    """What a search would have found of the file."""
    kind = _format(path)
    if kind != "dicom":
        return search.described(path, kind, path.parent, salt)
    return search.of_series(_series_of(path, guarded), salt)[0]


def open_source(source: ScanSource) -> Scan:
    """The scan that a search found."""
    if source.format == "dicom":
        return dicom.read(source.files, source.part)
    if source.format == "raster":
        return raster.read(source.files[0])
    if source.format == "stack":
        return stack.read(source.files, source.spacing_mm, _read_picture)
    if source.format == "tiff":
        return tiff.read(source.files[0], source.part)
    return volumes.read(source.files[0], source.format, source.part)


def _read_picture(path: Path) -> Scan:
    return open_source(ScanSource(_format(path), (path,)))


def open_path(path: Path, guarded: Guard) -> Scan:
    """The scan in a file, in the series a DICOM file belongs to, or in a folder of one series."""
    if path.is_dir():
        return dicom.scan_of(_only(_series_in(path, guarded), path))
    kind = _format(path)
    return dicom.scan_of(_series_of(path, guarded)) if kind == "dicom" else open_source(ScanSource(kind, (path,)))


def _format(path: Path) -> Format:
    if path.exists() and not path.is_file():
        message = _("{name} is not a file.").format(name=path.name)
        raise UnreadableFile(message, hint=_("Devices, pipes and sockets are not read."))
    kind = format_of(path)
    if kind is None:
        message = _("{name} is not a picture of a kind that is read.").format(name=path.name)
        raise UnreadableFile(
            message, hint=_("PNG, JPEG, BMP, WebP, JPEG 2000, TIFF, NIfTI, NRRD, MetaImage and DICOM are read.")
        )
    return kind


def _series_of(path: Path, guarded: Guard) -> dicom_series.Series:
    """The series of the file's folder that the file is in; a copy of a file in it stands for itself."""
    own = read_instance(path)
    for series in _series_in(path.parent, guarded, own.series_uid):
        if path in {instance.path for instance in series.instances}:
            return series
    return dicom_series.group([own])[0]


def _series_in(folder: Path, guarded: Guard, uid: str | None = None) -> list[dicom_series.Series]:
    """The series of a folder, not of those below it; files that hold no picture are passed over."""
    instances: list[Instance] = []
    for path in sorted(folder.iterdir()):
        try:
            if path.is_file() and not path.is_symlink() and format_of(path) == "dicom":
                found: Any = guarded(path, lambda: read_instance(path))  # noqa: B023 - called at once
                instances += [found] if uid in (None, found.series_uid) else []
        except UnreadableFile:
            continue
    return dicom_series.group(instances)


def _only(series: list[dicom_series.Series], folder: Path) -> dicom_series.Series:
    wanted = [one for one in series if not one.comes_last] or series
    if len(wanted) == 1:
        return wanted[0]
    message = _("{folder} holds {n} DICOM series, not one.").format(folder=folder.name, n=len(wanted))
    raise UnreadableFile(message, hint=_("Choose a file of the series you mean."))
