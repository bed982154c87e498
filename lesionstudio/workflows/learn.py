"""learn: a new version of a model from a study's lessons, now. What learns is what learns along, with a goal.

It goes on from the same weights and the same checkpoint: what was learned while a person worked is not learned again,
and where it was stopped, by a cancel or with the program, it goes on.
"""

import time
from pathlib import Path
from typing import Any

from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.versions import refuse_full_disk
from lesionstudio.words import _, number
from lesionstudio.workflows.becoming import WANTED_BYTES, Becoming
from lesionstudio.workflows.learn_along import LearningJob

HELPING_S, STEPS, MOST_STEPS = 330.0, 600, 1800
"""How long a model learns at first, or again where nothing is new; usual number of steps, and the most."""

_STEPS_A_LESSON, _USUAL_LESSONS = 20, 12
_LEARNED = 0.95


def learn(
    project: str,
    model: str,
    device: str,
    minutes: float,
    seed: int,
    tables: dict[str, dict[str, int]],
    report: Reporter,
) -> dict[str, Any]:
    """A new version on the study's shelf, learned from its lessons; which model is used stays as it is.

    `project` is the study's home or folder, opened to read; `model` the folder to start from, "" for a new model;
    `minutes` 0 leaves the time to the program; `tables` the study's {model id: {model's label: study's label}}. The
    partial results are {"curve": [[minutes, Dice or null, loss or null], ...]}, what is new of it, and {"notes":
    [sentences]}: what was left out or had to be made do with. Gives the version's id and folder, how it compares on the
    held-out slices (see held_out.comparison), and whether it "passes" the gate, with "why". Raises NotEnoughExamples,
    ModelProblem, ProjectProblem (nothing was placed then), OutOfMemory.
    """
    began = time.monotonic()
    made = _UntilVersion(Path(project), model, (device, seed), tables, report).version(minutes)
    return {**made, "seconds": round(time.monotonic() - began, 1)}


def steps_for(lessons: int) -> int:
    """How many steps so many lessons are worth."""
    return min(STEPS + _STEPS_A_LESSON * max(0, lessons - _USUAL_LESSONS), MOST_STEPS)


class _UntilVersion(LearningJob):
    """Learns for some time, and makes a version of what it knows then, whatever that is worth."""

    _fraction = 0.0
    _tries_every_s = float("inf")

    def version(self, minutes: float) -> dict[str, Any]:
        """The version, as learn gives it."""
        refuse_full_disk(self._study.home, WANTED_BYTES)
        working = self._begin()
        try:
            self._say(curve=working.curve)
            if not working.curve:
                self._look()
            self._learn_for(minutes)
        finally:
            self._keep()
        self._doing, self._fraction = _("Measuring the new version"), _LEARNED
        made = Becoming(self._study, self._in_use, working, self._tables, self._beat).version(is_asked=True)
        assert made is not None
        self._keep()
        return made

    def _learn_for(self, minutes: float) -> None:
        """Steps for so many minutes; for 0 as long as the lessons are worth, or for one more helping."""
        working = self._working
        learner = working.learner
        if minutes:
            learner.go_on_for(minutes * 60)
        elif learner.steps == 0 or learner.left_s <= 0:
            learner.go_on_for(max(learner.left_s, HELPING_S))
        begun_at = learner.steps
        most = float("inf") if minutes else steps_for(len(working.lessons.learned))
        while working.learner.is_hungry and working.learner.steps - begun_at < most:
            self._told_fraction(working.learner.left_s, (working.learner.steps - begun_at) / most)
            self._step()

    def _told_fraction(self, left_s: float, of_steps: float) -> None:
        """How far it is, by time or by steps, whichever is further; never back."""
        done = self._working.learner.seconds - self._began_at_s
        share = max(done / max(done + left_s, 1e-9), of_steps)
        self._fraction = max(self._fraction, share * _LEARNED)
        self._doing = _("Learning, loss {loss}").format(loss=number(self._working.learner.loss_average, 3))

    def _progress(self, partial: dict[str, Any] | None = None) -> Progress:
        return Progress(self._fraction, self._doing, None, partial)
