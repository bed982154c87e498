"""States: earlier saved states of each mask, whole and compressed, for when undo no longer reaches.

`states/<item>/<made in ms>.state`: "LSS1" (the last sign is the version), the length of a JSON head (u32, little-
endian), the head (shape, made, why, slice_ids, source, makers, marked, checked, touched slices of each layer, sha256 of
what follows), then one zstd frame: the status of each slice, then the touched slices layer by layer, as in the head.
"""

import hashlib
import json
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.imaging import disk
from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.mask import LAYERS, DraftSource, Layer, MaskSnapshot, Pixels, SliceStatus
from lesionstudio.project.storage import damaged, file_name, make_folders, telling_what_fails

FOLDER, ENDING = "states", ".state"
KEPT, OLDEST_S, CLOSE_S = 10, 90 * 24 * 3600.0, 300.0
_MAGIC, _LENGTH = b"LSS1", struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class EarlierState:
    """One saved state of a mask: when it was (seconds since 1970), why it was kept, how many slices were marked.

    `why` is "" for what is kept by itself, else the name of the step that it was kept before.
    """

    path: Path
    made: float
    why: str
    marked: int
    checked: int


class States:
    """Keeps, finds and reads them. A mask has at most ten; those older than 90 days go, all but the newest."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def of(self, item_id: str) -> tuple[EarlierState, ...]:
        """The states of a mask, newest first; what cannot be read is left out."""
        return tuple(state for state, _head in self._heads(item_id))

    def keep(
        self, item_id: str, snapshot: MaskSnapshot, why: str = "", slice_ids: Sequence[str] = ()
    ) -> EarlierState | None:
        """Keeps a state, unless it equals the newest one or has never held a mark; None then.

        Slow for large masks. Raises ProjectProblem when it cannot be written.
        """
        before, body = self._heads(item_id), _body(snapshot)
        digest = hashlib.sha256(body).hexdigest()
        if before[0][1]["sha256"] == digest if before else _is_empty(snapshot):
            return None
        head = _head(snapshot, why, slice_ids, digest)
        newest = int(before[0][0].path.stem) if before else 0
        name = f"{max(int(head['made'] * 1000), newest + 1):013d}{ENDING}"
        state = _state(self._folder(item_id) / name, head)
        self._write(state.path, head, body)
        self._prune(item_id, state.made)
        return state

    def read(self, state: EarlierState, slice_ids: Sequence[str] = ()) -> MaskSnapshot:
        """The mask as it was. With `slice_ids`, those of the scan now, each slice finds its place again.

        Raises ProjectProblem when the file is damaged or gone.
        """
        try:
            with state.path.open("rb") as file:
                head = _read_head(file.read(len(_MAGIC) + _LENGTH.size), file)
                body = file.read()
            if hashlib.sha256(body).hexdigest() != head["sha256"]:
                raise ValueError("sha256")
            return _moved(_snapshot(head, body), head["slice_ids"], slice_ids)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise damaged(state.path) from problem

    def _heads(self, item_id: str) -> list[tuple[EarlierState, dict[str, Any]]]:
        found = []
        with suppress(OSError):
            for path in sorted(self._folder(item_id).glob(f"*{ENDING}"), reverse=True):
                with suppress(OSError, ValueError, KeyError, TypeError), path.open("rb") as file:
                    head = _read_head(file.read(len(_MAGIC) + _LENGTH.size), file)
                    found.append((_state(path, head), head))
        return found

    def _write(self, path: Path, head: dict[str, Any], body: bytes) -> None:
        words = json.dumps(head).encode()
        make_folders(path.parent, self._home)
        with telling_what_fails(path), whole_file(path) as draft:
            draft.write_bytes(_MAGIC + _LENGTH.pack(len(words)) + words + body)

    def _prune(self, item_id: str, now: float) -> None:
        """Too old: gone. Too many: first those that were followed by another within minutes, then the oldest."""
        states = list(self.of(item_id))
        gone = [state for state in states[1:] if now - state.made > OLDEST_S]
        states = [state for state in states if state not in gone]
        while len(states) > KEPT:
            close = [old for new, old in pairwise(states[1:]) if new.made - old.made < CLOSE_S and not old.why]
            gone.append(close[-1] if close else states[-1])
            states.remove(gone[-1])
        for state in gone:
            with suppress(OSError):
                disk.remove(state.path)

    def _folder(self, item_id: str) -> Path:
        return self._home / FOLDER / file_name(item_id, "")


def _is_empty(snapshot: MaskSnapshot) -> bool:
    return not any(pixels.any() for slices in snapshot.layers.values() for pixels in slices.values())


def _head(snapshot: MaskSnapshot, why: str, slice_ids: Sequence[str], digest: str) -> dict[str, Any]:
    return {
        "shape": snapshot.shape,
        "made": round(time.time(), 3),
        "why": why,
        "slice_ids": list(slice_ids),
        "source": snapshot.draft_source and asdict(snapshot.draft_source),
        "makers": {str(k): asdict(maker) for k, maker in snapshot.makers.items()},
        "marked": sum(bool(pixels.any()) for pixels in snapshot.layers["labels"].values()),
        "checked": int(np.count_nonzero(snapshot.statuses == SliceStatus.CHECKED)),
        "layers": {layer: sorted(snapshot.layers[layer]) for layer in LAYERS},
        "sha256": digest,
    }


def _body(snapshot: MaskSnapshot) -> bytes:
    import zstandard

    packer = zstandard.ZstdCompressor(level=1).compressobj()
    parts = [packer.compress(snapshot.statuses.tobytes())]
    for layer in LAYERS:
        parts += [packer.compress(pixels.tobytes()) for _k, pixels in sorted(snapshot.layers[layer].items())]
    return b"".join([*parts, packer.flush()])


def _read_head(start: bytes, file: Any) -> dict[str, Any]:
    """The JSON head. Raises ValueError where there is none, or one of a later version."""
    if len(start) != len(_MAGIC) + _LENGTH.size or not start.startswith(_MAGIC):
        raise ValueError("not a saved state")
    head: dict[str, Any] = json.loads(file.read(_LENGTH.unpack(start[len(_MAGIC) :])[0]))
    return head


def _state(path: Path, head: dict[str, Any]) -> EarlierState:
    return EarlierState(path, float(head["made"]), str(head["why"]), int(head["marked"]), int(head["checked"]))


def _snapshot(head: dict[str, Any], body: bytes) -> MaskSnapshot:
    import zstandard

    slices, rows, columns = (int(n) for n in head["shape"])
    try:
        content = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    except zstandard.ZstdError as problem:
        raise ValueError(str(problem)) from problem
    statuses, voxels = np.frombuffer(content[:slices], np.uint8), memoryview(content)[slices:]
    pixels = _slices(voxels, rows, columns)
    layers: dict[Layer, dict[int, Pixels]] = {
        layer: {int(k): next(pixels) for k in head["layers"][layer]} for layer in LAYERS
    }
    source, shape = head["source"], (slices, rows, columns)
    makers = {int(k): DraftSource(**maker) for k, maker in head["makers"].items()}
    return MaskSnapshot(shape, layers, statuses, DraftSource(**source) if source else None, makers=makers)


def _slices(voxels: memoryview, rows: int, columns: int) -> Iterator[Pixels]:
    n = rows * columns
    for at in range(0, len(voxels), n):
        yield np.frombuffer(voxels[at : at + n], np.uint8).reshape(rows, columns)


def _moved(snapshot: MaskSnapshot, then: Sequence[str], now: Sequence[str]) -> MaskSnapshot:
    """The state on the scan as it is now: slices that joined are empty, those that went are left out."""
    if not then or not now or list(then) == list(now):
        return snapshot
    places = {k: now.index(name) for k, name in enumerate(then) if name in now}
    layers: dict[Layer, dict[int, Pixels]] = {
        layer: {places[k]: pixels for k, pixels in slices.items() if k in places}
        for layer, slices in snapshot.layers.items()
    }
    statuses = np.zeros(len(now), np.uint8)
    for old, new in places.items():
        statuses[new] = snapshot.statuses[old]
    makers = {places[k]: maker for k, maker in snapshot.makers.items() if k in places}
    shape: Index = (len(now), *snapshot.shape[1:])
    return MaskSnapshot(shape, layers, statuses, snapshot.draft_source, makers=makers)
