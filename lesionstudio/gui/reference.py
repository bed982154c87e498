"""Reference: what the mask on screen is compared with, read in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lesionstudio.imaging.formats import read_mask, read_segments
from lesionstudio.imaging.geometry import Index
from lesionstudio.imaging.mask import Mask, MaskSnapshot, Pixels, refuse_other_grid
from lesionstudio.imaging.scan import Scan
from lesionstudio.project.states import EarlierState, States
from lesionstudio.words import _
from lesionstudio.workflows.kept_marks import read_marks


@dataclass(frozen=True, eq=False, slots=True)
class Reference:
    """A mask on the same grid that stays as it is, what it is called, and the numbers of its labels.

    `judged`: None where the mask on screen is judged by this one. For a model's marks, the slices on which those are
    judged by the mask on screen.
    """

    mask: Mask
    words: str
    numbers: tuple[int, ...]
    judged: frozenset[int] | None = None


def of_file(path: Path, scan: Scan, labels: Mapping[str, int]) -> Reference:
    """A mask in a file; segments of the name of a label (in small letters) count as that label, the smaller one wins.

    Raises GridMismatch, UnreadableFile.
    """
    segmentation = read_segments(path, scan)
    if segmentation is None:
        volume = read_mask(path, scan)
    else:
        table = {one.number: labels.get(one.name.casefold(), one.number) for one in segmentation.segments}
        volume = segmentation.labels("smaller", table)
    return _reference(scan.geometry.shape, dict(enumerate(volume)), path.name)


def of_state(states: States, state: EarlierState, slice_ids: tuple[str, ...], shape: Index, words: str) -> Reference:
    """An earlier saved state. Raises ProjectProblem, GridMismatch."""
    snapshot = states.read(state, slice_ids)
    refuse_other_grid(snapshot.shape, shape)
    return _reference(shape, snapshot.layers["labels"], words)


def labels_and_draft(shape: Index, labels: Mapping[int, Pixels], draft: Mapping[int, Pixels]) -> Reference:
    """The labels with the open draft as if it were accepted."""
    joined = dict(labels)
    for k, proposed in draft.items():
        joined[k] = np.where(proposed > 0, proposed, labels[k]) if k in labels else proposed
    return _reference(shape, joined, _("The draft, as if accepted"))


def of_model(shape: Index, files: Mapping[int, Path], numbers: Sequence[int], words: str) -> Reference:
    """What a model marked on some slices, in files of workflows.kept_marks; `numbers`: the study's for 1, 2, ..."""
    table = np.zeros(256, np.uint8)
    table[1 : len(numbers) + 1] = numbers
    marked = {k: table[read_marks(path)[0]] for k, path in files.items()}
    return replace(_reference(shape, marked, words), judged=frozenset(files))


def _reference(shape: Index, slices: Mapping[int, Pixels], words: str) -> Reference:
    marked = {k: pixels for k, pixels in slices.items() if pixels.any()}
    layers = {"labels": marked, "origin": {}, "draft": {}, "draft_probability": {}}
    mask = Mask.restore(MaskSnapshot(shape, layers, np.zeros(shape[0], np.uint8), None))  # type: ignore[arg-type]
    return Reference(mask, words, tuple(mask.counts()))
