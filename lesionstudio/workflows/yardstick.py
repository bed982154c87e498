"""Yardstick: how well versions mark the checked slices of a study, those held out and those corrected earlier."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.progress import Reporter
from lesionstudio.project.project import Project
from lesionstudio.workflows.held_out import SliceScore, scores_of_each
from lesionstudio.workflows.lessons import CheckedSlice, Lessons, key_of

LESSONS_NAME = "lessons.json"
_LOOKED_BACK = 16

Table = Mapping[str, int]


@dataclass(slots=True)
class Yardstick:
    """Measures models on one device; what a saved model reached on a slice is not measured twice."""

    device: str
    known: dict[tuple[str, str], SliceScore] = field(default_factory=dict)

    def scores(
        self,
        study: Project,
        model: Path,
        table: Table,
        slices: Sequence[CheckedSlice],
        judged: Sequence[int],
        report: Reporter,
        message: str,
        *,
        is_saved: bool = True,
    ) -> list[SliceScore]:
        """Each slice as Segment would mark it; weights that are not `is_saved` may change, and are asked."""
        names = [(str(model), _name(one, judged)) for one in slices]
        asked = [n for n, name in enumerate(names) if not is_saved or name not in self.known]
        if asked:
            wanted = [slices[n] for n in asked]
            found = scores_of_each(study, model, table, wanted, judged, self.device, report, message)
            self.known |= {names[n]: score for n, score in zip(asked, found)}
        return [self.known[name] for name in names]


def looked_back(before: Sequence[SliceScore], after: Sequence[SliceScore]) -> dict[str, Any] | None:
    """What a card says of the slices corrected earlier: {"slices", "before", "after"}; None where there are none."""
    if not before:
        return None
    return {
        "slices": len(before),
        "before": round(float(np.mean([one.dice for one in before])), 4),
        "after": round(float(np.mean([one.dice for one in after])), 4),
    }


def earlier(lessons: Lessons, model: Path | None) -> list[CheckedSlice]:
    """The checked slices that a version had learned from, at most sixteen of them, evenly spread."""
    known = learned_from(model)
    slices = [one for one in lessons.corrected if key_of(one.item, one.k) in known]
    return slices[:: -(-len(slices) // _LOOKED_BACK)] if slices else []


def learned_from(model: Path | None) -> frozenset[str]:
    """The slices of this study that a version learned from, as key_of names them; none for a model made elsewhere."""
    if model is None:
        return frozenset()
    try:
        return frozenset(map(str, json.loads((model / LESSONS_NAME).read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError):
        return frozenset()


def write_lessons(draft: Path, lessons: Lessons) -> None:
    """Writes into a version which slices it learned from. Raises OSError."""
    keys = [one.key for one in lessons.learned]
    (draft / LESSONS_NAME).write_text(json.dumps(keys, indent=0), encoding="utf-8")


def _name(one: CheckedSlice, judged: Sequence[int]) -> str:
    marks = hashlib.blake2b(one.marks.tobytes() + bytes(judged), digest_size=8).hexdigest()
    return f"{key_of(one.item, one.k)} {marks}"
