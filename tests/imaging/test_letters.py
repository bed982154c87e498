"""Letters at the edges of pictures: found where a screen has them, and not seen in what a scanner made."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.letters import FEWEST, has_letters, longest_row
from lesionstudio.resources import resource
from tests import phantoms


def written(words: str, place: tuple[int, int], size: float, ink: int = 255, ground: int = 0) -> NDArray[np.uint8]:
    picture = np.full((512, 512), ground, np.uint8)
    cv2.circle(picture, (256, 256), 150, 128, -1)
    cv2.putText(picture, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("size", [0.4, 0.6, 1.0])
@pytest.mark.parametrize("place", [(8, 30), (300, 30), (8, 500), (300, 480)])
def test_words_in_any_corner_are_letters(place: tuple[int, int], size: float) -> None:
    assert has_letters(written("DOE JOHN 1950", place, size))
    assert has_letters(written("DOE JOHN 1950", place, size, ink=10, ground=240))


def test_coloured_letters_count_and_words_in_the_middle_do_not() -> None:
    red = np.stack([written("SMITH ANNA", (8, 30), 0.5), *[written("", (0, 0), 1.0)] * 2], axis=-1)
    assert has_letters(red)
    assert not has_letters(written("SMITH", (230, 250), 0.5))


def test_a_ruler_a_side_letter_and_an_empty_picture_are_no_text() -> None:
    ruler = np.zeros((256, 256), np.uint8)
    ruler[40:200:10, 5:12] = 255
    ruler[240:250, 30:230:9] = 255
    assert not has_letters(ruler)
    assert not has_letters(written("R", (8, 250), 1.0))
    assert not has_letters(np.zeros((20, 30), np.int16)) and longest_row(np.full((9, 9), np.nan)) == 0


@pytest.mark.parametrize("plane", phantoms.PLANES)
def test_a_phantom_has_none(plane: phantoms.Plane) -> None:
    assert not any(has_letters(values) for values in phantoms.ct_phantom(plane=plane).voxels)


def test_screens_of_a_scanner_have_letters_and_its_scans_have_none(shared_data: Path) -> None:
    seen = {True: 0, False: 0}
    for found in find_scans(shared_data / "formats/studies/head_ct_philips_dcm_qa_ct"):
        if not found.error:
            scan = read_scan(found.source)
            row = longest_row(scan.slice(0))
            assert (row >= FEWEST) == scan.colour, f"{found.name}: {row}"
            seen[scan.colour] += 1
    assert seen[True] == 2 and seen[False] > 4


@pytest.mark.slow
def test_no_slice_of_a_real_scan_seems_to_have_letters(shared_data: Path) -> None:
    count = 0
    for folder in ("chest_ct", "formats/studies"):
        for found in find_scans(shared_data / folder):
            scan = read_scan(found.source) if found.source.format == "dicom" and not found.error else None
            for k in range(scan.slices if scan is not None and not scan.colour else 0):
                assert not has_letters(scan.slice(k)), f"{found.name} {k}"
                count += 1
    assert count > 200


@pytest.mark.parametrize("points", [10, 12, 16])
@pytest.mark.parametrize("words", ["Anna Smith", "smith, anna", "DOE JOHN 1950", "ID 4711", "12.03.1956"])
def test_small_letters_and_capitals_beside_them_are_a_row(words: str, points: int) -> None:
    for font in ("Regular", "SemiBold"):
        picture = Image.new("L", (512, 512))
        face = ImageFont.truetype(resource("fonts", f"Inter-{font}.ttf"), points)
        ImageDraw.Draw(picture).text((6, 6), words, fill=255, font=face)
        assert has_letters(np.asarray(picture)), f"{font} {longest_row(np.asarray(picture))}"


def test_a_noisy_picture_takes_no_second() -> None:
    noise = np.random.default_rng(0).normal(0, 40, (512, 512))
    began = time.process_time()
    assert not has_letters(noise)
    assert time.process_time() - began < 1
