"""Frame: how a picture comes to the size a network wants, and how its probabilities come back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE_STEP = 32

Floats = NDArray[np.float32]
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """Sizes in (rows, columns): of the picture, of the picture scaled, and of that padded at the bottom and right."""

    picture: Size
    scaled: Size
    padded: Size

    @classmethod
    def of(cls, picture: Size, long_side: tuple[int, int] = (0, 0)) -> "Frame":
        """Keeps the aspect; the long side comes into `long_side` (low, high) pixels, (0, 0) leaves it as it is."""
        low, high = long_side
        longest = max(picture)
        factor = min(max(longest, low), high) / longest if high else 1.0
        scaled = (max(1, round(picture[0] * factor)), max(1, round(picture[1] * factor)))
        return cls(picture, scaled, (_up_to_step(scaled[0]), _up_to_step(scaled[1])))

    def to_network(self, planes: Floats) -> Floats:
        """(channels, rows, columns) of the picture -> padded; by area when it shrinks, linear when it grows."""
        scaled = _resized(planes, self.scaled)
        below, beside = self.padded[0] - self.scaled[0], self.padded[1] - self.scaled[1]
        return np.pad(scaled, ((0, 0), (0, below), (0, beside)), mode="edge") if below or beside else scaled

    def to_picture(self, probabilities: Floats) -> Floats:
        """(labels, rows, columns) as the network gave them -> at the picture's own size."""
        return _resized(probabilities[:, : self.scaled[0], : self.scaled[1]], self.picture)


def _up_to_step(length: int) -> int:
    return -(-length // SIDE_STEP) * SIDE_STEP


def _resized(planes: Floats, size: Size) -> Floats:
    if planes.shape[1:] == size:
        return planes
    how = cv2.INTER_AREA if size[0] * size[1] < planes.shape[1] * planes.shape[2] else cv2.INTER_LINEAR
    scaled = [cv2.resize(np.ascontiguousarray(plane), size[::-1], interpolation=how) for plane in planes]
    return np.stack(scaled).astype(np.float32, copy=False)
