"""A run shared by two processes: each has its part of every batch, and together they are one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.errors import LesionStudioError
from lesionstudio.learning.checkpoints import read_checkpoint
from lesionstudio.learning.course import BEST_NAME
from lesionstudio.learning.folder_run import Order, trained
from lesionstudio.progress import silent
from lesionstudio.recipe import Recipe
from tests.learning.squares import CARD, RECIPE, squares

FIVE_STEPS = replace(RECIPE, batch=4, epochs=5, look_every=5, norms="keep")


def order(out: Path, recipe: Recipe, devices: int) -> Order:
    return Order(squares(4), squares(2, first=4), CARD, recipe, out, devices=devices)


def weights(out: Path) -> np.ndarray:
    tensors, _facts = read_checkpoint(out / "checkpoint.safetensors")
    kept = [value.numpy().ravel() for name, value in sorted(tensors.items()) if name.startswith("network.")]
    return np.concatenate([one.astype(np.float64) for one in kept])


@pytest.mark.slow
def test_two_processes_have_the_weights_of_one_after_five_steps(tmp_path: Path) -> None:
    one = trained(order(tmp_path / "one", FIVE_STEPS, 1), silent)
    two = trained(order(tmp_path / "two", FIVE_STEPS, 2), silent)
    assert one.standing.steps == two.standing.steps == 5
    assert np.abs(weights(tmp_path / "one") - weights(tmp_path / "two")).max() < 1e-4
    assert (tmp_path / "two" / BEST_NAME).is_file()


@pytest.mark.slow
def test_two_processes_with_batchnorm_end_and_their_loss_falls(tmp_path: Path) -> None:
    recipe = replace(RECIPE, batch=4, epochs=16, look_every=4, patience=0.0)
    finished = trained(order(tmp_path, recipe, 2), silent)
    losses = [row["train"]["loss"] for row in finished.standing.curve]
    assert finished.standing.steps == 16
    assert losses[-1] < losses[0]
    assert finished.standing.curve[-1]["val"] is not None


def test_a_batch_that_cannot_be_shared_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LesionStudioError, match="cannot be shared"):
        trained(order(tmp_path, replace(RECIPE, batch=3), 2), silent)
