"""Pictures with known masks, as train, evaluate and score ask for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.choices import in_hu
from lesionstudio.imaging.formats import read_mask, read_scan
from lesionstudio.imaging.pairs import Pair, Pairs, grouped_by, pair_folders, pairs_of_data
from lesionstudio.imaging.pairs_by_series import with_series
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.segments import Overlap
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _, ngettext

_NAMED_AT_MOST, _SAID_AT_MOST = 8, 3


@dataclass(frozen=True, slots=True)
class Places:
    """Where pictures and masks lie: two folders and perhaps a split CSV, or one data folder. `patients`: CLI.md.

    `pair_by` "number" pairs the two folders' files by the last number in their names; `overlap` says which of two
    segments of a mask keeps a voxel that both claim. `by_series`: DICOM segmentations in both folders pair by the
    series they were drawn on, before names count.
    """

    images: Path | None = None
    masks: Path | None = None
    split: Path | None = None
    data: Path | None = None
    patients: str = ""
    pair_by: Literal["name", "number"] = "name"
    overlap: Overlap = "smaller"
    by_series: bool = False

    def part(self, part: str, report: Reporter) -> Pairs:
        """The pairs of one part, or all for "". Raises NotEnoughExamples where there is none."""
        found = self.pairs(report).of_part(part)
        if not found.pairs:
            raise NotEnoughExamples(
                _("No pair is in the part {part}.").format(part=part), hint=_("Check the split, or leave the part out.")
            )
        return found

    def pairs(self, report: Reporter) -> Pairs:
        """Every pair; what has no partner is named to the reporter. Raises NotEnoughExamples where there is none."""
        found = self._found()
        if found.unpaired:
            names = ", ".join(found.unpaired[:_NAMED_AT_MOST]) + (" ..." if found.unpaired[_NAMED_AT_MOST:] else "")
            report(Progress(None, _("Without a partner: {names}").format(names=names)))
        if not found.pairs:
            raise NotEnoughExamples(
                _("No picture has a mask of the same name."),
                hint=_("A mask has its picture's name, perhaps with _mask, _label or _seg at the end."),
            )
        found = replace(found, pairs=tuple(replace(pair, overlap=self.overlap) for pair in found.pairs))
        return grouped_by(found, self.patients) if self.patients else found

    def _found(self) -> Pairs:
        if self.data is not None:
            return pairs_of_data(self.data)
        if self.images is None or self.masks is None:
            raise LesionStudioError(
                _("There are no pictures to work on."), hint=_("Name --images and --masks, or --data.")
            )
        found = pair_folders(self.images, self.masks, self.split, by_number=self.pair_by == "number")
        if not self.by_series or self.pair_by == "number":
            return found
        return with_series(found, self.images, self.masks)


def read_pair(
    pair: Pair, structure: int | None, hu_offset: float | None = None, notes: list[str] | None = None
) -> tuple[Scan, NDArray[np.uint8]]:
    """The scan, in HU where `hu_offset` says what was added to them, and its label numbers (slice, row, column).

    What was guessed of the mask, or did not fit, is said in `notes`. Raises UnreadableFile, GridMismatch.
    """
    scan, said = in_hu(read_scan(pair.image), hu_offset), list[str]()
    marks = read_mask(pair.mask, scan, structure=structure, notes=said, overlap=pair.overlap)
    if notes is not None:
        notes += [f"{pair.mask.name}: {sentence}" for sentence in said]
    return scan, marks


def labelled_slices(
    pairs: Pairs, structure: int | None, hu_offset: float | None = None, notes: list[str] | None = None
) -> Iterator[tuple[Pair, Scan, NDArray[np.uint8]]]:
    """Each pair read, in order."""
    for pair in pairs.pairs:
        yield (pair, *read_pair(pair, structure, hu_offset, notes))


def first_of(notes: Sequence[str]) -> list[str]:
    """The first of what has to be said of masks, and how much more there is."""
    more = len(notes) - _SAID_AT_MOST
    rest = ngettext("The same kind of thing is to be said of {n} more mask.",
                    "The same kind of thing is to be said of {n} more masks.", more)  # fmt: skip
    return [*notes[:_SAID_AT_MOST], *([rest] if more > 0 else [])]
