"""KeptMasks: the masks of a study as they are now: files at rest, and the journals of what came since on top."""

import weakref
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.journal import Head, Record, replay, seconds_of, statuses_of, steps_among
from lesionstudio.imaging.mask import Mask, MaskSnapshot, SliceStatus
from lesionstudio.project.journals import Journals, Left
from lesionstudio.project.mask_files import MaskFiles, moved_mask
from lesionstudio.project.worklist import ItemRecord, SavedGrid

_TRIES = 5


class Book(Protocol):
    """What is needed of the study: its records, and whether they may be written."""

    records: dict[str, ItemRecord]
    read_only: str

    def record(self, item_id: str) -> ItemRecord:
        """What is written down of an item."""

    def update_record(self, item_id: str, **fields: Any) -> ItemRecord:
        """Writes down some facts of an item."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a crash had left in the journals of a mask: how many strokes, and copies of what could not be read.

    `last_slice` was worked on last; None where that is not known.
    """

    strokes: int
    aside: tuple[Path, ...] = ()
    last_slice: int | None = None


class KeptMasks:
    """Loads and saves masks so that nothing done in between is lost, whenever the program is killed.

    `restored`: what journals gave back when a mask was first loaded, for whoever tells the person.
    """

    def __init__(self, home: Path, book: Book) -> None:
        self.files, self.journals = MaskFiles(home), Journals(home)
        self.restored: dict[str, Restored] = {}
        # Weakly: a study that is closed goes at once, with all it knows of its files, and waits for no collector.
        self._book: Book = weakref.proxy(book)
        self._guard = RLock()
        self._grids: dict[str, tuple[Geometry, tuple[str, ...]]] = {}
        self._generations: dict[str, int] = {}

    def load(self, item_id: str, geometry: Geometry, slice_ids: tuple[str, ...], colours: Mapping[int, str]) -> Mask:
        """The mask of an item with all that its journals say, on its scan's grid; see Project.load_mask."""
        self._grids[item_id] = geometry, slice_ids
        for _try in range(_TRIES):
            generation = self._newest_record(item_id).generation
            mask = self._load(item_id, geometry, slice_ids, colours)
            record = self._book.records.get(item_id)
            # Another program may be writing what is only looked at here: a mask and its journals must belong together.
            if self._newest_record(item_id).generation == generation or not self._book.read_only:
                break
        if record is not None:
            self._book.records[item_id] = record
        return mask

    def save(
        self, item_id: str, snapshot: MaskSnapshot, colours: Mapping[int, str], generation: int | None = None
    ) -> None:
        """Writes a mask, then the record that says so, then removes the journals before it; see Project.save_mask."""
        generation = self.next_generation(item_id) if generation is None else generation
        geometry, slice_ids = self._grids[item_id]
        self.files.save(item_id, snapshot, geometry, dict(colours))
        facts: dict[str, Any] = {
            "statuses": tuple(SliceStatus(int(status)) for status in snapshot.statuses),
            "grid": SavedGrid.of(geometry, slice_ids),
            "draft": snapshot.draft_source,
            "makers": snapshot.makers,
            "marks": snapshot.marks(self._book.record(item_id).marks),
            "generation": generation,
        }
        self._book.update_record(item_id, **facts)
        self.journals.drop(item_id, generation)

    def next_generation(self, item_id: str) -> int:
        """Says that the next mask written will hold all that was done so far; what is done from now on comes after it.

        Gives that mask's generation, for save. The mask was loaded before.
        """
        with self._guard:
            self._generations[item_id] += 1
            return self._generations[item_id]

    def generation(self, item_id: str) -> int:
        """The generation of the mask that what is done now goes on from."""
        return self._generations[item_id]

    def keep(self, item_id: str, generation: int, records: list[Record]) -> None:
        """Returns when the records are on the disk for sure. Raises ProjectProblem when they are not."""
        grid = asdict(SavedGrid.of(*self._grids[item_id]))
        self.journals.append(Head(item_id, generation, grid), records)

    def brought_up_to_date(self, item_id: str, record: ItemRecord) -> ItemRecord:
        """The record with what a journal that was left says of its slices. Raises ProjectProblem."""
        if not self.journals.were_left(item_id):
            return record
        left = self.journals.read(item_id, record.generation)
        if record.grid is None and left.grid is not None:
            # Its mask was never written: the journal knows better than the files of today which slices there were.
            slices, known = left.grid.shape[0], len(record.statuses)
            record = replace(record.moved([k if k < known else None for k in range(slices)]), grid=left.grid)
        statuses = list(record.statuses)
        for k, status in statuses_of(left.records).items():
            statuses[k : k + 1] = [SliceStatus(status)] if k < len(statuses) else []
        seconds = {**record.seconds, **seconds_of(left.records)}
        marks = None if steps_among(left.records) else record.marks
        return replace(record, statuses=tuple(statuses), seconds=seconds, marks=marks)

    def marks(self, item_id: str) -> dict[int, tuple[int, ...]]:
        """Slice -> numbers of the labels marked on it, found in the mask itself. Slow."""
        record = self._book.record(item_id)
        left = self.journals.read(item_id, record.generation)
        grid = record.grid or left.grid
        if grid is None:
            return {}
        mask = self.files.load(item_id, grid.geometry(), record)
        replay(mask, left.records)
        return mask.marks()

    def _newest_record(self, item_id: str) -> ItemRecord:
        if self._book.read_only:
            self._book.records.pop(item_id, None)
        return self._book.record(item_id)

    def _load(self, item_id: str, geometry: Geometry, slice_ids: tuple[str, ...], colours: Mapping[int, str]) -> Mask:
        """The mask at rest with its journals done again on the grid they speak of, then brought to the scan's grid."""
        record = self._book.record(item_id)
        left = self.journals.read(item_id, record.generation)
        before = record.grid or left.grid
        moved_from = before if before and before.slice_ids and slice_ids and before.slice_ids != slice_ids else None
        if moved_from is None and len(record.statuses) != geometry.shape[0]:
            record = record.moved([k if k < len(record.statuses) else None for k in range(geometry.shape[0])])
            self._book.records[item_id] = record
        mask = self.files.load(item_id, moved_from.geometry() if moved_from else geometry, record)
        done = replay(mask, left.records)
        if moved_from:
            places = moved_from.places_of(slice_ids)
            mask, record = moved_mask(mask, places, geometry.shape), record.moved(places)
            self._book.records[item_id] = record
        is_sound = done.is_sound and not left.is_damaged
        last = None if moved_from else done.last_slice
        self._note_restored(item_id, Restored(done.strokes, last_slice=last), left, is_sound=is_sound)
        if not self._book.read_only and (moved_from or not is_sound):
            # Mask and record go to the disk together: they must speak of the same slices.
            self.save(item_id, mask.snapshot(), colours)
        return mask

    def _note_restored(self, item_id: str, restored: Restored, left: Left, *, is_sound: bool) -> None:
        """Numbers what is done from now on, and keeps what the first reading of journals found to be told."""
        if self._book.read_only or item_id in self._generations:
            return
        aside = () if is_sound else self.journals.keep_aside(left.paths)
        if restored.strokes or aside:
            self.restored[item_id] = replace(restored, aside=aside)
        self._generations[item_id] = max(self._book.record(item_id).generation, left.last + 1)
