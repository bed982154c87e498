"""Fine-tuning: small pieces that add up, labels that are not taught, outputs that are new, and how long it may take."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lesionstudio.learning import finetuning
from lesionstudio.learning.examples import Example
from lesionstudio.learning.finetuning import FineTuner, begun_network, steps_for, steps_within
from lesionstudio.learning.losses import taught_dice_and_cross_entropy, told_by_teacher
from lesionstudio.learning.networks import begin_from, build_network, forget_labels
from lesionstudio.progress import Cancelled
from tests.studies import SIDE, scene
from tests.tiny_model import save_tiny_model, tiny_card, tiny_model

CARD = tiny_card(long_side=(SIDE, SIDE))
TWO = replace(CARD, labels=("Square", "Disc"))


def examples(count: int = 3) -> list[Example]:
    made = []
    for n in range(count):
        pixels, marks = scene(n)
        made.append(Example(str(n), (pixels / np.float32(255))[None].astype(np.float32), marks))
    return made


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    target = (rng.random((4, 2, 16, 16)) < 0.3).astype(np.float32)
    target[1, 0], target[2] = 0, 0
    return torch.from_numpy(rng.normal(0, 2, target.shape).astype(np.float32)), torch.from_numpy(target)


# Losses


def test_the_loss_of_the_pieces_adds_up_to_that_of_the_batch() -> None:
    logits, target = batch()
    taught = torch.tensor([True, True])
    whole = taught_dice_and_cross_entropy(logits, target, taught, target)
    parts = [taught_dice_and_cross_entropy(logits[k : k + 1], target[k : k + 1], taught, target) for k in range(4)]
    assert torch.isclose(sum(parts), whole)


def test_a_label_that_is_not_taught_gets_no_gradient() -> None:
    logits, target = batch()
    logits.requires_grad_()
    taught_dice_and_cross_entropy(logits, target, torch.tensor([True, False]), target).backward()
    assert logits.grad is not None
    assert logits.grad[:, 0].abs().sum() > 0
    assert logits.grad[:, 1].abs().sum() == 0


def test_pictures_without_a_mark_still_say_where_there_is_none() -> None:
    nothing = torch.zeros(2, 1, 8, 8)
    loud, quiet = (torch.full((2, 1, 8, 8), logit) for logit in (3.0, -3.0))
    taught = torch.tensor([True])
    assert taught_dice_and_cross_entropy(loud, nothing, taught, nothing) > 3
    assert taught_dice_and_cross_entropy(quiet, nothing, taught, nothing) < 0.1


def test_a_teacher_is_asked_only_about_what_is_not_taught() -> None:
    logits, _target = batch()
    said = logits.sigmoid()
    said[:, 0] = 1 - said[:, 0]
    asked = torch.tensor([False, True])
    same = told_by_teacher(logits, said, asked)
    assert same < told_by_teacher(-logits, said, asked)


# Where a network begins


def test_a_new_output_marks_next_to_nothing_and_the_old_ones_answer_as_before() -> None:
    old, new = tiny_model(CARD).network, build_network(TWO).eval()
    begin_from(new, old.state_dict())
    pixels = torch.from_numpy(np.stack([one.pixels for one in examples()]))
    with torch.no_grad():
        before, after = old(pixels), new(pixels)
    assert torch.allclose(after[:, :1], before, atol=1e-5)
    assert after[:, 1].sigmoid().mean() < 0.1


def test_weights_made_for_one_channel_begin_a_network_of_three() -> None:
    old, new = tiny_model(CARD).network, build_network(tiny_card(channels=3)).eval()
    begin_from(new, old.state_dict())
    pixels = torch.from_numpy(np.stack([one.pixels for one in examples()]))
    with torch.no_grad():
        assert torch.allclose(new(pixels.repeat(1, 3, 1, 1)), old(pixels), atol=1e-4)


def test_a_new_model_keeps_nothing_of_what_another_marked() -> None:
    network = tiny_model(CARD).network
    forget_labels(network)
    pixels = torch.from_numpy(np.stack([one.pixels for one in examples()]))
    with torch.no_grad():
        assert network(pixels).sigmoid().max() < 0.5


def test_the_same_seed_begins_with_the_same_weights() -> None:
    one, two, other = (begun_network(CARD, None, new=True, seed=seed) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values()))
    assert any(not torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values()))


# The run


def statistics(network: nn.Module) -> torch.Tensor:
    return torch.cat([module.running_mean for module in network.modules() if isinstance(module, nn.BatchNorm2d)])


@pytest.mark.parametrize("new", [True, False])
def test_only_a_new_model_takes_its_statistics_from_the_pictures(new: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finetuning, "_SIZE", SIDE)
    start = tiny_model(CARD).network
    before = statistics(start)
    tuner = FineTuner(examples(), CARD, start, [True], new=new)
    tuner.step()
    taken = statistics(tuner.network)
    tuner.step()
    tuner.close()
    assert torch.equal(before, taken) is not new
    assert torch.equal(taken, statistics(tuner.network)), "and then they stay"


def test_a_beat_comes_several_times_within_a_step_and_may_cancel_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finetuning, "_SIZE", SIDE)
    tuner, beats = FineTuner(examples(), CARD, tiny_model(CARD).network, [True]), []
    tuner.step(lambda: beats.append(tuner.steps))
    assert len(beats) == 2 * tuner.recipe.batch, "the first step goes picture by picture"

    def refuse() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        tuner.step(refuse)
    assert tuner.steps == 1
    tuner.close()


def test_pieces_are_as_long_as_an_urgent_job_may_wait_and_no_longer() -> None:
    tuner = FineTuner(examples(), CARD, tiny_model(CARD).network, [True])
    assert tuner.pieces_of(0.05) == 8
    assert tuner.pieces_of(0.2) == 2
    assert tuner.pieces_of(5.0) == 1
    tuner.close()


def test_more_examples_are_worth_more_steps_up_to_a_limit() -> None:
    assert steps_for(2) == steps_for(12) < steps_for(40) < steps_for(10_000)
    assert steps_for(10_000) == finetuning.MOST_STEPS


def test_a_slow_machine_does_fewer_steps_and_none_learns_longer_than_half_an_hour() -> None:
    assert steps_within(300, 0.2) == 300
    assert steps_within(300, 1.5) == 220
    assert steps_within(300, 4.0) == finetuning.FEWEST_STEPS
    assert steps_within(300, 60.0) == 30


def test_minutes_that_were_given_end_the_run() -> None:
    tuner = FineTuner(examples(), CARD, tiny_model(CARD).network, [True], minutes=0.5 / 60)
    for _step in tuner.go(lambda progress: None, "{loss}"):
        pass
    tuner.close()
    assert tuner.seconds >= 0.5
    assert tuner.steps < 500


def test_weights_in_a_folder_begin_the_next_version(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "tiny", CARD)
    network = begun_network(TWO, folder, new=False, seed=0)
    first = next(iter(network.parameters()))
    assert torch.allclose(first, next(iter(tiny_model(CARD).network.parameters())), atol=1e-3)
