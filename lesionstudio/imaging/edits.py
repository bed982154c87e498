"""MaskEdit: one step of a mask's history, and the same step as bytes.

As bytes (version 1; every number little-endian, the same on every platform):

    magic       4 bytes  "LSE1"; the last sign is the version
    made        f64      seconds since 1970, UTC
    box         6 u32    first slice, row, column; stop slice, row, column
    statuses    u32      how many; for each: u32 slice, u8 status before, u8 status after
    sources     u8       0: the draft's source did not change; 1: two sources follow, before and after
    makers      u32      how many; for each: u32 slice, and who made its draft before and after, two sources
    title, join          two texts
    groups      u32      how many; for each three blocks: index, voxels before, voxels after (pieces.Pieces)

A text or block is its length in bytes, u32, and then the bytes; texts are UTF-8. A source is a text, a JSON object
(model, threshold, made), or "" for none. Voxels are whole, not differences: applying a step twice, or after its parts,
is the same as applying it once. `attached` belongs to the window and is not written.
"""

import json
import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from lesionstudio.imaging.geometry import EMPTY_BOX, Box, Index
from lesionstudio.imaging.mask import DraftSource, Mask, Pixels, SliceStatus
from lesionstudio.imaging.pieces import Pieces

_MAGIC = b"LSE1"
_EDIT_BYTES, _STATUS_BYTES = 500, 100
_HEAD, _STATUS, _LENGTH = struct.Struct("<d6I"), struct.Struct("<IBB"), struct.Struct("<I")

StatusChange = tuple[int, SliceStatus, SliceStatus]
MakerChange = tuple[int, DraftSource | None, DraftSource | None]
Sources = tuple[DraftSource | None, DraftSource | None]


