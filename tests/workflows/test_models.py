"""Models on the shelf: taken in only when sound, never overwritten, nothing in an archive followed elsewhere."""

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from lesionstudio.errors import ModelProblem
from lesionstudio.model_card import read_card, write_card
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.workflows.models import add_model, list_models, show_model


@pytest.fixture(autouse=True)
def no_starter_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """These tests are about what a person adds."""
    monkeypatch.setattr("lesionstudio.project.shelf.resource", lambda *parts: tmp_path / "nothing shipped")


def zipped(folder: Path, archive: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.iterdir():
            packed.write(path, inside + path.name)
    return archive


def test_a_folder_is_taken_in_whole(model: Path, home: Path) -> None:
    taken = add_model(model)
    folder = Path(taken["folder"])
    assert folder == home / "data" / "models" / "tiny-v1"
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "weights.safetensors"]
    assert list_models() == [taken]
    assert set(taken) == {"id", "task", "title", "labels", "modality", "licence", "scores", "bytes", "folder"}
    assert taken["bytes"] == (model / "weights.safetensors").stat().st_size


@pytest.mark.parametrize("inside", ["", "tiny/"])
def test_a_zip_of_a_model_is_taken_in(model: Path, tmp_path: Path, inside: str) -> None:
    assert add_model(zipped(model, tmp_path / "tiny.zip", inside))["id"] == "tiny-v1"


@pytest.mark.parametrize("name", ["card.json", "weights.safetensors"])
def test_a_file_of_a_model_stands_for_its_folder(model: Path, name: str) -> None:
    assert add_model(model / name)["id"] == "tiny-v1"


def test_a_path_in_a_zip_is_never_followed(model: Path, tmp_path: Path, home: Path) -> None:
    archive = zipped(model, tmp_path / "evil.zip", "../../evil/")
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("../../../escaped.txt", "x")
    assert Path(add_model(archive)["folder"]).is_relative_to(home)
    assert not list(tmp_path.rglob("escaped.txt"))


def test_weights_that_were_changed_are_refused(model: Path) -> None:
    with (model / "weights.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelProblem, match="not those its card was written for"):
        add_model(model)
    assert list_models() == []


def test_a_card_without_a_sha256_is_refused(model: Path) -> None:
    write_card(replace(read_card(model), sha256=""), model)
    with pytest.raises(ModelProblem, match="not those its card"):
        add_model(model)


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"\xff" * 64, (10**12).to_bytes(8, "little") + b"{}"])
def test_weights_of_another_kind_are_never_opened(model: Path, content: bytes) -> None:
    (model / "weights.safetensors").write_bytes(content)
    with pytest.raises(ModelProblem, match="no safetensors file"):
        add_model(model)


def test_a_folder_without_weights_is_refused(model: Path) -> None:
    (model / "weights.safetensors").rename(model / "weights.pt")
    with pytest.raises(ModelProblem, match="no weights"):
        add_model(model)


@pytest.mark.parametrize("model_id", ["../x", "", "a/b", ".hidden", "x" * 200])
def test_an_id_that_is_no_folder_name_is_refused(model: Path, model_id: str) -> None:
    write_card(replace(read_card(model), id=model_id), model)
    with pytest.raises(ModelProblem, match="cannot be used"):
        add_model(model)


def test_another_model_of_the_same_id_is_refused_and_the_same_one_again_is_not(model: Path) -> None:
    first = add_model(model)
    assert add_model(model) == first
    card = read_card(model)
    save_file({"weight": np.ones(3, np.float16)}, model / "weights.safetensors")
    digest = hashlib.sha256((model / "weights.safetensors").read_bytes()).hexdigest()
    write_card(replace(card, sha256=digest), model)
    with pytest.raises(ModelProblem, match="another model called tiny-v1"):
        add_model(model)
    assert list_models() == [first]


def test_something_else_is_refused_with_a_hint(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("x")
    with pytest.raises(ModelProblem, match="is no model") as told:
        add_model(other)
    assert "card.json" in told.value.hint
    with pytest.raises(ModelProblem, match="no file or folder"):
        add_model(tmp_path / "nothing")


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("readme.txt", "x")
    with pytest.raises(ModelProblem, match="holds 0 models"):
        add_model(archive)


def test_a_damaged_card_hides_no_other_model(model: Path, home: Path) -> None:
    add_model(model)
    broken = home / "data" / "models" / "broken"
    broken.mkdir()
    (broken / "card.json").write_text("{")
    assert [entry["id"] for entry in list_models()] == ["tiny-v1"]
    assert "cannot be read" in ModelShelf().damaged()[0].message


def test_a_model_is_found_by_id_and_by_folder(model: Path) -> None:
    assert show_model(str(model))["id"] == "tiny-v1"
    with pytest.raises(ModelProblem, match="no model called tiny-v1"):
        show_model("tiny-v1")
    add_model(model)
    card = show_model("tiny-v1")
    assert card["inputs"][0]["rule"]["low"] == -1350
    json.dumps(card, allow_nan=False)


def test_a_study_uses_the_model_that_was_chosen(model: Path, study: Path) -> None:
    add_model(model)
    project = Project.open(study)
    second = project.home / "models" / "mine"
    second.parent.mkdir()
    write_card_copy(model, second)
    shelf = ModelShelf(project)
    assert [one.card.id for one in shelf.models()] == ["tiny-v1", "mine"]
    first = shelf.in_use()
    assert first is not None
    assert first.card.id == "tiny-v1"
    project.settings["model"] = "mine"
    chosen = shelf.in_use()
    assert chosen is not None
    assert (chosen.card.id, chosen.place) == ("mine", "study")
    project.close()


def write_card_copy(model: Path, to: Path) -> None:
    to.mkdir()
    (to / "weights.safetensors").write_bytes((model / "weights.safetensors").read_bytes())
    write_card(replace(read_card(model), id="mine"), to)
