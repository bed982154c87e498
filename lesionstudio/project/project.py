"""Project: the folder in which a study is kept beside its scans, and what of it is in memory."""

import errno
import json
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.choices import in_hu
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask, MaskSnapshot, SliceStatus
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.home import STUDY_NAME, VERSION, Home, open_home
from lesionstudio.project.joined import JoinedItems
from lesionstudio.project.kept_masks import KeptMasks
from lesionstudio.project.roles import Roles
from lesionstudio.project.stamped import Stamped
from lesionstudio.project.states import States
from lesionstudio.project.storage import damaged, file_name, make_folders, problem_of, read_json, write_json, write_text
from lesionstudio.project.worklist import ItemRecord, Role, WorkItem
from lesionstudio.words import _

WriteRecord = Callable[[str, ItemRecord], object]


class Project:
    """One study. Made by Project.open; reading and writing are safe from any thread.

    `folder` holds the scans, `home` what the program keeps of them. `items`: id -> WorkItem in the order of the list,
    `joined`: the pictures that are slices of one of them now (stacks.py),
    `records`: id -> ItemRecord for those asked for so far, `settings`: this study's choices as JSON values.
    `read_only` is "" or the sentence that says why nothing can be written.
    """

    def __init__(self, home: Home) -> None:
        saved = home.saved
        self.folder, self.home, self.read_only = home.scans, home.folder, home.read_only
        self.labels = LabelSet.from_json(saved["labels"]) if saved.get("labels") else LabelSet.first()
        self.settings: dict[str, Any] = dict(saved.get("settings", {}))
        self.salt = str(saved.get("salt") or secrets.token_hex(16))
        self.seed = int(saved.get("seed", secrets.randbits(31)))
        self.kept = KeptMasks(home.folder, self)
        self.masks = self.kept.files
        self.states = States(home.folder)
        self.items = Stamped[WorkItem]()
        self.records = Stamped[ItemRecord]()
        self._records_there = (home.folder / "items").is_dir()
        self._roles = Roles()
        self._lock, self._written, self._guard, self._writing = home.lock, "", RLock(), RLock()
        for item_id, entry in saved.get("items", {}).items():
            self.items[item_id] = WorkItem.from_json(item_id, entry, self.folder)
            self._roles.read(item_id, entry)
        self.joined = JoinedItems.from_json(saved.get("joined", {}), self.folder)

    @classmethod
    def open(cls, folder: Path, *, read_only_ok: bool = True, write: bool = True) -> "Project":
        """The study of a folder of scans, or of the `lesionstudio` folder in it; a new one where there is none.

        With `write` it is locked; when another program has it, a newer version made it, or its disk cannot be written,
        it opens read-only, or, without `read_only_ok`, raises ProjectProblem. So does a folder that is not there.
        """
        home = open_home(folder, write=write)
        if home.read_only and write and not read_only_ok:
            raise ProjectProblem(home.read_only, hint=_("Close it there first."))
        try:
            return cls(home)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            if home.lock:
                home.lock.release()
            raise damaged(home.folder / STUDY_NAME) from problem

    def add(self, found: FoundScan) -> WorkItem:
        """Takes in a scan that a search found, or what is new about one that is known."""
        item = WorkItem.of(found, self.items.get(found.id))
        with self._guard:
            if self.joined.member(item.id) is None:
                self.items[item.id] = item
        return item

    def join(self, item: WorkItem, members: tuple[WorkItem, ...]) -> None:
        """Puts a volume into the list where the first of its pictures stood; see stacks.join."""
        with self._guard:
            inside = {one.id for one in members}
            listed = [item if one.id == members[0].id else one for one in self.items.values()]
            self.items = Stamped((one.id, one) for one in listed if one.id not in inside)
            self.joined[item.id] = members
            if SliceStatus.CHECKED in self.record(item.id).statuses:  # they may have been learned from
                self._roles.keep(item.id, self.record(item.id).roles)

    def take_apart(self, item_id: str) -> None:
        """Puts the pictures of a volume into the list in its place; see stacks.take_apart. Its earlier states stay."""
        with self._guard:
            members = self.joined.pop(item_id)
            for one in members:
                self._roles.keep(one.id, self.records[one.id].roles)
            parts = [members if one.id == item_id else (one,) for one in self.items.values()]
            self.items = Stamped((one.id, one) for part in parts for one in part)
            self.records.pop(item_id, None)

    def dealt_roles(self, item_id: str) -> tuple[Role, ...]:
        """The roles that an item's slices were dealt: what they are for where nobody set them aside."""
        return self._roles.of(item_id, len(self.record(item_id).roles))

    def has_record(self, item_id: str) -> bool:
        """Whether anything is written down of an item, also of one in no list."""
        return self._is_written(item_id)

    def deal_roles(self, write: WriteRecord | None = None) -> None:
        """Sets slices of the items that joined since the last time aside for measuring; see splits.deal_roles.

        `write`: who writes the records that changed; without, they are written now.
        """
        with self._guard, suppress(ProjectProblem):
            if self.settings.get("hold_out") is not False:
                changed = self._take_on_roles(self._roles.deal(self.items, self.seed, self._checked))
                for one in filter(self._is_written, changed):
                    (write or self.save_record)(one, self.records[one])

    def release_first_marked(self, item_id: str, k: int, write: WriteRecord | None = None) -> bool:
        """Lets the block of slice k be learned from for good if this is the first mark a person checks in the study.

        To be called for each slice that is checked with a mark. Gives whether roles changed; the caller saves the
        project then. `write`: as for deal_roles. Raises ProjectProblem when a record cannot be written now.
        """
        with self._guard:
            if self.read_only or self.settings.get("first_mark"):
                return False
            self.settings["first_mark"] = True
            if self._is_checked_elsewhere(item_id, k):
                return False
            changed = self._take_on_roles(self._roles.release(self.items, item_id, k))
            for one in changed:
                (write or self.save_record)(one, self.records[one])
            return bool(changed)

    @property
    def was_marked(self) -> bool:
        """Whether any mask of this study was ever kept: a saved one, or an earlier state."""
        return any(next((self.home / name).glob("*"), None) is not None for name in ("masks", "drafts", "states"))

    def _checked(self, item_id: str) -> list[int]:
        """The checked slices of an item that anything is written down of."""
        if item_id not in self.records and not self._is_written(item_id):
            return []
        return [k for k, status in enumerate(self.record(item_id).statuses) if status == SliceStatus.CHECKED]

    def _is_checked_elsewhere(self, item_id: str, k: int) -> bool:
        """Whether a slice with a mark is checked that is not this one."""
        for one in self.items:
            others = set(self._checked(one)) - ({k} if one == item_id else set())
            if others & (self.record(one).marks or {}).keys():
                return True
        return False

    def _take_on_roles(self, item_ids: Iterable[str]) -> list[str]:
        """Gives the known records of these items the roles they were dealt; what is set aside for testing stays so."""
        changed = []
        for item_id in item_ids:
            if item_id not in self.records and not self._is_written(item_id):
                continue
            record = self.record(item_id)
            dealt = self._roles.of(item_id, len(record.roles))
            roles = tuple(old if old == Role.TEST else new for old, new in zip(record.roles, dealt))
            if roles != record.roles:
                self.records[item_id] = replace(record, roles=roles)
                changed.append(item_id)
        return changed

    def record(self, item_id: str) -> ItemRecord:
        """What is written down of an item: status, role and flag of each slice."""
        if (known := self.records.get(item_id)) is not None:
            return known  # without waiting for whoever writes
        with self._guard:
            record = self._read_record(item_id)
            if not self._records_there or self.home.is_dir():
                record = self.records.setdefault(item_id, record)
            return record

    def save_record(self, item_id: str, record: ItemRecord) -> None:
        """Writes down what is known of an item. Raises ProjectProblem when it cannot be written now."""
        self._refuse_read_only()
        with self._guard:
            self.records[item_id] = record
            path, self._records_there = self._record_path(item_id), True
        # Outside the guard: whoever only asks for a record must not wait for a slow disk.
        with self._writing:
            make_folders(path.parent, self.home)
            write_json(path, {"version": VERSION, **self.records[item_id].to_json()})

    def update_record(self, item_id: str, **fields: Any) -> ItemRecord:
        """Writes down some facts of an item and leaves the others as they are."""
        with self._guard:
            record = self.records[item_id] = replace(self.record(item_id), **fields)
        self.save_record(item_id, record)
        return record

    @property
    def hu_offset(self) -> float | None:
        """What was added to HU in this folder's pictures, as a person has said; None where nobody did."""
        said = self.settings.get("hu_offset")
        return float(said) if isinstance(said, int | float) else None

    def read_scan(self, item: WorkItem) -> Scan:
        """An item's scan, in HU where a person said what was added to them. Raises UnreadableFile."""
        from lesionstudio.imaging.formats import read_scan

        return in_hu(read_scan(item.source), self.hu_offset)

    def load_mask(self, item_id: str, geometry: Geometry, slice_ids: tuple[str, ...] = ()) -> Mask:
        """The saved mask of an item, on its scan's grid; empty where nothing was saved.

        With `slice_ids` (what the file calls each slice, in display order) a mask finds its slices again after files
        were added or lost. Raises UnreadableFile, GridMismatch, ProjectProblem when the study's folder is gone.
        """
        if not self.home.is_dir():
            raise problem_of(FileNotFoundError(errno.ENOENT, ""), self.home)
        return self.kept.load(item_id, geometry, slice_ids, self._colours())

    def save_mask(self, item_id: str, snapshot: MaskSnapshot, generation: int | None = None) -> None:
        """Writes a mask, and into the record how far its slices are. Its scan was opened by load_mask before.

        `generation`: what kept.next_generation gave when the snapshot was taken; journals before it are removed. Raises
        ProjectProblem when it cannot be written now; what stood on the disk before still stands then.
        """
        self._refuse_read_only()
        self.kept.save(item_id, snapshot, self._colours(), generation)

    def _colours(self) -> dict[int, str]:
        return {label.number: label.colour for label in self.labels}

    def know_marks(self, item_id: str) -> None:
        """Looks into the saved mask of an item whose record does not say yet which slices are marked.

        Slow. Raises UnreadableFile or GridMismatch when the mask is damaged.
        """
        if self.record(item_id).marks is None:
            marks = self.kept.marks(item_id)
            with self._guard:
                self.records[item_id] = replace(self.records[item_id], marks=marks)

    def save(self) -> None:
        """Writes project.json if anything in it changed. Raises ProjectProblem when it cannot be written now."""
        self._refuse_read_only()
        with self._writing:
            text = json.dumps(self._to_json(), indent=1, ensure_ascii=False) + "\n"
            if text != self._written:
                write_text(self.home / STUDY_NAME, text)
                self._written = text

    def close(self) -> None:
        """Saves and lets the next program write. Raises ProjectProblem when saving fails."""
        try:
            if not self.read_only:
                self.save()
        finally:
            if self._lock is not None:
                self._lock.release()

    def _to_json(self) -> dict[str, Any]:
        # The window changes all this meanwhile: dumps copies the settings in one go, and it waits only for copies.
        settings = json.loads(json.dumps(self.settings))
        with self._guard:
            sound = [(item, self._roles.saved(item.id)) for item in list(self.items.values()) if not item.error]
            parts = JoinedItems(self.joined)
        items = {item.id: {**item.to_json(self.folder), **roles} for item, roles in sound}
        known: dict[str, Any] = {
            "version": VERSION,
            "labels": self.labels.to_json(),
            "salt": self.salt,
            "seed": self.seed,
        }
        if self.home.parent != self.folder:
            known["scans"] = str(self.folder)
        joined = {"joined": parts.to_json(self.folder)} if parts else {}
        return {**known, "settings": settings, "items": items, **joined}

    def _read_record(self, item_id: str) -> ItemRecord:
        path, slices = self._record_path(item_id), (self.joined.member(item_id) or self.items[item_id]).shape[0]
        saved = read_json(path) if self._records_there else {}
        if not saved:
            fresh = ItemRecord.new(slices, self._roles.of(item_id, slices))
            return self.kept.brought_up_to_date(item_id, fresh)
        try:
            return self.kept.brought_up_to_date(item_id, ItemRecord.from_json(saved))
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise damaged(path) from problem

    def _is_written(self, item_id: str) -> bool:
        return self._record_path(item_id).is_file()

    def _record_path(self, item_id: str) -> Path:
        return self.home / "items" / file_name(item_id, ".json")

    def _refuse_read_only(self) -> None:
        if self.read_only:
            raise ProjectProblem(self.read_only)
