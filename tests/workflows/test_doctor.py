"""doctor: what it says of this machine, with a model, with a broken one, and with none."""

import json
from pathlib import Path

import pytest

from lesionstudio.model_card import read_card
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.workflows.doctor import doctor
from tests.tiny_model import save_tiny_model


def use(model: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    shelved = ShelvedModel(read_card(model), model, "user") if model else None
    monkeypatch.setattr(ModelShelf, "in_use", lambda _shelf: shelved)


def test_it_says_how_the_model_in_use_is_computed_how_quick_it_is_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(save_tiny_model(tmp_path / "model"), monkeypatch)
    found = doctor()
    json.dumps(found)
    assert found["packages"]["numpy"]
    assert found["device_why"]
    assert found["model"] == "tiny"
    assert found["precision"] in ("fp32", "bf16")
    assert found["precision_why"]
    assert 0 < found["seconds_a_slice"] < 60


def test_without_a_model_it_says_so_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    use(None, monkeypatch)
    found = doctor()
    assert found["model"] is found["seconds_a_slice"] is None
    assert any("no model" in sentence for sentence in found["advice"])


def test_a_damaged_model_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = save_tiny_model(tmp_path / "model")
    (model / "weights.safetensors").write_bytes(b"nothing")
    use(model, monkeypatch)
    found = doctor()
    assert found["model"] == "tiny"
    assert found["seconds_a_slice"] is None
    assert "weights" in found["precision_why"]
