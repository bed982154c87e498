"""Journals of a study: for each mask the files that hold what was done since it was written as a whole.

`journal/<item>.<generation>.journal`; see imaging/journal.py for what is in them and why numbers make a crash harmless.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock

from lesionstudio.imaging import disk
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.journal import Head, Record, read_journal
from lesionstudio.project.storage import file_name, make_folders, telling_what_fails
from lesionstudio.project.worklist import SavedGrid

FOLDER = "journal"
_NAME = re.compile(r"(?P<item>.+)\.(?P<generation>\d{6,})\.journal")


@dataclass(frozen=True, slots=True)
class Left:
    """What the journals of a mask hold, in order of `paths`; with `is_damaged` something of it could not be read.

    `grid`: the one they speak of. `last`: the generation of the last of them, -1 where there is none.
    """

    paths: tuple[Path, ...] = ()
    records: tuple[Record, ...] = ()
    grid: SavedGrid | None = None
    last: int = -1
    is_damaged: bool = False


class Journals:
    """Reads, grows and removes them. Safe from any thread; one program appends at a time, the one with the lock."""

    def __init__(self, home: Path) -> None:
        self._home, self._guard = home, RLock()
        self._ends: dict[Path, int] = {}
        self._at_open = frozenset(self._walk())

    def were_left(self, item_id: str) -> bool:
        """Whether this mask had a journal when the study was opened: its record may be out of date."""
        return self._base(item_id) in self._at_open

    def append(self, head: Head, records: Sequence[Record]) -> None:
        """Returns when the records are on the disk for sure. Raises ProjectProblem when they are not; say them again.

        What a try that failed has left behind is written over by the next one.
        """
        with self._guard:
            path = self._place(head.item, head.generation)
            at = self._ends.get(path, 0)
            content = b"".join(record.to_bytes() for record in records)
            content = content if at else head.to_bytes() + content
            if not at:
                make_folders(path.parent, self._home)
            with telling_what_fails(path):
                disk.append(path, content, at)
                if not at:
                    disk.flush_folder(path.parent)
            self._ends[path] = at + len(content)

    def size(self, item_id: str, generation: int) -> int:
        """Bytes of a journal this program has written."""
        return self._ends.get(self._place(item_id, generation), 0)

    def read(self, item_id: str, generation: int) -> Left:
        """All records from the journal of this generation on, up to the first that makes no sense.

        Raises ProjectProblem when the disk refuses.
        """
        there = [(number, path) for number, path in self.of(item_id) if number >= generation]
        left = Left(tuple(path for _number, path in there), last=there[-1][0] if there else -1)
        for number, path in there:
            with telling_what_fails(path):
                journal = read_journal(path.read_bytes())
            head = journal.head
            is_other = head is not None and (head.item, head.generation) != (item_id, number)
            if not is_other:
                grid = left.grid or (SavedGrid.from_json(head.grid) if head else None)
                left = replace(left, records=left.records + journal.records, grid=grid)
            if journal.damaged or is_other:
                return replace(left, is_damaged=True)
        return left

    def of(self, item_id: str) -> list[tuple[int, Path]]:
        """The journals of a mask by generation."""
        base, found = self._base(item_id), []
        with suppress(FileNotFoundError, NotADirectoryError):
            for path in base.parent.iterdir():
                match = _NAME.fullmatch(path.name)
                if match and match["item"] == base.name:
                    found.append((int(match["generation"]), path))
        return sorted(found)

    def drop(self, item_id: str, generation: int) -> None:
        """Removes the journals before this generation: the mask holds what they say. What stays is of no harm."""
        with self._guard, suppress(OSError):
            for number, path in self.of(item_id):
                if number < generation:
                    disk.remove(path)
                    self._ends.pop(path, None)

    def keep_aside(self, paths: Sequence[Path]) -> tuple[Path, ...]:
        """Copies damaged journals, so that nothing is thrown away that somebody may still read.

        Raises ProjectProblem when the disk refuses.
        """
        kept = []
        for path in paths:
            aside = path.with_name(path.name + ".damaged")
            with telling_what_fails(aside), whole_file(aside) as draft:
                draft.write_bytes(path.read_bytes())
            kept.append(aside)
        return tuple(kept)

    def all(self) -> list[Path]:
        """Every journal of the study."""
        return sorted(path for paths in self._walk().values() for path in paths)

    def _walk(self) -> dict[Path, list[Path]]:
        found: dict[Path, list[Path]] = {}
        for folder, _folders, names in os.walk(self._home / FOLDER):
            for match in filter(None, map(_NAME.fullmatch, names)):
                found.setdefault(Path(folder, match["item"]), []).append(Path(folder, match[0]))
        return found

    def _place(self, item_id: str, generation: int) -> Path:
        base = self._base(item_id)
        return base.with_name(f"{base.name}.{generation:06d}.journal")

    def _base(self, item_id: str) -> Path:
        return self._home / FOLDER / file_name(item_id, "")