@dataclass(frozen=True, slots=True)
class MaskEdit:
    """What one step changed, named as the person would name it.

    `box`: the smallest block of voxels that changed. `statuses`: slices whose status changed, with both; `makers`: the
    same of who made a slice's draft. `sources`: the draft's source before and after, None where it stayed. Steps of the
    same `join` that follow each other become one. `made`: when, in seconds since 1970. `attached`: what a step changed
    beside this mask, known to the window only.
    """

    title: str
    box: Box
    groups: tuple[Pieces, ...]
    statuses: tuple[StatusChange, ...] = ()
    sources: Sources | None = None
    join: str = ""
    made: float = 0.0
    makers: tuple[MakerChange, ...] = ()
    attached: Any = None

    @property
    def bytes_used(self) -> int:
        """What the step costs in memory, roughly."""
        held = sum(group.bytes_used for group in self.groups)
        return _EDIT_BYTES + held + _STATUS_BYTES * (len(self.statuses) + len(self.makers))

    @property
    def slices(self) -> tuple[int, ...]:
        """The slices it changed, voxels or status, in order."""
        changed = {k for k, _before, _after in self.statuses}
        return tuple(sorted(changed.union(*(group.slices() for group in self.groups))))

    def region(self, shape: Index) -> Box:
        """The block to look at and to redraw: what changed, or the slices of which only the status did."""
        if not self.box.is_empty or not self.statuses:
            return self.box
        box = EMPTY_BOX
        for k, _before, _after in self.statuses:
            box = box.union(Box.of_slice(shape, k))
        return box

    def apply(self, mask: Mask) -> Box:
        """Does the step on a mask and returns the block to redraw. Called by EditHistory and by a replay."""
        for group in self.groups:
            group.write(mask, back=False)
        self.apply_facts(mask)
        return self.region(mask.shape)

    def apply_facts(self, mask: Mask) -> None:
        """Does what the step changes beside voxels."""
        for k, _before, after in self.statuses:
            mask.set_status(k, after)
        for k, _old, maker in self.makers:
            mask.set_maker(k, maker)
        if self.sources is not None:
            mask.draft_source = self.sources[1]

    def revert(self, mask: Mask) -> Box:
        """Takes the step back on a mask and returns the block to redraw."""
        for group in reversed(self.groups):
            group.write(mask, back=True)
        for k, before, _after in reversed(self.statuses):
            mask.set_status(k, before)
        for k, maker, _new in reversed(self.makers):
            mask.set_maker(k, maker)
        if self.sources is not None:
            mask.draft_source = self.sources[0]
        return self.region(mask.shape)

    def fits(self, shape: Index) -> bool:
        """Whether everything it changes lies inside a grid of this shape."""
        facts = all(k < shape[0] for k, _before, _after in (*self.statuses, *self.makers))
        return facts and all(group.fit(shape) for group in self.groups)

    def stands(self, mask: Mask) -> bool:
        """Whether everything it changed is still as it left it, so that reverting loses nothing done since."""
        if not self.fits(mask.shape):
            return False
        left = {k: after for k, _before, after in self.statuses}
        if any(mask.status(k) != after for k, after in left.items()):
            return False
        return all((mask.layer(layer, k) == pixels).all() for (layer, k), pixels in self._left(mask))

    def _left(self, mask: Mask) -> Iterator[tuple[Any, Pixels]]:
        """The slices it changed, as they are with the step done again on top of them."""
        copies: dict[Any, Pixels] = {}
        for group in self.groups:
            for place, pixels in group.voxels(back=False):
                key = place.layer, place.k
                if key not in copies:
                    copies[key] = mask.layer(*key).copy()
                copies[key][place.region] = pixels
        return iter(copies.items())

    def reversed(self, title: str) -> "MaskEdit":
        """The step that takes this one back."""
        return replace(
            self,
            title=title,
            groups=tuple(Pieces(group.index, group.after, group.before) for group in self.groups[::-1]),
            statuses=tuple((k, after, before) for k, before, after in self.statuses[::-1]),
            makers=tuple((k, after, before) for k, before, after in self.makers[::-1]),
            sources=self.sources and (self.sources[1], self.sources[0]),
            join="",
            made=time.time(),
        )

    def joined(self, then: "MaskEdit") -> "MaskEdit":
        """This step and the one that followed it as one, with the name and time of the later."""
        sources = (self.sources[0], then.sources[1]) if self.sources and then.sources else then.sources or self.sources
        return replace(
            then,
            box=self.box.union(then.box),
            groups=self.groups + then.groups,
            statuses=self.statuses + then.statuses,
            makers=self.makers + then.makers,
            sources=sources,
            attached=then.attached if then.attached is not None else self.attached,
        )

    def to_bytes(self) -> bytes:
        """The step as the module's docstring says."""
        parts = [_MAGIC, _HEAD.pack(self.made, *self.box.start, *self.box.stop), _LENGTH.pack(len(self.statuses))]
        parts += [_STATUS.pack(*change) for change in self.statuses]
        parts.append(b"\0" if self.sources is None else b"\1")
        for source in self.sources or ():
            parts += _block(_source_text(source))
        parts.append(_LENGTH.pack(len(self.makers)))
        for k, before, after in self.makers:
            parts += [_LENGTH.pack(k), *_block(_source_text(before)), *_block(_source_text(after))]
        parts += [*_block(self.title.encode()), *_block(self.join.encode()), _LENGTH.pack(len(self.groups))]
        for group in self.groups:
            parts += [*_block(group.index), *_block(group.before), *_block(group.after)]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> "MaskEdit":
        """The step that to_bytes wrote. Raises ValueError for anything else: cut short, damaged, another version."""
        reader = _Reader(data)
        if reader.take(len(_MAGIC)) != _MAGIC:
            raise ValueError("not a step of a mask's history, or one of another version")
        made, *corners = reader.unpack(_HEAD)
        statuses = tuple(_status(*reader.unpack(_STATUS)) for _n in range(reader.length()))
        sources = (reader.source(), reader.source()) if reader.take(1) == b"\1" else None
        makers = tuple((reader.length(), reader.source(), reader.source()) for _n in range(reader.length()))
        title, join = reader.text(), reader.text()
        groups = tuple(Pieces(reader.block(), reader.block(), reader.block()) for _n in range(reader.length()))
        if not reader.is_at_end or any(len(group.index) % 24 for group in groups):
            raise ValueError("a damaged step of a mask's history")
        a, b, c, d, e, f = corners
        return cls(title, Box((a, b, c), (d, e, f)), groups, statuses, sources, join, made, makers)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a mask: a step was done, taken back, or done again.

    `edit` is what was done just then; where steps join, it is the newest part only. A stroke that is abandoned after
    parts of it were handed out (Stroke.part) is "undo" of those parts.
    """

    kind: Literal["do", "undo", "redo"]
    edit: MaskEdit

    def replay(self, mask: Mask) -> Box:
        """Does to a mask what was done then, and returns the block that changed."""
        return self.edit.revert(mask) if self.kind == "undo" else self.edit.apply(mask)


class _Reader:
    """Takes a step's bytes one part after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def take(self, n: int) -> bytes:
        part = self._data[self._at : self._at + n]
        if len(part) != n:
            raise ValueError("a step of a mask's history, cut short")
        self._at += n
        return part

    def unpack(self, form: struct.Struct) -> tuple[Any, ...]:
        return form.unpack(self.take(form.size))

    def length(self) -> int:
        return int(self.unpack(_LENGTH)[0])

    def block(self) -> bytes:
        return self.take(self.length())

    def text(self) -> str:
        return self.block().decode()

    def source(self) -> DraftSource | None:
        text = self.text()
        try:
            return DraftSource(**json.loads(text)) if text else None
        except TypeError as problem:
            raise ValueError("a draft's source that makes no sense") from problem


def _block(content: bytes) -> Iterable[bytes]:
    return _LENGTH.pack(len(content)), content


def _source_text(source: DraftSource | None) -> bytes:
    return json.dumps(asdict(source)).encode() if source is not None else b""


def _status(k: int, before: int, after: int) -> StatusChange:
    return k, SliceStatus(before), SliceStatus(after)
