"""learn: a new version of a model from a study's checked slices, measured on those that were held out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.versions import place_version, telling_of_version, version_draft, version_number
from lesionstudio.words import _
from lesionstudio.workflows import teaching
from lesionstudio.workflows.becoming import NEW_LINEAGE, WANTED_BYTES
from lesionstudio.workflows.held_out import FEWEST_TO_MEASURE, comparison, dice_of_each
from lesionstudio.workflows.lessons import CheckedSlice, Lessons, Outputs, Reading, outputs_for
from lesionstudio.workflows.yardstick import earlier, looked_back, write_lessons

_SAVING_S = 6.0

Tables = Mapping[str, Mapping[str, int]]


def learn(
    project: str,
    model: str,
    device: str,
    minutes: float,
    seed: int,
    tables: dict[str, dict[str, int]],
    report: Reporter,
) -> dict[str, Any]:
    """A new version on the study's shelf, learned from its checked slices; which model is used stays as it is.

    `project` is the study's home or folder, opened to read; `model` the folder to start from, "" for a new model;
    `minutes` 0 leaves the time to the program; `tables` the study's {model id: {model's label: study's label}}. The
    partial results are {"curve": [[minutes, Dice or null, loss or null], ...]}: what is new of it. Gives the version's
    id and folder and how it compares on the held-out slices (see held_out.comparison). Raises NotEnoughExamples,
    ModelProblem, ProjectProblem (nothing was placed then), OutOfMemory.
    """
    study = Project.open(Path(project), write=False)
    parent = ModelShelf(study).find(model) if model else None
    began = time.monotonic()
    order = _Order(study, parent, teaching.Terms(_device(device), minutes, seed), tables)
    lessons, outputs, begins = _prepared(order, _part(report, 0, 0.04))
    with version_draft(study.home, WANTED_BYTES) as draft:
        measuring_s = -time.monotonic()
        back = earlier(lessons, order.parent.folder if order.parent else None)
        before = _before(order, lessons, outputs, back, _part(report, 0.04, 0.08))
        measuring_s += time.monotonic() + _SAVING_S
        card = _taught(order, begins, lessons, outputs, before, draft, _part(report, 0.08, 0.95, measuring_s))
        told = _part(report, 0.95, 1, 0.0)
        after = _dice(order, draft, outputs, lessons, back, _("Measuring the new version"), told)
        n = len(_measured_on(lessons))
        held_out, looked = comparison(lessons.held_out, before[:n], after[:n]), looked_back(before[n:], after[n:])
        scores = {"held_out": held_out, **({"earlier": looked} if looked else {})}
        with telling_of_version(draft):
            write_lessons(draft, lessons)
        placed, folder = place_version(draft, replace(card, scores=scores), card.training["lineage"])
    return {
        "model": placed.id,
        "folder": str(folder),
        "parent": placed.parent,
        "version": version_number(placed.id),
        "slices": lessons.checked,
        "labels": list(placed.labels),
        "table": outputs.table,
        "held_out": held_out,
        "earlier": looked,
        "minutes": placed.training["minutes"],
        "seconds": round(time.monotonic() - began, 1),
        "device": placed.training["processor"],
        "warnings": lessons.warnings,
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    study: Project
    parent: ShelvedModel | None
    terms: teaching.Terms
    tables: Tables


def _device(wanted: str) -> str:
    from lesionstudio.learning.engines import device_for

    return device_for(wanted)


def _prepared(order: _Order, report: Reporter) -> tuple[Lessons, Outputs, teaching.Beginning]:
    """What there is to learn, which output each label is, and where the model begins."""
    study, parent = order.study, order.parent
    reading = Reading(study, parent.card if parent else None, str(study.settings.get("channels") or ""))
    lessons = reading.lessons(report)
    names = parent.card.labels if parent else ()
    table = order.tables.get(parent.card.id) if parent else None
    outputs = outputs_for(names, table, lessons.marked_labels(), study.labels)
    assert reading.card is not None
    if parent is not None:
        return lessons, outputs, teaching.goes_on_from(parent, reading.card, outputs)
    return lessons, outputs, teaching.begins_anew(reading.card, outputs, teaching.starter())


def _before(
    order: _Order, lessons: Lessons, outputs: Outputs, back: Sequence[CheckedSlice], report: Reporter
) -> list[float]:
    """Dice of each slice measured by the model that learning starts from; a new one has marked nothing yet."""
    if order.parent is None:
        return [0.0] * len(_measured_on(lessons))
    return _dice(order, order.parent.folder, outputs, lessons, back, _("Measuring the model in use"), report)


def _measured_on(lessons: Lessons) -> list[CheckedSlice]:
    """The held-out slices; none where they are too few to measure on."""
    return lessons.held_out if len(lessons.held_out) >= FEWEST_TO_MEASURE else []


def _dice(
    order: _Order,
    model: Path,
    outputs: Outputs,
    lessons: Lessons,
    back: Sequence[CheckedSlice],
    message: str,
    report: Reporter,
) -> list[float]:
    """Dice of each held-out slice, then of those corrected earlier."""
    slices, judged = [*_measured_on(lessons), *back], teaching.judged_labels(lessons, outputs)
    if not slices:
        return []
    return dice_of_each(order.study, model, outputs.table, slices, judged, order.terms.device, report, message)


def _taught(
    order: _Order,
    begins: teaching.Beginning,
    lessons: Lessons,
    outputs: Outputs,
    before: Sequence[float],
    draft: Path,
    report: Reporter,
) -> ModelCard:
    """Learns and writes the weights into the draft; gives the card without scores."""
    begun = Progress(0.0, _("Beginning"))
    tuner = teaching.tuner_for(begins, lessons, outputs, order.terms, lambda: report(begun))
    is_measured = len(before) >= FEWEST_TO_MEASURE
    curve = teaching.Curve(report)
    curve.add([0.0, round(sum(before) / len(before), 4) if is_measured else None, None], begun)
    try:
        teaching.run(tuner, lessons, outputs, curve, _part(report, 0, 0.96, 0.0))
    finally:
        tuner.close()
    source = order.parent.card if order.parent else None
    lineage = source.training.get("lineage", source.id) if source else NEW_LINEAGE
    facts = {**teaching.facts_of(tuner, outputs, lessons, curve), "lineage": lineage}
    return teaching.save(tuner, begins, facts, lessons, draft, report)


def _part(report: Reporter, low: float, high: float, then_s: float | None = None) -> Reporter:
    """A reporter for one part of the whole: its fractions run from low to high, and never back.

    The time left is told only with `then_s`, the seconds that what follows this part will take.
    """
    reached = low

    def told(progress: Progress) -> None:
        nonlocal reached
        reached = max(reached, low + (progress.fraction or 0.0) * (high - low))
        left_s = None if progress.left_s is None or then_s is None else progress.left_s + then_s
        report(replace(progress, fraction=reached, left_s=left_s))

    return told
