"""Whole chests made by code: body, ribs, air and table around pictures that are cut to the lungs.

Pictures are float32 (rows, columns), 0 air to 1 bone as a lung window shows them. The back is at the bottom.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Tissue:
    """Grey levels and grain of one picture, so that what is added to it looks like it."""

    soft: float
    fat: float
    bone: float
    grain: float

    @classmethod
    def of(cls, picture: Picture, rng: Generator) -> "Tissue":
        """Measured on a picture: soft tissue is its bright half; fat lies a little below, bone above."""
        bright = picture[picture > 0.5]
        soft = float(np.median(bright)) if bright.size > 50 else 0.8
        steps = np.abs(np.diff(picture, axis=1))
        grain = float(np.median(steps)) * rng.uniform(0.5, 1.2)
        return cls(soft, soft * rng.uniform(0.7, 0.98), min(1.0, soft * rng.uniform(1.05, 1.35)), grain)


def surround(picture: Picture, marks: Marks, rng: Generator) -> tuple[Picture, Marks]:
    """The picture inside a random chest 1.1 to 1.9 times its size, and its marks there (0 in what was added)."""
    rows, columns = picture.shape
    shape = (int(rows * rng.uniform(1.15, 1.9)), int(columns * rng.uniform(1.1, 1.7)))
    tissue = Tissue.of(picture, rng)
    top = int((shape[0] - rows) * rng.uniform(0.25, 0.6))
    left = int((shape[1] - columns) * rng.uniform(0.35, 0.65))
    centre = (top + rows / 2, left + columns / 2)
    chest = body(shape, centre, (rows / 2, columns / 2), tissue, rng)
    cover = _cover((rows, columns), rng)
    place = (slice(top, top + rows), slice(left, left + columns))
    chest[place] = cover * picture + (1 - cover) * chest[place]
    around = np.zeros(shape, np.uint8)
    around[place] = np.where(cover > 0.5, marks, 0)
    return chest, around


def body(
    shape: tuple[int, int], centre: tuple[float, float], lungs: tuple[float, float], tissue: Tissue, rng: Generator
) -> Picture:
    """A chest without lungs: air, table, arms, skin, fat, muscle and ribs around a box of half sizes `lungs`."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    down, across = (rows - centre[0]), (columns - centre[1])
    half = (lungs[0] * rng.uniform(1.12, 1.5), lungs[1] * rng.uniform(1.1, 1.45))
    roundness = rng.uniform(2.0, 3.2)
    reach = (np.abs(down / half[0]) ** roundness + np.abs(across / half[1]) ** roundness) ** (1 / roundness)
    picture = np.full(shape, rng.choice([0.0, 0.0, rng.uniform(0, 0.06)]), np.float32)
    _add_table(picture, centre[0] + half[0], tissue, rng)
    _add_cloth(picture, centre, half, tissue, rng)
    _add_arms(picture, centre, half, tissue, rng)
    muscle = rng.uniform(0.78, 1.0)
    picture[reach < 1] = tissue.soft if rng.random() < 0.2 else tissue.fat
    picture[reach < muscle] = tissue.soft
    _add_ribs(picture, centre, half, muscle, tissue, rng)
    grain = rng.normal(0, tissue.grain, shape).astype(np.float32)
    return np.asarray(np.clip(picture + grain * (picture > 0.1), 0, 1), np.float32)


def plain_border(picture: Picture, marks: Marks, rng: Generator) -> tuple[Picture, Marks]:
    """The picture with a plain border: black, one grey, or its own edge drawn out."""
    pads = [(int(side * rng.uniform(0, 0.35)), int(side * rng.uniform(0, 0.35))) for side in picture.shape]
    kind = rng.integers(3)
    if kind == 0:
        wider = np.pad(picture, pads, mode="edge")
    else:
        grey = 0.0 if kind == 1 else rng.uniform(0, 0.9)
        wider = np.pad(picture, pads, constant_values=np.float32(grey))
    return wider, np.pad(marks, pads)


