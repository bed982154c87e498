"""WorkItem: one scan of a study. ItemRecord: how far the work on each of its slices is, and what each is for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.imaging.geometry import Geometry, Index
from lesionstudio.imaging.mask import DraftSource, SliceStatus
from lesionstudio.imaging.rulers import Ruler
from lesionstudio.project.fates import Fate


class Role(StrEnum):
    """What a slice may be used for."""

    LEARN = "learn"
    HELD_OUT = "held out"
    BETWEEN = "between"
    """Next to a held-out block of the same volume: neither learned from nor measured on."""
    TEST = "test"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One scan: where it is and what is known of it. `patient` is a hash; `last` scans are listed last."""

    id: str
    name: str
    series: Mapping[str, ScanSource]
    shape: Index
    patient: str = ""
    study: str = ""
    modality: str = ""
    facts: str = ""
    kind: Literal["image", "volume"] = "image"
    last: bool = False
    error: str = ""
    hint: str = ""

    @property
    def source(self) -> ScanSource:
        """Where the picture is that the mask is drawn on."""
        return self.series["image"]

    @classmethod
    def of(cls, found: FoundScan, known: "WorkItem | None" = None) -> "WorkItem":
        """The item for a scan that the search of a folder found; the volume that was chosen of a known one stays."""
        facts = {name: getattr(found, name) for name in _PLAIN}
        item = cls(found.id, found.name, {"image": found.source}, found.shape, **facts)
        is_same = known is not None and known.source.files == found.source.files and not found.source.part
        return item.with_part(known.source.part) if known is not None and is_same else item

    def with_part(self, part: str) -> "WorkItem":
        """The same item with another volume of its file; see ScanSource."""
        return replace(self, series={**self.series, "image": replace(self.source, part=part)})

    def to_json(self, root: Path) -> dict[str, Any]:
        """As project.json keeps it, paths relative to the folder of scans."""
        facts = {name: getattr(self, name) for name in _PLAIN if getattr(self, name)}
        series = {role: source.to_json(root) for role, source in self.series.items()}
        return {"name": self.name, "series": series, "shape": list(self.shape), **facts}

    @classmethod
    def from_json(cls, item_id: str, saved: dict[str, Any], root: Path) -> "WorkItem":
        """What to_json gave. Raises KeyError, TypeError or ValueError for anything else."""
        slices, rows, columns = (int(n) for n in saved["shape"])
        series = {role: ScanSource.from_json(source, root) for role, source in saved["series"].items()}
        facts = {name: saved[name] for name in _PLAIN if name in saved}
        return cls(item_id, str(saved["name"]), series, (slices, rows, columns), **facts)


_PLAIN = ("patient", "study", "modality", "facts", "kind", "last", "error", "hint")


