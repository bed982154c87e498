"""Finding the scans of a folder while somebody watches: in small lots, the first ones at once."""

import time
from dataclasses import dataclass
from pathlib import Path

from lesionstudio.imaging.formats.searching import Found, Search
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.progress import Progress, Reporter

FIRST_LOT_S, LATER_LOT_S = 0.1, 0.5
MOST_IN_A_LOT = 20
"""Whoever shows a lot on the screen shall be done with it before anybody notices."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Scans that were found since the last lot, and how many of how many files were looked at until now."""

    scans: tuple[FoundScan, ...]
    read: int
    files: int


class _Lots:
    """Gathers what is found, and hands it on when it has waited long enough; ever longer, for a list redraws itself."""

    def __init__(self, report: Reporter, files: int) -> None:
        self._report, self._files = report, files
        self._wait_s, self._sent = FIRST_LOT_S, time.monotonic() - FIRST_LOT_S
        self._lot: list[FoundScan] = []
        self._fraction: float | None = None
        self._found_any = False

    def read(self, progress: Progress) -> None:
        """Told after every file that was looked at; so a search that finds nothing can be cancelled, too."""
        self._fraction = progress.fraction
        if self._has_waited:
            self.hand_on()

    def add(self, found: FoundScan) -> None:
        """Told of every scan."""
        self._lot.append(found)
        first, self._found_any = not self._found_any, True
        if first or self._has_waited:
            self.hand_on()

    @property
    def _has_waited(self) -> bool:
        return time.monotonic() - self._sent > self._wait_s

    def hand_on(self) -> None:
        """Reports the lot, perhaps an empty one; a large one in pieces."""
        waiting, self._lot, self._sent = self._lot, [], time.monotonic()
        self._wait_s = min(self._wait_s * 1.5, LATER_LOT_S)
        read = round((self._fraction or 0.0) * self._files)
        for start in range(0, max(len(waiting), 1), MOST_IN_A_LOT):
            lot = Lot(tuple(waiting[start : start + MOST_IN_A_LOT]), read, self._files)
            self._report(Progress(self._fraction, partial=lot))


def add_scans(folder: Path, salt: str, report: Reporter) -> Found:
    """Finds scans, reporting each Lot of them as a partial result: DICOM series early, again where they grew.

    Slow. Raises UnreadableFile when the folder is gone, Cancelled.
    """
    search = Search.of(folder, salt)
    lots = _Lots(report, search.files)
    found = search.run(lots.add, lots.read)
    lots.hand_on()
    return found
