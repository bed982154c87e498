r"""Journal: edits on the disk before they can be lost, and their replay after a crash.

The format, version 1. Every number is little-endian and of fixed size, texts are UTF-8: the same on every platform.

    A journal is one file.      It begins with 8 bytes, "\x89LSJ\r\n\x1a\n", and the version, u32. Records follow to
                                the end of the file. Nothing in it is ever changed; it only grows.
    A record is                 marker   4 bytes  "\xa5REC"
                                kind     u8       see below
                                when     f64      seconds since 1970, UTC
                                length   u32      bytes of the payload
                                checksum u32      CRC-32 of kind, when, length (as stored) and payload
                                payload
    The first record is HEAD    a JSON object: item (its id), generation, grid (shape, affine, slice ids of the mask)
    DO, UNDO, REDO              one step of the history, as edits.MaskEdit.to_bytes writes it, with voxels, origins,
                                open draft and its probability, statuses, and which model made the draft, when
    PART                        what was painted since the last part of a stroke that is still in the making, as a step;
                                the stroke itself, when it comes as DO, is done in place of its parts
    ABANDON                     all parts of a stroke that was given up, as one step: they are taken back
    TIME                        a JSON object: slice -> seconds spent on it so far

Which mask it belongs to. Each mask has a generation, kept in its record: how often it was written as a whole. Journal n
holds what was done since the mask of generation n was written; when the mask is written again, work goes on in journal
n + 1, and journal n is removed once that mask and, last of all, its record with generation n + 1 are on the disk. So at
any moment the mask and its journals from the record's generation on, in order, are the work; earlier ones are waste.
Before a mask is written, its journal is brought up to date: its files change one after the other, and only the journal
can say what those lack that a crash left old.
Steps hold whole voxels, not differences, and the last word counts: to replay all of it over a mask that already has
some of it (a crash in between its files) gives the same mask.

When it is on the disk. What was done is handed over at once and appended by a thread of its own, then flushed (fsync),
every time; what comes meanwhile goes together with the next flush. So a step waits for one flush, or two where one is
under way (and once more for the folder where a journal begins), and a slow disk is never asked more often than it
answers: milliseconds as a rule, and within a second where a flush takes up to half of one.

Reading. A record that is cut short by the end of the file, or that is the last one and fails its checksum, was being
written when the lights went out: it is dropped. One that fails with a sound record after it was damaged later: reading
stops before it, and whoever reads keeps the file. A file of another version is not read at all.
"""

import json
import struct
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.mask import Mask

VERSION = 1
_MAGIC, _MARKER = b"\x89LSJ\r\n\x1a\n", b"\xa5REC"
_START = _MAGIC + struct.pack("<I", VERSION)
_RECORD, _CHECKED = struct.Struct("<4sBdII"), struct.Struct("<BdI")


class Kind(IntEnum):
    """What a record holds."""

    HEAD = 0
    DO = 1
    UNDO = 2
    REDO = 3
    PART = 4
    ABANDON = 5
    TIME = 6


_STEPS = frozenset({Kind.DO, Kind.UNDO, Kind.REDO, Kind.PART, Kind.ABANDON})
_BACK = frozenset({Kind.UNDO, Kind.ABANDON})


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was written down, and when (seconds since 1970)."""

    kind: Kind
    payload: bytes
    when: float = 0.0

    @classmethod
    def of_step(cls, kind: str, edit: MaskEdit) -> "Record":
        """A step of the history: "do", "undo", "redo", "part" or "abandon"."""
        return cls(Kind[kind.upper()], edit.to_bytes(), time.time())

    @classmethod
    def of_time(cls, seconds: dict[int, float]) -> "Record":
        """The seconds spent on slices so far."""
        content = {str(k): round(spent, 1) for k, spent in seconds.items()}
        return cls(Kind.TIME, json.dumps(content).encode(), time.time())

    def to_bytes(self) -> bytes:
        """The record as a file holds it."""
        length = len(self.payload)
        checksum = _checksum(self.kind, self.when, self.payload)
        return _RECORD.pack(_MARKER, self.kind, self.when, length, checksum) + self.payload


@dataclass(frozen=True, slots=True)
class Head:
    """Which mask, and which state of it, a journal goes on from. `grid` as the item's record keeps it."""

    item: str
    generation: int
    grid: dict[str, Any]

    @property
    def shape(self) -> Index:
        """Voxels of the mask (slice, row, column)."""
        slices, rows, columns = (int(n) for n in self.grid["shape"])
        return slices, rows, columns

    def to_bytes(self) -> bytes:
        """How a journal begins."""
        content = {"item": self.item, "generation": self.generation, "grid": self.grid}
        return _START + Record(Kind.HEAD, json.dumps(content).encode(), time.time()).to_bytes()


