"""Readiness: how many slices there are to learn from and to measure on, counted without opening a single mask."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.worklist import ItemRecord, Role
from lesionstudio.words import ngettext

FEWEST_TO_LEARN_FROM, FEWEST_TO_MEASURE_ON = 2, 3


@dataclass(frozen=True, slots=True)
class Readiness:
    """Slices: checked ones with a mark to learn from and to measure on; all that are held out, and those checked.

    `lessons`: all checked ones to learn from, also those without a mark.
    """

    to_learn_from: int = 0
    to_measure_on: int = 0
    held_out: int = 0
    held_out_checked: int = 0
    lessons: int = 0

    @property
    def missing_to_measure(self) -> int:
        """How many more checked held-out slices with a mark it takes to measure a version."""
        return max(FEWEST_TO_MEASURE_ON - self.to_measure_on, 0)

    @property
    def reason(self) -> str:
        """What is missing before Learn can be pressed; "" when nothing is."""
        missing = FEWEST_TO_LEARN_FROM - self.to_learn_from
        if missing <= 0:
            return ""
        return ngettext(
            "Ready after one more checked slice with a mark in it.",
            "Ready after {n} more checked slices with a mark in them.",
            missing,
        )


class SliceCounts:
    """Counts a study; an item is counted again only when its record or the study's labels changed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[ItemRecord, frozenset[int], tuple[int, ...]]] = {}
        self._last: tuple[Sequence[ItemRecord], LabelSet | None, Readiness] = ((), None, Readiness())

    def of(self, ids: Sequence[str], records: Sequence[ItemRecord], labels: LabelSet) -> Readiness:
        """All items together, each with its record. A mark with a deleted label is none."""
        before, shown_before, counts = self._last
        is_same = labels is shown_before and len(records) == len(before) and all(map(operator.is_, records, before))
        if not is_same:  # asked several times for each scan that is shown, and of thousands
            counts = self._counted(ids, records, labels)
            self._last = (records, labels, counts)
        return counts

    def _counted(self, ids: Sequence[str], records: Sequence[ItemRecord], labels: LabelSet) -> Readiness:
        shown, counted = frozenset(label.number for label in labels), {}
        for item_id, record in zip(ids, records):
            before = self._kept.get(item_id)
            is_same = before is not None and before[0] is record and before[1] == shown
            counted[item_id] = before if before is not None and is_same else (record, shown, _counts(record, shown))
        self._kept = counted
        # Columns of plain numbers: this runs on the window's thread whenever a scan of thousands changes.
        return Readiness(*map(sum, zip(*(counts for _record, _shown, counts in counted.values()))))


def _counts(record: ItemRecord, shown: frozenset[int]) -> tuple[int, ...]:
    """The fields of a Readiness, in their order."""
    marks: Mapping[int, tuple[int, ...]] = record.marks or {}
    checked = {k for k, status in enumerate(record.statuses) if status == SliceStatus.CHECKED}
    marked = {k for k in checked if shown.intersection(marks.get(k, ()))}
    held_out = {k for k, role in enumerate(record.roles) if role == Role.HELD_OUT}
    learn = {k for k, role in enumerate(record.roles) if role == Role.LEARN}
    shares = marked & learn, marked & held_out, held_out, checked & held_out, checked & learn
    return tuple(map(len, shares))
