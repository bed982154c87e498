"""Going on: corrections that join between steps, what nobody judged, the newest first, and going on after a stop."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch

from lesionstudio.learning import going_on
from lesionstudio.learning.examples import NOT_JUDGED, Example
from lesionstudio.learning.going_on import Learner
from lesionstudio.learning.judged_loss import judged_loss
from lesionstudio.learning.networks import build_network
from lesionstudio.progress import Cancelled
from tests.studies import SIDE, scene
from tests.tiny_model import tiny_card

CARD = tiny_card(long_side=(SIDE, SIDE))


def example(n: int) -> Example:
    pixels, marks = scene(n)
    return Example(str(n), (pixels / np.float32(255))[None].astype(np.float32), (marks > 0).astype(np.uint8))


def learner(**more: object) -> Learner:
    torch.manual_seed(3)
    ticks = count()
    return Learner(CARD, build_network(CARD), (True,), new=True, clock=lambda: float(next(ticks)), **more)  # type: ignore[arg-type]


def weights(of: Learner) -> torch.Tensor:
    return torch.cat([value.flatten().float() for value in of.averaged.state_dict().values()])


def test_it_begins_with_the_first_mark_and_rests_when_the_time_for_it_is_over() -> None:
    one = learner(budget_s=16.0)
    assert not one.is_hungry
    one.add("a", replace(example(0), marks=np.zeros_like(example(0).marks)))
    assert not one.is_hungry
    one.add("b", example(1))
    while one.is_hungry:
        one.step()
    assert 1 < one.steps < 10
    before = one.seconds
    one.add("c", example(2))
    assert one.is_hungry and one.since_added_s == 0 and one.seconds == before


def test_a_correction_that_joins_is_seen_first_with_the_decoder_alone() -> None:
    one = learner()
    one.add("a", example(0))
    while one.phase == "decoder":
        one.step()
    assert one.has_seen("a")
    one.step()
    one.add("b", example(1))
    assert one.phase == "decoder" and not one.has_seen("b")
    encoder = one.network.get_submodule("encoder").state_dict()
    encoder = {name: value.clone() for name, value in encoder.items()}
    decoder = one.network.get_submodule("decoder").state_dict()
    decoder = {name: value.clone() for name, value in decoder.items()}
    while one.phase == "decoder":
        one.step()
    now = one.network.get_submodule("encoder").state_dict()
    assert all(torch.equal(value, encoder[name]) for name, value in now.items())
    now = one.network.get_submodule("decoder").state_dict()
    assert any(not torch.equal(value, decoder[name]) for name, value in now.items())
    assert one.has_seen("a") and one.has_seen("b")


def test_the_same_calls_give_the_same_weights() -> None:
    found = []
    for _run in range(2):
        one = learner(seed=5)
        one.add("a", example(0))
        for step in range(7):
            if step == 3:
                one.add("b", example(1))
            one.step()
        found.append(weights(one))
    assert torch.equal(*found)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been() -> None:
    straight, stopped, resumed = learner(), learner(), learner()
    for one in (straight, stopped):
        one.add("a", example(0))
        for _step in range(14):
            one.step()
    resumed.restore(stopped.state(), stopped.facts())
    resumed.add("a", example(0))
    assert resumed.since_added_s == stopped.since_added_s and resumed.phase == "whole"
    for one in (straight, resumed):
        one.step()
    assert torch.equal(weights(straight), weights(resumed))
    resumed.add("a", replace(example(0), marks=example(1).marks))
    assert resumed.phase == "decoder" and resumed.since_added_s == 0


def test_a_step_that_is_cancelled_did_not_happen() -> None:
    one = learner()
    one.add("a", example(0))
    one.step()
    before = weights(one)

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        one.step(stop)
    assert torch.equal(before, weights(one))
    assert one.steps == 1


def test_what_nobody_judged_teaches_nothing() -> None:
    logits = torch.zeros(2, 1, 8, 8, requires_grad=True)
    target = torch.full((2, 1, 8, 8), -1.0)
    target[0, 0, :4], target[0, 0, :2] = 0.0, 1.0
    judged_loss(logits, target, torch.tensor([True])).backward()
    assert logits.grad is not None
    assert (logits.grad[0, 0, :4] != 0).all()
    assert (logits.grad[0, 0, 4:] == 0).all() and (logits.grad[1] == 0).all()


def test_half_a_slice_can_be_learned_from() -> None:
    one = learner()
    marks = example(0).marks.copy()
    marks[:, SIDE // 2 :] = NOT_JUDGED
    one.add("a", replace(example(0), marks=marks))
    assert np.isfinite([one.step() for _step in range(10)]).all()


def test_a_slice_that_is_dropped_is_not_looked_at_again() -> None:
    one = learner()
    one.add("a", example(0))
    one.drop("a")
    one.drop("never there")
    assert not one.is_hungry


def test_memory_that_runs_out_halves_what_is_computed_at_a_time_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    one, real = learner(), going_on.judged_loss

    def short(logits: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        if len(logits) > 2:
            raise MemoryError
        return real(logits, *rest)

    monkeypatch.setattr(going_on, "judged_loss", short)
    one.add("a", example(0))
    one.step()
    assert one.steps == 1 and one.hardware.piece <= 2 and one.notes


def test_it_learns_what_it_is_shown() -> None:
    one = learner(budget_s=1e6)
    for n in range(3):
        one.add(str(n), example(n))
    first = np.mean([one.step() for _step in range(5)])
    for _step in range(25):
        one.step()
    assert one.loss_average < 0.9 * first
