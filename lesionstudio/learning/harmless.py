"""Density in lungs that is no lesion, put into pictures by code: lung pressed together by its own weight, the dome of
the diaphragm half in the slice, movement at an edge. Pictures are float32 (rows, columns), 0 air to 1 bone."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from lesionstudio.learning.surroundings import Picture

_AIR, _AIRLESS = 0.42, 0.82
_FEWEST = 200

Region = NDArray[np.bool_]


def with_harmless_density(picture: Picture, rng: Generator) -> Picture:
    """The picture with one to three kinds of harmless density in its lungs; unchanged where it shows no lung."""
    lungs = _lungs(picture)
    if lungs.sum() < _FEWEST:
        return picture
    kinds = [kind for kind in (_pressed, _domed, _smeared) if rng.random() < 0.6] or [_pressed]
    for add in kinds:
        picture = add(picture, lungs, rng)
    return np.clip(picture, 0, 1).astype(np.float32)


def _lungs(picture: Picture) -> Region:
    """Air that is not black, less what is thin."""
    grey = ((picture < _AIR) & (picture > 0.03)).astype(np.uint8)
    side = max(3, max(picture.shape) // 60) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    lungs: Region = np.asarray(cv2.morphologyEx(grey, cv2.MORPH_OPEN, disc)) > 0
    return lungs


def _pressed(picture: Picture, lungs: Region, rng: Generator) -> Picture:
    """Denser and denser towards one wall, the same in both lungs: what lies at the bottom bears the weight."""
    turns = int(rng.integers(4))
    depth = np.rot90(_depth(np.rot90(lungs, turns)), -turns)
    reach = max(picture.shape) * rng.uniform(0.012, 0.07)
    patches = 1 + rng.uniform(0, 0.6) * _cloud(picture.shape, rng)
    share = rng.uniform(0.1, 0.55) * np.exp(-((depth / (reach * np.clip(patches, 0.3, 2))) ** rng.uniform(0.8, 2)))
    return _blended(picture, share * cv2.GaussianBlur(lungs.astype(np.float32), (0, 0), 1.0))


def _depth(lungs: Region) -> Picture:
    """How far down from a pixel its lung goes on, in pixels, along its column; smooth, and across vessels."""
    side = max(5, max(lungs.shape) // 25) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    whole = cv2.morphologyEx(lungs.astype(np.uint8), cv2.MORPH_CLOSE, disc)
    depth = np.zeros(lungs.shape, np.float32)
    for row in range(lungs.shape[0] - 2, -1, -1):
        depth[row] = (depth[row + 1] + 1) * whole[row]
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), side / 8), np.float32)


def _domed(picture: Picture, lungs: Region, rng: Generator) -> Picture:
    """One or two smooth round veils, from faint to airless: an organ whose top is part of the slice's thickness."""
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    spots = np.argwhere(lungs)
    for _n in range(int(rng.integers(1, 3))):
        row, column = spots[rng.integers(len(spots))]
        size = max(picture.shape) * rng.uniform(0.03, 0.16)
        flat = np.exp(rng.normal(0, 0.3))
        away = np.hypot((rows - row) * flat, (columns - column) / flat) / size
        wave = 1 + 0.15 * _cloud(picture.shape, rng)
        share = np.clip((1.1 - away * wave) / rng.uniform(0.15, 0.9), 0, 1) * rng.uniform(0.25, 1.0)
        inside = cv2.GaussianBlur(lungs.astype(np.float32), (0, 0), 1.0)
        picture = _blended(picture, share * inside)
    return picture


def _smeared(picture: Picture, lungs: Region, rng: Generator) -> Picture:
    """Along a part of the lungs' edge the wall fades into the lung: an oblique wall in a thick slice, or breathing."""
    solid = (~lungs).astype(np.float32)
    fade = cv2.GaussianBlur(solid, (0, 0), max(picture.shape) * rng.uniform(0.005, 0.02))
    where = np.clip(_cloud(picture.shape, rng) * 2, 0, 1)
    return _blended(picture, np.clip(fade * 1.3 - 0.1, 0, 0.9) * where * lungs)


def _blended(picture: Picture, share: NDArray[np.floating]) -> Picture:
    """Lung replaced by airless tissue to this share; tissue stays as it is."""
    return np.asarray(picture + share * np.clip(_AIRLESS - picture, 0, 1), np.float32)


def _cloud(shape: tuple[int, ...], rng: Generator) -> Picture:
    """A smooth random field around 0, mostly between -2 and 2."""
    coarse = rng.normal(0, 1, (5, 5)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)
