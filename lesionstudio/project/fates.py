"""Fate: what became of a slice's draft when a person said that the slice is right."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

ComeBy = Literal["", "chosen", "random"]


@dataclass(frozen=True, slots=True)
class Fate:
    """The draft of one slice against what it became.

    `dice`: overlap of the two, label by label; 1 where both are empty. `drafted`, `final`: how much each marks, in
    `unit` (ml of a volume, mm2 of a picture with a spacing, else px). `strokes`: steps a person took in between.
    `seconds`: spent on the slice. `come_by`: chosen from the list of slices worth a look, picked there at random as a
    check, or "" in the order of the scan. `checked`: when, ISO 8601, UTC.
    """

    model: str
    checked: str
    dice: float
    drafted: float
    final: float
    unit: str = "px"
    strokes: int = 0
    seconds: float = 0.0
    come_by: ComeBy = ""

    def to_json(self) -> dict[str, Any]:
        """As items/<id>.json keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Bias:
    """How much more (+) or less drafts mark than what they became: a slice on average, and as a share of the latter."""

    slices: int
    mean: float
    share: float | None
    unit: str


def bias_of(fates: Iterable[Fate]) -> Bias | None:
    """The bias over all that are measured in the unit of the last one; None for none."""
    known = list(fates)
    if not known:
        return None
    alike = [one for one in known if one.unit == known[-1].unit]
    drafted, final = sum(one.drafted for one in alike), sum(one.final for one in alike)
    return Bias(
        len(alike), (drafted - final) / len(alike), (drafted - final) / final if final else None, alike[-1].unit
    )
