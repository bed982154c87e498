"""What is put into pictures to learn what is no lesion: it stays in the lungs, makes them denser, and keeps marks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.imaging.formats import read_scan
from lesionstudio.learning.augment import make_patch
from lesionstudio.learning.clean import clean_picture, clean_scene
from lesionstudio.learning.examples import Example
from lesionstudio.learning.harmless import with_harmless_density
from lesionstudio.recipe import Recipe


def lungs() -> NDArray[np.float32]:
    """Two grey lungs in bright tissue."""
    picture = np.full((120, 160), 0.85, np.float32)
    picture[15:105, 10:70] = picture[15:105, 90:150] = 0.15
    return picture


@pytest.mark.parametrize("seed", range(12))
def test_harmless_density_lies_in_the_lungs_alone_and_only_adds(seed: int) -> None:
    before = lungs()
    after = with_harmless_density(before, np.random.default_rng(seed))
    assert np.array_equal(after[before > 0.5], before[before > 0.5])
    assert (after >= before - 1e-6).all() and after.max() <= 1
    assert (after - before).max() > 0.02


def test_a_picture_without_lungs_stays_as_it_is() -> None:
    picture = np.full((64, 64), 0.8, np.float32)
    assert with_harmless_density(picture, np.random.default_rng(0)) is picture


def test_a_lesion_keeps_its_greys_among_harmless_density() -> None:
    picture, marks = lungs(), np.zeros((120, 160), np.uint8)
    marks[40:70, 25:55] = 1
    picture[marks > 0] = 0.4
    recipe = Recipe(size=160, long_side=(160, 160), scales=(1.0, 1.0), surroundings="chest", surrounded=0, healthy=0)
    lesion, grey = Example("a", picture[None], marks), []
    for seed in range(20):
        plain, dense = (
            make_patch(lesion, replace(recipe, harmless=share), 1, np.random.default_rng(seed)) for share in (0.0, 1.0)
        )
        grey.append(np.median(dense.pixels[dense.target > 0]) - np.median(plain.pixels[plain.target > 0]))
    assert abs(np.median(grey)) < 0.05


def test_a_clean_picture_comes_in_the_greys_of_a_lung_window_whatever_its_own_are() -> None:
    pale = 90 + 100 * lungs()
    clean = clean_picture(pale, np.zeros(pale.shape, np.uint8))
    assert clean is not None and clean.lung < clean.tissue
    for seed in range(5):
        scene, marks = clean_scene([clean], np.random.default_rng(seed))
        assert min(scene.shape) >= 192 and not marks.any() and scene.shape == marks.shape
        assert 0.05 < np.percentile(scene, 10) < 0.4 and 0.7 < np.percentile(scene, 98) <= 1


def test_pictures_with_a_lesion_and_such_without_lung_are_not_clean(shared_data: Path) -> None:
    marked = np.zeros((120, 160), np.uint8)
    marked[:20, :20] = 1
    assert clean_picture(lungs(), marked) is None
    assert clean_picture(np.full((60, 60), 0.8, np.float32), np.zeros((60, 60), np.uint8)) is None
    crops = sorted((shared_data / "lung_lidc" / "train" / "images").glob("*.png"))[::40]
    found = [
        clean_picture(np.asarray(read_scan(path).slice(0), np.float32), np.zeros((128, 128), np.uint8))
        for path in crops
    ]
    assert sum(one is not None for one in found) > len(crops) / 3
