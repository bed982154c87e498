"""Training patches: the same by seed, marks that stay on what they mark, and how often pictures are shown."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lesionstudio.learning.batches import PictureBatches, disturbed
from lesionstudio.learning.draws import Draw, Sampler
from lesionstudio.learning.examples import Example
from lesionstudio.recipe import Recipe

RECIPE = Recipe(size=32, batch=4)
STILL = replace(RECIPE, strength=0.0, orientations=1)


def example(side: int = 32, marked: bool = True, label: int = 1, corner: tuple[int, int] = (4, 6)) -> Example:
    """A dark picture with a bright rectangle of 10 x 6, which is marked."""
    pixels, marks = np.full((1, side, side), 0.1, np.float32), np.zeros((side, side), np.uint8)
    place = slice(corner[0], corner[0] + 10), slice(corner[1], corner[1] + 6)
    pixels[(0, *place)] = 0.9
    marks[place] = label if marked else 0
    return Example("one", pixels, marks)


def draw(**changes: object) -> Draw:
    facts: dict[str, object] = {
        "example": 0,
        "middle": (16.0, 16.0),
        "matrix": np.eye(2, dtype=np.float32),
        "bend": np.zeros((2, 5, 5), np.float32),
        "tone": (1.0, 1.0, 0.0),
        "noise": 0.0,
        "blur": 0.0,
        "seed": 0,
    }
    return Draw(**{**facts, **changes})  # type: ignore[arg-type]


def test_without_augmentation_a_patch_is_the_picture() -> None:
    one = example()
    pixels, target = PictureBatches([one], STILL, 1).of([0], "cpu")
    assert np.abs(pixels[0].numpy() - one.pixels).max() < 1e-5
    assert np.array_equal(target[0, 0].numpy(), one.marks)


def test_marks_stay_on_what_they_mark() -> None:
    plain = replace(RECIPE, size=64)
    pixels, target = PictureBatches([example(64, corner=(20, 30))], plain, 1).of(range(24), "cpu")
    for picture, marks in zip(pixels[:, 0], target[:, 0]):
        middle = (picture.amax() + picture.amin()) / 2
        agreed = 2 * ((picture > middle) & (marks > 0)).sum() / ((picture > middle).sum() + marks.sum())
        assert agreed > 0.75
    assert len({int(marks.sum()) for marks in target}) > 10, "every patch is another"


def test_marks_are_whole_numbers_of_their_own_label() -> None:
    _pixels, target = PictureBatches([example(label=2)], RECIPE, 3).of(range(8), "cpu")
    assert set(target.unique().tolist()) == {0.0, 1.0}
    assert target[:, 1].sum() > 0 == target[:, 0].sum() == target[:, 2].sum()


def test_a_patch_is_the_same_in_whatever_batch() -> None:
    batches = PictureBatches([example(), example(corner=(12, 2))], RECIPE, 1)
    together, alone = batches.of([5, 6, 7], "cpu"), PictureBatches.of(batches, [6], "cpu")
    assert torch.allclose(together[0][1], alone[0][0], atol=1e-6)
    assert torch.equal(together[1][1], alone[1][0])
    other = PictureBatches([example(), example(corner=(12, 2))], replace(RECIPE, seed=1), 1).of([6], "cpu")
    assert not torch.allclose(other[0], alone[0])


def test_orientations_are_those_that_the_recipe_allows() -> None:
    def corners(orientations: int) -> set[tuple[bool, bool]]:
        recipe = replace(STILL, orientations=orientations)
        _pixels, target = PictureBatches([example()], recipe, 1).of(range(40), "cpu")
        return {(bool(one[0, :16].sum() > 0), bool(one[0, :, :16].sum() > 0)) for one in target}

    assert corners(1) == {(True, True)}
    assert corners(2) == {(True, True), (True, False)}
    assert len(corners(4)) == 4


def test_pictures_with_marks_are_shown_more_often_where_they_are_rare() -> None:
    examples = [example(marked=n == 0) for n in range(10)]
    shown = [Sampler(examples, RECIPE, 1).draw(place).example for place in range(100)]
    assert shown.count(0) == 60
    assert all(0 < shown.count(n) <= 10 for n in range(1, 10))
    common = [example(marked=n != 0) for n in range(10)]
    assert {
        n: [Sampler(common, RECIPE, 1).draw(p).example for p in range(10)].count(n) for n in range(10)
    } == dict.fromkeys(range(10), 1)


def test_pieces_of_large_pictures_lie_within_them_and_often_on_a_mark() -> None:
    sampler = Sampler([example(200, corner=(150, 10))], replace(STILL, size=64), 1)
    middles = [sampler.draw(place).middle for place in range(60)]
    assert all(32 <= at <= 168 for middle in middles for at in middle)
    near = sum(118 <= row <= 168 and column <= 48 for row, column in middles)
    assert near >= 24


def test_tones_keep_the_range_and_blur_keeps_the_mean() -> None:
    pixels = torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    darker = disturbed(pixels.clone(), [draw(tone=(2.0, 1.0, 0.0)), draw()])
    assert torch.allclose(darker[1], pixels[1], atol=1e-5)
    assert darker[0].min() == pytest.approx(float(pixels[0].min()), abs=1e-3)
    assert darker[0].mean() < pixels[0].mean()
    blurred = disturbed(pixels.clone(), [draw(blur=1.0), draw()])
    assert blurred[0].std() < 0.5 * pixels[0].std()
    assert float(blurred[0].mean()) == pytest.approx(float(pixels[0].mean()), abs=0.02)
    assert torch.allclose(blurred[1], pixels[1], atol=1e-5)


def test_noise_has_the_size_that_was_drawn() -> None:
    flat = torch.linspace(0, 1, 4096).reshape(1, 1, 64, 64)
    noisy = disturbed(flat.clone(), [draw(noise=0.05)])
    assert float((noisy - flat).std()) == pytest.approx(0.05, rel=0.1)
