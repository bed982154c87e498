"""learn_along: the model learns while a person works. Newly checked slices join between two steps, without an end.

There are no epochs: drafts and measurements take the weights of the moment. The job ends when there is nothing left to
learn, and is started again with the next correction; what it knows stays in this process (working.py) and on the disk.
"""

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import NotEnoughExamples, ProjectProblem
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.words import _
from lesionstudio.workflows import taking_up, teaching
from lesionstudio.workflows.at_work import at_work
from lesionstudio.workflows.becoming import Becoming
from lesionstudio.workflows.held_out import FEWEST_TO_MEASURE
from lesionstudio.workflows.lessons import Lessons, Outputs, Reading, outputs_for
from lesionstudio.workflows.working import Working, keep

KEEP_EVERY_S, LOOK_EVERY_S, LOOK_SOON_S, TRY_EVERY_S = 60.0, 15.0, 4.0, 300.0
"""Seconds of learning between two checkpoints, two looks at the held-out slices (sooner when a correction was just
learned from), and two trials of a version."""

_WATCHED, _LOOK_SHARE, _WORSE = 6, 0.1, 0.03
_POINTS_KEPT = 400

Tables = Mapping[str, Mapping[str, int]]


def learn_along(
    project: str, model: str, device: str, seed: int, tables: dict[str, dict[str, int]], report: Reporter
) -> dict[str, Any]:
    """Learns from all lessons of a study until nothing is left to learn; see the module.

    `project`, `model`, `device`, `seed`, `tables` as for learn. Partial results: {"curve": [points]}, {"notes":
    [sentences]}, {"version": what learn gives, with "passes" and "why"}, and {"along": {"seen": keys of the slices that
    the weights have learned from by now, "steps", "lessons", "table", "threshold", "labels", "worse": whether they do
    worse on held-out slices than the model in use}}. Raises NotEnoughExamples, ModelProblem, OutOfMemory.
    """
    return _Along(Path(project), model, (device, seed), tables, report).run()


def more_lessons(project: str, report: Reporter) -> dict[str, Any]:
    """Tells what learns in a study that lessons changed; they are read between two steps. Gives whether any does."""
    report(Progress(None))
    working = at_work(Path(project))
    if working is not None:
        working.wants_lessons = True
    return {"is_at_work": working is not None}


