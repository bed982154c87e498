"""Lung slices made by code: without a lesion to learn what is none, or with soft-edged ones; and the clean half of a
real slice mirrored into a whole one. Pictures are float32 (rows, columns), 0 to 1; the back is at the bottom."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from lesionstudio.learning.surroundings import Marks, Picture, Tissue, body


def made_slice(rng: Generator, long_side: int, *, with_lesions: bool) -> tuple[Picture, Marks]:
    """A whole chest slice made by code and its marks (1 where a lesion was put; all 0 without lesions)."""
    columns = long_side
    rows = int(long_side * rng.uniform(0.65, 0.9))
    soft = rng.uniform(0.65, 0.92)
    tissue = Tissue(soft, soft * rng.uniform(0.75, 0.97), min(1.0, soft * 1.3), rng.uniform(0.0, 0.04))
    chest = (rows * rng.uniform(0.30, 0.37), columns * rng.uniform(0.32, 0.38))
    centre = (rows * rng.uniform(0.46, 0.52), columns * 0.5)
    picture = body((rows, columns), centre, chest, tissue, rng)
    lungs = _lungs((rows, columns), centre, chest, rng)
    dark = rng.uniform(0.06, 0.26)
    _fill_lungs(picture, lungs, dark, soft, rng)
    marks = np.zeros((rows, columns), np.uint8)
    if with_lesions:
        _add_lesions(picture, marks, lungs, dark, soft, rng)
    _add_middle(picture, centre, chest, tissue, rng)
    grain = rng.normal(0, 1, picture.shape).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.4, 1.2)) * rng.uniform(0.0, 0.07)
    return np.clip(picture + grain * (picture > 0.02), 0, 1), marks


def mirrored(picture: Picture, marks: Marks, rng: Generator) -> Picture | None:
    """A whole slice from the half that has no mark, joined to its mirror image; None where both halves are marked."""
    rows = picture.shape[0]
    joint = rows // 2 + int(rows * rng.uniform(-0.04, 0.04))
    halves = [picture[:joint], picture[joint:][::-1]]
    clean = [half for half, part in zip(halves, (marks[:joint], marks[joint:])) if not part.any()]
    if not clean:
        return None
    half = clean[rng.integers(len(clean))]
    return np.concatenate([half, half[::-1]])


def _lungs(
    shape: tuple[int, int], centre: tuple[float, float], chest: tuple[float, float], rng: Generator
) -> NDArray[np.bool_]:
    """Where two lungs lie: bent ellipses with wavy edges, the heart cut out of one."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    lungs = np.zeros(shape, bool)
    for side in (-1, 1):
        wide, tall = chest[1] * rng.uniform(0.36, 0.48), chest[0] * rng.uniform(0.75, 1.0)
        middle = centre[1] + side * (chest[1] - wide)
        down, across = (rows - centre[0]) / tall, (columns - middle) / wide
        angle = np.arctan2(down, across)
        wave = 1 + sum(rng.uniform(-0.06, 0.06) * np.cos(k * angle + rng.uniform(0, 6.3)) for k in range(2, 6))
        lungs |= np.abs(down) ** 2.4 + np.abs(across) ** 2.2 < wave
    heart = np.hypot(
        (rows - centre[0] + chest[0] * rng.uniform(0.1, 0.4)) / (chest[0] * rng.uniform(0.2, 0.6)),
        (columns - centre[1] - chest[1] * rng.uniform(-0.1, 0.3)) / (chest[1] * rng.uniform(0.2, 0.5)),
    )
    if rng.random() < 0.35:  # the dome of the diaphragm, with liver or spleen under it
        beside = centre[1] + rng.choice([-1, 1]) * chest[1] * rng.uniform(0.4, 0.65)
        deep = centre[0] + chest[0] * rng.uniform(-0.2, 0.4)
        away = np.hypot(rows - deep, (columns - beside) * rng.uniform(0.7, 1.2))
        lungs &= away > chest[0] * rng.uniform(0.12, 0.5)
    return lungs & (heart > 1)


def _fill_lungs(picture: Picture, lungs: NDArray[np.bool_], dark: float, soft: float, rng: Generator) -> None:
    """Air-filled tissue, a little denser towards the back, with vessels, fissures and small airways."""
    slope = np.linspace(-1, 1, picture.shape[0], dtype=np.float32)[:, None] * rng.uniform(-0.01, 0.06)
    coarse = rng.normal(0, 0.015, (6, 6)).astype(np.float32)
    cloud = cv2.resize(coarse, picture.shape[::-1], interpolation=cv2.INTER_CUBIC)
    inside = dark + slope + cloud
    _add_vessels(inside, lungs, soft, rng)
    edge = cv2.GaussianBlur(lungs.astype(np.float32), (0, 0), rng.uniform(0.4, 1.2))
    picture[:] = edge * inside + (1 - edge) * picture


