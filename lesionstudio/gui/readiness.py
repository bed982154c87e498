"""Readiness: how many slices there are to learn from and to measure on, counted without opening a single mask."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass

from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.project.project import Project
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
        self._stamps: tuple[object, object, LabelSet] | None = None
        self._last = Readiness()

    def of(self, project: Project) -> Readiness:
        """All sound items together. A mark with a deleted label is none."""
        stamps = project.items.stamp, project.records.stamp, project.labels
        if self._stamps is None or any(map(operator.is_not, stamps, self._stamps)):  # asked often, and of thousands
            self._stamps, self._last = stamps, self._counted(project)
        return self._last

    def forget(self) -> None:
        """Holds on to nothing of a study that is closed."""
        self._kept, self._stamps = {}, None

    def _counted(self, project: Project) -> Readiness:
        shown, known, counted = frozenset(label.number for label in project.labels), project.records, {}
        for item in list(project.items.values()):
            if item.error:
                continue
            record = known.get(item.id) or project.record(item.id)  # what is known is taken without a call
            before = self._kept.get(item.id)
            is_same = before is not None and before[0] is record and before[1] == shown
            counted[item.id] = before if before is not None and is_same else (record, shown, _counts(record, shown))
        self._kept = counted
        # Columns of plain numbers: this runs on the window's thread whenever a scan of thousands changes.
        return Readiness(*map(sum, zip(*(counts for _record, _shown, counts in counted.values()))))


def _counts(record: ItemRecord, shown: frozenset[int]) -> tuple[int, ...]:
    """The fields of a Readiness, in their order."""
    roles, held_out = record.roles, record.count(Role.HELD_OUT)
    if SliceStatus.CHECKED not in record.statuses:  # most scans of a large folder, and it has very many slices
        return 0, 0, held_out, 0, 0
    marks: Mapping[int, tuple[int, ...]] = record.marks or {}
    checked = [k for k, status in enumerate(record.statuses) if status is SliceStatus.CHECKED and k < len(roles)]
    marked = [roles[k] for k in checked if not shown.isdisjoint(marks.get(k, ()))]
    all_checked = [roles[k] for k in checked]
    shares = marked.count(Role.LEARN), marked.count(Role.HELD_OUT)
    return *shares, held_out, all_checked.count(Role.HELD_OUT), all_checked.count(Role.LEARN)
