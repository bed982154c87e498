"""First use: what drawing needs comes from the disk before the window draws, not while it does."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from lesionstudio.gui.icons import read_outlines
from lesionstudio.gui.viewer.marks import MarkStyle
from lesionstudio.gui.viewer.picture import Picture
from lesionstudio.gui.viewer.view_state import Screen, ViewState
from lesionstudio.imaging.labels import LabelSet
from lesionstudio.imaging.mask import Mask
from lesionstudio.imaging.scan import Scan

_SIDE = 48


@cache
def draw_once() -> None:
    """Draws small pictures with marks and a draft that nobody sees; meant for another thread than the window's.

    On a machine just switched on, libraries and signs take a tenth of a second or seconds to come from a slow disk.
    """
    read_outlines()
    ramp = np.tile(np.arange(_SIDE), (_SIDE, 1))
    for values in (ramp.astype(np.uint8), (40 * ramp).astype(np.int16)):
        _draw(Scan.of_array(values[None]), _marked())


def _marked() -> Mask:
    mask, place = Mask((1, _SIDE, _SIDE)), np.arange(_SIDE)
    disc: NDArray[np.bool_] = (place[:, None] - 20) ** 2 + (place - 20) ** 2 < 100
    mask.writable("labels", 0)[disc] = 1
    mask.writable("draft", 0)[np.roll(disc, 9, axis=1)] = 1
    return mask


def _draw(scan: Scan, mask: Mask) -> None:
    fitted = ViewState.fitted(Screen(3 * _SIDE, 3 * _SIDE), _SIDE, _SIDE)
    for view in (fitted, fitted.at_zoom(6.0, 20, 20)):
        picture, dots = Picture(), view.screen.dots
        picture.show_scan(scan, mask, 0)
        picture.show_style(MarkStyle(LabelSet.first()))
        picture.show_view(view)
        image = QImage(dots.right, dots.bottom, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        picture.paint(painter, dots)
        painter.end()
