from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionstudio.recipe import Recipe
from lesionstudio.workflows.labelled import Places
from lesionstudio.workflows.preview import preview
from lesionstudio.workflows.training_set import Question


@pytest.fixture
def data(tmp_path: Path) -> Places:
    """Two pictures 60 x 90, a bright square on dark ground, marked 1 and 2 in halves."""
    for n in range(2):
        marks = np.zeros((60, 90), np.uint8)
        marks[20:40, 30:50], marks[20:40, 50:60] = 1, 2
        for kind, pixels in (("images", 20 + 100 * (marks > 0)), ("masks", marks)):
            (tmp_path / kind).mkdir(exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / kind / f"a{n}.png")
    return Places(tmp_path / "images", tmp_path / "masks")


def test_the_input_is_scaled_with_its_aspect_and_its_marks_go_along(data: Places) -> None:
    (first, second) = preview(data, Recipe(size=64, intensity="unit"), Question(), count=2)
    assert (first.name, second.name) == ("a0", "a1")
    assert first.original.shape == first.marks.shape == (60, 90)
    assert first.seen.planes.shape == (1, 43, 64) and first.seen.marks.shape == (43, 64)
    inside = first.seen.planes[0][first.seen.marks > 0]
    assert np.median(inside) == pytest.approx(120 / 255, abs=0.02)
    assert set(np.unique(first.seen.marks)) == {0, 1, 2}


def test_augmented_patches_differ_from_each_other_and_their_marks_lie_on_what_is_bright(data: Places) -> None:
    changed = preview(data, Recipe(size=64, seed=3), Question(), count=1, times=4)[0].augmented
    assert [one.planes.shape for one in changed] == [(1, 64, 64)] * 4
    assert len({one.planes.tobytes() for one in changed}) == 4
    for one in changed:
        if 40 < (one.marks > 0).sum() < 3000:
            assert one.planes[0][one.marks > 0].mean() > one.planes[0][one.marks == 0].mean() + 0.1
    again = preview(data, Recipe(size=64, seed=3), Question(), count=1, times=4)[0].augmented
    assert again[0].planes.tobytes() == changed[0].planes.tobytes()
