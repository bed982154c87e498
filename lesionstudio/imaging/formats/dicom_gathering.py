"""Gathered: the DICOM files that a search has met so far, and when somebody who watches is told of their series."""

import time
from collections.abc import Callable

from lesionstudio.imaging.formats import dicom_series
from lesionstudio.imaging.formats.dicom_header import Instance
from lesionstudio.imaging.formats.dicom_series import Series
from lesionstudio.imaging.formats.source import FoundScan

Uid = tuple[str, ...]
_FIRST_AFTER_S, _LONGER = 0.2, 3.0
_QUIET_FILES, _GROWN = 64, 4


class Gathered:
    """Files by series. `early` is told of a series when its folder has been read; in a folder of very many files when
    none more of it came for a while, and of the first ones after a moment, so that there is a picture to look at.
    """

    def __init__(
        self,
        found_in: Callable[[Series], list[FoundScan]],
        early: Callable[[FoundScan], None] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._found_in, self._early, self._clock = found_in, early, clock
        self._files: dict[Uid, list[Instance]] = {}
        self._changed: dict[Uid, int] = {}
        self._told: dict[Uid, int] = {}
        self._count, self._wait_s, self._since = 0, _FIRST_AFTER_S, clock()

    def add(self, instance: Instance) -> None:
        """One file more."""
        uid = dicom_series.uid_of(instance)
        self._files.setdefault(uid, []).append(instance)
        self._count += 1
        self._changed.pop(uid, None)
        self._changed[uid] = self._count  # The one that changed last stands last.
        if self._early is not None:
            self._tell_of_quiet()
            if self._clock() - self._since > self._wait_s:
                self._tell_of_some()

    def end_folder(self) -> None:
        """All files of a folder were added."""
        for uid in list(self._changed):
            self._tell(uid)

    def all(self) -> list[FoundScan]:
        """Every scan of all files."""
        series = dicom_series.group(one for files in self._files.values() for one in files)
        return [found for one in series for found in self._found_in(one)]

    def _tell_of_quiet(self) -> None:
        """Where many series are mixed all seem quiet: of one that was told of again when it has grown fourfold."""
        uid, last = next(iter(self._changed.items()))
        if self._count - last < _QUIET_FILES:
            return
        if len(self._files[uid]) >= _GROWN * self._told.get(uid, 0):
            self._tell(uid)
        else:
            del self._changed[uid]
            self._changed[uid] = self._count

    def _tell_of_some(self) -> None:
        """Tells of the series that has waited longest; ever less often, for it is put together anew each time."""
        self._tell(next(iter(self._changed)))
        self._wait_s *= _LONGER
        self._since = self._clock()

    def _tell(self, uid: Uid) -> None:
        del self._changed[uid]
        self._told[uid] = len(self._files[uid])
        if self._early is not None:
            for series in sorted(dicom_series.group(self._files[uid]), key=lambda one: one.comes_last):
                for found in self._found_in(series):
                    self._early(found)
