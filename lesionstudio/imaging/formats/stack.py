"""A stack: numbered pictures of one size that were joined into one volume, a file a slice, in the order given."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.scan import Scan
from lesionstudio.words import _

Spacing = tuple[float, float, float]
Reader = Callable[[Path], Scan]


def read(files: Sequence[Path], spacing_mm: Spacing | None, read_picture: Reader) -> Scan:
    """The volume; what is known of it is what its first picture says. Pictures are read when they are looked at.

    `spacing_mm`: distance of slices, rows and columns; None where nobody said, and then what the first picture says
    counts. Raises UnreadableFile.
    """
    first = read_picture(files[0])
    shape = (len(files), *first.geometry.shape[1:])
    grid = Geometry.pixels(shape)
    said = spacing_mm or (first.geometry.spacing_mm if first.geometry.has_spacing else None)
    if said is not None:
        grid = replace(grid, affine=np.diag([*said, 1.0]), has_spacing=True)
    return Scan(
        grid,
        _Files(files, first, read_picture),
        dtype=first.dtype,
        modality=first.modality,
        unit=first.unit,
        channels=first.channels,
        colour=first.colour,
        window=first.window,
        name=files[0].parent.name,
        patient=first.patient,
        study=first.study,
        notes=first.notes,
        value_range=first.value_range,
        value_window=first.value_window,
        side_by_side=True,
        slice_ids=tuple(file.name for file in files),
    )


class _Files:
    """One picture a slice."""

    def __init__(self, files: Sequence[Path], first: Scan, read_picture: Reader) -> None:
        self._files, self._first, self._read = files, first, read_picture

    def read(self, k: int) -> NDArray[Any]:
        """Slice k. Raises UnreadableFile, also where a picture is of another size or kind than the first."""
        pixels = (self._first if k == 0 else self._read(self._files[k])).slice(0)
        expected = (*self._first.geometry.shape[1:], *((self._first.channels,) if self._first.channels > 1 else ()))
        if pixels.shape != expected or pixels.dtype != self._first.dtype:
            message = _("{name} is not of the size and kind of the first picture of its stack.")
            hint = _("Take the volume apart, and join pictures of one kind.")
            raise UnreadableFile(message.format(name=self._files[k].name), hint=hint)
        return np.array(pixels)
