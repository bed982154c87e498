"""What stands for each starter model in the window: drawings, for pictures of patients stay with their collections.

    python -m tests.benchmarks.draw_thumbnails FOLDER

writes FOLDER/<model>.png, 128 x 128, each in the greys of its kind with its marks in colour.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE, FINE = 128, 4
MARK = (245, 165, 57)
FOUR = (MARK, (160, 130, 251), (72, 177, 155), (232, 85, 70))

Picture = NDArray[np.uint8]
Draw = Callable[[Picture], None]


def drawn(paint: Draw) -> Picture:
    """A drawing made four times as large, and reduced: smooth edges."""
    large = np.zeros((SIDE * FINE, SIDE * FINE, 3), np.uint8)
    paint(large)
    return np.asarray(cv2.resize(large, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _oval(
    picture: Picture, at: tuple[float, float], half: tuple[float, float], colour: object, tilt: float = 0
) -> None:
    """An oval by its middle and half axes (across, down), in shares of the side."""
    side = picture.shape[0]
    middle, axes = ((round(one * side), round(two * side)) for one, two in (at, half))
    cv2.ellipse(picture, middle, axes, tilt, 0, 360, colour, -1, cv2.LINE_AA)  # type: ignore[call-overload]


def _grey(value: int) -> tuple[int, int, int]:
    return (value, value, value)


def _chest(picture: Picture) -> None:
    _oval(picture, (0.5, 0.52), (0.46, 0.36), _grey(150))
    for across, tilt in ((0.3, 8), (0.7, -8)):
        _oval(picture, (across, 0.5), (0.15, 0.25), _grey(28), tilt)
    _oval(picture, (0.5, 0.78), (0.07, 0.07), _grey(215))
    _oval(picture, (0.55, 0.48), (0.1, 0.12), _grey(165), 30)


def lung_lesions(picture: Picture) -> None:
    _chest(picture)
    for at, half in (((0.24, 0.6), (0.07, 0.06)), ((0.32, 0.64), (0.05, 0.05)), ((0.75, 0.55), (0.05, 0.09))):
        _oval(picture, at, half, MARK)


def lung_nodules(picture: Picture) -> None:
    picture[:] = 30
    for row, column, size in ((0.2, 0.3, 0.03), (0.75, 0.2, 0.025), (0.8, 0.7, 0.035), (0.3, 0.85, 0.02)):
        _oval(picture, (column, row), (size, size), _grey(150))
    _oval(picture, (1.0, 0.9), (0.22, 0.35), _grey(150), 20)
    _oval(picture, (0.48, 0.46), (0.13, 0.12), MARK)
    side = picture.shape[0]
    corners = [(round(one * side), round(two * side)) for one, two in ((0.26, 0.25), (0.7, 0.68))]
    cv2.rectangle(picture, *corners, _grey(235), FINE * 2, cv2.LINE_AA)


def _brain(picture: Picture) -> None:
    _oval(picture, (0.5, 0.5), (0.36, 0.45), _grey(95))
    _oval(picture, (0.5, 0.5), (0.3, 0.38), _grey(140))
    for across, tilt in ((0.45, -12), (0.55, 12)):
        _oval(picture, (across, 0.47), (0.025, 0.12), _grey(45), tilt)


def brain_tumour(picture: Picture) -> None:
    _brain(picture)
    _oval(picture, (0.66, 0.36), (0.12, 0.14), MARK, 20)


def brain_lobes(picture: Picture) -> None:
    side, whole = picture.shape[0], np.zeros_like(picture)
    _oval(whole, (0.5, 0.5), (0.36, 0.45), _grey(255))
    row, column = np.mgrid[:side, :side] / side
    away = np.abs(column - 0.5)
    frontal, occipital = row < 0.4 + 0.15 * away, row > 0.76 + 0.1 * away
    temporal = (away > 0.2) & ~frontal & ~occipital
    lobes = np.select([frontal, occipital, temporal], [0, 3, 2], 1)
    inside = whole[..., :1] > 0
    picture[:] = np.where(inside, np.array(FOUR, np.uint8)[lobes], 0)
    for across, tilt in ((0.45, -12), (0.55, 12)):
        _oval(picture, (across, 0.47), (0.025, 0.12), _grey(45), tilt)


def em_membranes(picture: Picture) -> None:
    side, rng = picture.shape[0], np.random.default_rng(3)
    seeds = rng.uniform(-0.1, 1.1, (26, 2)) * side
    row, column = np.mgrid[:side, :side]
    away = np.sort(np.hypot(row[..., None] - seeds[:, 0], column[..., None] - seeds[:, 1]), axis=2)
    picture[:] = 175
    picture[away[..., 1] - away[..., 0] < 0.035 * side] = MARK
    for at in ((0.3, 0.3), (0.72, 0.6)):
        _oval(picture, at, (0.045, 0.03), _grey(110), 35)


PICTURES: dict[str, Draw] = {
    "lung-lesions": lung_lesions,
    "lung-nodules": lung_nodules,
    "brain-tumour": brain_tumour,
    "em-membranes": em_membranes,
    "brain-lobes": brain_lobes,
}


def draw(name: str, path: Path) -> None:
    """Writes the picture of one model."""
    cv2.imwrite(str(path), drawn(PICTURES[name])[..., ::-1])


def main(folder: Path) -> None:
    """Draws them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        draw(name, folder / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
