from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lesionstudio.errors import ModelProblem, NotEnoughExamples
from lesionstudio.learning import training
from lesionstudio.learning.examples import Example
from lesionstudio.learning.training import Trainer
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput
from lesionstudio.progress import Cancelled, Progress
from lesionstudio.recipe import Recipe, changed, read_recipe

SMALL = {"encoder_depth": 3, "decoder_channels": [16, 8, 8]}
RECIPE = Recipe(encoder="resnet18", network=SMALL, size=64, batch=2, epochs=3, long_side=(64, 64), precision="fp32")
CARD = ModelCard("s", "S", ("Lesion",), (ModelInput(IntensityRule("window", 0, 1)),), encoder="resnet18", network=SMALL)


def _blobs(count: int) -> list[Example]:
    """Pictures of one bright square each, which is the lesion."""
    rng, made = np.random.default_rng(0), []
    for n in range(count):
        marks = np.zeros((64, 64), np.uint8)
        row, column = rng.integers(4, 40, 2)
        marks[row : row + 18, column : column + 18] = 1
        pixels = (0.2 + 0.6 * marks + rng.normal(0, 0.02, marks.shape)).astype(np.float32)
        made.append(Example(str(n), pixels[None], marks, str(n)))
    return made


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Sums in one order: the same numbers to the last bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_a_run_stopped_and_resumed_ends_where_an_unbroken_one_ends(tmp_path: Path) -> None:
    examples = _blobs(4)
    unbroken = Trainer(examples, CARD, RECIPE)
    for _step in range(6):
        unbroken.step()
    stopped = Trainer(examples, CARD, RECIPE)
    for _step in range(3):
        stopped.step()
    stopped.save(tmp_path / "checkpoint.safetensors")
    resumed = Trainer(examples, CARD, replace(RECIPE))
    resumed.resume(tmp_path / "checkpoint.safetensors")
    for _step in range(3):
        resumed.step()
    assert resumed.steps == unbroken.steps == 6
    wanted = unbroken.averaged.state_dict()
    for name, value in resumed.averaged.state_dict().items():
        assert torch.allclose(value.float(), wanted[name].float(), atol=1e-6), name


def test_a_cancelled_run_leaves_by_the_same_door_and_can_go_on(tmp_path: Path) -> None:
    def refuse(progress: Progress) -> None:
        raise Cancelled

    trainer = Trainer(_blobs(2), CARD, RECIPE)
    with pytest.raises(Cancelled):
        trainer.run(tmp_path / "checkpoint.safetensors", refuse)
    assert trainer.steps == 0, "a run is cancelled within a step, not after it"
    again = Trainer(_blobs(2), CARD, RECIPE)
    run = again.run(tmp_path / "checkpoint.safetensors", lambda progress: None)
    assert run.steps == again.total_steps


def test_the_minutes_of_a_recipe_end_a_run_before_its_epochs(tmp_path: Path) -> None:
    trainer = Trainer(_blobs(2), CARD, replace(RECIPE, epochs=10_000, minutes=0.5 / 60))
    run = trainer.run(tmp_path / "checkpoint.safetensors", lambda progress: None)
    assert 1 <= run.steps < 1000
    assert trainer.seconds >= 0.5


@pytest.mark.slow
def test_a_network_learns_to_find_bright_squares(tmp_path: Path) -> None:
    trainer = Trainer(_blobs(8), CARD, replace(RECIPE, epochs=60, batch=4, averaging=0.95))
    trainer.run(tmp_path / "checkpoint.safetensors", lambda progress: None)
    scores = []
    for example in _blobs(12)[8:]:
        with torch.inference_mode():
            found = trainer.averaged.eval()(torch.from_numpy(example.pixels[None]))[0, 0].numpy() > 0
        scores.append(2 * (found & (example.marks > 0)).sum() / (found.sum() + example.marks.sum()))
    assert np.mean(scores) > 0.9


def test_bf16_is_used_only_where_the_processor_has_units_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for units, wanted in ((("avx2",), "fp32"), (("avx512_bf16",), "bf16"), (("amx_bf16",), "bf16"), ((), "fp32")):
        monkeypatch.setattr(training, "instructions", lambda units=units: frozenset(units))
        assert training.precision_for("cpu") == wanted


def test_nothing_to_train_on_is_said_before_a_network_is_built() -> None:
    with pytest.raises(NotEnoughExamples):
        Trainer([], CARD, RECIPE)


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
