"""Lessons: what a study has to learn from and to measure on, slice by slice, and which output each label is.

Checked slices count whole, others only where a person painted, erased or confirmed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.chest import Chest, chest_in
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.labels import LabelSet, labels_by_name, match_labels
from lesionstudio.imaging.mask import Mask, Origin, SliceStatus
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.project.storage import file_name
from lesionstudio.project.worklist import Role, WorkItem
from lesionstudio.words import _
from lesionstudio.workflows.segment import spread

FEWEST, NOT_JUDGED = 2, 255
_JUDGED = (Origin.HAND, Origin.DRAFT_ACCEPTED, Origin.DRAFT_CORRECTED)
_TOUCHED = (SliceStatus.CHECKED, SliceStatus.CORRECTED)
_SEEN_AT_MOST, _LOST_AT_MOST = 1.5, 0.05

Floats = NDArray[np.float32]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class CheckedSlice:
    """One checked slice: its marks as the study's label numbers (row, column); `group` is its patient, or its scan."""

    item: str
    name: str
    group: str
    k: int
    marks: Marks


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A slice by a model's rules, (channel, row, column), large ones made smaller, and its marks so.

    Marks are NOT_JUDGED where nobody judged a slice that is not checked. `key` tells the slices of a study apart.
    """

    pixels: Floats
    marks: Marks
    key: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all of it was judged."""
        return not bool((self.marks == NOT_JUDGED).any())

    @property
    def is_marked(self) -> bool:
        """Whether any label is on it."""
        return bool(((self.marks > 0) & (self.marks != NOT_JUDGED)).any())


@dataclass(slots=True)
class Lessons:
    """The checked slices of a study: pictures to learn from, and what is held out to measure on, with its pictures.

    `corrected` are the checked ones of those learned from, as they are marked; `looks` whole pictures from all over the
    scans learned from: what such scans look like.
    """

    learned: list[Picture] = field(default_factory=list)
    corrected: list[CheckedSlice] = field(default_factory=list)
    held_out: list[CheckedSlice] = field(default_factory=list)
    watched: list[Picture] = field(default_factory=list)
    looks: list[Floats] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def marked_labels(self) -> list[int]:
        """The study's numbers of the labels that are marked on any slice learned from."""
        return sorted({int(n) for one in self.learned for n in np.unique(one.marks) if n not in (0, NOT_JUDGED)})

    @property
    def checked(self) -> int:
        """How many slices to learn from are checked."""
        return sum(one.is_whole for one in self.learned)

    def extend(self, more: "Lessons") -> None:
        """Takes in those of another scan."""
        for name in ("learned", "corrected", "held_out", "watched", "looks", "warnings"):
            getattr(self, name).extend(getattr(more, name))


Kept = dict[str, tuple[object, Lessons]]
"""The lessons of each scan as they were read last, and the state of its record then."""


