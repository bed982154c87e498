"""evaluate: how well a model does on pictures whose masks are known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from lesionstudio.imaging.segments import Overlap
from lesionstudio.metrics.curves import Probabilities
from lesionstudio.metrics.summary import summary
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.openings import note_opening
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.words import _
from lesionstudio.workflows.card_facts import write_on_card
from lesionstudio.workflows.judging import Judge, Judged
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.membranes import membrane_scores
from lesionstudio.workflows.nothing_there import marked_where_nothing_is
from lesionstudio.workflows.segment import Choices
from lesionstudio.workflows.settle import settle as write_settled


def evaluate(
    model: str,
    *,
    images: Path | None = None,
    masks: Path | None = None,
    split: Path | None = None,
    data: Path | None = None,
    part: str = "",
    patients: str = "",
    pair_by: Literal["name", "number"] = "name",
    overlap: Overlap = "smaller",
    threshold: float | None = None,
    flips: bool = False,
    structure: int | None = None,
    hu_offset: float | None = None,
    device: str = "auto",
    page: Path | None = None,
    settle: bool = False,
    onto_card: bool = False,
    nothing_there: Sequence[Path] = (),
    report: Reporter = silent,
) -> dict[str, Any]:
    """The scores of CLI.md for a model (id or folder) on the pairs of one part, or on every pair.

    Runs the model as Segment does, but in fp32, so that every machine gives the same numbers. `threshold` replaces the
    card's. "curves" has, for each label, what other thresholds would give. "hu_offset_guess": what seems to have been
    added to HU in pictures that do not say so; it is never applied. "opened": how often this test part was judged by,
    this time included; null for other parts. `page` is where a report goes, as HTML. `settle` first
    chooses the threshold and the least size of a mark on these very pairs and puts them on the card; `onto_card` puts
    there what was measured. `nothing_there` names scans that show nothing to mark. Raises LesionStudioError.
    """
    places = Places(images, masks, split, data, patients, pair_by, overlap)
    pairs = places.part(part, report)
    options: dict[str, Any] = {"flips": flips, "structure": structure, "hu_offset": hu_offset, "device": device}
    folder = ModelShelf().find(model).folder
    if settle:
        write_settled(model, pairs, part, options, report)
    judge = Judge(folder, threshold=threshold, at_all_thresholds=onto_card, **options)
    found = list(judge.judge(pairs, report, _("Evaluating")))
    opened = note_opening(judge.card, [pair.id for pair in pairs.pairs]) if part == "test" else None
    scores = {**judgement(judge, found), "part": part, "flips": judge.predictor.flips, "opened": opened}
    if nothing_there:
        choices = Choices(folder, threshold, device, flips, hu_offset=hu_offset)
        scores["nothing_there"] = marked_where_nothing_is(choices, nothing_there, report)
    if onto_card:
        write_on_card(folder, judge, found, scores, report)
    if page is not None:
        from lesionstudio.workflows.report import Looked, write_report

        looked = Looked(places, structure, hu_offset)
        write_report(page, scores, judge, found, looked, model, report)
    return scores


def judgement(judge: Judge, found: Sequence[Judged]) -> dict[str, Any]:
    """What was found, as JSON can carry it."""
    guesses = {one.hu_offset_guess for one in found} - {None}
    labels = judge.card.labels
    scores = summary([one.case for one in found])
    for entry, one in zip(scores["cases"], found):
        entry["worst_slice"] = one.worst_slice
    cells = [section for one in found for section in one.sections]
    if cells:
        scores["membrane"] = membrane_scores(cells, judge.threshold)
    return {
        **scores,
        "curves": {name: curves_of([one.probabilities[n] for one in found]) for n, name in enumerate(labels)},
        "model": judge.card.id,
        "threshold": judge.threshold,
        "device": judge.predictor.engine.device,
        "engine": judge.predictor.engine.name,
        "hu_offset_guess": min((guess for guess in guesses if guess is not None), default=None),
    }


def curves_of(counted: Sequence[Probabilities]) -> dict[str, Any]:
    """One label over all cases: precision and recall, ROC, calibration."""
    every = sum(counted, Probabilities.none())
    return {
        "precision_recall": every.precision_recall(),
        "roc": every.roc(),
        "reliability": every.reliability(),
        "average_precision": every.average_precision(),
        "area_under_roc": every.area_under_roc(),
        "calibration_error": every.calibration_error(),
    }
