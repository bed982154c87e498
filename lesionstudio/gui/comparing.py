"""Comparing: the mask on screen against a reference. It finds and reads references, counts, and walks differences."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lesionstudio.gui.history_rows import state_words
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.reference import Reference, labels_and_draft, of_file, of_state
from lesionstudio.gui.saved_states import SavedStates
from lesionstudio.gui.session import Session
from lesionstudio.imaging.geometry import Box
from lesionstudio.imaging.mask import Pixels
from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.comparison import ANY_MARK, EVERY_LABEL, Comparison, Difference, Found, SliceOf, find
from lesionstudio.project.states import EarlierState
from lesionstudio.words import _

_COUNT_MS, _FIND_MS = 120, 400


@dataclass(frozen=True, eq=False, slots=True)
class Offer:
    """A reference that can be chosen."""

    words: str
    choose: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted: this slice and the whole scan; regions are known a little later, None until then."""

    here: Agreement
    whole: Agreement
    found: Found | None


class Comparing(QObject):
    """On from `start` to `stop`; a reference belongs to one scan. `shown_changed`: reference or label are others."""

    shown_changed = Signal()
    counted = Signal()

    def __init__(self, session: Session, saved_states: SavedStates, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._saved_states = session, saved_states
        self.is_on = False
        self.reference: Reference | None = None
        self.label = ANY_MARK
        self.found: Found | None = None
        self._comparison: Comparison | None = None
        self._job: Job | None = None
        self._reading: Job | None = None
        self._at: Difference | None = None
        self._count, self._find = (QTimer(self, singleShot=True, interval=ms) for ms in (_COUNT_MS, _FIND_MS))
        self._count.timeout.connect(self.counted)
        self._find.timeout.connect(self._find_regions)
        session.region_changed.connect(self._changed)
        session.slice_changed.connect(lambda _k: self.counted.emit() if self.is_on else None)
        session.scan_opened.connect(self._another_scan)
        session.scan_closed.connect(self._forget)
        saved_states.changed.connect(self._another_offer)

    # On and off, and against what

    def start(self) -> None:
        """Compares, with the first reference there is."""
        self.is_on = True
        self._choose_first()
        self.shown_changed.emit()

    def stop(self) -> None:
        """Shows the marks as they are again."""
        self.is_on = False
        self._forget()
        self.shown_changed.emit()

    def offers(self) -> list[Offer]:
        """The references that can be chosen beside a file: the open draft, then the saved states, newest first."""
        if self._session.mask is None:
            return []
        draft = [Offer(_("The draft, as if accepted"), self.choose_draft)] if self._session.mask.draft_slices() else []
        now = datetime.now()
        states = [Offer(state_words(one, now), partial(self.choose_state, one)) for one in self._saved_states.states]
        return [*draft, *states]

    def choose_draft(self) -> None:
        """Compares with the labels as they would be, were the open draft accepted now."""
        if self._session.mask is not None:
            parts = self._session.mask.kept("labels"), self._session.mask.kept("draft")
            self._read(labels_and_draft, self._session.mask.shape, *parts)

    def choose_state(self, state: EarlierState) -> None:
        """Compares with an earlier saved state."""
        opened, project = self._session.open, self._session.project
        if opened is not None and project is not None:
            words = state_words(state, datetime.now())
            self._read(of_state, project.states, state, opened.scan.slice_ids, opened.mask.shape, words)

    def choose_file(self, path: Path) -> None:
        """Compares with a mask in a file, or in a folder of one picture a slice."""
        if self._session.scan is not None:
            by_name = {label.name.casefold(): label.number for label in self._session.labels}
            self._read(of_file, path, self._session.scan, by_name)

    def show_reference(self, read: Callable[[], Reference]) -> None:
        """Compares with what `read` gives; it is called in the background."""
        self.is_on = True
        self._read(read)
        self.shown_changed.emit()

    def choose_label(self, label: int) -> None:
        """Compares one label, ANY_MARK or EVERY_LABEL."""
        self.label = label
        self._begin()

    @property
    def labels(self) -> list[tuple[int, str]]:
        """What can be compared, with its name: marks of any kind first, then every label, where there are several."""
        mask, reference = self._session.mask, self.reference
        if mask is None or reference is None:
            return []
        there = sorted(set(mask.counts()) | set(reference.numbers))
        names = {label.number: label.name for label in self._session.labels}
        each = [(n, names.get(n, _("Label {n}").format(n=n))) for n in there]
        return [(ANY_MARK, _("Any mark")), *([(EVERY_LABEL, _("Every label")), *each] if len(each) > 1 else [])]

    # Figures

    @property
    def figures(self) -> Figures | None:
        """What is counted now; None without a reference."""
        if self._comparison is None:
            return None
        k = self._session.slice_number
        return Figures(self._comparison.of_slice(k), self._comparison.whole(), self.found)

    @property
    def is_counting(self) -> bool:
        """Whether regions are still to be looked for once more."""
        return self._find.isActive() or (self._job is not None and not self._job.is_over)

    @property
    def place(self) -> int:
        """Which of the differences was gone to last, from 0; -1 for none."""
        if self.found is None or self._at is None:
            return -1
        return next((i for i, one in enumerate(self.found.differences) if one == self._at), -1)

    def go_on(self, step: int) -> Difference | None:
        """Goes to the next difference, or the one before for -1; the largest comes first, after the last the first."""
        differences = self.found.differences if self.found is not None else ()
        if not differences:
            return None
        self._at = differences[(self.place + step if self.place >= 0 or step > 0 else -1) % len(differences)]
        self._session.go_to_slice(self._at.k)
        self.counted.emit()
        return self._at

    # Within

    def _choose_first(self) -> None:
        for offer in self.offers()[:1]:
            offer.choose()

    def _read(self, function: Callable[..., Reference], *args: Any) -> None:
        opened = self._session.open
        if self._reading is not None:
            self._reading.cancel()
        job = self._reading = self._session.runner.run("files", _("Reading"), function, *args)
        job.succeeded.connect(lambda reference: self._take(opened, reference))
        job.failed.connect(self._session.tell_problem)

    def _take(self, opened: object, reference: Reference) -> None:
        if self._session.open is not opened or not self.is_on:
            return
        self.reference = reference
        if self.label not in [label for label, _name in self.labels]:
            self.label = ANY_MARK
        self._begin()

    def _begin(self) -> None:
        """Counts afresh."""
        mask, reference = self._session.mask, self.reference
        self._comparison, self.found, self._at = None, None, None
        if mask is not None and reference is not None:
            mine, theirs, judged = mask.labels, reference.mask.labels, reference.judged
            sides = (mine, theirs) if judged is None else (theirs, _only(mine, judged, mask.shape))
            self._comparison = Comparison(*sides, mask.shape[0], self.label)
            self._find.start(0)
        self.shown_changed.emit()
        self.counted.emit()

    def _changed(self, box: Box) -> None:
        if self._comparison is not None:
            self._comparison.touch(box.start[0], box.stop[0])
            self._count.start()
            self._find.start(_FIND_MS)

    def _find_regions(self) -> None:
        """Looks for regions in the background; of several askings only the last one counts."""
        mask, reference = self._session.mask, self.reference
        if self._job is not None:
            self._job.cancel()
        if mask is None or reference is None or not self.is_on:
            return
        kept = mask.kept("labels"), reference.mask.kept("labels")
        if reference.judged is not None:
            kept = kept[1], {k: pixels for k, pixels in kept[0].items() if k in reference.judged}
        job = self._job = self._session.runner.run("files", _("Comparing"), _found, mask.shape, *kept, self.label)
        job.succeeded.connect(self._found)
        job.failed.connect(self._session.tell_problem)

    def _found(self, found: Found) -> None:
        before = self.place
        self.found = found
        if self._at is not None and self._at not in found.differences:
            # What was gone to is mended: the one that took its place comes next.
            self._at = found.differences[before - 1] if 0 < before <= len(found.differences) else None
        self.counted.emit()

    def _another_scan(self) -> None:
        if self.is_on:
            self._choose_first()
            self.shown_changed.emit()

    def _another_offer(self) -> None:
        if self.is_on and self.reference is None and (self._reading is None or self._reading.is_over):
            self._choose_first()
            self.counted.emit()

    def _forget(self) -> None:
        for job in (self._job, self._reading):
            if job is not None:
                job.cancel()
        self._count.stop()
        self._find.stop()
        self.reference = self._comparison = self.found = self._at = None


def _only(labels: SliceOf, slices: frozenset[int], shape: tuple[int, int, int]) -> SliceOf:
    """These slices, and nothing on all others."""
    nothing = np.zeros(shape[1:], np.uint8)
    return lambda k: labels(k) if k in slices else nothing


def _found(shape: tuple[int, int, int], marked: dict[int, Pixels], wanted: dict[int, Pixels], label: int) -> Found:
    """Regions and differences; only the slices on which anything was ever marked are looked at."""
    there = sorted({*marked, *wanted})
    if not there:
        nothing = np.zeros((1, 1, 1), np.uint8)
        return find(nothing, nothing, label)
    first, last = there[0], there[-1] + 1
    both = np.zeros((2, last - first, *shape[1:]), np.uint8)
    for volume, slices in zip(both, (marked, wanted)):
        for k, pixels in slices.items():
            volume[k - first] = pixels
    return find(both[0], both[1], label).moved(first)
