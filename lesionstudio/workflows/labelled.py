"""Pictures with known masks, as train, evaluate and score ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.formats import read_mask, read_scan
from lesionstudio.imaging.pairs import Pair, Pairs, grouped_by, pair_folders, pairs_of_data
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ModelInput
from lesionstudio.progress import Progress, Reporter
from lesionstudio.words import _

_NAMED_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Places:
    """Where pictures and masks lie: two folders and perhaps a split CSV, or one data folder. `patients`: CLI.md."""

    images: Path | None = None
    masks: Path | None = None
    split: Path | None = None
    data: Path | None = None
    patients: str = ""

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
        return grouped_by(found, self.patients) if self.patients else found

    def _found(self) -> Pairs:
        if self.data is not None:
            return pairs_of_data(self.data)
        if self.images is None or self.masks is None:
            raise LesionStudioError(
                _("There are no pictures to work on."), hint=_("Name --images and --masks, or --data.")
            )
        return pair_folders(self.images, self.masks, self.split)


def read_pair(pair: Pair, structure: int | None) -> tuple[Scan, NDArray[np.uint8]]:
    """The scan, and its label numbers (slice, row, column). Raises UnreadableFile, GridMismatch."""
    scan = read_scan(pair.image)
    return scan, read_mask(pair.mask, scan.geometry, structure=structure)


def labelled_slices(
    pairs: Pairs, structure: int | None
) -> Iterator[tuple[Pair, Scan, NDArray[np.uint8]]]:
    """Each pair read, in order."""
    for pair in pairs.pairs:
        yield (pair, *read_pair(pair, structure))


def shifted(inputs: tuple[ModelInput, ...], hu_offset: float | None) -> tuple[ModelInput, ...]:
    """The inputs of a model for scans whose values lie so much below true HU: the window moves the other way."""
    if not hu_offset:
        return inputs
    return tuple(
        replace(one, rule=replace(one.rule, low=one.rule.low - hu_offset, high=one.rule.high - hu_offset))
        if one.rule.kind == "window"
        else one
        for one in inputs
    )
