"""LesionStudio for programs: read a folder, segment, score, split, look, train, evaluate, in Python.

Paths may be str or Path. Every function raises LesionStudioError (one sentence, and a `hint`) for what a person can
act on, takes `report=` (progress.Reporter), and gives what the verb of the same name prints with --json: CLI.md is the
contract of both. Nothing is imported before it is needed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lesionstudio.progress import Reporter, silent

if TYPE_CHECKING:
    from lesionstudio.imaging.scan import Scan
    from lesionstudio.workflows.preview import Preview

Location = str | Path


def read_folder(folder: Location) -> "list[Scan]":
    """Every scan found in a folder, in natural order: DICOM series, volumes, pictures. Unreadable ones raise."""
    from lesionstudio.imaging.formats import find_scans, read_scan

    return [read_scan(found.source) for found in find_scans(Path(folder)) if not found.last]


def read(path: Location) -> "Scan":
    """One scan: `scan.slice(k)` gives its values (row, column), `scan.geometry` its grid. Raises UnreadableFile."""
    from lesionstudio.imaging.formats import read_scan

    return read_scan(Path(path))


def read_labels(
    path: Location,
    scan: "Scan",
    *,
    structure: int | None = None,
    overlap: Literal["smaller", "first", "last"] = "smaller",
) -> Any:
    """A mask's label numbers on the scan's grid, uint8 (slice, row, column). Raises UnreadableFile, GridMismatch.

    `overlap`: which of two segments keeps a voxel that both claim.
    """
    from lesionstudio.imaging.formats import read_mask

    return read_mask(Path(path), scan, structure=structure, overlap=overlap)


def segment(
    paths: Location | Sequence[Location],
    model: Location,
    out: Location,
    *,
    threshold: float | None = None,
    device: str = "auto",
    flips: bool = False,
    overwrite: bool = False,
    report: Reporter = silent,
) -> list[dict[str, Any]]:
    """A PNG mask of every slice of these files and folders, and index.csv, in the folder `out`."""
    from lesionstudio.workflows.segment import Choices
    from lesionstudio.workflows.segment_files import SegmentOrder, model_folder, segment_files

    named = [paths] if isinstance(paths, str | Path) else paths
    choices = Choices(model_folder(str(model)), threshold, device, flips)
    return segment_files(SegmentOrder([Path(path) for path in named], choices, Path(out), overwrite=overwrite), report)


def score(predictions: Location, masks: Location, *, report: Reporter = silent, **options: Any) -> dict[str, Any]:
    """How well masks agree with reference masks of the same names. Options: spacing (mm), structure, pair_by."""
    from lesionstudio.workflows.score import score as score_masks

    return score_masks(Path(predictions), Path(masks), report=report, **options)


def split(
    images: Location,
    masks: Location,
    out: Location,
    *,
    share: str = "70:15:15",
    patients: str = "",
    blocks: bool = False,
    seed: int = 0,
    report: Reporter = silent,
) -> dict[str, Any]:
    """Folders train, val and test in `out`, and split.csv: by patient (a pattern in names, or a CSV) or by block."""
    from lesionstudio.workflows.labelled import Places
    from lesionstudio.workflows.split import SplitOrder, shares_in
    from lesionstudio.workflows.split import split as split_pairs

    places = Places(Path(images), Path(masks), patients=patients)
    return split_pairs(places, Path(out), SplitOrder(shares_in(share), blocks, seed=seed), report)


def preview(
    images: Location, masks: Location, *, count: int = 4, report: Reporter = silent, **recipe: Any
) -> "list[Preview]":
    """What a network would see of some pictures, and how training changes them. Keywords as of `train`."""
    from lesionstudio.recipe import Recipe
    from lesionstudio.workflows.labelled import Places
    from lesionstudio.workflows.preview import preview as preview_pairs
    from lesionstudio.workflows.training_set import Question

    places = Places(Path(images), Path(masks))
    return preview_pairs(places, Recipe(**recipe), Question(), count=count, report=report)


def train(out: Location, data: Location, *, report: Reporter = silent, **recipe: Any) -> dict[str, Any]:
    """A model in the folder `out`, learned from the part train of `data` and chosen on its part val.

    Keywords are the entries of a recipe: encoder, loss, size, batch, epochs, minutes, seed, ...
    """
    from lesionstudio.workflows.train import train as train_model

    return train_model(Path(out), data=Path(data), changes=recipe, report=report)


def evaluate(
    model: Location,
    data: Location,
    *,
    part: Literal["", "train", "val", "test"] = "test",
    page: Location | None = None,
    report: Reporter = silent,
    **options: Any,
) -> dict[str, Any]:
    """How well a model does on a part of `data`; `page` is where a report goes, as HTML. Options: threshold, flips."""
    from lesionstudio.workflows.evaluate import evaluate as evaluate_model

    place = Path(page) if page is not None else None
    return evaluate_model(str(model), data=Path(data), part=part, page=place, report=report, **options)
