"""The models that ship: small enough, each with its terms, as good as their cards say. A build may leave any out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.boxed import window_for
from lesionstudio.imaging.doubts import doubts
from lesionstudio.imaging.formats import read_scan
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.model_card import CARD_NAME, LICENCE_NAME, WEIGHTS_NAME, ModelCard, read_card
from lesionstudio.progress import silent
from lesionstudio.resources import resource
from lesionstudio.workflows.card_words import card_lines
from lesionstudio.workflows.evaluate import evaluate
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.models import list_models
from lesionstudio.workflows.segment import spread

MOST_EACH, MOST_TOGETHER = 50_000_000, 120_000_000
SHIPPED = sorted(path.parent for path in resource("models").glob("*/card.json"))
MARKING = [folder for folder in SHIPPED if read_card(folder).task == "segmentation"]
CLOSE = 0.005
THUMBNAIL = "thumbnail.png"
"""Drawn by code (tests/benchmarks/draw_thumbnails.py)."""
OTHERS = (
    "brain_lgg/test/images",
    "brain_lobes/images",
    "em_isbi2012/images",
    "lung_lidc/test/images",
    "lung_medseg/images",
    "classes/mednist/Hand",
    "classes/mednist/CXR",
)
"""Pictures of each other kind."""


def _names(folder: Path) -> str:
    return folder.name


def test_none_is_too_large_and_all_together_neither() -> None:
    sizes = [(folder / WEIGHTS_NAME).stat().st_size for folder in SHIPPED]
    assert all(size <= MOST_EACH for size in sizes) and sum(sizes) <= MOST_TOGETHER


@pytest.mark.parametrize("folder", SHIPPED, ids=_names)
def test_each_is_listed_and_says_its_terms_and_what_it_was_made_from(folder: Path) -> None:
    card = read_card(folder)
    assert card.id == folder.name in [one["id"] for one in list_models()]
    assert card.title and card.made_for and card.data and card.licence and card.made
    assert (folder / LICENCE_NAME).is_file()
    assert {"seed", "minutes"} <= set(card.training)


@pytest.mark.parametrize("folder", MARKING, ids=_names)
def test_no_picture_of_anybody_ships_beside_a_model(folder: Path) -> None:
    lies_there = {path.name for path in folder.iterdir()}
    assert lies_there <= {CARD_NAME, WEIGHTS_NAME, LICENCE_NAME, "recipe.json", THUMBNAIL}
    assert not any(one.picture for one in read_card(folder).failures)


@pytest.mark.parametrize("folder", MARKING, ids=_names)
def test_each_has_a_card_in_words_and_those_of_crops_look_at_boxes(folder: Path) -> None:
    card, lines = read_card(folder), dict(card_lines(read_card(folder)))
    assert {"Marks", "Made for", "Goes in", "How good", "Rules", "Learned from", "Licence", "Trained"} <= set(lines)
    if card.view == "crop":
        assert card.crop_side and window_for(card, (100, 100, 120, 120), (512, 512)) is not None


@pytest.mark.slow
@pytest.mark.parametrize("folder", MARKING, ids=_names)
def test_evaluate_gives_the_numbers_on_the_card_again(folder: Path, shared_data: Path, tmp_path: Path) -> None:
    card, words = read_card(folder), _asked(folder.name, tmp_path)
    found = evaluate(card.id, part=card.scores["part"], **words)
    assert found["mean"]["dice"] == pytest.approx(card.scores["dice"], abs=CLOSE)
    for name in ("v_rand", "v_info") if "membrane" in card.scores else ():
        assert found["membrane"][name] == pytest.approx(card.scores["membrane"][name], abs=CLOSE)


@pytest.mark.parametrize("folder", MARKING, ids=_names)
def test_each_takes_patients_it_never_saw_for_its_own_and_doubts_or_refuses_all_else(
    folder: Path, shared_data: Path, tmp_path: Path
) -> None:
    card = read_card(folder)
    places = {key: value for key, value in _asked(folder.name, tmp_path).items() if key != "structure"}
    unseen = [pair.image for pair in Places(**places).pairs(silent).of_part(card.scores["part"]).pairs]
    own = [_is_doubted(card, image) for image in _some(unseen, 20)]
    assert np.mean(own) <= 0.1, own
    for other in OTHERS:
        if not any((shared_data / other) in image.parents for image in unseen):
            strange = [_is_doubted(card, image) for image in _some(sorted((shared_data / other).iterdir()), 4)]
            assert all(strange), other


def _is_doubted(card: ModelCard, image: Path) -> bool:
    """Whether a person is told that the model was not made for this picture, also in a box."""
    scan = read_scan(image)
    try:
        seen = [network_inputs(scan, k, card.inputs) for k in spread(scan.slices)]
    except ModelProblem:
        return True
    return bool(doubts(card, scan, seen, in_box=True))


def _some(images: list[Path], most: int) -> list[Path]:
    return images[:: -(-len(images) // most)]


def _asked(name: str, place: Path) -> dict[str, Any]:
    """The data a model is judged by, as make_models names them on its command line."""
    from tests.benchmarks.starter_models import MODELS

    model = MODELS[name]
    model.prepare(place)
    words = [*model.data(place), *model.options]
    given = dict(zip(words[::2], words[1::2]))
    places: dict[str, Any] = {
        key: Path(given[f"--{key}"]) for key in ("data", "images", "masks", "split") if f"--{key}" in given
    }
    return places | ({"structure": int(given["--structure"])} if "--structure" in given else {})
