"""HeatLayer: how much each place of a slice speaks for an answer, as colours over it that fade to nothing."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from lesionstudio.gui.viewer.layers import image_of
from lesionstudio.gui.viewer.view_state import ViewState
from lesionstudio.imaging.heat import OPACITY, heat_dots

Heat = NDArray[np.uint8]


class HeatLayer:
    """Heat (row, column) of 0 to 255, coarser than the slice that it is laid over as a whole."""

    def __init__(self) -> None:
        self.heat: Heat | None = None
        self._dots: NDArray[np.uint32] | None = None
        self._image: QImage | None = None
        self.opacity = OPACITY

    def show(self, heat: Heat | None) -> None:
        """Shows this heat; None for none."""
        self.heat = heat
        self._dots = None if heat is None else np.ascontiguousarray(heat_dots(heat))
        self._image = None
        if self._dots is not None:
            self._image = image_of(self._dots, QImage.Format.Format_ARGB32_Premultiplied)

    @property
    def is_there(self) -> bool:
        """Whether there is heat to be shown."""
        return self._image is not None

    def paint(self, painter: QPainter, view: ViewState) -> None:
        """Lays it over the whole picture; the painter counts in points."""
        if self._image is None:
            return
        at, per_point = view.picture, view.screen.dots_per_point
        place = QRectF(
            at.left / per_point, at.top / per_point,
            (at.right - at.left) / per_point, (at.bottom - at.top) / per_point,
        )  # fmt: skip
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(self.opacity)
        painter.drawImage(place, self._image)
        painter.restore()
