"""The scans that files and folders on a command line mean, for every verb that writes files of them."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lesionstudio.errors import ProjectProblem, UnreadableFile
from lesionstudio.imaging.formats import FoundScan, ScanSource, find_scan, find_scans
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _


def asked_scans(paths: Sequence[Path], *, strict: bool) -> Iterator[FoundScan]:
    """Every scan once, also where several of its files were named; localizers only where their file was named.

    What cannot be read comes with its error; with `strict` the first one raises UnreadableFile.
    """
    seen: set[tuple[Sequence[Path], str]] = set()
    for path in paths:
        for one in _in_path(plain(path), strict=strict):
            key = (one.source.files, one.source.part)
            if key not in seen:
                seen.add(key)
                yield one


def place_of(found: FoundScan) -> str:
    """What an answer calls the scan: its file, or the folder of its series."""
    files = found.source.files
    return str(files[0] if len(files) == 1 else files[0].parent)


def protect_originals(found: Sequence[FoundScan], out: Path) -> None:
    """Raises ProjectProblem where one of the scans lies in the folder that is to be written to."""
    for one in found:
        if not one.error and out.resolve() in {file.parent.resolve() for file in one.source.files}:
            raise ProjectProblem(
                _("Files cannot be written to {out}: the scans lie there.").format(out=out),
                hint=_("Write them into a folder of their own."),
            )


def share_of(report: Reporter, n: int, count: int, began: float) -> Reporter:
    """Reports on the n-th scan of several as a share of the whole; `began` by the monotonic clock."""

    def pass_on(progress: Progress) -> None:
        done = (n + (progress.fraction or 0.0)) / count
        left_s = None if progress.left_s is None else (time.monotonic() - began) / done * (1 - done)
        report(Progress(done, progress.message, left_s, progress.partial))

    return pass_on


def plain(path: Path) -> Path:
    """The path from the root on, without `..` in it."""
    return Path(os.path.normpath(path.absolute()))


def _in_path(path: Path, *, strict: bool) -> Iterator[FoundScan]:
    try:
        scans = [one for one in find_scans(path) if not one.last] if path.is_dir() else [find_scan(path)]
        if not scans:
            raise UnreadableFile(
                _("{name} holds no picture that can be read.").format(name=path.name),
                hint=_("PNG, JPEG, BMP, TIFF, NIfTI and DICOM are read."),
            )
    except UnreadableFile as problem:
        if strict:
            raise
        source = ScanSource("raster", (path,))
        scans = [FoundScan(path.name, source, path.name, (0, 0, 0), error=problem.message, hint=problem.hint)]
    yield from scans
