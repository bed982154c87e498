"""Two versions of the program side by side, and one after the other: what an older or newer one left is safe."""

import json
from pathlib import Path

import pytest

from lesionstudio.errors import ModelProblem
from lesionstudio.gui import thumbnails
from lesionstudio.learning import conversion, speed
from lesionstudio.model_card import CARD_NAME, IntensityRule, ModelCard, ModelInput, read_card, write_card
from lesionstudio.settings import Settings, cache_folder, kept_folder, load_settings, save_settings, settings_path
from lesionstudio.workflows import kept_kinds

CARD = ModelCard("m", "M", ("Lesion",), (ModelInput(IntensityRule("window", -1000, 0)),))


def say(**facts: object) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text(json.dumps(facts), encoding="utf-8")


def test_settings_of_an_older_version_are_kept_and_what_it_lacked_is_usual() -> None:
    say(theme="light", recent=["/scans"])
    assert load_settings() == Settings(theme="light", recent=("/scans",))


def test_what_a_newer_version_chose_outlives_an_older_one() -> None:
    say(theme="light", hologram={"depth": 3})
    save_settings(load_settings())
    saved = json.loads(settings_path().read_text(encoding="utf-8"))
    assert (saved["hologram"], saved["theme"]) == ({"depth": 3}, "light")


def test_what_an_older_version_cannot_read_is_usual_there() -> None:
    say(theme="light", undo_megabytes={"soft": 100}, tools=7)
    assert load_settings() == Settings(theme="light")


def test_every_cache_lies_in_a_folder_of_its_form(tmp_path: Path) -> None:
    places = (
        thumbnails._folder(),
        kept_kinds._place("c").parent,
        speed._memory().parent,
        kept_folder("networks", conversion._FORM),
    )
    assert {place.parent for place in places} == {cache_folder()}
    assert all(place.name.rpartition("-")[2].isdigit() for place in places)


def test_another_form_does_not_see_what_this_one_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    speed._remember({"x": {"fp32": 1.0}})
    assert speed._recall() == {"x": {"fp32": 1.0}}
    monkeypatch.setattr(speed, "_FORM", speed._FORM + 1)
    assert speed._recall() == {}


@pytest.mark.parametrize(("key", "value", "told"), [("version", 99, "version 99"), ("orbit", 1, "orbit")])
def test_a_card_of_a_newer_version_is_refused_with_a_sentence(tmp_path: Path, key: str, value: int, told: str) -> None:
    write_card(CARD, tmp_path)
    card = json.loads((tmp_path / CARD_NAME).read_text(encoding="utf-8"))
    (tmp_path / CARD_NAME).write_text(json.dumps(card | {key: value}), encoding="utf-8")
    with pytest.raises(ModelProblem, match=f"does not know: {told}") as caught:
        read_card(tmp_path)
    assert "newer version" in caught.value.hint
