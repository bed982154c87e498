"""Becoming: when the weights of the moment become a version, measured against the model in use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Progress
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.project.versions import place_version, telling_of_version, version_draft, version_number
from lesionstudio.workflows import teaching
from lesionstudio.workflows.at_work import LEARNING_NAME
from lesionstudio.workflows.gate import LOSS, verdict
from lesionstudio.workflows.held_out import FEWEST_TO_MEASURE, SliceScore, comparison
from lesionstudio.workflows.working import Working
from lesionstudio.workflows.yardstick import earlier, looked_back, write_lessons

NEW_LINEAGE, WANTED_BYTES = "study", 100_000_000
_NEW_LESSONS = 5

Scores = tuple[dict[str, Any], dict[str, Any] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Becoming:
    """One trial: the study, the model in use (None: none yet), what learns, the study's label tables."""

    study: Project
    in_use: ShelvedModel | None
    working: Working
    tables: Mapping[str, Mapping[str, int]]
    beat: Callable[[], None]

    def version(self, *, at_rest: bool = False, is_asked: bool = False) -> dict[str, Any] | None:
        """A version on the shelf, as learn gives it, with "passes" and "why"; None where it is not worth one.

        One that was measured has to pass the gate, and to be better than the last; one that was not, needs some new
        lessons, and is made at rest only. One that `is_asked` for is made. Raises ProjectProblem if the disk refuses.
        """
        working, lessons = self.working, frozenset(f"{key} {marks}" for key, marks in self.working.added.items())
        if at_rest and lessons == working.tried:
            return None
        held_out, back = scores = self._scores()
        passes, why = verdict(held_out, back)
        is_worth_it = self._is_better(held_out, passes) if held_out["after"] is not None else at_rest and self._is_new
        if at_rest or is_asked:
            working.tried = lessons
            working.is_lost = not passes and _has_lost(held_out, back)
        return {**self._placed(scores), "passes": passes, "why": why} if is_worth_it or is_asked else None

    @property
    def _is_new(self) -> bool:
        """Whether there is much that the last version did not learn from."""
        last = self._last
        known = int(last.training.get("slices", 0)) if last else 0
        return last is None or self.working.lessons.checked - known >= _NEW_LESSONS

    @property
    def _last(self) -> ModelCard | None:
        """The last version that came of these weights, if it is still there."""
        shelf = {model.card.id: model.card for model in ModelShelf(self.study).versions()}
        return next((shelf[one] for one in reversed(self.working.versions) if one in shelf), None)

    def _is_better(self, held_out: dict[str, Any], passes: bool) -> bool:
        last = self._last
        before = last.scores.get("held_out", {}) if last else {}
        if not before.get("after") or before["slices"] != held_out["slices"]:
            return passes
        return passes and float(held_out["after"]) - float(before["after"]) >= LOSS

    def _scores(self) -> Scores:
        """On the held-out slices, and on those that the model in use had learned from: before and after."""
        lessons = self.working.lessons
        back = earlier(lessons, self.in_use.folder if self.in_use else None)
        held = lessons.held_out if len(lessons.held_out) >= FEWEST_TO_MEASURE else []
        both = [*held, *back]
        before, after = self._before(both), self._scored(self.study.home / LEARNING_NAME, both, is_saved=False)
        n = len(held)
        return comparison(lessons.held_out, before[:n], after[:n]), looked_back(before[n:], after[n:])

    def _before(self, slices: list[Any]) -> list[SliceScore]:
        if self.in_use is None:
            return [SliceScore(0.0)] * len(slices)
        return self._scored(self.in_use.folder, slices, is_saved=True)

    def _scored(self, model: Path, slices: list[Any], *, is_saved: bool) -> list[SliceScore]:
        working = self.working
        judged = teaching.judged_labels(working.lessons, working.outputs)
        table = working.outputs.table
        return working.yardstick.scores(
            self.study, model, table, slices, judged, lambda _progress: self.beat(), "", is_saved=is_saved
        )

    def _placed(self, scores: Scores) -> dict[str, Any]:
        working, (held_out, back) = self.working, scores
        kept = {"held_out": held_out, **({"earlier": back} if back else {})}
        facts = self._facts()
        with version_draft(self.study.home, WANTED_BYTES) as draft:
            begins = replace(working.begins, card=replace(working.begins.card, parent=self._parent))
            card = teaching.save(working.learner, begins, facts, working.lessons, draft, self._told)
            with telling_of_version(draft):
                write_lessons(draft, working.lessons)
            placed, folder = place_version(draft, replace(card, scores=kept), facts["lineage"])
        working.versions.append(placed.id)
        return {
            "model": placed.id,
            "folder": str(folder),
            "parent": placed.parent,
            "version": version_number(placed.id),
            "slices": working.lessons.checked,
            "labels": list(placed.labels),
            "table": working.outputs.table,
            "held_out": held_out,
            "earlier": back,
            "minutes": facts["minutes"],
            "device": facts["processor"],
        }

    @property
    def _parent(self) -> str:
        """The version before it in its lineage, or the model it began with."""
        return self.working.versions[-1] if self.working.versions else self.working.base

    def _facts(self) -> dict[str, Any]:
        from lesionstudio.learning.engines import device_name

        working, learner = self.working, self.working.learner
        source = working.begins.parent.card if working.begins.parent else None
        taught = [name for name, is_taught in zip(working.outputs.names, working.outputs.taught) if is_taught]
        return {
            "slices": working.lessons.checked,
            "labels": taught,
            "minutes": round(learner.seconds / 60, 2),
            "steps": learner.steps,
            "loss": round(learner.loss_average, 4),
            "device": learner.device,
            "precision": learner.hardware.precision,
            "processor": device_name(learner.device),
            "seed": learner.seed,
            "curve": working.curve,
            "lineage": source.training.get("lineage", source.id) if source else NEW_LINEAGE,
        }

    def _told(self, _progress: Progress) -> None:
        self.beat()


def _has_lost(held_out: dict[str, Any], back: dict[str, Any] | None) -> bool:
    """Whether it is worse than the model in use where it was measured."""
    compared = [one for one in (held_out, back) if one is not None and one["after"] is not None]
    return any(one["before"] - one["after"] >= LOSS for one in compared)
