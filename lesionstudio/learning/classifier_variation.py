"""How pictures are varied while a classifier learns: as other scanners, screens, cameras and files would show them."""

from typing import cast

import cv2
import numpy as np

from lesionstudio.learning.classifier_input import Grey, Seen, seen

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/. "
_TABLES = (cv2.COLORMAP_JET, cv2.COLORMAP_HOT, cv2.COLORMAP_BONE, cv2.COLORMAP_RAINBOW, cv2.COLORMAP_TURBO)


def varied(picture: Grey, side: int, dice: np.random.Generator) -> Seen:
    """A kept picture as the network may meet it: cut, turned, framed, shaded, coarse, written on, off a screen."""
    picture = _cut(picture, dice)
    picture = np.rot90(picture, int(dice.integers(4)))
    picture = picture[:, ::-1] if dice.random() < 0.5 else picture
    picture = _tilted(_bordered(np.ascontiguousarray(picture), dice), dice)
    values = _shaded(np.asarray(_false_colours(picture, dice) / 255, np.float32), dice)
    values = _coarse(values, side, dice)
    if dice.random() < 0.25:
        values = _written_on(values, dice)
    if dice.random() < 0.1:
        values = _watermarked(values, dice)
    if dice.random() < 0.15:
        values = _off_a_screen(values, dice)
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


def _false_colours(picture: Grey, dice: np.random.Generator) -> Grey:
    """At times the luminance of a colour table, which makes middling greys the brightest."""
    if dice.random() < 0.95:
        return picture
    coloured = cv2.applyColorMap(picture, int(dice.choice(_TABLES)))
    return cast(Grey, cv2.cvtColor(coloured, cv2.COLOR_BGR2GRAY))


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


def _watermarked(values: Seen, dice: np.random.Generator) -> Seen:
    """The same pale words again and again, upright or aslant."""
    rows, columns = values.shape
    words = "".join(dice.choice(list(_LETTERS), int(dice.integers(4, 12))))
    sheet = np.zeros((2 * rows, 2 * columns), np.uint8)
    size, apart = dice.uniform(0.3, 0.9), int(dice.integers(24, 70))
    for top in range(apart, 2 * rows, apart):
        cv2.putText(sheet, words + "    " + words, (int(dice.integers(9)), top), 0, size, [255], 1, cv2.LINE_AA)
    matrix = cv2.getRotationMatrix2D((columns, rows), dice.choice([0, 30, 45, -30]), 1.0)
    marks = cv2.warpAffine(sheet, matrix, (2 * columns, 2 * rows))[rows // 2 :, columns // 2 :][:rows, :columns]
    share = np.asarray(marks / 255 * dice.uniform(0.15, 0.6), np.float32)
    return np.asarray(values * (1 - share) + float(dice.random() < 0.7) * share, np.float32)


def _off_a_screen(values: Seen, dice: np.random.Generator) -> Seen:
    """As a camera sees it on a monitor or a light box: aslant, with moiré, a reflection, and what lies round it."""
    rows, columns = values.shape
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    moved = corners + dice.uniform(-0.12, 0.12, (4, 2)).astype(np.float32) * (columns, rows)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    around = [float(dice.choice([0, 0, 0.15, dice.random()]))]
    values = cast(Seen, cv2.warpPerspective(values, matrix, (columns, rows), borderValue=around))
    down, along = np.mgrid[0:rows, 0:columns].astype(np.float32)
    if dice.random() < 0.6:
        waves = np.sin(2 * np.pi * (down * dice.uniform(0, 0.5) + along * dice.uniform(0, 0.5)))
        values = values + np.float32(dice.uniform(0.02, 0.12)) * waves
    if dice.random() < 0.5:
        away = np.hypot(down - dice.uniform(0, rows), along - dice.uniform(0, columns)) / max(rows, columns)
        values = values + np.float32(dice.uniform(0.1, 0.5)) * np.exp(-((away / dice.uniform(0.1, 0.4)) ** 2))
    return np.clip(values, 0, 1).astype(np.float32)


def _compressed(values: Seen, dice: np.random.Generator) -> Seen:
    options = [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(12, 85))]
    _done, packed = cv2.imencode(".jpg", (values * 255).astype(np.uint8), options)
    grey = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return np.asarray(grey / 255, np.float32)
