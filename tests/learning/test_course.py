"""A run from its first step to its last: the same by seed, stopped anywhere, short of memory, of disk, of time."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lesionstudio.errors import LesionStudioError, ModelProblem, NotEnoughExamples, OutOfMemory
from lesionstudio.learning import checkpoints, hardware
from lesionstudio.learning.checkpoints import read_checkpoint
from lesionstudio.learning.course import BEST_NAME, CHECKPOINT_NAME
from lesionstudio.learning.fabric_trainer import FabricTrainer, pace
from lesionstudio.learning.folder_run import Finished, Order, course_for, settled, trained
from lesionstudio.learning.hardware import Hardware
from lesionstudio.learning.losses import Loss
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Cancelled, Progress, silent
from lesionstudio.recipe import Recipe
from tests.learning.squares import CARD, RECIPE, squares


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums in one order: the same numbers to the last bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def order(out: Path, recipe: Recipe = RECIPE, card: ModelCard = CARD, **facts: Any) -> Order:
    return Order(squares(4), squares(2, first=4), card, recipe, out, **facts)


def curve(finished: Finished) -> list[dict[str, Any]]:
    """The curve without its clock."""
    return [{name: value for name, value in row.items() if name != "minutes"} for row in finished.standing.curve]


def weights(finished: Finished) -> np.ndarray[Any, Any]:
    return np.concatenate([value.double().numpy().ravel() for value in finished.model.network.state_dict().values()])


class Stops:
    """Cancels at the n-th report, wherever that is."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, progress: Progress) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


def test_the_same_seed_gives_the_same_weights_and_curve_another_does_not(tmp_path: Path) -> None:
    short = replace(RECIPE, epochs=1)
    one, two = trained(order(tmp_path / "1", short), silent), trained(order(tmp_path / "2", short), silent)
    other = trained(order(tmp_path / "3", replace(short, seed=1)), silent)
    assert curve(one) == curve(two) != curve(other)
    assert np.array_equal(weights(one), weights(two))


def test_a_run_stopped_anywhere_and_resumed_has_the_curve_of_an_unbroken_one(tmp_path: Path) -> None:
    whole = trained(order(tmp_path / "whole"), silent)
    for reports in (1, 11):
        out = tmp_path / str(reports)
        with pytest.raises(Cancelled):
            trained(order(out), Stops(reports))
        again = trained(order(out, resume=True), silent)
        assert curve(again) == curve(whole), reports
        assert np.abs(weights(again) - weights(whole)).max() < 1e-6
    assert [row["step"] for row in curve(whole)] == [2, 4, 6]


