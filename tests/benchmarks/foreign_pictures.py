"""Pictures of kinds that no classifier here is trained on, made by code: what "unlike anything I learned from" is for.

    .venv/bin/python tests/benchmarks/foreign_pictures.py kinds/foreign

makes kinds/foreign/other, 40 of each kind, for `lesionstudio evaluate --outside kinds/foreign`. What matters there
is how many are called brain or lung and not said to be unlike all that was learned from.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
SIDE, EACH = 224, 40


def main(out: Path) -> None:
    """Writes them; fails where the folder is there already."""
    folder = out / "other"
    folder.mkdir(parents=True)
    for kind in KINDS:
        for number in range(EACH):
            dice = np.random.default_rng(1000 + number)
            cv2.imwrite(str(folder / f"{kind.__name__}~{number}~{number:05d}.png"), kind(dice))


def grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows and columns from -1 to 1."""
    down, along = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    return down, along


def to_bytes(values: NDArray[np.floating]) -> Picture:
    """From least to most as 0 to 255."""
    return ((values - values.min()) / max(float(np.ptp(values)), 1e-9) * 255).astype(np.uint8)


def fractal(dice: np.random.Generator) -> Picture:
    """A Julia set."""
    down, along = grid()
    z = 1.5 * (along + 1j * down)
    c = 0.7885 * np.exp(1j * dice.uniform(0, 2 * np.pi))
    steps = np.zeros(z.shape)
    for _ in range(40):
        z = np.where(np.abs(z) < 4, z * z + c, z)
        steps += np.abs(z) < 4
    return to_bytes(np.sqrt(steps))


def cells(dice: np.random.Generator) -> Picture:
    """Voronoi cells with dark walls, like tissue or dried mud."""
    spots = dice.uniform(-1, 1, (int(dice.integers(15, 120)), 2))
    down, along = grid()
    away = np.sort(np.hypot(down[..., None] - spots[:, 0], along[..., None] - spots[:, 1]), axis=-1)
    return to_bytes(np.minimum(away[..., 1] - away[..., 0], dice.uniform(0.02, 0.3)))


def maze(dice: np.random.Generator) -> Picture:
    """Turing's stripes and spots."""
    noise = dice.normal(size=(SIDE, SIDE)).astype(np.float32)
    size = dice.uniform(1.5, 5)
    for _ in range(6):
        bands = cv2.GaussianBlur(noise, (0, 0), size) - cv2.GaussianBlur(noise, (0, 0), 1.6 * size)
        noise = np.tanh(bands / bands.std() * 2 + dice.uniform(-0.1, 0.1)).astype(np.float32)
    return to_bytes(noise)


def fan(dice: np.random.Generator) -> Picture:
    """The fan of an ultrasound: speckle between two arcs on black."""
    down, along = grid()
    down = (down + 1) / 2
    angle, away = np.arctan2(along, down + 0.25), np.hypot(along, down + 0.25)
    speckle = np.abs(cv2.GaussianBlur(dice.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), 1.3))
    slow = cv2.GaussianBlur(dice.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), 16)
    field = speckle * (1 + 0.9 * slow / np.abs(slow).max()) * np.exp(-away * dice.uniform(0, 1.2))
    inside = (np.abs(angle) < dice.uniform(0.5, 0.8)) & (away > 0.3) & (away < dice.uniform(1.0, 1.2))
    return to_bytes(np.where(inside, np.sqrt(field), 0))


def rings(dice: np.random.Generator) -> Picture:
    """Growth rings of a tree, or a fingerprint."""
    down, along = grid()
    bend = cv2.GaussianBlur(dice.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), 25)
    away = np.hypot(down - dice.uniform(-1, 1), along - dice.uniform(-1, 1)) + dice.uniform(1, 6) * bend
    return to_bytes(np.sin(away * dice.uniform(20, 70)) + 0.3 * dice.normal(size=(SIDE, SIDE)))


def code(dice: np.random.Generator) -> Picture:
    """A square code of black and white fields, or bars."""
    count = int(dice.integers(12, 40))
    fields = dice.random((1 if dice.random() < 0.3 else count, count)) < 0.5
    page = cv2.resize(fields.astype(np.uint8) * 255, (SIDE - 40, SIDE - 40), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.copyMakeBorder(page, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=[255]), np.uint8)


def hills(dice: np.random.Generator) -> Picture:
    """A landscape: mountains one before the other, paler far away."""
    page = np.full((SIDE, SIDE), 235, np.uint8)
    for depth in range(5):
        steps = cv2.GaussianBlur(np.cumsum(dice.normal(size=(1, SIDE)), axis=1).astype(np.float32), (0, 0), 3)[0]
        tops = 60 + 32 * depth + 2.2 * (steps - steps.mean())
        page[np.arange(SIDE)[:, None] > tops] = 190 - 42 * depth
    return np.clip(page + dice.normal(0, 5, page.shape), 0, 255).astype(np.uint8)


def branches(dice: np.random.Generator) -> Picture:
    """A tree without leaves, or vessels."""
    page = np.full((SIDE, SIDE), 250, np.uint8)
    ends = [(SIDE / 2, SIDE - 5.0, -np.pi / 2, 46.0)]
    while ends:
        x, y, angle, length = ends.pop()
        if length < 4:
            continue
        to = (x + length * np.cos(angle), y + length * np.sin(angle))
        cv2.line(page, (int(x), int(y)), (int(to[0]), int(to[1])), 20, max(1, int(length / 9)), cv2.LINE_AA)
        for turn in dice.uniform(0.2, 0.7, 2) * (-1, 1):
            ends.append((*to, angle + turn, length * dice.uniform(0.65, 0.82)))
    return page if dice.random() < 0.5 else 255 - page


def coins(dice: np.random.Generator) -> Picture:
    """Shaded balls on a table: round and bright on dark, as a head is."""
    page = np.full((SIDE, SIDE), 25.0) + dice.normal(0, 4, (SIDE, SIDE))
    down, along = np.mgrid[0:SIDE, 0:SIDE]
    for _ in range(int(dice.integers(1, 6))):
        row, column, radius = dice.uniform(40, SIDE - 40), dice.uniform(40, SIDE - 40), dice.uniform(20, 80)
        away = np.hypot(down - row, along - column) / radius
        light = np.hypot(down - row + radius / 3, along - column + radius / 3) / radius
        page = np.where(away < 1, 230 - 150 * np.clip(light, 0, 1.3), page)
    return np.clip(page, 0, 255).astype(np.uint8)


def weave(dice: np.random.Generator) -> Picture:
    """Cloth."""
    down, along = grid()
    often = dice.uniform(25, 70)
    over = np.sin(down * often) * np.sin(along * often) > 0
    threads = np.where(over, np.abs(np.sin(down * often)), 0.7 * np.abs(np.sin(along * often)))
    return to_bytes(threads + 0.1 * dice.normal(size=(SIDE, SIDE)))


KINDS: tuple[Callable[[np.random.Generator], Picture], ...] = (
    fractal,
    cells,
    maze,
    fan,
    rings,
    code,
    hills,
    branches,
    coins,
    weave,
)

if __name__ == "__main__":
    main(Path(sys.argv[1]))
