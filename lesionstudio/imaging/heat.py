"""Heat over a picture: plum, coral, amber, cream (the theme's heat_map), fading to nothing where there is none."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

RAMP = ((60, 40, 90), (120, 50, 140), (222, 90, 80), (250, 180, 70), (255, 240, 190))
OPACITY = 0.65


def heat_colours(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, columns) from 0 to 1 -> (rows, columns, 3), red, green and blue from 0 to 255."""
    places = np.linspace(0, 1, len(RAMP))
    planes = [np.interp(heat, places, [colour[n] for colour in RAMP]) for n in range(3)]
    return np.stack(planes, axis=-1).astype(np.float32)


def with_heat(picture: Pixels, heat: NDArray[np.float32], opacity: float = OPACITY) -> Pixels:
    """A picture (rows, columns) or (rows, columns, 3) under its heat (rows, columns): the warmer, the more of it."""
    colour = np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture
    cover = (opacity * np.clip(heat * 1.5, 0, 1))[..., None]
    return np.asarray((colour * (1 - cover) + heat_colours(heat) * cover).round(), np.uint8)


def heat_dots(heat: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Heat (row, column) of 0 to 255 as dots 0xAARRGGBB, colours times alpha: as with_heat at an opacity of 1."""
    warm = np.linspace(0, 1, 256, dtype=np.float32)
    cover = np.clip(warm * 1.5, 0, 1)
    red, green, blue = (heat_colours(warm) * cover[:, None]).round().astype(np.uint32).T
    table = (cover * 255).round().astype(np.uint32) << 24 | red << 16 | green << 8 | blue
    return np.asarray(table.astype(np.uint32)[heat])
