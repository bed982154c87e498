"""Stacks: numbered pictures of one size become the slices of one volume, and single pictures again, marks and all.

The files are never touched. What is written: the mask and the record of the volume, or of each picture; the list of the
study changes only afterwards (Project.join, Project.take_apart), so that whatever happens in between, nothing is lost.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lesionstudio.imaging.formats.names import natural_key, stem
from lesionstudio.imaging.formats.source import FoundScan, ScanSource
from lesionstudio.imaging.geometry import Geometry, Index
from lesionstudio.imaging.mask import LAYERS, DraftSource, Layer, Mask, MaskSnapshot, Pixels
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import ItemRecord, WorkItem
from lesionstudio.words import _

Spacing = tuple[float, float, float]
FEWEST = 3
_FORMATS = ("raster", "tiff")
_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)
"""A name, its last number, and what stands after that."""


@dataclass(frozen=True, eq=False, slots=True)
class Joined:
    """A volume made of pictures, its mask and record written, and the pictures."""

    item: WorkItem
    members: tuple[WorkItem, ...]


def stackable(items: Iterable[WorkItem], fewest: int = FEWEST) -> list[tuple[WorkItem, ...]]:
    """Pictures that could be one volume: numbered, of one size, in one folder, of one patient; in natural order."""
    groups: dict[tuple[object, ...], list[WorkItem]] = {}
    for item in items:
        key = _key(item)
        if key is not None:
            groups.setdefault(key, []).append(item)
    found = (sorted(group, key=lambda item: natural_key(item.source.files[0].name)) for group in groups.values())
    return [tuple(group) for group in found if len(group) >= fewest]


def stacks_of(found: Sequence[FoundScan]) -> list[FoundScan]:
    """The same scans, two or more pictures that could be one volume as that volume, in the place of the first."""
    stacks: dict[str, FoundScan] = {}
    gone: set[str] = set()
    ours = {one.id: one for one in found}
    for members in stackable([WorkItem.of(one) for one in found], fewest=2):
        files = tuple(member.source.files[0] for member in members)
        first, shape = ours[members[0].id], (len(members), *members[0].shape[1:])
        folder, name = first.id.rpartition("/")[0], _common_name(files[0])
        stack_id, source = f"{folder}/{name}.stack".lstrip("/"), ScanSource("stack", files)
        stacks[first.id] = replace(first, id=stack_id, source=source, name=name, shape=shape, kind="volume")
        gone |= {member.id for member in members}
    return [stacks.get(one.id, one) for one in found if one.id in stacks or one.id not in gone]


def join(
    project: Project, members: Sequence[WorkItem], spacing_mm: Spacing | None = None, report: Reporter = silent
) -> Joined:
    """Writes the mask and record of the volume that these pictures make, in this order. Slow.

    `spacing_mm`: distance of slices, rows and columns; None where it is not known. Raises UnreadableFile, GridMismatch,
    ProjectProblem; the study's list is as it was then, and the pictures' masks are always left as they are.
    """
    item = stacked(project, members, spacing_mm)
    scan, steps = project.read_scan(item), Steps(report, len(members), _("Joining"))
    layers: dict[Layer, dict[int, Pixels]] = {layer: {} for layer in LAYERS}
    makers: dict[int, DraftSource] = {}
    records, source = [], None
    for k, member in enumerate(members):
        records.append(project.record(member.id))
        mask = _mask_of(project, member)
        if mask is not None:
            project.states.keep(member.id, mask.snapshot(), _("Join into a volume"))
            for layer in LAYERS:
                layers[layer] |= {k: mask.layer(layer, 0)} if mask.layer(layer, 0).any() else {}
            makers |= {k: mask.makers[0]} if 0 in mask.makers else {}
            source = mask.draft_source or source
        steps.advance(message=member.name)
    statuses = np.array([record.statuses[0] for record in records], np.uint8)
    project.records[item.id] = _together(records)
    project.load_mask(item.id, scan.geometry, scan.slice_ids)
    project.save_mask(item.id, MaskSnapshot(scan.geometry.shape, layers, statuses, source, makers=makers))
    return Joined(item, tuple(members))


def take_apart(project: Project, item: WorkItem, report: Reporter = silent) -> Joined:
    """Writes the masks and records of the pictures that a volume was made of. Slow; raises as join does."""
    members, record = project.joined[item.id], project.record(item.id)
    grid = record.grid.geometry() if record.grid is not None else Geometry.pixels(item.shape)
    mask = project.load_mask(item.id, grid, tuple(file.name for file in item.source.files))
    project.states.keep(item.id, mask.snapshot(), _("Take the volume apart"))
    record, steps = project.record(item.id), Steps(report, len(members), _("Taking apart"))
    whole = mask.snapshot()
    for k, member in enumerate(members):
        generation = project.record(member.id).generation
        project.records[member.id] = replace(_single(record, k), generation=generation)
        project.load_mask(member.id, Geometry.pixels(member.shape))
        layers: dict[Layer, dict[int, Pixels]] = {
            layer: {0: slices[k]} if k in slices else {} for layer, slices in whole.layers.items()
        }
        makers = {0: whole.makers[k]} if k in whole.makers else {}
        one = MaskSnapshot(member.shape, layers, whole.statuses[k : k + 1], whole.draft_source, makers=makers)
        if _is_worth_writing(project, member, one):
            project.save_mask(member.id, one)
        else:
            project.records[member.id] = replace(project.records[member.id], marks={})
        steps.advance(message=member.name)
    return Joined(item, members)


def stacked(project: Project, members: Sequence[WorkItem], spacing_mm: Spacing | None) -> WorkItem:
    """The item that these pictures make, under an id that nothing has or had."""
    from lesionstudio.imaging.formats.search import facts

    first, last = members[0], members[-1]
    folder = first.id.rpartition("/")[0]
    name = _name(first, last)
    wished = f"{folder}/{name}" if folder else name
    item_id, n = f"{wished}.stack", 2
    while item_id in project.items or project.has_record(item_id):
        item_id, n = f"{wished} {n}.stack", n + 1
    shape: Index = (len(members), *first.shape[1:])
    files = tuple(member.source.files[0] for member in members)
    return replace(
        first,
        id=item_id,
        name=name,
        series={"image": ScanSource("stack", files, spacing_mm=spacing_mm)},
        shape=shape,
        facts=facts(shape, first.modality),
        kind="volume",
    )


def _key(item: WorkItem) -> tuple[object, ...] | None:
    """The same for pictures that could be slices of one volume; None for what is no such picture."""
    if item.error or item.last or item.source.format not in _FORMATS or item.shape[0] != 1 or item.source.part:
        return None
    file: Path = item.source.files[0]
    numbered = _NUMBER.match(stem(file.name))
    if numbered is None:
        return None
    return (file.parent, numbered[1], numbered[3], file.suffix.lower(), item.shape, item.patient, item.modality)


def _name(first: WorkItem, last: WorkItem) -> str:
    """ "slice_001 to 025" of slice_001 and slice_025."""
    begin, end = stem(first.source.files[0].name), stem(last.source.files[0].name)
    numbers = re.findall(r"\d+", end)
    return _("{first} to {last}").format(first=begin, last=numbers[-1] if numbers else end)


def _common_name(first: Path) -> str:
    """What the names of numbered pictures have in common; the folder's name where that is nothing."""
    numbered = _NUMBER.match(stem(first.name))
    before = numbered[1].rstrip("_-. ") if numbered else ""
    return before or first.parent.name


