"""DICOM-SEG and RTSTRUCT files in a study's folder, found by the series that they say they were drawn on."""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from lesionstudio.imaging.formats.folders import files_of
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.references import References
from lesionstudio.imaging.formats.source import FoundScan


def segments_beside(root: Path, found: Sequence[FoundScan], taken: Collection[str]) -> dict[str, Path]:
    """For each DICOM scan not `taken` the first such file that names its series. Only what is no scan is read."""
    from lesionstudio.imaging.formats import uids_of

    series = [scan for scan in found if scan.source.format == "dicom" and not (scan.error or scan.last)]
    open_scans = [scan for scan in series if scan.id not in taken]
    if not open_scans:
        return {}
    pairs: dict[str, Path] = {}
    uids = {scan.id: uids_of(scan.source.files[0]) for scan in open_scans}
    for path, named in _referring(root, {file for scan in found for file in scan.source.files}):
        for scan in open_scans:
            uid, frame = uids[scan.id]
            is_in_frame = not named.frames or frame in named.frames
            if scan.id not in pairs and uid in named.series and is_in_frame:
                pairs[scan.id] = path
                break
    return pairs


def _referring(root: Path, scans: Collection[Path]) -> Iterator[tuple[Path, References]]:
    from lesionstudio.imaging.formats import series_of_mask

    for folder, names, files in os.walk(root):
        if "project.json" in files and Path(folder) != root:
            names.clear()
            continue
        names[:] = sorted(name for name in names if not name.startswith("."))
        here = Path(folder)
        for path in files_of(here, lambda name: here / name not in scans):  # noqa: B023 - at once
            if format_of(path) == "dicom" and (named := series_of_mask(path)) is not None:
                yield path, named
