"""Sets for an oracle that corrects slice by slice: in which order, what is held out, and how a model sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.pairs import Pairs, pair_folders, pairs_of_data
from lesionstudio.learning.examples import Example
from lesionstudio.model_card import ModelCard, read_card
from lesionstudio.progress import silent
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.recipe import Recipe
from lesionstudio.workflows.training_set import Question, training_set

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = ("lung_lidc", "lung_medseg", "brain_lgg", "em_isbi2012")
STARTER = "lung-lesions"
_CHANNELS = {"brain_lgg": "1"}
_ENCODER, _DECODER, _LONG_SIDE = "resnet18", (128, 64, 48, 32, 16), (128, 512)
_A_PATIENT, _CLEAN, _MEASURED, _LAST_SECTIONS = 4, 1, 32, 5


@dataclass(frozen=True, slots=True, eq=False)
class ToCorrect:
    """A set: what is corrected in this order, what is measured on, the card, and the model whose weights are lent."""

    name: str
    order: list[Example]
    held_out: list[Example]
    card: ModelCard
    lent: Path | None


def to_correct(name: str, seed: int, count: int, lend: Path | None = None, *, alone: bool = False) -> ToCorrect:
    """A set with so many slices to correct, patients in an order by the seed. Its part val is measured on.

    A new model begins with the weights in `lend`, or as Learn does with those of the starter model; with random ones
    where it is `alone`, and in both lung sets, for the starter model learned from them.
    """
    question = Question(_CHANNELS.get(name, ""), _structure(name))
    found = training_set(_pairs(name), Recipe(seed=seed), name, question, silent)
    learned, held_out = found.learned, found.held_out
    if name == "em_isbi2012":
        sections = sorted(learned + held_out, key=lambda one: one.id)
        learned, held_out = sections[: -_LAST_SECTIONS - 1], sections[-_LAST_SECTIONS:]
    is_known = lend is None and name.startswith("lung")
    lent = None if alone or is_known else lend or ModelShelf().find(STARTER).folder
    network = {"decoder_channels": list(_DECODER)}
    card = replace(found.card, encoder=_ENCODER, network=network, long_side=_LONG_SIDE)
    if lent is not None:
        one = read_card(lent)
        card = replace(card, architecture=one.architecture, encoder=one.encoder, network=one.network)
    return ToCorrect(name, _as_a_person(learned, seed)[:count], _some(held_out, seed), card, lent)


def _pairs(name: str) -> Pairs:
    if name == "em_isbi2012":
        return pair_folders(DATA / name / "images", DATA / name / "labels")
    return pairs_of_data(DATA / name)


def _structure(name: str) -> int | None:
    return 0 if name == "em_isbi2012" else None


def _as_a_person(examples: Sequence[Example], seed: int) -> list[Example]:
    """One patient after another: some slices spread over the lesion, and one without a mark where there is one."""
    groups = list(dict.fromkeys(one.group for one in examples))
    order = []
    for at in np.random.default_rng(seed).permutation(len(groups)):
        own = [one for one in examples if one.group == groups[at]]
        marked, clean = [one for one in own if one.marks.any()], [one for one in own if not one.marks.any()]
        if marked:
            order += _spread(marked, _A_PATIENT) + _spread(clean, _CLEAN)
    return order if len(groups) > 1 else _spread(examples, len(examples))


def _some(examples: Sequence[Example], seed: int) -> list[Example]:
    """At most so many slices with a mark, by chance, and a fourth as many without one."""
    rng, kept = np.random.default_rng((seed, 1)), []
    for wanted, most in ((True, _MEASURED), (False, _MEASURED // 4)):
        those = [one for one in examples if bool(one.marks.any()) == wanted]
        kept += [those[n] for n in sorted(rng.permutation(len(those))[:most])]
    return kept


def _spread(examples: Sequence[Example], count: int) -> list[Example]:
    places = np.linspace(0, len(examples) - 1, min(count, len(examples))).round().astype(int)
    return [examples[n] for n in places]


def mean_dice(found: Sequence[NDArray[np.bool_]], held_out: Sequence[Example]) -> tuple[float, float]:
    """Mean Dice of the slices with a mark, and Dice of all slices together."""
    both = np.array([np.count_nonzero(marks & (one.marks > 0)) for marks, one in zip(found, held_out)])
    size = np.array([np.count_nonzero(marks) + np.count_nonzero(one.marks) for marks, one in zip(found, held_out)])
    has = np.array([one.marks.any() for one in held_out])
    return float(np.mean(2 * both[has] / size[has])), float(2 * both.sum() / size.sum())