def _cover(shape: tuple[int, int], rng: Generator) -> Picture:
    """How much of a picture shows: a hard box, a soft-edged box, or a box with its corners rounded off."""
    rows = np.minimum(np.arange(shape[0]), np.arange(shape[0])[::-1])[:, None]
    columns = np.minimum(np.arange(shape[1]), np.arange(shape[1])[::-1])[None]
    kind = rng.integers(3)
    if kind == 0:
        return np.ones(shape, np.float32)
    if kind == 1:
        return np.clip(np.minimum(rows, columns) / rng.uniform(1, 8), 0, 1).astype(np.float32)
    down = np.abs(np.linspace(-1, 1, shape[0]))[:, None] ** 4
    across = np.abs(np.linspace(-1, 1, shape[1]))[None] ** 4
    return np.asarray(np.clip((1.55 - down - across) * rng.uniform(5, 30), 0, 1), np.float32)


def _add_table(picture: Picture, back: float, tissue: Tissue, rng: Generator) -> None:
    """One or two thin bright curves under the back."""
    if rng.random() < 0.3:
        return
    columns = np.arange(picture.shape[1])
    bend = rng.uniform(-0.15, 0.15) * picture.shape[0]
    along = ((columns / max(len(columns) - 1, 1)) * 2 - 1) ** 2
    for gap in rng.uniform(0.0, 0.12, rng.integers(1, 3)):
        line = back + gap * picture.shape[0] - bend * along
        for thick in range(rng.integers(1, 5)):
            row = np.round(line + thick).astype(int)
            inside = (row >= 0) & (row < picture.shape[0])
            picture[row[inside], columns[inside]] = tissue.soft * rng.uniform(0.4, 1.1)


def _add_cloth(
    picture: Picture, centre: tuple[float, float], half: tuple[float, float], tissue: Tissue, rng: Generator
) -> None:
    """Clothes and blankets: pale, uneven pieces of rings around the body, in three chests of five."""
    if rng.random() > 0.6:
        return
    cloth = np.zeros_like(picture)
    middle = (int(centre[1]), int(centre[0]))
    for _ in range(rng.integers(1, 7)):
        away = rng.uniform(1.0, 1.3)
        axes = (int(half[1] * away * rng.uniform(0.95, 1.1)), int(half[0] * away))
        start, grey = rng.uniform(0, 360), float(tissue.soft * rng.uniform(0.05, 0.7))
        thick = int(rng.integers(1, max(3, int(half[0] * 0.14))))
        cv2.ellipse(cloth, middle, axes, rng.uniform(-8, 8), start, start + rng.uniform(10, 160), grey, thick)
    cloth = cv2.GaussianBlur(cloth, (0, 0), rng.uniform(0.5, 2.5))
    grain = cv2.GaussianBlur(rng.normal(1, 0.8, picture.shape).astype(np.float32), (0, 0), rng.uniform(0.6, 2.0))
    np.maximum(picture, cloth * np.clip(grain, 0, 1.6), out=picture)


def _add_arms(
    picture: Picture, centre: tuple[float, float], half: tuple[float, float], tissue: Tissue, rng: Generator
) -> None:
    """An arm on each side, in one chest of three."""
    if rng.random() > 0.35:
        return
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    size = half[0] * rng.uniform(0.2, 0.35)
    for side in (-1, 1):
        middle = (centre[0] + half[0] * rng.uniform(-0.3, 0.5), centre[1] + side * (half[1] + size))
        distance = np.hypot(rows - middle[0], columns - middle[1])
        picture[distance < size] = tissue.fat
        picture[distance < size * 0.8] = tissue.soft
        picture[distance < size * 0.25] = tissue.bone


def _add_ribs(
    picture: Picture,
    centre: tuple[float, float],
    half: tuple[float, float],
    muscle: float,
    tissue: Tissue,
    rng: Generator,
) -> None:
    """Short bright pieces along the inner side of the wall, and a spine at the back."""
    for angle in rng.uniform(0, 360, rng.integers(0, 14)):
        turn = np.deg2rad(angle)
        at = (centre[1] + np.cos(turn) * half[1] * muscle * 0.88, centre[0] + np.sin(turn) * half[0] * muscle * 0.88)
        size = (max(2, int(half[1] * rng.uniform(0.03, 0.12))), max(1, int(half[0] * rng.uniform(0.02, 0.05))))
        tilt = angle + 90 + rng.uniform(-25, 25)
        spot = (int(at[0]), int(at[1]))
        cv2.ellipse(picture, spot, size, tilt, 0, 360, tissue.bone, -1)
        if rng.random() < 0.6 and min(size) > 2:
            cv2.ellipse(picture, spot, (size[0] - 1, size[1] - 1), tilt, 0, 360, tissue.soft * 1.05, -1)
