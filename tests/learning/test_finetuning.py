"""Fine-tuning: labels that are not taught, outputs that are new, and where a network begins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lesionstudio.learning.examples import Example
from lesionstudio.learning.finetuning import begun_network
from lesionstudio.learning.going_on import Learner
from lesionstudio.learning.judged_loss import judged_loss
from lesionstudio.learning.losses import told_by_teacher
from lesionstudio.learning.networks import begin_from, build_network, forget_labels
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


def test_a_label_that_is_not_taught_gets_no_gradient() -> None:
    logits, target = batch()
    logits.requires_grad_()
    judged_loss(logits, target, torch.tensor([True, False])).backward()
    assert logits.grad is not None
    assert logits.grad[:, 0].abs().sum() > 0
    assert logits.grad[:, 1].abs().sum() == 0


def test_pictures_without_a_mark_still_say_where_there_is_none() -> None:
    nothing = torch.zeros(2, 1, 8, 8)
    loud, quiet = (torch.full((2, 1, 8, 8), logit) for logit in (3.0, -3.0))
    taught = torch.tensor([True])
    assert judged_loss(loud, nothing, taught) > 3
    assert judged_loss(quiet, nothing, taught) < 0.1


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


def statistics(network: nn.Module) -> torch.Tensor:
    return torch.cat([module.running_mean for module in network.modules() if isinstance(module, nn.BatchNorm2d)])


@pytest.mark.parametrize("new", [True, False])
def test_only_a_new_model_takes_its_statistics_from_the_pictures(new: bool) -> None:
    start = tiny_model(CARD).network
    before = statistics(start)
    learner = Learner(CARD, start, [True], new=new)
    for example in examples():
        learner.add(example.id, example)
    learner.step()
    taken = statistics(learner.network)
    learner.step()
    assert torch.equal(before, taken) is not new
    assert torch.equal(taken, statistics(learner.network)), "and then they stay"


def test_weights_in_a_folder_begin_the_next_version(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "tiny", CARD)
    network = begun_network(TWO, folder, new=False, seed=0)
    first = next(iter(network.parameters()))
    assert torch.allclose(first, next(iter(tiny_model(CARD).network.parameters())), atol=1e-3)
