"""SegmentAnswers: which label of the study each named segment becomes, and which wins where two claim a voxel."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask_values import LEFT_OUT, MOST_CODES, NEW, Census
from lesionstudio.imaging.segments import OVERLAPS, Overlap, Segment
from lesionstudio.words import _, ngettext, number

_MOST_LETTERS = 80


class SegmentAnswers:
    """The answers given so far; what nobody said is told by the labels' names. No Qt, no files."""

    def __init__(self, labels: LabelSet, label_in_use: int) -> None:
        self._labels, self._label_in_use = labels, label_in_use
        self.take({})

    def take(self, answer: Mapping[str, Any]) -> None:
        """Starts with what was said of these masks before."""
        kept, overlap = answer.get("segments"), answer.get("overlap")
        entries = kept.items() if isinstance(kept, dict) else ()
        self._said = {str(name): label for name, label in entries if isinstance(label, int) and label != NEW}
        self.overlap: Overlap | None = next((one for one in OVERLAPS if one == overlap), None)

    def label_of(self, name: str, names: Sequence[str]) -> int:
        """The study's number for a segment: as was said, else the label of that name, else of one the one; or NEW."""
        said = self._said.get(name)
        if said is not None and (said in (LEFT_OUT, NEW) or self._labels.by_number(said) is not None):
            return said
        by_name = {label.name.casefold(): label.number for label in self._labels}
        found = by_name.get(name.casefold())
        if found is None and len(names) == len(self._labels) == 1 and self._labels.by_number(self._label_in_use):
            return self._label_in_use
        return NEW if found is None else found

    def map(self, name: str, label: int) -> None:
        """This segment becomes that label of the study, a NEW one, or is LEFT_OUT."""
        self._said[name] = label

    def overlapping(self, censuses: Iterable[Census]) -> int:
        """How many of these masks have segments of different labels that claim the same voxels."""
        known = list(censuses)
        names = names_in(known)
        return sum(self._overlaps(census, names) for census in known)

    def to_json(self, names: Sequence[str]) -> dict[str, Any]:
        """What was said, to be kept."""
        return {"segments": {name: self.label_of(name, names) for name in names}, "overlap": self.overlap}

    def _overlaps(self, census: Census, names: Sequence[str]) -> bool:
        labels = {one.number: self.label_of(one.name, names) for one in census.segments}
        pairs = ((labels.get(a, LEFT_OUT), labels.get(b, LEFT_OUT)) for a, b in census.clashes)
        return any(a != LEFT_OUT and b != LEFT_OUT and (a != b or a == NEW) for a, b in pairs)


def names_in(censuses: Iterable[Census]) -> list[str]:
    """What the segments of these masks are called, each once."""
    return list(dict.fromkeys(one.name for census in censuses for one in census.segments))


def first_of(name: str, censuses: Iterable[Census]) -> Segment:
    """The first segment of that name, whose colour and number a new label takes."""
    found = (one for census in censuses for one in census.segments if one.name == name)
    return next(found, Segment(0, name))


def in_words(census: Census) -> str:
    """What is in a mask, in a few words."""
    if not any(census.values):
        return _("nothing marked")
    if census.segments:
        count = ngettext("{n} segment", "{n} segments", len(census.segments))
        return _("{segments}, overlapping").format(segments=count) if census.clashes else count
    if census.is_grey:
        return _("{n} greys").format(n=number(len(census.values)))
    return ", ".join(str(value) for value in census.values[:MOST_CODES])


def as_label(segment: Segment) -> tuple[str, int, str]:
    """Name, number and colour of the label a segment becomes."""
    return segment.name[:_MOST_LETTERS], segment.number, segment.colour


def overlap_choices() -> tuple[tuple[Overlap, str], ...]:
    """The ways to decide, in words."""
    return (
        ("smaller", _("The smaller one")),
        ("first", _("The first in the file")),
        ("last", _("The last in the file")),
    )
