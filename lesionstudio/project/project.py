"""Project: the folder in which a study is kept beside its scans, and what of it is in memory."""

import errno
import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any

from lesionstudio.errors import ProjectProblem
from lesionstudio.imaging.formats.source import FoundScan
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask, MaskSnapshot, SliceStatus
from lesionstudio.project.home import STUDY_NAME, VERSION, Home, open_home
from lesionstudio.project.mask_files import MaskFiles
from lesionstudio.project.splits import Candidate, Ranges, Share, deal_roles
from lesionstudio.project.storage import damaged, file_name, make_folders, problem_of, read_json, write_json, write_text
from lesionstudio.project.worklist import ItemRecord, Role, SavedGrid, WorkItem
from lesionstudio.words import _


class Project:
    """One study. Made by Project.open; reading and writing are safe from any thread.

    `folder` holds the scans, `home` what the program keeps of them. `items`: id -> WorkItem in the order of the list,
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
        self.masks = MaskFiles(home.folder)
        self.items: dict[str, WorkItem] = {}
        self.records: dict[str, ItemRecord] = {}
        self._records_there = (home.folder / "items").is_dir()
        self._shares: dict[str, Share] = {}
        self._grids: dict[str, tuple[Geometry, tuple[str, ...]]] = {}
        self._lock, self._written, self._guard = home.lock, "", RLock()
        for item_id, entry in saved.get("items", {}).items():
            self.items[item_id] = WorkItem.from_json(item_id, entry, self.folder)
            if "held_out" in entry:
                self._shares[item_id] = Share(_ranges(entry["held_out"]), _ranges(entry.get("between", ())))

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
        item = WorkItem.of(found)
        with self._guard:
            self.items[item.id] = item
        return item

    def deal_roles(self) -> None:
        """Sets slices of the items that joined since the last time aside for measuring; see splits.deal_roles."""
        with self._guard:
            sound = [item for item in self.items.values() if not item.error and not item.last]
            candidates = [Candidate(item.id, item.patient, item.shape[0], self._shares.get(item.id)) for item in sound]
            dealt = {} if self.settings.get("hold_out") is False else deal_roles(candidates, self.seed)
            self._shares.update(dealt)
            for item_id in dealt.keys() & self.records.keys():
                roles = self._roles(item_id, len(self.records[item_id].roles))
                self.records[item_id] = replace(self.records[item_id], roles=roles)

    def record(self, item_id: str) -> ItemRecord:
        """What is written down of an item: status, role and flag of each slice."""
        with self._guard:
            if item_id in self.records:
                return self.records[item_id]
            record = self._read_record(item_id)
            if not self._records_there or self.home.is_dir():
                self.records[item_id] = record
            return record

    def save_record(self, item_id: str, record: ItemRecord) -> None:
        """Writes down what is known of an item. Raises ProjectProblem when it cannot be written now."""
        with self._guard:
            self._refuse_read_only()
            self.records[item_id] = record
            path, self._records_there = self._record_path(item_id), True
            make_folders(path.parent, self.home)
            write_json(path, {"version": VERSION, **record.to_json()})

    def update_record(self, item_id: str, **fields: Any) -> ItemRecord:
        """Writes down some facts of an item and leaves the others as they are."""
        with self._guard:
            record = replace(self.record(item_id), **fields)
            self.save_record(item_id, record)
            return record

    def load_mask(self, item_id: str, geometry: Geometry, slice_ids: tuple[str, ...] = ()) -> Mask:
        """The saved mask of an item, on its scan's grid; empty where nothing was saved.

        With `slice_ids` (what the file calls each slice, in display order) a mask finds its slices again after files
        were added or lost. Raises UnreadableFile, GridMismatch, ProjectProblem when the study's folder is gone.
        """
        if not self.home.is_dir():
            raise problem_of(FileNotFoundError(errno.ENOENT, ""), self.home)
        record = self.record(item_id)
        self._grids[item_id] = geometry, slice_ids
        before = record.grid
        if before and before.slice_ids and slice_ids and before.slice_ids != slice_ids:
            places = before.places_of(slice_ids)
            mask = self.masks.load(item_id, geometry, record.moved(places), (before.geometry(), places))
            self._keep_moved(item_id, record.moved(places), mask)
            return mask
        if len(record.statuses) != geometry.shape[0]:
            record = record.moved([k if k < len(record.statuses) else None for k in range(geometry.shape[0])])
            self.records[item_id] = record
        return self.masks.load(item_id, geometry, record)

    def _keep_moved(self, item_id: str, record: ItemRecord, mask: Mask) -> None:
        """Mask and record go to the disk together: they must speak of the same slices."""
        if not self.read_only:
            self.records[item_id] = record
            self.save_mask(item_id, mask.snapshot())

    def save_mask(self, item_id: str, snapshot: MaskSnapshot) -> None:
        """Writes a mask, and into the record how far its slices are. Its scan was opened by load_mask before.

        Raises ProjectProblem when it cannot be written now; what stood on the disk before still stands then.
        """
        self._refuse_read_only()
        geometry, slice_ids = self._grids[item_id]
        colours = {label.number: label.colour for label in self.labels}
        self.masks.save(item_id, snapshot, geometry, colours)
        statuses = tuple(SliceStatus(int(status)) for status in snapshot.statuses)
        grid = SavedGrid.of(geometry, slice_ids)
        self.update_record(item_id, statuses=statuses, grid=grid, draft=snapshot.draft_source)

    def save(self) -> None:
        """Writes project.json if anything in it changed. Raises ProjectProblem when it cannot be written now."""
        with self._guard:
            self._refuse_read_only()
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
        # The settings are changed by the window while this runs on another thread: dumps copies them in one go.
        settings = json.loads(json.dumps(self.settings))
        items = {item.id: self._item_json(item) for item in list(self.items.values()) if not item.error}
        known: dict[str, Any] = {
            "version": VERSION,
            "labels": self.labels.to_json(),
            "salt": self.salt,
            "seed": self.seed,
        }
        if self.home.parent != self.folder:
            known["scans"] = str(self.folder)
        return {**known, "settings": settings, "items": items}

    def _item_json(self, item: WorkItem) -> dict[str, Any]:
        share = self._shares.get(item.id)
        saved = item.to_json(self.folder)
        return saved if share is None else {**saved, "held_out": share.held_out, "between": share.between}

    def _read_record(self, item_id: str) -> ItemRecord:
        path, slices = self._record_path(item_id), self.items[item_id].shape[0]
        saved = read_json(path) if self._records_there else {}
        if not saved:
            return ItemRecord.new(slices, self._roles(item_id, slices))
        try:
            return ItemRecord.from_json(saved)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise damaged(path) from problem

    def _record_path(self, item_id: str) -> Path:
        return self.home / "items" / file_name(item_id, ".json")

    def _roles(self, item_id: str, slices: int) -> tuple[Role, ...]:
        share, roles = self._shares.get(item_id, Share()), [Role.LEARN] * slices
        for role, ranges in ((Role.BETWEEN, share.between), (Role.HELD_OUT, share.held_out)):
            for start, stop in ranges:
                roles[start:stop] = [role] * len(roles[start:stop])
        return tuple(roles)

    def _refuse_read_only(self) -> None:
        if self.read_only:
            raise ProjectProblem(self.read_only)


def _ranges(saved: Iterable[Iterable[int]]) -> Ranges:
    return tuple((int(start), int(stop)) for start, stop in saved)