@dataclass(frozen=True, slots=True)
class SavedGrid:
    """The grid a mask was saved on: shape, the affine's 16 numbers by row, and what the file calls each slice."""

    shape: Index
    affine: tuple[float, ...]
    slice_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, geometry: Geometry, slice_ids: tuple[str, ...]) -> "SavedGrid":
        """The grid of a scan that is open."""
        return cls(geometry.shape, tuple(float(number) for number in geometry.affine.ravel()), slice_ids)

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> "SavedGrid":
        """What asdict gave, after its way through JSON."""
        slices, rows, columns = (int(n) for n in saved["shape"])
        return cls((slices, rows, columns), tuple(saved["affine"]), tuple(saved.get("slice_ids", ())))

    def places_of(self, slice_ids: Sequence[str]) -> list[int | None]:
        """For each slice so named its number on this grid; None where it is not on it."""
        numbers = {name: k for k, name in enumerate(self.slice_ids)}
        return [numbers.get(name) for name in slice_ids]

    def geometry(self) -> Geometry:
        """The grid, to read the saved mask with."""
        return Geometry(self.shape, np.array(self.affine, np.float64).reshape(4, 4))


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """What is written down of one item, a value a slice.

    `flags`: slice -> note. `seen`: slices that were on screen long enough to be judged. `seconds`: slice -> time spent.
    `grid`: the voxels its mask was saved on. `draft`: who made the open draft. `marks`: slice -> numbers of the labels
    marked on it, so that nobody opens masks to count them; None where that is not known. `generation`: how often its
    mask was written as a whole; see imaging/journal.py. `makers`: slice -> who made its draft, open or answered.
    `rulers`: lengths and angles drawn on it. `fates`: slice -> what became of its draft when it was checked.
    """

    statuses: tuple[SliceStatus, ...]
    roles: tuple[Role, ...]
    flags: Mapping[int, str] = field(default_factory=dict)
    seen: frozenset[int] = frozenset()
    seconds: Mapping[int, float] = field(default_factory=dict)
    last_slice: int = 0
    grid: SavedGrid | None = None
    draft: DraftSource | None = None
    marks: Mapping[int, tuple[int, ...]] | None = None
    generation: int = 0
    makers: Mapping[int, DraftSource] = field(default_factory=dict)
    rulers: tuple[Ruler, ...] = ()
    fates: Mapping[int, Fate] = field(default_factory=dict)

    @classmethod
    def new(cls, slices: int, roles: tuple[Role, ...] = ()) -> "ItemRecord":
        """The record of an item nobody has worked on."""
        return cls((SliceStatus.NEW,) * slices, roles or (Role.LEARN,) * slices, marks={})

    @property
    def status(self) -> SliceStatus:
        """The item's status: checked when every slice is, else the one that asks for most attention."""
        there, checked = self.statuses, self.checked  # in C, and no set: of enums it is built in Python
        if there and checked == len(there):
            return SliceStatus.CHECKED
        if SliceStatus.DRAFT in there:
            return SliceStatus.DRAFT
        if checked or SliceStatus.CORRECTED in there:
            return SliceStatus.CORRECTED
        return SliceStatus.IMPORTED if SliceStatus.IMPORTED in there else SliceStatus.NEW

    @property
    def checked(self) -> int:
        """How many slices are checked."""
        return self.statuses.count(SliceStatus.CHECKED)

    @property
    def share_checked(self) -> float:
        """Share of the slices that are checked, 0 to 1."""
        return self.checked / len(self.statuses) if self.statuses else 0.0

    @property
    def held_out(self) -> bool:
        """Whether any slice is set aside to measure versions of the model."""
        return self.count(Role.HELD_OUT) > 0

    def count(self, role: Role) -> int:
        """How many slices have this role; at once where all have one, as in most scans: names are slow to compare."""
        roles = self.roles
        if roles and roles.count(roles[0]) == len(roles):
            return len(roles) if roles[0] is role else 0
        return roles.count(role)

    def moved(self, places: Sequence[int | None]) -> "ItemRecord":
        """The record for a scan whose slice n was slice places[n] when it was written; None where it is new."""
        new_place = {old: n for n, old in enumerate(places) if old is not None}
        return replace(
            self,
            statuses=tuple(SliceStatus.NEW if old is None else self.statuses[old] for old in places),
            roles=tuple(Role.LEARN if old is None else self.roles[old] for old in places),
            flags={new_place[k]: note for k, note in self.flags.items() if k in new_place},
            seconds={new_place[k]: spent for k, spent in self.seconds.items() if k in new_place},
            seen=frozenset(new_place[k] for k in self.seen if k in new_place),
            makers={new_place[k]: maker for k, maker in self.makers.items() if k in new_place},
            last_slice=new_place.get(self.last_slice, 0),
            marks=self.marks and {new_place[k]: found for k, found in self.marks.items() if k in new_place},
            fates={new_place[k]: fate for k, fate in self.fates.items() if k in new_place},
            rulers=tuple(there for ruler in self.rulers if (there := ruler.moved(new_place)) is not None),
        )

    def to_json(self) -> dict[str, Any]:
        """As items/<id>.json keeps it."""
        saved: dict[str, Any] = {
            "statuses": [status.name.lower() for status in self.statuses],
            "roles": [role.value for role in self.roles],
            "last_slice": self.last_slice,
            "flags": {str(k): note for k, note in self.flags.items()},
            "seen": sorted(self.seen),
            "seconds": {str(k): round(spent, 1) for k, spent in self.seconds.items()},
            "grid": self.grid and asdict(self.grid),
            "draft": self.draft and asdict(self.draft),
            "generation": self.generation,
            "makers": {str(k): asdict(maker) for k, maker in self.makers.items()},
            "fates": {str(k): fate.to_json() for k, fate in self.fates.items()},
            "rulers": [ruler.to_json() for ruler in self.rulers],
            "marks": None if self.marks is None else {str(k): list(found) for k, found in self.marks.items()},
        }
        always = ("statuses", "roles") if self.marks is None else ("statuses", "roles", "marks")
        return {name: value for name, value in saved.items() if value or name in always}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> "ItemRecord":
        """What to_json gave. Raises KeyError, TypeError or ValueError for anything else."""
        draft, grid, marks = saved.get("draft"), saved.get("grid"), saved.get("marks")
        return cls(
            tuple(SliceStatus[name.upper()] for name in saved["statuses"]),
            tuple(Role(name) for name in saved["roles"]),
            {int(k): str(note) for k, note in saved.get("flags", {}).items()},
            frozenset(int(k) for k in saved.get("seen", ())),
            {int(k): float(spent) for k, spent in saved.get("seconds", {}).items()},
            int(saved.get("last_slice", 0)),
            SavedGrid.from_json(grid) if grid else None,
            DraftSource(**draft) if draft else None,
            None if marks is None else {int(k): tuple(int(n) for n in found) for k, found in marks.items()},
            int(saved.get("generation", 0)),
            {int(k): DraftSource(**maker) for k, maker in saved.get("makers", {}).items()},
            tuple(Ruler.from_json(points) for points in saved.get("rulers", ())),
            {int(k): Fate(**fate) for k, fate in saved.get("fates", {}).items()},
        )
