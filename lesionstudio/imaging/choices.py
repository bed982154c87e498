"""What a person says about pictures that the files do not: which channels a model gets, and what was added to HU."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.intensity import LUMINANCE
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ModelInput
from lesionstudio.words import _


def with_channels(inputs: Sequence[ModelInput], wanted: str) -> tuple[ModelInput, ...]:
    """A model's inputs taken from other channels: "2,0,1" (from 0, in order), "luminance", or "" as the card says.

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
    if len(numbers) != len(inputs) or min(numbers) < LUMINANCE:
        raise ModelProblem(
            _("The model takes {n} channels, and {text} names {given}.").format(
                n=len(inputs), text=wanted, given=len(numbers)
            ),
            hint=_("Name one channel for each input, from 0."),
        )
    return tuple(replace(one, channel=number) for one, number in zip(inputs, numbers))


def in_hu(scan: Scan, offset: float | None) -> Scan:
    """The scan in Hounsfield units, where its values are HU plus `offset`; unchanged for None and where it is HU."""
    if offset is None or scan.unit == "HU":
        return scan
    return Scan(
        scan.geometry,
        _Lowered(scan, offset),
        dtype=np.float32,
        modality="CT",
        unit="HU",
        channels=scan.channels,
        name=scan.name,
        patient=scan.patient,
        study=scan.study,
        notes=scan.notes,
    )


class _Lowered:
    """Slices with a number taken off every value."""

    def __init__(self, scan: Scan, offset: float) -> None:
        self._scan, self._offset = scan, offset

    def read(self, k: int) -> NDArray[np.generic]:
        """Slice k as float32."""
        lowered: NDArray[np.float32] = self._scan.slice(k).astype(np.float32) - np.float32(self._offset)
        return lowered
