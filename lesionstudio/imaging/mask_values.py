"""What the values of other programs' masks mean, how they lie on the scan, and what a census of them says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.segments import Segment, Segmentation
from lesionstudio.words import _

Voxels = NDArray[Any]
Labels = NDArray[np.uint8]
Kind = Literal["white", "black", "numbers"]
LEFT_OUT, NEW = 0, -1
HALF, MOST_NUMBERS, MOST_CODES, MOSTLY = 128, 64, 16, 0.5


@dataclass(frozen=True, slots=True)
class Turn:
    """How a mask is laid onto its scan: rows and columns exchanged first, then mirrored; `slices`: last one first."""

    transposed: bool = False
    rows: bool = False
    columns: bool = False
    slices: bool = False

    def apply(self, values: Voxels) -> Voxels:
        """The values (slice, row, column), so laid."""
        turned = values.swapaxes(1, 2) if self.transposed else values
        flips = (self.slices, self.rows, self.columns)
        return turned[tuple(slice(None, None, -1 if flip else 1) for flip in flips)]

    def quarter(self) -> "Turn":
        """A quarter to the right after this one."""
        return Turn(not self.transposed, self.columns, not self.rows, self.slices)

    def mirrored(self, *, rows: bool = False, columns: bool = False, slices: bool = False) -> "Turn":
        """Mirrored once more."""
        return Turn(self.transposed, self.rows != rows, self.columns != columns, self.slices != slices)

    def shape(self, shape: Index) -> Index:
        """The shape of what has this shape in its file."""
        return (shape[0], shape[2], shape[1]) if self.transposed else shape


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the values are. `white`: what is marked is not 0 (greys: from `threshold` on); `black`: the other way round;
    `numbers`: each value is a label's number. `table`: value (1 for what is marked) -> the study's label number.
    """

    kind: Kind = "white"
    threshold: int = HALF
    table: Mapping[int, int] = field(default_factory=dict)

    def labels(self, values: Labels) -> Labels:
        """The study's label of each voxel (slice, row, column); what the table does not name is left out."""
        if self.kind == "numbers":
            table = np.zeros(256, np.uint8)
            for value, label in self.table.items():
                table[value] = max(label, 0)
            return table[values]
        marked = self.marked(values) * np.uint8(max(self.table.get(1, 1), 0))
        return np.asarray(marked, np.uint8)

    def marked(self, values: Labels) -> NDArray[np.bool_]:
        """Whether each voxel is marked, whatever its label."""
        if self.kind == "numbers":
            return np.asarray(values != 0)
        white = values >= self.threshold if _has_edges(values) else values != 0
        return np.asarray(~white if self.kind == "black" else white)

    def to_json(self) -> dict[str, Any]:
        """As the study keeps the answer."""
        table = {str(value): label for value, label in self.table.items()}
        return {"kind": self.kind, "threshold": self.threshold, "table": table}

    @classmethod
    def from_json(cls, saved: Any) -> "Meaning | None":
        """What to_json gave; None for anything else."""
        try:
            kind = {"white": "white", "black": "black", "numbers": "numbers"}[saved["kind"]]
            table = {int(value): int(label) for value, label in saved["table"].items()}
            return cls(kind, int(saved["threshold"]), table)  # type: ignore[arg-type]
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


@dataclass(frozen=True, slots=True)
class Census:
    """What is in one mask: its shape, its values in order, and the share of it that is not 0; or why it is not read.

    `segments` where its file names them, `clashes` the pairs of them that overlap; `notes` have to be said.
    """

    shape: Index
    values: tuple[int, ...] = ()
    white: float = 0.0
    error: str = ""
    hint: str = ""
    segments: tuple[Segment, ...] = ()
    clashes: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def is_binary(self) -> bool:
        """Whether nothing but 0 and one more value is in it."""
        return len(set(self.values) - {0}) <= 1

    @property
    def is_grey(self) -> bool:
        """Whether it holds so many greys that they are no labels: softened edges, or a picture and no mask."""
        return len(self.values) > MOST_CODES and self.values[-1] > MOST_NUMBERS


def census(values: Labels, notes: Sequence[str] = ()) -> Census:
    """Counts a mask's values (slice, row, column)."""
    counts = np.bincount(values.ravel(), minlength=256)
    found = tuple(int(value) for value in np.flatnonzero(counts))
    slices, rows, columns = values.shape
    white = 1 - float(counts[0]) / max(values.size, 1)
    return Census((slices, rows, columns), found, white, notes=tuple(notes))


def census_of_segments(found: Segmentation) -> Census:
    """Counts a mask of named segments; one that is nowhere is left out, one without a name is called by its number."""
    sizes = found.sizes()
    known = {segment.number: segment for segment in found.segments}
    numbers = [n for n in (*known, *(n for n in range(1, 256) if n not in known)) if sizes[n]]
    named = tuple(known.get(n) or Segment(n) for n in numbers)
    named = tuple(replace(one, name=one.name or _("Label {n}").format(n=one.number)) for one in named)
    slices, rows, columns = found.layers[0].shape
    white = float(sizes[1:].sum()) / max(slices * rows * columns, 1)
    return Census((slices, rows, columns), tuple(sorted(numbers)), white, segments=named, clashes=found.clashes(),
                  notes=found.notes)  # fmt: skip


def guess(found: Sequence[Census]) -> Kind | None:
    """What all these masks most likely hold; None where that has to be asked: most of each is not 0."""
    sound = [one for one in found if one.values and not one.segments]
    if not any(one.is_grey for one in sound) and any(_are_numbers(one) for one in sound):
        return "numbers"
    if sound and np.mean([one.white for one in sound]) > MOSTLY:
        return None
    return "white"


def _are_numbers(one: Census) -> bool:
    return not one.is_binary or 1 < one.values[-1] <= MOST_NUMBERS


def _has_edges(values: Labels) -> bool:
    """Whether there are greys between black and white: more than two values, beyond what labels have."""
    high = int(values.max(initial=0))
    return high > MOST_NUMBERS and not bool(((values == 0) | (values == high)).all())