def _add_vessels(inside: Picture, lungs: NDArray[np.bool_], soft: float, rng: Generator) -> None:
    """Branches from the roots of both lungs outwards, and dots where vessels cross the slice."""
    rows, columns = inside.shape
    drawn = np.zeros_like(inside)
    for side in (-1, 1):
        root = np.array([rows * rng.uniform(0.42, 0.52), columns * (0.5 + side * rng.uniform(0.05, 0.12))])
        for _ in range(int(rng.integers(4, 14))):
            start = root + rng.normal(0, rows * 0.03, 2)
            heading = rng.uniform(-1.5, 1.5) + (0 if side > 0 else np.pi)
            _branch(drawn, start, heading, columns * rng.uniform(0.002, 0.008), rng)
    spots = np.argwhere(lungs)
    for row, column in spots[rng.integers(0, len(spots), int(rng.integers(10, 90)))] if len(spots) else ():
        cv2.circle(drawn, (int(column), int(row)), int(rng.integers(0, 3)), float(rng.uniform(0.3, 1)), -1)
    drawn = cv2.GaussianBlur(drawn, (0, 0), rng.uniform(0.5, 1.0))
    inside += drawn * max(soft - float(inside.mean()), 0.2) * rng.uniform(0.6, 1.0)


def _branch(drawn: Picture, start: NDArray[np.float64], heading: float, width: float, rng: Generator) -> None:
    """One vessel that bends, thins and forks on its way."""
    at, steps = start, int(rng.integers(5, 14))
    for step in range(steps):
        heading += rng.normal(0, 0.18)
        length = drawn.shape[1] * 0.02
        end = at + length * np.array([np.sin(heading), np.cos(heading)])
        thick = max(1, round(2 * width * (1 - step / steps)))
        cv2.line(drawn, (int(at[1]), int(at[0])), (int(end[1]), int(end[0])), float(1 - 0.6 * step / steps), thick)
        if width > 1.0 and rng.random() < 0.25:
            _branch(drawn, end, heading + rng.choice([-0.7, 0.7]), width * 0.6, rng)
        at = end


def _add_lesions(
    picture: Picture, marks: Marks, lungs: NDArray[np.bool_], dark: float, soft: float, rng: Generator
) -> None:
    """One to five patches of ground glass or consolidation with uneven edges, more often near the wall."""
    spots = np.argwhere(lungs)
    if not len(spots):
        return
    rows, columns = picture.shape
    for spot in spots[rng.integers(0, len(spots), int(rng.integers(1, 6)))]:
        size = columns * rng.uniform(0.02, 0.11)
        down, across = np.ogrid[:rows, :columns]
        angle = np.arctan2(down - spot[0], across - spot[1])
        wave = 1 + sum(rng.uniform(-0.2, 0.2) * np.cos(k * angle + rng.uniform(0, 6.3)) for k in range(1, 6))
        distance = np.hypot((down - spot[0]) * rng.uniform(0.7, 1.4), across - spot[1]) / (size * wave)
        cover = np.clip((1.15 - distance) / rng.uniform(0.1, 0.5), 0, 1) * lungs
        level = dark + (soft - dark) * rng.uniform(0.3, 1.0)
        texture = cv2.GaussianBlur(rng.normal(0, 1, (rows, columns)).astype(np.float32), (0, 0), rng.uniform(1, 4))
        texture *= rng.uniform(0, 0.12) / max(float(texture.std()), 1e-6)
        filled = np.maximum(level + texture, picture)
        picture[:] = cover * filled + (1 - cover) * picture
        marks[cover > 0.5] = 1


def _add_middle(
    picture: Picture, centre: tuple[float, float], chest: tuple[float, float], tissue: Tissue, rng: Generator
) -> None:
    """Spine, aorta and windpipe or main bronchi."""

    def spot(down: float, across: float) -> tuple[int, int]:
        return int(centre[1] + across * chest[1]), int(centre[0] + down * chest[0])

    size = chest[0] * rng.uniform(0.16, 0.24)
    cv2.circle(picture, spot(0.85, 0.0), int(size), tissue.soft, -1)
    cv2.circle(picture, spot(0.85, 0.0), int(size * 0.8), tissue.bone, -1)
    cv2.circle(picture, spot(0.62, rng.uniform(0.08, 0.2)), int(size * 0.6), tissue.soft * 1.02, -1)
    airways = rng.integers(0, 3)
    for n in range(airways):
        place = spot(rng.uniform(0.0, 0.3), (n - (airways - 1) / 2) * rng.uniform(0.2, 0.35))
        radius = max(1, int(chest[0] * rng.uniform(0.05, 0.11)))
        cv2.circle(picture, place, radius + 1, tissue.soft, -1)
        cv2.circle(picture, place, radius, 0.02, -1)
