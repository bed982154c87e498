"""What a person says about pictures that the files do not: which channels a model gets, and what was added to HU."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.formats.hounsfield import likely_offset
from lesionstudio.imaging.intensity import LUMINANCE
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ModelInput
from lesionstudio.words import _


def with_channels(inputs: Sequence[ModelInput], wanted: str) -> tuple[ModelInput, ...]:
    """A model's inputs taken from other channels: "2,0,1" (from 0, in order), "luminance", or "" as the card says.

    One channel is enough for a model that sees neighbouring slices of one.
    Raises ModelProblem where that is another number of channels than the model takes, or no such list.
    """
    if not wanted.strip():
        return tuple(inputs)
    try:
        numbers = [LUMINANCE if word.strip() == "luminance" else int(word) for word in wanted.split(",")]
    except ValueError as problem:
        raise ModelProblem(
            _("{text} is no list of channels.").format(text=wanted),
            hint=_("Write numbers from 0, such as 0,1,2, or luminance."),
        ) from problem
    if len(numbers) == 1 and len({one.channel for one in inputs}) == 1 and len({one.offset for one in inputs}) > 1:
        numbers *= len(inputs)
    if len(numbers) != len(inputs) or min(numbers) < LUMINANCE:
        raise ModelProblem(
            _("The model takes {n} channels, and {text} names {given}.").format(
                n=len(inputs), text=wanted, given=len(numbers)
            ),
            hint=_("Name one channel for each input, from 0."),
        )
    return tuple(replace(one, channel=number) for one, number in zip(inputs, numbers))


def in_hu(scan: Scan, offset: float | None) -> Scan:
    """The scan in Hounsfield units, where its values are HU plus `offset`.

    Unchanged for None, where it is in HU already, and where it cannot hold HU: colours, 8 bits, another modality.
    """
    if offset is None or not can_hold_hu(scan):
        return scan
    whole = scan.dtype.kind in "iu" and float(offset).is_integer()
    return Scan(
        scan.geometry,
        _Lowered(scan, offset, np.dtype(np.int16 if whole else np.float32)),
        dtype=np.int16 if whole else np.float32,
        modality="CT",
        unit="HU",
        name=scan.name,
        patient=scan.patient,
        study=scan.study,
        frame=scan.frame,
        notes=scan.notes,
        slice_ids=scan.slice_ids,
    )


def can_hold_hu(scan: Scan) -> bool:
    """Whether the values could be HU with something added, though the file does not say so."""
    is_wide = scan.dtype.kind in "iuf" and scan.dtype.itemsize > 1
    return scan.unit != "HU" and scan.modality in ("", "CT") and scan.channels == 1 and not scan.colour and is_wide


def guessed_offset(scan: Scan, slices: Sequence[int]) -> int | None:
    """What seems to have been added to HU in this scan, judged by these slices; None where nothing speaks for it.

    Raises UnreadableFile.
    """
    if not can_hold_hu(scan):
        return None
    guesses = [guess for k in slices if (guess := likely_offset(scan.slice(k))) is not None]
    return max(set(guesses), key=guesses.count) if guesses else None


class _Lowered:
    """Slices with a number taken off every value, in another type.

    16 bits hold a padding below the offset (-3024 + 1024) as a number near 65535; it comes back as what it was. Wider
    values that the type cannot hold become its nearest end.
    """

    def __init__(self, scan: Scan, offset: float, dtype: np.dtype[Any]) -> None:
        self._scan, self._offset, self._dtype = scan, offset, dtype

    def read(self, k: int) -> NDArray[np.generic]:
        """Slice k. Raises UnreadableFile."""
        stored = self._scan.slice(k)
        if self._dtype.kind == "f":
            return np.asarray(stored.astype(np.float64) - self._offset, self._dtype)
        lowered, ends = stored.astype(np.int64) - int(self._offset), np.iinfo(self._dtype)
        if stored.dtype.itemsize > self._dtype.itemsize:
            lowered = np.clip(lowered, ends.min, ends.max)
        return lowered.astype(self._dtype)
