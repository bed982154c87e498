"""Held out: how well models mark the slices that were set aside, before and after learning, slice by slice."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.intervals import ci95
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.workflows.lessons import CheckedSlice, Marks
from lesionstudio.workflows.segment import Choices, Segmenting

FEWEST_TO_MEASURE = 3


def dice_of_each(
    project: Project,
    model: Path,
    table: Mapping[str, int],
    slices: Sequence[CheckedSlice],
    judged: Sequence[int],
    device: str,
    report: Reporter,
    message: str,
) -> list[float]:
    """Dice of each slice as Segment would mark it now, at the card's threshold: the mean over its labels.

    `table` brings the model's numbers to the study's; `judged` are the labels that count.
    """
    steps, found = Steps(report, len(slices), message), {}
    numbers = np.zeros(256, np.uint8)
    for theirs, ours in table.items():
        numbers[int(theirs)] = ours
    for item, theirs_of_item in groupby(slices, key=lambda one: one.item):
        wanted = {one.k: one for one in theirs_of_item}
        run = Segmenting(project.read_scan(project.items[item]), Choices(model, None, device))
        for piece in run.pieces(list(wanted), lambda _progress: steps.advance(0)):
            for k, marks in zip(piece.slices, piece.labels):
                found[item, k] = slice_dice(numbers[marks], wanted[k].marks, judged)
        steps.advance(len(wanted))
    return [found.get((one.item, one.k), 0.0) for one in slices]


def slice_dice(marks: Marks, wanted: Marks, judged: Sequence[int]) -> float:
    """The mean Dice over those of the judged labels that either mask has; 1.0 where neither has any."""
    counts = [Agreement.of(marks == label, wanted == label) for label in judged]
    there = [one.dice for one in counts if not one.both_empty]
    return float(np.mean(there)) if there else 1.0


def comparison(
    slices: Sequence[CheckedSlice], before: Sequence[float | None], after: Sequence[float]
) -> dict[str, Any]:
    """What a card and the window say of a version: the means, each slice, and how sure the difference is.

    `interval` is the 95 % bootstrap interval of after - before, whole patients drawn where there are several. Below
    three slices means, counts and interval are null: not measured.
    """
    each = [
        {"item": one.item, "name": one.name, "slice": one.k, "before": _rounded(old), "after": _rounded(new)}
        for one, old, new in zip(slices, before, after)
    ]
    if len(after) < FEWEST_TO_MEASURE:
        nothing = dict.fromkeys(("before", "after", "better", "worse", "interval"))
        return {"slices": len(slices), **nothing, "each": []}
    gains = [new - (old or 0.0) for old, new in zip(before, after)]
    groups = [one.group for one in slices]
    interval = ci95(gains, groups if len(set(groups)) > 1 else None)
    return {
        "slices": len(slices),
        "before": _rounded(float(np.mean([old or 0.0 for old in before]))),
        "after": _rounded(float(np.mean(after))),
        "better": sum(gain > 0 for gain in gains),
        "worse": sum(gain < 0 for gain in gains),
        "interval": interval and [_rounded(end) for end in interval],
        "each": each,
    }


def _rounded(dice: float | None) -> float | None:
    return None if dice is None else round(dice, 4)
