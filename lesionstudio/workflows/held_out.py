"""Held out: how well models mark the slices that were set aside, before and after learning, slice by slice."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lesionstudio.metrics.agreement import Agreement
from lesionstudio.metrics.intervals import ci95
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.project import Project
from lesionstudio.workflows.lessons import CheckedSlice, Marks
from lesionstudio.workflows.segment import Choices, Segmenting

FEWEST_TO_MEASURE = 3


class SliceScore(NamedTuple):
    """How well a slice was marked: its Dice, and how many of its pixels are marked and how many should be."""

    dice: float
    marked: int = 0
    wanted: int = 0


def scores_of_each(
    project: Project,
    model: Path,
    table: Mapping[str, int],
    slices: Sequence[CheckedSlice],
    judged: Sequence[int],
    device: str,
    report: Reporter,
    message: str,
) -> list[SliceScore]:
    """Each slice as Segment would mark it now, at the card's threshold; Dice is the mean over its labels.

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
                found[item, k] = _score(numbers[marks], wanted[k].marks, judged)
        steps.advance(len(wanted))
    return [found.get((one.item, one.k), SliceScore(0.0)) for one in slices]


def _score(marks: Marks, wanted: Marks, judged: Sequence[int]) -> SliceScore:
    marked, should = (int(np.isin(one, judged).sum()) for one in (marks, wanted))
    return SliceScore(slice_dice(marks, wanted, judged), marked, should)


def slice_dice(marks: Marks, wanted: Marks, judged: Sequence[int]) -> float:
    """The mean Dice over those of the judged labels that either mask has; 1.0 where neither has any."""
    counts = [Agreement.of(marks == label, wanted == label) for label in judged]
    there = [one.dice for one in counts if not one.both_empty]
    return float(np.mean(there)) if there else 1.0


def comparison(
    slices: Sequence[CheckedSlice], before: Sequence[SliceScore], after: Sequence[SliceScore]
) -> dict[str, Any]:
    """What a card and the window say of a version: the means, each slice, and how sure the difference is.

    `interval` is the 95 % bootstrap interval of after - before, whole patients drawn where there are several; `volume`
    {"before", "after"} by which share more is marked in all than should be, null where nothing should or there was no
    model. Below three slices means, counts and interval are null: not measured.
    """
    each = [
        {"item": one.item, "name": one.name, "slice": one.k, "before": _rounded(old.dice), "after": _rounded(new.dice)}
        for one, old, new in zip(slices, before, after)
    ]
    if len(after) < FEWEST_TO_MEASURE:
        nothing = dict.fromkeys(("before", "after", "better", "worse", "interval", "volume"))
        return {"slices": len(slices), **nothing, "each": []}
    gains = [new.dice - old.dice for old, new in zip(before, after)]
    groups = [one.group for one in slices]
    interval = ci95(gains, groups if len(set(groups)) > 1 else None)
    return {
        "slices": len(slices),
        "before": _rounded(float(np.mean([old.dice for old in before]))),
        "after": _rounded(float(np.mean([new.dice for new in after]))),
        "better": sum(gain > 0 for gain in gains),
        "worse": sum(gain < 0 for gain in gains),
        "interval": interval and [_rounded(end) for end in interval],
        "volume": {"before": _bias(before), "after": _bias(after)},
        "each": each,
    }


def _bias(scores: Sequence[SliceScore]) -> float | None:
    """By which share more is marked on all of them than should be; negative: less."""
    wanted = sum(one.wanted for one in scores)
    return _rounded(sum(one.marked for one in scores) / wanted - 1) if wanted else None


def _rounded(share: float) -> float:
    return round(share, 4)
