"""import_masks: looking at masks of other programs, showing one on its scan, and reading them into a study's masks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.editing import EditHistory
from lesionstudio.imaging.edits import MaskEdit
from lesionstudio.imaging.found_masks import FoundMask, MaskPart
from lesionstudio.imaging.incoming import Incoming, Keep, Wish, segments_of
from lesionstudio.imaging.mask import Mask, MaskSnapshot, Pixels
from lesionstudio.imaging.mask_values import Census, census, census_of_segments
from lesionstudio.imaging.scan import Scan
from lesionstudio.imaging.segments import Segmentation
from lesionstudio.imaging.windowing import first_preset, preset_window, to_grey
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _

_LARGEST_PREVIEW = 640


@dataclass(frozen=True, eq=False, slots=True)
class ImportOrder:
    """Which masks go to which items, and how. `pending`: masks that are on their way to the disk."""

    project: Project
    wishes: Mapping[str, Wish]
    keep: Keep = "mine"
    trust: bool = False
    locked: frozenset[int] = frozenset()
    title: str = ""
    pending: Mapping[str, MaskSnapshot | None] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class TakenIn:
    """What became of one mask: the item's mask with the step done on it, and what came in, to do it once more.

    `edit` is None where nothing changed; `problem` says why a mask was left out.
    """

    item: WorkItem
    mask: Mask | None = None
    edit: MaskEdit | None = None
    incoming: Incoming | None = None
    problem: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Preview:
    """A slice as it would be: its picture (row, column, 3), the labels on it, and a pixel's height and width."""

    picture: Pixels
    labels: Pixels
    k: int
    slices: int
    spacing: tuple[float, float]
    problem: str = ""


def look_at_masks(project: Project, wanted: Sequence[tuple[int, FoundMask, WorkItem | None]], report: Reporter) -> None:
    """Reports (number, Census) for each mask, looked at on the grid of its scan. What cannot be read says why. Slow."""
    steps, scans = Steps(report, len(wanted), _("Looking at masks")), dict[str, Scan]()
    for n, mask, item in wanted:
        steps.advance(partial=(n, _census(project, mask, item, scans)))


class Previews:
    """Shows pairs slice by slice; the scan and the mask that were shown last are at hand for the next slice."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._scan: tuple[str, Scan] | None = None
        self._mask: tuple[str, Wish, Mapping[int, Pixels], str] | None = None
        self._segments: tuple[str, FoundMask, Segmentation | None] | None = None

    def preview(self, project: Project, item: WorkItem, wish: Wish, k: int | None) -> Preview:
        """Slice k of a scan with the mask on it, or the slice with the most marks. Raises UnreadableFile. Slow."""
        with self._lock:
            scan = self._scan_of(project, item)
            slices, problem = self._slices(item, wish, scan)
        counts = {n: int(np.count_nonzero(labels)) for n, labels in slices.items()} if k is None else {}
        shown = max(counts, key=lambda n: counts[n], default=scan.slices // 2) if k is None else k
        shown = min(shown, scan.slices - 1)
        step = max(1, -(-max(scan.geometry.shape[1:]) // _LARGEST_PREVIEW))
        labels = slices.get(shown, np.zeros(scan.geometry.shape[1:], np.uint8))[::step, ::step]
        return Preview(_picture(scan, shown, step), labels, shown, scan.slices, scan.geometry.spacing_mm[1:], problem)

    def _scan_of(self, project: Project, item: WorkItem) -> Scan:
        if self._scan is None or self._scan[0] != item.id:
            self._scan = item.id, project.read_scan(item)
        return self._scan[1]

    def _slices(self, item: WorkItem, wish: Wish, scan: Scan) -> tuple[Mapping[int, Pixels], str]:
        if self._mask is None or self._mask[:2] != (item.id, wish):
            try:
                self._mask = item.id, wish, Incoming.read(wish, scan, self._segments_of(item, wish, scan)).slices, ""
            except LesionStudioError as error:
                self._mask = item.id, wish, {}, error.message
        return self._mask[2:]

    def _segments_of(self, item: WorkItem, wish: Wish, scan: Scan) -> Segmentation | None:
        """The named segments of a mask, kept while only what becomes of them changes."""
        key = (item.id, wish.mask)
        if self._segments is None or self._segments[:2] != key:
            self._segments = (*key, segments_of(wish.mask, scan))
        return self._segments[2]


def read_masks(order: ImportOrder, report: Reporter) -> None:
    """Reports a TakenIn for each mask; of every mask that changes, a state is kept before. Slow."""
    steps = Steps(report, len(order.wishes), _("Importing masks"))
    for item_id, wish in order.wishes.items():
        steps.advance(partial=_taken_in(order, order.project.items[item_id], wish))


def _taken_in(order: ImportOrder, item: WorkItem, wish: Wish) -> TakenIn:
    project = order.project
    try:
        scan = project.read_scan(item)
        mask = project.load_mask(item.id, scan.geometry, scan.slice_ids)
        pending = order.pending.get(item.id)
        mask = mask if pending is None else Mask.restore(pending)
        incoming = Incoming.read(wish, scan)
        project.states.keep(item.id, mask.snapshot(), order.title, scan.slice_ids)
    except LesionStudioError as problem:
        return TakenIn(item, problem=f"{item.name}: {problem.message}")
    history = EditHistory(mask, locked=order.locked)
    edit = incoming.put(history, order.title, keep=order.keep, trust=order.trust)
    mask.marks()  # counted here, so that the window's thread finds them counted
    return TakenIn(item, mask, edit, incoming)


def _census(project: Project, mask: FoundMask, item: WorkItem | None, scans: dict[str, Scan]) -> Census:
    try:
        if item is not None and item.id not in scans:
            scans[item.id] = project.read_scan(item)
        scan = scans[item.id] if item is not None else None
        segments = segments_of(mask, scan) if scan is not None else None
        if segments is not None:
            return census_of_segments(segments)
        parts = [_census_of_part(part, scan) for part in mask.parts]
    except LesionStudioError as problem:
        return Census((0, 0, 0), error=problem.message, hint=problem.hint)
    return parts[0] if len(parts) == 1 and mask.parts[0].k is None else _together(mask, parts, item)


def _census_of_part(part: MaskPart, scan: Scan | None) -> Census:
    from lesionstudio.imaging.formats import mask_values

    is_whole, notes = part.k is None, list[str]()
    return census(mask_values(part.path, scan.geometry if scan is not None and is_whole else None, notes), notes)


def _together(mask: FoundMask, parts: Sequence[Census], item: WorkItem | None) -> Census:
    """What several files hold together. Raises nothing: files of several sizes are told as such."""
    shapes = {part.shape[1:] for part in parts}
    if len(shapes) > 1:
        return Census((0, 0, 0), error=_("The pictures of {name} are not all of one size.").format(name=mask.name))
    rows, columns = shapes.pop()
    values = sorted({value for part in parts for value in part.values})
    slices = item.shape[0] if item is not None else len({part.k for part in mask.parts})
    white = float(np.mean([part.white for part in parts]))
    return Census((slices, rows, columns), tuple(values), white)


def _picture(scan: Scan, k: int, step: int) -> Pixels:
    pixels: NDArray[Any] = scan.slice(k)[::step, ::step]
    if scan.colour and pixels.ndim == 3 and pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels[..., :3])
    grey = to_grey(pixels if pixels.ndim == 2 else pixels[..., 0], preset_window(scan, first_preset(scan), k))
    return np.repeat(grey[..., np.newaxis], 3, axis=2)
