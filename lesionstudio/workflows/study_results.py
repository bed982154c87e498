"""study_results: how well a model marks the checked slices of a study that it never learned from, slice by slice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem, NotEnoughExamples
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.imaging.scan import Scan
from lesionstudio.metrics.cases import Case, score_case
from lesionstudio.metrics.curves import Probabilities
from lesionstudio.metrics.summary import summary
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Progress, Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.project.worklist import Role, WorkItem
from lesionstudio.report.facts import Sample
from lesionstudio.words import _
from lesionstudio.workflows.evaluate import curves_of
from lesionstudio.workflows.kept_marks import MarksKeeper, amounts, read_marks
from lesionstudio.workflows.lessons import outputs_for
from lesionstudio.workflows.report import USUAL, WORST, slice_sample, write_slices_report
from lesionstudio.workflows.segment import Choices, Piece, Segmenting

Marks = NDArray[np.uint8]
PAGE_NAME = "report.html"


def study_results(
    project: str,
    model: str,
    role: str,
    tables: dict[str, dict[str, int]],
    device: str,
    out: str,
    report: Reporter,
    opened: int | None = None,
) -> dict[str, Any]:
    """Scores a model on a study's checked slices of one role, as Segment would mark them now.

    `model` is an id or a folder, `tables` the study's {model id: {model's label: study's label}}, `out` the folder for
    what was marked and for the page, `opened` how often test slices were judged by so far. The partial result
    {"results": R} comes before the page is written. R is evaluate's JSON, each case with "item", "name", "slice",
    "marks" (a file in `out`, see kept_marks) and amounts; "left_out": labels that the model does not know; "numbers":
    the study's numbers of those judged. Gives {"page": its path}. Raises NotEnoughExamples, ModelProblem,
    UnreadableFile, ProjectProblem.
    """
    study = Project.open(Path(project), write=False)
    shelved = ModelShelf(study).find(model)
    numbers = _Numbers.of(study, shelved.card, tables.get(shelved.card.id))
    wanted = [(item, slices) for item in study.items.values() if (slices := _checked(study, item, Role(role)))]
    if not wanted:
        raise NotEnoughExamples(_("No checked slice is there to judge by."), hint=_("Mark one and press Enter."))
    judging = _Judging(study, shelved.folder, numbers, device, MarksKeeper(Path(out)))
    judging.judge(wanted, report)
    scores = {**judging.scores(), "part": role, "opened": opened, "title": shelved.card.title}
    report(Progress(1.0, _("Writing the report"), 0.0, {"results": scores}))
    page = Path(out) / PAGE_NAME
    write_slices_report(page, scores, shelved, *judging.samples(), report)
    return {"page": str(page)}


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The labels judged: names, and tables from the study's and from the model's numbers to 1, 2, ... for these."""

    names: tuple[str, ...]
    ours: tuple[int, ...]
    outputs: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, study: Project, card: ModelCard, table: dict[str, int] | None) -> "_Numbers":
        known = outputs_for(card.labels, table, (), study.labels).labels
        ours = tuple(label.number for label in study.labels if label.number in known)
        if not ours:
            raise ModelProblem(
                _("None of this study's labels is known to {title}.").format(title=_(card.title)),
                hint=_("Choose another model, or let it learn them."),
            )
        names = tuple(label.name for label in study.labels if label.number in known)
        outputs = tuple(tuple(n for n, one in enumerate(known) if one == number) for number in ours)
        return cls(names, ours, outputs)

    def of_study(self, marks: Marks) -> Marks:
        """The study's labels as numbers of those judged; others are background."""
        table = np.zeros(256, np.uint8)
        table[list(self.ours)] = range(1, len(self.ours) + 1)
        return table[marks]

    def of_model(self, marks: Marks) -> Marks:
        """The model's labels, likewise."""
        table = np.zeros(256, np.uint8)
        for place, outputs in enumerate(self.outputs, 1):
            table[[n + 1 for n in outputs]] = place
        return table[marks]


