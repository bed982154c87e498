"""Settling: which threshold, and from which size on a piece of a mark counts, chosen on pictures of known truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.pairs import Pairs
from lesionstudio.imaging.specks import least_pixels, pieces_of
from lesionstudio.metrics.operating import THRESHOLDS
from lesionstudio.model_card import ModelCard, write_card
from lesionstudio.progress import Reporter, Steps
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.project.storage import telling_what_fails
from lesionstudio.words import _
from lesionstudio.workflows.judging import Asked, Judge, labels_of
from lesionstudio.workflows.membranes import Section, best_threshold, membrane_score, sections

SIZES = (0, 4, 8, 16, 32, 64, 128)
"""Pixels of the picture as the network sees it."""

_WORTH_IT = 0.001
_BETA = {"balanced": 1.0, "miss-less": 2.0, "invent-less": 0.5}

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Settled:
    """What was chosen, and the score that it gives on the pictures it was chosen on."""

    threshold: float
    smallest: int
    score: float


def settle(model: str, pairs: Pairs, part: str, options: dict[str, Any], report: Reporter) -> ModelCard:
    """Writes the best threshold and least size for these pairs onto the card of a model's folder; gives the card.

    For membranes the threshold with the best mean of V-Rand, V-Info and F1 of the pixels. Else the best by the goal
    that the model was trained for, half of it the mean of cases with a mark, half all pixels together; a size only
    where it is worth it. Raises LesionStudioError for the test part, which never chooses anything.
    """
    if part == "test":
        raise LesionStudioError(
            _("The test part never chooses a threshold."),
            hint=_("Settle on the part val, then judge on the part test."),
        )
    folder = ModelShelf().find(model).folder
    judge = Judge(folder, **options)
    found = chosen_of([(judge, pairs)], report)
    said = {"part": part, "cases": len(pairs.pairs), "threshold": found.threshold, "smallest": found.smallest}
    training = {**judge.card.training, "settled": {**said, "score": round(found.score, 4)}}
    card = replace(judge.card, threshold=found.threshold, smallest=found.smallest, training=training)
    with telling_what_fails(folder):
        write_card(card, folder)
    return card


def chosen_of(judges: Sequence[tuple[Judge, Pairs]], report: Reporter) -> Settled:
    """What does best over several models, each on pairs of its own; all are of one kind."""
    card = judges[0][0].card
    answers = ((name, answer) for judge, pairs in judges for name, answer in _answers(judge, pairs, report))
    return _for_membranes(card, answers) if card.marks == "borders" else _chosen(card, answers)


def _answers(judge: Judge, pairs: Pairs, report: Reporter) -> Iterator[tuple[str, Asked]]:
    steps = Steps(report, max(len(pairs.pairs), 1), _("Choosing the threshold"))
    for pair in pairs.pairs:
        yield pair.id, judge.asked(pair)
        steps.advance()


def _for_membranes(card: ModelCard, answers: Iterator[tuple[str, Asked]]) -> Settled:
    found: list[Section] = []
    for name, answer in answers:
        found += sections(answer.kept(card.threshold)[0], answer.wanted == 1, card.threshold, name)
    cut = best_threshold(found)
    return Settled(cut, card.smallest, membrane_score(found, cut))


def _chosen(card: ModelCard, answers: Iterator[tuple[str, Asked]]) -> Settled:
    bare = replace(card, smallest=0)
    counts = np.stack([_counted(answer, bare) for _name, answer in answers])
    return best_of(counts, _BETA.get(str(card.training.get("goal", "balanced")), 1.0))


def _counted(answer: Asked, card: ModelCard) -> Counts:
    """(threshold, size, 3): true positives, false positives and false negatives of all labels of one case."""
    found = np.zeros((len(THRESHOLDS), len(SIZES), 3), np.int64)
    a_pixel = 1 / max(least_pixels(replace(card, smallest=1), answer.wanted.shape[1:]), 1e-9)
    for row, cut in enumerate(THRESHOLDS):
        marks = labels_of(answer.kept(cut, card), cut)
        for n in range(1, len(card.labels) + 1):
            for marked, wanted in zip(marks == n, answer.wanted == n):
                found[row] += _slice_counts(marked, wanted, a_pixel)
    return found


def _slice_counts(marked: NDArray[np.bool_], wanted: NDArray[np.bool_], a_pixel: float) -> Counts:
    """(size, 3) of one slice and label; `a_pixel`: how many of the network's pixels one of the picture is."""
    numbers, sizes = pieces_of(marked)
    true = np.bincount(numbers[wanted], minlength=len(sizes))
    true[0] = sizes[0] = 0
    rows = []
    for least in SIZES:
        kept = sizes * a_pixel >= max(least, 1e-9)
        hits = int(true[kept].sum())
        rows.append((hits, int(sizes[kept].sum()) - hits, int(wanted.sum()) - hits))
    return np.array(rows, np.int64)


def best_of(counts: Counts, beta: float, thresholds: Sequence[float] = THRESHOLDS) -> Settled:
    """The best of counts (case, threshold, size, 3); of equals the threshold nearest to one half, the smaller size."""
    scores = (_f(counts.sum(0), beta) + _mean_f(counts, beta)) / 2
    plain = scores[:, 0].max()
    usable = np.where(np.arange(len(SIZES)) == 0, scores, np.where(scores >= plain + _WORTH_IT, scores, -1))
    rank = np.round(usable, 4) - 1e-6 * np.abs(np.array(thresholds) - 0.5)[:, None] - 1e-9 * np.arange(len(SIZES))
    row, column = np.unravel_index(int(rank.argmax()), rank.shape)
    return Settled(float(thresholds[int(row)]), SIZES[int(column)], float(scores[row, column]))


def _mean_f(counts: Counts, beta: float) -> NDArray[np.float64]:
    """Mean over the cases that have something to mark; 0 where none has."""
    has = (counts[..., 0] + counts[..., 2])[:, 0, 0] > 0
    return _f(counts[has], beta).mean(0) if has.any() else np.zeros(counts.shape[1:3])


def _f(counts: Counts, beta: float) -> NDArray[np.float64]:
    true, false, missed = (counts[..., n].astype(np.float64) for n in range(3))
    square = beta * beta
    return np.asarray((1 + square) * true / np.maximum((1 + square) * true + square * missed + false, 1))
