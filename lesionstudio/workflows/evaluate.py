"""evaluate: how well a model does on pictures whose masks are known."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.chest_marks import kept_in_scan
from lesionstudio.imaging.choices import guessed_offset
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.metrics.cases import score_case, summary
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.words import _
from lesionstudio.workflows.labelled import Places, labelled_slices


def evaluate(
    model: str,
    *,
    images: Path | None = None,
    masks: Path | None = None,
    split: Path | None = None,
    data: Path | None = None,
    part: str = "",
    patients: str = "",
    threshold: float | None = None,
    flips: bool = False,
    structure: int | None = None,
    hu_offset: float | None = None,
    device: str = "auto",
    report: Reporter = silent,
) -> dict[str, Any]:
    """The scores of CLI.md for a model (id or folder) on the pairs of one part, or on every pair.

    Runs the model as Segment does, but in fp32, so that every machine gives the same numbers. `threshold` replaces the
    card's. "hu_offset_guess": what seems to have been added to HU in pictures that do not say so; it is never applied.
    Raises LesionStudioError.
    """
    from lesionstudio.learning.inference import Predictor

    shelved = ModelShelf().find(model)
    pairs = Places(images, masks, split, data, patients).pairs(report).of_part(part)
    predictor = Predictor.open(shelved.folder, device, flips=flips, exact=True)
    card = predictor.card
    cut = card.threshold if threshold is None else threshold
    steps, cases = Steps(report, max(len(pairs.pairs), 1), _("Evaluating")), []
    guesses: set[int] = set()
    for pair, scan, wanted in labelled_slices(pairs, structure, hu_offset):
        guesses |= {offset for offset in [guessed_offset(scan, [scan.slices // 2])] if offset is not None}
        seen = np.stack([network_inputs(scan, k, card.inputs) for k in range(scan.slices)])
        marks = labels_of(kept_in_scan(seen, predictor.predict(seen), card, cut, scan.geometry), cut)
        spacing_mm = tuple(float(length) for length in scan.geometry.spacing_mm) if scan.geometry.has_spacing else None
        cases.append(score_case(pair.id, pair.group, marks, wanted, card.labels, spacing_mm))
        steps.advance()
    settings: dict[str, Any] = {"hu_offset_guess": min(guesses, default=None)}
    settings |= {"threshold": cut, "flips": flips, "device": predictor.engine.device, "engine": predictor.engine.name}
    return {**summary(cases), "model": card.id, "part": part, **settings}


def labels_of(probabilities: NDArray[np.float32], threshold: float) -> NDArray[np.uint8]:
    """Label numbers (slice, row, column): the likeliest label where its probability reaches the threshold, else 0."""
    best = probabilities.argmax(0)
    there = probabilities.max(0) >= threshold
    return np.where(there, best + 1, 0).astype(np.uint8)
