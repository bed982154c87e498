"""Finding the scans of a folder while somebody watches: in small lots, the first ones at once."""

import time
from pathlib import Path
from typing import NamedTuple

from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.progress import Progress, Reporter

FIRST_LOT_S, LATER_LOT_S = 0.1, 0.5


class _Lots:
    """Gathers what is found, and hands it on when it has waited long enough; ever longer, for a list redraws itself."""

    def __init__(self, report: Reporter) -> None:
        self._report, self._wait_s, self._sent = report, FIRST_LOT_S, time.monotonic() - FIRST_LOT_S
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
        """Reports the lot, perhaps an empty one."""
        lot, self._lot, self._sent = tuple(self._lot), [], time.monotonic()
        self._wait_s = min(self._wait_s * 1.5, LATER_LOT_S)
        self._report(Progress(self._fraction, partial=lot))


class Found(NamedTuple):
    """The masks beside the scans, by item id; and ids that were reported early, but are no scans of their own."""

    masks: dict[str, Path]
    gone: frozenset[str]


def add_scans(folder: Path, salt: str, report: Reporter) -> Found:
    """Finds scans, reporting each lot of FoundScan as a partial result: DICOM series early, again where they grew.

    Slow. Raises UnreadableFile when the folder is gone, Cancelled.
    """
    from lesionstudio.imaging.formats import find_masks, find_scans

    lots, everything = _Lots(report), []
    early: dict[str, FoundScan] = {}

    def tell_early(found: FoundScan) -> None:
        early[found.id] = found
        lots.add(found)

    for found in find_scans(folder, lots.read, salt=salt, early=tell_early):
        everything.append(found)
        if early.get(found.id) != found:
            lots.add(found)
    lots.hand_on()
    return Found(find_masks(folder, everything), frozenset(early) - {found.id for found in everything})
