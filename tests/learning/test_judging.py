"""Looks at what is held out, counted by hand."""

import numpy as np
import pytest
import torch

from lesionstudio.errors import OutOfMemory
from lesionstudio.learning.examples import Example
from lesionstudio.learning.hardware import Hardware
from lesionstudio.learning.judging import THRESHOLDS, Judge, Look, counted, looked
from lesionstudio.learning.losses import loss_named

AT = {threshold: n for n, threshold in enumerate(THRESHOLDS)}


def logits(*probabilities: float) -> torch.Tensor:
    return torch.logit(torch.tensor(probabilities)).reshape(1, 1, 1, -1)


def test_pixels_are_counted_at_every_threshold() -> None:
    counts = counted(logits(0.92, 0.72, 0.52, 0.32, 0.02), torch.tensor([1.0, 1, 0, 1, 0]).reshape(1, 1, 1, -1))[0, 0]
    assert counts[AT[0.3]].tolist() == [3, 1, 0]
    assert counts[AT[0.5]].tolist() == [2, 1, 1]
    assert counts[AT[0.7]].tolist() == [2, 0, 1]
    assert counts[AT[0.9]].tolist() == [1, 0, 2]


def test_of_several_labels_the_likeliest_counts() -> None:
    both = torch.logit(torch.tensor([[[[0.9, 0.6]], [[0.8, 0.7]]]]))
    target = torch.ones(1, 2, 1, 2)
    counts = counted(both, target, (0.5,))
    assert counts[0, 0, 0].tolist() == [1, 0, 1]
    assert counts[0, 1, 0].tolist() == [1, 0, 1]


def look(*pictures: tuple[int, int, int]) -> Look:
    """Pictures with these true positives, false positives and false negatives at one half; nothing found elsewhere."""
    counts = np.zeros((len(pictures), 1, len(THRESHOLDS), 3), np.int64)
    for n, (true, false, missed) in enumerate(pictures):
        counts[n, 0, :] = (0, 0, true + missed)
        counts[n, 0, AT[0.5]] = (true, false, missed)
    return Look(0.5, 100 * len(pictures), counts)


def test_a_good_score_is_half_of_each_picture_and_half_of_all_pixels() -> None:
    seen = look((8, 2, 2), (2, 0, 2), (0, 4, 0))
    each, pooled = (16 / 20 + 4 / 6) / 2, 20 / (20 + 6 + 4)
    assert seen.best("balanced") == (pytest.approx((each + pooled) / 2), 0.5)
    assert seen.dice() == pytest.approx(each)


def test_a_rare_label_weighs_as_much_as_a_frequent_one() -> None:
    counts = np.zeros((3, 2, len(THRESHOLDS), 3), np.int64)
    counts[:, 0] = (5, 0, 0)
    counts[0, 1] = (1, 2, 0)
    counts[1, 1] = (0, 1, 0)
    seen = Look(0.5, 300, counts)
    assert seen.dice() == pytest.approx((1 + 0.5) / 2), "the second label is in the first picture alone"
    assert seen.best("balanced")[0] == pytest.approx(((1 + 0.5) / 2 + (1 + 2 / 5) / 2) / 2)


def test_goals_weigh_missed_and_false_pixels_differently() -> None:
    misses, invents = look((4, 0, 4)), look((4, 4, 0))
    assert misses.best("miss-less")[0] == pytest.approx(5 * 4 / (5 * 4 + 4 * 4))
    assert invents.best("miss-less")[0] == pytest.approx(5 * 4 / (5 * 4 + 4))
    assert misses.best("invent-less")[0] > invents.best("invent-less")[0]


def test_nothing_marked_anywhere_scores_nothing_at_the_usual_threshold() -> None:
    assert look((0, 3, 0)).best("balanced") == (0.0, 0.5)
    assert look((0, 3, 0)).row()["precision"] == 0.0


class Copies(torch.nn.Module):
    """Marks what is bright."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return (pixels - 0.5) * 20


def pictures(*sizes: tuple[int, int]) -> list[Example]:
    made = []
    for n, size in enumerate(sizes):
        marks = np.zeros(size, np.uint8)
        marks[2:6, 2 : 4 + n] = n > 0
        made.append(Example(str(n), marks[None].astype(np.float32), marks, str(n)))
    return made


def test_a_look_sees_whole_pictures_of_every_size_and_none_of_their_padding() -> None:
    judge = Judge(pictures((40, 50), (33, 20), (40, 50)), (0, 0), 1, loss_named("bce"))
    *rest, seen = judge.look(Copies(), "cpu", None)
    assert rest and seen is not None
    assert seen.pixels == 40 * 50 * 2 + 33 * 20
    assert seen.counts[:, 0, AT[0.5]].tolist() == [[0, 0, 0], [12, 0, 0], [16, 0, 0]]
    assert seen.row()["f1"] == 1.0 and seen.loss < 0.01


def test_some_of_the_pictures_keep_the_share_that_is_marked() -> None:
    many = Judge([*pictures((8, 8))] * 8 + [pictures((8, 8), (8, 8))[1]] * 8, (0, 0), 1, loss_named("bce"))
    few = many.some(6)
    assert len(few) == 6
    *_rest, seen = few.look(Copies(), "cpu", None)
    assert seen is not None and (seen.counts[:, 0, 0, 0] > 0).sum() == 3


class Hungry(Copies):
    """Has no memory for two pictures at a time."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        if len(pixels) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return super().forward(pixels)

    most = 1


def test_where_memory_is_short_fewer_pictures_are_looked_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Judge(pictures((256, 256), (256, 256), (256, 256)), (0, 0), 1, loss_named("bce"))
    assert looked(judge, Hungry(), Hardware(), lambda: None).row()["f1"] == 1.0
    monkeypatch.setattr(Hungry, "most", 0)
    with pytest.raises(OutOfMemory, match="held out"):
        looked(judge, Hungry(), Hardware(), lambda: None)
