"""What a classifier sees of a picture, and how pictures are varied while it learns."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.intensity import apply_rule, take_channel
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import IntensityRule

KEPT_SIDE = 112
RULE = IntensityRule("percentiles", 1.0, 99.0, how="of the picture reduced to the network's side, without its border")
_AIR, _LUMINANCE = -1024.0, -1
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/. "

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


def varied(picture: Grey, side: int, dice: np.random.Generator) -> Seen:
    """A kept picture as the network may meet it: cut, turned, bordered, otherwise bright, coarse, noisy, written on."""
    picture = _cut(picture, dice)
    picture = np.rot90(picture, int(dice.integers(4)))
    picture = picture[:, ::-1] if dice.random() < 0.5 else picture
    picture = _tilted(_bordered(np.ascontiguousarray(picture), dice), dice)
    values = _shaded(np.asarray(picture / 255, np.float32), dice)
    values = _coarse(values, side, dice)
    if dice.random() < 0.25:
        values = _written_on(values, dice)
    if dice.random() < 0.35:
        values = _compressed(values, dice)
    return seen(values, side)


def _cut(picture: Grey, dice: np.random.Generator) -> Grey:
    if dice.random() < 0.4:
        return picture
    rows, columns = picture.shape
    height, width = (max(8, int(length * dice.uniform(0.65, 1.0))) for length in (rows, columns))
    top, left = int(dice.integers(rows - height + 1)), int(dice.integers(columns - width + 1))
    return picture[top : top + height, left : left + width]


def _bordered(picture: Grey, dice: np.random.Generator) -> Grey:
    if dice.random() < 0.6:
        return picture
    rows, columns = picture.shape
    above, below = (int(rows * dice.uniform(0, 0.25)) for _ in range(2))
    left, right = (int(columns * dice.uniform(0, 0.25)) for _ in range(2))
    grey = int(dice.choice([0, 0, 0, 255, int(picture.mean()), int(dice.integers(256))]))
    return cast(Grey, cv2.copyMakeBorder(picture, above, below, left, right, cv2.BORDER_CONSTANT, value=[grey]))


def _tilted(picture: Grey, dice: np.random.Generator) -> Grey:
    if dice.random() < 0.5:
        return picture
    rows, columns = picture.shape
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), dice.uniform(-20, 20), dice.uniform(0.85, 1.15))
    matrix[0, :2] *= dice.uniform(0.85, 1.15)
    border = int(picture[0, 0])
    return cast(Grey, cv2.warpAffine(picture, matrix, (columns, rows), borderValue=[border]))


def _shaded(values: Seen, dice: np.random.Generator) -> Seen:
    """Gamma, contrast, a slope of brightness across, and at times the negative."""
    if dice.random() < 0.7:
        values = values ** np.float32(np.exp(dice.uniform(-0.7, 0.7)))
    if dice.random() < 0.3:
        values = np.clip((values - 0.5) * dice.uniform(1, 1.8) + dice.uniform(0.35, 0.65), 0, 1).astype(np.float32)
    if dice.random() < 0.25:
        slope = np.linspace(1, dice.uniform(0.4, 1), values.shape[1], dtype=np.float32)
        values = values * (slope if dice.random() < 0.5 else slope[::-1])
    return 1 - values if dice.random() < 0.12 else values


def _coarse(values: Seen, side: int, dice: np.random.Generator) -> Seen:
    """Fewer pixels, blur, noise."""
    if dice.random() < 0.35:
        share = dice.uniform(0.35, 1.0) * side / max(values.shape)
        if share < 1:
            size = tuple(max(8, int(length * share)) for length in values.shape[::-1])
            values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    if dice.random() < 0.15:
        values = cast(Seen, cv2.GaussianBlur(values, (0, 0), dice.uniform(0.4, 1.6)))
    if dice.random() < 0.35:
        noise = dice.standard_normal(values.shape, np.float32)
        values = np.clip(values + dice.uniform(0.01, 0.09) * noise, 0, 1).astype(np.float32)
    return values


def _written_on(values: Seen, dice: np.random.Generator) -> Seen:
    """Letters, a line or a box, as burned-in marks and watermarks are."""
    picture = np.ascontiguousarray(values * 255).astype(np.uint8)
    rows, columns = picture.shape
    for _ in range(int(dice.integers(1, 4))):
        spot = (int(dice.integers(columns)), int(dice.integers(rows)))
        grey = int(dice.choice([255, 255, 0, 150]))
        if dice.random() < 0.7:
            words = "".join(dice.choice(list(_LETTERS), int(dice.integers(1, 14))))
            cv2.putText(picture, words, spot, 0, dice.uniform(0.2, 0.6), grey, 1, cv2.LINE_AA)
        else:
            cv2.line(picture, spot, (int(dice.integers(columns)), int(dice.integers(rows))), grey, 1, cv2.LINE_AA)
    return np.asarray(picture / 255, np.float32)


def _compressed(values: Seen, dice: np.random.Generator) -> Seen:
    options = [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(12, 85))]
    _done, packed = cv2.imencode(".jpg", (values * 255).astype(np.uint8), options)
    grey = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return np.asarray(grey / 255, np.float32)
