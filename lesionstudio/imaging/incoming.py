"""Incoming: marks of another program on their way into a mask, and what is done where a person has worked already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.formats.laying import check_fit
from lesionstudio.imaging.found_masks import FoundMask, MaskPart
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.mask import Mask, Origin, Pixels, SliceStatus
from lesionstudio.imaging.mask_values import LEFT_OUT, Meaning, Turn, census_of_segments
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.segments import Overlap, Segmentation, joined

Keep = Literal["mine", "theirs", "both"]
"""Slices worked on by hand: left alone; replaced; or filled only where nothing is."""
BY_HAND = frozenset({SliceStatus.CORRECTED, SliceStatus.CHECKED})


@dataclass(frozen=True, slots=True)
class Wish:
    """How a mask is to be read. `meaning` None: as its file says; `by_label`: the numbers of labels that have files.

    `by_segment`: the labels that a file's segments become, by their names, None for their own numbers; `overlap`: which
    of two that claim a voxel keeps it.
    """

    mask: FoundMask
    meaning: Meaning | None = None
    turn: Turn = field(default_factory=Turn)
    by_label: Mapping[str, int] = field(default_factory=dict)
    by_segment: Mapping[str, int] | None = None
    overlap: Overlap = "smaller"


@dataclass(frozen=True, eq=False, slots=True)
class Incoming:
    """Labels (row, column) of some slices of a scan."""

    slices: Mapping[int, Pixels]

    @classmethod
    def read(cls, wish: Wish, on: Scan | Geometry, known: Segmentation | None = None) -> "Incoming":
        """The marks on the scan's grid. Raises UnreadableFile, GridMismatch with both sizes.

        `known`: the segments in the mask's files, where they were read before.
        """
        slices: dict[int, Pixels] = {}
        segmentation = known or segments_of(wish.mask, on)
        if segmentation is not None:
            labels = segmentation.labels(wish.overlap, _table(wish, segmentation))
            return cls(dict(enumerate(_turned(labels, wish, on))))
        for part in wish.mask.parts:
            first = 0 if part.k is None else part.k
            for k, labels in enumerate(_read(part, wish, on), first):
                before = slices.get(k)
                slices[k] = labels if before is None else np.where(labels > 0, labels, before)
        return cls(dict(sorted(slices.items())))

    def numbers(self) -> tuple[int, ...]:
        """The labels that are marked."""
        found = np.zeros(256, bool)
        for labels in self.slices.values():
            found[np.unique(labels)] = True
        return tuple(int(number) for number in np.flatnonzero(found) if number)

    def put(self, history: EditHistory, title: str, *, keep: Keep = "mine", trust: bool = False, join: str = "") -> (
        MaskEdit | None
    ):  # fmt: skip
        """Takes the marks in as one step; None where that changes nothing. `trust`: what comes in counts as checked.

        Voxels judged by hand are only replaced where that was said. A slice with an open draft is never checked by it.
        """
        mask = history.mask
        changes = {k: (labels, where) for k, labels, where in self._allowed(mask, keep)}
        statuses = {k: _status(mask, k, keep, where, trust=trust) for k, (_labels, where) in changes.items()}
        return history.take_in(changes, {k: one for k, one in statuses.items() if one is not None}, title, join=join)

    def _allowed(self, mask: Mask, keep: Keep) -> Iterator[tuple[int, Pixels, NDArray[np.bool_]]]:
        for k, labels in self.slices.items():
            if keep == "mine" and mask.status(k) in BY_HAND:
                continue
            where = labels != mask.labels(k)
            if keep == "both":
                where &= (mask.labels(k) == 0) & (mask.origin(k) == Origin.NOT_JUDGED)
            elif keep == "mine":
                where &= ~np.isin(mask.origin(k), (Origin.HAND, Origin.DRAFT_ACCEPTED, Origin.DRAFT_CORRECTED))
            yield k, labels, where


def has_work_by_hand(statuses: tuple[SliceStatus, ...]) -> bool:
    """Whether a person has judged anything on slices of these statuses."""
    return bool(BY_HAND & set(statuses))


def _status(mask: Mask, k: int, keep: Keep, where: NDArray[np.bool_], *, trust: bool) -> SliceStatus | None:
    """What a slice is once marks came in; None where it stays what it is."""
    before = mask.status(k)
    if mask.has_draft(k):
        return None
    if keep == "both" and before in BY_HAND:
        is_less_sure = before == SliceStatus.CHECKED and bool(where.any()) and not trust
        return SliceStatus.CORRECTED if is_less_sure else None
    return SliceStatus.CHECKED if trust else SliceStatus.IMPORTED


def segments_of(mask: FoundMask, on: Scan | Geometry) -> Segmentation | None:
    """The named segments in a mask's files, those of several together; None for masks of other kinds.

    Raises UnreadableFile, GridMismatch.
    """
    from lesionstudio.imaging.formats import read_segments

    if any(part.k is not None or part.label for part in mask.parts):
        return None
    found = [read_segments(part.path, on) for part in mask.parts]
    named = [one for one in found if one is not None]
    if len(named) < len(found) or not named:
        return None
    return joined(named) if len(named) > 1 else named[0]


def _read(part: MaskPart, wish: Wish, on: Scan | Geometry) -> Pixels:
    """The labels (slice, row, column) in one file of another kind."""
    from lesionstudio.imaging.formats import fitting_values, read_mask

    geometry = on.geometry if isinstance(on, Scan) else on
    grid = geometry if part.k is None else Geometry.pixels((1, *geometry.shape[1:]))
    if wish.meaning is None and not part.label:
        return read_mask(part.path, grid)
    values = fitting_values(part.path, grid, wish.turn)
    meaning = wish.meaning or Meaning()
    if part.label:
        number = np.uint8(max(wish.by_label.get(part.label, 0), 0))
        return meaning.marked(values) * number
    return meaning.labels(values)


def _table(wish: Wish, segmentation: Segmentation) -> dict[int, int] | None:
    """The label of each segment's number; None for the numbers as they are."""
    if wish.by_segment is None:
        return None
    named = census_of_segments(segmentation).segments
    return {one.number: wish.by_segment.get(one.name, LEFT_OUT) for one in named}


def _turned(labels: Pixels, wish: Wish, on: Scan | Geometry) -> Pixels:
    """The labels laid as was said: they lie on the scan's grid already, so that seldom is anything to be done."""
    turned: Pixels = wish.turn.apply(labels)
    check_fit(turned.shape, (on.geometry if isinstance(on, Scan) else on).shape)
    return turned
