"""Training patches: one example turned, scaled, bent, surrounded and disturbed into what a network may meet.

A Patch is float32 (channels, rows, columns) with a target float32 (labels, rows, columns), both Recipe.size square.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from lesionstudio.learning.clean import CleanPicture, clean_scene
from lesionstudio.learning.examples import Example
from lesionstudio.learning.harmless import with_harmless_density
from lesionstudio.learning.healthy import made_slice, mirrored
from lesionstudio.learning.surroundings import plain_border, surround
from lesionstudio.recipe import Recipe

Floats = NDArray[np.float32]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """What one training step sees: pixels (channels, rows, columns) and target (labels, rows, columns)."""

    pixels: Floats
    target: Floats


def make_patch(
    example: Example, recipe: Recipe, labels: int, rng: Generator, clean: Sequence[CleanPicture] = ()
) -> Patch:
    """A random patch of the example, or of a lesion-free slice, made by code or real, where the recipe wants some."""
    pixels, marks = _scene(example, recipe, rng, clean)
    pixels, marks = _turned(pixels, marks, rng)
    pixels, marks = _bent_crop(pixels, marks, recipe.size, rng)
    planes = np.stack([_disturbed(plane, rng) for plane in pixels])
    target = np.stack([marks == number for number in range(1, labels + 1)]).astype(np.float32)
    return Patch(planes, target)


def scaled_to(pixels: Floats, marks: Marks, long_side: int) -> tuple[Floats, Marks]:
    """Pixels (channels, rows, columns) and marks (rows, columns) with this long side in pixels; the aspect stays."""
    factor = long_side / max(marks.shape)
    size = (max(1, round(marks.shape[1] * factor)), max(1, round(marks.shape[0] * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled = np.stack([cv2.resize(plane, size, interpolation=how) for plane in pixels])
    return scaled, np.asarray(cv2.resize(marks, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _scene(example: Example, recipe: Recipe, rng: Generator, clean: Sequence[CleanPicture]) -> tuple[Floats, Marks]:
    """The whole picture at a random scale, perhaps in a chest, perhaps without its lesions, perhaps made by code."""
    low, high = recipe.long_side
    usual = float(np.clip(max(example.marks.shape), low, high))
    side = int(usual * np.exp(rng.uniform(*np.log(recipe.scales))))
    if recipe.surroundings != "chest":
        return scaled_to(example.pixels, example.marks, side)
    if rng.random() < recipe.healthy:
        if clean and rng.random() < recipe.clean_share:
            picture, marks = clean_scene(clean, rng)
            return picture[None], marks
        made = _negative_scene(example, int(side * rng.uniform(1.0, 1.4)), rng)
        if made is not None:
            return _with_harmless(*made, 1.5 * recipe.harmless, rng)
    pixels, marks = scaled_to(example.pixels, example.marks, side)
    if rng.random() < recipe.surrounded:
        pixels, marks = _in_a_chest(pixels, marks, rng)
    return _with_harmless(pixels, marks, recipe.harmless, rng)


def _with_harmless(pixels: Floats, marks: Marks, share: float, rng: Generator) -> tuple[Floats, Marks]:
    """To this share of scenes with harmless density outside the marks; the lesions stay as they are."""
    if rng.random() >= share:
        return pixels, marks
    around = with_harmless_density(pixels[0], rng)[None]
    return np.where(marks[None] > 0, pixels, around).astype(np.float32), marks


def _negative_scene(example: Example, side: int, rng: Generator) -> tuple[Floats, Marks] | None:
    """A slice made by code, half of them with lesions made by code; or the clean half of the example, mirrored."""
    if rng.random() < 0.5:
        picture, marks = made_slice(rng, side, with_lesions=bool(rng.random() < 0.5))
        return picture[None], marks
    whole = mirrored(example.pixels[0], example.marks, rng)
    if whole is None:
        return None
    pixels, marks = scaled_to(whole[None], np.zeros(whole.shape, np.uint8), side)
    return _in_a_chest(pixels, marks, rng) if rng.random() < 0.5 else (pixels, marks)


def _in_a_chest(pixels: Floats, marks: Marks, rng: Generator) -> tuple[Floats, Marks]:
    """Surrounded, with the back on any side: the turn before and after leaves the marks where they belong."""
    turns = int(rng.integers(4))
    picture, around = np.rot90(pixels[0], turns), np.rot90(marks, turns)
    place = surround if rng.random() < 0.8 else plain_border
    picture, around = place(np.ascontiguousarray(picture), np.ascontiguousarray(around), rng)
    return picture[None], around


def _turned(pixels: Floats, marks: Marks, rng: Generator) -> tuple[Floats, Marks]:
    """One of the eight orientations of a square."""
    turns = int(rng.integers(4))
    pixels, marks = np.rot90(pixels, turns, axes=(1, 2)), np.rot90(marks, turns)
    if rng.random() < 0.5:
        pixels, marks = pixels[:, :, ::-1], marks[:, ::-1]
    return np.ascontiguousarray(pixels), np.ascontiguousarray(marks)


def _bent_crop(pixels: Floats, marks: Marks, size: int, rng: Generator) -> tuple[Floats, Marks]:
    """A square of the scene, turned a little, sheared and bent; outside the scene lies black."""
    middle = _crop_middle(marks, size, rng)
    down, across = np.meshgrid(np.arange(size) - size / 2, np.arange(size) - size / 2, indexing="ij")
    angle, shear = np.deg2rad(rng.normal(0, 8)), rng.normal(0, 0.06)
    stretch = np.exp(rng.normal(0, 0.06))
    rows = (np.cos(angle) * down - np.sin(angle) * across) * stretch + middle[0]
    columns = (np.sin(angle) * down + np.cos(angle) * across + shear * down) / stretch + middle[1]
    if rng.random() < 0.5:
        rows, columns = rows + _wave(size, rng), columns + _wave(size, rng)
    map_x, map_y = columns.astype(np.float32), rows.astype(np.float32)
    bent = np.stack([cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR) for plane in pixels])
    return bent, np.asarray(cv2.remap(marks, map_x, map_y, cv2.INTER_NEAREST), np.uint8)


def _crop_middle(marks: Marks, size: int, rng: Generator) -> tuple[float, float]:
    """Where to cut: in six of ten patches within reach of a marked pixel, else anywhere."""
    if marks.any() and rng.random() < 0.6:
        spots = np.flatnonzero(marks)
        near = np.array(divmod(int(spots[rng.integers(len(spots))]), marks.shape[1])) + rng.uniform(-0.4, 0.4, 2) * size
    else:
        near = rng.uniform(0, 1, 2) * marks.shape
    middle = []
    for at, length in zip(near, marks.shape, strict=True):
        slack = max(length / 2 - size / 2, 0) + 0.1 * size
        middle.append(float(np.clip(at, length / 2 - slack, length / 2 + slack)))
    return middle[0], middle[1]


def _wave(size: int, rng: Generator) -> Floats:
    """A smooth field of displacements, up to some pixels."""
    coarse = rng.normal(0, rng.uniform(0.5, 4.0), (6, 6)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _disturbed(plane: Floats, rng: Generator) -> Floats:
    """Another window and gamma, blur or sharpening, grain, and now and then something burned in."""
    plane = np.clip(plane, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.2)))
    plane = plane * np.float32(np.exp(rng.normal(0, 0.12))) + np.float32(rng.normal(0, 0.05))
    choice = rng.random()
    if choice < 0.25:
        plane = cv2.GaussianBlur(plane, (0, 0), rng.uniform(0.3, 1.3))
    elif choice < 0.4:
        plane = plane + rng.uniform(0.2, 0.9) * (plane - cv2.GaussianBlur(plane, (0, 0), 1.2))
    if rng.random() < 0.5:
        plane = plane + _grain(plane.shape, rng)
    if rng.random() < 0.06:
        _burn_in(plane, rng)
    return np.clip(plane, 0, 1).astype(np.float32)


def _grain(shape: tuple[int, ...], rng: Generator) -> Floats:
    """Noise, fine or coarse, up to a tenth of the range."""
    grain = rng.standard_normal(shape, dtype=np.float32)
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.5, 1.5)) * 2
    return np.asarray(grain * np.float32(rng.uniform(0, 0.08)), np.float32)


def _burn_in(plane: Floats, rng: Generator) -> None:
    """An arrow or a letter, as pictures from papers carry them."""
    size = plane.shape[0]
    start = rng.integers(0, size, 2)
    end = start + rng.integers(-size // 5, size // 5, 2)
    grey = float(rng.choice([0.0, 1.0]))
    ink = np.zeros(plane.shape, np.uint8)
    if rng.random() < 0.7:
        points = [(int(point[0]), int(point[1])) for point in (start, end)]
        cv2.arrowedLine(ink, points[0], points[1], 1, int(rng.integers(1, 8)), tipLength=0.4)
    else:
        letter = chr(int(rng.integers(65, 91)))
        cv2.putText(ink, letter, (int(start[0]), int(start[1])), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 1, 2)
    plane[ink > 0] = grey
