"""`lesionstudio segment`: a model's masks of pictures and volumes as files, with an index of what each one is."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import LesionStudioError, ProjectProblem, UnreadableFile
from lesionstudio.imaging.formats import FoundScan, read_scan
from lesionstudio.imaging.formats.mask_kinds import MaskFormat
from lesionstudio.imaging.formats.source import Values
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.project.storage import telling_of_output
from lesionstudio.workflows.asked_scans import asked_scans, place_of, plain, protect_originals, share_of
from lesionstudio.workflows.export_files import IndexRow, Names, file_names, read_index, write_index
from lesionstudio.workflows.segment import Choices, Segmenting, loaded
from lesionstudio.workflows.segment_output import Output


@dataclass(frozen=True, slots=True)
class SegmentOrder:
    """What to segment, how, and where the masks go."""

    paths: Sequence[Path]
    choices: Choices
    out: Path
    format: MaskFormat = "png"
    values: Values = "auto"
    names: Names = "auto"
    probabilities: bool = False
    overwrite: bool = False
    strict: bool = False


def model_folder(wanted: str) -> Path:
    """The folder of a model given by id or by folder. Raises ModelProblem."""
    return ModelShelf().find(wanted).folder


def segment_files(order: SegmentOrder, report: Reporter = silent) -> list[dict[str, Any]]:
    """Writes a mask of every slice of every scan in these files and folders, and index.csv beside them.

    For each scan {"path", "masks", "probabilities", "slices", "model", "threshold", "device", "engine", "warnings",
    "doubts", "hu_offset_guess", "seconds"}, or {"path", "error", "hint"} where it failed; with `strict` the first
    failure raises. Doubts are those of the warnings that are reported before anything is drawn, as partial {"path",
    "doubts", "hu_offset_guess"}.
    A guess of what was added to HU is told and never applied: that is for the person to say. Raises ModelProblem where
    there is no such model, and ProjectProblem when `out` holds the scans or cannot be written.
    """
    out, began = plain(order.out), time.monotonic()
    found = list(asked_scans(order.paths, strict=order.strict))
    protect_originals(found, out)
    loaded(order.choices.model, order.choices.device, order.choices.flips)
    with telling_of_output(out):
        out.mkdir(parents=True, exist_ok=True)
    before = read_index(out / "index.csv")
    entries: list[dict[str, Any]] = []
    rows: list[IndexRow] = []
    try:
        for n, (one, name) in enumerate(zip(found, file_names(found, order.names))):
            entries.append(_outcome(order, one, name, rows, share_of(report, n, len(found), began)))
    finally:
        if rows:
            write_index(out / "index.csv", before, rows)
    return entries


def _outcome(
    order: SegmentOrder, found: FoundScan, name: str, rows: list[IndexRow], report: Reporter
) -> dict[str, Any]:
    path = place_of(found)
    try:
        return {"path": path, **_segmented(order, found, name, rows, report)}
    except LesionStudioError as problem:
        if order.strict or isinstance(problem, ProjectProblem):
            raise
        return {"path": path, "error": problem.message, "hint": problem.hint}


def _segmented(
    order: SegmentOrder, found: FoundScan, name: str, rows: list[IndexRow], report: Reporter
) -> dict[str, Any]:
    """Segments one scan and writes its files; adds what the index says of them to `rows`."""
    if found.error:
        raise UnreadableFile(found.error, hint=found.hint)
    began = time.monotonic()
    run = Segmenting(read_scan(found.source), order.choices)
    names, geometry = run.predictor.card.labels, run.scan.geometry
    alias, hides = None if order.names == "original" else name, order.names in ("alias", "hash")
    output = Output(plain(order.out), name, found, geometry, order.format, order.values, names, alias, hides)
    if not order.overwrite:
        output.check_free()
    labels = np.zeros(geometry.shape, np.uint8)
    likely = np.zeros((len(names) if order.probabilities else 0, *geometry.shape), np.uint8)
    report(Progress(0.0, found.name, partial={"path": place_of(found), **run.beginning()}))
    for piece in run.pieces(range(run.scan.slices), report, found.name):
        at = list(piece.slices)
        labels[at] = piece.labels
        if order.probabilities:
            likely[:, at] = np.rint(piece.probabilities * 255).astype(np.uint8)
    done = [k for k in range(run.scan.slices) if k not in run.unread]
    masks, new_rows = output.write_masks(labels, done, run.predictor.card.id)
    rows += new_rows
    return {
        "masks": [str(file) for file in masks],
        "probabilities": [str(file) for file in output.write_probabilities(likely, done)],
        "slices": len(done),
        **run.facts(),
        "warnings": run.warnings(done),
        "doubts": run.doubts(),
        "hu_offset_guess": run.hu_offset_guess,
        "seconds": round(time.monotonic() - began, 2),
    }