class LearningJob:
    """One job that learns in a study: it takes up what was learned, steps, hears of new lessons, keeps and tells."""

    _tries_every_s = TRY_EVERY_S

    def __init__(self, home: Path, model: str, terms: tuple[str, int], tables: Tables, report: Reporter) -> None:
        self._study = Project.open(home, write=False)
        self._in_use = ModelShelf(self._study).find(model) if model else None
        self._terms, self._tables, self._report = terms, tables, report
        self._told: frozenset[str] = frozenset()
        self._notes, self._refused = 0, set[str]()
        self._kept_at = self._looked_at = self._tried_at = 0.0
        self._look_cost_s, self._is_worse = 0.0, False
        self._doing = _("Reading the checked slices")

    # Lessons

    def _begin(self) -> Working:
        """What is at work in this process, else what the checkpoint holds, else a new beginning; with its lessons."""
        self._working = working = self._taken_up()
        self._began_at_s = self._kept_at = self._looked_at = self._tried_at = working.learner.seconds
        return working

    def _taken_up(self) -> Working:
        self._beat()
        begun = taking_up.Order(self._study, self._in_use, *self._terms)
        working = taking_up.gone_on_with(begun)
        lessons, outputs = self._read(working)
        if working is None:
            assert self._card is not None
            working = taking_up.begun(begun, self._card, outputs)
            working.kept = self._read_so_far
        self._teach(working, lessons, outputs)
        return working

    def _read(self, working: Working | None) -> tuple[Lessons, Outputs]:
        """All lessons of the study as it is on the disk now, and what becomes of the model's outputs."""
        card = working.begins.card if working else self._in_use.card if self._in_use else None
        self._read_so_far = working.kept if working else {}
        channels = str(self._study.settings.get("channels") or "")
        reading = Reading(self._study, card, channels, self._read_so_far)
        lessons = reading.lessons(lambda _progress: self._beat())
        self._card = reading.card
        if working is not None:
            table: Mapping[str, int] | None = working.outputs.table
        else:
            table = self._tables.get(card.id) if card else None
        return lessons, outputs_for(card.labels if card else (), table, lessons.marked_labels(), self._study.labels)

    def _hear_more(self) -> None:
        """Reads the lessons anew; where they are too few now, there is nothing to do until more come."""
        working = self._working
        working.wants_lessons = False
        self._study = Project.open(self._study.home, write=False)
        try:
            lessons, outputs = self._read(working)
        except NotEnoughExamples:
            lessons, outputs = Lessons(), working.outputs
        self._teach(working, lessons, outputs)
        self._tell_state()

    def _teach(self, working: Working, lessons: Lessons, outputs: Outputs) -> None:
        """Gives the learner what is new and takes away what is no lesson any more."""
        from lesionstudio.learning.examples import Example

        card = self._card or working.begins.card
        if outputs != working.outputs or card.chest != working.begins.card.chest:
            taking_up.widen(working, card, outputs)
        for picture in lessons.learned:
            digest = _digest(picture.marks)
            if working.added.get(picture.key) != digest:
                working.added[picture.key] = digest
                example = Example(picture.key, picture.pixels, outputs.targets(picture.marks))
                working.learner.add(picture.key, example)
        for key in working.added.keys() - {picture.key for picture in lessons.learned}:
            del working.added[key]
            working.learner.drop(key)
        working.lessons, working.outputs = lessons, outputs
        if lessons.warnings:
            self._say(notes=lessons.warnings)

    # Steps

    def _step(self) -> None:
        """One step, and what has to be done now and then; first of all new lessons are heard."""
        if self._working.wants_lessons:
            self._hear_more()
        learner = self._working.learner
        if learner.is_hungry:
            learner.step(self._beat)
        self._tell_notes()
        seen = self._seen()
        now = learner.seconds
        is_fresh = bool(seen - self._told)
        apart_s = max(LOOK_SOON_S if is_fresh else LOOK_EVERY_S, self._look_cost_s / _LOOK_SHARE)
        if now - self._looked_at >= apart_s:
            self._look()
        if is_fresh:
            self._told = seen
            self._tell_state()
        if now - self._kept_at >= KEEP_EVERY_S:
            self._keep()
        if now - self._tried_at >= self._tries_every_s:
            self._try()

    def _seen(self) -> frozenset[str]:
        """The slices that the weights have learned from."""
        working = self._working
        return frozenset(key for key in working.added if working.learner.has_seen(key))

    def _try(self, *, at_rest: bool = False) -> None:
        """Makes a version where the weights of this moment are worth one."""
        working = self._working
        self._tried_at = working.learner.seconds
        becoming = Becoming(self._study, self._in_use, working, self._tables, self._beat)
        try:
            made = becoming.version(at_rest=at_rest)
        except ProjectProblem as problem:
            self._refuse(problem)
            return
        if made is not None:
            self._say(version=made)
            self._keep()

    def _look(self) -> None:
        """How it does on some held-out slices: a point of the curve, and whether drafts may be made with it."""
        working, began = self._working, time.monotonic()
        self._looked_at = working.learner.seconds
        watched = working.lessons.watched[:: -(-len(working.lessons.watched) // _WATCHED) or 1]
        dice = None
        if len(watched) >= FEWEST_TO_MEASURE:
            judged = teaching.judged_labels(working.lessons, working.outputs)
            found = teaching.dice_on(working.predictor, watched, working.outputs, judged, self._beat)
            dice = round(float(np.mean(found)), 4)
        self._look_cost_s = time.monotonic() - began
        loss = round(working.learner.loss_average, 4) if working.learner.steps else None
        point: teaching.Point = [self._minutes, dice, loss]
        self._is_worse = self._has_lost(dice)
        working.curve = [*working.curve, point][-_POINTS_KEPT:]
        self._say(curve=[point])

    def _has_lost(self, dice: float | None) -> bool:
        """Whether this is clearly less than where it began."""
        first = next((one[1] for one in self._working.curve if one[1] is not None), None)
        has_parent = self._in_use is not None
        return has_parent and dice is not None and first is not None and dice < first - _WORSE

    @property
    def _minutes(self) -> float:
        return round(self._working.learner.seconds / 60, 2)

    # What is kept and told

    def _keep(self) -> None:
        """Writes the checkpoint; a disk that refuses is told of once, and asked again later."""
        working = self._working
        self._kept_at = working.learner.seconds
        try:
            keep(working, taking_up.facts_of(working))
            self._refused.clear()
        except ProjectProblem as problem:
            self._refuse(problem)

    def _refuse(self, problem: ProjectProblem) -> None:
        """Says what the disk said, unless it was said since the disk last took what was learned."""
        if problem.message not in self._refused:
            self._refused.add(problem.message)
            self._say(notes=[f"{problem.message} {problem.hint}"])

    def _tell_notes(self) -> None:
        notes = self._working.learner.notes
        if len(notes) > self._notes:
            self._say(notes=notes[self._notes :])
            self._notes = len(notes)

    def _tell_state(self) -> None:
        working = self._working
        state = {
            "seen": sorted(self._told),
            "steps": working.learner.steps,
            "lessons": working.lessons.checked,
            "table": working.outputs.table,
            "labels": list(working.outputs.names),
            "threshold": working.card.threshold,
            "worse": self._is_worse,
        }
        self._say(along=state)

    def _say(self, **partial: Any) -> None:
        self._report(self._progress(partial))

    def _beat(self) -> None:
        self._report(self._progress())

    def _progress(self, partial: dict[str, Any] | None = None) -> Progress:
        return Progress(None, _("Learning while you work"), None, partial)


class _Along(LearningJob):
    """Learns as long as there is anything to learn."""

    def run(self) -> dict[str, Any]:
        """Steps until nothing is left, and longer where lessons come."""
        working = self._begin()
        try:
            self._told = self._seen()
            self._tell_state()
            while working.wants_lessons or working.learner.is_hungry or self._tries_at_rest():
                self._step()
            return {"steps": working.learner.steps, "lessons": working.lessons.checked, "minutes": self._minutes}
        finally:
            self._keep()

    def _tries_at_rest(self) -> bool:
        """Tries to make a version of what was learned last; False: there is nothing to do until more lessons come."""
        working = self._working
        if working.lessons.learned:
            if working.learner.seconds > self._looked_at:
                self._look()
            self._try(at_rest=True)
        return working.wants_lessons


def _digest(marks: Any) -> str:
    return hashlib.blake2b(marks.tobytes(), digest_size=8).hexdigest()