@dataclass(frozen=True, slots=True)
class Journal:
    """What could be read of a journal, its head among the records; None when not even that. `damaged`: what followed
    is lost.
    """

    head: Head | None
    records: tuple[Record, ...]
    damaged: bool


def read_journal(content: bytes) -> Journal:
    """The records of a journal up to the first that makes no sense, and whether sound ones stand behind that one."""
    if not content.startswith(_START):
        return Journal(None, (), damaged=not _START.startswith(content))
    records, at = [], len(_START)
    while (found := _record_at(content, at)) is not None:
        records.append(found[0])
        at = found[1]
    damaged = at < len(content) and _any_after(content, at)
    head = _head(records[0]) if records else None
    return Journal(head, tuple(records) if head else (), damaged or (head is None and bool(records)))


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: how many strokes came back, whether every record made sense on this mask, and the slice that
    was worked on last, None where nothing was done."""

    strokes: int
    is_sound: bool = True
    last_slice: int | None = None


def replay(mask: Mask, records: Iterable[Record]) -> Replayed:
    """Does again on a mask what its journals say; the first record that makes no sense there ends it.

    Where one journal ends and the next begins stands its head: parts of a stroke before it stay, for their stroke was
    cut short with the program, and what comes later is another one.
    """
    strokes, parts, last = 0, list[MaskEdit](), None
    for record in records:
        if record.kind == Kind.HEAD:
            strokes, parts = strokes + bool(parts), []
        if record.kind not in _STEPS:
            continue
        try:
            edit = _edit(record, mask)
        except ValueError:
            return Replayed(max(strokes, 0), is_sound=False, last_slice=last)
        if record.kind == Kind.PART:
            parts.append(edit)
        elif record.kind == Kind.DO:
            # The whole stroke says what its parts came to; what was painted and taken away again it does not mention.
            while parts:
                parts.pop().revert(mask)
        parts = parts if record.kind == Kind.PART else []
        edit.revert(mask) if record.kind in _BACK else edit.apply(mask)
        last = next(iter(edit.slices), last)
        strokes += {Kind.DO: 1, Kind.REDO: 1, Kind.UNDO: -1}.get(record.kind, 0)
    return Replayed(max(strokes, 0) + bool(parts), last_slice=last)


def steps_among(records: Iterable[Record]) -> int:
    """How many of the records are steps or parts of steps."""
    return sum(record.kind in _STEPS for record in records)


def statuses_of(records: Iterable[Record]) -> dict[int, int]:
    """Slice -> the status it has after these records; slices whose status they leave alone are left out."""
    found: dict[int, int] = {}
    for record in records:
        if record.kind not in _STEPS:
            continue
        try:
            edit = MaskEdit.from_bytes(record.payload)
        except ValueError:
            break
        back = record.kind in _BACK
        changes = reversed(edit.statuses) if back else edit.statuses
        found |= {k: int(before if back else after) for k, before, after in changes}
    return found


def seconds_of(records: Iterable[Record]) -> dict[int, float]:
    """Slice -> the seconds spent on it, for slices of which these records say it."""
    found: dict[int, float] = {}
    for record in records:
        if record.kind == Kind.TIME:
            found |= {int(k): float(spent) for k, spent in json.loads(record.payload).items()}
    return found


def _edit(record: Record, mask: Mask) -> MaskEdit:
    edit = MaskEdit.from_bytes(record.payload)
    if not edit.fits(mask.shape):
        raise ValueError("a step of a mask of another size")
    return edit


def _head(record: Record) -> Head | None:
    try:
        content = json.loads(record.payload)
        head = Head(str(content["item"]), int(content["generation"]), dict(content["grid"]))
        return head if record.kind == Kind.HEAD and len(head.shape) == 3 else None
    except (ValueError, KeyError, TypeError):
        return None


def _record_at(content: bytes, at: int) -> tuple[Record, int] | None:
    """The sound record that begins at this byte, and the byte after it."""
    if at + _RECORD.size > len(content):
        return None
    marker, kind, when, length, checksum = _RECORD.unpack_from(content, at)
    start, stop = at + _RECORD.size, at + _RECORD.size + length
    if marker != _MARKER or stop > len(content) or kind not in Kind._value2member_map_:
        return None
    payload = content[start:stop]
    if _checksum(kind, when, payload) != checksum:
        return None
    return Record(Kind(kind), payload, when), stop


def _any_after(content: bytes, at: int) -> bool:
    """Whether a sound record begins anywhere after this byte."""
    while (at := content.find(_MARKER, at + 1)) >= 0:
        if _record_at(content, at) is not None:
            return True
    return False


def _checksum(kind: int, when: float, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_CHECKED.pack(kind, when, len(payload))))