def test_a_round_that_ended_is_never_lost(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        trained(order(tmp_path), Stops(11))
    _tensors, facts = read_checkpoint(tmp_path / CHECKPOINT_NAME)
    assert facts["steps"] == 2
    assert len(facts["curve"]) == 1
    assert read_checkpoint(tmp_path / BEST_NAME)[1]["step"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [BEST_NAME, CHECKPOINT_NAME]


def test_without_resume_a_run_begins_anew(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        trained(order(tmp_path), Stops(11))
    again = trained(order(tmp_path, replace(RECIPE, epochs=1)), silent)
    assert [row["step"] for row in curve(again)] == [2]


def test_the_curve_has_train_and_validation_side_by_side(tmp_path: Path) -> None:
    told: list[Any] = []
    finished = trained(order(tmp_path), lambda progress: told.append(progress.partial))
    row = curve(finished)[-1]
    assert set(row["train"]) == {"loss", "f1", "precision", "recall", "iou", "accuracy"}
    assert set(row["val"]) == set(row["train"]) | {"dice", "score", "threshold", "pictures"}
    assert (row["epoch"], row["step"]) == (3.0, 6)
    assert [partial["curve"][0]["step"] for partial in told if partial] == [2, 4, 6]
    assert finished.standing.ended == "It ended after all 3 epochs."


def test_the_minutes_of_a_recipe_end_a_run_before_its_epochs(tmp_path: Path) -> None:
    finished = trained(order(tmp_path, replace(RECIPE, epochs=10_000, minutes=0.5 / 60, patience=0.0)), silent)
    assert finished.standing.seconds >= 0.5
    assert finished.standing.steps < 1000
    assert "minutes were over" in finished.standing.ended


def test_a_run_of_few_minutes_has_a_curve_too(tmp_path: Path) -> None:
    """At a second a step: rounds of a minute and a half where there is time, twelve of them where there is not."""
    for minutes, steps in ((0.0, 40), (60.0, 40), (6.0, 30)):
        recipe = replace(RECIPE, minutes=minutes, batch=8)
        course = course_for(replace(order(tmp_path, recipe), examples=squares(1) * 320))
        assert course._planned_steps(1.0) == steps


def test_it_stops_when_what_is_held_out_becomes_no_better(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lesionstudio.learning.judging import Look

    monkeypatch.setattr(Look, "best", lambda look, goal: (0.5, 0.5))
    finished = trained(order(tmp_path, replace(RECIPE, epochs=20, patience=0.2)), silent)
    assert finished.standing.steps == 12, "12 of 40 steps is the first look more than a fifth after the best, step 2"
    assert "since step 2" in finished.standing.ended


def test_nothing_to_train_on_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughExamples):
        trained(replace(order(tmp_path), examples=[]), silent)


def test_a_full_disk_is_one_sentence_and_leaves_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really, saved = checkpoints.save_file, list[Path]()

    def full(tensors: Any, path: Path, metadata: Any) -> None:
        saved.append(path)
        if len(saved) > 2:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        really(tensors, path, metadata)

    monkeypatch.setattr(checkpoints, "save_file", full)
    with pytest.raises(LesionStudioError, match="No space left") as told:
        trained(order(tmp_path), silent)
    assert "--resume" in told.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == [BEST_NAME, CHECKPOINT_NAME]
    assert read_checkpoint(tmp_path / CHECKPOINT_NAME)[1]["steps"] == 2


class Hungry(nn.Module):
    """Has no memory for more than so many pictures at a time."""

    most = 1

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.encoder, self._inside = network.get_submodule("encoder"), network

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        if self.training and len(pixels) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        answer: torch.Tensor = self._inside(pixels)
        return answer


def hungry(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    from lesionstudio.learning import folder_run

    build, begin = folder_run.build_network, folder_run.begun_network
    monkeypatch.setattr(Hungry, "most", most)
    monkeypatch.setattr(folder_run, "build_network", lambda card: Hungry(build(card)))
    monkeypatch.setattr(folder_run, "begun_network", lambda *told, **more: Hungry(begin(*told, **more)))


def test_where_memory_runs_out_half_a_batch_is_computed_at_a_time_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hungry(monkeypatch, most=1)
    finished = trained(order(tmp_path, replace(RECIPE, batch=4)), silent)
    assert finished.standing.steps == 3
    assert [note[:31] for note in finished.standing.notes] == ["Memory ran out: the batch is co"] * 2
    assert finished.standing.hardware["piece"] == 1


def test_where_nothing_fits_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hungry(monkeypatch, most=0)
    with pytest.raises(OutOfMemory, match="not enough memory to train"):
        trained(order(tmp_path), silent)


def test_memory_is_saved_by_the_batch_then_the_precision_then_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: False)
    monkeypatch.setattr(hardware, "instructions", lambda: frozenset[str]())
    steps, now = list[Hardware](), Hardware("cuda", "fp32", 3)
    while (less := now.smaller(8)) is not None and len(steps) < 8:
        now = less[0]
        steps.append(now)
    assert steps[:4] == [
        Hardware("cuda", "fp32", 2),
        Hardware("cuda", "fp32", 1),
        Hardware("cuda", "fp16", 1),
        Hardware("cpu", "fp32", 8),
    ]
    assert now == Hardware("cpu", "fp32", 1)


def test_bf16_is_used_only_where_the_processor_has_units_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for units, wanted in ((("avx2",), "fp32"), (("avx512_bf16",), "bf16"), (("amx_bf16",), "bf16"), ((), "fp32")):
        monkeypatch.setattr(hardware, "instructions", lambda units=units: frozenset(units))
        assert hardware.precision_for("cpu") == wanted


def test_a_batch_in_pieces_has_the_gradients_of_the_whole(tmp_path: Path) -> None:
    """Of a loss of pixels; overlaps are then those of each piece."""
    still = replace(RECIPE, norms="keep", batch=4, epochs=1, loss="bce")
    whole = trained(order(tmp_path / "1", still), silent)
    plain = Hardware.of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Hardware, "of", lambda device, precision, _batch: plain(device, precision, 1))
        cut = trained(order(tmp_path / "2", still), silent)
    assert np.abs(weights(whole) - weights(cut)).max() < 1e-5


def test_an_encoder_that_knows_something_rests_first_and_then_learns_slowly(tmp_path: Path) -> None:

    torch.manual_seed(3)
    from lesionstudio.learning.model import SegmentationModel
    from lesionstudio.learning.networks import build_network

    SegmentationModel(build_network(CARD), CARD).save(tmp_path / "lent")
    recipe = replace(RECIPE, encoder_weights=str(tmp_path / "lent"), resting=0.5, encoder_rate=0.1)
    trainer: FabricTrainer = course_for(order(tmp_path / "out", recipe)).trainer
    first = next(trainer.network.get_submodule("encoder").parameters())
    begun = first.detach().clone()
    trainer.step(0.2)
    assert torch.equal(first, begun)
    trainer.step(0.6)
    assert not torch.equal(first, begun)
    rates = [group["lr"] for group in trainer._optimizer.param_groups]
    assert rates[1] == pytest.approx(0.1 * rates[0])


def test_a_loss_that_is_no_number_leaves_the_weights_alone_and_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Loss, "__call__", lambda loss, logits, *_more: logits.sum() * float("nan"))
    with pytest.raises(LesionStudioError, match="no number any more"):
        trained(order(tmp_path, replace(RECIPE, epochs=100, look_every=0)), silent)


def test_the_rate_rises_and_falls() -> None:
    assert pace(0.0, "cosine") == pytest.approx(0.05)
    assert pace(0.04, "cosine") == pytest.approx(1.0)
    assert pace(0.52, "cosine") == pytest.approx(0.505)
    assert pace(1.0, "cosine") == pytest.approx(0.01)
    assert [round(pace(at, "one-cycle"), 4) for at in (0.0, 0.125, 0.25, 0.625, 1.0)] == [0.04, 0.52, 1.0, 0.5, 0.0001]


@pytest.mark.slow
def test_a_network_learns_to_find_bright_squares(tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=60, batch=4, look_every=30, averaging=0.95)
    finished = trained(replace(order(tmp_path, recipe), examples=squares(8)), silent)
    assert finished.scores["dice"] > 0.9


def test_sizes_that_a_recipe_leaves_open_follow_the_pictures() -> None:
    def sizes(recipe: Recipe, *shapes: tuple[int, int]) -> tuple[int, int, tuple[int, int]]:
        found = settled(recipe, shapes)
        return found.size, found.batch, found.long_side

    assert sizes(Recipe(), (128, 128), (100, 120)) == (128, 8, (0, 0))
    assert sizes(Recipe(), (160, 250)) == (256, 4, (0, 0))
    assert sizes(Recipe(), (512, 512)) == (256, 4, (0, 0))
    assert sizes(Recipe(size=290), (400, 300), (507, 300), (310, 300)) == (320, 4, (320, 320))
    assert sizes(Recipe(size=128), (512, 512)) == (128, 8, (0, 0))
    assert sizes(Recipe(architecture="unet-baseline", batch=2), (160, 256)) == (320, 2, (320, 320))


def test_a_recipe_for_chests_keeps_its_threshold_and_its_last_weights(tmp_path: Path) -> None:
    recipe = replace(RECIPE, surroundings="chest", long_side=(64, 64), epochs=1)
    finished = trained(order(tmp_path, recipe, replace(CARD, threshold=0.3)), silent)
    assert finished.scores == {}
    assert finished.model.card.threshold == 0.3
    assert finished.standing.best_step == finished.standing.steps == 2


def test_a_run_of_another_network_is_not_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        trained(order(tmp_path), Stops(11))
    wider = replace(CARD, network={"encoder_depth": 3, "decoder_channels": [32, 8, 8]})
    with pytest.raises(ModelProblem, match="of another network"):
        trained(order(tmp_path, card=wider, resume=True), silent)


def test_averaged_weights_divide_by_what_the_network_divides_by_now(tmp_path: Path) -> None:
    trainer = course_for(order(tmp_path)).trainer
    for _step in range(4):
        trainer.step(0.1)
    now, averaged = trainer.network.state_dict(), trainer.averaged.state_dict()
    statistics = [name for name in now if name.endswith("running_var")]
    assert statistics and all(torch.equal(now[name], averaged[name]) for name in statistics)
    assert not torch.equal(now["segmentation_head.0.weight"], averaged["segmentation_head.0.weight"])
