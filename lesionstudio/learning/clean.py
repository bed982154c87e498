"""Clean pictures: real lung tissue without a lesion to mark, pieces of slices in any window, to learn what is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from lesionstudio.learning.harmless import with_harmless_density
from lesionstudio.learning.surroundings import Marks, Picture

_LARGEST_MARK, _LEAST_OF_BOTH = 60, 0.2
_SHRUNK, _SIDE = 0.73, 230


@dataclass(frozen=True, slots=True, eq=False)
class CleanPicture:
    """A picture (row, column) in its own greys, of which `lung` and `tissue` are the usual ones."""

    pixels: Picture
    lung: float
    tissue: float


def clean_picture(pixels: Picture, marks: Marks) -> CleanPicture | None:
    """The picture, where it has no mark worth a name and shows enough lung and enough of what is not; else None."""
    if int((marks > 0).sum()) > _LARGEST_MARK:
        return None
    grey = np.clip((pixels - pixels.min()) / max(float(np.ptp(pixels)), 1e-6) * 255, 0, 255).astype(np.uint8)
    cut, _picture = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    bright = grey > cut
    if not _LEAST_OF_BOTH < bright.mean() < 1 - _LEAST_OF_BOTH:
        return None
    return CleanPicture(grey.astype(np.float32), float(np.median(grey[~bright])), float(np.median(grey[bright])))


def clean_scene(pictures: Sequence[CleanPicture], rng: Generator) -> tuple[Picture, Marks]:
    """One of them in the greys of a lung window and at a random scale, mirrored on to fill a patch; no marks."""
    chosen = pictures[int(rng.integers(len(pictures)))]
    lung, tissue = rng.uniform(0.1, 0.27), rng.uniform(0.74, 0.9)
    slope = (tissue - lung) / max(chosen.tissue - chosen.lung, 1)
    scene = np.clip(lung + (chosen.pixels - chosen.lung) * slope, 0, 1).astype(np.float32)
    if rng.random() < 0.6:
        scene = with_harmless_density(scene, rng)
    factor = _SHRUNK * np.exp(rng.uniform(np.log(0.6), np.log(1.6)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scene = cv2.resize(scene, None, fx=factor, fy=factor, interpolation=how)
    while min(scene.shape) < _SIDE:
        more = min(_SIDE - min(scene.shape), min(scene.shape) - 1)
        scene = cv2.copyMakeBorder(scene, more // 2, -(-more // 2), more // 2, -(-more // 2), cv2.BORDER_REFLECT_101)
    return scene, np.zeros(scene.shape, np.uint8)