class Reading:
    """Reads the lessons of a study as a model will see them.

    `card` is the model's, and afterwards what the version begins with; for None that of a new model is drafted from
    the first scan. With `kept` only scans whose record changed since are read again; it is for one card.
    """

    def __init__(self, project: Project, card: ModelCard | None, channels: str, kept: Kept | None = None) -> None:
        self.project, self.card, self._channels = project, card, channels
        self._lessons, self._kept = Lessons(), {} if kept is None else kept

    def lessons(self, report: Reporter) -> Lessons:
        """Everything that is checked. Raises NotEnoughExamples where fewer than two slices to learn from have a mark.

        A scan that cannot be read is left out and named in the warnings.
        """
        items = [item for item in self.project.items.values() if not item.error and not item.last]
        steps = Steps(report, max(len(items), 1), _("Reading the checked slices"))
        for item in items:
            try:
                if not set(_TOUCHED).isdisjoint(self.project.record(item.id).statuses):
                    self._lessons.extend(self._of(item))
            except LesionStudioError as problem:
                text = _("{name} was left out: {reason}")
                self._lessons.warnings.append(text.format(name=item.name, reason=problem.message))
            steps.advance()
        self._refuse_too_few()
        if self.card is not None and self.card.chest is not None:
            self._settle_chests(self.card)
        return self._lessons

    def _of(self, item: WorkItem) -> Lessons:
        """The lessons of a scan: as they are kept, or read now."""
        state = self._state(item)
        before = self._kept.get(item.id)
        if before is None or state is None or before[0] != state:
            before = self._kept[item.id] = (state, self._read(item))
        return before[1]

    def _state(self, item: WorkItem) -> object:
        """What changes with the record; None, never kept, where so far only the journal knows of the work."""
        try:
            record = (self.project.home / "items" / file_name(item.id, ".json")).stat()
        except FileNotFoundError:
            return None
        return record.st_mtime_ns, record.st_size, tuple(label.number for label in self.project.labels)

    def _read(self, item: WorkItem) -> Lessons:
        scan, found = self.project.read_scan(item), Lessons()
        mask = self.project.load_mask(item.id, scan.geometry, scan.slice_ids)
        roles, known = self.project.record(item.id).roles, [label.number for label in self.project.labels]
        for k, role in zip(range(scan.slices), roles):
            if role == Role.LEARN and mask.status(k) == SliceStatus.CORRECTED:
                marks = _where_judged(mask, k, known)
                found.learned += [self._picture(scan, k, marks, item)] if (marks != NOT_JUDGED).any() else []
            if mask.status(k) != SliceStatus.CHECKED or role not in (Role.LEARN, Role.HELD_OUT):
                continue
            marks = _known_marks(mask, k, known)
            checked = CheckedSlice(item.id, item.name, item.patient or item.id, k, marks)
            if role == Role.LEARN:
                found.learned.append(self._picture(scan, k, marks, item))
                found.corrected.append(checked)
            elif marks.any():
                found.held_out.append(checked)
                found.watched.append(self._picture(scan, k, marks, item))

        if found.learned:
            nothing = np.zeros(scan.geometry.shape[1:], np.uint8)
            around = [self._picture(scan, k, nothing, item) for k in spread(scan.slices)] if scan.slices > 1 else []
            found.looks = [picture.pixels for picture in found.learned + around]
        return found

    def _picture(self, scan: Scan, k: int, marks: Marks, item: WorkItem) -> Picture:
        if self.card is None:
            self.card = _drafted(scan, self._channels)
        seen = _not_too_large(network_inputs(scan, k, self.card.inputs), marks, self.card.long_side[1])
        return replace(seen, key=key_of(item.id, k))

    def _settle_chests(self, card: ModelCard) -> None:
        """Cuts whole chests as Segment will for this card; drops that rule where it would hide what was marked."""
        learned = self._lessons.learned
        chests = [chest_in(picture.pixels, card) for picture in learned]
        lost = sum(_marked(one.marks[~chest.hull]) for one, chest in zip(learned, chests) if chest)
        if lost > _LOST_AT_MOST * sum(_marked(one.marks) for one in learned):
            note = _("Its rule for whole chests is left out: in this study it would hide what is marked.")
            self.card = replace(card, chest=None, notes=(*card.notes, note))
            return
        self._lessons.learned = [_cut(one, chest) if chest else one for one, chest in zip(learned, chests)]

    def _refuse_too_few(self) -> None:
        marked = sum(one.is_marked and one.is_whole for one in self._lessons.learned)
        if marked < FEWEST:
            usual = _("Mark a slice and press Enter. Slices that are held out do not count here.")
            raise NotEnoughExamples(
                _("Learning needs two checked slices with a mark; there are {n}.").format(n=marked),
                hint=next(iter(self._lessons.warnings), usual),
            )


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of a model that learns in a study: their names, and for each the study's label, 0 for none.

    `taught`: whether the output's label is marked on the slices learned from.
    """

    names: tuple[str, ...]
    labels: tuple[int, ...]
    taught: tuple[bool, ...]

    @property
    def table(self) -> dict[str, int]:
        """{model's number: study's number}, as a study's label tables keep it."""
        return {str(output): label for output, label in enumerate(self.labels, 1)}

    def targets(self, marks: Marks) -> Marks:
        """Marks in the study's numbers as numbers of the outputs."""
        numbers = np.zeros(256, np.uint8)
        numbers[NOT_JUDGED] = NOT_JUDGED
        for output, (label, is_taught) in enumerate(zip(self.labels, self.taught), 1):
            numbers[label] = output if label and is_taught else numbers[label]
        return numbers[marks]


