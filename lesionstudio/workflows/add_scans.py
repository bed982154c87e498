"""Finding the scans of a folder while somebody watches: in small lots, the first ones at once."""

import time
from pathlib import Path

from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.progress import Progress, Reporter

LOT, LOT_S = 40, 0.1


class _Lots:
    """Gathers what is found, and hands it on when there is enough of it or it has waited long enough."""

    def __init__(self, report: Reporter) -> None:
        self._report, self._sent = report, time.monotonic() - LOT_S
        self._lot: list[FoundScan] = []
        self._fraction: float | None = None
        self._found_any = False

    def read(self, progress: Progress) -> None:
        """Told after every file that was looked at; so a search that finds nothing can be cancelled, too."""
        self._fraction = progress.fraction
        if time.monotonic() - self._sent > LOT_S:
            self.hand_on()

    def add(self, found: FoundScan) -> None:
        """Told of every scan."""
        self._lot.append(found)
        first, self._found_any = not self._found_any, True
        if first or len(self._lot) >= LOT or time.monotonic() - self._sent > LOT_S:
            self.hand_on()

    def hand_on(self) -> None:
        """Reports the lot, perhaps an empty one."""
        lot, self._lot, self._sent = tuple(self._lot), [], time.monotonic()
        self._report(Progress(self._fraction, partial=lot))


def add_scans(folder: Path, salt: str, report: Reporter) -> dict[str, Path]:
    """Finds scans, reporting each lot of FoundScan as a partial result; returns the masks beside them, by item id.

    Slow. Raises UnreadableFile when the folder is gone, Cancelled.
    """
    from lesionstudio.imaging.formats import find_masks, find_scans

    lots, everything = _Lots(report), []
    for found in find_scans(folder, lots.read, salt=salt):
        everything.append(found)
        lots.add(found)
    lots.hand_on()
    return find_masks(folder, everything)
