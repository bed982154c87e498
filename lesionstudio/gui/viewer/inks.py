"""Inks: how a mark looks at each distance from its edge, as one table of colours (LOOK section 7). No Qt.

A mark is drawn by a *field*: for each dot a number from 0 to 255 that grows from far outside through 127.5 on the
edge to deep inside. An ink turns that number into a colour, so fill, outline and the dark line under it are one
look-up, whatever the shape of the mark.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.uint32]
Dots = NDArray[np.float64]

OUTLINE, KEYLINE, KEYLINE_ALPHA = 1.6, 3.2, 0.51
LIT_OUTLINE, LIT_KEYLINE, LIT_FILL = 2.4, 4.0, 0.34
HATCH_ALPHA, HATCH_EVERY, HATCH_WIDE = 0.75, 5.0, 0.75
DASH, GAP = 3.2 * OUTLINE, 2.4 * OUTLINE
REACH = 2.6
"""Points around a mark that its ink can touch."""

HATCH_STEPS = 4
"""Dots lie at one of so many distances from the lines of the hatch."""


@dataclass(frozen=True, slots=True)
class Ink:
    """The lines of a mark in points, and how strong its fill is."""

    colour: str
    fill: float
    outline: float = OUTLINE
    keyline: float = KEYLINE


@dataclass(frozen=True, slots=True)
class Blur:
    """How a mark's edge is spread into a field: a Gaussian of so many dots, or a box of so many dots, twice over."""

    dots: float
    is_box: bool = False


def colours(ink: Ink, blur: Blur, dots_per_point: float, *, line: float = 1.0, hatch: float = 0.0) -> Colours:
    """256 colours for a field blurred like this, premultiplied 0xAARRGGBB.

    `line` scales the outline (0 in the gap of a dashed one), `hatch` is how much of a hatch line lies on the dot.
    """
    inside = distances(blur)
    core = _line(inside, ink.outline / 2 * dots_per_point) * line
    key = _line(inside, ink.keyline / 2 * dots_per_point) * KEYLINE_ALPHA
    fill = np.clip(inside + 0.5, 0.0, 1.0) * max(ink.fill, hatch)
    rgb = np.array([int(ink.colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)
    alpha, tint = fill, fill
    for cover, colour in ((key, 0.0), (core, 1.0)):
        alpha, tint = cover + alpha * (1 - cover), cover * colour + tint * (1 - cover)
    return _premultiplied(alpha, tint[:, None] * rgb)


@lru_cache(maxsize=16)
def distances(blur: Blur) -> Dots:
    """How many dots inside the edge (negative: outside) each of the 256 field numbers means."""
    at, share = _box_edge(int(blur.dots)) if blur.is_box else _gaussian_edge(blur.dots)
    return np.interp(np.arange(256) / 255.0, share, at)


def _gaussian_edge(dots: float) -> tuple[Dots, Dots]:
    z = np.linspace(-4.0, 4.0, 1601, dtype=np.float64)
    return z * dots, np.array([0.5 * (1.0 + erf(at / sqrt(2.0))) for at in z], np.float64)


def _box_edge(dots: int) -> tuple[Dots, Dots]:
    box = np.full(dots, 1.0 / dots)
    share = np.concatenate([[0.0], np.cumsum(np.convolve(box, box))])
    return np.arange(len(share), dtype=np.float64) - (len(share) - 1) / 2, share


def hatch_cover(step: int, dots_per_point: float) -> float:
    """How much of a hatch line lies on a dot that is `step` HATCH_STEPS-ths of its half period away from it."""
    period = hatch_period(dots_per_point)
    away = step / HATCH_STEPS * period / 2 / sqrt(2.0)
    return float(np.clip(HATCH_WIDE / 2 * dots_per_point + 0.5 - away, 0.0, 1.0)) * HATCH_ALPHA


def hatch_period(dots_per_point: float) -> int:
    """Dots from one hatch line to the next, along a row."""
    return max(4, round(HATCH_EVERY * dots_per_point))


def _line(inside: Dots, half: float) -> Dots:
    cover: Dots = np.clip(half + 0.5 - np.abs(inside), 0.0, 1.0)
    return cover


def _premultiplied(alpha: Dots, rgb: NDArray[np.float64]) -> Colours:
    a = np.round(alpha * 255).astype(np.uint32)
    r, g, b = (np.minimum(np.round(rgb[:, i]).astype(np.uint32), a) for i in range(3))
    table: Colours = ((a << 24) | (r << 16) | (g << 8) | b).astype(np.uint32)
    return table