def outputs_for(
    names: Sequence[str], table: Mapping[str, int] | None, marked: Sequence[int], labels: LabelSet
) -> Outputs:
    """What becomes of a model's outputs: they take the study's names, and marked labels it lacks get new ones.

    `table` is the study's {model's number: study's number} for this model; without one labels are matched by name.
    Where two outputs stand for one label the first is taught.
    """
    known = _known_table(tuple(names), table, labels)
    theirs = [known.get(number, 0) for number in range(1, len(names) + 1)]
    theirs += [number for number in marked if number not in theirs]
    named = [_name(labels, label) or old for label, old in zip(theirs, [*names, *[""] * len(theirs)])]
    taught = tuple(label in marked and theirs.index(label) == n for n, label in enumerate(theirs))
    return Outputs(tuple(named), tuple(theirs), taught)


def _known_table(names: tuple[str, ...], table: Mapping[str, int] | None, labels: LabelSet) -> dict[int, int]:
    if table is None:
        return match_labels(names, labels) or labels_by_name(names, labels)
    return {int(theirs): ours for theirs, ours in table.items() if labels.by_number(ours)}


def _name(labels: LabelSet, number: int) -> str:
    label = labels.by_number(number)
    return label.name if label else ""


def key_of(item_id: str, k: int) -> str:
    """What a slice of a study is called among lessons."""
    return f"{item_id}:{k}"


def _known_marks(mask: Mask, k: int, known: Sequence[int]) -> Marks:
    """The marks of a slice; what has a deleted label is background."""
    return np.where(np.isin(mask.labels(k), known), mask.labels(k), 0).astype(np.uint8)


def _where_judged(mask: Mask, k: int, known: Sequence[int]) -> Marks:
    """The marks of a slice where a person judged it, NOT_JUDGED everywhere else."""
    return np.where(np.isin(mask.origin(k), _JUDGED), _known_marks(mask, k, known), NOT_JUDGED).astype(np.uint8)


def _marked(marks: Marks) -> int:
    return int(((marks > 0) & (marks != NOT_JUDGED)).sum())


def _drafted(scan: Scan, channels: str) -> ModelCard:
    """The card of a new model for scans like this one, before it has labels or weights."""
    from lesionstudio.workflows.training_set import inputs_for

    inputs = inputs_for(scan, channels)
    return ModelCard("study", "", (), inputs, modality=scan.modality, plane=scan.geometry.plane, long_side=(128, 512))


def _cut(picture: Picture, chest: Chest) -> Picture:
    pixels = np.ascontiguousarray(picture.pixels[(slice(None), *chest.box)])
    return replace(picture, pixels=pixels, marks=np.ascontiguousarray(picture.marks[chest.box]))


def _not_too_large(pixels: Floats, marks: Marks, high: int) -> Picture:
    """The picture at no more pixels than any patch of it can show; `high` is the card's largest long side."""
    from lesionstudio.learning.augment import scaled_to

    largest = round(high * _SEEN_AT_MOST)
    is_large = high and max(marks.shape) > largest
    return Picture(*(scaled_to(pixels, marks, largest) if is_large else (pixels, marks)))