class _Judging:
    """Runs the model on slices and keeps what came of each."""

    def __init__(self, study: Project, model: Path, numbers: _Numbers, device: str, keeper: MarksKeeper) -> None:
        self._study, self._model, self._numbers, self._device = study, model, numbers, device
        self._keeper = keeper
        self._cases: list[Case] = []
        self._facts: list[dict[str, Any]] = []
        self._counted = [Probabilities.none() for _name in numbers.names]
        self._unknown: set[int] = set()
        self._engine: dict[str, Any] = {}

    def judge(self, wanted: Sequence[tuple[WorkItem, list[int]]], report: Reporter) -> None:
        """Scan after scan, reported slice by slice."""
        steps = Steps(report, sum(len(slices) for _item, slices in wanted), _("Measuring"))
        for item, slices in wanted:
            scan = self._study.read_scan(item)
            mask = self._study.load_mask(item.id, scan.geometry, scan.slice_ids)
            run = Segmenting(scan, Choices(self._model, None, self._device))
            for piece in run.pieces(slices, lambda _progress: steps.advance(0)):
                for k, marked, probabilities in _each(piece):
                    self._take(item, scan, k, (marked, mask.labels(k)), probabilities)
                steps.advance(len(piece.slices))
            self._engine = run.facts()

    def _take(
        self, item: WorkItem, scan: Scan, k: int, both: tuple[Marks, Marks], probabilities: NDArray[np.float32]
    ) -> None:
        marked, wanted = self._numbers.of_model(both[0]), self._numbers.of_study(both[1])
        self._unknown |= {int(n) for n in np.unique(both[1]) if n} - set(self._numbers.ours)
        spacing = tuple(map(float, scan.geometry.spacing_mm)) if scan.geometry.has_spacing else None
        group = item.patient or item.id
        case = score_case(f"{item.id}:{k}", group, marked[None], wanted[None], self._numbers.names, spacing)
        for place, outputs in enumerate(self._numbers.outputs):
            counted = Probabilities.of(probabilities[list(outputs)].max(0), wanted == place + 1)
            self._counted[place] += counted
        name = item.name if scan.slices == 1 else _("{name}, slice {n}").format(name=item.name, n=k + 1)
        facts = {"item": item.id, "name": name, "slice": k, "worst_slice": 0, **amounts(case)}
        self._facts.append({**facts, "marks": self._keeper.keep(marked, wanted)})
        self._cases.append(case)

    def scores(self) -> dict[str, Any]:
        """All of it, as JSON can carry it."""
        found = summary(self._cases)
        cases = [{**case, **facts} for case, facts in zip(found["cases"], self._facts)]
        names = {label.number: label.name for label in self._study.labels}
        left_out = [names[n] for n in sorted(self._unknown) if n in names]
        curves = {name: curves_of([one]) for name, one in zip(self._numbers.names, self._counted)}
        known = {"left_out": left_out, "flips": False, "numbers": list(self._numbers.ours)}
        return {**found, **self._engine, **known, "cases": cases, "curves": curves}

    def samples(self) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
        """The worst slices, and some of the others."""
        order = sorted(range(len(self._cases)), key=lambda n: self._cases[n].share("dice"))
        marked = [n for n in order if self._cases[n].pooled.wanted]
        rest = marked[WORST:]
        usual = [rest[n] for n in np.unique(np.linspace(0, len(rest) - 1, USUAL).round().astype(int))] if rest else []
        return tuple(map(self._sample, marked[:WORST])), tuple(map(self._sample, usual))

    def _sample(self, n: int) -> Sample:
        facts = self._facts[n]
        scan = self._study.read_scan(self._study.items[facts["item"]])
        marked, wanted = read_marks(self._keeper.folder / facts["marks"])
        return slice_sample(facts["name"], scan, facts["slice"], wanted, marked, self._cases[n])


def _each(piece: Piece) -> Iterator[tuple[int, Marks, NDArray[np.float32]]]:
    """Slice number, labels and probabilities (label, row, column) of each slice of a piece."""
    for place, k in enumerate(piece.slices):
        yield k, piece.labels[place], piece.probabilities[:, place]


def _checked(study: Project, item: WorkItem, role: Role) -> list[int]:
    """The checked slices of an item that have this role."""
    if item.error or item.last:
        return []
    record = study.record(item.id)
    pairs = enumerate(zip(record.roles, record.statuses))
    return [k for k, (its, status) in pairs if its == role and status == SliceStatus.CHECKED]
