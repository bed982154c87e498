"""Aliases: what scans are called where nobody shall read whose they are: "CT 001", "CT 002", "MR 001"."""

from collections.abc import Iterable

from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.project.worklist import WorkItem

_OTHER, _LONGEST = "Scan", 12


def aliases(scans: Iterable[WorkItem | FoundScan]) -> list[str]:
    """For each scan, in order, its modality and a number: the same as long as no scan before it comes or goes."""
    counts: dict[str, int] = {}
    names = []
    for scan in scans:
        kind = "".join(sign for sign in scan.modality if sign.isascii() and sign.isalnum())[:_LONGEST] or _OTHER
        counts[kind] = counts.get(kind, 0) + 1
        names.append(f"{kind} {counts[kind]:03d}")
    return names
