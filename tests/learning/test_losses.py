"""Losses, counted by hand on planes of four pixels."""

import math

import pytest
import torch
from torch import Tensor

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.losses import LOSSES, loss_named

SURE = 30.0


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def plane(*values: float) -> Tensor:
    """One picture, one label, 2 x 2 pixels."""
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 2, 2)


def value(name: str, logits: Tensor, target: Tensor) -> float:
    return float(loss_named(name)(logits, target))


HALF = plane(0, 0, 0, 0)
ONE_MARKED = plane(1, 0, 0, 0)
EMPTY = plane(0, 0, 0, 0)


def test_bce_of_a_half_everywhere_is_the_logarithm_of_two() -> None:
    assert value("bce", HALF, ONE_MARKED) == pytest.approx(math.log(2))
    assert value("ce", HALF, ONE_MARKED) == pytest.approx(math.log(2))


def test_focal_of_a_half_is_a_quarter_of_it() -> None:
    assert value("focal", HALF, ONE_MARKED) == pytest.approx(math.log(2) / 4)


def test_dice_of_a_half_everywhere_with_one_pixel_of_four_marked() -> None:
    assert value("dice", HALF, ONE_MARKED) == pytest.approx(1 - 2 * 0.5 / (2 + 1), abs=1e-5)


def test_tversky_counts_a_missed_pixel_more_than_a_false_one() -> None:
    two_marked = plane(1, 1, 0, 0)
    one_missed = plane(SURE, -SURE, -SURE, -SURE)
    one_false = plane(SURE, SURE, SURE, -SURE)
    assert value("tversky", one_missed, two_marked) == pytest.approx(1 - 1 / (1 + 0.7), abs=1e-5)
    assert value("tversky", one_false, two_marked) == pytest.approx(1 - 2 / (2 + 0.3), abs=1e-5)


def test_ce_sets_the_labels_and_the_background_against_each_other() -> None:
    logits = torch.zeros(1, 2, 1, 1)
    logits[0, 1] = math.log(2)
    target = torch.tensor([0.0, 1.0]).reshape(1, 2, 1, 1)
    assert value("ce", logits, target) == pytest.approx(-math.log(2 / 4))
    assert value("ce", logits, torch.zeros(1, 2, 1, 1)) == pytest.approx(-math.log(1 / 4))


def test_a_sum_is_the_sum() -> None:
    both = value("tversky+focal", HALF, ONE_MARKED)
    assert both == pytest.approx(value("tversky", HALF, ONE_MARKED) + value("focal", HALF, ONE_MARKED))


@pytest.mark.parametrize("name", [*LOSSES, "dice+bce", "tversky+focal"])
def test_a_wholly_empty_batch_punishes_false_marks_with_finite_gradients(name: str) -> None:
    for probability in (0.5, 0.999, 1e-6):
        logits = torch.full((2, 2, 4, 4), logit(probability), requires_grad=True)
        loss_named(name)(logits, torch.zeros(2, 2, 4, 4)).backward()
        assert logits.grad is not None and torch.isfinite(logits.grad).all()
        assert (logits.grad > 0).all(), "less certainty of a mark must cost less"
    few, many = plane(-SURE, -SURE, -SURE, 1), plane(1, 1, 1, 1)
    assert value(name, few, EMPTY) < value(name, many, EMPTY)
    assert value(name, plane(*[-SURE] * 4), EMPTY) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", list(LOSSES))
def test_the_right_answer_costs_nothing_and_the_wrong_one_much(name: str) -> None:
    target = torch.zeros(1, 2, 8, 8)
    target[0, 0, 2:5, 2:5] = 1
    right = (target * 2 - 1) * SURE
    assert value(name, right, target) < 1e-3 < 0.3 < value(name, -right, target)


