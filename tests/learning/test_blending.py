"""Blending: a model that goes on keeps as much of what it was as does best on corrections it has not learned from."""

from collections.abc import Callable
from itertools import count

import numpy as np
import pytest
import torch
from torch import Tensor

from lesionstudio.learning import going_on
from lesionstudio.learning.blending import SHARES, how_wrong
from lesionstudio.learning.examples import NOT_JUDGED, Example
from lesionstudio.learning.going_on import Learner
from lesionstudio.learning.hardware import Hardware
from lesionstudio.learning.networks import build_network
from tests.studies import SIDE, scene
from tests.tiny_model import tiny_card

CARD = tiny_card(long_side=(SIDE, SIDE))
Wrong = Callable[..., float]


def example(n: int) -> Example:
    pixels, marks = scene(n)
    return Example(str(n), (pixels / np.float32(255))[None].astype(np.float32), (marks > 0).astype(np.uint8))


def learner(*, new: bool = False) -> Learner:
    torch.manual_seed(3)
    ticks = count()
    return Learner(CARD, build_network(CARD), (True,), new=new, clock=lambda: float(next(ticks)), budget_s=1e6)


def weight(network: torch.nn.Module) -> Tensor:
    return torch.cat([value.detach().flatten().clone() for value in network.parameters()])


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which corrections the blends were asked about; the one with 0.3 of what was learned is always right."""
    asked: list[str] = []

    def wrong(_network: object, one: Example, *_rest: object) -> float:
        asked.append(one.id)
        return 0.0 if len(asked) % len(SHARES) == SHARES.index(0.3) + 1 else 1.0

    monkeypatch.setattr(going_on, "how_wrong", wrong)
    return asked


def steps(one: Learner, n: int) -> None:
    for _step in range(n):
        one.step()


def test_after_a_correction_that_a_blend_does_best_on_drafts_come_from_that_blend(heard: list[str]) -> None:
    one = learner()
    before = weight(one.network)
    one.add("a", example(0))
    steps(one, 14)
    assert not heard and torch.equal(weight(one.averaged), weight(one._moving))
    one.add("b", example(1))
    steps(one, 1)
    assert heard == ["1"] * len(SHARES)
    learned = weight(one._moving)
    assert not torch.equal(before, learned)
    assert torch.allclose(weight(one.averaged), before + 0.3 * (learned - before), atol=1e-6)
    assert one.learned_share == 0.3


def test_a_slice_that_taught_already_and_the_first_of_all_are_not_asked_about(heard: list[str]) -> None:
    one = learner()
    one.add("a", example(0))
    steps(one, 2)
    one.add("a", Example("0", example(0).pixels, example(1).marks))
    steps(one, 2)
    assert not heard


def test_a_new_model_has_nothing_to_keep(heard: list[str]) -> None:
    one = learner(new=True)
    one.add("a", example(0))
    steps(one, 2)
    one.add("b", example(1))
    steps(one, 2)
    assert not heard and one.averaged is one._moving


def test_what_was_heard_outlives_a_stop(heard: list[str]) -> None:
    stopped, resumed = learner(), learner()
    stopped.add("a", example(0))
    steps(stopped, 3)
    stopped.add("b", example(1))
    steps(stopped, 3)
    resumed.restore(stopped.state(), stopped.facts())
    assert torch.equal(weight(resumed.averaged), weight(stopped.averaged))
    assert not torch.equal(weight(resumed.averaged), weight(resumed._moving))


def test_memory_that_runs_out_while_blends_are_asked_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_all: object) -> float:
        raise MemoryError

    monkeypatch.setattr(going_on, "how_wrong", short)
    one = learner()
    for n in range(2):
        one.add(str(n), example(n))
        steps(one, 2)
    assert one.steps == 4


def test_how_wrong_counts_judged_pixels_of_taught_labels_by_hand() -> None:
    card = tiny_card(long_side=(32, 32), labels=("Lesion", "Edema"))
    marks = np.zeros((32, 32), np.uint8)
    marks[:4, :10], marks[4, :10], marks[31] = 1, 2, NOT_JUDGED
    logits = torch.full((1, 2, 32, 32), -9.0)
    logits[0, 0, 1:6, :10] = 9.0
    logits[0, 1, 20:22] = 9.0
    one = Example("a", np.zeros((1, 32, 32), np.float32), marks)
    hardware = Hardware.of("cpu", "fp32", 1)
    both = how_wrong(lambda _pixels: logits, one, card, (True, True), hardware)
    assert both == pytest.approx((10 + 10 + 10 + 64) / (50 + 31 * 32 / 256 + 1))
    first = how_wrong(lambda _pixels: logits, one, card, (True, False), hardware)
    assert first == pytest.approx((10 + 20) / (40 + 31 * 32 / 256 + 1))


def test_a_model_that_was_right_is_kept_where_learning_made_it_worse() -> None:
    """The network as it was marks nothing, rightly; what it has learned marks a lesion where there is none."""
    one = learner()
    with torch.no_grad():
        for name, value in one._before.named_parameters():  # type: ignore[union-attr]
            if name.endswith("segmentation_head.0.bias"):
                value.fill_(-20.0)
        for name, value in one.network.named_parameters():
            if name.endswith("segmentation_head.0.bias"):
                value.fill_(5.0)
        one._moving.load_state_dict(one.network.state_dict())
    one.add("a", example(0))
    steps(one, 1)
    one.add("b", Example("b", example(1).pixels, np.zeros_like(example(1).marks)))
    steps(one, 1)
    assert one._blend is not None and one._blend.share < 1
