import numpy as np
import pytest

from lesionstudio.learning.augment import make_patch, scaled_to
from lesionstudio.learning.examples import Example, leave_out
from lesionstudio.learning.healthy import made_slice, mirrored
from lesionstudio.learning.surroundings import surround
from lesionstudio.learning.upright import upright_in_a_chest
from lesionstudio.recipe import Recipe


def _lying(rows: int = 96, columns: int = 72) -> Example:
    """Two dark lungs, above and below one another, a bright lesion in the upper one; the spine at the right."""
    picture = np.full((rows, columns), 0.85, np.float32)
    picture[8:40, 8:64] = picture[56:88, 8:64] = 0.15
    marks = np.zeros((rows, columns), np.uint8)
    marks[12:24, 40:56] = 1
    picture[marks > 0] = 0.6
    return Example("one", picture[None], marks, "a")


def test_a_group_is_left_out_whole_and_every_group_once() -> None:
    examples = [
        Example(f"{group}{n}", np.zeros((1, 2, 2), np.float32), np.zeros((2, 2), np.uint8), group)
        for group in "abcde"
        for n in range(3)
    ]
    out = [leave_out(examples, (k, 3)) for k in range(3)]
    for learned, left in out:
        assert not {one.group for one in learned} & {one.group for one in left}
        assert len(learned) + len(left) == len(examples)
    assert sorted(one.id for _learned, left in out for one in left) == sorted(one.id for one in examples)
    assert leave_out(examples, (0, 0)) == (examples, [])


@pytest.mark.parametrize("surroundings", ["none", "chest"])
def test_a_patch_is_the_same_for_the_same_seed_and_fits_its_target(surroundings: str) -> None:
    recipe = Recipe(size=64, long_side=(64, 96), surroundings=surroundings)
    one, same, other = (make_patch(_lying(), recipe, 1, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert one.pixels.shape == one.target.shape == (1, 64, 64)
    assert np.array_equal(one.pixels, same.pixels) and np.array_equal(one.target, same.target)
    assert not np.array_equal(one.pixels, other.pixels)
    assert one.pixels.min() >= 0 and one.pixels.max() <= 1


def test_marks_stay_on_their_lesion_through_every_turn_and_scale() -> None:
    lesion = _lying()
    lesion = Example("dots", np.where(lesion.marks, 1, 0)[None].astype(np.float32), lesion.marks)
    recipe = Recipe(size=96, long_side=(64, 96), scales=(0.7, 1.4))
    overlaps = []
    for seed in range(40):
        patch = make_patch(lesion, recipe, 1, np.random.default_rng(seed))
        if patch.target.sum() < 50:
            continue
        bright = patch.pixels[0] > (patch.pixels[0].min() + patch.pixels[0].max()) / 2
        overlaps.append(2 * (bright & (patch.target[0] > 0)).sum() / (bright.sum() + patch.target.sum()))
    assert len(overlaps) > 20
    assert np.median(overlaps) > 0.85


def test_what_is_drawn_around_a_picture_is_never_marked() -> None:
    lying = _lying()
    for seed in range(8):
        whole, marks = surround(lying.pixels[0], lying.marks, np.random.default_rng(seed))
        assert whole.shape == marks.shape and min(whole.shape) > 72
        assert 0.8 * lying.marks.sum() <= marks.sum() <= lying.marks.sum()


def test_a_made_slice_has_marks_only_where_lesions_were_asked_for() -> None:
    rng = np.random.default_rng(5)
    assert not made_slice(rng, 128, with_lesions=False)[1].any()
    assert any(made_slice(rng, 128, with_lesions=True)[1].any() for _ in range(5))


def test_the_clean_half_becomes_a_whole_slice_without_the_lesion() -> None:
    lying = _lying()
    whole = mirrored(lying.pixels[0], lying.marks, np.random.default_rng(0))
    assert whole is not None
    assert not (np.abs(whole - 0.6) < 0.05).any()
    both = lying.marks | lying.marks[::-1]
    assert mirrored(lying.pixels[0], both, np.random.default_rng(0)) is None


def test_upright_turns_the_spine_to_the_bottom_and_keeps_every_pixel() -> None:
    lying = _lying()
    lying.pixels[0, 44:52, 66:72] = 1.0  # the spine, at the right
    chest, marks = upright_in_a_chest(lying.pixels[0], lying.marks)
    assert chest.shape == (512, 512)
    top, left = (512 - 72) // 2, (512 - 96) // 2
    assert np.array_equal(chest[top : top + 72, left : left + 96], lying.pixels[0].T)
    assert marks.sum() == lying.marks.sum()
    assert chest[top + 66 : top + 72, left + 44 : left + 52].min() == 1.0
    assert chest[0].max() == 0


def test_scaling_keeps_the_aspect_and_the_share_of_marks() -> None:
    lying = _lying()
    pixels, marks = scaled_to(lying.pixels, lying.marks, 48)
    assert pixels.shape == (1, 48, 36)
    assert marks.mean() == pytest.approx(lying.marks.mean(), rel=0.15)