def test_half_is_of_all_pictures_together_and_half_of_each_with_a_mark() -> None:
    target = torch.zeros(3, 2, 8, 8)
    target[0, 0, 0, 0] = 1
    target[1, 0] = 1
    target[0, 1, :2] = 1
    logits = torch.where(target > 0, SURE, -SURE)
    logits[0, 0] = -SURE
    together, each = (1 - 128 / 129) / 2, 1 / 6
    assert value("dice", logits, target) == pytest.approx((together + each) / 2, abs=1e-5), "64 of 65 pixels are found"


def test_a_picture_without_a_mark_pulls_no_harder_than_its_pixels_weigh() -> None:
    """A young network must not find marking nothing at all the quickest way down."""
    target = torch.zeros(8, 1, 32, 32)
    target[:3, 0, :3, :3] = 1
    for probability in (0.5, 0.05, 0.005):
        logits = torch.full(target.shape, logit(probability), requires_grad=True)
        torch.autograd.backward(loss_named("dice")(logits, target))
        assert logits.grad is not None
        assert logits.grad.sum() < 0, "marking less everywhere must not cost less"


def test_a_pixel_that_two_labels_claim_counts_for_each_in_part() -> None:
    """exp(logit) is 3 for both, 1 for the background: 3/7 each. By itself each would have 3/4 and hardly learn."""
    logits = torch.full((1, 2, 1, 1), math.log(3), requires_grad=True)
    target = torch.tensor([1.0, 0.0]).reshape(1, 2, 1, 1)
    share = 3 / 7
    whole = ((1 - 2 * share / (1 + share)) + share / (share + 0.01)) / 2
    each = (1 - 2 * share / (1 + share)) / 2
    found = loss_named("dice")(logits, target)
    assert float(found.detach()) == pytest.approx((whole + each) / 2, abs=1e-4)
    torch.autograd.backward(found)
    assert logits.grad is not None and logits.grad[0, 0] < 0 < logits.grad[0, 1], "the wrong one gives way"


def test_of_labels_that_all_mark_the_same_each_is_pulled_to_its_own() -> None:
    """As young networks do: all are sure of the whole picture. A right label must not be too sure to learn."""
    logits, target = torch.full((1, 4, 8, 8), 6.0, requires_grad=True), torch.zeros(1, 4, 8, 8)
    for n in range(4):
        target[0, n, 2 * n : 2 * n + 2] = 1
    torch.autograd.backward(loss_named("dice")(logits, target))
    pull = -logits.grad[target > 0].mean() if logits.grad is not None else torch.tensor(0.0)
    assert pull > 1e-3, "the sigmoid of 6 alone would give 4e-5"


def test_shared_sums_give_each_part_the_gradients_of_the_whole_batch() -> None:
    target = (torch.rand(4, 2, 8, 8, generator=torch.Generator().manual_seed(0)) < 0.2).float()
    whole = torch.linspace(-2, 2, target.numel()).reshape(target.shape).requires_grad_()
    loss = loss_named("dice+bce")
    torch.autograd.backward(loss(whole, target))
    own = whole.detach()[:2].requires_grad_()
    other: list[Tensor] = []
    loss(whole.detach()[2:], target[2:], lambda sums: other.append(sums) or sums)  # type: ignore[func-returns-value]
    shared = loss(own, target[:2], lambda sums: 2 * sums + (sums + other[0] - 2 * sums).detach())
    torch.autograd.backward(shared)
    assert whole.grad is not None and own.grad is not None
    assert torch.allclose(own.grad / 2, whole.grad[:2], atol=1e-7), "two processes average their gradients"


def test_extreme_logits_give_finite_losses() -> None:
    for name in LOSSES:
        logits = torch.tensor([1e4, -1e4, 1e4, -1e4]).reshape(1, 1, 2, 2).requires_grad_()
        loss = loss_named(name)(logits, ONE_MARKED)
        loss.backward()
        assert torch.isfinite(loss) and logits.grad is not None and torch.isfinite(logits.grad).all()


def test_a_loss_nobody_knows_is_named() -> None:
    for name in ("hinge", "dice+hinge"):
        with pytest.raises(ModelProblem, match="no loss called hinge"):
            loss_named(name)
