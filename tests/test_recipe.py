"""Recipes: what a file says, and what is changed of it."""

from pathlib import Path

import pytest

from lesionstudio.errors import ModelProblem
from lesionstudio.recipe import Recipe, changed, checked, read_recipe


def test_a_recipe_keeps_its_defaults_for_what_the_file_does_not_name(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text('{"epochs": 7, "scales": [0.8, 1.2]}', encoding="utf-8")
    assert read_recipe(path) == Recipe(epochs=7, scales=(0.8, 1.2))
    path.write_text('{"epoch": 7}', encoding="utf-8")
    with pytest.raises(ModelProblem, match="cannot be read"):
        read_recipe(path)


def test_depth_sets_the_levels_of_encoder_and_decoder() -> None:
    assert changed(Recipe(), {"depth": 4, "seed": 3}) == Recipe(
        network={"encoder_depth": 4, "decoder_channels": [256, 128, 64, 32]}, seed=3
    )


def test_names_of_labels_go_to_the_card_and_leave_what_else_it_says() -> None:
    recipe = Recipe(card={"title": "Lobes", "labels": ["Lesion"]})
    assert changed(recipe, {"labels": ["Frontal", "Parietal"]}).card == {
        "title": "Lobes",
        "labels": ["Frontal", "Parietal"],
    }


def test_a_choice_that_no_recipe_has_is_a_sentence_with_the_known_ones() -> None:
    assert checked(Recipe(goal="miss-less")).goal == "miss-less"
    with pytest.raises(ModelProblem, match="precision cannot be half") as told:
        checked(Recipe(precision="half"))
    assert "bf16" in told.value.hint
