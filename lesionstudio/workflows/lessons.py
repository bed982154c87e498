"""Lessons: what a study has to learn from and to measure on: its checked slices, and which output each label is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.chest import Chest, chest_in
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.labels import LabelSet, labels_by_name, match_labels
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import Role, WorkItem
from lesionstudio.words import _
from lesionstudio.workflows.segment import spread

FEWEST = 2
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
    """A checked slice by a model's rules, (channel, row, column), large ones made smaller, and its marks so."""

    pixels: Floats
    marks: Marks


@dataclass(slots=True)
class Lessons:
    """The checked slices of a study: pictures to learn from, and what is held out to measure on, with its pictures.

    `looks` are whole pictures from all over the scans learned from: what such scans look like.
    """

    learned: list[Picture] = field(default_factory=list)
    held_out: list[CheckedSlice] = field(default_factory=list)
    watched: list[Picture] = field(default_factory=list)
    looks: list[Floats] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def marked_labels(self) -> list[int]:
        """The study's numbers of the labels that are marked on any slice learned from."""
        return sorted({int(n) for one in self.learned for n in np.unique(one.marks) if n})


class Reading:
    """Reads the checked slices of a study as a model will see them.

    `card` is the model's, and afterwards what the version begins with; for None that of a new model is drafted from
    the first scan.
    """

    def __init__(self, project: Project, card: ModelCard | None, channels: str) -> None:
        self.project, self.card, self._channels = project, card, channels
        self._lessons = Lessons()

    def lessons(self, report: Reporter) -> Lessons:
        """Everything that is checked. Raises NotEnoughExamples where fewer than two slices to learn from have a mark.

        A scan that cannot be read is left out and named in the warnings.
        """
        items = [item for item in self.project.items.values() if not item.error and not item.last]
        steps = Steps(report, max(len(items), 1), _("Reading the checked slices"))
        for item in items:
            try:
                if self.project.record(item.id).checked:
                    self._read(item)
            except LesionStudioError as problem:
                text = _("{name} was left out: {reason}")
                self._lessons.warnings.append(text.format(name=item.name, reason=problem.message))
            steps.advance()
        self._refuse_too_few()
        if self.card is not None and self.card.chest is not None:
            self._settle_chests(self.card)
        return self._lessons

    def _read(self, item: WorkItem) -> None:
        scan = self.project.read_scan(item)
        mask = self.project.load_mask(item.id, scan.geometry, scan.slice_ids)
        roles, known = self.project.record(item.id).roles, [label.number for label in self.project.labels]
        shown: list[Picture] = []
        for k, role in zip(range(scan.slices), roles):
            if mask.status(k) != SliceStatus.CHECKED or role not in (Role.LEARN, Role.HELD_OUT):
                continue
            marks = np.where(np.isin(mask.labels(k), known), mask.labels(k), 0).astype(np.uint8)
            if role == Role.LEARN:
                shown.append(self._picture(scan, k, marks))
            elif marks.any():
                self._lessons.held_out.append(CheckedSlice(item.id, item.name, item.patient or item.id, k, marks))
                self._lessons.watched.append(self._picture(scan, k, marks))

        if shown:
            nothing = np.zeros(scan.geometry.shape[1:], np.uint8)
            around = [self._picture(scan, k, nothing) for k in spread(scan.slices)] if scan.slices > 1 else []
            self._lessons.learned += shown
            self._lessons.looks += [picture.pixels for picture in shown + around]

    def _picture(self, scan: Scan, k: int, marks: Marks) -> Picture:
        if self.card is None:
            self.card = _drafted(scan, self._channels)
        return _not_too_large(network_inputs(scan, k, self.card.inputs), marks, self.card.long_side[1])

    def _settle_chests(self, card: ModelCard) -> None:
        """Cuts whole chests as Segment will for this card; drops that rule where it would hide what was marked."""
        learned = self._lessons.learned
        chests = [chest_in(picture.pixels, card) for picture in learned]
        lost = sum(int((one.marks[~chest.hull] > 0).sum()) for one, chest in zip(learned, chests) if chest)
        if lost > _LOST_AT_MOST * sum(int((one.marks > 0).sum()) for one in learned):
            note = _("Its rule for whole chests is left out: in this study it would hide what is marked.")
            self.card = replace(card, chest=None, notes=(*card.notes, note))
            return
        self._lessons.learned = [_cut(one, chest) if chest else one for one, chest in zip(learned, chests)]

    def _refuse_too_few(self) -> None:
        marked = sum(bool(one.marks.any()) for one in self._lessons.learned)
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


def _drafted(scan: Scan, channels: str) -> ModelCard:
    """The card of a new model for scans like this one, before it has labels or weights."""
    from lesionstudio.workflows.training_set import inputs_for

    inputs = inputs_for(scan, channels)
    return ModelCard("study", "", (), inputs, modality=scan.modality, plane=scan.geometry.plane, long_side=(192, 512))


def _cut(picture: Picture, chest: Chest) -> Picture:
    pixels = np.ascontiguousarray(picture.pixels[(slice(None), *chest.box)])
    return Picture(pixels, np.ascontiguousarray(picture.marks[chest.box]))


def _not_too_large(pixels: Floats, marks: Marks, high: int) -> Picture:
    """The picture at no more pixels than any patch of it can show; `high` is the card's largest long side."""
    from lesionstudio.learning.augment import scaled_to

    largest = round(high * _SEEN_AT_MOST)
    is_large = high and max(marks.shape) > largest
    return Picture(*(scaled_to(pixels, marks, largest) if is_large else (pixels, marks)))
