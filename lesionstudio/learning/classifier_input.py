"""What a classifier sees of a picture, and what training keeps of one."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.intensity import apply_rule, take_channel
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import IntensityRule

KEPT_SIDE = 256
RULE = IntensityRule("percentiles", 1.0, 99.0, how="of the picture reduced to the network's side, without its border")
_AIR, _LUMINANCE = -1024.0, -1

Grey = NDArray[np.uint8]
Seen = NDArray[np.float32]


def plane_of(scan: Scan, k: int) -> NDArray[np.float32]:
    """Slice k as one plane (row, column), colours as luminance; HU from air on. Raises UnreadableFile."""
    plane = take_channel(scan.slice(k), _LUMINANCE).astype(np.float32)
    return np.maximum(plane, _AIR) if scan.unit == "HU" else plane


def slices_of(scan: Scan, most: int = 5) -> list[int]:
    """Which slices speak for a scan: up to `most`, spread over the middle three fifths."""
    if scan.slices == 1:
        return [0]
    places = np.linspace(0.2, 0.8, min(most, scan.slices)) * (scan.slices - 1)
    return sorted({round(float(place)) for place in places})


def seen(plane: NDArray[np.generic], side: int) -> Seen:
    """(row, column) -> (side, side) from 0 to 1: the picture whole, its aspect kept, centred, black round it."""
    rows, columns = plane.shape
    share = side / max(rows, columns)
    size = (max(1, round(columns * share)), max(1, round(rows * share)))
    values = np.nan_to_num(plane.astype(np.float32), posinf=0, neginf=0)
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)
    canvas = np.zeros((side, side), np.float32)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = apply_rule(small, RULE, None)
    return canvas


def kept(plane: NDArray[np.generic]) -> Grey:
    """What training keeps of a picture: 8-bit greys, at most KEPT_SIDE long."""
    rows, columns = plane.shape
    share = min(1.0, KEPT_SIDE / max(rows, columns))
    size = (max(8, round(columns * share)), max(8, round(rows * share)))
    small = cv2.resize(np.nan_to_num(plane.astype(np.float32)), size, interpolation=cv2.INTER_AREA)
    return (apply_rule(small, RULE, None) * 255).astype(np.uint8)