def _mask_of(project: Project, member: WorkItem) -> Mask | None:
    """The mask of a picture; None where nothing was ever done to it."""
    record = project.record(member.id)
    if record.grid is None and not record.marks and not any(record.statuses):
        return None
    return project.load_mask(member.id, Geometry.pixels(member.shape))


def _together(records: Sequence[ItemRecord]) -> ItemRecord:
    """The record of a volume whose slice k has the k-th of these records, each of one slice; its marks not counted."""
    whole = ItemRecord.new(len(records), tuple(record.roles[0] for record in records))
    whole = replace(whole, statuses=tuple(record.statuses[0] for record in records), marks=None)
    for k, record in enumerate(records):
        there = record.moved([*[None] * k, 0])
        whole = replace(
            whole,
            flags={**whole.flags, **there.flags},
            seen=whole.seen | there.seen,
            seconds={**whole.seconds, **there.seconds},
            rulers=whole.rulers + there.rulers,
        )
    return whole


def _single(record: ItemRecord, k: int) -> ItemRecord:
    """What a volume's record says of slice k, as the record of a picture."""
    one = record.moved([k])
    return replace(one, last_slice=0, grid=None, draft=record.draft, marks=None)


def _is_worth_writing(project: Project, member: WorkItem, snapshot: MaskSnapshot) -> bool:
    """Whether a picture has anything to keep, or had before, so that nothing old is left under its name."""
    is_marked = any(pixels.any() for slices in snapshot.layers.values() for pixels in slices.values())
    record = project.records[member.id]
    told = bool(record.flags or record.seconds or record.seen or record.rulers)
    return is_marked or bool(snapshot.statuses.any()) or told or project.has_record(member.id)
