"""preview: what a network would be shown of some pictures: original, input, augmented, the mask on each."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.pairs import Pair
from lesionstudio.imaging.windowing import first_preset, preset_window, to_grey
from lesionstudio.progress import Reporter, Steps, silent
from lesionstudio.recipe import Recipe
from lesionstudio.words import _
from lesionstudio.workflows.labelled import Places, read_pair
from lesionstudio.workflows.score import label_names
from lesionstudio.workflows.training_set import Question, drafted_card, inputs_for

if TYPE_CHECKING:
    from lesionstudio.learning.preview import Shown


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """One slice: the original (row, column) as 8-bit grey with its marks, as the network sees it, and augmented."""

    name: str
    original: NDArray[np.uint8]
    marks: NDArray[np.uint8]
    seen: "Shown"
    augmented: tuple["Shown", ...]


def preview(
    places: Places,
    recipe: Recipe,
    asked: Question,
    *,
    count: int = 4,
    times: int = 3,
    report: Reporter = silent,
) -> list[Preview]:
    """Slices with marks from all over the data, each on its most marked slice. Raises LesionStudioError."""
    pairs = places.pairs(report).pairs
    chosen = np.unique(np.linspace(0, len(pairs) - 1, count).round().astype(int))
    steps, found = Steps(report, len(chosen), _("Looking at the data")), []
    for pair in (pairs[n] for n in chosen):
        found.append(_preview(pair, recipe, asked, times))
        steps.advance()
    return found


def _preview(pair: Pair, recipe: Recipe, asked: Question, times: int) -> Preview:
    from lesionstudio.learning.examples import Example
    from lesionstudio.learning.folder_run import settled
    from lesionstudio.learning.preview import as_changed, as_shown

    scan, marks = read_pair(pair, asked.structure, asked.hu_offset)
    k = int(np.count_nonzero(marks, axis=(1, 2)).argmax())
    card = drafted_card(recipe, "preview", inputs_for(scan, asked.channels, recipe.intensity, recipe.neighbours))
    plan = settled(recipe, [marks.shape[1:]])
    card = replace(card, long_side=plan.long_side, labels=label_names(max(1, int(marks.max()))))
    example = Example(pair.id, network_inputs(scan, k, card.inputs), marks[k], pair.group)
    pixels: Any = np.asarray(scan.slice(k))
    plane = pixels.mean(axis=2) if pixels.ndim == 3 else pixels
    grey = to_grey(plane, preset_window(scan, first_preset(scan), k))
    return Preview(pair.id, grey, marks[k], as_shown(example, card), tuple(as_changed(example, card, plan, times)))
