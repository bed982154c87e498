"""What an export calls its files, and index.csv beside them, which says what each one is."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np

from lesionstudio.imaging.formats import patient_number
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import Label
from lesionstudio.imaging.mask import Mask, Origin
from lesionstudio.project.aliases import aliases
from lesionstudio.project.project import Project
from lesionstudio.project.storage import telling_of_output
from lesionstudio.project.worklist import WorkItem

Names = Literal["auto", "original", "alias", "hash"]
"""What files are called: `auto` an alias ("CT 001") for DICOM and a file's own name else; `original` the patient's
number and the series where it is DICOM; `alias` or `hash`, salted by study, for every scan."""
ORIGINS = {
    Origin.HAND: "hand",
    Origin.DRAFT_ACCEPTED: "draft accepted",
    Origin.DRAFT_CORRECTED: "draft corrected",
    Origin.IMPORTED: "imported",
}
_FROM_MODEL = {ORIGINS[Origin.DRAFT_ACCEPTED], ORIGINS[Origin.DRAFT_CORRECTED]}


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One slice of one exported file. Slices count from 1; words and numbers are the same in every language.

    `model`, `made`: which model made the draft that was accepted or corrected, and when (ISO 8601, UTC).
    """

    file: str
    source: str
    slice: int | str
    position_mm: str
    spacing_mm: str
    status: str
    origin: str
    model: str
    labels: str
    made: str = ""
    seconds: str = ""

    @classmethod
    def of(
        cls, source: str, geometry: Geometry, mask: Mask, k: int, labels: Sequence[Label], seconds: float = 0.0
    ) -> "IndexRow":
        """What is known of slice k, on which a person spent so many seconds; origin and labels of its marked voxels."""
        pixels, origin = mask.labels(k), mask.origin(k)
        present = [label for label in labels if (pixels == label.number).any()]
        marked = np.isin(pixels, [label.number for label in present])
        origins = [name for kind, name in ORIGINS.items() if (origin[marked] == kind).any()]
        maker = mask.makers.get(k, mask.draft_source) if _FROM_MODEL & set(origins) else None
        return cls(
            file="",
            source=source,
            slice=k + 1,
            position_mm=position_text(geometry, k),
            spacing_mm=spacing_text(geometry),
            status=mask.status(k).name.lower(),
            origin="; ".join(origins),
            model=maker.model if maker is not None else "",
            labels="; ".join(label.name for label in present),
            made=maker.made if maker is not None else "",
            seconds=f"{seconds:.0f}" if seconds else "",
        )


def position_text(geometry: Geometry, k: int) -> str:
    """Where slice k lies, in mm; "" where the file does not say."""
    return f"{geometry.slice_position_mm(k):.3f}" if geometry.has_orientation else ""


def spacing_text(geometry: Geometry) -> str:
    """Distance of neighbours along slice, row and column in mm; "" where the file does not say."""
    return " ".join(f"{length:.6g}" for length in geometry.spacing_mm) if geometry.has_spacing else ""


def read_index(path: Path) -> list[IndexRow]:
    """The rows of an index written before; none where there is no such file or it is another kind of table."""
    names = [column.name for column in fields(IndexRow)]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            known = table.fieldnames is not None and names[: len(table.fieldnames)] == list(table.fieldnames)
            return [IndexRow(**row) for row in table] if known else []
    except (OSError, ValueError, TypeError):
        return []


def write_index(path: Path, before: Sequence[IndexRow], now: Sequence[IndexRow]) -> None:
    """Writes the rows, those of before too where their file was not written again. Raises ProjectProblem."""
    again = {row.file for row in now}
    kept = [row for row in before if row.file not in again and (path.parent / row.file).exists()]
    rows = sorted([*kept, *now], key=lambda row: (row.file, int(row.slice)))
    with telling_of_output(path), whole_file(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [column.name for column in fields(IndexRow)])
        table.writeheader()
        table.writerows(asdict(row) for row in rows)


def base_names(project: Project, names: Names) -> dict[str, str]:
    """For each item what its files' names begin with, folders before "/"; never the same for two, whatever the case."""
    return dict(zip(project.items, _names(list(project.items.values()), names, project.salt)))


def file_names(found: Sequence[FoundScan], names: Names = "auto") -> list[str]:
    """The same for scans that belong to no study, in order."""
    return _names(found, names, "")


def is_hidden(item: WorkItem | FoundScan, names: Names) -> bool:
    """Whether files made of this scan say nothing of whose it is."""
    return names in ("alias", "hash") or (names == "auto" and item.source.format == "dicom")


def _names(items: Sequence[WorkItem | FoundScan], names: Names, salt: str) -> list[str]:
    """The names, each with a number at its end where an earlier one is the same."""
    told: list[str] = []
    taken: set[str] = set()
    for item, alias in zip(items, aliases(items)):
        wish = name = _wished_name(item, names, alias, salt)
        again = 1
        while name.casefold() in taken:
            again += 1
            name = f"{wish}_{again}"
        taken.add(name.casefold())
        told.append(name)
    return told


def _wished_name(item: WorkItem | FoundScan, names: Names, alias: str, salt: str) -> str:
    if names == "hash":
        return hashlib.sha256(f"{salt} {item.id}".encode()).hexdigest()[:16]
    if is_hidden(item, names):
        return alias
    if item.source.format == "dicom":
        words = [*patient_number(item.source.files[0]).split(), *item.name.split()]
        return "_".join(words).replace("/", "_") or alias
    folder, _slash, name = item.id.rpartition("/")
    stem = name.removesuffix(".gz")
    stem = stem.rpartition(".")[0] or stem
    return f"{folder}/{stem}" if folder else stem
